/* Options of the words about models, as the engine takes them. */
#include <string.h>
#include <unistd.h>

#include "engine/logistic.h"
#include "engine/transfer.h"
#include "lab/edges.h"
#include "domain/policy.h"
#include "model.h"

static const double HOUR_S = 3600.0;

bool model_number(const struct cli *c, const char *name, double lo, double hi, double dflt, double *out)
{
    const char *s = cli_opt(c, name);
    *out = dflt;
    if (!s || (parse_f64(s, out) && *out >= lo && *out <= hi)) return true;
    fprintf(stderr, "waymark %s: %s takes a number from %g to %g, not \"%s\"\n", c->word->name, name, lo, hi, s);
    return false;
}

bool model_bkt_options(const struct cli *c, struct bkt_options *o)
{
    double cap, n, w = bkt_defaults.prior_weight;
    const char *prior = cli_opt(c, "--prior");
    *o = bkt_defaults;
    if (prior && strcmp(prior, "none") == 0) w = 0.0;
    else if (!model_number(c, "--prior", 0.0, 1e6, w, &w)) return false;
    if (!model_number(c, "--cap", .01, .99, o->cap, &cap) ||
        !model_number(c, "--iterations", 1, 1e6, o->iterations_max, &n))
        return false;
    o->cap = cap;
    o->prior_weight = w;
    o->iterations_max = (int)n;
    return true;
}

bool model_general_options(const struct cli *c, struct bkt_general_options *o, bool *wanted)
{
    struct bkt_options plain;
    double classes, hours;
    *o = bkt_general_defaults;
    *wanted = cli_opt(c, "--forget") || cli_opt(c, "--classes");
    if (!model_bkt_options(c, &plain) || !model_number(c, "--classes", 1, BKT_CLASSES_MAX, 1, &classes) ||
        !model_number(c, "--forget", 0, 1e6, -1, &hours))
        return false;
    o->cap = plain.cap;
    o->prior_weight = plain.prior_weight;
    if (plain.iterations_max < o->iterations_max) o->iterations_max = plain.iterations_max;
    o->classes = (size_t)classes;
    o->forget_after_s = hours < 0.0 ? -1.0 : hours * HOUR_S;
    return true;
}

bool model_transfer_options(const struct cli *c, struct transfer_options *o)
{
    double dims, steps, members;
    *o = transfer_defaults;
    if (!model_number(c, "--dims", TRANSFER_LANES, TRANSFER_DIMS_MAX, (double)o->dims, &dims) ||
        !model_number(c, "--steps", 1, 1e6, o->steps, &steps) ||
        !model_number(c, "--members", 1, 8, (double)o->members, &members) ||
        !model_number(c, "--ridge", 0, 1e6, o->ridge, &o->ridge))
        return false;
    o->members = (size_t)members;
    o->dims = (size_t)dims;
    o->steps = (int)steps;
    return true;
}

struct parallel model_parallel(const struct cli *c)
{
    int64_t n = sysconf(_SC_NPROCESSORS_ONLN);
    if (cli_opt(c, "--threads")) (void)parse_i64(cli_opt(c, "--threads"), &n);
    return model_threads(n);
}

struct log_columns log_columns_of(const struct cli *c)
{
    return (struct log_columns){cli_opt(c, "--user"),
                                cli_opt(c, "--item"),
                                cli_opt(c, "--skill"),
                                cli_opt(c, "--correct"),
                                cli_opt(c, "--time"),
                                cli_opt(c, "--group"),
                                NULL,
                                NULL,
                                false,
                                false};
}

enum st model_log_read(const struct cli *c, const struct log_columns *names, struct log_data *d, struct err *e)
{
    TRY(log_read(d, c->positional, c->count, names, e));
    if (d->files_again)
        fprintf(stderr, "waymark %s: %s holds the answers of another file that is named, and was read once%s\n",
                c->word->name, d->file_again ? d->file_again : "a file", d->files_again > 1 ? "; so were others" : "");
    if (d->repeated)
        fprintf(stderr,
                "waymark %s: %zu rows told an answer again (the same student, item, time and skill, right or wrong) "
                "and were merged\n",
                c->word->name, d->repeated);
    return ST_OK;
}

enum st model_folds(const struct cli *c, struct log_data *d, size_t folds, const char **name, struct err *e)
{
    static const char *const names[] = {[LOG_FOLDS_MOD] = "mod", [LOG_FOLDS_NAME] = "name"};
    const char *wish = cli_opt(c, "--folds-by");
    enum log_folds by = LOG_FOLDS_USUAL;
    if (wish && strcmp(wish, "mod") == 0) by = LOG_FOLDS_MOD;
    else if (wish && strcmp(wish, "name") == 0) by = LOG_FOLDS_NAME;
    else if (wish) return err_fail(e, ST_INVALID, "model.option", "--folds-by is mod or name, not \"%.40s\"", wish);
    TRY(log_deal_folds(d, folds, &by, e));
    *name = names[by];
    return ST_OK;
}

enum st model_start(const struct cli *c, const char *kind, json_t **doc, struct err *e)
{
    const char *path = cli_opt(c, "--start");
    struct arena a;
    if (!path) return ST_OK;
    arena_init(&a, (size_t)1 << 32);
    enum st st = model_read_parameters(path, &a, doc, e);
    arena_release(&a);
    if (st == ST_OK && strcmp(json_str(*doc, "kind", ""), kind) != 0)
        st = err_fail(e, ST_INVALID, "model.file",
                      "%s holds a model of kind \"%.40s\"; a fit of another kind cannot start there", path,
                      json_str(*doc, "kind", ""));
    return st;
}

enum st model_if_stopped(const struct cli *c, struct err *e)
{
    const char *out = cli_opt(c, "--out");
    if (!model_interrupted()) return ST_OK;
    return out ? err_fail(e, ST_BUSY, "model.stopped",
                          "stopped before the end; the result so far is in %s: continue with --start %s", out, out)
               : err_fail(e, ST_BUSY, "model.stopped",
                          "stopped before the end; with --out FILE the result so far is saved, and --start FILE "
                          "continues from it");
}

enum st model_edges_open(const struct cli *c, struct log_data *d, struct edges_use *out, struct err *e)
{
    TRY(edges_use_open(cli_opt(c, "--edges"), d, out, e));
    for (size_t i = 0; out->edges.unknown && i < out->edges.count; i++) {
        const struct edge *g = &out->edges.edge[i];
        if (edge_has_both(g)) continue;
        fprintf(stderr,
                "waymark %s: %s: %zu of %zu edges name a skill without answers and are ignored; the first, at %s "
                "%zu: %s\n",
                c->word->name, out->edges.path, out->edges.unknown, out->edges.count,
                out->edges.document ? "edge" : "line", g->place, g->from == UINT32_MAX ? g->before : g->after);
        break;
    }
    return ST_OK;
}

enum st model_read_policy(const char *path, struct policy *out, struct err *e)
{
    char *doc = cli_read_file(path);
    if (!doc) return err_fail(e, ST_INVALID, "model.file", "%s: could not be read as a policy", path);
    enum st st = policy_read(doc, strlen(doc), out, e);
    free(doc);
    return st;
}
