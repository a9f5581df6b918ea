/* Programs, attendance and test results: one reader a kind, one row a line. */
#include "interop/outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/list.h"
#include "base/text.h"
#include "interop/report.h"
#include "table.h"

static const char student_columns[] =
    "student|studentSourcedId|userSourcedId|sourcedId|studentId|student_id|username|Student ID|StudentUniqueId";
static const char date_columns[] = "date|schoolDate|attendanceDate|eventDate|testDate|administrationDate|Date";
static const char test_columns[] = "test|assessment|assessmentTitle|testName|Assessment Name";
static const char program_columns[] = "program|programType|programName|Program";
static const char status_columns[] = "status|attendance|attendanceStatus|attendanceCode|code";

static const char *named(struct table *t, const char *columns, size_t most)
{
    const char *s = table_text(t, columns);
    if (*s && strlen(s) <= most) return s;
    if (!*s)
        table_problem(t, NULL, "outside.missing", "The row has no %.*s and was left out.", (int)strcspn(columns, "|"),
                      columns);
    else table_problem(t, NULL, "outside.long", "\"%.60s\" is longer than %zu bytes; the row was left out.", s, most);
    return NULL;
}

static int32_t day(struct table *t, const char *columns)
{
    int32_t d = table_date(t, columns);
    if (d == DATE_NONE)
        table_problem(t, NULL, "outside.missing",
                      "The row has no date that can be read and was left out. Write YYYY-MM-DD.");
    return d;
}

static enum st read_program(struct table *t, struct arena *a, struct outside_rows *out, struct err *e)
{
    const char *student = table_id(t, student_columns, true),
               *program = student ? named(t, program_columns, PROGRAM_BYTES) : NULL;
    if (!program) return ST_OK;
    struct outside_program v = {.ref = table_ref(t),
                                .student = student,
                                .program = program,
                                .starts_on = table_date(t, "start|startDate|beginDate|begin"),
                                .ends_on = table_date(t, "end|endDate|exitDate")};
    if (v.starts_on != DATE_NONE && v.ends_on != DATE_NONE && v.ends_on < v.starts_on) {
        table_problem(t, "end", "outside.dates", "It ends before it begins; the row was left out.");
        return ST_OK;
    }
    struct outside_program *slot = LIST_ADD(a, out->programs, out->program_count, out->program_cap);
    if (!slot) return err_no_memory(e, "import");
    *slot = v;
    return ST_OK;
}

static bool status_of(const char *w, enum attendance_status *out)
{
    static const struct {
        const char *word;
        enum attendance_status status;
    } known[] = {{"present", ATTENDANCE_PRESENT},
                 {"p", ATTENDANCE_PRESENT},
                 {"in attendance", ATTENDANCE_PRESENT},
                 {"1", ATTENDANCE_PRESENT},
                 {"tardy", ATTENDANCE_TARDY},
                 {"t", ATTENDANCE_TARDY},
                 {"late", ATTENDANCE_TARDY},
                 {"l", ATTENDANCE_TARDY},
                 {"early departure", ATTENDANCE_TARDY},
                 {"partial", ATTENDANCE_TARDY},
                 {"excused", ATTENDANCE_EXCUSED},
                 {"e", ATTENDANCE_EXCUSED},
                 {"ea", ATTENDANCE_EXCUSED},
                 {"excused absence", ATTENDANCE_EXCUSED},
                 {"absent excused", ATTENDANCE_EXCUSED},
                 {"absent", ATTENDANCE_ABSENT},
                 {"a", ATTENDANCE_ABSENT},
                 {"u", ATTENDANCE_ABSENT},
                 {"ua", ATTENDANCE_ABSENT},
                 {"unexcused", ATTENDANCE_ABSENT},
                 {"unexcused absence", ATTENDANCE_ABSENT},
                 {"absent unexcused", ATTENDANCE_ABSENT},
                 {"0", ATTENDANCE_ABSENT}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_ieq(w, known[i].word)) {
            *out = known[i].status;
            return true;
        }
    return false;
}

