#include "models/refit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "refit_work.h"
#include "policy/snapshot.h"

enum { REPORT_BYTES = 4 << 20, DOC_BYTES = 64 << 20, LOOK_BACK = 60 };

/* --- reading --- */

/* Treat a stop request as final: a half-finished fit must not be judged. */
static bool go_on(void *ctx, double share)
{
    struct work *w = ctx;
    struct err ignored;
    if (!w->stopped && w->leased && app_now_ms(w->app) - w->kept_ms > JOB_LEASE_MS / 4) {
        w->kept_ms = app_now_ms(w->app);
        w->stopped = job_keep(&w->job, &ignored) != ST_OK;
    }
    if (!w->stopped && w->told) w->stopped = !w->told(w->ctx, w->phase, w->h.learners, w->h.rows, share);
    return !w->stopped;
}

static enum st next_phase(struct work *w, enum refit_phase phase, struct err *e)
{
    w->phase = phase;
    return go_on(w, 0.0) ? ST_OK : err_fail(e, ST_BUSY, "err.busy", "stopped before the end");
}

static bool reading(void *ctx, size_t learners, size_t rows)
{
    (void)learners, (void)rows;
    return go_on(ctx, 0.0);
}

/* --- what is written --- */

static enum st doc_of(const struct work *w, const struct refit_kind *k, int64_t fit_id, struct text *t, struct err *e)
{
    struct json_out j;
    text_init(t, DOC_BYTES);
    json_out_init(&j, t);
    json_open_obj(&j, NULL);
    TRY(k->doc(w, &j, e));
    if (w->base.model_id) json_put_id(&j, "before", w->base.model_id);
    json_open_obj(&j, "from");
    json_put_str(&j, "way", "fitted");
    json_put_id(&j, "fit_id", fit_id);
    json_put_i64(&j, "learners", (int64_t)w->learners);
    json_put_i64(&j, "answers", (int64_t)w->answers);
    json_close_obj(&j);
    json_close_obj(&j);
    return t->failed ? err_no_memory(e, "refit") : ST_OK;
}

static void put_limits(struct json_out *j)
{
    json_put_i64(j, "learners_least", REFIT_LEARNERS);
    json_put_i64(j, "held_learners_least", REFIT_HELD_LEARNERS);
    json_put_i64(j, "held_answers_least", REFIT_HELD_ANSWERS);
    json_put_f64(j, "margin", REFIT_MARGIN);
    json_put_f64(j, "gain_least", REFIT_GAIN);
    json_put_i64(j, "hold_days", REFIT_HOLD_DAYS);
}

/* The version and its entry in the registry, in one transaction; not when another one came into force meanwhile, or
 * another process has taken over. */
static enum st write_down(struct work *w, const struct refit_kind *k, struct model_fit *f, struct err *e)
{
    struct tx *tx;
    struct text doc;
    struct model_row now;
    f->fit_id = app_id(w->app);
    TRY(tx_write(w->c, w->s->district_id, &tx, e));
    enum st st = job_hold(&w->job, tx, e); /* first: from here on nobody takes a version back */
    if (st == ST_OK) st = model_in_force(tx, w->a, k->name, app_now_ms(w->app), &now, e);
    if (st == ST_OK && now.model_id != w->base.model_id)
        st = err_fail(e, ST_CONFLICT, "model.other", "another version came into force meanwhile");
    if (st == ST_OK && strcmp(f->verdict, "live") == 0) {
        st = doc_of(w, k, f->fit_id, &doc, e);
        if (st == ST_OK) st = model_insert(w->app, tx, k->name, text_str(&doc), &f->model_id, e);
        text_release(&doc);
    }
    if (st == ST_OK) st = model_fit_insert(tx, f, e);
    if (st == ST_OK) return tx_commit(tx, e);
    tx_rollback(tx);
    f->fit_id = f->model_id = 0;
    return st;
}

/* --- the verdict --- */

static void too_little(const struct work *w, const struct judged *j, struct model_fit *f)
{
    f->verdict = "too_little";
    f->reason = w->learners < REFIT_LEARNERS        ? "few_learners"
                : j->learners < REFIT_HELD_LEARNERS ? "few_held"
                                                    : "few_answers";
}

