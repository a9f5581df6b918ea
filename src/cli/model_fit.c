/* model fit: parameters from a log of answers. */
#include <stdlib.h>
#include <string.h>

#include "engine/logistic.h"
#include "model.h"

enum { JSON_BYTES_MAX = 256 << 20 };

static void put_logistic(struct json_out *j, const struct log_data *d, const struct logistic *m)
{
    json_open_obj(j, "parameters");
    json_put_f64(j, "intercept", m->dense[0]);
    json_open_obj(j, "skills");
    for (size_t s = 0; s < m->skills && m->per_skill; s++) {
        json_open_list(j, d->skill_name[s]);
        for (size_t k = 0; k < m->per_skill; k++) json_put_f64(j, NULL, m->dense[1 + s * m->per_skill + k]);
        json_close_list(j);
    }
    json_close_obj(j);
    json_open_list(j, "student");
    for (size_t k = 0; k < m->per_student; k++) json_put_f64(j, NULL, m->dense[1 + m->skills * m->per_skill + k]);
    json_close_list(j);
    if (m->terms & TERM_ITEM) {
        json_open_obj(j, "items");
        for (size_t i = 0; i < m->items; i++) json_put_f64(j, d->item_name[i], m->item[i]);
        json_close_obj(j);
    }
    json_close_obj(j);
}

static enum st write_file(const char *path, const struct text *t, struct err *e)
{
    if (t->failed) return err_fail(e, ST_NOMEM, "err.memory", "the parameters");
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(text_str(t), 1, t->n, f) != t->n || fputc('\n', f) == EOF || fclose(f) != 0) return err_fail(e, ST_IO, "model.file", "%s: cannot be written", path);
    return ST_OK;
}

static enum st fit_logistic(struct cli *c, const struct log_data *d, double begin, struct err *e)
{
    struct parallel par = model_parallel(c);
    struct logistic_design *design;
    struct logistic m;
    struct logistic_report rep;
    struct logistic_options o = {.tolerance = 1e-6, .iterations_max = 100};
    if (!model_number(c, "--c", 1e-6, 1e6, 1.0, &o.c)) return err_fail(e, ST_INVALID, "model.option", "--c");
    double read = model_seconds();
    TRY(logistic_design_make(&d->r, model_terms(cli_opt(c, "--kind")), &par, &design, e));
    double made = model_seconds();
    enum st st = logistic_init(&m, model_terms(cli_opt(c, "--kind")), d->r.items, d->r.skills, e);
    if (st == ST_OK) {
        st = logistic_fit(design, &o, &par, &m, &rep, e);
        double end = model_seconds();
        struct text t;
        struct json_out j;
        text_init(&t, JSON_BYTES_MAX);
        json_out_init(&j, &t);
        json_open_obj(&j, NULL);
        json_put_str(&j, "kind", cli_opt(c, "--kind"));
        json_put_f64(&j, "objective", rep.objective);
        json_put_f64(&j, "log_likelihood", rep.log_likelihood);
        json_put_bool(&j, "converged", rep.converged);
        json_put_i64(&j, "iterations", rep.iterations);
        json_put_i64(&j, "rows", (int64_t)rep.rows);
        json_put_f64(&j, "seconds", end - begin);
        json_put_f64(&j, "seconds_read", read - begin);
        json_put_f64(&j, "seconds_features", made - read);
        json_put_f64(&j, "seconds_fit", end - made);
        json_put_i64(&j, "peak_rss_kib", model_peak_kib());
        if (c->json || cli_opt(c, "--out")) put_logistic(&j, d, &m);
        json_close_obj(&j);
        if (st == ST_OK && cli_opt(c, "--out")) st = write_file(cli_opt(c, "--out"), &t, e);
        if (st == ST_OK && c->json) cli_print_json(&t);
        else text_release(&t);
        if (st == ST_OK && !c->json)
            printf("%s: %zu answers, objective %.6f, log-likelihood %.3f, %d iterations%s; read %.3f s, features %.3f s, fit %.3f s\n", cli_opt(c, "--kind"), rep.rows, rep.objective,
                   rep.log_likelihood, rep.iterations, rep.converged ? "" : " (not converged)", read - begin, made - read, end - made);
        logistic_free(&m);
    }
    logistic_design_free(design);
    return st;
}

int run_model_fit(struct cli *c)
{
    struct err e = {0};
    struct log_data d;
    const char *kind = cli_opt(c, "--kind");
    struct log_columns names = log_columns_of(c);
    if (!c->count) return cli_usage(c, "name the files or folders with answers");
    if (!kind || !model_terms(kind)) return cli_usage(c, "--kind is one of irt, afm, pfa, das3h, best-lr, best-lr-recency, das3h-recency, full");
    double begin = model_seconds();
    enum st st = log_read(&d, c->positional, c->count, &names, &e);
    if (st == ST_OK) st = fit_logistic(c, &d, begin, &e);
    log_release(&d);
    return st == ST_OK ? 0 : cli_fail(&e);
}
int run_model_eval(struct cli *c) { return run_model_fit(c); }
