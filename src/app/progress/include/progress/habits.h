/* Habits of work: a teacher's ratings, once a term, on the school's own list (the fact habit_rated). Never part of a
 * grade. */
#ifndef PROGRESS_HABITS_H
#define PROGRESS_HABITS_H
#include "learning/learner.h"

enum { HABITS_MAX = 8, HABIT_BYTES = 80, HABIT_RATINGS = 4, HABIT_CELLS_MAX = 400 };

/* The school's list: "habits" of the rules in force, or three of our own, by code (prepared, persists, together).
 * Texts in arena. */
enum st habits_asked(struct arena *a, const struct policy_effective *v, const char *list[HABITS_MAX], size_t *n,
                     struct err *e) WARN_UNUSED;

struct habit_rating {
    int64_t session_id, class_id;
    const char *term, *class_title, *habit;
    int32_t rating; /* 1 rarely, 2 sometimes, 3 mostly, 4 always */
};
/* The latest of each habit, class and term, in order of term. */
enum st habits_of(struct tx *tx, struct arena *a, const struct learner_scope *who, struct habit_rating **out, size_t *n,
                  struct err *e) WARN_UNUSED;

#endif
