#include "app/refit.h"

#include <stdlib.h>
#include <string.h>

#include "app/jobs.h"
#include "base/id.h"
#include "engine/bkt_fit.h"
#include "refit_judge.h"

const char refit_job[] = "refit";
enum { REPORT_BYTES = 4 << 20, DOC_BYTES = 64 << 20 };

static enum st no_memory(struct err *e) { return err_fail(e, ST_NOMEM, "err.memory", "refit"); }

struct work {
    struct app *app;
    struct snapshot *s;
    struct conn *c, *reader;
    const struct refit_options *o;
    refit_told *told;
    void *ctx;
    struct arena *a;
    struct job job;
    bool leased;
    int64_t now_ms, kept_ms;
    struct history h;
    struct model_row base;         /* the version in force */
    struct bkt *candidate, *in_force; /* by place in the catalogue */
    uint8_t *own;                  /* the candidate's are the skill's own, not the pooled ones */
    struct bkt pooled;
    struct fit_counts {
        size_t learners, answers, own, on_bound, few, several, practice;
    } counts;
    struct text report;
    struct json_out j;
};

/* --- reading --- */

static bool go_on(struct work *w, enum refit_phase phase)
{
    struct err ignored;
    if (w->leased && app_now_ms(w->app) - w->kept_ms > JOB_LEASE_MS / 4) {
        w->kept_ms = app_now_ms(w->app);
        if (job_keep(&w->job, &ignored) != ST_OK) return false;
    }
    return !w->told || w->told(w->ctx, phase, w->h.learners, w->h.rows);
}

static bool reading(void *ctx, size_t learners, size_t rows)
{
    (void)learners, (void)rows;
    return go_on(ctx, REFIT_READING);
}

/* --- fitting --- */

/* An answer on a question with several competencies says of none which it was, so it is left to the judge. */
static bool is_fitted(const struct history *h, size_t row)
{
    return h->of[h->question[row]].count == 1 && !(h->answer[row] & HISTORY_OFF_SCREEN) && (h->answer[row] & HISTORY_ANSWER) != BKT_PRACTICE;
}

struct flat {
    uint32_t *user_at, *skill, *set_at;
    uint8_t *right;
    struct responses r;
};

static void flat_free(struct flat *f)
{
    free(f->user_at), free(f->skill), free(f->set_at), free(f->right);
}

/* What is fitted, as the engine reads it: an item and a set for each competency, and one more that nobody answers, whose
 * parameters are the pooled ones. */
static enum st flatten(struct work *w, struct flat *f, struct err *e)
{
    const struct history *h = &w->h;
    size_t skills = w->s->catalogue.competency_count, rows = 0, users = 0;
    *f = (struct flat){0};
    for (size_t i = 0; i < h->rows; i++) rows += is_fitted(h, i);
    f->user_at = malloc((h->learners + 1) * sizeof *f->user_at);
    f->skill = malloc((rows + 1) * sizeof *f->skill);
    f->right = malloc(rows + 1);
    f->set_at = malloc((2 * skills + 4) * sizeof *f->set_at);
    if (!f->user_at || !f->skill || !f->right || !f->set_at) return no_memory(e);
    uint32_t *set_skill = f->set_at + skills + 2;
    rows = 0;
    for (size_t u = 0; u < h->learners; u++) {
        if (history_is_held_back(h->learner_id[u])) continue;
        size_t begin = rows;
        for (size_t i = h->at[u]; i < h->at[u + 1]; i++) {
            w->counts.several += h->of[h->question[i]].count > 1;
            w->counts.practice += (h->answer[i] & HISTORY_ANSWER) == BKT_PRACTICE;
            if (!is_fitted(h, i)) continue;
            f->skill[rows] = h->skill[h->of[h->question[i]].first];
            f->right[rows++] = (h->answer[i] & HISTORY_ANSWER) == BKT_RIGHT;
        }
        if (rows > begin) f->user_at[users++] = (uint32_t)begin;
    }
    f->user_at[users] = (uint32_t)rows;
    for (size_t k = 0; k <= skills; k++) f->set_at[k] = set_skill[k] = (uint32_t)k;
    f->set_at[skills + 1] = (uint32_t)skills + 1;
    f->r = (struct responses){.rows = rows, .users = users, .items = skills + 1, .skills = skills + 1, .sets = skills + 1, .user_at = f->user_at, .item = f->skill, .correct = f->right, .item_set = set_skill, .set_at = f->set_at,
                              .set_skill = set_skill};
    w->counts.learners = users;
    w->counts.answers = rows;
    return ST_OK;
}

