#include "learning/learner.h"

#include <string.h>

#include "learning/learner_state.h"
#include "base/id.h"
#include "policy/snapshot.h"
#include "learning/folding.h"
#include "store/sql/answer.h"

static int64_t before_id(int64_t as_of_ms) { return as_of_ms ? id_first_at(as_of_ms + 1) : INT64_MAX; }

/* All facts of somebody, in memory of its own: what a page keeps of them does not grow with the years. */
struct past {
    struct arena arena;
};

static void past_begin(struct past *p) { arena_init(&p->arena, 512u << 20); }

/* *io is in the past's arena. */
static enum st past_fold(struct past *p, const struct snapshot *s, struct tx *tx, const struct policy *policy,
                         int64_t learner_id, int64_t as_of_ms, struct learner_state *io, fold_watch *watch, void *ctx,
                         struct err *e)
{
    struct evidence *facts;
    size_t n;
    TRY(evidence_list(tx, &p->arena, learner_id, 0, before_id(as_of_ms), &facts, &n, e));
    return facts_fold(&s->policy_index, &s->catalogue, policy, &p->arena, facts, n, io, watch, ctx, e);
}

enum st learner_mastery(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                        const struct learner_scope *who, int64_t as_of_ms, struct mastery_view *out, struct err *e)
{
    int64_t now = app_now_ms(app);
    *out = (struct mastery_view){.as_of_ms = as_of_ms ? as_of_ms : now};
    TRY(policy_for_learners_school(&s->policy_index, tx, who->learner_id, out->as_of_ms, &out->policy, e));
    if (!as_of_ms) return learner_state_now(s, tx, a, app_now_ms(app), who->learner_id, &out->state, e);
    struct past past;
    past_begin(&past);
    struct learner_state state = {0};
    enum st st = past_fold(&past, s, tx, &out->policy->policy, who->learner_id, as_of_ms, &state, NULL, NULL, e);
    if (st == ST_OK && state_copy(a, &state, &out->state) != ST_OK) st = err_no_memory(e, "record");
    arena_release(&past.arena);
    return st;
}

/* The latest steps of one skill, in a ring. */
struct gather {
    int64_t competency_id;
    const struct snapshot *snapshot;
    struct why_step *ring; /* WHY_STEPS_MAX */
    size_t total;
};

static void gather_step(struct gather *g, struct why_step step) { g->ring[g->total++ % WHY_STEPS_MAX] = step; }

static void on_fact(void *ctx, const struct evidence *v, const struct fold_step *steps, size_t n)
{
    struct gather *g = ctx;
    for (size_t i = 0; i < n; i++)
        if (steps[i].competency_id == g->competency_id) {
            gather_step(g, (struct why_step){*v, NULL, steps[i].before, steps[i].after, steps[i].level_before,
                                             steps[i].level_after, true});
            return;
        }
    if (n || v->kind != EVIDENCE_RESPONSE) return;
    size_t m;
    const int64_t *ids = catalogue_aligned(&g->snapshot->catalogue, v->item_id, v->item_version, v->evidence_id, &m);
    for (size_t i = 0; i < m; i++)
        if (ids[i] == g->competency_id) gather_step(g, (struct why_step){.evidence = *v});
}

static enum st add_response(struct tx *tx, struct arena *a, int64_t learner_id, struct why_step *step, struct err *e)
{
    struct sql_response_get_row r;
    bool found;
    TRY(sql_response_get(
        tx, &(struct sql_response_get_in){.learner_id = learner_id, .evidence_id = step->evidence.evidence_id}, &r,
        &found, e));
    if (found && !(step->response = arena_strdup(a, r.response))) return err_no_memory(e, "record");
    return ST_OK;
}

/* In order, with what was answered; nothing of the past's memory stays. */
static enum st take_steps(struct tx *tx, struct arena *a, int64_t learner_id, const struct gather *g,
                          struct why_view *out, struct err *e)
{
    size_t n = g->total < WHY_STEPS_MAX ? g->total : WHY_STEPS_MAX;
    out->steps = arena_array(a, n + 1, sizeof *out->steps);
    if (!out->steps) return err_no_memory(e, "record");
    for (size_t i = 0; i < n; i++) {
        struct why_step *step = &out->steps[i];
        *step = g->ring[(g->total - n + i) % WHY_STEPS_MAX];
        step->evidence.client_id = arena_strdup(a, step->evidence.client_id ? step->evidence.client_id : "");
        if (!step->evidence.client_id) return err_no_memory(e, "record");
        TRY(add_response(tx, a, learner_id, step, e));
    }
    out->count = n;
    out->total = g->total;
    return ST_OK;
}

static enum st why_of(struct past *past, const struct snapshot *s, struct tx *tx, struct arena *a, int64_t learner_id,
                      int64_t as_of_ms, int64_t at_ms, struct why_view *out, struct err *e)
{
    struct learner_state state = {0};
    int64_t competency_id = out->competency->competency_id;
    struct gather g = {.competency_id = competency_id,
                       .snapshot = s,
                       .ring = arena_array(&past->arena, WHY_STEPS_MAX, sizeof *g.ring)};
    if (!g.ring) return err_no_memory(e, "record");
    TRY(past_fold(past, s, tx, &out->policy->policy, learner_id, as_of_ms, &state, on_fact, &g, e));
    TRY(take_steps(tx, a, learner_id, &g, out, e));
    const struct competency_state *k = state_find(&state, competency_id);
    if (k) {
        struct competency_state *kept = arena_alloc(a, sizeof *kept);
        if (!kept) return err_no_memory(e, "record");
        *kept = *k;
        out->state = kept;
    }
    const struct bkt *model = model_bkt(model_current(&s->policy_index, at_ms), competency_id);
    const struct competency_state nothing = {.competency_id = competency_id, .p_known = model->prior};
    out->prior = model->prior;
    out->model = *model;
    out->value = mastery_value(&out->rule, out->state ? out->state : &nothing);
    out->outlook = mastery_outlook(&out->rule, model, out->state ? out->state : &nothing);
    return ST_OK;
}

enum st learner_why(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                    const struct learner_scope *who, int64_t competency_id, int64_t as_of_ms, struct why_view *out,
                    struct err *e)
{
    const struct competency *k = catalogue_competency(&s->catalogue, competency_id);
    if (!k) return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency %lld", (long long)competency_id);
    int64_t at = as_of_ms ? as_of_ms : app_now_ms(app);
    *out = (struct why_view){.competency = k};
    TRY(policy_for_learners_school(&s->policy_index, tx, who->learner_id, at, &out->policy, e));
    out->rule = *policy_rule(&out->policy->policy, k->type);
    struct past past;
    past_begin(&past);
    enum st st = why_of(&past, s, tx, a, who->learner_id, as_of_ms, at, out, e);
    arena_release(&past.arena);
    return st;
}

int64_t why_model(const struct why_view *w)
{
    for (size_t i = w->count; i > 0; i--)
        if (w->steps[i - 1].moved) return w->steps[i - 1].evidence.model_id;
    return 0;
}
