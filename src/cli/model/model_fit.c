/* model fit: parameters from a log of answers. */
#include <stdlib.h>
#include <string.h>

#include "engine/bkt_fit.h"
#include "engine/logistic.h"
#include "model_out.h"

static enum st fit_logistic(struct cli *c, const struct log_data *d, double begin, struct err *e)
{
    struct parallel par = model_parallel(c);
    struct logistic_design *design;
    struct logistic m = {0};
    struct logistic_report rep;
    struct logistic_options o = {.tolerance = 1e-6, .iterations_max = 100};
    if (!model_number(c, "--c", 1e-6, 1e6, 1.0, &o.c)) return err_fail(e, ST_INVALID, "model.option", "--c");
    double read = model_seconds();
    TRY(logistic_design_make(&d->r, model_terms(cli_opt(c, "--kind")), &par, &design, e));
    double made = model_seconds();
    struct model_progress progress;
    json_t *doc = NULL;
    unsigned terms = model_terms(cli_opt(c, "--kind"));
    model_progress_begin(&progress, "model fit");
    o.watch = &progress.watch;
    enum st st = model_start(c, cli_opt(c, "--kind"), &doc, e);
    if (st == ST_OK)
        st = doc ? model_load_logistic(doc, terms, d, &m, e) : logistic_init(&m, terms, d->r.items, d->r.skills, e);
    json_decref(doc);
    const bool begun = st == ST_OK;
    if (begun) st = logistic_fit(design, &o, &par, &m, &rep, e);
    model_progress_end(&progress);
    if (begun) {
        double end = model_seconds();
        struct model_out out;
        struct json_out *j = model_out_open(&out);
        json_put_str(j, "kind", cli_opt(c, "--kind"));
        model_put_fit(j, rep.objective, rep.log_likelihood, rep.converged, rep.iterations, rep.rows);
        json_put_f64(j, "seconds", end - begin);
        json_put_f64(j, "seconds_read", read - begin);
        json_put_f64(j, "seconds_features", made - read);
        json_put_f64(j, "seconds_fit", end - made);
        model_put_log(j, d);
        json_put_i64(j, "peak_rss_kib", model_peak_kib());
        if (c->json || cli_opt(c, "--out")) model_put_logistic(j, d, &m);
        st = model_out_close(&out, c, cli_opt(c, "--out"), st, e);
        if (st == ST_OK && !c->json)
            printf("%s: %zu answers, objective %.6f, log-likelihood %.3f, %d iterations%s; read %.3f s, features %.3f "
                   "s, fit %.3f s\n",
                   cli_opt(c, "--kind"), rep.rows, rep.objective, rep.log_likelihood, rep.iterations,
                   rep.converged ? "" : " (not converged)", read - begin, made - read, end - made);
        if (st == ST_OK) st = model_if_stopped(c, e);
    }
    logistic_free(&m); /* also what was read of --start before it was refused */
    logistic_design_free(design);
    return st;
}

static void put_bkt(struct json_out *j, const struct log_data *d, const struct bkt_fitted *m)
{
    struct text name;
    text_init(&name, 1 << 16);
    json_open_list(j, "parameters");
    for (size_t s = 0; s < d->r.sets; s++) {
        model_set_name(d, s, &name);
        json_open_obj(j, NULL);
        json_put_str(j, "skill", text_str(&name));
        json_put_f64(j, "prior", m[s].p.prior);
        json_put_f64(j, "learn", m[s].p.learn);
        json_put_f64(j, "guess", m[s].p.guess);
        json_put_f64(j, "slip", m[s].p.slip);
        json_open_obj(j, "se");
        json_put_f64(j, "prior", m[s].se.prior);
        json_put_f64(j, "learn", m[s].se.learn);
        json_put_f64(j, "guess", m[s].se.guess);
        json_put_f64(j, "slip", m[s].se.slip);
        json_close_obj(j);
        json_put_i64(j, "answers", (int64_t)m[s].answers);
        json_put_i64(j, "students", (int64_t)m[s].students);
        json_put_f64(j, "log_likelihood", m[s].log_likelihood);
        json_put_i64(j, "iterations", m[s].iterations);
        model_put_flags(j, m[s].flags);
        json_close_obj(j);
    }
    json_close_list(j);
    text_release(&name);
}