/* To six places: what is judged is what is written, in a text of that many digits. */
static double rounded(double x) { return (double)(int64_t)(x * 1e6 + .5) / 1e6; }
static struct bkt rounded_bkt(struct bkt m) { return (struct bkt){rounded(m.prior), rounded(m.learn), rounded(m.guess), rounded(m.slip)}; }

static struct bkt shrunk(struct bkt m, const struct bkt *to, double learners)
{
    double w = REFIT_POOL_WEIGHT, of = learners + w;
    return (struct bkt){(learners * m.prior + w * to->prior) / of, (learners * m.learn + w * to->learn) / of, (learners * m.guess + w * to->guess) / of, (learners * m.slip + w * to->slip) / of};
}

static enum st fit(struct work *w, const struct flat *f, struct err *e)
{
    size_t skills = w->s->catalogue.competency_count;
    struct bkt_fitted *m = calloc(skills + 1, sizeof *m);
    struct bkt_data *data = NULL;
    struct bkt_totals totals;
    if (!m) return no_memory(e);
    enum st st = bkt_data_make(&f->r, 0, 0, &data, e);
    if (st == ST_OK) st = bkt_fit(data, &bkt_defaults, NULL, m, &totals, e);
    if (st == ST_OK) {
        w->pooled = rounded_bkt(shrunk(m[skills].p, &bkt_shipped, (double)f->r.users));
        for (size_t k = 0; k < skills; k++) {
            bool few = m[k].students < REFIT_SKILL_LEARNERS, bound = m[k].flags & BKT_ON_BOUND;
            w->own[k] = !few && !bound;
            w->candidate[k] = w->own[k] ? rounded_bkt(m[k].p) : w->pooled;
            w->counts.own += w->own[k];
            w->counts.few += few && m[k].answers;
            w->counts.on_bound += !few && bound;
        }
    }
    bkt_data_free(data);
    free(m);
    return st;
}

static enum st fit_candidate(struct work *w, struct err *e)
{
    size_t skills = w->s->catalogue.competency_count;
    struct flat f;
    w->candidate = arena_array(w->a, skills + 1, sizeof *w->candidate);
    w->in_force = arena_array(w->a, skills + 1, sizeof *w->in_force);
    w->own = arena_array(w->a, skills + 1, 1);
    if (!w->candidate || !w->in_force || !w->own) return no_memory(e);
    const struct model *m = regime_model_by_id(&w->s->regime, w->base.model_id);
    for (size_t k = 0; k < skills; k++) w->in_force[k] = *model_bkt(m, w->s->catalogue.competencies[k].competency_id);
    enum st st = flatten(w, &f, e);
    if (st == ST_OK && f.r.rows) st = fit(w, &f, e);
    flat_free(&f);
    return st;
}

/* --- what is written --- */

static void put_bkt(struct json_out *j, const char *key, const struct bkt *m)
{
    json_open_obj(j, key);
    json_put_f64(j, "prior", m->prior);
    json_put_f64(j, "learn", m->learn);
    json_put_f64(j, "guess", m->guess);
    json_put_f64(j, "slip", m->slip);
    json_close_obj(j);
}

static enum st doc_of(const struct work *w, int64_t fit_id, struct text *t, struct err *e)
{
    struct json_out j;
    text_init(t, DOC_BYTES);
    json_out_init(&j, t);
    json_open_obj(&j, NULL);
    put_bkt(&j, "default", &w->pooled);
    json_open_obj(&j, "by_competency");
    for (size_t k = 0; k < w->s->catalogue.competency_count; k++)
        if (w->own[k]) put_bkt(&j, w->s->catalogue.competencies[k].uri, &w->candidate[k]);
    json_close_obj(&j);
    json_put_id(&j, "before", w->base.model_id);
    json_open_obj(&j, "from");
    json_put_str(&j, "way", "fitted");
    json_put_id(&j, "fit_id", fit_id);
    json_put_i64(&j, "learners", (int64_t)w->counts.learners);
    json_put_i64(&j, "answers", (int64_t)w->counts.answers);
    json_close_obj(&j);
    json_close_obj(&j);
    return t->failed ? no_memory(e) : ST_OK;
}

