/* model calibrate --group: items that are harder for one group than for another of equal standing. */
#include <string.h>

#include "engine/dif.h"
#include "model.h"

enum { GROUPS_MAX = 64 };

static enum st number_groups(struct matrix *x, const char *reference, struct dif *d, uint8_t *of, struct err *e)
{
    for (size_t j = 0; j < x->m.persons; j++) {
        size_t g = 0;
        while (g < d->groups && strcmp(d->name[g], x->group[j]) != 0) g++;
        if (g == GROUPS_MAX)
            return err_fail(e, ST_INVALID, "model.option", "--group: the column has over %d values", GROUPS_MAX);
        if (g == d->groups) d->name[d->groups++] = x->group[j];
        d->persons[g]++;
        of[j] = (uint8_t)g;
    }
    for (size_t g = 0; g < d->groups; g++)
        if (reference ? strcmp(d->name[g], reference) == 0 : d->persons[g] > d->persons[d->reference]) d->reference = g;
    if (reference && strcmp(d->name[d->reference], reference) != 0)
        return err_fail(e, ST_INVALID, "model.option", "--reference: no one is in group \"%.60s\"", reference);
    return d->groups > 1 ? ST_OK : err_fail(e, ST_INVALID, "model.option", "--group: everyone is in one group");
}

enum st dif_run(const struct cli *c, struct matrix *x, struct dif *d, struct err *e)
{
    struct arena *a = &x->arena;
    double smallest;
    uint8_t *of = arena_array(a, x->m.persons, 1), *side = arena_array(a, x->m.persons, 1);
    *d = (struct dif){.name = arena_array(a, GROUPS_MAX, sizeof *d->name),
                      .persons = arena_array(a, GROUPS_MAX, sizeof *d->persons),
                      .hidden = arena_array(a, GROUPS_MAX, sizeof *d->hidden)};
    struct dif_item **items = arena_array(a, GROUPS_MAX, sizeof *items);
    if (!of || !side || !d->name || !d->persons || !d->hidden || !items)
        return err_fail(e, ST_NOMEM, "err.memory", "groups");
    if (!model_number(c, "--smallest", 1, 1e6, 10, &smallest))
        return err_fail(e, ST_INVALID, "model.option", "--smallest");
    TRY(number_groups(x, cli_opt(c, "--reference"), d, of, e));
    for (size_t g = 0; g < d->groups; g++) {
        d->hidden[g] = (double)d->persons[g] < smallest;
        if (g == d->reference || d->hidden[g] || d->hidden[d->reference]) continue;
        if (!(items[g] = arena_array(a, x->m.items, sizeof **items)))
            return err_fail(e, ST_NOMEM, "err.memory", "groups");
        for (size_t j = 0; j < x->m.persons; j++) side[j] = of[j] == d->reference ? 0 : of[j] == g ? 1 : 2;
        TRY(dif_of(&x->m, side, items[g], e));
    }
    d->items = items;
    return ST_OK;
}

static void put_item(struct json_out *j, const char *name, const struct dif_item *it)
{
    const char mh[2] = {it->class, 0}, lr[2] = {it->logistic_class, 0};
    json_open_obj(j, NULL);
    json_put_str(j, "name", name);
    json_put_i64(j, "reference", (int64_t)it->reference);
    json_put_i64(j, "focal", (int64_t)it->focal);
    json_put_bool(j, "known", it->known);
    if (it->known) {
        json_put_str(j, "class", mh);
        json_put_f64(j, it->graded ? "mean_difference" : "mh_d_dif", it->effect);
        if (!it->graded) json_put_f64(j, "se", it->effect_se);
        json_put_f64(j, "chi2", it->chi2);
        json_put_f64(j, "p", it->p);
    }
    if (it->logistic_known) {
        json_put_str(j, "logistic_class", lr);
        json_put_f64(j, "uniform_p", it->uniform_p);
        json_put_f64(j, "any_p", it->any_p);
        json_put_f64(j, "r2_gain", it->r2_gain);
    }
    json_close_obj(j);
}

void dif_put(const struct matrix *x, const struct dif *d, struct json_out *j)
{
    json_open_list(j, "dif");
    for (size_t g = 0; g < d->groups; g++) {
        if (g == d->reference) continue;
        json_open_obj(j, NULL);
        json_put_str(j, "group", d->name[g]);
        json_put_str(j, "reference", d->name[d->reference]);
        json_put_bool(j, "hidden", !d->items[g]);
        json_open_list(j, "items");
        for (size_t i = 0; d->items[g] && i < x->m.items; i++) put_item(j, x->names[i], &d->items[g][i]);
        json_close_list(j);
        json_close_obj(j);
    }
    json_close_list(j);
}

void dif_say(const struct matrix *x, const struct dif *d)
{
    for (size_t g = 0; g < d->groups; g++) {
        if (g == d->reference) continue;
        printf("group %s against %s%s\n", d->name[g], d->name[d->reference],
               d->items[g] ? " (below 0: harder for the first, at equal score)" : ": hidden, too few");
        for (size_t i = 0; d->items[g] && i < x->m.items; i++) {
            const struct dif_item *it = &d->items[g][i];
            printf("  %-24s ", x->names[i]);
            if (!it->known) printf("not measured: too few answers, or all the same\n");
            else if (it->graded) printf("%c  mean difference %+.2f sd, p %.4f\n", it->class, it->effect, it->p);
            else if (!it->logistic_known)
                printf("%c  MH D-DIF %+.2f (se %.2f), p %.4f\n", it->class, it->effect, it->effect_se, it->p);
            else
                printf("%c  MH D-DIF %+.2f (se %.2f), p %.4f; logistic %c, p %.4f, R2 +%.3f\n", it->class, it->effect,
                       it->effect_se, it->p, it->logistic_class, it->any_p, it->r2_gain);
        }
    }
}
