/* Does the same level mean the same to everyone? Agreement between scorers, and means with intervals. Pure. */
#ifndef RULES_AGREEMENT_H
#define RULES_AGREEMENT_H
#include <stdbool.h>
#include <stddef.h>

enum { RIGOR_CATEGORIES_MAX = 8 };

/* How often two scorers of the same work said what, each pair counted both ways. */
struct agreement {
    double said[RIGOR_CATEGORIES_MAX][RIGOR_CATEGORIES_MAX];
    int categories; /* 2 to RIGOR_CATEGORIES_MAX */
    double pairs;
};
void agreement_add(struct agreement *g, int a, int b); /* 0 <= a, b < categories */
/* Of 1: pairs that said the same. pairs 0: 0. */
double agreement_exact(const struct agreement *g);
/* Cohen's kappa with quadratic weights (Cohen 1968): 1 − Σ w·said / Σ w·expected, w = (i − j)² , expected from how
 * often each category was said at all. 1: the same always; 0: as chance would; false: cannot be said (no pairs, or
 * everyone always said one thing). */
bool weighted_kappa(const struct agreement *g, double *kappa);

/* The mean of n >= 2 values, with the interval in which the mean of many more would lie 95 times in 100 (Student's
 * t). */
struct interval {
    double mean, low, high;
};
struct interval mean_interval(const double *x, size_t n);

#endif
