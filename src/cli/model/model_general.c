/* Knowledge tracing with forgetting and classes of items, on the command line. */
#include <stdlib.h>
#include <string.h>

#include "model_out.h"

static const char *const KIND = "bkt-general";

static void put_parameters(struct json_out *j, const struct log_data *d, const struct bkt_general_options *o,
                           const struct bkt_general *m, const uint8_t *item_class)
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
        model_put_numbers(j, "guess", m[s].guess, o->classes);
        model_put_numbers(j, "slip", m[s].slip, o->classes);
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

static enum st print(struct cli *c, const struct log_data *d, const struct bkt_general_options *o,
                     const struct bkt_general *m, const uint8_t *item_class, const struct bkt_totals *tot,
                     double read_s, double fit_s, struct err *e)
{
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    json_put_str(j, "kind", KIND);
    json_put_f64(j, "forget_after_s", o->forget_after_s);
    json_put_i64(j, "classes", (int64_t)o->classes);
    model_put_fit(j, -tot->log_likelihood, tot->log_likelihood, tot->converged, tot->iterations, tot->answers);
    json_put_f64(j, "seconds", read_s + fit_s);
    json_put_f64(j, "seconds_fit", fit_s);
    json_put_f64(j, "ns_per_response_iteration", tot->steps > 0.0 ? fit_s * 1e9 / tot->steps : 0.0);
    model_put_log(j, d);
    json_put_i64(j, "peak_rss_kib", model_peak_kib());
    put_parameters(j, d, o, m, item_class);
    enum st st = model_out_close(&out, c, cli_opt(c, "--out"), ST_OK, e);
    if (st == ST_OK && !c->json)
        printf("bkt: %zu answers, log-likelihood %.4f, %d iterations%s; read %.3f s, fit %.3f s\n", tot->answers,
               tot->log_likelihood, tot->iterations, tot->converged ? "" : " (not converged)", read_s, fit_s);
    return st;
}

/* What --start names, if it is; *start stays NULL without it. For the caller to free, also after a failure. */
static enum st load_start(struct cli *c, const struct log_data *d, const struct bkt_general_options *o,
                          struct bkt_general **start, struct err *e)
{
    struct bkt_general_options was;
    json_t *doc = NULL;
    enum st st = model_start(c, KIND, &doc, e);
    if (st != ST_OK || !doc) {
        json_decref(doc); /* what was read of one that does not fit */
        return st;
    }
    uint8_t *item_class = calloc(d->r.items + 1, 1);
    *start = calloc(d->r.sets + 1, sizeof **start);
    st = item_class && *start ? model_load_general(doc, d, &was, *start, item_class, e)
                              : err_fail(e, ST_NOMEM, "err.memory", "parameters");
    bool same = st != ST_OK || (was.classes == o->classes && was.forget_after_s >= o->forget_after_s &&
                                was.forget_after_s <= o->forget_after_s);
    if (!same)
        st = err_fail(e, ST_INVALID, "model.file",
                      "%s was fitted with another --forget or --classes; the fit cannot start there",
                      cli_opt(c, "--start"));
    free(item_class);
    json_decref(doc);
    return st;
}

enum st model_fit_general(struct cli *c, const struct log_data *d, const struct bkt_general_options *options,
                          double begin, struct err *e)
{
    struct parallel par = model_parallel(c);
    struct bkt_totals tot = {0};
    struct bkt_general_options o = *options;
    struct model_progress progress;
    double read = model_seconds();
    struct bkt_general *m = calloc(d->r.sets + 1, sizeof *m), *start = NULL;
    uint8_t *item_class = calloc(d->r.items + 1, 1);
    enum st st = m && item_class ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "parameters");
    if (st == ST_OK) st = load_start(c, d, &o, &start, e);
    if (st == ST_OK && o.classes > 1)
        st = bkt_classes_by_share(&d->r, o.classes, MODEL_CLASS_ANSWERS, 0, 0, item_class, e);
    model_progress_begin(&progress, "model fit");
    o.start = start;
    o.watch = &progress.watch;
    if (st == ST_OK) st = bkt_general_fit(&d->r, item_class, &o, &par, m, &tot, e);
    model_progress_end(&progress);
    if (st == ST_OK) st = print(c, d, &o, m, item_class, &tot, read - begin, model_seconds() - read, e);
    if (st == ST_OK) st = model_if_stopped(c, e);
    free(m), free(start), free(item_class);
    return st;
}
