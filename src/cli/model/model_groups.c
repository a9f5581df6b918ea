/* model eval --group: is the model as right about one group as about another? */
#include <stdlib.h>
#include <string.h>

#include "engine/fairness.h"
#include "model_out.h"

enum { GROUPS_MAX = 256 };

/* Users' groups as numbers. More than GROUPS_MAX values are no grouping. */
static enum st number_groups(const struct log_data *d, const char **names, size_t *n, uint32_t *of, struct err *e)
{
    *n = 0;
    for (size_t u = 0; u < d->r.users; u++) {
        size_t g = 0;
        while (g < *n && strcmp(names[g], d->user_group[u]) != 0) g++;
        if (g == GROUPS_MAX)
            return err_fail(e, ST_INVALID, "model.option", "--group: the column has over %d values", GROUPS_MAX);
        if (g == *n) names[(*n)++] = d->user_group[u];
        of[u] = (uint32_t)g;
    }
    return ST_OK;
}

static void say(const char *name, const struct interval95 *v)
{
    if (v->known) printf("    %-18s %+.4f (%+.4f to %+.4f)\n", name, v->value, v->low, v->high);
}

static void tell(const struct cli *c, const char *name, const struct fairness_group *g, struct json_out *j)
{
    json_open_obj(j, NULL);
    json_put_str(j, "name", name);
    json_put_bool(j, "hidden", g->hidden);
    if (!g->hidden) {
        json_put_i64(j, "students", (int64_t)g->students);
        model_put_metrics(j, &g->metrics);
        model_put_interval(j, "bias", &g->bias);
        model_put_interval(j, "false_mastery", &g->false_mastery);
        model_put_interval(j, "false_non_mastery", &g->false_non_mastery);
    }
    json_close_obj(j);
    if (c->json) return;
    if (g->hidden) {
        printf("%-22s hidden: few students, or another group could be worked out from it\n", name);
        return;
    }
    printf("%-22s %9zu answers of %zu students  AUC %.4f (%.4f to %.4f)  RMSE %.4f  log-loss %.4f  calibration error "
           "%.4f\n",
           name, g->rows, g->students, g->metrics.auc, g->metrics.auc - 1.96 * g->metrics.auc_se,
           g->metrics.auc + 1.96 * g->metrics.auc_se, g->metrics.rmse, g->metrics.log_loss, g->metrics.ece);
    say("bias", &g->bias);
    say("false mastery", &g->false_mastery);
    say("false non-mastery", &g->false_non_mastery);
}

enum st model_groups(const struct cli *c, struct log_data *d, const double *p, struct json_out *j, struct err *e)
{
    const char *names[GROUPS_MAX];
    struct fairness_options o = fairness_defaults;
    double smallest;
    size_t n;
    uint32_t *of = arena_array(&d->arena, d->r.users, sizeof *of);
    struct fairness_group *out = arena_array(&d->arena, GROUPS_MAX, sizeof *out);
    if (!of || !out) return err_fail(e, ST_NOMEM, "err.memory", "groups");
    if (!model_number(c, "--smallest", 1, 1e6, (double)o.smallest, &smallest))
        return err_fail(e, ST_INVALID, "model.option", "--smallest");
    o.smallest = (size_t)smallest;
    TRY(number_groups(d, names, &n, of, e));
    TRY(fairness_of(&d->r, p, of, n, &o, out, e));
    json_open_list(j, "groups");
    for (size_t g = 0; g < n; g++) tell(c, names[g], &out[g], j);
    json_close_list(j);
    return ST_OK;
}
