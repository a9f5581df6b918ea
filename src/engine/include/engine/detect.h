/* Detectors: what a log says of how a student works. A flag is a question to the student or a hint to a teacher, never
 * a verdict.
 *
 * One call for each answer, O(1), the same online and over a log. What a log does not hold (times, hints) is not
 * guessed: the detector says that it cannot say. "Right" is right without hints throughout. How often each is right is
 * measured in docs/models.md.
 *
 *   wheel_spinning    DETECT_WHEEL_AT or more answers on a skill, never three right in a row. Beck & Gong 2013
 *                     (mastery: 3 in a row; indeterminate before 10). Raised from the tenth answer on, until three in a
 *                     row.
 *   wheel_forecast    the same predicted at answer 6 of a skill: P(known) below a line, not rising. Raised at that
 *                     answer only.
 *   rapid_guess       quicker than a solution can be: under 10 % of the item's mean time (NT10: Wise & Ma 2012), at
 *                     least 2 s, which reading takes, and at most 10 s; but never over a third of the usual time, or
 *                     fluent facts would count. Withdrawn for students whose quick answers are right far more often
 *                     than chance (the test of such thresholds: Wise 2017).
 *   hint_abuse        clicked through to the last hint with under 3 s for each and the answer, which is too little to
 *                     read a sentence of a dozen words (Aleven, McLaren, Roll & Koedinger 2006, "clicking through
 *                     hints"); or help before a try three times in a row on skills that are known (their "help abuse").
 *   idle              a pause in a sitting: an answer that took over 5 minutes and over 5 times what is usual, or 10
 *                     minutes between two answers. An hour ends the sitting. (Off-task pauses: Baker 2007. Limits of a
 *                     sitting: Kovanovic et al. 2015, who find that they matter and that none is right.)
 *   lapse             known when last practised, days ago, and now wrong: forgotten, or never quite known, or a slip. A
 *                     reason to look again.
 *   under_challenged  able, quick, careless. Carelessness as slips of those who know: San Pedro, Baker & Rodrigo 2011;
 *                     boredom of the under-challenged: Pekrun et al. 2010.
 *   behind            has given up on work that is too hard: low expected success for a while, little effort, erratic
 *                     times, unread hints. Boredom of the over-challenged: Acee et al. 2010; disengagement seen in
 *                     times and success: Beck 2005.
 * The last two are sequential tests (Page 1954): each answer adds by how much better a student in that state explains
 * it than one at work, in logs, never below 0; a flag stands while the sum is over a line. In words: so quick (times
 * all over the place), and right so seldom for what was predicted. They run only where the situation is theirs, success
 * predicted high or low of late, so that they exclude each other; a new sitting begins at 0.
 *
 * Pure; + - * / sqrt and engine/numeric.h only: the same flags everywhere.
 */
#ifndef ENGINE_DETECT_H
#define ENGINE_DETECT_H
#include <stdbool.h>
#include <stdint.h>

enum detector {
    DETECT_WHEEL_SPINNING,
    DETECT_WHEEL_FORECAST,
    DETECT_RAPID_GUESS,
    DETECT_HINT_ABUSE,
    DETECT_IDLE,
    DETECT_LAPSE,
    DETECT_UNDER_CHALLENGED,
    DETECT_BEHIND,
    DETECTORS
};
const char *detector_name(enum detector d);

enum { DETECT_WHEEL_AT = 10, DETECT_FORECAST_AT = 6, DETECT_IN_ROW = 3 };

/* Lines. Each default has its reason above or beside it. */
struct detect_rules {
    /* P(known) below; its rise per answer over the last three, below: "near zero" */
    double forecast_known, forecast_slope;
    double rapid_share, rapid_least_s, rapid_most_s, rapid_usual_share, rapid_right_most;
    double hint_s;     /* seconds for each hint opened, and the answer */
    double help_known; /* help before a try is abuse from this P(known) */
    double idle_took_s, idle_took_usual, idle_gap_s, sitting_s;
    double lapse_known, lapse_after_s; /* P(known) when last practised */
    /* sd of the log of a time against the item's usual and the student's own */
    double usual_spread;
    /* mean P(right) predicted lately, and the weight of the newest in it */
    double easy_from, hard_below, lately;
    /* log of the time, and share of P(right) left, of the under-challenged */
    double bored_quick, bored_right;
    /* the same of those who have given up; what a hint that was read takes off */
    double behind_quick, behind_spread, behind_right, read;
    /* what one answer adds at most; from where the flag stands */
    double answer_most, line;
};
extern const struct detect_rules detect_defaults;

/* One answer, with what is known about it. */
struct detect_answer {
    double p_known, p_after; /* of the skill, before and after it */
    /* predicted for this answer, by a model that knows the student and the item (engine/elo.h, engine/logistic.h) */
    double p_right;
    double chance; /* of a blind guess, 0: an open question, or unknown */
    bool right;    /* and no hint opened */
    bool has_time;
    double time_s;          /* when it was given, if has_time; not falling */
    double took_s;          /* from seeing it to answering; below 0: unknown */
    double mean_s, usual_s; /* what the item takes others: mean, and geometric mean; 0: unknown */
    int hints, hints_there; /* opened before the answer, and on offer; -1: unknown */
};

/* One student on one skill; zero at first. */
struct detect_skill {
    uint32_t n, streak;
    bool three;                 /* three in a row were reached */
    double past[DETECT_IN_ROW]; /* P(known) after the latest answers; past[n % 3] is the oldest */
    double last_p, last_s;
};
/* One student; zero at first. */
struct detect_student {
    uint32_t n, timed, quick, asked, sitting; /* sitting: answers of this one */
    double quick_right, last_s, own;          /* own: mean log of the time against the item's usual */
    double predicted, bored, behind;          /* mean P(right) lately; the two sums */
};

/* Bits 1u << enum detector. */
struct detect_result {
    unsigned flags;
    unsigned unknown; /* the log lacks what these need for this answer */
    bool away;        /* the first answer after days away from a skill that was known: a lapse or none */
};
struct detect_result detect_step(const struct detect_rules *r, struct detect_student *s, struct detect_skill *k,
                                 const struct detect_answer *a);

#endif