static void put_counts(struct work *w)
{
    json_put_i64(&w->j, "learners_least", REFIT_LEARNERS);
    json_put_i64(&w->j, "held_learners_least", REFIT_HELD_LEARNERS);
    json_put_i64(&w->j, "held_answers_least", REFIT_HELD_ANSWERS);
    json_put_f64(&w->j, "margin", REFIT_MARGIN);
    json_put_f64(&w->j, "gain_least", REFIT_GAIN);
    json_put_i64(&w->j, "hold_days", REFIT_HOLD_DAYS);
    json_open_obj(&w->j, "fitted");
    put_bkt(&w->j, "pooled", &w->pooled);
    json_put_i64(&w->j, "skills_own", (int64_t)w->counts.own);
    json_put_i64(&w->j, "skills_few", (int64_t)w->counts.few);
    json_put_i64(&w->j, "skills_on_bound", (int64_t)w->counts.on_bound);
    json_put_i64(&w->j, "left_out_several", (int64_t)w->counts.several);
    json_put_i64(&w->j, "left_out_with_hints", (int64_t)w->counts.practice);
    json_close_obj(&w->j);
}

/* The version and its entry in the registry, in one transaction; not when another one came into force meanwhile. */
static enum st write_down(struct work *w, struct model_fit *f, struct err *e)
{
    struct tx tx;
    struct text doc;
    struct model_row now;
    f->fit_id = app_id(w->app);
    TRY(tx_write(w->c, w->s->district_id, &tx, e));
    enum st st = model_in_force(&tx, w->a, app_now_ms(w->app), &now, e);
    if (st == ST_OK && now.model_id != w->base.model_id) st = err_fail(e, ST_CONFLICT, "model.other", "another version came into force meanwhile");
    if (st == ST_OK && strcmp(f->verdict, "live") == 0) {
        st = doc_of(w, f->fit_id, &doc, e);
        if (st == ST_OK) st = model_insert(w->app, &tx, "bkt", text_str(&doc), &f->model_id, e);
        text_release(&doc);
    }
    if (st == ST_OK) st = model_fit_insert(&tx, f, e);
    if (st == ST_OK) return tx_commit(&tx, e);
    tx_rollback(&tx);
    f->fit_id = f->model_id = 0;
    return st;
}

/* --- the verdict --- */

static void too_little(const struct work *w, const struct judged *j, struct model_fit *f)
{
    f->verdict = "too_little";
    f->reason = w->counts.learners < REFIT_LEARNERS ? "few_learners" : j->learners < REFIT_HELD_LEARNERS ? "few_held" : "few_answers";
}

/* A person took a version back: what the program would put in its place waits for a person, or for time. */
static enum st is_on_hold(struct work *w, struct tx *tx, bool *held, struct err *e)
{
    int64_t fit_id, last_id, model_id;
    TRY(model_fit_last(tx, "bkt", "taken_back", &fit_id, &last_id, &model_id, e));
    *held = fit_id && !w->o->go_live && w->now_ms - id_time_ms(fit_id) < REFIT_HOLD_DAYS * INT64_C(86400000);
    return ST_OK;
}

static enum st decide(struct work *w, struct tx *tx, const struct judgement *v, struct model_fit *f, struct err *e)
{
    bool held;
    TRY(is_on_hold(w, tx, &held, e));
    f->verdict = "not_better";
    if (v->difference.mean > 0.0) f->reason = "worse";
    else if (v->difference.mean > -REFIT_GAIN) f->reason = "no_gain";
    else if (*v->worse_for) f->reason = "worse_for_group";
    else if (v->difference.high > REFIT_MARGIN) f->reason = "unsure";
    else if (held) {
        f->verdict = "held";
        f->reason = "held";
    } else {
        f->verdict = "live";
        f->reason = "better";
    }
    return ST_OK;
}

