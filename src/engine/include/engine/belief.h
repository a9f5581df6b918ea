/* What a student can do: a normal belief about the student and, given the student, about each skill. Pure.
 *
 *   x = student + skill                               logits: on middle questions, on another day, without help
 *   P(right) = guess + (1 - guess - slip) logistic(x + warm - new - hardness)
 *
 * The level of a student and what is particular to a skill add up, so that an answer on one skill tells a little of all
 * others: a skill is kept as its mean and variance given the student (ease + tie * student, var), and an answer moves
 * the student and the question's own skills and nothing more: O(skills of the question).
 *
 *   an answer   moment matching on x, with the logistic averaged over a normal by its usual approximation
 *               (MacKay 1992, "The evidence framework applied to classification networks", eq. 30), as in
 *               assumed-density filtering (Opper 1998; Glicko and TrueSkill are of that kind)
 *   practice    adds `gain` for every opportunity to who knows half, and less to who knows more: gain * 2 (1 -
 *               logistic(x)), as in a learning curve that levels off; a share of it, `fading`, is lost by a power of
 *               the days since (Wixted & Carpenter 2007), and with days the belief widens by `drift`
 *   new         how much harder a skill's first questions are than x says, by the number of the opportunity
 *   today       the nth answer of a day is easier by `warm`, of which nothing is left on the next
 *
 * Only + - * / sqrt and engine/numeric.h: the same bits everywhere.
 */
#ifndef ENGINE_BELIEF_H
#define ENGINE_BELIEF_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/bkt.h"

enum { BELIEF_NEW = 3, BELIEF_NO_DAY = INT32_MIN };

struct belief_params {
    double student_sd, own_sd;   /* logits: between students; of one student between skills */
    double ease, ease_sd;        /* logits: of a skill of which nothing is known */
    double gain, gain_var;       /* an opportunity: what it adds, and by how much that may be otherwise */
    double fading, decay;        /* share of a gain that fades; exponent of the days */
    double drift;                /* variance that a day adds */
    double warm_step, warm_most; /* logits of a day that an answer of that day adds */
    double newness[BELIEF_NEW];  /* logits by which opportunity 1, 2 and 3, 4 to 9 are harder */
    double slip;                 /* 0 to .5 */
    double hardness_sd;          /* logits: of questions of which nothing is known */
};
extern const struct belief_params belief_defaults;

struct belief_student {
    double mean, var; /* logits; var 0: nothing has been seen yet */
};
struct belief_skill {
    double ease, tie, var; /* of what is particular to the skill, given the student: N(ease + tie * student, var) */
    double fades;          /* what of it would be lost in the long run */
    int32_t opportunities; /* so far */
    int32_t today;         /* of these, on the day of the last */
    int32_t day;           /* of the last opportunity, days since 1970; BELIEF_NO_DAY: none yet */
};
struct belief_question {
    double guess;    /* 0 to .5: right without knowing, such as one of four */
    double hardness; /* logits above the middle of the skill's questions */
    double var;      /* of that */
};

/* A normal belief about x: on middle questions of a skill on one day, without today's warmth. */
struct belief {
    double mean, var; /* logits */
};

struct belief_student belief_student_new(const struct belief_params *p);
/* ease, var: of the skill, known from other students; p's own where nothing is known. */
struct belief_skill belief_skill_new(const struct belief_params *p, double ease, double var);

/* The belief about one skill on a day; a day before the last counts as that. */
struct belief belief_on(const struct belief_params *p, const struct belief_student *who, const struct belief_skill *s,
                        int32_t day);
/* P(right alone) on a question that needs n skills (1 to BKT_SKILLS_MAX), answered on a day. (0, 1) */
double belief_right(const struct belief_params *p, const struct belief_student *who, const struct belief_skill *s,
                    size_t n, const struct belief_question *q, int32_t day);
/* What that is made of: P(right alone) = guess + (1 - guess - slip) logistic(narrow (skill + warm - newness -
 * hardness)). skill: the mean of what the student can do on the skills, on that day; narrow: how far doubt draws the
 * whole towards an even chance, (0, 1] */
struct belief_view {
    double skill, warm, newness, narrow;
};
struct belief_view belief_look(const struct belief_params *p, const struct belief_student *who,
                               const struct belief_skill *s, size_t n, const struct belief_question *q, int32_t day);
/* One opportunity on a question that needs n skills: what it tells, if it tells anything, and what it teaches. A
 * question of several skills tells of their mean. */
void belief_learn(const struct belief_params *p, struct belief_student *who, struct belief_skill *s, size_t n,
                  const struct belief_question *q, int32_t day, enum bkt_answer answer);

/* of a normal: what lies between this many standard deviations below and above the mean is 90 % of it */
#define BELIEF_Z90 1.6448536269514722
/* The share of middle questions that would be right, trying and without a slip: of the mean, and of the mean and z
 * standard deviations (BELIEF_Z90: the ends of an interval of 90 %). (0, 1) */
double belief_share(struct belief b, double z);

#endif
