/* How good predictions are. Sums in a fixed order, so that the same predictions give the same figures everywhere. */
#ifndef ENGINE_METRICS_H
#define ENGINE_METRICS_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { METRICS_BINS = 10 };

struct metrics {
    size_t rows, right;
    double auc;            /* area under the ROC curve, ties count half; NaN-free: 0.5 when all answers are the same */
    double auc_se;         /* its standard error: Hanley & McNeil 1982, eq. 2; 0 when all are the same */
    double rmse, log_loss; /* p clipped to [1e-6, 1 - 1e-6] */
    double ece;            /* mean of |mean p - share right| over METRICS_BINS equal bins of p, weighted by rows */
    struct metrics_bin {
        size_t rows;
        double p, right; /* means; 0 when rows is 0 */
    } bins[METRICS_BINS];
};

/* p, y: n each. pick: NULL, or n flags of which rows count. ST_NOMEM; ST_INVALID when a p is NaN or outside [0,1].
 * No row: all 0, auc .5. */
enum st metrics_of(const double *p, const uint8_t *y, const uint8_t *pick, size_t n, struct metrics *out,
                   struct err *e) WARN_UNUSED;

/* AUC of pairs inside the same group only (a student; a student and skill): group is n ids < groups, in any order.
 * Weighted by pairs. */
enum st metrics_within(const double *p, const uint8_t *y, const uint32_t *group, size_t n, size_t groups, double *auc,
                       struct err *e) WARN_UNUSED;

/* The mean of x over all rows, and a 95 % interval that knows that rows of one group (a student) go together: the ratio
 * estimator of Cochran 1977, Sampling Techniques, 6.3, over groups. pick as above. Under two groups: low and high are
 * the mean. ST_NOMEM. */
struct metrics_mean {
    size_t rows, groups;
    double mean, low, high;
};
enum st metrics_mean(const double *x, const uint8_t *pick, const uint32_t *group, size_t n, size_t groups,
                     struct metrics_mean *out, struct err *e) WARN_UNUSED;

#endif
