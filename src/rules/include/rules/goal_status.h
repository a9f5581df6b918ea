/* A student's status on a state or district goal: by test result and by our own levels. Pure. */
#ifndef RULES_GOAL_STATUS_H
#define RULES_GOAL_STATUS_H
#include <stdbool.h>
#include <stddef.h>

#include "domain/policy.h"

/* Close: the test cannot tell it from the mark, or nearly all the standards are there. */
enum goal_status { STANDING_UNKNOWN, STANDING_BELOW, STANDING_CLOSE, STANDING_MEETS, STANDING_COUNT };
const char *goal_status_code(enum goal_status s); /* unknown below close meets */

/* By a scale score: within one standard error of the mark it is close, on either side. error 0: not known, no such
 * zone. */
enum goal_status goal_status_by_score(double score, double error, double meets_at);
enum goal_status goal_status_by_level(int level, int meets_at); /* level 0: unknown */

/* By our own levels of the standards counted; seen[i]: there is evidence. Unknown while fewer than half of them have
 * evidence (but met is met). Meets with `share` of them secure, close with `share` of them secure or nearly. n 0:
 * unknown. */
enum goal_status goal_status_by_levels(const enum level *levels, const bool *seen, size_t n, double share);
/* Both say something, and one says met where the other says below. */
bool goal_statuses_disagree(enum goal_status test, enum goal_status ours);

/* When `have` grows to `need` at the pace of `gained` in `weeks` attended: weeks from now; 0: it is there; below 0:
 * cannot be said (nothing gained, or fewer than two weeks to go by). */
double weeks_to_go(double have, double need, double gained, double weeks);

#endif
