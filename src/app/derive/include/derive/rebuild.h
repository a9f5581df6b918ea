/* Derived state made again from facts and rules, and compared. */
#ifndef DERIVE_REBUILD_H
#define DERIVE_REBUILD_H
#include <stdatomic.h>

#include "core/app.h"
#include "domain/policy.h"
#include "store/answer.h"

struct rebuild_report {
    int64_t learners, facts;
    int64_t read_us, fold_us; /* spent on reading facts, and on folding them, by all threads together */
    int64_t states_differed, rows_differed, histories_differed; /* before they were put right */
    /* what-if: learners x competencies by old and new level */
    int64_t changed, moved[LEVEL_COUNT][LEVEL_COUNT];
    int64_t grades, grades_changed; /* what-if: course grades of students, and those whose letter would be another */
    /* what-if: skills with evidence on students' reports, and those whose level would have another name */
    int64_t reported, reported_changed;
    int64_t held[LEVEL_COUNT]; /* as of a moment */
};

enum rebuild_mode {
    REBUILD_WRITE,  /* put right what differs */
    REBUILD_COMPARE /* only count */
};

/* Each learner by the rules in force for the learner's school now. Writes in slices, and marks the rules as derived
 * by. */
enum st rebuild(struct app *app, struct conn *c, enum rebuild_mode mode, struct rebuild_report *out,
                struct err *e) WARN_UNUSED;
/* The same, only when rules have come into force since it was last done (*done says), in slices so small that answers
 * need not wait long. err ST_BUSY: *stop was set; nothing is lost, and it is due again. */
enum st rebuild_due(struct app *app, struct conn *c, const atomic_bool *stop, bool *done, struct rebuild_report *out,
                    struct err *e) WARN_UNUSED;

/* The same for those who have begun or left a school since a day, whose rules may be others now. Nothing where schools
 * have no rules of their own. */
enum st rebuild_moved(struct app *app, struct conn *c, const atomic_bool *stop, int32_t since, int32_t today,
                      struct rebuild_report *out, struct err *e) WARN_UNUSED;

/* Told of each level that was held, and of the rules that gave it. */
typedef void rebuild_held(void *ctx, const struct mastery_row *row, int64_t policy_id);
/* The levels as they were: what was recorded by then, under the rules in force then. Writes nothing. held may be
 * NULL. */
enum st levels_as_of(struct app *app, struct conn *c, int64_t at_ms, rebuild_held *held, void *ctx,
                     struct rebuild_report *out, struct err *e) WARN_UNUSED;

/* Told of each level that would change. */
typedef void level_change_watch(void *ctx, int64_t learner_id, int64_t competency_id, enum level before,
                                enum level after);
/* The levels that are stored against those that they would be if `doc`, whole or in part, were now set for a scope
 * (district, or a school and its id): of the learners whom it would touch. Writes nothing. told may be NULL.
 * err ST_INVALID, ST_DENIED: the document, or what it makes of the rules in force, with the clause */
enum st what_if(struct app *app, struct conn *c, enum policy_scope scope, int64_t scope_id, const char *doc,
                level_change_watch *told, void *ctx, struct rebuild_report *out, struct err *e) WARN_UNUSED;

/* SHA-256, hex, over the ordered derived state: mastery rows and learner states. */
enum st derived_digest(struct app *app, struct conn *c, char out[65], struct err *e) WARN_UNUSED;

#endif