/* After someone reverts a version, no new one goes live by itself until the hold ends or a person asks for it. */
static enum st is_on_hold(struct work *w, struct tx *tx, const char *kind, bool *held, struct err *e)
{
    int64_t fit_id, last_id, model_id;
    TRY(model_fit_last(tx, kind, "taken_back", &fit_id, &last_id, &model_id, e));
    *held = fit_id && !w->o->go_live && w->now_ms - id_time_ms(fit_id) < REFIT_HOLD_DAYS * INT64_C(86400000);
    return ST_OK;
}

static enum st decide(struct work *w, struct tx *tx, const struct judgement *v, struct model_fit *f, struct err *e)
{
    bool held;
    TRY(is_on_hold(w, tx, f->kind, &held, e));
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

static enum st judge_candidate(struct work *w, const struct refit_kind *k, struct judged *j, struct model_fit *f,
                               struct err *e)
{
    struct tx *tx;
    struct judgement v;
    TRY(k->predict(w, j, e));
    f->held_learners = (int64_t)j->learners;
    f->held_answers = (int64_t)j->n;
    if (w->learners < REFIT_LEARNERS || j->learners < REFIT_HELD_LEARNERS || j->n < REFIT_HELD_ANSWERS) {
        too_little(w, j, f);
        return ST_OK;
    }
    TRY(tx_read(w->reader, w->s->district_id, &tx, e));
    enum st st = judge(j, tx, (size_t)policy_for_district(&w->s->policy_index, w->now_ms)->policy.smallest_group,
                       &w->watch, &w->j, &v, e);
    if (st == ST_OK) st = decide(w, tx, &v, f, e);
    if (st == ST_OK && *v.worse_for) json_put_str(&w->j, "worse_for", v.worse_for);
    tx_rollback(tx);
    return st;
}

/* Is it what was judged then? Rules may make of the same answers something else, and an answer may have been
 * withdrawn. */
static bool same_facts(const struct work *w, const struct model_fit *then)
{
    json_t *report = NULL;
    struct err ignored;
    return json_read(w->a, then->report, strlen(then->report), &report, &ignored) == ST_OK &&
           strcmp(json_str(report, "facts_digest", ""), w->digest) == 0;
}

/* The same facts and the same version in force give the same verdict: it stands already. Not what was held only for
 * a time. */
static enum st stands_already(struct work *w, const struct model_fit *f, bool *yes, struct err *e)
{
    struct tx *tx;
    struct model_fit *list;
    size_t n;
    bool held = true;
    *yes = false;
    if (w->o->dry_run || w->o->go_live) return ST_OK;
    TRY(tx_read(w->reader, w->s->district_id, &tx, e));
    enum st st = model_fits(tx, w->a, LOOK_BACK, &list, &n, e);
    if (st == ST_OK) st = is_on_hold(w, tx, f->kind, &held, e);
    tx_rollback(tx);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        if (strcmp(list[i].kind, f->kind) != 0) continue;
        *yes = same_facts(w, &list[i]) && (list[i].against_id == f->against_id || list[i].model_id == f->against_id) &&
               (held || strcmp(list[i].verdict, "held") != 0);
        break;
    }
    return st;
}

static enum st judged_and_written(struct work *w, const struct refit_kind *k, struct text *report, struct model_fit *f,
                                  struct err *e)
{
    struct judged j = {0};
    json_out_init(&w->j, report);
    json_open_obj(&w->j, NULL);
    put_limits(&w->j);
    json_put_str(&w->j, "facts_digest", w->digest);
    json_open_obj(&w->j, "fitted");
    k->report(w);
    json_close_obj(&w->j);
    enum st st = judged_init(&j, &w->h, e);
    if (st == ST_OK) st = judge_candidate(w, k, &j, f, e);
    judged_release(&j);
    TRY(st);
    json_close_obj(&w->j);
    f->report = report->failed ? NULL : arena_strdup(w->a, text_str(report));
    if (!f->report) return err_no_memory(e, "refit");
    TRY(next_phase(w, REFIT_JUDGING, e)); /* nothing is written after the word to stop */
    return w->o->dry_run ? ST_OK : write_down(w, k, f, e);
}

