/* Which counts of students may be shown: none that tells about fewer than the rules' smallest group, directly or by
 * subtraction. Pure. */
#ifndef RULES_SMALL_GROUP_H
#define RULES_SMALL_GROUP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Does "n of all" tell about few: those counted, or those left? */
bool small_group(int64_t n, int64_t all, int64_t smallest);
/* Which parts of a whole that is known must be hidden: those of few, and with them the next smallest until those hidden
 * are no small group together. */
void small_groups_hide(const int64_t *counts, size_t n, int64_t smallest, bool *hide);

#endif
