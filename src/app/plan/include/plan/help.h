/* Help on my terms: the student says which kind; the teacher's queue has it at once (the facts help_asked and
 * help_answered). */
#ifndef PLAN_HELP_H
#define PLAN_HELP_H
#include "store/fact_kinds.h"

/* Kinds with words of their own: hint, explain, check, talk; another word is kept as it is. err ST_INVALID */
enum st help_check(const struct fact_help_asked *h, struct err *e) WARN_UNUSED;
/* Place in the line of the learner's classes, from 1. */
enum st help_place(struct tx *tx, int64_t learner_id, int64_t help_id, int64_t *place, struct err *e) WARN_UNUSED;

#endif
