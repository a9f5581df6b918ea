/* Knowledge tracing: four parameters for each skill, by exact EM. */
#include <stdlib.h>
#include <string.h>

#include "engine/bkt_fit.h"
#include "refit_work.h"
#include "policy/snapshot.h"

struct found {
    struct bkt pooled, *skill; /* by place in the catalogue */
    uint8_t *own;              /* the skill's own, not the pooled ones */
    size_t own_count, on_bound, few, several, practice;
};

/* An answer on a question with several competencies says of none which it was, so it is left to the judge. */
static bool is_fitted(const struct refit_data *h, size_t row)
{
    return h->of[h->question[row]].count == 1 && !(h->answer[row] & REFIT_OFF_SCREEN) &&
           (h->answer[row] & REFIT_ANSWER) != BKT_PRACTICE;
}

struct flat {
    uint32_t *user_at, *skill, *set_at;
    uint8_t *right;
    struct responses r;
};

static void flat_free(struct flat *f) { free(f->user_at), free(f->skill), free(f->set_at), free(f->right); }

/* What is fitted, as the engine reads it: an item and a set for each competency, and one more that nobody answers,
 * whose parameters are the pooled ones. */
static enum st flatten(struct work *w, struct found *x, struct flat *f, struct err *e)
{
    const struct refit_data *h = &w->h;
    size_t skills = w->s->catalogue.competency_count, rows = 0, users = 0;
    *f = (struct flat){0};
    for (size_t i = 0; i < h->rows; i++) rows += is_fitted(h, i);
    f->user_at = malloc((h->learners + 1) * sizeof *f->user_at);
    f->skill = malloc((rows + 1) * sizeof *f->skill);
    f->right = malloc(rows + 1);
    f->set_at = malloc((2 * skills + 4) * sizeof *f->set_at);
    if (!f->user_at || !f->skill || !f->right || !f->set_at) return err_no_memory(e, "refit");
    uint32_t *set_skill = f->set_at + skills + 2;
    rows = 0;
    for (size_t u = 0; u < h->learners; u++) {
        if (refit_is_held_back(h->learner_id[u])) continue;
        size_t begin = rows;
        for (size_t i = h->at[u]; i < h->at[u + 1]; i++) {
            x->several += h->of[h->question[i]].count > 1;
            x->practice += (h->answer[i] & REFIT_ANSWER) == BKT_PRACTICE;
            if (!is_fitted(h, i)) continue;
            f->skill[rows] = h->skill[h->of[h->question[i]].first];
            f->right[rows++] = (h->answer[i] & REFIT_ANSWER) == BKT_RIGHT;
        }
        if (rows > begin) f->user_at[users++] = (uint32_t)begin;
    }
    f->user_at[users] = (uint32_t)rows;
    for (size_t k = 0; k <= skills; k++) f->set_at[k] = set_skill[k] = (uint32_t)k;
    f->set_at[skills + 1] = (uint32_t)skills + 1;
    f->r = (struct responses){.rows = rows,
                              .users = users,
                              .items = skills + 1,
                              .skills = skills + 1,
                              .sets = skills + 1,
                              .user_at = f->user_at,
                              .item = f->skill,
                              .correct = f->right,
                              .item_set = set_skill,
                              .set_at = f->set_at,
                              .set_skill = set_skill};
    w->learners = users;
    w->answers = rows;
    return ST_OK;
}

static struct bkt rounded_bkt(struct bkt m)
{
    return (struct bkt){refit_rounded(m.prior), refit_rounded(m.learn), refit_rounded(m.guess), refit_rounded(m.slip)};
}

static struct bkt shrunk(struct bkt m, const struct bkt *to, double learners)
{
    double w = REFIT_POOL_WEIGHT, of = learners + w;
    return (struct bkt){(learners * m.prior + w * to->prior) / of, (learners * m.learn + w * to->learn) / of,
                        (learners * m.guess + w * to->guess) / of, (learners * m.slip + w * to->slip) / of};
}

