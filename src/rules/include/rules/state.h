/* A learner's folded state. It makes the cost of one answer O(1).
 *
 * Derived: it can always be made again from the learner's facts. Its bytes are the same on every machine
 * (little-endian, no padding), and are compared by `waymark check`.
 */
#ifndef RULES_STATE_H
#define RULES_STATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "domain/policy.h"
#include "engine/belief.h"
#include "engine/features.h"

struct competency_state {
    int64_t competency_id;
    double p_known;     /* [0,1] */
    int64_t last_at_ms; /* when the last opportunity happened, clamped (see fold.h) */
    int64_t last_evidence_id;
    int32_t opportunities; /* first attempts, with or without hints */
    int32_t alone;         /* first attempts without hints: what least_evidence counts */
    int32_t right;         /* of those, right */
    int32_t right_in_row;
    int32_t off_screen; /* observations off the screen */
    enum level level;
    /* What the rules other than the model go by (rules/mastery.h); scores in ten-thousandths. */
    double average;                                        /* of the decaying rule */
    uint16_t scores[SCORES_KEPT], best[BEST_KEPT], judged; /* the latest first; the highest first */
    uint8_t score_count, best_count;
    bool is_judged, gap_shown, checkpoint_right;
    /* What predictions go by: answers on one's own or that count as not yet, never practice. engine/features.h,
     * engine/elo.h */
    struct skill_past past; /* all zero until the first: see state_past */
    double elo;             /* logit; past.all.n answers behind it */
    /* The belief about the skill, given the student: engine/belief.h. var 0: none yet. */
    struct belief_skill belief;
    /* What "secure means that it lasts" goes by: rules/lasting.h. Shares as of the last own fact, in ten-thousandths;
     * school days, 0: none. */
    uint16_t today, lasts;
    int32_t first_day, shown_day;
    uint8_t shown;
    bool asked, lasting, doubted;
};

/* Scores and shares as they are kept: in ten-thousandths. */
static inline uint16_t ten_thousandths(double x) { return (uint16_t)((x < 0 ? 0 : x > 1 ? 1 : x) * 10000 + 0.5); }
static inline double share_of(uint16_t kept) { return kept / 10000.0; }

struct seen_item {
    int64_t item_id, variant;
    int32_t attempts;
    bool right, hinted;
};

enum { SEEN_MAX = 24, SEEN_ROOM = 2 * SEEN_MAX };

struct learner_state {
    int64_t last_evidence_id; /* of the last fact folded in; 0 for none */
    int64_t last_at_ms;
    int64_t facts;
    size_t count, cap;
    struct competency_state *competency; /* ordered by competency_id; in arena */
    size_t seen_count, seen_from;
    /* from seen_from on, the latest first; it fills towards the front, so that a new one moves no other */
    struct seen_item seen_room[SEEN_ROOM];
    struct student_past past; /* all zero until the first answer */
    double elo;
    struct belief_student belief; /* var 0: none yet */
};

/* The seen_count latest questions, the latest first. */
static inline const struct seen_item *state_latest(const struct learner_state *s)
{
    return s->seen_room + s->seen_from;
}
/* Makes room for one before them, which is the caller's to fill; the oldest of SEEN_MAX is forgotten. */
struct seen_item *state_push_seen(struct learner_state *s);

/* The place of a competency's entry, or where it would stand. */
size_t state_place(const struct learner_state *s, int64_t competency_id);
/* The entry, or NULL. */
const struct competency_state *state_find(const struct learner_state *s, int64_t competency_id);
/* The entry, made with p_known = prior when absent; NULL when the arena is full. Pointers from before are invalid. */
struct competency_state *state_entry(struct arena *a, struct learner_state *s, int64_t competency_id, double prior);
const struct seen_item *state_seen(const struct learner_state *s, int64_t item_id, int64_t variant);
enum st state_copy(struct arena *a, const struct learner_state *from, struct learner_state *to) WARN_UNUSED;

/* The past with its starting values while there is none. */
struct skill_past skill_past_of(const struct competency_state *c); /* c may be NULL */
struct student_past student_past_of(const struct learner_state *s);

enum st state_encode(struct arena *a, const struct learner_state *s, const void **p, size_t *n) WARN_UNUSED;
/* ST_INVALID when the bytes are not a state. n = 0 gives the empty state. */
enum st state_decode(struct arena *a, const void *p, size_t n, struct learner_state *out) WARN_UNUSED;
/* The form of an earlier version of the program: it lacks what is kept now, and is made again from the facts. */
bool state_is_older(const void *p, size_t n);

#endif
