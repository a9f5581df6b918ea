#include "learning/derived.h"
#include "policy/snapshot.h"
#include "learning/folding.h"

/* Each mastery row carries the policy and model of the latest fact in it. */
struct latest {
    const struct evidence *facts;
    size_t n;
};

static const struct evidence *fact_of(const struct latest *l, int64_t id)
{
    size_t lo = 0, hi = l->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (l->facts[mid].evidence_id < id) lo = mid + 1;
        else hi = mid;
    }
    return lo < l->n && l->facts[lo].evidence_id == id ? &l->facts[lo] : NULL;
}

static enum st make_rows(struct arena *a, int64_t learner_id, struct derived *d, struct err *e)
{
    const struct latest l = {d->list, d->list ? d->facts : 0};
    d->rows = arena_array(a, d->state.count + 1, sizeof *d->rows);
    if (!d->rows) return err_fail(e, ST_NOMEM, "err.memory", "rebuild");
    for (size_t i = 0; i < d->state.count; i++) {
        const struct competency_state *k = &d->state.competency[i];
        const struct evidence *v = fact_of(&l, k->last_evidence_id);
        if (!k->opportunities) continue;
        d->rows[d->row_count++] = (struct mastery_row){
            learner_id, k->competency_id, k->p_known,          (int32_t)k->level,    k->opportunities,
            k->alone,   k->right,         k->last_evidence_id, v ? v->policy_id : 0, v ? v->model_id : 0};
    }
    return ST_OK;
}

enum st derive(const struct snapshot *s, struct tx *tx, struct arena *a, int64_t learner_id,
               const struct policy *policy, int64_t before, struct derived *d, struct err *e)
{
    int64_t begin_us = clock_mono_us();
    TRY(evidence_to_fold(tx, a, learner_id, 0, &d->list, &d->facts, e));
    int64_t read_us = clock_mono_us(), fold_us = clock_cpu_us();
    while (d->facts && d->list[d->facts - 1].evidence_id >= before) d->facts--;
    const struct evidence *facts = d->list;
    TRY(facts_fold(&s->policy_index, &s->catalogue, policy, a, facts, d->facts, &d->state, NULL, NULL, e));
    if (state_encode(a, &d->state, &d->bytes, &d->n) != ST_OK) return err_fail(e, ST_NOMEM, "err.memory", "rebuild");
    TRY(make_rows(a, learner_id, d, e));
    d->took = (struct took){read_us - begin_us, clock_cpu_us() - fold_us};
    return ST_OK;
}

enum st derive_levels(const struct snapshot *s, struct tx *tx, struct arena *a, int64_t learner_id,
                      const struct packed *p, const struct policy *policy, struct folding_views *views,
                      struct derived *d, struct err *e)
{
    bool sound;
    int64_t fold_us = clock_cpu_us();
    TRY(history_fold(s, a, p, policy, views, &d->state, &d->facts, &sound, e));
    if (!sound) {
        struct evidence *list;
        int64_t read_us = clock_mono_us();
        TRY(evidence_to_fold(tx, a, learner_id, 0, &list, &d->facts, e));
        d->took.read_us = clock_mono_us() - read_us;
        fold_us = clock_cpu_us();
        d->state = (struct learner_state){0};
        TRY(facts_fold(&s->policy_index, &s->catalogue, policy, a, list, d->facts, &d->state, NULL, NULL, e));
    }
    TRY(make_rows(a, learner_id, d, e));
    d->took.fold_us = clock_cpu_us() - fold_us;
    return ST_OK;
}
