/* A learner's report: standards by level, the course grade by the school's published conversion, and the terms given out. */
#ifndef APP_GRADES_H
#define APP_GRADES_H
#include "app/learner.h"
#include "rules/grade.h"

struct report_course {
    int64_t course_id;
    const char *title; /* of the class */
    size_t count;
    const struct competency **competencies; /* in teaching order */
    enum level *levels;                     /* count; LEVEL_NOT_YET: no evidence yet */
    struct grade grade;
};

struct term_grade { /* as it was given out */
    const char *term, *title, *letter; /* letter "" : incomplete */
    double percent, gpa, mean;
    int64_t shown, all, policy_id, frozen_at_ms, session_id, course_id;
};

struct report {
    const struct policy_version *policy;
    size_t course_count, term_count;
    struct report_course *courses;
    struct term_grade *terms;
};

/* As of a moment, 0: now. */
enum st learner_report(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a, const struct learner_scope *who, int64_t as_of_ms, struct report *out, struct err *e) WARN_UNUSED;

/* Writes down every student's grades of a term as they are; what was written before stays. In slices.
 * err ST_NOT_FOUND: no such term */
enum st grades_freeze(struct app *app, struct conn *c, const char *term_title, int64_t *written, char term[120], struct err *e) WARN_UNUSED;

#endif
