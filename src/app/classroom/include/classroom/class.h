/* A class as its teacher sees it: students by competencies. */
#ifndef CLASSROOM_CLASS_H
#define CLASSROOM_CLASS_H
#include "core/app.h"
#include "access/may.h"
#include "store/answer.h"
#include "policy/snapshot.h"

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

#endif