static enum st read_day(struct table *t, struct arena *a, struct outside_rows *out, struct err *e)
{
    const char *student = table_id(t, student_columns, true);
    struct outside_day v = {.ref = table_ref(t), .student = student, .minutes = -1};
    if (!student || (v.date = day(t, date_columns)) == DATE_NONE) return ST_OK;
    const char *word = table_text(t, status_columns), *minutes = table_text(t, "minutes|minutesAbsent|minutesMissed");
    int64_t n;
    if (!status_of(word, &v.status)) {
        table_problem(t, "status", "outside.status",
                      "\"%.40s\" is none of present, tardy, excused, absent; the row was left out.", word);
        return ST_OK;
    }
    if (*minutes && parse_i64(minutes, &n) && n >= 0 && n <= 1440) v.minutes = (int32_t)n;
    else if (*minutes)
        table_problem(t, "minutes", "outside.number",
                      "\"%.40s\" is no number of minutes from 0 to 1440; it was left empty.", minutes);
    struct outside_day *slot = LIST_ADD(a, out->days, out->day_count, out->day_cap);
    if (!slot) return err_no_memory(e, "import");
    *slot = v;
    return ST_OK;
}

static bool number(struct table *t, const char *columns, double *out)
{
    const char *s = table_text(t, columns);
    if (!*s) return false;
    if (parse_f64(s, out)) return true;
    table_problem(t, NULL, "outside.number",
                  "\"%.40s\" is not a number; it was left empty. Write a decimal point, no unit.", s);
    return false;
}

/* "3", "Level 3", "L3"; words alone have no place in an order. */
static int32_t level_number(const char *s)
{
    s += strcspn(s, "0123456789");
    size_t n = strspn(s, "0123456789");
    return n && n <= 2 ? (int32_t)strtol(s, NULL, 10) : 0;
}

static enum st read_result(struct table *t, struct arena *a, struct outside_rows *out, struct err *e)
{
    const char *student = table_id(t, student_columns, true),
               *test = student ? named(t, test_columns, TEST_BYTES) : NULL;
    if (!test) return ST_OK;
    struct outside_result v = {.ref = table_ref(t),
                               .student = student,
                               .test = test,
                               .subject = table_text(t, "subject|subjects|academicSubject"),
                               .level_name =
                                   table_text(t, "level|performanceLevel|achievementLevel|performance_level")};
    if ((v.taken_on = day(t, date_columns)) == DATE_NONE) return ST_OK;
    v.level = level_number(v.level_name);
    v.has_score = number(t, "scaleScore|scale_score|score|scale score", &v.score);
    v.has_error = number(t, "standardError|standard_error|se|sem|standard error", &v.standard_error);
    if (v.has_error && v.standard_error < 0) {
        table_problem(t, "standardError", "outside.number", "A standard error is not below 0; it was left empty.");
        v.has_error = false;
    }
    if (strlen(v.subject) > SUBJECT_BYTES || strlen(v.level_name) > SUBJECT_BYTES) {
        table_problem(t, NULL, "outside.long",
                      "The subject or the level is longer than %d bytes; the row was left out.", SUBJECT_BYTES);
        return ST_OK;
    }
    if (!v.has_score && !*v.level_name) {
        table_problem(t, "scaleScore", "outside.missing",
                      "The row has neither a scale score nor a level and was left out.");
        return ST_OK;
    }
    struct outside_result *slot = LIST_ADD(a, out->results, out->result_count, out->result_cap);
    if (!slot) return err_no_memory(e, "import");
    *slot = v;
    return ST_OK;
}

enum st outside_read(struct arena *a, struct package *p, enum outside_kind kind, struct import_report *r,
                     struct outside_rows *out, struct err *e)
{
    static const struct {
        const char *columns, *words;
        enum st (*read)(struct table *, struct arena *, struct outside_rows *, struct err *);
    } kinds[] = {
        [OUTSIDE_PROGRAMS] = {program_columns, "student, program, start, end", read_program},
        [OUTSIDE_ATTENDANCE] = {status_columns, "student, date, status", read_day},
        [OUTSIDE_ASSESSMENTS] = {test_columns, "student, test, date, scaleScore, level, standardError", read_result}};
    bool any = false;
    *out = (struct outside_rows){0};
    for (size_t i = 0; i < package_count(p); i++) {
        struct table t;
        const char *name = package_name(p, i);
        size_t n = strlen(name);
        if (n < 4 || strcasecmp(name + n - 4, ".csv") != 0) continue;
        enum st st = table_open(&t, a, p, name, r, e);
        if (st == ST_NOMEM) return st;
        if (st != ST_OK) continue; /* it is in the report */
        if (!table_has(&t, student_columns) || !table_has(&t, kinds[kind].columns)) {
            report_problem(r, name, 1, NULL, "outside.header", "The first row does not name %s; the file was not read.",
                           kinds[kind].words);
            continue;
        }
        any = true;
        while (table_next(&t)) TRY(kinds[kind].read(&t, a, out, e));
    }
    return any ? ST_OK
               : err_fail(e, ST_INVALID, "outside.unknown", "no CSV file with the columns %s is here",
                          kinds[kind].words);
}
