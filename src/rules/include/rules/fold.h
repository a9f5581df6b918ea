/* evidence + policy --fold--> state. Pure.
 *
 * Invariants
 *  1. A learner's facts fold in the order of their evidence_id, so that a state is a function of a prefix of one log.
 *  2. Time is clamped: a learner's time never runs backwards and never ahead of the moment a fact reached us.
 *  3. The first attempt at an item and variant counts; later ones are kept and move nothing. "Later" reaches back over
 *     the SEEN_MAX latest questions of the learner: a question from before those is new again.
 *     Nor does an answer that was given sooner than it can have been read.
 *  4. A level is a function of the state and the policy in force; model parameters are those in force when the fact
 *     was recorded.
 *  5. What predictions go by (counts, averages, Elo) moves with each first attempt that is an observation, after
 *  everything that is
 *     predicted from it, by the functions of the engine that a batch uses.
 *  6. Nobody is ever certain: P(known) stays at or below P_KNOWN_MAX. Without it some twenty right answers in a row
 *  round to
 *     exactly 1, from which no wrong answer leads back.
 */
#ifndef RULES_FOLD_H
#define RULES_FOLD_H
#include "base/arena.h"
#include "base/err.h"
#include "domain/evidence.h"
#include "domain/policy.h"
#include "engine/bkt.h"
#include "rules/mastery.h"
#include "rules/state.h"

#define P_KNOWN_MAX 0.9999 /* above every secure_at that a policy may ask for */

/* A fact with what the fold must know of its item: the competencies, ordered by id, and their parameters. */
struct fold_fact {
    const struct evidence *evidence;
    size_t count;                           /* 0 to BKT_SKILLS_MAX; 0 moves nothing */
    const int64_t *competency_id;           /* count */
    const struct bkt *model;                /* count */
    const struct mastery_rule *const *rule; /* count: in force for each */
    /* count: where each stood in the state last met, to look there first; written. NULL: nowhere */
    uint32_t *place;
    /* What the belief goes by; NULL, and a question with var 0: as of nothing known. ease, ease_var: count. A fact
     * that says of how many one was chosen says what a guess is worth. */
    const struct belief_params *belief;
    const double *ease, *ease_var;
    struct belief_question question;
};

/* What one fact moved, for "why". */
struct fold_step {
    int64_t competency_id;
    double before, after;
    enum level level_before, level_after;
};

/* Fold one fact into *s.
 * out  steps   room for count entries, filled with what moved; *nsteps of them. May be NULL.
 * err  ST_INVALID: facts out of order, or the model refuses the numbers; then *s is unchanged in its competencies
 * mem  new entries of the state come from the arena */
enum st fold_fact(struct arena *a, const struct fold_fact *f, struct learner_state *s, struct fold_step *steps,
                  size_t *nsteps, struct err *e) WARN_UNUSED;

/* Was it given sooner than it can have been read? It is kept, and moves nothing. One without a time was not. */
bool fold_is_too_fast(const struct evidence *v);

/* How a counted fact enters the model: right, wrong, or (if the rule says so) practice without an observation. */
enum bkt_answer fold_answer(const struct mastery_rule *r, const struct evidence *v);
/* The same without the levels: whoever folds many facts finds them once at the end, by mastery_level() for each
 * competency that was moved. A level is a function of the rest of its entry and the rule, so that this gives the same
 * state. */
enum st fold_fact_only(struct arena *a, const struct fold_fact *f, struct learner_state *s, struct err *e) WARN_UNUSED;

/* The same, and without what only predictions go by: for whoever asks for levels alone, or for what a fact moves.
 * steps, nsteps: as of fold_fact(), without levels; NULL: not asked for. */
enum st fold_fact_for_levels(struct arena *a, const struct fold_fact *f, struct learner_state *s,
                             struct fold_step *steps, size_t *nsteps, struct err *e) WARN_UNUSED;

/* Which attempt the next answer to this item and variant would be, from 1. */
int32_t fold_attempt(const struct learner_state *s, int64_t item_id, int64_t variant);

#endif
