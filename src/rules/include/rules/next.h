/* What next, and why. Pure: the same state and candidates give the same choice.
 *
 * Prerequisites order and explain; they never lock. The choice is by need: finish what is close, build on what is
 * secure, go back a step when stuck, look again at what has not been seen for long.
 */
#ifndef RULES_NEXT_H
#define RULES_NEXT_H
#include "domain/policy.h"
#include "engine/belief.h"
#include "rules/state.h"

enum reason {
    REASON_NONE,         /* nothing is open */
    REASON_SAME_PROBLEM, /* the next step of the problem in hand */
    REASON_CONTINUE,     /* started, on the way */
    REASON_NEARLY,       /* close to secure */
    REASON_READY,        /* what it builds on is secure, or it builds on nothing */
    REASON_BUILD_FIRST,  /* the other one is hard going: this one helps with it */
    REASON_TRY_AHEAD,    /* not all it builds on is secure yet; a try is welcome */
    REASON_REVIEW,       /* secure, and not seen for long */
    REASON_KEEP_FRESH,   /* all is secure: keep it so */
    /* known, but a day, a checkpoint or work off the screen is missing: no question would add to it now */
    REASON_WAITS,
    REASON_CHOSEN, /* the learner asked for it */
    REASON_COUNT
};
const char *reason_code(enum reason r);

struct next_candidate {
    int64_t competency_id;
    uint32_t items; /* open items; 0 is never chosen */
    uint32_t prerequisite_count;
    const uint32_t *prerequisite; /* indices into the candidates */
    const char *type;             /* of the competency, for its mastery rule; NULL as "" */
};

struct next_time {
    int64_t ms;
    int32_t school_day; /* days since 1970, where the learner's school is */
};

struct next_choice {
    uint32_t candidate;
    enum reason reason;
    int64_t about_id; /* the other competency that the reason names; 0 for none */
    double need;      /* larger is first; comparable within one call */
};

/* Chooses the k candidates with the greatest need, in descending order; ties go to the earlier one in the list.
 * in   candidates in teaching order
 * out  out has room for k; the return value is how many were chosen */
size_t next_choose(const struct policy *p, const struct learner_state *s, const struct next_candidate *c, size_t n,
                   struct next_time now, struct next_choice *out, size_t k);

/* How far a question is from an ordinary one of its skill: of middle hardness, and not to be guessed. What is to show
 * that somebody has a skill is asked by the least odd. >= 0 */
double next_oddness(const struct belief_question *q);

#endif
