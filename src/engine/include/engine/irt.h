/* Item response models: 1PL, 2PL, partial credit and generalised partial credit, by EM; scores; adaptive testing.
 *
 *   P(score k) proportional to exp(a k theta + d_k), d_0 = 0, theta ~ N(0, 1)
 * which is Muraki 1992 (eq. 6) in slope-intercept form; two scores give Birnbaum's 2PL, P(1) = logistic(a theta + d), b
 * = -d/a; one common a gives 1PL (Rasch 1960 with var(theta) = a^2) and Masters' 1982 partial credit model. EM: Bock &
 * Aitkin 1981, on equally spaced points. Equal answer patterns are merged. Sums are double in a fixed order: the same
 * bits on every run.
 */
#ifndef ENGINE_IRT_H
#define ENGINE_IRT_H
#include <stdbool.h>

#include "engine/responses.h"

enum { IRT_SCORES_MAX = 10, IRT_MISSING = 255, IRT_POINTS_MAX = 256 };

/* What was scored: persons x items, row-major; 0 .. IRT_SCORES_MAX-1 or IRT_MISSING. */
struct irt_matrix {
    size_t persons, items;
    const uint8_t *score;
};

struct irt_item {
    double a;                 /* slope, per unit of theta and score */
    double d[IRT_SCORES_MAX]; /* intercepts; d[0] = 0 */
    /* standard errors, from how the persons' own slopes of the likelihood spread, the other items taken as known; with
     * a common a, a_se is that of it with all intercepts taken as known */
    double a_se, d_se[IRT_SCORES_MAX];
    /* how many: 2 for right and wrong; 1: everybody scored the same, the item says nothing */
    unsigned scores;
    size_t answers;
};

struct irt_options {
    bool common_slope; /* 1PL, PCM */
    unsigned points;   /* quadrature points over [-6, 6], 11 .. IRT_POINTS_MAX */
    int iterations_max;
    double tolerance; /* stop when the log-likelihood rises by less than this share of itself */
    const struct fit_watch *watch;
};
extern const struct irt_options irt_defaults; /* 61 points, 2000, 1e-10 */

struct irt_report {
    double log_likelihood;
    size_t patterns;
    int iterations;
    bool converged;
};

/* out: items. ST_INVALID "model.data": no person, no item, a score over the maximum. An item that all scored alike gets
 * a 0 and is left out. par: NULL for one thread; the bits do not depend on it. */
enum st irt_fit(const struct irt_matrix *m, const struct irt_options *o, const struct parallel *par,
                struct irt_item *out, struct irt_report *report, struct err *e) WARN_UNUSED;

/* Chance of each score at theta; p: item->scores. */
void irt_chances(const struct irt_item *item, double theta, double *p);
/* Fisher information at theta: a^2 var(score). Muraki 1993, eq. 13. */
double irt_information(const struct irt_item *item, double theta);

struct irt_score {
    double theta, se; /* mean and standard deviation after the answers (expected a posteriori: Bock & Mislevy 1982) */
};
/* Prior N(mean, sd^2). n answers: items[index[i]] scored score[i]; index NULL: 0 .. n-1; missing ones are passed
 * over. */
struct irt_score irt_eap(const struct irt_item *items, const uint32_t *index, const uint8_t *score, size_t n,
                         double mean, double sd);

/* Adaptive testing. */
struct cat_options {
    double se_stop; /* stop at this standard error */
    size_t items_max, items_min;
    /* exposure: pick one of this many best, by the caller's random number; 1: the best (Kingsbury & Zara 1989) */
    size_t randomesque;
    size_t contents;         /* content areas, 0: none */
    const uint32_t *content; /* items: area */
    /* contents: share wanted; the area furthest behind its share is picked from (Kingsbury & Zara 1989) */
    const double *share;
    const double *admit; /* items: chance to be given when picked (Sympson & Hetter 1985); NULL: 1 */
};
struct cat {
    const struct irt_item *items;
    double *posterior; /* private, as the rest up to count: weights on the grid */
    /* items: of those with two scores, so that all are weighed in one stroke */
    double *slope, *intercept, *information;
    uint8_t *given;     /* items */
    size_t *area_given; /* contents */
    size_t count, item_count;
    struct irt_score now;
};
/* items: borrowed while the test lasts. ST_NOMEM */
enum st cat_init(struct cat *c, const struct irt_item *items, size_t n, size_t contents, struct err *e) WARN_UNUSED;
void cat_free(struct cat *c);
void cat_clear(struct cat *c);
/* The next item; unit: two random numbers in [0, 1). SIZE_MAX: stop (precise enough, long enough, or none is left).
 * O(items). */
size_t cat_next(struct cat *c, const struct cat_options *o, const double unit[2]);
void cat_answer(struct cat *c, const struct cat_options *o, size_t item, uint8_t score);

#endif
