#include "access/actor_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SETS = 4096, WAYS = 2 };

struct person {
    char key[ACTOR_KEY];
    uint64_t version;
    int64_t expires_at_ms;
    struct actor actor;
};

struct actor_cache {
    pthread_mutex_t lock;
    uint64_t version; /* from 1: a slot never used has 0 */
    struct person slots[SETS][WAYS];
};

struct actor_cache *actor_cache_new(void)
{
    struct actor_cache *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->version = 1;
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

void actor_cache_free(struct actor_cache *p)
{
    if (!p) return;
    pthread_mutex_destroy(&p->lock);
    free(p);
}

uint64_t actor_cache_version(const struct actor_cache *p) { return __atomic_load_n(&p->version, __ATOMIC_ACQUIRE); }
void actor_cache_clear(struct actor_cache *p) { __atomic_add_fetch(&p->version, 1, __ATOMIC_ACQ_REL); }

/* A hash is even: its first digits choose. */
static struct person *set_of(struct actor_cache *p, const char *key)
{
    char start[5] = {key[1], key[2], key[3], key[4], 0};
    return p->slots[strtoul(start, NULL, 16) % SETS];
}

bool actor_cache_find(struct actor_cache *p, const char *key, int64_t now_ms, struct actor *out)
{
    bool found = false;
    uint64_t version = actor_cache_version(p);
    pthread_mutex_lock(&p->lock);
    struct person *set = set_of(p, key);
    for (int i = 0; i < WAYS && !found; i++) {
        if (set[i].version != version || strcmp(set[i].key, key) != 0) continue;
        found = set[i].expires_at_ms >= now_ms;
        if (found) *out = set[i].actor;
    }
    pthread_mutex_unlock(&p->lock);
    return found;
}

void actor_cache_put(struct actor_cache *p, uint64_t version, const char *key, int64_t expires_at_ms,
                     const struct actor *a)
{
    pthread_mutex_lock(&p->lock);
    struct person *set = set_of(p, key), *slot = &set[0];
    for (int i = 0; i < WAYS; i++) /* its own place, or the one that was written longest ago */
        if (strcmp(set[i].key, key) == 0) {
            slot = &set[i];
            break;
        } else if (set[i].version < slot->version) {
            slot = &set[i];
        }
    memcpy(slot->key, key, sizeof slot->key);
    slot->version = version;
    slot->expires_at_ms = expires_at_ms;
    slot->actor = *a;
    pthread_mutex_unlock(&p->lock);
}
