/* model edges: do answers bear out that one skill comes before another? */
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "engine/elo.h"
#include "engine/prerequisite.h"
#include "model_put.h"

enum { EDGES_MAX = 100000, TRIED_LEAST = 3 };
static const struct bkt parameters = {.prior = .30, .learn = .15, .guess = .20, .slip = .10}; /* those that a school begins with */
static const double is_known = .9, is_not = .4; /* P(known) at the end, for who has which of two; between them it is left open */

struct edge {
    const char *before, *after;
    uint32_t from, to;        /* skills; UINT32_MAX: no answer about it */
    struct prerequisite_finding finding;
    struct prerequisite_counts success, state;
    struct interval95 lift;
    size_t students;
};

/* A first answer on a later skill, by a student who had tried the earlier one. */
struct seen {
    uint32_t edge, user;
    double known, right, foreseen;
};

struct check {
    struct cli *c;
    struct arena arena;
    struct edge *edges;
    size_t count, cap;
    struct seen *seen;
    size_t seen_count, seen_cap;
    uint32_t *into_at, *into; /* skills + 1: where the edges to each skill begin in `into` */
    size_t unknown;           /* edges that name a skill without an answer */
};

static enum st read_edges(struct check *x, const char *path, struct err *e)
{
    struct sheet t;
    TRY(sheet_open(&t, &x->arena, path, e));
    while (sheet_next(&t)) {
        if (t.count != 2) return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: %zu columns; an edge has two, before and after", path, t.line, t.count);
        if (t.line == 1 && (column_is(t.fields[0], "before") || column_is(t.fields[0], "prerequisite"))) continue;
        if (!*t.fields[0] || !*t.fields[1] || strcmp(t.fields[0], t.fields[1]) == 0) return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: an edge leads from one skill to another", path, t.line);
        struct edge *p = x->count < EDGES_MAX ? LIST_ADD(&x->arena, x->edges, x->count, x->cap) : NULL;
        if (!p) return err_fail(e, ST_NOMEM, "err.memory", "%s: over %d edges", path, EDGES_MAX);
        *p = (struct edge){.before = t.fields[0], .after = t.fields[1], .from = UINT32_MAX, .to = UINT32_MAX};
    }
    return x->count ? ST_OK : err_fail(e, ST_INVALID, "model.file", "%s: no edge", path);
}

static void name_edges(struct check *x, const char *const *skill, size_t n)
{
    for (size_t i = 0; i < x->count; i++) {
        for (size_t k = 0; k < n; k++) {
            if (strcmp(skill[k], x->edges[i].before) == 0) x->edges[i].from = (uint32_t)k;
            if (strcmp(skill[k], x->edges[i].after) == 0) x->edges[i].to = (uint32_t)k;
        }
        x->unknown += x->edges[i].from == UINT32_MAX || x->edges[i].to == UINT32_MAX;
    }
}

static bool has_both(const struct edge *g) { return g->from != UINT32_MAX && g->to != UINT32_MAX; }

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
    if (!q->skills || q->skills > CLASS_SKILLS_MAX) return err_fail(e, ST_INVALID, "model.file", "%s: line 1: %zu skills; combinations are counted for 1 to %d", path, q->skills, CLASS_SKILLS_MAX);
    for (size_t k = 0; k < q->skills; k++) q->skill[k] = t.fields[named + k];
    for (; sheet_next(&t); rows++) {
        if (t.count != q->skills + named) return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: %zu columns, but the header has %zu", path, t.line, t.count, q->skills + named);
        size_t item = rows;
        for (size_t i = 0; named && i < m->m.items; i++)
            if (strcmp(m->names[i], t.fields[0]) == 0) item = i;
        if (item >= m->m.items || (named && strcmp(m->names[item], t.fields[0]) != 0)) return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: there is no such item among the scores", path, t.line);
        for (size_t k = 0; k < q->skills; k++) {
            const char *v = t.fields[named + k];
            if (strcmp(v, "0") != 0 && strcmp(v, "1") != 0) return err_fail(e, ST_INVALID, "model.row", "%s: line %zu: \"%.20s\" is neither 0 nor 1", path, t.line, v);
            q->needs[item] |= (uint32_t)(*v == '1') << k;
        }
    }
    if (rows != m->m.items) return err_fail(e, ST_INVALID, "model.file", "%s: %zu items, but the scores have %zu", path, rows, m->m.items);
    return ST_OK;
}

static enum st check_scores(struct check *x, const char *path, const char *q_path, struct skill_classes *classes, struct q_matrix *q, struct err *e)
{
    struct matrix m;
    enum st st = matrix_read(&m, path, cli_opt(x->c, "--columns"), NULL, e);
    if (st == ST_OK) st = read_q(x, q_path, &m, q, e);
    if (st == ST_OK) st = skill_classes_fit(&m.m, q->needs, q->skills, classes, e);
    arena_release(&m.arena);
    if (st != ST_OK) return st;
    name_edges(x, q->skill, q->skills);
    for (size_t i = 0; i < x->count; i++) {
        struct edge *g = &x->edges[i];
        if (!has_both(g)) continue;
        g->success = g->state = skill_classes_counts(classes, g->from, g->to);
        g->students = classes->persons;
        prerequisite_weigh(&g->success, &g->state, NULL, 1, &g->finding);
    }
    return ST_OK;
}

