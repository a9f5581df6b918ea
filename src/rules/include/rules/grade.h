/* From levels to a course grade, by the school's scale of reports and its published conversion. Pure. */
#ifndef RULES_GRADE_H
#define RULES_GRADE_H
#include "domain/policy.h"

/* A learner's level on one competency. LEVEL_NOT_YET: no evidence yet. */
struct level_value {
    enum level level;
    double value; /* by the mastery rule, 0 to 1: what a level of reports may go by within that */
};

/* What reports call that. */
const struct report_level *report_level_of(const struct policy *p, const struct level_value *on);
/* Do they have different names? */
bool report_level_other(const struct report_level *a, const struct report_level *b);
/* Is anyone with evidence in that level of the scale? Who has none is in the first, and left out of the mean. */
bool report_level_counts(const struct policy *p, size_t place);

struct grade {
    size_t all, shown;           /* competencies of the course; those with evidence */
    double mean;                 /* of the points of those shown; 0 when none is */
    bool incomplete;             /* too little evidence for a grade; not a zero */
    const struct grade_cut *cut; /* of the policy; NULL when incomplete */
};
/* A competency without evidence is left out of the mean, whatever level of the scale it is in. */
void grade_of(const struct policy *p, const struct level_value *on, size_t n, struct grade *out);

/* What would change it. */
struct grade_outlook {
    const struct grade_cut *next; /* the next better one; NULL: there is none, or it is incomplete */
    double points;                /* over all skills shown together, until then */
    /* the same in levels, a skill that rises by one being one; -1: the levels are not equally far apart */
    int32_t steps;
    int32_t more; /* incomplete: skills on which evidence is missing; else 0 */
};
void grade_outlook(const struct policy *p, const struct level_value *on, size_t n, struct grade_outlook *out);

#endif
