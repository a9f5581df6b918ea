#include "engine/fairness.h"

#include <stdlib.h>
#include <string.h>

const struct fairness_options fairness_defaults = {.smallest = 10, .mastered_at = .85, .seed = 1};

enum figure { BIAS, FALSE_MASTERY, FALSE_NON_MASTERY, FIGURES };

struct sums {
    double *top[FIGURES], *bottom[FIGURES]; /* users */
    uint32_t *nth;                          /* sets: answers of the student in hand */
    uint8_t *pick;                          /* rows */
    double *part[2];                        /* users: a group's, close together */
};

/* The next answers on the same set, from i on; how many there are, at most FAIRNESS_NEXT. */
static size_t look_ahead(const struct responses *r, size_t i, size_t end, uint32_t set, size_t *right)
{
    size_t n = 0;
    for (*right = 0; i < end && n < FAIRNESS_NEXT; i++)
        if (r->item_set[r->item[i]] == set) n++, *right += r->correct[i];
    return n;
}

static void add_user(const struct responses *r, const double *p, const struct fairness_options *o, size_t u,
                     struct sums *s)
{
    memset(s->nth, 0, r->sets * sizeof *s->nth);
    for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
        uint32_t set = r->item_set[r->item[i]];
        size_t right;
        s->top[BIAS][u] += p[i] - r->correct[i];
        s->bottom[BIAS][u] += 1.0;
        if (++s->nth[set] != FAIRNESS_AT || look_ahead(r, i, r->user_at[u + 1], set, &right) < FAIRNESS_NEXT) continue;
        bool said = p[i] >= o->mastered_at;
        enum figure f = said ? FALSE_MASTERY : FALSE_NON_MASTERY;
        s->top[f][u] += said ? right < 2 : right == FAIRNESS_NEXT;
        s->bottom[f][u] += 1.0;
    }
}

static enum st measure_count(const struct sums *s, enum figure f, const uint32_t *group, size_t users, uint32_t g,
                             uint64_t seed, struct interval95 *out, struct err *e)
{
    size_t n = 0;
    for (size_t u = 0; u < users; u++)
        if (group[u] == g) s->part[0][n] = s->top[f][u], s->part[1][n++] = s->bottom[f][u];
    return interval_of_ratio(s->part[0], s->part[1], n, seed, out, e);
}

/* rest: students of no group. */
static void hide(struct fairness_group *out, size_t groups, size_t rest, size_t smallest)
{
    size_t hidden = rest > 0 && rest < smallest, next = groups;
    for (size_t g = 0; g < groups; g++) {
        out[g].hidden = out[g].students < smallest;
        hidden += out[g].hidden && out[g].students > 0;
    }
    for (size_t g = 0; g < groups; g++)
        if (!out[g].hidden && (next == groups || out[g].students < out[next].students)) next = g;
    if (hidden == 1 && next < groups) out[next].hidden = true;
}

static enum st judge(const struct responses *r, const double *p, const uint32_t *group, size_t groups,
                     const struct fairness_options *o, struct sums *s, struct fairness_group *out, struct err *e)
{
    size_t rest = 0;
    memset(out, 0, groups * sizeof *out);
    for (size_t u = 0; u < r->users; u++) {
        if (group[u] == UINT32_MAX) {
            rest++;
            continue;
        }
        out[group[u]].students++;
        out[group[u]].rows += r->user_at[u + 1] - r->user_at[u];
        add_user(r, p, o, u, s);
    }
    hide(out, groups, rest, o->smallest);
    for (uint32_t g = 0; g < groups; g++) {
        if (out[g].hidden) continue;
        for (size_t u = 0; u < r->users; u++)
            memset(s->pick + r->user_at[u], group[u] == g, r->user_at[u + 1] - r->user_at[u]);
        TRY(metrics_of(p, r->correct, s->pick, r->rows, &out[g].metrics, e));
        TRY(measure_count(s, BIAS, group, r->users, g, o->seed, &out[g].bias, e));
        TRY(measure_count(s, FALSE_MASTERY, group, r->users, g, o->seed, &out[g].false_mastery, e));
        TRY(measure_count(s, FALSE_NON_MASTERY, group, r->users, g, o->seed, &out[g].false_non_mastery, e));
    }
    return ST_OK;
}

enum st fairness_of(const struct responses *r, const double *p, const uint32_t *group, size_t groups,
                    const struct fairness_options *o, struct fairness_group *out, struct err *e)
{
    double *all = calloc((2 * FIGURES + 2) * (r->users + 1), sizeof *all);
    struct sums s = {.nth = calloc(r->sets + 1, sizeof *s.nth), .pick = malloc(r->rows + 1)};
    enum st st = all && s.nth && s.pick ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "groups");
    for (size_t f = 0; st == ST_OK && f < FIGURES; f++)
        s.top[f] = all + f * r->users, s.bottom[f] = all + (FIGURES + f) * r->users;
    s.part[0] = st == ST_OK ? all + 2 * FIGURES * r->users : NULL;
    s.part[1] = st == ST_OK ? s.part[0] + r->users : NULL;
    if (st == ST_OK) st = judge(r, p, group, groups, o, &s, out, e);
    free(all), free(s.nth), free(s.pick);
    return st;
}
