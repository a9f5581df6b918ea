#include "app/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

enum { SETS = 4096, WAYS = 2 };

enum st learner_state_from(const struct snapshot *s, struct tx *tx, struct arena *a, const struct policy *p,
                           const struct state_row *row, struct learner_state *out, size_t *behind, struct err *e)
{
    struct evidence *facts;
    size_t n = 0;
    bool older = state_is_older(row->state, row->n);
    if (older) *out = (struct learner_state){0}; /* of a program before this one: made again from the facts */
    else if (state_decode(a, row->state, row->n, out) != ST_OK)
        return err_fail(e, ST_IO, "err.state", "learner %lld: the stored state cannot be read; run `waymark rebuild`",
                        (long long)row->learner_id);
    if (older || !conn_is_remote(tx->conn)) {
        TRY(evidence_to_fold(tx, a, row->learner_id, out->last_evidence_id, &facts, &n, e));
        if (n) TRY(regime_fold(&s->regime, &s->catalogue, p, a, facts, n, out, NULL, NULL, e));
    }
    if (behind) *behind = n;
    return ST_OK;
}

enum st learner_state_now(const struct snapshot *s, struct tx *tx, struct arena *a, const struct policy *p,
                          int64_t learner_id, struct learner_state *out, struct err *e)
{
    struct state_row row;
    TRY(state_get(tx, a, learner_id, &row, e));
    return learner_state_from(s, tx, a, p, &row, out, NULL, e);
}

struct slot {
    struct kept_state kept;
    uint64_t generation; /* of the states when it was kept; another one: forgotten */
    void *bytes;
    size_t cap;
};

struct states {
    uint64_t generation;
    struct slot slots[SETS][WAYS];
};

struct states *states_new(void)
{
    struct states *s = calloc(1, sizeof *s);
    if (s) s->generation = 1;
    return s;
}

void states_free(struct states *s)
{
    for (size_t i = 0; s && i < SETS; i++)
        for (size_t k = 0; k < WAYS; k++) free(s->slots[i][k].bytes);
    free(s);
}

void states_forget(struct states *s) { __atomic_add_fetch(&s->generation, 1, __ATOMIC_ACQ_REL); }
static uint64_t generation_of(const struct states *s) { return __atomic_load_n(&s->generation, __ATOMIC_ACQUIRE); }

static struct slot *set_of(struct states *s, int64_t learner_id)
{
    return s->slots[hash_mix((uint64_t)learner_id, 1) % SETS];
}

const struct kept_state *states_find(struct states *s, int64_t learner_id)
{
    struct slot *set = set_of(s, learner_id);
    for (int i = 0; i < WAYS; i++)
        if (set[i].generation == generation_of(s) && set[i].kept.row.learner_id == learner_id) return &set[i].kept;
    return NULL;
}

void states_keep(struct states *s, const struct kept_state *k)
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