/* --- logs --- */

/* One student through the log: what was known of the earlier skill at the first answer on the later one; and both at the end. */
static enum st follow(struct check *x, const struct responses *r, size_t u, const double *foreseen, double *known, uint32_t *tried, struct err *e)
{
    for (size_t k = 0; k < r->skills; k++) known[k] = parameters.prior, tried[k] = 0;
    for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
        uint32_t set = r->item_set[r->item[i]];
        const uint32_t *skill = r->set_skill + r->set_at[set];
        size_t n = r->set_at[set + 1] - r->set_at[set];
        for (size_t k = 0; k < n; k++)
            for (uint32_t at = x->into_at[skill[k]]; !tried[skill[k]] && at < x->into_at[skill[k] + 1]; at++) {
                uint32_t from = x->edges[x->into[at]].from;
                bool together = false;
                for (size_t o = 0; o < n; o++) together = together || skill[o] == from;
                if (together || !tried[from]) continue;
                struct seen *p = LIST_ADD(&x->arena, x->seen, x->seen_count, x->seen_cap);
                if (!p) return err_fail(e, ST_NOMEM, "err.memory", "first answers");
                *p = (struct seen){x->into[at], (uint32_t)u, known[from], r->correct[i], foreseen[i]};
            }
        struct bkt m[BKT_SKILLS_MAX];
        double p[BKT_SKILLS_MAX];
        size_t moved = n < BKT_SKILLS_MAX ? n : BKT_SKILLS_MAX;
        for (size_t k = 0; k < moved; k++) m[k] = parameters, p[k] = known[skill[k]], tried[skill[k]]++;
        if (moved && bkt_update(m, p, moved, r->correct[i] ? BKT_RIGHT : BKT_WRONG, p) == ST_OK)
            for (size_t k = 0; k < moved; k++) known[skill[k]] = p[k];
    }
    for (size_t g = 0; g < x->count; g++) {
        struct edge *d = &x->edges[g];
        if (!has_both(d) || tried[d->from] < TRIED_LEAST || tried[d->to] < TRIED_LEAST) continue;
        bool a = known[d->from] >= is_known, b = known[d->to] >= is_known;
        if ((!a && known[d->from] > is_not) || (!b && known[d->to] > is_not)) continue; /* undecided */
        d->state.both += a && b, d->state.before += a && !b, d->state.after += !a && b, d->state.neither += !a && !b;
    }
    return ST_OK;
}

static enum st index_edges(struct check *x, size_t skills, struct err *e)
{
    x->into_at = arena_array(&x->arena, skills + 2, sizeof *x->into_at);
    x->into = arena_array(&x->arena, x->count + 1, sizeof *x->into);
    if (!x->into_at || !x->into) return err_fail(e, ST_NOMEM, "err.memory", "edges");
    for (size_t g = 0; g < x->count; g++)
        if (has_both(&x->edges[g])) x->into_at[x->edges[g].to + 2]++;
    for (size_t k = 2; k < skills + 2; k++) x->into_at[k] += x->into_at[k - 1];
    for (uint32_t g = 0; g < x->count; g++)
        if (has_both(&x->edges[g])) x->into[x->into_at[x->edges[g].to + 1]++] = g;
    return ST_OK;
}

static int by_edge(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    return x->edge != y->edge ? (x->edge < y->edge ? -1 : 1) : (x->user > y->user) - (x->user < y->user);
}

/* How much better those with the earlier skill did than their general level and the items foretold, less the same of those without. */
static enum st lift(struct check *x, size_t users, struct err *e)
{
    double *sum[4];
    for (size_t k = 0; k < 4; k++)
        if (!(sum[k] = arena_array(&x->arena, users, sizeof(double)))) return err_fail(e, ST_NOMEM, "err.memory", "students");
    if (x->seen_count) qsort(x->seen, x->seen_count, sizeof *x->seen, by_edge); /* a student comes once at an edge, so no two are alike */
    size_t at = 0;
    for (size_t g = 0; g < x->count; g++) {
        struct edge *d = &x->edges[g];
        for (; at < x->seen_count && x->seen[at].edge == g; at++) {
            const struct seen *s = &x->seen[at];
            size_t q = d->students++;
            d->success.both += s->known * s->right, d->success.before += s->known * (1.0 - s->right);
            d->success.after += (1.0 - s->known) * s->right, d->success.neither += (1.0 - s->known) * (1.0 - s->right);
            sum[0][q] = s->known * (s->right - s->foreseen), sum[1][q] = s->known;
            sum[2][q] = (1.0 - s->known) * (s->right - s->foreseen), sum[3][q] = 1.0 - s->known;
        }
        TRY(interval_of_difference(sum[0], sum[1], sum[2], sum[3], d->students, 1, &d->lift, e));
        prerequisite_weigh(&d->success, &d->state, &d->lift, 1, &d->finding);
    }
    return ST_OK;
}

