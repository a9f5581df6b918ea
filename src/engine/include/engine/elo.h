/* Elo: a running estimate of each student, skill and item, from the first answer on; no fit.
 *
 *   logit P = base + student + mean over the item's skills of the student there - item - mean of the skills' difficulty
 * Source: Pelanek 2016, "Applications of the Elo rating system in adaptive educational systems", eqs. 1-3 (uncertainty
 * function a / (1 + b n)); several layers as in Pelanek et al. 2017. The step doubles as the estimate's spread: it
 * shrinks as answers come.
 */
#ifndef ENGINE_ELO_H
#define ENGINE_ELO_H
#include "engine/responses.h"

struct elo_options {
    double student_step, student_slow; /* step = student_step / (1 + student_slow n) */
    double skill_step, skill_slow;     /* the student on one skill */
    double item_step, item_slow;       /* only while learning items */
    double topic_step, topic_slow;     /* difficulty of a skill, likewise */
};
extern const struct elo_options elo_defaults; /* .3 .02, .4 .02, .8 .05, .3 .05 */

struct elo_estimate {
    double logit;
    uint32_t n; /* answers behind it; 0: nothing is known, logit 0 */
};

struct elo_student {
    struct elo_estimate all;
    struct elo_estimate *skill; /* skills */
};
struct elo_items {
    double base; /* logit of the share right */
    struct elo_estimate *item, *skill;
};

double elo_predict(const struct elo_items *m, const struct elo_student *s, uint32_t item, const uint32_t *skills,
                   size_t n);
/* One answer: moves the student, and with learn_items also the item and its skills. O(n). */
void elo_update(struct elo_items *m, struct elo_student *s, const struct elo_options *o, uint32_t item,
                const uint32_t *skills, size_t n, bool correct, bool learn_items);

/* The two halves of elo_update for whoever keeps the estimates elsewhere and knows no items: what the answer was more
 * than expected, from the student in all and on the item's n skills (n >= 1), and a step by it. Bit for bit elo_update
 * with items of difficulty 0. */
double elo_surprise(struct elo_estimate all, const struct elo_estimate *skill, size_t n, bool correct);
struct elo_estimate elo_moved(struct elo_estimate x, double step, double slow, double by);

/* Two passes: items from the users outside hold_out, then p of the users in it, items held. folds 0: all learn, and p
 * is as they went. p: rows; those outside are untouched. ST_NOMEM */
enum st elo_run(const struct responses *r, const struct elo_options *o, size_t folds, size_t hold_out, double *p,
                struct err *e) WARN_UNUSED;

#endif
