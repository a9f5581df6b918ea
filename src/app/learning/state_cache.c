#include "learning/state_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

enum { SETS = 4096, WAYS = 2 };

struct slot {
    struct cached_state kept;
    uint64_t generation; /* of the states when it was kept; another one: forgotten */
    void *bytes;
    size_t cap;
};

struct state_cache {
    uint64_t generation;
    struct slot slots[SETS][WAYS];
};

struct state_cache *state_cache_new(void)
{
    struct state_cache *s = calloc(1, sizeof *s);
    if (s) s->generation = 1;
    return s;
}

void state_cache_free(struct state_cache *s)
{
    for (size_t i = 0; s && i < SETS; i++)
        for (size_t k = 0; k < WAYS; k++) free(s->slots[i][k].bytes);
    free(s);
}

void state_cache_clear(struct state_cache *s) { __atomic_add_fetch(&s->generation, 1, __ATOMIC_ACQ_REL); }
static uint64_t generation_of(const struct state_cache *s) { return __atomic_load_n(&s->generation, __ATOMIC_ACQUIRE); }

static struct slot *set_of(struct state_cache *s, int64_t learner_id)
{
    return s->slots[hash_mix((uint64_t)learner_id, 1) % SETS];
}

const struct cached_state *state_cache_find(struct state_cache *s, int64_t learner_id)
{
    struct slot *set = set_of(s, learner_id);
    for (int i = 0; i < WAYS; i++)
        if (set[i].generation == generation_of(s) && set[i].kept.row.learner_id == learner_id) return &set[i].kept;
    return NULL;
}

void state_cache_put(struct state_cache *s, const struct cached_state *k)
{
    struct slot *set = set_of(s, k->row.learner_id), *at = &set[0];
    uint64_t generation = generation_of(s);
    for (int i = 0; i < WAYS; i++) /* its own place, else a forgotten one, else the first */
        if (set[i].kept.row.learner_id == k->row.learner_id) {
            at = &set[i];
            break;
        } else if (set[i].generation != generation) {
            at = &set[i];
        }
    at->generation = 0;
    if (at->cap < k->row.n) {
        free(at->bytes);
        at->cap = k->row.n + 1024;
        at->bytes = malloc(at->cap);
        if (!at->bytes) at->cap = 0;
    }
    if (!at->bytes) return;
    memcpy(at->bytes, k->row.state, k->row.n);
    at->kept = *k;
    at->kept.row.state = at->bytes;
    at->generation = generation;
}
