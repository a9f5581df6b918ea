/* Bayesian knowledge tracing: one answer at a time.
 *
 * Pure functions: no globals, clock, randomness, memory or I/O; + - * / only, in a fixed order, so that every
 * compiler gives the same bits.
 */
#ifndef ENGINE_BKT_H
#define ENGINE_BKT_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Parameters of one skill, all probabilities. */
struct bkt {
    double prior; /* P(known) before the first answer */
    double learn; /* P(not known -> known) at each opportunity */
    double guess; /* P(right | not known) */
    double slip;  /* P(wrong | known) */
};

enum { BKT_SKILLS_MAX = 8 }; /* competencies in one item */

enum bkt_answer {
    BKT_WRONG,
    BKT_RIGHT,
    BKT_PRACTICE /* seen with help: an opportunity to learn, no observation */
};

/* P(right) on an item that needs every one of n skills (noisy-AND): (1 - slip) prod p + guess (1 - prod p).
 * in   m, p_known  n skills; guess and slip are the means over the skills
 * src  for n = 1: Corbett & Anderson 1995, eq. 3 */
double bkt_predict(const struct bkt *m, const double *p_known, size_t n);

/* One answer on an item with n skills, in order of competency id.
 * in   m        n parameter sets: probabilities in [0,1]
 *      p_known  n values: P(skill known) before the answer, [0,1]
 *      answer   right, wrong, or practice without an observation
 * out  next     n values: P(skill known) after answer and practice, [0,1]; untouched on error; may be p_known itself
 * err  ST_INVALID: an input is NaN or out of range, n is 0 or over BKT_SKILLS_MAX, or the model gives this answer
 *      probability 0
 * mem  none
 * src  Corbett & Anderson 1995, doi:10.1007/BF01099821, eqs. 1 and 2; several skills: noisy-AND,
 *      P(i known | right) proportional to p_i [(1 - s) prod_{j != i} p_j + g (1 - prod_{j != i} p_j)];
 *      all skills move at once, from the values before the answer */
enum st bkt_update(const struct bkt *m, const double *p_known, size_t n, enum bkt_answer answer, double *next);

/* A packed history: one word an answer, the skill shifted left by one, and 1 for right. Plays one student's n answers,
 * each on one skill < skills.
 * out   known   skills: P(known) of those met, below 0 of the others
 * ret   how many skills ended at or above `secure`; bit for bit what bkt_update gives, but for its checks: m holds
 *       probabilities, guess > 0 or slip < 1 */
size_t bkt_replay(const struct bkt *m, size_t skills, const uint32_t *packed, size_t n, double secure, double *known);

#endif
