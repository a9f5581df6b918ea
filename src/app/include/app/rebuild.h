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
    REBUILD_COMPARE, /* only count */
    REBUILD_WHAT_IF  /* compare levels under another policy */
};

/* what_if: a policy document merged over the one in force; only for REBUILD_WHAT_IF. Writes in slices. */
enum st rebuild(struct app *app, struct conn *c, enum rebuild_mode mode, const char *what_if, struct rebuild_report *out, struct err *e) WARN_UNUSED;

/* SHA-256, hex, over the ordered derived state: mastery rows and learner states. */
enum st derived_digest(struct app *app, struct conn *c, char out[65], struct err *e) WARN_UNUSED;

#endif
