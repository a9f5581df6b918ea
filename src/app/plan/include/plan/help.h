/* Help on my terms: the student says which kind; the teacher's queue has it at once. */
#ifndef PLAN_HELP_H
#define PLAN_HELP_H
#include "core/writer.h"

struct help_cmd {
    struct command command;
    int64_t learner_id, item_id;
    const char *client_id, *kind, *note;
    int64_t help_id, place; /* out: place in the line, from 1 */
};

/* Kinds with words of their own: hint, explain, check, talk; another word is kept as it is. Sets run. */
enum st help_check(struct help_cmd *h, struct err *e) WARN_UNUSED;

struct help_done_cmd {
    struct command command;
    int64_t help_id, teacher_id;
};
void help_done_init(struct help_done_cmd *h);

#endif