static enum st fit_flat(const struct work *w, struct found *x, const struct flat *f, struct err *e)
{
    size_t skills = w->s->catalogue.competency_count;
    struct bkt_fitted *m = calloc(skills + 1, sizeof *m);
    struct bkt_data *data = NULL;
    struct bkt_totals totals;
    struct bkt_options o = bkt_defaults;
    o.watch = &w->watch;
    if (!m) return err_no_memory(e, "refit");
    enum st st = bkt_data_make(&f->r, 0, 0, &data, e);
    if (st == ST_OK) st = bkt_fit(data, &o, NULL, m, &totals, e);
    if (st == ST_OK) {
        x->pooled = rounded_bkt(shrunk(m[skills].p, &bkt_shipped, (double)f->r.users));
        for (size_t k = 0; k < skills; k++) {
            bool few = m[k].students < REFIT_SKILL_LEARNERS, bound = m[k].flags & BKT_ON_BOUND;
            x->own[k] = !few && !bound;
            x->skill[k] = x->own[k] ? rounded_bkt(m[k].p) : x->pooled;
            x->own_count += x->own[k];
            x->few += few && m[k].answers;
            x->on_bound += !few && bound;
        }
    }
    bkt_data_free(data);
    free(m);
    return st;
}

static enum st fit(struct work *w, struct err *e)
{
    size_t skills = w->s->catalogue.competency_count;
    struct found *x = arena_alloc(w->a, sizeof *x);
    struct flat f;
    if (!x) return err_no_memory(e, "refit");
    w->candidate = x;
    x->pooled = bkt_shipped;
    x->skill = arena_array(w->a, skills + 1, sizeof *x->skill);
    x->own = arena_array(w->a, skills + 1, 1);
    if (!x->skill || !x->own) return err_no_memory(e, "refit");
    for (size_t k = 0; k < skills; k++) x->skill[k] = bkt_shipped;
    enum st st = flatten(w, x, &f, e);
    if (st == ST_OK && f.r.rows) st = fit_flat(w, x, &f, e);
    flat_free(&f);
    return st;
}

static enum st predict(struct work *w, struct judged *j, struct err *e)
{
    const struct catalogue *c = &w->s->catalogue;
    const struct found *x = w->candidate;
    const struct model *m = model_by_id(&w->s->policy_index, w->base.model_id);
    struct bkt *in_force = arena_array(w->a, c->competency_count + 1, sizeof *in_force);
    if (!in_force) return err_no_memory(e, "refit");
    if (w->base.model_id && m->model_id != w->base.model_id)
        return err_fail(e, ST_CONFLICT, "model.other", "another version came into force meanwhile");
    for (size_t k = 0; k < c->competency_count; k++) in_force[k] = *model_bkt(m, c->competencies[k].competency_id);
    return judge_bkt(j, c->competency_count, x->skill, in_force, e);
}

static void put_bkt(struct json_out *j, const char *key, const struct bkt *m)
{
    json_open_obj(j, key);
    json_put_f64(j, "prior", m->prior);
    json_put_f64(j, "learn", m->learn);
    json_put_f64(j, "guess", m->guess);
    json_put_f64(j, "slip", m->slip);
    json_close_obj(j);
}

static void report(struct work *w)
{
    const struct found *x = w->candidate;
    put_bkt(&w->j, "pooled", &x->pooled);
    json_put_i64(&w->j, "skills_own", (int64_t)x->own_count);
    json_put_i64(&w->j, "skills_few", (int64_t)x->few);
    json_put_i64(&w->j, "skills_on_bound", (int64_t)x->on_bound);
    json_put_i64(&w->j, "left_out_several", (int64_t)x->several);
    json_put_i64(&w->j, "left_out_with_hints", (int64_t)x->practice);
}

static enum st doc(const struct work *w, struct json_out *j, struct err *e)
{
    const struct found *x = w->candidate;
    (void)e;
    put_bkt(j, "default", &x->pooled);
    json_open_obj(j, "by_competency");
    for (size_t k = 0; k < w->s->catalogue.competency_count; k++)
        if (x->own[k]) put_bkt(j, w->s->catalogue.competencies[k].uri, &x->skill[k]);
    json_close_obj(j);
    return ST_OK;
}

const struct refit_kind refit_bkt = {"bkt", fit, predict, report, doc};