static enum st check_log(struct check *x, struct err *e)
{
    struct log_data d;
    struct log_columns names = log_columns_of(x->c);
    enum st st = log_read(&d, x->c->positional, x->c->count, &names, e);
    const struct responses *r = &d.r;
    double *foreseen = st == ST_OK ? arena_array(&d.arena, r->rows, sizeof *foreseen) : NULL, *known = st == ST_OK ? arena_array(&d.arena, r->skills + 1, sizeof *known) : NULL;
    uint32_t *tried = st == ST_OK ? arena_array(&d.arena, r->skills + 1, sizeof *tried) : NULL;
    if (st == ST_OK && (!foreseen || !known || !tried)) st = err_fail(e, ST_NOMEM, "err.memory", "students");
    struct elo_options o = elo_defaults;
    o.skill_step = 0.0; /* general level and items only: what an edge says must not be foretold by itself */
    if (st == ST_OK) st = elo_run(r, &o, 0, 0, foreseen, e);
    if (st == ST_OK) name_edges(x, d.skill_name, r->skills);
    if (st == ST_OK) st = index_edges(x, r->skills, e);
    for (size_t u = 0; st == ST_OK && u < r->users; u++) st = follow(x, r, u, foreseen, known, tried, e);
    if (st == ST_OK) st = lift(x, r->users, e);
    log_release(&d);
    return st;
}

/* --- what came out --- */

#define PUT_SPAN(key, v)                                                                                             \
    do {                                                                                                             \
        struct interval95 put_ = {true, (v).value, (v).low, (v).high};                                               \
        model_put_interval(j, key, &put_);                                                                           \
    } while (0)

static void put_edge(struct json_out *j, const struct edge *g, bool log)
{
    const struct prerequisite_finding *f = &g->finding;
    json_open_obj(j, NULL);
    json_put_str(j, "before", g->before);
    json_put_str(j, "after", g->after);
    json_put_str(j, "verdict", has_both(g) ? prerequisite_word(f->verdict) : "no_answers");
    if (has_both(g)) {
        json_put_i64(j, "students", (int64_t)g->students);
        PUT_SPAN("with", f->with);
        PUT_SPAN("without", f->without);
        PUT_SPAN("difference", f->difference);
        PUT_SPAN("out_of_order", f->out_of_order);
        if (log) model_put_interval(j, "lift", &g->lift);
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
    for (size_t i = 0; i < x->count; i++) {
        const struct edge *g = &x->edges[i];
        const struct prerequisite_finding *f = &g->finding;
        put_edge(j, g, !q->skills);
        if (has_both(g)) n[f->verdict]++;
        if (x->c->json) continue;
        if (!has_both(g)) printf("%s -> %s: no answers\n", g->before, g->after);
        else
            printf("%s -> %s: %s; with %.2f (%.2f to %.2f), without %.2f (%.2f to %.2f), out of order %.2f (%.2f to %.2f)\n", g->before, g->after, prerequisite_word(f->verdict), f->with.value, f->with.low,
                   f->with.high, f->without.value, f->without.low, f->without.high, f->out_of_order.value, f->out_of_order.low, f->out_of_order.high);
    }
    json_close_list(j);
    json_open_obj(j, "verdicts");
    for (unsigned v = 0; v <= PREREQUISITE_NOT_SEEN; v++) json_put_i64(j, prerequisite_word((enum prerequisite_verdict)v), (int64_t)n[v]);
    json_put_i64(j, "no_answers", (int64_t)x->unknown);
    json_close_obj(j);
    TRY(model_out_close(&out, x->c, NULL, ST_OK, e));
    if (x->c->json) return ST_OK;
    for (unsigned v = 0; v <= PREREQUISITE_NOT_SEEN; v++) printf("%s%s %zu", v ? ", " : "", prerequisite_word((enum prerequisite_verdict)v), n[v]);
    printf(", no_answers %zu\n", x->unknown);
    return ST_OK;
}

int run_model_edges(struct cli *c)
{
    struct err e = {0};
    struct check x = {.c = c};
    struct skill_classes classes = {0};
    struct q_matrix q = {0};
    const char *edges = cli_opt(c, "--edges"), *q_path = cli_opt(c, "--q");
    if (!c->count || !edges) return cli_usage(c, "name the answers, and with --edges what is said to come before what");
    if (q_path && c->count != 1) return cli_usage(c, "--q goes with one file of scores");
    arena_init(&x.arena, (size_t)1 << 32);
    enum st st = read_edges(&x, edges, &e);
    if (st == ST_OK) st = q_path ? check_scores(&x, c->positional[0], q_path, &classes, &q, &e) : check_log(&x, &e);
    if (st == ST_OK) st = tell(&x, &classes, &q, &e);
    arena_release(&x.arena);
    return st == ST_OK ? 0 : cli_fail(&e);
}
