#include "learning/folding.h"

#include <stdlib.h>
#include <string.h>

enum { VIEWS_BITS = 12, VIEWS = 1 << VIEWS_BITS, MANY = 64 };

/* What the fold must know of an item's facts: the same for all of one version under one model. */
struct kept_view {
    int64_t item_id, model_id; /* item_id 0: free */
    int32_t item_version;
    struct fact_view view;
};

/* Hash slots by item: the latest view stored in each. One policy only. */
struct folding_views {
    const struct policy *policy;
    struct kept_view *at[VIEWS];
};

struct folding_views *folding_views_new(void) { return calloc(1, sizeof(struct folding_views)); }

static void forget(struct folding_views *v)
{
    for (size_t i = 0; i < VIEWS; i++) {
        free(v->at[i]);
        v->at[i] = NULL;
    }
}

void folding_views_free(struct folding_views *v)
{
    if (v) forget(v);
    free(v);
}

void folding_begin(struct folding *f, const struct policy_index *r, const struct catalogue *c, const struct policy *p,
                   struct arena *a, const struct learner_state *state, struct folding_views *views)
{
    *f = (struct folding){.policy_index = r,
                          .catalogue = c,
                          .policy = p,
                          .arena = a,
                          .state = *state,
                          .from_id = state->last_evidence_id,
                          .views = views};
    if (!views || views->policy == p) return;
    forget(views);
    views->policy = p;
}

/* Does an alignment of the item count for some of its facts only? */
static bool is_dated(const struct catalogue *c, const struct evidence *v)
{
    size_t always, all;
    (void)catalogue_aligned(c, v->item_id, v->item_version, 0, &always);
    (void)catalogue_aligned(c, v->item_id, v->item_version, INT64_MAX, &all);
    return always != all;
}

static const struct fold_fact *look(struct folding *f, const struct evidence *v, struct fact_view *own)
{
    struct kept_view *
        *at = f->views && v->kind == EVIDENCE_RESPONSE && v->item_id
                  ? &f->views->at[((uint64_t)v->item_id ^ (uint64_t)v->model_id) * UINT64_C(0x9E3779B97F4A7C15) >>
                                  (64 - VIEWS_BITS)]
                  : NULL,
       *k = at ? *at : NULL;
    if (k && k->item_id == v->item_id && k->model_id == v->model_id && k->item_version == v->item_version) {
        k->view.fact.evidence = v;
        return &k->view.fact;
    }
    if (!at || is_dated(f->catalogue, v) || (!k && !(k = *at = malloc(sizeof *k)))) {
        fact_view_init(f->policy_index, f->catalogue, f->policy, v, own);
        return &own->fact;
    }
    k->item_id = v->item_id;
    k->model_id = v->model_id;
    k->item_version = v->item_version;
    fact_view_init(f->policy_index, f->catalogue, f->policy, v, &k->view);
    return &k->view.fact;
}

enum st folding_add(struct folding *f, const struct evidence *v, struct fold_step *steps, size_t *nsteps, struct err *e)
{
    struct fact_view own;
    const struct fold_fact *fact = look(f, v, &own);
    if (f->for_levels) return fold_fact_for_levels(f->arena, fact, &f->state, steps, nsteps, e);
    return steps ? fold_fact(f->arena, fact, &f->state, steps, nsteps, e)
                 : fold_fact_only(f->arena, fact, &f->state, e);
}

void folding_end(struct folding *f)
{
    for (size_t i = 0; i < f->state.count; i++) {
        struct competency_state *c = &f->state.competency[i];
        if (c->last_evidence_id > f->from_id)
            c->level = mastery_level(mastery_rule_for(f->catalogue, f->policy, c->competency_id), c);
    }
}

static int by_id(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

/* The ids that withdrawals name, in order. */
static enum st withdrawn_ids(struct arena *a, const struct evidence *facts, size_t n, int64_t **ids, size_t *count,
                             struct err *e)
{
    *count = 0;
    *ids = NULL;
    for (size_t i = 0; i < n; i++) *count += facts[i].replaces_id != 0;
    if (!*count) return ST_OK;
    *ids = arena_array(a, *count, sizeof **ids);
    if (!*ids) return err_fail(e, ST_NOMEM, "err.memory", "folding");
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (facts[i].replaces_id) (*ids)[k++] = facts[i].replaces_id;
    qsort(*ids, *count, sizeof **ids, by_id);
    return ST_OK;
}

enum st facts_fold(const struct policy_index *r, const struct catalogue *c, const struct policy *policy,
                   struct arena *a, const struct evidence *facts, size_t n, struct learner_state *io, fold_watch *watch,
                   void *ctx, struct err *e)
{
    struct folding f;
    int64_t *gone;
    size_t gone_count;
    TRY(withdrawn_ids(a, facts, n, &gone, &gone_count, e));
    /* an answer's few are looked up as they come */
    struct folding_views *views = n < MANY ? NULL : folding_views_new();
    enum st st = ST_OK;
    folding_begin(&f, r, c, policy, a, io, views);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        struct fold_step steps[BKT_SKILLS_MAX];
        size_t moved = 0;
        if (gone_count && bsearch(&facts[i].evidence_id, gone, gone_count, sizeof *gone, by_id)) continue;
        st = folding_add(&f, &facts[i], watch ? steps : NULL, &moved, e);
        if (watch && st == ST_OK) watch(ctx, &facts[i], steps, moved);
    }
    folding_views_free(views);
    TRY(st);
    folding_end(&f);
    *io = f.state;
    return ST_OK;
}
