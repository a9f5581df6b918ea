/* What other systems know of students: programs, daily attendance, test results. As sent, in the field's words.
 *
 * Texts are UTF-8, never NULL ("" when absent); dates are days since 1970-01-01, DATE_NONE when absent. */
#ifndef DOMAIN_OUTSIDE_H
#define DOMAIN_OUTSIDE_H
#include "domain/roster.h"

enum { PROGRAM_BYTES = 80, TEST_BYTES = 100, SUBJECT_BYTES = 60 };

struct outside_program {
    struct source_ref ref;
    const char *student, *program;
    int32_t starts_on, ends_on;
};

enum attendance_status {
    ATTENDANCE_PRESENT,
    ATTENDANCE_TARDY,
    ATTENDANCE_EXCUSED,
    ATTENDANCE_ABSENT,
    ATTENDANCE_KINDS
};
const char *attendance_code(enum attendance_status s); /* present tardy excused absent */

struct outside_day {
    struct source_ref ref;
    const char *student;
    int32_t date;
    enum attendance_status status;
    int32_t minutes; /* missed; below 0: not said */
};

struct outside_result {
    struct source_ref ref;
    const char *student, *test, *subject, *level_name;
    int32_t taken_on;
    bool has_score, has_error;
    double score, standard_error; /* on the test's own scale */
    int32_t level;                /* 1 is the lowest; 0: not said */
};

struct outside_rows {
    struct outside_program *programs;
    struct outside_day *days;
    struct outside_result *results;
    size_t program_count, program_cap, day_count, day_cap, result_count, result_cap;
};

#endif
