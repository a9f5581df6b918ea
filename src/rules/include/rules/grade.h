/* From levels to a course grade, by the school's published conversion. Pure. */
#ifndef RULES_GRADE_H
#define RULES_GRADE_H
#include "domain/policy.h"

struct grade {
    size_t all, shown;            /* competencies of the course; those with evidence */
    double mean;                  /* of the levels shown: started 2, nearly 3, secure 4; 0 when none is */
    bool incomplete;              /* too little shown for a grade: which is no zero */
    const struct grade_cut *cut;  /* of the policy; NULL when incomplete */
};
/* levels: n, LEVEL_NOT_YET where there is no evidence yet. A competency without evidence is left out of the mean. */
void grade_of(const struct policy *p, const enum level *levels, size_t n, struct grade *out);

/* What would change it. */
struct grade_outlook {
    const struct grade_cut *next; /* the next better one; NULL: there is none, or it is incomplete */
    int32_t steps;                /* levels, over all skills shown together, until then: a skill that rises by one is one */
    int32_t more;                 /* incomplete: skills on which evidence is missing; else 0 */
};
void grade_outlook(const struct policy *p, const enum level *levels, size_t n, struct grade_outlook *out);

#endif