static enum st fit_bkt(struct cli *c, const struct log_data *d, double begin, struct err *e)
{
    struct parallel par = model_parallel(c);
    struct bkt_options o;
    struct bkt_data *data;
    struct bkt_totals tot = {0};
    struct bkt_general_options general;
    bool wanted;
    if (!model_bkt_options(c, &o) || !model_general_options(c, &general, &wanted))
        return err_fail(e, ST_INVALID, "model.option", "--prior must be none or a number, --cap a number under 1");
    if (wanted) return model_fit_general(c, d, &general, begin, e);
    double read = model_seconds();
    TRY(bkt_data_make(&d->r, 0, 0, &data, e));
    struct bkt_fitted *m = calloc(d->r.sets + 1, sizeof *m);
    enum st st = m ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "parameters");
    struct bkt *start = calloc(d->r.sets + 1, sizeof *start);
    struct model_progress progress;
    json_t *doc = NULL;
    if (st == ST_OK && !start) st = err_fail(e, ST_NOMEM, "err.memory", "parameters");
    if (st == ST_OK) st = model_start(c, "bkt", &doc, e);
    if (st == ST_OK && doc) st = model_load_bkt(doc, d, start, e);
    if (doc) o.start = start;
    model_progress_begin(&progress, "model fit");
    o.watch = &progress.watch;
    double made = model_seconds();
    if (st == ST_OK) st = bkt_fit(data, &o, &par, m, &tot, e);
    double end = model_seconds(), ns = tot.steps > 0.0 ? (end - made) * 1e9 / tot.steps : 0.0;
    if (st == ST_OK) {
        struct model_out out;
        struct json_out *j = model_out_open(&out);
        json_put_str(j, "kind", "bkt");
        model_put_fit(j, -tot.log_likelihood, tot.log_likelihood, tot.converged, tot.iterations, tot.answers);
        json_put_i64(j, "sequences", (int64_t)tot.sequences);
        json_put_f64(j, "seconds", end - begin);
        json_put_f64(j, "seconds_read", read - begin);
        json_put_f64(j, "seconds_pack", made - read);
        json_put_f64(j, "seconds_fit", end - made);
        json_put_f64(j, "ns_per_response_iteration", ns);
        model_put_log(j, d);
        json_put_i64(j, "peak_rss_kib", model_peak_kib());
        put_bkt(j, d, m);
        st = model_out_close(&out, c, cli_opt(c, "--out"), st, e);
        if (st == ST_OK && !c->json)
            printf("bkt: %zu answers, %zu sequences, log-likelihood %.4f, %d iterations%s; read %.3f s, pack %.3f s, "
                   "fit %.3f s, %.3f ns per answer and iteration\n",
                   tot.answers, tot.sequences, tot.log_likelihood, tot.iterations,
                   tot.converged ? "" : " (not converged)", read - begin, made - read, end - made, ns);
    }
    model_progress_end(&progress);
    if (st == ST_OK) st = model_if_stopped(c, e);
    json_decref(doc);
    free(start);
    free(m);
    bkt_data_free(data);
    return st;
}

int run_model_fit(struct cli *c)
{
    struct err e = {0};
    struct log_data d;
    const char *kind = cli_opt(c, "--kind");
    struct log_columns names = log_columns_of(c);
    if (!c->count) return cli_usage(c, "name the files or folders with answers");
    if (!kind || (!model_terms(kind) && strcmp(kind, "bkt") != 0 && strcmp(kind, "transfer") != 0 &&
                  strcmp(kind, "belief") != 0))
        return cli_usage(c, "--kind is one of " MODEL_KINDS_FIT);
    double begin = model_seconds();
    enum st st = model_log_read(c, &names, &d, &e);
    if (st == ST_OK)
        st = strcmp(kind, "bkt") == 0        ? fit_bkt(c, &d, begin, &e)
             : strcmp(kind, "transfer") == 0 ? model_fit_transfer(c, &d, begin, &e)
             : strcmp(kind, "belief") == 0   ? model_fit_belief(c, &d, begin, &e)
                                             : fit_logistic(c, &d, begin, &e);
    log_release(&d);
    return st == ST_OK ? 0 : cli_fail(&e);
}
