/* What a student's past says, kept up answer by answer.
 *
 * One struct for every model, online and in batch: a student's log played through features_learn gives bit for bit what
 * the same answers gave one at a time. O(1) per answer and skill (windows: O(1) on average). No clock, I/O or
 * randomness; memory is the caller's to give back with features_free.
 */
#ifndef ENGINE_FEATURES_H
#define ENGINE_FEATURES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { FEATURE_WINDOWS = 4 }; /* the last hour, day, 7 days, 30 days (DAS3H); "ever" is n and wins */
extern const double feature_window_s[FEATURE_WINDOWS];

/* Counts of one student on one thing. */
struct tally {
    uint32_t n, wins;
};

/* What is kept of a student's past for good: the part that a running server stores, and a batch computes, by the
 * same functions. */
#define SKILL_PAST \
    struct tally all; \
    double recent /* exponential average of correctness, weight .3, start .5 */
#define STUDENT_PAST \
    struct tally total; \
    double slow, fast /* averages over all answers, weight .1 and .3, start .5 */
struct skill_past {
    SKILL_PAST;
};
struct student_past {
    STUDENT_PAST;
};
extern const struct skill_past skill_past_none; /* of a skill that was never tried */
extern const struct student_past student_past_none;
void skill_past_learn(struct skill_past *k, bool correct);
void student_past_learn(struct student_past *s, bool correct);

/* One student on one skill. */
struct skill_tally {
    union {
        struct skill_past past;
        struct {
            SKILL_PAST;
        };
    };
    double last_s;                        /* time of the last answer; meaningless while all.n is 0 */
    struct tally window[FEATURE_WINDOWS]; /* as of the last call of features_at */
    uint32_t streak;                      /* right answers in a row, up to now */
    uint32_t first_event, last_event;     /* private: places in the list of events, + 1; 0 none */
    uint32_t oldest[FEATURE_WINDOWS];
};

struct features {
    size_t skills, items;
    bool windows;              /* keep the time windows? They cost 24 bytes an answer and skill */
    struct skill_tally *skill; /* skills */
    struct tally *item;        /* items */
    double *item_recent;       /* items: exponential average, weight .3, start .5 */
    double *item_last_s;       /* items */
    union {
        struct student_past past;
        struct {
            STUDENT_PAST;
        };
    };
    double last_s;
    /* private */
    struct feature_event {
        double time_s;
        uint32_t next;
        bool win;
    } * events;
    size_t event_count, event_cap;
    uint32_t *seen_skills, *seen_items;
    size_t seen_skill_count, seen_item_count;
};

/* A student of whom nothing is known. ST_NOMEM. */
enum st features_init(struct features *f, size_t skills, size_t items, bool windows, struct err *e) WARN_UNUSED;
void features_free(struct features *f);
/* The same for the next student; costs what the last one touched. */
void features_clear(struct features *f);
/* Moves the windows of these skills to time_s: call before reading them. time_s does not fall from call to call. */
void features_at(struct features *f, const uint32_t *skills, size_t n, double time_s);
/* Takes an answer in: item < items, each of n skills < skills. ST_NOMEM leaves the counts as they were. */
enum st features_learn(struct features *f, uint32_t item, const uint32_t *skills, size_t n, bool correct, double time_s,
                       struct err *e) WARN_UNUSED;

#endif
