#include "domain/outside.h"

const char *attendance_code(enum attendance_status s)
{
    static const char *const codes[ATTENDANCE_KINDS] = {"present", "tardy", "excused", "absent"};
    return s < ATTENDANCE_KINDS ? codes[s] : "";
}
