#include "base/fault.h"

enum fault_kind fault_armed = FAULT_NONE;
static long left, more; /* points until the first, then how many fail */
static bool fired;

void fault_arm(enum fault_kind kind, long n) { fault_arm_times(kind, n, 1); }

void fault_arm_times(enum fault_kind kind, long n, long times)
{
    left = n;
    more = times;
    fired = false;
    fault_armed = kind;
}

bool fault_disarm(void)
{
    bool was = fired;
    fault_armed = FAULT_NONE;
    fired = false;
    return was;
}

bool fault_count(enum fault_kind kind)
{
    if (kind != fault_armed || more == 0 || left-- > 0) return false;
    more--;
    fired = true;
    return true;
}