static enum st one_kind(struct work *w, const struct refit_kind *k, struct model_fit *f, struct refit_took *took,
                        struct err *e)
{
    struct tx *tx;
    struct text report;
    bool again;
    TRY(tx_read(w->reader, w->s->district_id, &tx, e));
    enum st st = model_in_force(tx, w->a, k->name, w->now_ms, &w->base, e);
    tx_rollback(tx);
    TRY(st);
    *f = (struct model_fit){.kind = k->name,
                            .verdict = "same",
                            .reason = "same",
                            .against_id = w->base.model_id,
                            .first_id = w->h.first_id,
                            .last_id = w->h.last_id,
                            .report = "{}"};
    TRY(stands_already(w, f, &again, e));
    if (again) return ST_OK;
    TRY(next_phase(w, REFIT_FITTING, e));
    int64_t begin_us = clock_cpu_us();
    w->learners = w->answers = 0;
    TRY(k->fit(w, e));
    f->learners = (int64_t)w->learners;
    f->answers = (int64_t)w->answers;
    took->fit_us = clock_cpu_us() - begin_us;
    TRY(next_phase(w, REFIT_JUDGING, e));
    text_init(&report, REPORT_BYTES);
    st = judged_and_written(w, k, &report, f, e);
    text_release(&report);
    took->judge_us = clock_cpu_us() - begin_us - took->fit_us;
    return st;
}

static enum st work(struct work *w, struct refitted *out, struct err *e)
{
    int64_t begin_us = clock_cpu_us();
    TRY(refit_data_read(w->s, w->reader, w->now_ms, reading, w, &w->h, e));
    snprintf(w->digest, sizeof w->digest, "%016" PRIx64, refit_data_digest(&w->h, &w->s->catalogue));
    out->read_us = clock_cpu_us() - begin_us;
    TRY(one_kind(w, &refit_bkt, &out->skills, &out->skills_took, e));
    return one_kind(w, &refit_items, &out->questions, &out->questions_took, e);
}

static const char *outcome_of(const struct refitted *r)
{
    return r->skills.model_id || r->questions.model_id ? "live" : r->skills.verdict;
}

static enum st begin_job(struct work *w, struct err *e)
{
    struct snapshot *s = snapshot_hold(w->app);
    int32_t today = tz_date(s->zone, w->now_ms);
    snapshot_drop(s);
    return job_begin(&w->job, w->app, w->c, job_refit, w->o->nightly, today, e);
}

enum st refit(struct app *app, struct conn *c, const struct refit_options *o, refit_told *told, void *ctx,
              struct arena *a, struct refitted *out, struct err *e)
{
    struct work w = {.app = app, .c = c, .o = o, .told = told, .ctx = ctx, .a = a, .now_ms = app_now_ms(app)};
    struct err ignored;
    w.kept_ms = w.now_ms;
    w.watch = (struct fit_watch){go_on, &w};
    enum st st = o->dry_run ? ST_OK : begin_job(&w, e);
    w.leased = !o->dry_run && st == ST_OK;
    if (st == ST_OK)
        st = snapshot_refresh(app, c, e); /* another refit may have ended since this process read the rules */
    w.s = snapshot_hold(app);
    if (st == ST_OK) st = conn_open(app->db, CONN_READ, &w.reader, e);
    if (st == ST_OK) st = work(&w, out, e);
    if (w.leased) {
        enum st ended = job_end(&w.job,
                                st == ST_OK     ? "done"
                                : st == ST_BUSY ? "stopped"
                                                : "failed",
                                st == ST_OK ? outcome_of(out) : e->detail, st == ST_OK ? e : &ignored);
        if (st == ST_OK) st = ended;
    }
    conn_close(w.reader);
    refit_data_release(&w.h);
    snapshot_drop(w.s);
    return st;
}
