/* Edges between skills as a soft prior of BKT: from skills by name to a graph over sets. */
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "lab/edges.h"

enum st edges_use_open(const char *path, struct log_data *d, struct edges_use *out, struct err *e)
{
    const struct responses *r = &d->r;
    *out = (struct edges_use){.d = d};
    TRY(edges_read(&d->arena, path, &out->edges, e));
    TRY(edges_name(&d->arena, &out->edges, d->skill_name, r->skills, e));
    if (out->edges.unknown == out->edges.count)
        return err_fail(e, ST_INVALID, "model.file", "%s: no edge joins two skills of these answers", out->edges.path);
    out->found = arena_array(&d->arena, out->edges.count, sizeof *out->found);
    out->alone = arena_array(&d->arena, r->skills + 1, sizeof *out->alone);
    out->into_at = arena_array(&d->arena, r->sets + 1, sizeof *out->into_at);
    out->scratch = arena_array(&d->arena, r->sets + 1, sizeof *out->scratch);
    if (!out->found || !out->alone || !out->into_at || !out->scratch)
        return err_fail(e, ST_NOMEM, "err.memory", "edges");
    memset(out->alone, 0xff, (r->skills + 1) * sizeof *out->alone);
    for (uint32_t s = 0; s < r->sets; s++)
        if (r->set_at[s + 1] - r->set_at[s] == 1) out->alone[r->set_skill[r->set_at[s]]] = s;
    return ST_OK;
}

static int by_ends(const void *a, const void *b)
{
    const struct prerequisite_edge *x = a, *y = b;
    if (x->after != y->after) return x->after < y->after ? -1 : 1;
    if (x->before != y->before) return x->before < y->before ? -1 : 1;
    return (x->strength < y->strength) - (x->strength > y->strength);
}

static bool has_skill(const struct responses *r, uint32_t set, uint32_t skill)
{
    for (uint32_t k = r->set_at[set]; k < r->set_at[set + 1]; k++)
        if (r->set_skill[k] == skill) return true;
    return false;
}

static enum st add(struct edges_use *x, const struct edge *g, double strength, struct err *e)
{
    const struct responses *r = &x->d->r;
    uint32_t before = x->alone[g->from];
    for (uint32_t s = 0; before != UINT32_MAX && s < r->sets; s++) {
        if (!has_skill(r, s, g->to)) continue;
        struct prerequisite_edge *p = LIST_ADD(&x->d->arena, x->edge, x->g.edges, x->cap);
        if (!p) return err_fail(e, ST_NOMEM, "err.memory", "edges");
        *p = (struct prerequisite_edge){before, s, strength};
    }
    return ST_OK;
}

enum st edges_use_graph(struct edges_use *x, size_t folds, size_t hold_out, struct err *e)
{
    const struct responses *r = &x->d->r;
    bool open = false;
    for (size_t i = 0; i < x->edges.count; i++) {
        const struct edge *g = &x->edges.edge[i];
        bool missing = edge_has_both(g) && g->strength < 0.0;
        if (missing && !folds)
            return err_fail(e, ST_INVALID, "model.row",
                            "%s: %s %zu: no strength; model edges --out finds it in answers", x->edges.path,
                            x->edges.document ? "edge" : "line", g->place);
        open = open || missing;
    }
    if (open) TRY(edges_in_log(&x->d->arena, r, &x->edges, folds, hold_out, x->found, e));
    x->g = (struct prerequisite_graph){.skills = r->sets};
    for (size_t i = 0; i < x->edges.count; i++) {
        const struct edge *g = &x->edges.edge[i];
        double strength = g->strength < 0.0 ? prerequisite_strength(&x->found[i].success) : g->strength;
        if (edge_has_both(g) && strength > 0.0) TRY(add(x, g, strength, e));
    }
    if (x->g.edges) qsort(x->edge, x->g.edges, sizeof *x->edge, by_ends);
    size_t kept = 0;
    for (size_t i = 0; i < x->g.edges; i++)
        if (!kept || x->edge[i].before != x->edge[kept - 1].before || x->edge[i].after != x->edge[kept - 1].after)
            x->edge[kept++] = x->edge[i];
    memset(x->into_at, 0, (r->sets + 1) * sizeof *x->into_at);
    for (size_t i = 0; i < kept; i++) x->into_at[x->edge[i].after + 1]++;
    for (size_t s = 0; s < r->sets; s++) x->into_at[s + 1] += x->into_at[s];
    x->g.edges = kept;
    x->g.edge = x->edge;
    x->g.into_at = x->into_at;
    x->circle = prerequisite_circle(&x->g, x->scratch);
    return ST_OK;
}

void edges_use_put(const struct edges_use *x, bool json, struct json_out *j)
{
    const struct responses *r = &x->d->r;
    const char *circle = x->circle == UINT32_MAX ? NULL : x->d->skill_name[r->set_skill[r->set_at[x->circle]]];
    json_open_obj(j, "edges");
    json_put_i64(j, "in_file", (int64_t)x->edges.count);
    json_put_i64(j, "without_answers", (int64_t)x->edges.unknown);
    json_put_i64(j, "between_sets", (int64_t)x->g.edges);
    json_put_str(j, "circle", circle);
    json_close_obj(j);
    if (json) return;
    printf("%zu edges, %zu between sets of skills with a strength", x->edges.count, x->g.edges);
    if (circle) printf("; they form a loop at %s", circle);
    printf("\n");
}
