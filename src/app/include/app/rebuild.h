/* Derived state made again from facts and rules, and compared. */
#ifndef APP_REBUILD_H
#define APP_REBUILD_H
#include "app/app.h"

struct rebuild_report {
    int64_t learners, facts;
    int64_t states_differed, rows_differed; /* before they were put right */
    /* what-if: learners x competencies by old and new level */
    int64_t changed, moved[LEVEL_COUNT][LEVEL_COUNT];
};

enum rebuild_mode {
    REBUILD_WRITE,   /* put right what differs */
    REBUILD_COMPARE  /* only count */
};

/* Each learner by the rules in force for the learner's school now. Writes in slices. */
enum st rebuild(struct app *app, struct conn *c, enum rebuild_mode mode, struct rebuild_report *out, struct err *e) WARN_UNUSED;

/* Told of each level that would change. */
typedef void rebuild_told(void *ctx, int64_t learner_id, int64_t competency_id, enum level before, enum level after);
/* The levels that are stored against those that they would be if `doc`, whole or in part, were merged over the rules in force.
 * Writes nothing. told may be NULL.
 * err ST_INVALID: the document, or what it makes of the rules in force, with the clause */
enum st what_if(struct app *app, struct conn *c, const char *doc, rebuild_told *told, void *ctx, struct rebuild_report *out, struct err *e) WARN_UNUSED;

/* SHA-256, hex, over the ordered derived state: mastery rows and learner states. */
enum st derived_digest(struct app *app, struct conn *c, char out[65], struct err *e) WARN_UNUSED;

#endif
