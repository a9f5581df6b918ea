/* model memory: how long facts last, refitted on a log with times. */
#include <stdlib.h>
#include <string.h>

#include "engine/fsrs.h"
#include "engine/metrics.h"
#include "model_out.h"

enum { FOLDS_MAX = 1000 };

struct memory {
    const char *folds_by;
    struct log_data d;
    struct fsrs_log log;
    uint32_t *row, *user;
    double *p_default, *p_fitted;
    uint8_t *pick, *correct;
    struct fsrs fitted;
    struct fsrs_report report;
    struct parallel threads;
    double seconds;
};

static void predict(struct memory *x, const struct fsrs *m, size_t h, double *p)
{
    struct fsrs_state s = {0};
    for (size_t i = x->log.at[h]; i < x->log.at[h + 1]; i++) {
        x->pick[i] = i > x->log.at[h] && x->log.days[i] >= 1.0;
        x->correct[i] = x->log.grade[i] == FSRS_GOOD;
        p[i] = x->pick[i] ? fsrs_recall(m, s, x->log.days[i]) : 0.0;
        s = fsrs_review(m, s, x->log.grade[i] == FSRS_GOOD ? FSRS_GOOD : FSRS_AGAIN, x->log.days[i]);
    }
}

/* The histories outside a fold, laid together; folds 0: all. */
static enum st fit_part(struct memory *x, size_t folds, size_t fold, struct fsrs *m, struct fsrs_report *report,
                        struct err *e)
{
    size_t n = 0, filled = 0, all = x->log.at[x->log.histories];
    uint32_t *at = malloc((x->log.histories + 1) * sizeof *at);
    double *days = malloc((all + 1) * sizeof *days);
    uint8_t *grade = malloc(all + 1);
    enum st st = at && days && grade ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "histories");
    for (size_t h = 0; st == ST_OK && h < x->log.histories; h++) {
        if (folds && x->d.r.user_fold[x->user[h]] % folds == fold) continue;
        size_t k = x->log.at[h + 1] - x->log.at[h];
        at[n++] = (uint32_t)filled;
        memcpy(days + filled, x->log.days + x->log.at[h], k * sizeof *days);
        memcpy(grade + filled, x->log.grade + x->log.at[h], k);
        filled += k;
    }
    if (st == ST_OK) {
        at[n] = (uint32_t)filled;
        *m = fsrs_default;
        st = fsrs_fit(&(struct fsrs_log){n, at, days, grade}, &x->threads, m, report, e);
    }
    free(at), free(days), free(grade);
    return st;
}

static enum st judge(struct memory *x, size_t folds, struct err *e)
{
    size_t all = x->log.at[x->log.histories];
    struct arena *a = &x->d.arena;
    x->p_default = arena_array(a, all + 1, sizeof(double));
    x->p_fitted = arena_array(a, all + 1, sizeof(double));
    x->pick = arena_array(a, all + 1, 1);
    x->correct = arena_array(a, all + 1, 1);
    if (!x->p_default || !x->p_fitted || !x->pick || !x->correct)
        return err_fail(e, ST_NOMEM, "err.memory", "predictions");
    double begin = model_seconds();
    TRY(fit_part(x, 0, 0, &x->fitted, &x->report, e));
    x->seconds = model_seconds() - begin;
    for (size_t f = 0; f < folds; f++) {
        struct fsrs m;
        struct fsrs_report rep;
        TRY(fit_part(x, folds, f, &m, &rep, e));
        for (size_t h = 0; h < x->log.histories; h++)
            if (x->d.r.user_fold[x->user[h]] % folds == f) {
                predict(x, &fsrs_default, h, x->p_default);
                predict(x, &m, h, x->p_fitted);
            }
    }
    return ST_OK;
}

static void put(struct json_out *j, const char *key, const struct metrics *m)
{
    json_open_obj(j, key);
    model_put_scores(j, m);
    json_close_obj(j);
}

static enum st tell(const struct cli *c, const struct memory *x, struct err *e)
{
    struct metrics def, fit;
    size_t all = x->log.at[x->log.histories];
    TRY(metrics_of(x->p_default, x->correct, x->pick, all, &def, e));
    TRY(metrics_of(x->p_fitted, x->correct, x->pick, all, &fit, e));
    if (!c->json) {
        printf("%zu memories, %zu reviews, %zu of them on a later day than the last; fitted in %.3f s, %d steps\n",
               x->log.histories, all, x->report.reviews, x->seconds, x->report.iterations);
        printf("default weights: AUC %.4f  RMSE %.4f  log-loss %.4f\nfitted weights:  AUC %.4f  RMSE %.4f  log-loss "
               "%.4f\n",
               def.auc, def.rmse, def.log_loss, fit.auc, fit.rmse, fit.log_loss);
        for (size_t i = 0; i < FSRS_WEIGHTS; i++) printf("%s%.4f", i ? " " : "weights ", x->fitted.w[i]);
        putchar('\n');
        return ST_OK;
    }
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    json_put_str(j, "kind", "fsrs-6");
    json_put_str(j, "folds_by", x->folds_by);
    model_put_log(j, &x->d);
    json_put_i64(j, "memories", (int64_t)x->log.histories);
    json_put_i64(j, "reviews", (int64_t)all);
    put(j, "default", &def);
    put(j, "fitted", &fit);
    model_put_numbers(j, "weights", x->fitted.w, FSRS_WEIGHTS);
    json_put_i64(j, "iterations", x->report.iterations);
    json_put_bool(j, "converged", x->report.converged);
    json_put_f64(j, "seconds_fit", x->seconds);
    return model_out_close(&out, c, NULL, ST_OK, e);
}

int run_model_memory(struct cli *c)
{
    struct err e = {0};
    struct memory x = {.threads = model_parallel(c)};
    struct log_columns names = log_columns_of(c);
    const char *by = cli_opt(c, "--by") ? cli_opt(c, "--by") : "item";
    double folds;
    if (!c->count) return cli_usage(c, "name the files or folders with answers");
    if (strcmp(by, "item") != 0 && strcmp(by, "skill") != 0) return cli_usage(c, "--by is item or skill");
    if (!model_number(c, "--folds", 2, FOLDS_MAX, 5, &folds)) return 2;
    enum st st = model_log_read(c, &names, &x.d, &e);
    if (st == ST_OK && !x.d.r.time_s)
        st = err_fail(&e, ST_INVALID, "model.row", "the answers have no times, so forgetting cannot be measured");
    if (st == ST_OK) st = log_histories(&x.d, *by == 's', &x.log, &x.row, &x.user, &e);
    if (st == ST_OK) st = model_folds(c, &x.d, (size_t)folds, &x.folds_by, &e);
    if (st == ST_OK) st = judge(&x, (size_t)folds, &e);
    if (st == ST_OK) st = tell(c, &x, &e);
    log_release(&x.d);
    return st == ST_OK ? 0 : cli_fail(&e);
}
