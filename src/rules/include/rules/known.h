/* What is known of each mastery rule: how it does with simulated students, whose true skills are known. Beside the
 * choice of a rule, so that a school sees how often "secure" would be wrong before it chooses. Pure. */
#ifndef RULES_KNOWN_H
#define RULES_KNOWN_H
#include "domain/policy.h"

/* The classes that the figures come from. */
struct known_classes {
    int32_t day; /* on which they were simulated, days since 1970 */
    int32_t students, skills, days;
    double mastered_at; /* share of middle questions right the next day from which a skill is mastered */
};
extern const struct known_classes known_classes;

/* Shares are 0 to 1. */
struct rule_known {
    double false_calls;   /* of the skills called secure, not mastered at that moment */
    double found;         /* of the skills that are mastered at the end, called secure */
    double answers;       /* on a skill, up to its call */
    double weakest_false; /* false_calls of the quarter of students who know least at the start */
};
/* NULL: a rule that does not go by answers and cannot be simulated. */
const struct rule_known *rule_known(enum mastery_kind kind);

#endif
