/* Knowledge tracing with forgetting, and with guess and slip by class of item. Scalar and exact; where neither is
 * wanted, engine/bkt_fit.h is twenty times as fast and gives the same.
 *
 *   before an answer after a gap   P(known) becomes P(known) (1 - forget)
 *   the answer                     P(right | not known) = guess of the item's class, P(wrong | known) = slip of it
 *   behind it                      P(known) becomes P(known) + (1 - P(known)) learn
 * Sources: Corbett & Anderson 1995; forgetting: Qiu, Qi, Lu, Pardos & Heffernan 2011 ("Does time matter?", EDM),
 * Khajah, Lindsey & Mozer 2016; guess and slip by item: Pardos & Heffernan 2011 (KT-IDEM). Baum-Welch: Rabiner 1989,
 * with SQUAREM (Varadhan & Roland 2008).
 */
#ifndef ENGINE_BKT_GENERAL_H
#define ENGINE_BKT_GENERAL_H
#include "engine/bkt_fit.h"

enum { BKT_CLASSES_MAX = 8 };

struct bkt_general {
    double prior, learn, forget; /* probabilities */
    double guess[BKT_CLASSES_MAX], slip[BKT_CLASSES_MAX];
    unsigned flags; /* enum bkt_flag */
};

struct bkt_general_options {
    size_t classes; /* 1 .. BKT_CLASSES_MAX */
    /* seconds between two answers on a skill from which forgetting sets in; 0: between any two; below 0: never */
    double forget_after_s;
    double cap;          /* the most that guess and slip may be, (0, 1) */
    double prior_weight; /* pseudo-answers behind the pooled parameters; 0: none */
    size_t folds, hold_out;
    int iterations_max;
    double tolerance; /* stop when the log-likelihood per answer rises by less */
    /* sets: where the fit begins, as yesterday's parameters; NULL, and where one is flagged BKT_NO_DATA: the pooled
     * ones */
    const struct bkt_general *start;
    /* told after each iteration; a set that is not begun when the fit is to stop stays where it would begin */
    const struct fit_watch *watch;
};
extern const struct bkt_general_options bkt_general_defaults; /* 1 class, never, .5, 5, 0, 0, 500, 1e-8, none, nobody */

/* item_class: items, each < classes; NULL: all of class 0. out: one for each set of skills. ST_INVALID: options out of
 * range, or forgetting by time on a log without times; ST_NOMEM */
enum st bkt_general_fit(const struct responses *r, const uint8_t *item_class, const struct bkt_general_options *o,
                        const struct parallel *par, struct bkt_general *out, struct bkt_totals *totals,
                        struct err *e) WARN_UNUSED;
/* P(right) of each row one step ahead, as bkt_predict_rows. */
enum st bkt_general_predict_rows(const struct responses *r, const uint8_t *item_class,
                                 const struct bkt_general_options *o, const struct bkt_general *m, size_t folds,
                                 size_t hold_out, double *p, struct err *e) WARN_UNUSED;
/* One answer on an item of class c, after a gap or not. known: P(known) behind the answer before it, or the prior.
 * faded: what is left of it when the answer is given; right: P(right), one step ahead; next: P(known) behind it. */
struct bkt_general_step {
    double faded, right, next;
};
struct bkt_general_step bkt_general_step(const struct bkt_general *m, size_t c, bool gap, double known, bool correct);
/* Does forgetting set in between two answers on a skill, since_s seconds apart? */
bool bkt_general_is_gap(const struct bkt_general_options *o, double since_s);
/* Items in classes by how often they were answered right, the hardest in class 0, each class with about as many
 * answers; items with fewer than `least` answers by the pooled share of their set of skills. Only users outside fold
 * hold_out are looked at. ST_NOMEM */
enum st bkt_classes_by_share(const struct responses *r, size_t classes, size_t least, size_t folds, size_t hold_out,
                             uint8_t *item_class, struct err *e) WARN_UNUSED;

#endif
