/* FSRS-6: how long a fact stays in memory. One memory is one student and one fact.
 *
 * Source: Ye, Su & Cao 2022 (doi:10.1145/3534678.3539081) and the formulas of open-spaced-repetition's "The Algorithm",
 * FSRS-6, 21 weights.
 *   R(t) = (1 + F t / S)^-w20, F = 0.9^(-1/w20) - 1: S is the number of days after which recall has fallen to 0.9
 * The default weights come from users of a flash-card program and are far off for pupils: refit, and never show recall
 * made of defaults as a fact. For facts only; skills are predicted better by engine/logistic.h with windows.
 */
#ifndef ENGINE_FSRS_H
#define ENGINE_FSRS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/responses.h"

enum { FSRS_WEIGHTS = 21 };
struct fsrs {
    double w[FSRS_WEIGHTS];
};
extern const struct fsrs fsrs_default;

enum fsrs_grade { FSRS_AGAIN = 1, FSRS_HARD, FSRS_GOOD, FSRS_EASY };

struct fsrs_state {
    double stability_days; /* 0: never seen */
    double difficulty;     /* 1 .. 10 */
};

/* P(recall) `days` after the last review, days >= 0; 0 for one never seen. */
double fsrs_recall(const struct fsrs *m, struct fsrs_state s, double days);
/* The state after a review. */
struct fsrs_state fsrs_review(const struct fsrs *m, struct fsrs_state s, enum fsrs_grade grade, double days);
/* Days until recall falls to `recall`, 0 < recall < 1. */
double fsrs_interval_days(const struct fsrs *m, struct fsrs_state s, double recall);

/* Histories one after the other. */
struct fsrs_log {
    size_t histories;
    const uint32_t *at;   /* histories + 1: where each begins */
    const double *days;   /* since the review before; ignored for the first of a history */
    const uint8_t *grade; /* enum fsrs_grade */
};
struct fsrs_report {
    size_t reviews;  /* those that were predicted: a day or more after the last */
    double log_loss; /* their mean */
    int iterations;
    bool converged;
};
/* Least log-loss of reviews a day or more after the last, by Fisher scoring with exact derivatives carried along each
 * history, one pass a step; a faint pull to the defaults keeps weights that the log says nothing of. m: where it
 * begins, and the result. ST_INVALID: an elapsed time or grade out of range. No such review: m stays, reviews is 0.
 * par: NULL for one thread; the bits do not depend on it. */
enum st fsrs_fit(const struct fsrs_log *l, const struct parallel *par, struct fsrs *m, struct fsrs_report *report,
                 struct err *e) WARN_UNUSED;

#endif
