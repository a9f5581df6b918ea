/* model predict, and what it shares with model explain: parameters that model fit wrote, on a log of answers. */
#include "model_use.h"

#include <stdlib.h>
#include <string.h>

#include "engine/metrics.h"
#include "model_out.h"

void model_use_release(struct model_use *x)
{
    logistic_free(&x->m);
    transfer_free(&x->top);
    belief_model_free(&x->belief);
    free(x->bkt);
    free(x->general);
    free(x->item_class);
    json_decref(x->doc);
    log_release(&x->d);
}

enum st model_use_load(const struct cli *c, struct model_use *x, struct err *e)
{
    struct log_columns names = log_columns_of(c);
    const char *path = cli_opt(c, "--model");
    memset(x, 0, sizeof *x);
    TRY(model_log_read(c, &names, &x->d, e));
    TRY(model_read_parameters(path, &x->d.arena, &x->doc, e));
    x->kind = json_str(x->doc, "kind", "");
    x->with_edges = cli_opt(c, "--edges") != NULL;
    if (x->with_edges && strcmp(x->kind, "bkt") != 0)
        return err_fail(e, ST_INVALID, "model.option", "%s is of kind \"%.40s\"; --edges goes with bkt", path, x->kind);
    if (strcmp(x->kind, "bkt") == 0) {
        struct bkt *m = arena_array(&x->d.arena, x->d.r.sets + 1, sizeof *m);
        x->bkt = calloc(x->d.r.sets + 1, sizeof *x->bkt);
        if (!m || !x->bkt) return err_fail(e, ST_NOMEM, "err.memory", "parameters");
        TRY(model_load_bkt(x->doc, &x->d, m, e));
        for (size_t s = 0; s < x->d.r.sets; s++) x->bkt[s].p = m[s];
        if (!x->with_edges) return ST_OK;
        TRY(model_edges_open(c, &x->d, &x->edges, e));
        return edges_use_graph(&x->edges, 0, 0, e);
    }
    if (strcmp(x->kind, "bkt-general") == 0) {
        x->general = calloc(x->d.r.sets + 1, sizeof *x->general);
        x->item_class = calloc(x->d.r.items + 1, 1);
        if (!x->general || !x->item_class) return err_fail(e, ST_NOMEM, "err.memory", "parameters");
        return model_load_general(x->doc, &x->d, &x->general_options, x->general, x->item_class, e);
    }
    if (strcmp(x->kind, "transfer") == 0) {
        TRY(model_load_transfer(x->doc, &x->d, &x->top, e));
        return model_load_logistic(x->doc, LOGISTIC_FULL, &x->d, &x->m, e);
    }
    if (strcmp(x->kind, "belief") == 0) return model_load_belief(x->doc, &x->d, &x->belief, e);
    if (!model_terms(x->kind))
        return err_fail(e, ST_INVALID, "model.file", "%s: \"%.40s\" is not a kind of model that predicts", path,
                        x->kind);
    return model_load_logistic(x->doc, model_terms(x->kind), &x->d, &x->m, e);
}

static enum st predict(struct cli *c, struct model_use *x, double *p, struct err *e)
{
    if (x->general)
        return bkt_general_predict_rows(&x->d.r, x->item_class, &x->general_options, x->general, 0, 0, p, e);
    if (x->with_edges) return bkt_prerequisites_predict_rows(&x->d.r, x->bkt, &x->edges.g, 0, 0, p, e);
    if (x->bkt) return bkt_predict_rows(&x->d.r, x->bkt, 0, 0, p, e);
    struct logistic_design *design;
    struct parallel par = model_parallel(c);
    if (x->belief.items) return belief_predict_rows(&x->d.r, &x->belief, NULL, 0, 0, &par, p, e);
    enum st st = ST_OK;
    TRY(logistic_design_make(&x->d.r, x->m.terms, &par, &design, e));
    if (x->top.sets) { /* fold 0 of 1: no row counts as fitted */
        st = logistic_offsets(design, &x->m, &(struct logistic_options){.c = 1.0, .folds = 1}, p, e);
        if (st == ST_OK) transfer_predict_rows(&x->d.r, p, &x->top, 0, 0, p);
    } else logistic_predict_rows(design, &x->m, 0, 0, p);
    logistic_design_free(design);
    return st;
}

static enum st tell_predictions(struct cli *c, const struct model_use *x, const double *p, struct err *e)
{
    const char *path = cli_opt(c, "--predictions");
    struct metrics m;
    if (path || !c->json) TRY(model_write_predictions(&x->d, p, path, e));
    if (!path && !c->json) return ST_OK;
    TRY(metrics_of(p, x->d.r.correct, NULL, x->d.r.rows, &m, e));
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    json_put_str(j, "kind", x->kind);
    model_put_scores(j, &m);
    TRY(model_out_close(&out, c, NULL, ST_OK, e));
    if (!c->json) printf("%zu answers  AUC %.4f  RMSE %.4f  log-loss %.4f\n", m.rows, m.auc, m.rmse, m.log_loss);
    return ST_OK;
}

int run_model_predict(struct cli *c)
{
    struct err e = {0};
    struct model_use x;
    if (!c->count || !cli_opt(c, "--model"))
        return cli_usage(c, "name the file of answers and, with --model, the file that model fit --out wrote");
    enum st st = model_use_load(c, &x, &e);
    double *p = st == ST_OK ? malloc((x.d.r.rows + 1) * sizeof *p) : NULL;
    if (st == ST_OK && !p) st = err_fail(&e, ST_NOMEM, "err.memory", "predictions");
    if (st == ST_OK) st = predict(c, &x, p, &e);
    if (st == ST_OK) st = tell_predictions(c, &x, p, &e);
    free(p);
    model_use_release(&x);
    return st == ST_OK ? 0 : cli_fail(&e);
}
