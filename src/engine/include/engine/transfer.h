/* How an answer on one skill speaks about another, and for how long: added to the logit of a model beneath
 * (engine/logistic.h).
 *
 *   logit P(right at t) = beneath_t + own[now] + sum over earlier answers j of  sum_d query[now][d] (1.02 - decay_d)
 *   decay_d^(t-1-j) value[then, right or wrong][d]
 * Every earlier answer adds its own term: the terms are the explanation, and add up to the number. The sums over j are
 * carried along in `dims` numbers, so an answer costs O(dims). Skills are sets of skills (responses.h). It is attention
 * without softmax, which is a linear recurrence: Katharopoulos et al. 2020 (arXiv:2006.16236), eqs. 16-20; fixed decays
 * as in Orvieto et al. 2023; over skills as in the transfer of learning of Pavlik, Eglington & Harrell-Williams 2021
 * (LKT), with the weights learnt. Fitted by Adam (Kingma & Ba 2015) on cross-entropy with a ridge, from a seed: the
 * same bits on every run, thread count and compiler.
 */
#ifndef ENGINE_TRANSFER_H
#define ENGINE_TRANSFER_H
#include "engine/responses.h"

enum { TRANSFER_DIMS_MAX = 64, TRANSFER_LANES = 8 };

struct transfer {
    size_t sets, dims;              /* dims: a multiple of TRANSFER_LANES */
    float *query, *value, *own;     /* sets x dims; sets x 2 x dims, wrong before right; sets */
    float decay[TRANSFER_DIMS_MAX]; /* from a fixed grid of half-lives: 1 to 138 answers, and for ever */
};
/* small random weights */
enum st transfer_init(struct transfer *m, size_t sets, size_t dims, uint64_t seed, struct err *e) WARN_UNUSED;
void transfer_free(struct transfer *m);

/* What a student has shown so far. All zero: nothing. */
struct transfer_state {
    double sum[TRANSFER_DIMS_MAX];
};
/* What the earlier answers and the set itself add to the logit of an answer on it. */
double transfer_logit(const struct transfer *m, const struct transfer_state *s, uint32_t set);
void transfer_learn(const struct transfer *m, struct transfer_state *s, uint32_t set, bool right);
/* The part of each of n earlier answers, the oldest first, for an answer on `now`; with own[now] they add up to
 * transfer_logit, up to the order of additions. */
void transfer_parts(const struct transfer *m, const uint32_t *set, const uint8_t *right, size_t n, uint32_t now,
                    double *part);

struct transfer_options {
    /* dims of all members together; each is fitted by itself from a seed of its own, and their mean is the model
     * (bagging: Breiman 1996), which is one of the same form */
    size_t dims, members;
    int steps; /* of Adam, each on about batch answers of whole students */
    size_t batch;
    /* the weights are the mean over the last third of the steps (Polyak & Juditsky 1992); ridge: against the sum of
     * losses */
    double rate, ridge;
    size_t folds, hold_out;
    uint64_t seed;
    /* of the same dims and sets: where the fit begins, as what a stopped one had reached; NULL: small random weights */
    const struct transfer *start;
    const struct fit_watch *watch;
};
extern const struct transfer_options transfer_defaults;
struct transfer_report {
    double log_loss; /* mean over the answers of the last steps, one pass long */
    size_t rows;
    int steps;
    bool converged; /* false: stopped by the watch */
};
/* beneath: rows; what the model beneath says of each, and of those it was fitted on what it would say without them
 * (logistic_offsets). ST_NOMEM */
enum st transfer_fit(const struct responses *r, const double *beneath, const struct transfer_options *o,
                     const struct parallel *par, struct transfer *m, struct transfer_report *report,
                     struct err *e) WARN_UNUSED;
/* P(right) of each row, one step ahead, clipped to [1e-6, 1 - 1e-6]; only users in fold hold_out when folds > 0. */
void transfer_predict_rows(const struct responses *r, const double *beneath, const struct transfer *m, size_t folds,
                           size_t hold_out, double *p);

#endif
