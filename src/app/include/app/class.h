/* A class as its teacher sees it: students by competencies, and who to see next. */
#ifndef APP_CLASS_H
#define APP_CLASS_H
#include "app/app.h"
#include "app/may.h"
#include "i18n/i18n.h"
#include "store/answer.h"

struct class_learner {
    int64_t learner_id;
    const char *name;      /* as the class knows the student */
    const char *sort_name; /* family name first */
    const char *username;
    const struct mastery_row **cells; /* one a competency, NULL: no evidence */
};

struct class_view {
    const char *title, *grades, *periods;
    int64_t course_id, org_id;
    size_t competency_count, learner_count;
    const struct competency **competencies; /* in teaching order */
    struct class_learner *learners;         /* in order of name: a list of a class is never a ranking */
};

enum st class_view(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                   const struct class_scope *which, struct class_view *out, struct err *e) WARN_UNUSED;

struct queue_entry {
    int64_t learner_id, competency_id, help_id;
    const char *name, *code, *text, *action;
    int64_t since_ms; /* 0: not a matter of waiting */
};

/* In order of need: help asked for (who waits longest first), then stuck, then away for long. */
enum st class_queue(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                    const struct class_scope *which, enum lang lang, struct queue_entry **out, size_t *n, struct err *e) WARN_UNUSED;

#endif
