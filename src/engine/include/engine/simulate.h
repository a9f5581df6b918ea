/* Simulated students with known true skills, to evaluate planners, detectors and reports.
 *
 * The truth is of another family than the models that are used for planning, so that none is at home in it: skill is a
 * number that grows with every opportunity (no two states), each student at a pace of their own; prerequisites help;
 * practice of one day warms up and is half gone the next; what was learnt fades over days; items are of different
 * hardness; students slip, guess, click hints away, are bored in two ways, pause, miss days.
 *
 *   P(right | trying) = guess + (1 - guess - slip) logistic(skill + warm - hardness)          (3PL with an upper bound:
 *   Barton & Lord 1981)
 *   skill  grows by gain x pace x (share of what its prerequisites give) x attention           (constant in logits:
 *          Koedinger et al. 2023)
 *   extra  the part of what was learnt that fades: x (1 + days)^-decay                         (power law: Wixted &
 *          Carpenter 2007)
 *   time   log-normal: item + student, faster or wilder as the state is                        (van der Linden 2007)
 *
 * Mastered, in truth: logistic(skill) >= the criterion: on open items of middle hardness, tomorrow (without today's
 * warmth), trying and without a slip, that share would be right.
 *
 * Pure: all randomness comes from seeds, + - * / sqrt and engine/numeric.h only: a seed means the same students
 * everywhere.
 */
#ifndef ENGINE_SIMULATE_H
#define ENGINE_SIMULATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rng.h"

enum { SIM_PREREQUISITES_MAX = 2, SIM_SKILLS_MAX = 500, SIM_ITEMS_MAX = 1000 };

/* What students of an invented school are like: rounded figures, each with where it comes from in
 * simulate_population.c. */
struct sim_population {
    double ability_sd, own_sd;       /* logits: between students; of a student between skills */
    double ease_mean, ease_sd;       /* logits: of skills, before practice */
    double gain_mean, gain_log_sd;   /* logits an opportunity: of skills, log-normal */
    double pace_log_sd;              /* between students */
    double hardness_sd;              /* logits: of items in a skill */
    double fading;                   /* share of a gain that fades */
    double decay_mean, decay_log_sd; /* of the power law, between students */
    double warm_step, warm_most;     /* logits a day's practice adds for that day */
    double slip_mean, slip_log_sd;
    double choice_share; /* of items that offer four choices; the others are open */
    double seconds_median, seconds_item_log_sd, seconds_student_log_sd, seconds_log_sd;
    double absent_mean, absent_spread; /* share of days missed: Beta with this mean and this many pseudo-days */
    double gamer_share;                /* students who ever click hints away */
    /* chance to begin, per answer, where the situation invites it */
    double guess_hazard, abuse_hazard, bored_hazard, behind_hazard, idle_hazard;
    double day_answers_mean, day_answers_sd;
    double mastered_at; /* the criterion, of 1 */
};
extern const struct sim_population sim_population_default;

struct sim_skill {
    double ease, gain; /* logits; logits an opportunity */
    unsigned prerequisite_count;
    uint32_t prerequisite[SIM_PREREQUISITES_MAX]; /* below its own number */
};
struct sim_item {
    double hardness, log_seconds;
    uint8_t choices, hints; /* choices 0: open */
};
struct sim_world {
    struct sim_population p;
    size_t skills, items_each;
    struct sim_skill *skill;
    struct sim_item *item; /* skills x items_each */
};
/* skills 1 .. SIM_SKILLS_MAX, items_each 1 .. SIM_ITEMS_MAX. given: NULL, or `skills` of which ease and gain are taken
 * (fitted to real answers); prerequisites are invented either way. ST_INVALID, ST_NOMEM. */
enum st sim_world_make(struct sim_world *w, const struct sim_population *p, size_t skills, size_t items_each,
                       const struct sim_skill *given, uint64_t seed, struct err *e) WARN_UNUSED;
void sim_world_free(struct sim_world *w);

enum sim_state {
    SIM_ENGAGED,
    SIM_GUESSING,         /* answers within seconds, at random */
    SIM_HINT_ABUSE,       /* clicks to the last hint, which gives the answer away */
    SIM_UNDER_CHALLENGED, /* bored because it is easy: quick and careless */
    SIM_BEHIND,           /* has given up on what is too hard: no effort, time all over the place, hints unread */
    SIM_STATES
};
const char *sim_state_name(enum sim_state s); /* engaged guessing hint_abuse under_challenged behind */

/* One student on one skill. */
struct sim_memory {
    double kept, extra, warm; /* logits: lasting, fading, of today */
    int32_t day;              /* of the last practice; -1: none */
    double share;             /* right on items of middle hardness, at the end of the last practice, warm as it was */
};
struct sim_student {
    double pace, decay, slip, log_seconds, absent, help;
    double guess, abuse, bored, behind; /* hazards */
    struct sim_memory *memory;          /* skills; the caller's */
    struct rng lot;
    enum sim_state state;
    double ease_now; /* running mean of P(right | trying), today */
    unsigned today;  /* answers of today */
    double clock_s;
    int32_t day;
};
/* Student number u of the world: the same for every way of choosing. memory: room for w->skills. */
void sim_student_draw(const struct sim_world *w, uint64_t seed, uint32_t u, struct sim_memory *memory,
                      struct sim_student *out);
/* Days since 1970 of a school day. */
int32_t sim_date(int32_t day);
/* A school day begins (day 0, 1, ...: no weekends, two weeks off after every eight). How many answers the student
 * has time for; 0: absent. */
unsigned sim_day(const struct sim_world *w, struct sim_student *s, int32_t day);

struct sim_answer {
    double ended_s; /* seconds since 1970-01-01, of an invented year */
    double took_s;  /* from seeing the item to the answer, pauses and hints included */
    bool right;     /* what was entered */
    uint8_t hints, hints_there;
    struct sim_truth {
        enum sim_state state;
        double chance; /* P(right | trying) before the answer */
        bool mastered; /* before the answer */
        /* up to the criterion when last practised, warm as it was, on an earlier day; and no longer */
        bool lapsed;
        bool stuck; /* not mastered, and over SIM_STUCK_OPPORTUNITIES more at this pace would be needed */
        bool idle;  /* a pause of minutes is in took_s */
    } truth;
};
enum { SIM_STUCK_OPPORTUNITIES = 25 };
/* The student's next answer: to item (0 .. items_each-1) of skill. Moves the student on. */
struct sim_answer sim_answer(const struct sim_world *w, struct sim_student *s, uint32_t skill, uint32_t item);

/* The share of open items of middle hardness that would be right, trying and without a slip, as of a day not before the
 * student's last. (0, 1) */
double sim_share(const struct sim_student *s, uint32_t skill, int32_t day);
/* Is the skill mastered in truth, as of a day not before the student's last? */
bool sim_mastered(const struct sim_world *w, const struct sim_student *s, uint32_t skill, int32_t day);

#endif
