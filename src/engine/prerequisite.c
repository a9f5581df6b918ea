#include "engine/prerequisite.h"

#include <stdlib.h>
#include <string.h>

#include "sample.h"

enum st prerequisite_check(const struct prerequisite_graph *g, struct err *e)
{
    for (size_t i = 0; i < g->edges; i++) {
        const struct prerequisite_edge *x = &g->edge[i];
        if (x->before >= g->skills || x->after >= g->skills || x->before == x->after ||
            !(x->strength >= 0.0 && x->strength <= 1.0))
            return err_fail(e, ST_INVALID, "model.edge", "edge %zu: from skill %u to %u with strength %g", i + 1,
                            (unsigned)x->before, (unsigned)x->after, x->strength);
    }
    return ST_OK;
}

/* Skills without an edge to one that is left are taken away until none is; what stays is on a circle or behind one. */
uint32_t prerequisite_circle(const struct prerequisite_graph *g, uint32_t *scratch)
{
    enum { GONE, LEFT, LEADS };
    for (size_t k = 0; k < g->skills; k++) scratch[k] = LEFT;
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t i = 0; i < g->edges; i++)
            if (scratch[g->edge[i].before] != GONE && scratch[g->edge[i].after] != GONE)
                scratch[g->edge[i].before] = LEADS;
        for (size_t k = 0; k < g->skills; k++) {
            moved = moved || scratch[k] == LEFT;
            scratch[k] = scratch[k] == LEADS ? LEFT : GONE;
        }
    }
    uint32_t at = 0;
    while (at < g->skills && !scratch[at]) at++;
    if (at == g->skills) return UINT32_MAX;
    for (size_t step = 0; step < g->skills; step++) /* on from there, one comes round */
        for (size_t i = 0; i < g->edges; i++)
            if (g->edge[i].before == at && scratch[g->edge[i].after]) {
                at = g->edge[i].after;
                break;
            }
    return at;
}

static size_t into_begin(const struct prerequisite_graph *g, uint32_t skill)
{
    return g->into_at ? g->into_at[skill] : 0;
}
static size_t into_end(const struct prerequisite_graph *g, uint32_t skill)
{
    return g->into_at ? g->into_at[skill + 1] : g->edges;
}

double prerequisite_start(const struct prerequisite_graph *g, uint32_t skill, const double *prior,
                          const double *p_known, const uint8_t *seen, uint32_t *by)
{
    double start = prior[skill];
    uint32_t least_by = UINT32_MAX;
    for (size_t i = into_begin(g, skill); i < into_end(g, skill); i++) {
        const struct prerequisite_edge *x = &g->edge[i];
        if (x->after != skill || !seen[x->before]) continue;
        double rest = 1.0 - x->strength, average = prior[x->before] + rest * (1.0 - prior[x->before]),
               here = p_known[x->before] + rest * (1.0 - p_known[x->before]);
        double least = rest * prior[skill], said = average > 0.0 ? prior[skill] * here / average : prior[skill];
        if (said < least) said = least;
        if (said < start) start = said, least_by = x->before;
    }
    if (by) *by = least_by;
    return start;
}

const char *prerequisite_word(enum prerequisite_verdict v)
{
    static const char *const words[] = {"too_few", "holds", "backward", "both_ways", "not_seen"};
    return (unsigned)v < sizeof words / sizeof *words ? words[v] : "";
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

#define SPAN(into, draws, middle) \
    do { \
        qsort(draws, PREREQUISITE_DRAWS, sizeof *(draws), by_size); \
        (into).value = (middle), (into).low = (draws)[PREREQUISITE_DRAWS / 40], \
        (into).high = (draws)[PREREQUISITE_DRAWS - 1 - PREREQUISITE_DRAWS / 40]; \
    } while (0)

static bool too_few(const struct prerequisite_counts *c)
{
    return c->both + c->before < PREREQUISITE_LEAST || c->after + c->neither < PREREQUISITE_LEAST;
}
static double share_with(const struct prerequisite_counts *c) { return (1.0 + c->both) / (2.0 + c->both + c->before); }
static double share_without(const struct prerequisite_counts *c)
{
    return (1.0 + c->after) / (2.0 + c->after + c->neither);
}

double prerequisite_strength(const struct prerequisite_counts *success)
{
    double with = share_with(success), without = share_without(success);
    return too_few(success) || with <= without ? 0.0 : 1.0 - without / with;
}

void prerequisite_weigh(const struct prerequisite_counts *c, const struct prerequisite_counts *state,
                        const struct interval95 *lift, uint64_t seed, struct prerequisite_finding *out)
{
    static const double one_way = 1.0 / 3.0;
    struct rng r;
    double with[PREREQUISITE_DRAWS], without[PREREQUISITE_DRAWS], difference[PREREQUISITE_DRAWS],
        order[PREREQUISITE_DRAWS];
    rng_seed(&r, seed);
    for (size_t i = 0; i < PREREQUISITE_DRAWS; i++) {
        with[i] = sample_beta(&r, 1.0 + c->both, 1.0 + c->before);
        without[i] = sample_beta(&r, 1.0 + c->after, 1.0 + c->neither);
        order[i] = sample_beta(&r, 1.0 + state->after, 1.0 + state->before);
        difference[i] = with[i] - without[i];
    }
    double p = share_with(c), q = share_without(c);
    SPAN(out->with, with, p);
    SPAN(out->without, without, q);
    SPAN(out->difference, difference, p - q);
    SPAN(out->out_of_order, order, (1.0 + state->after) / (2.0 + state->after + state->before));
    out->strength = prerequisite_strength(c);
    if (too_few(c)) out->verdict = PREREQUISITE_FEW;
    else if (!(out->difference.low > 0.0) || (lift && !(lift->known && lift->low > 0.0)))
        out->verdict = PREREQUISITE_NOT_SEEN;
    else if (out->out_of_order.high < one_way) out->verdict = PREREQUISITE_HOLDS;
    else if (out->out_of_order.low > 1.0 - one_way) out->verdict = PREREQUISITE_BACKWARD;
    else out->verdict = PREREQUISITE_BOTH_WAYS;
}
