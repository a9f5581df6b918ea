/* Barriers, which no setting can express: reported by staff, with an owner, a due date and an answer that all staff can
 * read (the facts barrier_reported and barrier_answered). */
#ifndef LEADING_BARRIER_H
#define LEADING_BARRIER_H
#include "store/fact_kinds.h"

enum { BARRIER_KINDS = 6 };
extern const char *const barrier_kinds[BARRIER_KINDS]; /* policy schedule money staffing curriculum accountability */

/* err ST_INVALID: a kind that is none, no words or too many */
enum st barrier_check(const struct fact_barrier_reported *b, struct err *e) WARN_UNUSED;

#endif
