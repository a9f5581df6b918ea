/* model edges: do answers bear out that one skill comes before another? */
#include <stdlib.h>
#include <string.h>

#include "engine/prerequisite.h"
#include "lab/edges.h"
#include "model.h"
#include "model_out.h"

struct checked {
    struct prerequisite_finding finding;
    struct interval95 lift;
    size_t students;
};

struct check {
    struct cli *c;
    struct arena arena;
    struct edges edges;
    struct checked *checked; /* edges */
};

/* --- scores with a Q matrix --- */

struct q_matrix {
    const char **skill;
    size_t skills;
    uint32_t *needs; /* items */
};

static enum st read_q(struct check *x, const char *path, const struct matrix *m, struct q_matrix *q, struct err *e)
{
    struct sheet t;
    TRY(sheet_open(&t, &x->arena, path, e));
    if (!sheet_next(&t)) return err_fail(e, ST_INVALID, "model.file", "%s: line 1: no header", path);
    size_t named = column_is(t.fields[0], "item"), rows = 0;
    q->skills = t.count - named;
    q->skill = arena_array(&x->arena, q->skills + 1, sizeof *q->skill);
    q->needs = arena_array(&x->arena, m->m.items + 1, sizeof *q->needs);
    if (!q->skill || !q->needs) return err_fail(e, ST_NOMEM, "err.memory", "skills");
    if (!q->skills || q->skills > CLASS_SKILLS_MAX)
        return err_fail(e, ST_INVALID, "model.file", "%s: line 1: %zu skills; combinations are counted for 1 to %d",
                        path, q->skills, CLASS_SKILLS_MAX);
    for (size_t k = 0; k < q->skills; k++) q->skill[k] = t.fields[named + k];
    for (; sheet_next(&t); rows++) {
        if (t.count != q->skills + named)
            return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: %zu columns, but the header has %zu", path,
                            t.line, t.count, q->skills + named);
        size_t item = rows;
        for (size_t i = 0; named && i < m->m.items; i++)
            if (strcmp(m->names[i], t.fields[0]) == 0) item = i;
        if (item >= m->m.items || (named && strcmp(m->names[item], t.fields[0]) != 0))
            return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: there is no such item among the scores", path,
                            t.line);
        for (size_t k = 0; k < q->skills; k++) {
            const char *v = t.fields[named + k];
            if (strcmp(v, "0") != 0 && strcmp(v, "1") != 0)
                return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: \"%.20s\" is neither 0 nor 1", path, t.line,
                                v);
            q->needs[item] |= (uint32_t)(*v == '1') << k;
        }
    }
    if (rows != m->m.items)
        return err_fail(e, ST_INVALID, "model.file", "%s: %zu items, but the scores have %zu", path, rows, m->m.items);
    return ST_OK;
}

static enum st check_scores(struct check *x, const char *path, const char *q_path, struct skill_classes *classes,
                            struct q_matrix *q, struct err *e)
{
    struct matrix m;
    enum st st = matrix_read(&m, path, cli_opt(x->c, "--columns"), NULL, e);
    if (st == ST_OK) st = read_q(x, q_path, &m, q, e);
    if (st == ST_OK) st = skill_classes_fit(&m.m, q->needs, q->skills, classes, e);
    arena_release(&m.arena);
    if (st != ST_OK) return st;
    TRY(edges_name(&x->arena, &x->edges, q->skill, q->skills, e));
    for (size_t i = 0; i < x->edges.count; i++) {
        const struct edge *g = &x->edges.edge[i];
        if (!edge_has_both(g)) continue;
        struct prerequisite_counts counts = skill_classes_counts(classes, g->from, g->to);
        x->checked[i].students = classes->persons;
        prerequisite_weigh(&counts, &counts, NULL, 1, &x->checked[i].finding);
    }
    return ST_OK;
}

/* --- logs --- */

static enum st check_log(struct check *x, struct err *e)
{
    struct log_data d;
    struct log_columns names = log_columns_of(x->c);
    enum st st = model_log_read(x->c, &names, &d, e);
    struct edge_found *found = st == ST_OK ? arena_array(&x->arena, x->edges.count, sizeof *found) : NULL;
    if (st == ST_OK && !found) st = err_fail(e, ST_NOMEM, "err.memory", "edges");
    if (st == ST_OK) st = edges_name(&x->arena, &x->edges, d.skill_name, d.r.skills, e);
    if (st == ST_OK) st = edges_in_log(&x->arena, &d.r, &x->edges, 0, 0, found, e);
    for (size_t i = 0; st == ST_OK && i < x->edges.count; i++) {
        struct checked *g = &x->checked[i];
        g->lift = found[i].lift, g->students = found[i].students;
        prerequisite_weigh(&found[i].success, &found[i].state, &g->lift, 1, &g->finding);
    }
    log_release(&d);
    return st;
}

