/* The full logistic model with what earlier answers on other skills say, on the command line. */
#include <stdlib.h>
#include <string.h>

#include "engine/logistic.h"
#include "engine/transfer.h"
#include "model_out.h"

static void put_numbers(struct json_out *j, const char *key, const float *x, size_t n)
{
    json_open_list(j, key);
    for (size_t i = 0; i < n; i++) json_put_f64(j, NULL, (double)x[i]);
    json_close_list(j);
}

static void put_transfer(struct json_out *j, const struct log_data *d, const struct transfer *m)
{
    struct text name;
    text_init(&name, 1 << 16);
    json_open_obj(j, "transfer");
    json_put_i64(j, "dims", (int64_t)m->dims);
    json_open_obj(j, "skills");
    for (size_t s = 0; s < m->sets; s++) {
        model_set_name(d, s, &name);
        json_open_obj(j, text_str(&name));
        json_put_f64(j, "own", (double)m->own[s]);
        put_numbers(j, "query", m->query + s * m->dims, m->dims);
        put_numbers(j, "wrong", m->value + 2 * s * m->dims, m->dims);
        put_numbers(j, "right", m->value + (2 * s + 1) * m->dims, m->dims);
        json_close_obj(j);
    }
    json_close_obj(j);
    json_close_obj(j);
    text_release(&name);
}

struct both {
    struct logistic base;
    struct logistic_report base_report;
    struct transfer top;
    struct transfer_report top_report;
};

static enum st print(struct cli *c, const struct log_data *d, const struct both *m, double read_s, double fit_s,
                     struct err *e)
{
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    json_put_str(j, "kind", "transfer");
    double loss = m->top_report.log_loss * (double)m->top_report.rows;
    model_put_fit(j, loss, -loss, m->base_report.converged && m->top_report.converged, m->top_report.steps,
                  m->top_report.rows);
    json_put_f64(j, "seconds", read_s + fit_s);
    json_put_f64(j, "seconds_fit", fit_s);
    model_put_log(j, d);
    json_put_i64(j, "peak_rss_kib", model_peak_kib());
    if (c->json || cli_opt(c, "--out")) {
        model_put_logistic(j, d, &m->base);
        put_transfer(j, d, &m->top);
    }
    enum st st = model_out_close(&out, c, cli_opt(c, "--out"), ST_OK, e);
    if (st == ST_OK && !c->json)
        printf("transfer: %zu answers, log-loss %.4f, %d steps%s; read %.3f s, fit %.3f s\n", m->top_report.rows,
               m->top_report.log_loss, m->top_report.steps, m->top_report.converged ? "" : " (stopped)", read_s, fit_s);
    return st;
}

enum st model_fit_transfer(struct cli *c, const struct log_data *d, double begin, struct err *e)
{
    struct parallel par = model_parallel(c);
    struct logistic_options o = {.tolerance = 1e-4, .iterations_max = 100};
    struct transfer_options to = transfer_defaults;
    struct logistic_design *design = NULL;
    struct both m = {0};
    struct transfer start = {0};
    struct model_progress progress;
    json_t *doc = NULL;
    double read = model_seconds(), *logit = malloc((d->r.rows + 1) * sizeof *logit);
    enum st st = logit ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "predictions");
    if (st == ST_OK && (!model_number(c, "--c", 1e-6, 1e6, 1.0, &o.c) || !model_transfer_options(c, &to)))
        st = err_fail(e, ST_INVALID, "model.option", "--c, --dims, --members, --steps or --ridge");
    if (st == ST_OK) st = logistic_design_make(&d->r, LOGISTIC_FULL, &par, &design, e);
    if (st == ST_OK) st = model_start(c, "transfer", &doc, e);
    if (st == ST_OK && doc) st = model_load_transfer(doc, d, &start, e);
    if (st == ST_OK && doc) to.start = &start;
    if (st == ST_OK)
        st = doc ? model_load_logistic(doc, LOGISTIC_FULL, d, &m.base, e)
                 : logistic_init(&m.base, LOGISTIC_FULL, d->r.items, d->r.skills, e);
    model_progress_begin(&progress, "model fit");
    to.watch = &progress.watch;
    if (st == ST_OK) st = logistic_fit(design, &o, &par, &m.base, &m.base_report, e);
    if (st == ST_OK) st = logistic_offsets(design, &m.base, &o, logit, e);
    if (st == ST_OK) st = transfer_fit(&d->r, logit, &to, &par, &m.top, &m.top_report, e);
    model_progress_end(&progress);
    if (st == ST_OK) st = print(c, d, &m, read - begin, model_seconds() - read, e);
    if (st == ST_OK) st = model_if_stopped(c, e);
    transfer_free(&start);
    json_decref(doc);
    logistic_design_free(design);
    logistic_free(&m.base);
    transfer_free(&m.top);
    free(logit);
    return st;
}
