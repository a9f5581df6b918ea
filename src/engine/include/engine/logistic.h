/* The logistic family: IRT, AFM, PFA, DAS3H, Best-LR, and these with recency. One set of weights, exact optimum.
 *
 *   P(right) = logistic(intercept + item + sum over the item's skills (skill + its features) + features of the student)
 *   fitted by minimising  sum of log-losses + |weights|^2 / (2 C), the intercept free.
 *
 * Sources: IRT Rasch 1960; AFM Cen, Koedinger & Junker 2006 (eq. 1); PFA Pavlik, Cen & Koedinger 2009 (eq. 4); DAS3H
 * Choffin, Popineau, Bourda & Vie 2019 (eq. 5); Best-LR Gervet, Koedinger, Schneider & Mitchell 2020 (3.3). Counts
 * enter as log(1 + n). Newton's method; the block of item weights is diagonal and is eliminated (Schur complement), so
 * that a step costs one pass over the rows and a Cholesky factor over the few other weights. Values are kept as float,
 * sums are double in a fixed order: the same bits on every run, thread count and compiler.
 */
#ifndef ENGINE_LOGISTIC_H
#define ENGINE_LOGISTIC_H
#include "engine/features.h"
#include "engine/responses.h"

enum logistic_term {
    TERM_ITEM = 1,         /* a weight for each item */
    TERM_SKILL = 2,        /* a weight for each skill */
    TERM_WINS = 4,         /* skill: log(1 + right answers) */
    TERM_ATTEMPTS = 8,     /* skill: log(1 + answers) */
    TERM_WINDOWS = 16,     /* skill: both counts in each of FEATURE_WINDOWS */
    TERM_RECENT = 32,      /* skill: exponential average - .5 */
    TERM_ITEM_COUNTS = 64, /* both counts on this item */
    TERM_TOTAL = 128,      /* both counts over all answers */
    TERM_AVERAGES = 256,   /* the two averages over all answers, - .5 */
    /* log(1 + minutes) since the last answer on the skill, the item and at all; 0 where there is none */
    TERM_GAP = 512,
    TERM_MEAN =
        1024 /* shrunk mean of the skill's answers against the student's own mean; logit of the student's shrunk mean */
};
enum {
    LOGISTIC_IRT = TERM_ITEM,
    LOGISTIC_AFM = TERM_SKILL | TERM_ATTEMPTS,
    LOGISTIC_PFA = TERM_SKILL | TERM_WINS | TERM_ATTEMPTS,
    LOGISTIC_DAS3H = TERM_ITEM | TERM_SKILL | TERM_WINS | TERM_ATTEMPTS | TERM_WINDOWS,
    LOGISTIC_BEST_LR = TERM_ITEM | TERM_SKILL | TERM_WINS | TERM_ATTEMPTS | TERM_ITEM_COUNTS | TERM_TOTAL,
    LOGISTIC_BEST_LR_RECENCY = LOGISTIC_BEST_LR | TERM_RECENT | TERM_AVERAGES,
    LOGISTIC_DAS3H_RECENCY = LOGISTIC_BEST_LR_RECENCY | TERM_WINDOWS,
    LOGISTIC_FULL = LOGISTIC_DAS3H_RECENCY | TERM_GAP | TERM_MEAN,
    LOGISTIC_LOCAL_MAX = 1 + SET_SKILLS_MAX * (5 + 2 * FEATURE_WINDOWS) + 12
};

/* Weights. dense: [0] intercept, then for each skill a run of per_skill (its own weight, then its features), then
 * per_student. */
struct logistic {
    unsigned terms;
    size_t items, skills, per_skill, per_student, dense_count;
    double *item;  /* items; 0 for one never seen; NULL without TERM_ITEM */
    double *dense; /* dense_count */
};
/* all weights 0 */
enum st logistic_init(struct logistic *m, unsigned terms, size_t items, size_t skills, struct err *e) WARN_UNUSED;
void logistic_free(struct logistic *m);