static enum st judge_candidate(struct work *w, struct judged *j, struct model_fit *f, struct err *e)
{
    struct tx tx;
    struct judgement v;
    TRY(judge_bkt(j, w->s->catalogue.competency_count, w->candidate, w->in_force, e));
    f->held_learners = (int64_t)j->learners;
    f->held_answers = (int64_t)j->n;
    if (w->counts.learners < REFIT_LEARNERS || j->learners < REFIT_HELD_LEARNERS || j->n < REFIT_HELD_ANSWERS) {
        too_little(w, j, f);
        return ST_OK;
    }
    TRY(tx_read(w->reader, w->s->district_id, &tx, e));
    enum st st = judge(j, &tx, (size_t)regime_policy(&w->s->regime, w->now_ms)->policy.smallest_group, &w->j, &v, e);
    if (st == ST_OK) st = decide(w, &tx, &v, f, e);
    if (st == ST_OK && *v.worse_for) json_put_str(&w->j, "worse_for", v.worse_for);
    tx_rollback(&tx);
    return st;
}

/* The same facts and the same version in force give the same verdict: it stands already. */
static enum st stands_already(struct work *w, const struct model_fit *f, bool *yes, struct err *e)
{
    struct tx tx;
    struct model_fit *list;
    size_t n;
    *yes = false;
    if (w->o->dry_run || w->o->go_live) return ST_OK;
    TRY(tx_read(w->reader, w->s->district_id, &tx, e));
    enum st st = model_fits(&tx, w->a, 1, &list, &n, e);
    tx_rollback(&tx);
    if (st == ST_OK && n) *yes = list[0].last_id == f->last_id && (list[0].against_id == f->against_id || list[0].model_id == f->against_id) && list[0].first_id == f->first_id;
    return st;
}

static enum st work(struct work *w, struct model_fit *f, struct err *e)
{
    struct tx tx;
    struct judged j = {0};
    bool again;
    TRY(tx_read(w->reader, w->s->district_id, &tx, e));
    enum st st = model_in_force(&tx, w->a, w->now_ms, &w->base, e);
    tx_rollback(&tx);
    TRY(st);
    TRY(history_read(w->s, w->reader, w->now_ms, reading, w, &w->h, e));
    *f = (struct model_fit){.kind = "bkt", .verdict = "same", .reason = "same", .against_id = w->base.model_id, .first_id = w->h.first_id, .last_id = w->h.last_id, .report = "{}"};
    TRY(stands_already(w, f, &again, e));
    if (again) return ST_OK;
    if (!go_on(w, REFIT_FITTING)) return err_fail(e, ST_BUSY, "err.busy", "stopped before the end");
    TRY(fit_candidate(w, e));
    f->learners = (int64_t)w->counts.learners;
    f->answers = (int64_t)w->counts.answers;
    if (!go_on(w, REFIT_JUDGING)) return err_fail(e, ST_BUSY, "err.busy", "stopped before the end");
    json_open_obj(&w->j, NULL);
    put_counts(w);
    st = judged_init(&j, &w->h, e);
    if (st == ST_OK) st = judge_candidate(w, &j, f, e);
    judged_release(&j);
    TRY(st);
    json_close_obj(&w->j);
    f->report = w->report.failed ? NULL : arena_strdup(w->a, text_str(&w->report));
    if (!f->report) return no_memory(e);
    return w->o->dry_run ? ST_OK : write_down(w, f, e);
}

enum st refit(struct app *app, struct conn *c, const struct refit_options *o, refit_told *told, void *ctx, struct arena *a, struct model_fit *out, struct err *e)
{
    struct work w = {.app = app, .s = snapshot_hold(app), .c = c, .o = o, .told = told, .ctx = ctx, .a = a, .now_ms = app_now_ms(app)};
    struct err ignored;
    w.kept_ms = w.now_ms;
    text_init(&w.report, REPORT_BYTES);
    json_out_init(&w.j, &w.report);
    enum st st = o->dry_run ? ST_OK : job_begin(&w.job, app, c, refit_job, o->nightly, e);
    w.leased = !o->dry_run && st == ST_OK;
    if (st == ST_OK) st = conn_open(app->db, CONN_READ, &w.reader, e);
    if (st == ST_OK) st = work(&w, out, e);
    if (w.leased) {
        enum st ended = job_end(&w.job, st == ST_OK ? "done" : st == ST_BUSY ? "stopped" : "failed", st == ST_OK ? out->verdict : e->detail, st == ST_OK ? e : &ignored);
        if (st == ST_OK) st = ended;
    }
    conn_close(w.reader);
    history_release(&w.h);
    text_release(&w.report);
    snapshot_drop(w.s);
    return st;
}