/* --- what came out --- */

#define PUT_SPAN(key, v) \
    do { \
        struct interval95 put_ = {true, (v).value, (v).low, (v).high}; \
        model_put_interval(j, key, &put_); \
    } while (0)

static void put_edge(struct json_out *j, const struct edge *g, const struct checked *x, bool log)
{
    const struct prerequisite_finding *f = &x->finding;
    json_open_obj(j, NULL);
    json_put_str(j, "before", g->before);
    json_put_str(j, "after", g->after);
    json_put_str(j, "verdict", edge_has_both(g) ? prerequisite_word(f->verdict) : "no_answers");
    if (edge_has_both(g)) {
        json_put_i64(j, "students", (int64_t)x->students);
        PUT_SPAN("with", f->with);
        PUT_SPAN("without", f->without);
        PUT_SPAN("difference", f->difference);
        PUT_SPAN("out_of_order", f->out_of_order);
        if (log) model_put_interval(j, "lift", &x->lift);
        json_put_f64(j, "strength", f->strength);
    }
    json_close_obj(j);
}

static enum st tell(const struct check *x, const struct skill_classes *classes, const struct q_matrix *q, struct err *e)
{
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    size_t n[PREREQUISITE_NOT_SEEN + 1] = {0};
    if (q->skills) {
        json_put_f64(j, "log_likelihood", classes->log_likelihood);
        json_put_bool(j, "converged", classes->converged);
        json_open_list(j, "classes");
        for (size_t c = 0; c < (size_t)1 << q->skills; c++) {
            json_open_obj(j, NULL);
            json_open_list(j, "skills");
            for (size_t k = 0; k < q->skills; k++)
                if (c >> k & 1) json_put_str(j, NULL, q->skill[k]);
            json_close_list(j);
            json_put_f64(j, "share", classes->share[c]);
            json_close_obj(j);
        }
        json_close_list(j);
    }
    json_open_list(j, "edges");
    for (size_t i = 0; i < x->edges.count; i++) {
        const struct edge *g = &x->edges.edge[i];
        const struct prerequisite_finding *f = &x->checked[i].finding;
        put_edge(j, g, &x->checked[i], !q->skills);
        if (edge_has_both(g)) n[f->verdict]++;
        if (x->c->json) continue;
        if (!edge_has_both(g)) printf("%s -> %s: no answers\n", g->before, g->after);
        else
            printf("%s -> %s: %s; with %.2f (%.2f to %.2f), without %.2f (%.2f to %.2f), out of order %.2f (%.2f to "
                   "%.2f)\n",
                   g->before, g->after, prerequisite_word(f->verdict), f->with.value, f->with.low, f->with.high,
                   f->without.value, f->without.low, f->without.high, f->out_of_order.value, f->out_of_order.low,
                   f->out_of_order.high);
    }
    json_close_list(j);
    json_open_obj(j, "verdicts");
    for (unsigned v = 0; v <= PREREQUISITE_NOT_SEEN; v++)
        json_put_i64(j, prerequisite_word((enum prerequisite_verdict)v), (int64_t)n[v]);
    json_put_i64(j, "no_answers", (int64_t)x->edges.unknown);
    json_close_obj(j);
    TRY(model_out_close(&out, x->c, cli_opt(x->c, "--out"), ST_OK, e));
    if (x->c->json) return ST_OK;
    for (unsigned v = 0; v <= PREREQUISITE_NOT_SEEN; v++)
        printf("%s%s %zu", v ? ", " : "", prerequisite_word((enum prerequisite_verdict)v), n[v]);
    printf(", no_answers %zu\n", x->edges.unknown);
    return ST_OK;
}

int run_model_edges(struct cli *c)
{
    struct err e = {0};
    struct check x = {.c = c};
    struct skill_classes classes = {0};
    struct q_matrix q = {0};
    const char *edges = cli_opt(c, "--edges"), *q_path = cli_opt(c, "--q");
    if (!c->count || !edges)
        return cli_usage(c, "name the file of answers and, with --edges, the file of prerequisite links");
    if (q_path && c->count != 1) return cli_usage(c, "--q needs exactly one file of scores");
    arena_init(&x.arena, (size_t)1 << 32);
    enum st st = edges_read(&x.arena, edges, &x.edges, &e);
    if (st == ST_OK && !(x.checked = arena_array(&x.arena, x.edges.count, sizeof *x.checked)))
        st = err_fail(&e, ST_NOMEM, "err.memory", "edges");
    if (st == ST_OK) st = q_path ? check_scores(&x, c->positional[0], q_path, &classes, &q, &e) : check_log(&x, &e);
    if (st == ST_OK) st = tell(&x, &classes, &q, &e);
    arena_release(&x.arena);
    return st == ST_OK ? 0 : cli_fail(&e);
}
