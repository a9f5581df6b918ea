/* Knowledge tracing with forgetting and classes of items, on the command line. */
#include <stdlib.h>
#include <string.h>

#include "model.h"

enum { JSON_BYTES_MAX = 256 << 20 };
static const double HOUR_S = 3600.0;

bool model_general_options(const struct cli *c, struct bkt_general_options *o, bool *wanted)
{
    struct bkt_options plain;
    double classes, hours;
    *o = bkt_general_defaults;
    *wanted = cli_opt(c, "--forget") || cli_opt(c, "--classes");
    if (!model_bkt_options(c, &plain) || !model_number(c, "--classes", 1, BKT_CLASSES_MAX, 1, &classes) || !model_number(c, "--forget", 0, 1e6, -1, &hours)) return false;
    o->cap = plain.cap;
    o->prior_weight = plain.prior_weight;
    if (plain.iterations_max < o->iterations_max) o->iterations_max = plain.iterations_max;
    o->classes = (size_t)classes;
    o->forget_after_s = hours < 0.0 ? -1.0 : hours * HOUR_S;
    return true;
}

void model_put_flags(struct json_out *j, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {{BKT_ON_BOUND, "on_bound"}, {BKT_FEW, "few_students"}, {BKT_POOLED, "pooled"}, {BKT_NO_DATA, "no_data"}, {BKT_STARTS, "several_optima"}};
    json_open_list(j, "flags");
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (flags & names[k].flag) json_put_str(j, NULL, names[k].name);
    json_close_list(j);
}

enum st model_write_file(const char *path, const struct text *t, struct err *e)
{
    if (t->failed) return err_fail(e, ST_NOMEM, "err.memory", "the parameters");
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(text_str(t), 1, t->n, f) != t->n || fputc('\n', f) == EOF || fclose(f) != 0) return err_fail(e, ST_IO, "model.file", "%s: cannot be written", path);
    return ST_OK;
}

static void put_list(struct json_out *j, const char *key, const double *x, size_t n)
{
    json_open_list(j, key);
    for (size_t i = 0; i < n; i++) json_put_f64(j, NULL, x[i]);
    json_close_list(j);
}

static void put_parameters(struct json_out *j, const struct log_data *d, const struct bkt_general_options *o, const struct bkt_general *m, const uint8_t *item_class)
{
    struct text name;
    text_init(&name, 1 << 16);
    json_open_list(j, "parameters");
    for (size_t s = 0; s < d->r.sets; s++) {
        model_set_name(d, s, &name);
        json_open_obj(j, NULL);
        json_put_str(j, "skill", text_str(&name));
        json_put_f64(j, "prior", m[s].prior);
        json_put_f64(j, "learn", m[s].learn);
        json_put_f64(j, "forget", m[s].forget);
        put_list(j, "guess", m[s].guess, o->classes);
        put_list(j, "slip", m[s].slip, o->classes);
        model_put_flags(j, m[s].flags);
        json_close_obj(j);
    }
    json_close_list(j);
    text_release(&name);
    if (o->classes < 2) return;
    json_open_obj(j, "item_class");
    for (size_t i = 0; i < d->r.items; i++) json_put_i64(j, d->item_name[i], item_class[i]);
    json_close_obj(j);
}

static enum st print(struct cli *c, const struct log_data *d, const struct bkt_general_options *o, const struct bkt_general *m, const uint8_t *item_class, const struct bkt_totals *tot, double read_s,
                     double fit_s, struct err *e)
{
    struct text t;
    struct json_out j;
    enum st st = ST_OK;
    text_init(&t, JSON_BYTES_MAX);
    json_out_init(&j, &t);
    json_open_obj(&j, NULL);
    json_put_str(&j, "kind", "bkt-general");
    json_put_f64(&j, "forget_after_s", o->forget_after_s);
    json_put_i64(&j, "classes", (int64_t)o->classes);
    json_put_f64(&j, "objective", -tot->log_likelihood);
    json_put_f64(&j, "log_likelihood", tot->log_likelihood);
    json_put_bool(&j, "converged", tot->converged);
    json_put_i64(&j, "iterations", tot->iterations);
    json_put_i64(&j, "rows", (int64_t)tot->answers);
    json_put_f64(&j, "seconds", read_s + fit_s);
    json_put_f64(&j, "seconds_fit", fit_s);
    json_put_f64(&j, "ns_per_response_iteration", tot->steps > 0.0 ? fit_s * 1e9 / tot->steps : 0.0);
    json_put_i64(&j, "peak_rss_kib", model_peak_kib());
    put_parameters(&j, d, o, m, item_class);
    json_close_obj(&j);
    if (cli_opt(c, "--out")) st = model_write_file(cli_opt(c, "--out"), &t, e);
    if (st == ST_OK && c->json) cli_print_json(&t);
    else text_release(&t);
    if (st == ST_OK && !c->json)
        printf("bkt: %zu answers, log-likelihood %.4f, %d iterations%s; read %.3f s, fit %.3f s\n", tot->answers, tot->log_likelihood, tot->iterations, tot->converged ? "" : " (not converged)", read_s, fit_s);
    return st;
}

enum st model_fit_general(struct cli *c, const struct log_data *d, const struct bkt_general_options *o, double begin, struct err *e)
{
    struct parallel par = model_parallel(c);
    struct bkt_totals tot = {0};
    if (cli_opt(c, "--start")) return err_fail(e, ST_INVALID, "model.option", "--start is not for bkt with --forget or --classes, which begins at the pooled parameters");
    double read = model_seconds();
    struct bkt_general *m = calloc(d->r.sets + 1, sizeof *m);
    uint8_t *item_class = calloc(d->r.items + 1, 1);
    enum st st = m && item_class ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "parameters");
    if (st == ST_OK && o->classes > 1) st = bkt_classes_by_share(&d->r, o->classes, MODEL_CLASS_ANSWERS, 0, 0, item_class, e);
    if (st == ST_OK) st = bkt_general_fit(&d->r, item_class, o, &par, m, &tot, e);
    if (st == ST_OK) st = print(c, d, o, m, item_class, &tot, read - begin, model_seconds() - read, e);
    free(m), free(item_class);
    return st;
}
