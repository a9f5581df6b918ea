/* Fault points for tests: the nth allocation, the nth statement, the nth commit fails.
 *
 * Nothing is ever armed in production; a check is one load. Arming is per process and meant for single-threaded tests.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H
#include <stdbool.h>

enum fault_kind { FAULT_NONE, FAULT_ALLOC, FAULT_COMMIT, FAULT_STMT };

void fault_arm(enum fault_kind kind, long n); /* the nth point of this kind from now on fails, counted from 0 */
void fault_arm_times(enum fault_kind kind, long n, long times); /* and so do those after it, times in all */
bool fault_disarm(void);                                        /* did it fire? */

extern enum fault_kind fault_armed; /* read it through fault_hits() */
bool fault_count(enum fault_kind kind);
static inline bool fault_hits(enum fault_kind kind) { return fault_armed == kind && fault_count(kind); }

#endif
