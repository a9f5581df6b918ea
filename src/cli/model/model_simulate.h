/* What model simulate is made of: an invented school, the ways of choosing that are tried on it, and one student's year
 * under one of them (model_simulate_run.c). */
#ifndef MODEL_SIMULATE_H
#define MODEL_SIMULATE_H
#include <stdatomic.h>

#include "domain/policy.h"
#include "engine/belief_fit.h"
#include "engine/simulate.h"
#include "rules/next.h"

enum { ITEMS_EACH = 40, LOG_BYTES_MAX = 64 << 20, QUARTILES = 4 };

enum way { WAY_PLANNER, WAY_FIXED, WAY_RANDOM, WAYS };

/* docs/models.md says what each is. */
enum figure {
    ITEMS_TO_MASTERY,
    FALSE_MASTERY,
    FALSE_AT_END,
    FOUND,
    WASTED_PRACTICE,
    KNOWN_BEFORE,
    TAKEN_BACK,
    COVERED,
    SECURE_SHARE,
    MASTERED_SHARE,
    ANSWERS,
    FIGURES
};

struct school {
    struct sim_world w;
    struct policy policy;
    struct next_candidate *candidates;
    const char **skill_names;
    uint64_t seed;
    size_t students;
    int32_t days;
    uint8_t *quartile;          /* students: of the mean truth over all skills before the first answer, from 1 */
    struct belief_model belief; /* what is known of skills and items from the answers of a pilot's students */
    uint32_t *ordinary;         /* skills x ITEMS_EACH: each skill's questions, the most ordinary first */
    uint32_t first;             /* number of the first student */
};

/* Answers that a pilot learns from. */
struct sim_row {
    double time_s;
    uint32_t item;
    uint8_t right;
};
struct sim_rows {
    struct sim_row *at;
    size_t n, cap;
};

/* What one arm did with one student: tops and bottoms of the figures. */
struct arm {
    const struct school *s;
    enum way way;
    double *top[FIGURES], *bottom[FIGURES]; /* students */
    struct text *log, *pairs;               /* students; NULL */
    struct sim_rows *rows;                  /* students; NULL: not kept */
    enum st *st;                            /* students */
    const struct fit_watch *watch;
    double from, share; /* of the whole work */
    atomic_size_t done; /* students */
};

/* Right without knowing. */
double sim_guess(const struct sim_item *it);
/* One student's year; for parallel_run. arg: the arm. */
void sim_run_student(void *arg, size_t u);

#endif
