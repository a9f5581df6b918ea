/* Why a grade is what it is, and why this is suggested next: with the numbers that a page and the API show alike. The
 * why of a level is in learning/learner.h, that of a pace in progress/goals.h (struct requirement_progress). */
#ifndef PROGRESS_REASON_H
#define PROGRESS_REASON_H
#include "progress/grades.h"
#include "plan/next.h"
#include "policy/snapshot.h"

struct grade_why {
    const struct policy_effective *policy;
    const struct report_course *course;
    struct grade_outlook outlook;
};
/* As of a moment, 0: now. err ST_NOT_FOUND: not one of the learner's courses */
enum st learner_grade_why(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                          const struct learner_scope *who, int64_t course_id, int64_t as_of_ms, struct grade_why *out,
                          struct err *e) WARN_UNUSED;

struct next_why {
    const struct policy_effective *policy; /* the school's */
    struct policy rules;                   /* in force for the learner in the class that teaches it */
    const struct competency *competency;
    const struct competency_state *state; /* NULL: no evidence yet */
    struct outlook outlook;               /* of the level: how far it is to secure */
    struct next_item list[NEXT_MAX];      /* what is suggested, the first first */
    size_t count, place;                  /* place of the competency among them; count: it is not suggested */
    int64_t days;                         /* since it was last worked on; -1: never */
};
/* competency_id 0: of the first one. err ST_NOT_FOUND: no such competency, or nothing is open */
enum st learner_next_why(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                         const struct learner_scope *who, int64_t competency_id, int64_t as_of_ms, struct next_why *out,
                         struct err *e) WARN_UNUSED;

#endif
