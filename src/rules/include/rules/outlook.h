/* What would change a level: how many right answers on one's own are missing, if no other thing is. Pure. */
#ifndef RULES_OUTLOOK_H
#define RULES_OUTLOOK_H
#include "engine/bkt.h"
#include "rules/mastery.h"

enum { OUTLOOK_MOST = 30 };

struct outlook {
    /* answers, each right and alone, until value and least evidence are met; 0: they are; -1: more than OUTLOOK_MOST */
    int32_t right;
    unsigned needs; /* of enum mastery_need, what else is then missing */
    /* Under the rule that it must last: on how many later days it is still to be shown, and the first day that can be
     * one; days since 1970, 0: not before it is nearly. */
    int32_t showings, from_day;
};
/* c: the state as it is (all zero but p_known = prior: nothing yet). m: the parameters in force. */
struct outlook mastery_outlook(const struct mastery_rule *r, const struct bkt *m, const struct competency_state *c);

#endif
