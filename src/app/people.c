#include "app/people.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SETS = 4096, WAYS = 2 };

struct person {
    char key[PEOPLE_KEY];
    uint64_t version;
    int64_t expires_at_ms;
    struct actor actor;
};

struct people {
    pthread_mutex_t lock;
    uint64_t version; /* from 1: a slot never used has 0 */
    struct person slots[SETS][WAYS];
};

struct people *people_new(void)
{
    struct people *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->version = 1;
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

void people_free(struct people *p)
{
    if (!p) return;
    pthread_mutex_destroy(&p->lock);
    free(p);
}

uint64_t people_version(const struct people *p) { return __atomic_load_n(&p->version, __ATOMIC_ACQUIRE); }
void people_forget(struct people *p) { __atomic_add_fetch(&p->version, 1, __ATOMIC_ACQ_REL); }

/* A hash is even: its first digits choose. */
static struct person *set_of(struct people *p, const char *key)
{
    char start[5] = {key[1], key[2], key[3], key[4], 0};
    return p->slots[strtoul(start, NULL, 16) % SETS];
}

bool people_find(struct people *p, const char *key, int64_t now_ms, struct actor *out)
{
    bool found = false;
    uint64_t version = people_version(p);
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

void people_keep(struct people *p, uint64_t version, const char *key, int64_t expires_at_ms, const struct actor *a)
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
