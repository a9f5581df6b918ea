#include "learning/learner_state.h"

#include "learning/folding.h"
#include "policy/snapshot.h"

/* The facts since the row, under the rules of the learner's own school: those by which the writer folds them. */
static enum st fold_rest(const struct snapshot *s, struct tx *tx, struct arena *a, int64_t learner_id, int64_t now_ms,
                         const struct evidence *facts, size_t n, struct learner_state *io, struct err *e)
{
    const struct policy_effective *policy;
    TRY(policy_for_learners_school(&s->policy_index, tx, learner_id, now_ms, &policy, e));
    return facts_fold(&s->policy_index, &s->catalogue, &policy->policy, a, facts, n, io, NULL, NULL, e);
}

enum st learner_state_from(const struct snapshot *s, struct tx *tx, struct arena *a, int64_t now_ms,
                           const struct state_row *row, struct learner_state *out, size_t *behind, struct err *e)
{
    struct evidence *facts;
    size_t n = 0;
    bool older = state_is_older(row->state, row->n);
    if (older) *out = (struct learner_state){0}; /* of a program before this one: made again from the facts */
    else if (state_decode(a, row->state, row->n, out) != ST_OK)
        return err_fail(e, ST_IO, "err.state", "learner %lld: the stored state cannot be read; run `waymark rebuild`",
                        (long long)row->learner_id);
    if (older || !conn_is_remote(tx_conn(tx))) {
        TRY(evidence_to_fold(tx, a, row->learner_id, out->last_evidence_id, &facts, &n, e));
        if (n) TRY(fold_rest(s, tx, a, row->learner_id, now_ms, facts, n, out, e));
    }
    if (behind) *behind = n;
    return ST_OK;
}

enum st learner_state_now(const struct snapshot *s, struct tx *tx, struct arena *a, int64_t now_ms, int64_t learner_id,
                          struct learner_state *out, struct err *e)
{
    struct state_row row;
    TRY(state_get(tx, a, learner_id, &row, e));
    return learner_state_from(s, tx, a, now_ms, &row, out, NULL, e);
}
