#include "engine/bkt.h"

#include <stdbool.h>

static bool is_probability(double p) { return p >= 0.0 && p <= 1.0; } /* false for NaN */

static void pooled_guess_slip(const struct bkt *m, size_t n, double *guess, double *slip)
{
    double g = 0.0, s = 0.0;
    for (size_t i = 0; i < n; i++) {
        g = g + m[i].guess;
        s = s + m[i].slip;
    }
    *guess = g / (double)n;
    *slip = s / (double)n;
}

double bkt_predict(const struct bkt *m, const double *p_known, size_t n)
{
    double guess, slip, all = 1.0;
    pooled_guess_slip(m, n, &guess, &slip);
    for (size_t i = 0; i < n; i++) all = all * p_known[i];
    return (1.0 - slip) * all + guess * (1.0 - all);
}

enum st bkt_update(const struct bkt *m, const double *p_known, size_t n, enum bkt_answer answer, double *next)
{
    double out[BKT_SKILLS_MAX], guess, slip;
    if (n == 0 || n > BKT_SKILLS_MAX) return ST_INVALID;
    for (size_t i = 0; i < n; i++)
        if (!is_probability(p_known[i]) || !is_probability(m[i].prior) || !is_probability(m[i].learn) ||
            !is_probability(m[i].guess) || !is_probability(m[i].slip))
            return ST_INVALID;
    if (n == 1) { /* as below, without what only several need: nearly all facts are of one skill */
        guess = m->guess;
        slip = m->slip;
    } else {
        pooled_guess_slip(m, n, &guess, &slip);
    }
    double if_known = answer == BKT_RIGHT ? 1.0 - slip : slip; /* P(answer | all known) */
    double if_not = answer == BKT_RIGHT ? guess : 1.0 - guess; /* P(answer | one missing) */
    for (size_t i = 0; i < n; i++) {
        double p = p_known[i];
        if (answer != BKT_PRACTICE) {
            double others = 1.0;
            for (size_t j = 0; j < n; j++)
                if (j != i) others = others * p_known[j];
            double known = p * (if_known * others + if_not * (1.0 - others));
            double total = known + (1.0 - p) * if_not;
            if (!(total > 0.0)) return ST_INVALID;
            p = known / total;
        }
        p = p + (1.0 - p) * m[i].learn;
        out[i] = p > 1.0 ? 1.0 : p;
    }
    for (size_t i = 0; i < n; i++) next[i] = out[i];
    return ST_OK;
}

size_t bkt_replay(const struct bkt *m, size_t skills, const uint32_t *packed, size_t n, double secure, double *known)
{
    size_t reached = 0;
    for (size_t s = 0; s < skills; s++) known[s] = -1.0;
    for (size_t i = 0; i < n; i++) {
        const struct bkt *k = &m[packed[i] >> 1];
        double p = known[packed[i] >> 1], if_known = packed[i] & 1 ? 1.0 - k->slip : k->slip,
               if_not = packed[i] & 1 ? k->guess : 1.0 - k->guess;
        p = p < 0.0 ? k->prior : p;
        double both = p * if_known;
        p = both / (both + (1.0 - p) * if_not);
        p = p + (1.0 - p) * k->learn;
        known[packed[i] >> 1] = p > 1.0 ? 1.0 : p;
    }
    for (size_t s = 0; s < skills; s++) reached += known[s] >= secure;
    return reached;
}
