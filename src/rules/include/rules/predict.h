/* P(right) for a question, from a learner's folded state and the district's fitted weights. Pure.
 *
 * With weights (engine/logistic.h, fitted by models/refit.h) by question and skill; without, by Elo
 * (engine/elo.h), which knows of no question.
 *
 * Cold start
 *   new student   counts 0 and averages .5: intercept + question + skill; without weights an even chance
 *   new question  its weight is 0: as the questions of its skills are on the whole
 *   new skill     its weights are 0: intercept + question + the student in all
 */
#ifndef RULES_PREDICT_H
#define RULES_PREDICT_H
#include "engine/bkt.h"
#include "engine/logistic.h"
#include "rules/state.h"

/* What the weights are of. Not by how often one had this very question: the fold does not keep that for good. */
enum { PREDICT_TERMS = TERM_ITEM | TERM_SKILL | TERM_WINS | TERM_ATTEMPTS | TERM_RECENT | TERM_TOTAL | TERM_AVERAGES };

/* m: weights of PREDICT_TERMS. skill: one's past on each of the question's n skills (at most BKT_SKILLS_MAX); place:
 * where the skill's weights stand in m; item: where the question's stands, >= m->items: a new one. Each (0, 1). */
double predict_by_weights(const struct logistic *m, const struct student_past *who, const struct skill_past *skill,
                          const uint32_t *place, size_t n, uint32_t item);
double predict_by_elo(double who, const double *skill, size_t n);
/* m NULL: by Elo. competency_id: as the question needs them, n of them. */
double predict_right(const struct logistic *m, const struct learner_state *s, const int64_t *competency_id,
                     const uint32_t *place, size_t n, uint32_t item);

#endif
