/* What a log of answers says of edges: who was right at a first answer on the later skill, by whether the earlier
 * one was there; and who has which at the end. */
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "engine/elo.h"
#include "lab/edges.h"

enum { TRIED_LEAST = 3 };
/* those that a school begins with */
static const struct bkt parameters = {.prior = .30, .learn = .15, .guess = .20, .slip = .10};
/* P(known) at the end, for who has which of two; between them it is left open */
static const double is_known = .9, is_not = .4;

/* A first answer on a later skill, by a student who had tried the earlier one. */
struct seen {
    uint32_t edge, user;
    double known, right, predicted;
};

struct check {
    struct arena *arena;
    const struct edges *edges;
    struct edge_found *found; /* edges */
    struct seen *seen;
    size_t seen_count, seen_cap;
    uint32_t *into_at, *into; /* skills + 1: where the edges to each skill begin in `into` */
    double *predicted;        /* rows */
    double *known;            /* skills */
    uint32_t *tried;          /* skills */
};

/* A first answer on a later skill. */
static enum st note(struct check *x, uint32_t edge, uint32_t user, double known, double right, double predicted,
                    struct err *e)
{
    struct edge_found *f = &x->found[edge];
    f->students++;
    f->success.both += known * right, f->success.before += known * (1.0 - right);
    f->success.after += (1.0 - known) * right, f->success.neither += (1.0 - known) * (1.0 - right);
    if (!x->predicted) return ST_OK;
    struct seen *p = LIST_ADD(x->arena, x->seen, x->seen_count, x->seen_cap);
    if (!p) return err_fail(e, ST_NOMEM, "err.memory", "first answers");
    *p = (struct seen){edge, user, known, right, predicted};
    return ST_OK;
}

/* One student through the log: what was known of the earlier skill at the first answer on the later one; and both at
 * the end. */
static enum st follow(struct check *x, const struct responses *r, size_t u, struct err *e)
{
    double *known = x->known;
    uint32_t *tried = x->tried;
    for (size_t k = 0; k < r->skills; k++) known[k] = parameters.prior, tried[k] = 0;
    for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
        uint32_t set = r->item_set[r->item[i]];
        const uint32_t *skill = r->set_skill + r->set_at[set];
        size_t n = r->set_at[set + 1] - r->set_at[set];
        for (size_t k = 0; k < n; k++)
            for (uint32_t at = x->into_at[skill[k]]; !tried[skill[k]] && at < x->into_at[skill[k] + 1]; at++) {
                uint32_t from = x->edges->edge[x->into[at]].from;
                bool together = false;
                for (size_t o = 0; o < n; o++) together = together || skill[o] == from;
                if (!together && tried[from])
                    TRY(note(x, x->into[at], (uint32_t)u, known[from], r->correct[i],
                             x->predicted ? x->predicted[i] : 0.0, e));
            }
        struct bkt m[BKT_SKILLS_MAX];
        double p[BKT_SKILLS_MAX];
        size_t moved = n < BKT_SKILLS_MAX ? n : BKT_SKILLS_MAX;
        for (size_t k = 0; k < moved; k++) m[k] = parameters, p[k] = known[skill[k]], tried[skill[k]]++;
        if (moved && bkt_update(m, p, moved, r->correct[i] ? BKT_RIGHT : BKT_WRONG, p) == ST_OK)
            for (size_t k = 0; k < moved; k++) known[skill[k]] = p[k];
    }
    for (size_t g = 0; g < x->edges->count; g++) {
        const struct edge *d = &x->edges->edge[g];
        struct prerequisite_counts *n = &x->found[g].state;
        if (!edge_has_both(d) || tried[d->from] < TRIED_LEAST || tried[d->to] < TRIED_LEAST) continue;
        bool a = known[d->from] >= is_known, b = known[d->to] >= is_known;
        if ((!a && known[d->from] > is_not) || (!b && known[d->to] > is_not)) continue; /* undecided */
        n->both += a && b, n->before += a && !b, n->after += !a && b, n->neither += !a && !b;
    }
    return ST_OK;
}

static void index_edges(struct check *x, size_t skills)
{
    for (size_t g = 0; g < x->edges->count; g++)
        if (edge_has_both(&x->edges->edge[g])) x->into_at[x->edges->edge[g].to + 2]++;
    for (size_t k = 2; k < skills + 2; k++) x->into_at[k] += x->into_at[k - 1];
    for (uint32_t g = 0; g < x->edges->count; g++)
        if (edge_has_both(&x->edges->edge[g])) x->into[x->into_at[x->edges->edge[g].to + 1]++] = g;
}

static int by_edge(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    return x->edge != y->edge ? (x->edge < y->edge ? -1 : 1) : (x->user > y->user) - (x->user < y->user);
}

/* How much better those with the earlier skill did than their general level and the items foretold, less the same of
 * those without. */
static enum st lift(struct check *x, size_t users, struct err *e)
{
    double *sum[4];
    for (size_t k = 0; k < 4; k++)
        if (!(sum[k] = arena_array(x->arena, users, sizeof(double))))
            return err_fail(e, ST_NOMEM, "err.memory", "students");
    /* a student comes once at an edge, so no two are alike */
    if (x->seen_count) qsort(x->seen, x->seen_count, sizeof *x->seen, by_edge);
    size_t at = 0;
    for (size_t g = 0; g < x->edges->count; g++) {
        size_t n = 0;
        for (; at < x->seen_count && x->seen[at].edge == g; at++, n++) {
            const struct seen *s = &x->seen[at];
            sum[0][n] = s->known * (s->right - s->predicted), sum[1][n] = s->known;
            sum[2][n] = (1.0 - s->known) * (s->right - s->predicted), sum[3][n] = 1.0 - s->known;
        }
        TRY(interval_of_difference(sum[0], sum[1], sum[2], sum[3], n, 1, &x->found[g].lift, e));
    }
    return ST_OK;
}

enum st edges_in_log(struct arena *a, const struct responses *r, const struct edges *edges, size_t folds,
                     size_t hold_out, struct edge_found *found, struct err *e)
{
    struct check x = {.arena = a, .edges = edges, .found = found};
    x.known = arena_array(a, r->skills + 1, sizeof *x.known);
    x.tried = arena_array(a, r->skills + 1, sizeof *x.tried);
    x.into_at = arena_array(a, r->skills + 2, sizeof *x.into_at);
    x.into = arena_array(a, edges->count + 1, sizeof *x.into);
    if (!folds) x.predicted = arena_array(a, r->rows, sizeof *x.predicted);
    if (!x.known || !x.tried || !x.into_at || !x.into || (!folds && !x.predicted))
        return err_fail(e, ST_NOMEM, "err.memory", "students");
    struct elo_options o = elo_defaults;
    o.skill_step = 0.0; /* general level and items only: what an edge says must not be foretold by itself */
    if (!folds) TRY(elo_run(r, &o, 0, 0, x.predicted, e));
    memset(found, 0, edges->count * sizeof *found);
    index_edges(&x, r->skills);
    for (size_t u = 0; u < r->users; u++)
        if (!folds || r->user_fold[u] % folds != hold_out) TRY(follow(&x, r, u, e));
    return folds ? ST_OK : lift(&x, r->users, e);
}
