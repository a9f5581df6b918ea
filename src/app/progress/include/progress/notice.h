/* A change of the rules, told to each whom it touches: with their own before and after, while it waits for its day and
 * for a month after that. Nothing is stored: both sides are derived from the facts. */
#ifndef PROGRESS_NOTICE_H
#define PROGRESS_NOTICE_H
#include "learning/learner.h"
#include "policy/snapshot.h"

enum { NOTICE_DAYS = 30 };

struct level_change {
    const struct competency *competency;
    enum level before, after;
    const struct report_level *called_before, *called_after; /* on reports */
};

struct notice {
    const struct policy_effective *before, *after; /* NULL: there is nothing to tell */
    int64_t at_ms;                                 /* when it comes, or came, into force */
    size_t rule_count;
    struct policy_change *rules; /* what differs in the rules */
    size_t count;
    /* of this learner, those that differ in the fold or on reports; only notice_levels() fills them */
    struct level_change *levels;
};

/* The next change of levels or grades that waits for a learner, else the latest of the last NOTICE_DAYS days. Cheap. */
enum st notice_find(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a, int64_t learner_id,
                    struct notice *out, struct err *e) WARN_UNUSED;
/* The same with the learner's levels under both rules: of all facts so far, or of those before the day it came into
 * force. */
enum st notice_levels(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                      const struct learner_scope *who, struct notice *out, struct err *e) WARN_UNUSED;

#endif
