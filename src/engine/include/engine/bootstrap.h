/* Confidence intervals for ratios summed over students, by cluster bootstrap.
 *
 * Answers of one student go together, so an interval that takes every answer as a witness of its own is too narrow.
 * Here students are drawn with replacement, INTERVAL_DRAWS times, and the figure is taken of each draw: the percentile
 * bootstrap (Efron 1979; clusters: Field & Welsh 2007). Under some 20 students even this is too narrow.
 */
#ifndef ENGINE_BOOTSTRAP_H
#define ENGINE_BOOTSTRAP_H
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { INTERVAL_DRAWS = 1000 };

struct interval95 {
    bool known; /* false: the bottom sums to nothing, so there is no figure; the rest is 0 */
    /* value = sum of tops / sum of bottoms; between low and high in 95 of 100 draws; both = value for one student */
    double value, low, high;
};

/* top, bottom: n each, one for each student, finite, bottom >= 0. The same seed draws the same students, whatever is
 * summed. ST_NOMEM. */
enum st interval_of_ratio(const double *top, const double *bottom, size_t n, uint64_t seed, struct interval95 *out,
                          struct err *e) WARN_UNUSED;
/* top / bottom less top2 / bottom2 over the same students: how much one way of working differs from another for the
 * same ones. */
enum st interval_of_difference(const double *top, const double *bottom, const double *top2, const double *bottom2,
                               size_t n, uint64_t seed, struct interval95 *out, struct err *e) WARN_UNUSED;

#endif
