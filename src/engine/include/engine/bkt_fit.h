/* Bayesian knowledge tracing: parameters by exact EM.
 *
 * A hidden Markov model of two states for each set of skills (Corbett & Anderson 1995; Baum-Welch: Rabiner 1989, eqs.
 * 19-40b). The E-step goes forward only (bkt_kernel.c), four sequences abreast; equal sequences are merged and counted.
 * Sums are double, in a fixed order: the same bits on every run, thread count and compiler.
 */
#ifndef ENGINE_BKT_FIT_H
#define ENGINE_BKT_FIT_H
#include "engine/bkt.h"
#include "engine/responses.h"

struct bkt_options {
    double cap; /* the most that guess and slip may be, (0, 1) */
    /* pseudo-answers behind the pooled skill's parameters; 0: none, and no other bounds than the cap */
    double prior_weight;
    size_t folds, hold_out; /* as in logistic_options */
    int iterations_max;
    double tolerance; /* stop when the log-likelihood per answer rises by less */
    /* sets: where the fit begins, as yesterday's parameters; NULL: two starts of its own, or six without a prior, of
     * which the best end counts */
    const struct bkt *start;
    const struct fit_watch *watch;
};
extern const struct bkt_options bkt_defaults; /* .5, 5, 0, 0, 1000, 1e-9 */

enum bkt_flag {
    BKT_ON_BOUND = 1, /* a parameter ended on its bound: not to be read as a fact about the skill */
    /* under 50 students: unreliable; with priors drawn to the pooled ones, under 5 students equal to them */
    BKT_FEW = 2,
    BKT_POOLED = 4,  /* the parameters are those of all skills together */
    BKT_NO_DATA = 8, /* no answer at all */
    BKT_STARTS = 16  /* two starting points ended more than .5 log-likelihood units apart; the best counts */
};

struct bkt_fitted {
    struct bkt p;
    /* standard errors, from the curvature of the log-likelihood (observed information); 0: cannot be said, as on a
     * bound */
    struct bkt se;
    double log_likelihood;               /* of the fitted answers, without the prior */
    size_t answers, students, sequences; /* sequences: distinct ones */
    int iterations;
    unsigned flags;
};

struct bkt_totals {
    double log_likelihood;
    size_t answers, sequences;
    double steps;   /* sum over sets of answers times E-steps: of all starts, and of the standard errors */
    int iterations; /* the most that any set took */
    bool converged;
};

struct bkt_data;
/* Sequences of each set of skills, merged and packed. ST_NOMEM. Folds as in the options. */
enum st bkt_data_make(const struct responses *r, size_t folds, size_t hold_out, struct bkt_data **out,
                      struct err *e) WARN_UNUSED;
void bkt_data_free(struct bkt_data *d);
/* out: one for each set of skills. ST_INVALID: options out of range */
enum st bkt_fit(const struct bkt_data *d, const struct bkt_options *o, const struct parallel *par,
                struct bkt_fitted *out, struct bkt_totals *totals, struct err *e) WARN_UNUSED;
/* P(right) of each row one step ahead, with m for each set; only users in fold hold_out when folds > 0. p: rows,
 * clipped to [1e-6, 1 - 1e-6]. ST_NOMEM */
enum st bkt_predict_rows(const struct responses *r, const struct bkt_fitted *m, size_t folds, size_t hold_out,
                         double *p, struct err *e) WARN_UNUSED;

#endif
