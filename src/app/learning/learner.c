#include "learning/learner.h"

#include <string.h>

#include "learning/learner_state.h"
#include "base/id.h"
#include "policy/snapshot.h"
#include "learning/folding.h"

static enum st no_memory(struct err *e) { return err_fail(e, ST_NOMEM, "err.memory", "record"); }

static int64_t before_id(int64_t as_of_ms) { return as_of_ms ? id_first_at(as_of_ms + 1) : INT64_MAX; }

enum st learner_mastery(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                        const struct learner_scope *who, int64_t as_of_ms, struct mastery_view *out, struct err *e)
{
    int64_t now = app_now_ms(app);
    *out = (struct mastery_view){.as_of_ms = as_of_ms ? as_of_ms : now};
    TRY(policy_for_learners_school(&s->policy_index, tx, who->learner_id, out->as_of_ms, &out->policy, e));
    if (!as_of_ms) return learner_state_now(s, tx, a, &out->policy->policy, who->learner_id, &out->state, e);
    struct evidence *facts;
    size_t n;
    TRY(evidence_list(tx, a, who->learner_id, 0, before_id(as_of_ms), &facts, &n, e));
    return facts_fold(&s->policy_index, &s->catalogue, &out->policy->policy, a, facts, n, &out->state, NULL, NULL, e);
}

struct gather {
    int64_t competency_id;
    const struct snapshot *snapshot;
    struct why_step *steps;
    size_t count;
};

static void on_fact(void *ctx, const struct evidence *v, const struct fold_step *steps, size_t n)
{
    struct gather *g = ctx;
    for (size_t i = 0; i < n; i++)
        if (steps[i].competency_id == g->competency_id) {
            g->steps[g->count++] = (struct why_step){
                *v, NULL, steps[i].before, steps[i].after, steps[i].level_before, steps[i].level_after, true};
            return;
        }
    if (n || v->kind != EVIDENCE_RESPONSE) return;
    size_t m;
    const int64_t *ids = catalogue_aligned(&g->snapshot->catalogue, v->item_id, v->item_version, v->evidence_id, &m);
    for (size_t i = 0; i < m; i++)
        if (ids[i] == g->competency_id) g->steps[g->count++] = (struct why_step){.evidence = *v};
}

static enum st add_responses(struct tx *tx, struct arena *a, int64_t learner_id, struct gather *g, struct err *e)
{
    struct stmt *q;
    if (!g->count) return ST_OK;
    TRY(tx_stmt(tx, SQL_response_list, &q, e));
    bind_i64(q, "learner_id", learner_id);
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) return ST_OK;
        int64_t id = col_i64(q, 0);
        size_t lo = 0, hi = g->count;
        while (lo < hi) {
            size_t mid = (lo + hi) / 2;
            if (g->steps[mid].evidence.evidence_id < id) lo = mid + 1;
            else hi = mid;
        }
        if (lo < g->count && g->steps[lo].evidence.evidence_id == id) {
            g->steps[lo].response = arena_strdup(a, col_text(q, 1));
            if (!g->steps[lo].response) return no_memory(e);
        }
    }
}

enum st learner_why(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                    const struct learner_scope *who, int64_t competency_id, int64_t as_of_ms, struct why_view *out,
                    struct err *e)
{
    struct evidence *facts;
    size_t n;
    struct learner_state *state = arena_alloc(a, sizeof *state);
    const struct competency *k = catalogue_competency(&s->catalogue, competency_id);
    if (!state) return no_memory(e);
    if (!k) return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency %lld", (long long)competency_id);
    int64_t at = as_of_ms ? as_of_ms : app_now_ms(app);
    *out = (struct why_view){.competency = k};
    TRY(policy_for_learners_school(&s->policy_index, tx, who->learner_id, at, &out->policy, e));
    out->rule = *policy_rule(&out->policy->policy, k->type);
    TRY(evidence_list(tx, a, who->learner_id, 0, before_id(as_of_ms), &facts, &n, e));
    struct gather g = {.competency_id = competency_id, .snapshot = s, .steps = arena_array(a, n + 1, sizeof *g.steps)};
    if (!g.steps) return no_memory(e);
    TRY(facts_fold(&s->policy_index, &s->catalogue, &out->policy->policy, a, facts, n, state, on_fact, &g, e));
    TRY(add_responses(tx, a, who->learner_id, &g, e));
    out->state = state_find(state, competency_id);
    const struct bkt *model = model_bkt(model_current(&s->policy_index, at), competency_id);
    const struct competency_state nothing = {.competency_id = competency_id, .p_known = model->prior};
    out->prior = model->prior;
    out->model = *model;
    out->value = mastery_value(&out->rule, out->state ? out->state : &nothing);
    out->outlook = mastery_outlook(&out->rule, model, out->state ? out->state : &nothing);
    out->steps = g.steps;
    out->count = g.count;
    return ST_OK;
}

int64_t why_model(const struct why_view *w)
{
    for (size_t i = w->count; i > 0; i--)
        if (w->steps[i - 1].moved) return w->steps[i - 1].evidence.model_id;
    return 0;
}
