#include "base/fault.h"

enum fault_kind fault_armed = FAULT_NONE;
static long left;
static bool fired;

void fault_arm(enum fault_kind kind, long n)
{
    left = n;
    fired = false;
    fault_armed = kind;
}

bool fault_disarm(void)
{
    fault_armed = FAULT_NONE;
    return fired;
}

bool fault_count(enum fault_kind kind)
{
    if (kind != fault_armed || fired || left-- > 0) return false;
    fired = true;
    return true;
}
