/* Habits of work: said by a teacher once a term, in the school's words; apart from grades, and never in them. */
#ifndef PROGRESS_HABITS_H
#define PROGRESS_HABITS_H
#include "learning/learner.h"
#include "core/writer.h"

enum { HABITS_MAX = 8, HABIT_BYTES = 80, HABIT_RATINGS = 4, HABIT_CELLS_MAX = 400 };

/* The school's list: "habits" of the rules in force, or three of our own, by code (prepared, persists, together).
 * Texts in arena. */
enum st habits_asked(struct arena *a, const struct policy_version *v, const char *list[HABITS_MAX], size_t *n,
                     struct err *e) WARN_UNUSED;

struct habit_rating {
    int64_t session_id, class_id;
    const char *term, *class_title, *habit;
    int32_t mark; /* 1 rarely, 2 sometimes, 3 mostly, 4 always */
};
/* The latest of each habit, class and term, in order of term. */
enum st habits_of(struct tx *tx, struct arena *a, const struct learner_scope *who, struct habit_rating **out, size_t *n,
                  struct err *e) WARN_UNUSED;

struct habit_cell {
    int64_t learner_id;
    const char *habit;
    int32_t mark;
};
struct habits_cmd {
    struct command command;
    const char *client_id;
    int64_t session_id, class_id, recorder_id;
    size_t count;
    struct habit_cell cells[HABIT_CELLS_MAX];
};
/* err ST_INVALID: client_id, nothing said, a mark that is none */
enum st habits_check(struct habits_cmd *m, struct err *e) WARN_UNUSED;

#endif
