/* Who to see next, and why: each entry is a reason that can be traced to facts, and a step that fits it. */
#ifndef CLASSROOM_QUEUE_H
#define CLASSROOM_QUEUE_H
#include "classroom/class.h"
#include "i18n/i18n.h"
#include "policy/snapshot.h"

enum queue_action { QUEUE_OPEN_EVIDENCE, QUEUE_TALK, QUEUE_VIEW_AS };

struct queue_entry {
    int64_t learner_id, competency_id, help_id, item_id;
    const char *name, *code, *text; /* code: help same_error fast stuck back away ahead */
    const char *work;               /* what the student wrote, or NULL */
    const char *kind, *note;        /* of a call for help */
    enum queue_action action;
    int64_t since_ms; /* 0: not a matter of waiting */
    int64_t times;    /* how often, or for how many answers or days: the more, the sooner */
};
const char *queue_action_code(enum queue_action a);

/* In order of need: help asked for (who waits longest first); the same mistake again; clicking through while behind;
 * stuck; back after a gap; away; far ahead; among equals whoever shows it most. At most one entry a student beside a
 * call for help. */
enum st class_queue(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                    const struct class_scope *which, enum lang lang, struct queue_entry **out, size_t *n,
                    struct err *e) WARN_UNUSED;

/* The latest facts of a learner, newest first. */
struct recent {
    int64_t evidence_id, item_id, variant, took_ms, answered_at_ms;
    int32_t item_version, attempt, hints, shown_error;
    double score;
    bool observed; /* recorded by a teacher, no response */
};
enum st recent_list(struct tx *tx, struct arena *a, int64_t learner_id, size_t most, struct recent **out, size_t *n,
                    struct err *e) WARN_UNUSED;
#endif