/* The values of one answer before it is given, in local order: 1, each skill's features, the student's features.
 * Windows are those of the last features_at. Returns how many (at most LOGISTIC_LOCAL_MAX). */
size_t logistic_values(unsigned terms, const struct features *f, uint32_t item, const uint32_t *skills, size_t n,
                       double time_s, float *x);
/* The logit of a right answer for those values. item >= items counts as never seen. */
double logistic_logit(const struct logistic *m, uint32_t item, const uint32_t *skills, size_t n, const float *x);

/* P(right) of count items, each < f->items, that need the same n skills: bit for bit what logistic_values and
 * logistic_logit give for each, with what they share worked once. Windows are those of the last features_at. */
void logistic_candidates(const struct logistic *m, const struct features *f, const uint32_t *skills, size_t n,
                         double time_s, const uint32_t *item, size_t count, double *p);

/* Why. The parts are the products of weights and values, by name; their sum in this order is the logit, to the last
 * bit. */
struct logistic_part {
    unsigned term;  /* one of enum logistic_term; 0: the intercept */
    uint32_t skill; /* for terms of a skill, else UINT32_MAX */
    /* TERM_WINDOWS: window * 2 + (0 wins, 1 attempts); counts: 0 wins, 1 attempts; averages: 0 slow, 1 fast */
    uint8_t which;
    double value, weight, logit;
};
size_t logistic_explain(const struct logistic *m, uint32_t item, const uint32_t *skills, size_t n, const float *x,
                        struct logistic_part *out);
enum { LOGISTIC_PARTS_MAX = LOGISTIC_LOCAL_MAX + SET_SKILLS_MAX + 2 };

/* All rows with their values, sorted by set of skills and item. Made once; every fold is fitted from it. */
struct logistic_design;
enum st logistic_design_make(const struct responses *r, unsigned terms, const struct parallel *par,
                             struct logistic_design **out, struct err *e) WARN_UNUSED;
void logistic_design_free(struct logistic_design *d);

struct logistic_options {
    double c;         /* inverse strength of the ridge; > 0 */
    size_t folds;     /* 0: all rows are fitted */
    size_t hold_out;  /* rows of users whose fold is this are left out */
    double tolerance; /* stop when the next step would gain less than this in the objective */
    int iterations_max;
    const struct fit_watch *watch;
};
struct logistic_report {
    /* sum of log-losses of the fitted rows + |weights|^2 / (2 C); the weight of an item without rows stays as it is
     * and is not counted */
    double objective;
    double log_likelihood; /* of the fitted rows */
    size_t rows;
    int iterations;
    bool converged;
};
/* m comes from logistic_init with the design's shape; what it holds is where the fit begins (zeros, or yesterday's
 * weights).
 * err ST_INVALID for options out of range; ST_NOMEM. All right or all wrong is a defined result: the ridge holds the
 * weights, and the intercept ends at +-15 */
enum st logistic_fit(const struct logistic_design *d, const struct logistic_options *o, const struct parallel *par,
                     struct logistic *m, struct logistic_report *report, struct err *e) WARN_UNUSED;
/* P(right) of each row of the responses, one step ahead, clipped to [1e-6, 1 - 1e-6]; only rows of users in fold
 * hold_out when folds > 0. */
void logistic_predict_rows(const struct logistic_design *d, const struct logistic *m, size_t folds, size_t hold_out,
                           double *p);
/* The logit of each row, for a model that is to stand on this one (engine/transfer.h). Of a row that was fitted it is
 * what it would be had that row not been: its pull on its own item's weight is taken out (approximate leave-one-out,
 * Rad & Maleki 2020, eq. 10, with the item's curvature alone). */
enum st logistic_offsets(const struct logistic_design *d, const struct logistic *m, const struct logistic_options *o,
                         double *logit, struct err *e) WARN_UNUSED;

#endif
