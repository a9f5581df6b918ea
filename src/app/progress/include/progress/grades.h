/* A learner's report: standards by level, the course grade by the school's published conversion, and the terms given
 * out. */
#ifndef PROGRESS_GRADES_H
#define PROGRESS_GRADES_H
#include "learning/learner.h"
#include "rules/grade.h"
#include "policy/snapshot.h"

struct report_course {
    int64_t course_id;
    const char *title; /* of the class */
    size_t count;
    const struct competency **competencies; /* in teaching order */
    struct level_value *on;                 /* count */
    struct grade grade;
    const struct policy *policy; /* by whose scale and conversion */
    int64_t policy_id;
};

struct term_grade {                    /* as it was given out */
    const char *term, *title, *letter; /* letter "" : incomplete */
    double percent, gpa, mean;
    /* scale_id 0: given out before a school could have levels of its own */
    int64_t shown, all, policy_id, frozen_at_ms, session_id, course_id, scale_id;
};

struct report {
    const struct policy_effective *policy; /* in force */
    size_t course_count, term_count;
    struct report_course *courses;
    struct term_grade *terms;
};

/* As of a moment, 0: now. */
enum st learner_report(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                       const struct learner_scope *who, int64_t as_of_ms, struct report *out,
                       struct err *e) WARN_UNUSED;

/* What a term's grade was given out by: the scale and the conversion of that time, in arena. */
enum st term_policy(const struct snapshot *s, struct tx *tx, struct arena *a, const struct term_grade *t,
                    const struct policy **out, struct err *e) WARN_UNUSED;
/* The skills of a term's grade, each with its level as it was given out. */
enum st term_course(const struct snapshot *s, struct tx *tx, struct arena *a, const struct learner_scope *who,
                    const struct term_grade *t, struct report_course *out, struct err *e) WARN_UNUSED;

/* Stores every student's grades for a term, in slices. Grades already stored are left as they are.
 * err ST_NOT_FOUND: no such term */
enum st grades_freeze(struct app *app, struct conn *c, const char *term_title, int64_t *written, char term[120],
                      struct err *e) WARN_UNUSED;

#endif
