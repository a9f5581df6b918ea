/* A file of edges between skills. */
#include <string.h>

#include "base/list.h"
#include "base/strmap.h"
#include "lab/edges.h"

enum { EDGES_MAX = 100000 };

static enum st add(struct arena *a, struct edges *x, const char *before, const char *after, double strength,
                   size_t place, struct err *e)
{
    const char *unit = x->document ? "edge" : "line";
    if (!*before || !*after || strcmp(before, after) == 0)
        return err_fail(e, ST_INVALID, "model.row", "%s: %s %zu: an edge leads from one skill to another", x->path,
                        unit, place);
    struct edge *p = x->count < EDGES_MAX ? LIST_ADD(a, x->edge, x->count, x->cap) : NULL;
    if (!p) return err_fail(e, ST_NOMEM, "err.memory", "%s: over %d edges", x->path, EDGES_MAX);
    *p = (struct edge){
        .before = before, .after = after, .from = UINT32_MAX, .to = UINT32_MAX, .strength = strength, .place = place};
    return ST_OK;
}

static enum st read_rows(struct arena *a, struct sheet *t, struct edges *x, struct err *e)
{
    while (sheet_next(t)) {
        double strength = -1.0;
        if (t->count != 2 && t->count != 3)
            return err_fail(e, ST_INVALID, "model.row",
                            "%s: line %zu: %zu columns; an edge has two, before and after, and perhaps a strength",
                            t->path, t->line, t->count);
        if (t->line == 1 && (column_is(t->fields[0], "before") || column_is(t->fields[0], "prerequisite"))) continue;
        if (t->count == 3 && *t->fields[2] &&
            !(parse_f64(t->fields[2], &strength) && strength >= 0.0 && strength <= 1.0))
            return err_fail(e, ST_INVALID, "model.row",
                            "%s: line %zu: a strength is a number from 0 to 1, not \"%.20s\"", t->path, t->line,
                            t->fields[2]);
        TRY(add(a, x, t->fields[0], t->fields[1], strength, t->line, e));
    }
    return ST_OK;
}

static enum st read_document(struct arena *a, const struct sheet *t, struct edges *x, struct err *e)
{
    json_t *doc, *v;
    size_t i;
    if (json_read(a, t->p, (size_t)(t->end - t->p), &doc, e) != ST_OK)
        return err_fail(e, ST_INVALID, "model.file", "%s: starts like JSON but is not valid JSON", t->path);
    x->document = true;
    json_array_foreach (json_object_get(doc, "edges"), i, v) {
        const json_t *s = json_object_get(v, "strength");
        double strength = json_is_number(s) ? json_number_value(s) : -1.0;
        if (s && !(strength >= 0.0 && strength <= 1.0))
            return err_fail(e, ST_INVALID, "model.row", "%s: edge %zu: a strength is a number from 0 to 1", t->path,
                            i + 1);
        TRY(add(a, x, json_str(v, "before", ""), json_str(v, "after", ""), strength, i + 1, e));
    }
    return ST_OK;
}

enum st edges_read(struct arena *a, const char *path, struct edges *out, struct err *e)
{
    struct sheet t;
    *out = (struct edges){.path = path};
    TRY(sheet_open(&t, a, path, e));
    TRY(*t.p == '{' ? read_document(a, &t, out, e) : read_rows(a, &t, out, e));
    return out->count ? ST_OK : err_fail(e, ST_INVALID, "model.file", "%s: no edge", path);
}

enum st edges_name(struct arena *a, struct edges *x, const char *const *skill, size_t n, struct err *e)
{
    struct strmap of = {.arena = a};
    for (size_t k = 0; k < n; k++)
        if (strmap_put(&of, skill[k], (int)k) < 0) return err_fail(e, ST_NOMEM, "err.memory", "names of %zu skills", n);
    for (size_t i = 0; i < x->count; i++) {
        int from = strmap_get(&of, x->edge[i].before), to = strmap_get(&of, x->edge[i].after);
        x->edge[i].from = from < 0 ? UINT32_MAX : (uint32_t)from;
        x->edge[i].to = to < 0 ? UINT32_MAX : (uint32_t)to;
        x->unknown += !edge_has_both(&x->edge[i]);
    }
    return ST_OK;
}
