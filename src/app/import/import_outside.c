/* Programs, attendance and test results, applied. A row's identity is what it says: whose, what and which day. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "import_sync.h"
#include "interop/outside.h"
#include "store/sql/import.h"
#include "store/sql/outside.h"

struct outside_import {
    struct outside_rows rows;
    struct strmap students; /* identifier or user name to a place in ids */
    int64_t *ids;
    size_t id_count, id_cap;
    struct strmap covered; /* the days, or days and tests, that the file names */
    struct sync sync;
};

enum { AMBIGUOUS = -1 };

static enum st add_name(struct importer *im, struct outside_import *x, const char *name, int64_t user_id, struct err *e)
{
    int at = strmap_get(&x->students, name);
    if (at >= 0) {
        if (x->ids[at] != user_id) x->ids[at] = AMBIGUOUS;
        return ST_OK;
    }
    int64_t *slot = LIST_ADD(im->a, x->ids, x->id_count, x->id_cap);
    const char *key = arena_strdup(im->a, name);
    if (!slot || !key || strmap_put(&x->students, key, (int)x->id_count - 1) < 0) return err_no_memory(e, "import");
    *slot = user_id;
    return ST_OK;
}

/* Students are known by the id that any source gave them; then by their user names. */
static enum st load_students(struct importer *im, struct tx *tx, struct outside_import *x, struct err *e)
{
    struct sql_outside_users_row outside_users;
    struct sql_user_names_row user_names;
    struct rows rows;
    x->students.arena = x->covered.arena = im->a;
    TRY(sql_outside_users(tx, &rows, e));
    while (sql_outside_users_next(&rows, &outside_users)) {
        TRY(add_name(im, x, outside_users.identifier, outside_users.row_id, e));
    }
    TRY(rows_end(&rows));
    size_t by_id = x->id_count;
    TRY(sql_user_names(tx, &rows, e));
    while (sql_user_names_next(&rows, &user_names)) {
        int at = strmap_get(&x->students, user_names.username);
        if (at < 0 || (size_t)at >= by_id) TRY(add_name(im, x, user_names.username, user_names.user_id, e));
    }
    return rows_end(&rows);
}

/* 0 with a problem: nobody, or more than one. */
static int64_t student(struct importer *im, const struct outside_import *x, const struct source_ref *ref,
                       const char *name)
{
    int at = strmap_get(&x->students, name);
    if (at >= 0 && x->ids[at] != AMBIGUOUS) return x->ids[at];
    if (at < 0)
        report_problem(im->r, ref->file, ref->line, "student", "outside.student",
                       "Nobody is known as \"%.60s\"; the row was left out. Import the roster first, or give the id "
                       "that the roster gives.",
                       name);
    else
        report_problem(
            im->r, ref->file, ref->line, "student", "outside.student_twice",
            "\"%.60s\" is the id of more than one person, from two sources; the row was left out. Give the user name.",
            name);
    return 0;
}

static enum st plan_row(struct importer *im, struct outside_import *x, const struct source_ref *ref,
                        const char *identifier, const char *name, size_t index, struct err *e)
{
    bool twice;
    if (!identifier) return err_no_memory(e, "import");
    if (sync_plan(im, &x->sync, identifier, name, index, &twice)) return ST_OK;
    if (!twice) return err_no_memory(e, "import");
    report_problem(im->r, ref->file, ref->line, NULL, "outside.twice",
                   "The same is in an earlier row; this one was left out.");
    return ST_OK;
}

/* Programs: one file holds all that are known. */
static enum st plan_programs(struct importer *im, struct tx *tx, struct outside_import *x, struct err *e)
{
    (void)tx;
    for (size_t i = 0; i < x->rows.program_count; i++) {
        const struct outside_program *p = &x->rows.programs[i];
        int64_t id = student(im, x, &p->ref, p->student);
        if (!id) continue;
        sync_begin(im);
        sync_number(im, id);
        sync_field(im, p->program);
        sync_number(im, p->starts_on);
        sync_number(im, p->ends_on);
        TRY(plan_row(im, x, &p->ref,
                     arena_printf(im->a, "%lld|%d|%s", (long long)id, p->starts_on == DATE_NONE ? 0 : (int)p->starts_on,
                                  p->program),
                     p->student, i, e));
    }
    if (x->rows.program_count) sync_close_missing(&x->sync);
    return ST_OK;
}

static enum st program_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    const struct outside_import *x = im->set;
    const struct outside_program *p = &x->rows.programs[row->index];
    return sql_program_set(tx,
                           &(struct sql_program_set_in){.program_id = row->row_id,
                                                        .learner_id = x->ids[strmap_get(&x->students, p->student)],
                                                        .program = p->program,
                                                        .starts_on = p->starts_on,
                                                        .starts_on_is_null = p->starts_on == DATE_NONE,
                                                        .ends_on = p->ends_on,
                                                        .ends_on_is_null = p->ends_on == DATE_NONE},
                           NULL, e);
}

static enum st program_close(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    return sql_program_close(tx, &(struct sql_program_close_in){.now_ms = im->now_ms, .row_id = row->row_id}, NULL, e);
}

/* Attendance: a file is whole for the days that it names. The rows themselves are what is known. */
static void day_content(struct importer *im, const char *status, int64_t minutes)
{
    sync_begin(im);
    sync_field(im, status);
    sync_number(im, minutes);
}

static enum st load_days(struct importer *im, struct tx *tx, struct outside_import *x, struct err *e)
{
    struct sql_attendance_between_row r;
    struct rows stored;
    int32_t first = INT32_MAX, last = INT32_MIN;
    for (size_t i = 0; i < x->rows.day_count; i++) {
        int32_t d = x->rows.days[i].date;
        const char *key = arena_printf(im->a, "%d", (int)d);
        if (!key || strmap_put(&x->covered, key, 0) < 0) return err_no_memory(e, "import");
        first = d < first ? d : first;
        last = d > last ? d : last;
    }
    TRY(sql_attendance_between(tx, &(struct sql_attendance_between_in){.first = first, .last = last}, &stored, e));
    while (sql_attendance_between_next(&stored, &r)) {
        char identifier[48], date[16];
        snprintf(date, sizeof date, "%lld", (long long)r.school_date);
        snprintf(identifier, sizeof identifier, "%lld|%s", (long long)r.learner_id, date);
        bool ours = strcmp(r.source, im->source) == 0 && strmap_get(&x->covered, date) >= 0;
        day_content(im, r.status, r.minutes);
        TRY(sync_known(im, &x->sync, identifier, ours, strcmp(r.status, "closed") == 0, e));
    }
    return rows_end(&stored);
}

static enum st plan_days(struct importer *im, struct tx *tx, struct outside_import *x, struct err *e)
{
    if (!x->rows.day_count) return ST_OK;
    TRY(load_days(im, tx, x, e));
    for (size_t i = 0; i < x->rows.day_count; i++) {
        const struct outside_day *d = &x->rows.days[i];
        int64_t id = student(im, x, &d->ref, d->student);
        if (!id) continue;
        day_content(im, attendance_code(d->status), d->minutes);
        TRY(plan_row(im, x, &d->ref, arena_printf(im->a, "%lld|%d", (long long)id, (int)d->date), d->student, i, e));
    }
    sync_close_missing(&x->sync);
    return ST_OK;
}

static enum st day_set(struct importer *im, struct tx *tx, int64_t learner_id, int64_t date, const char *status,
                       int32_t minutes, struct err *e)
{
    return sql_attendance_set(tx,
                              &(struct sql_attendance_set_in){.learner_id = learner_id,
                                                              .school_date = date,
                                                              .status = status,
                                                              .minutes = minutes,
                                                              .minutes_is_null = minutes < 0,
                                                              .source = im->source},
                              NULL, e);
}

static enum st day_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    const struct outside_import *x = im->set;
    const struct outside_day *d = &x->rows.days[row->index];
    return day_set(im, tx, x->ids[strmap_get(&x->students, d->student)], d->date, attendance_code(d->status),
                   d->minutes, e);
}

static enum st day_close(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    char *end;
    int64_t learner_id = strtoll(row->identifier, &end, 10);
    return day_set(im, tx, learner_id, strtoll(end + 1, NULL, 10), "closed", -1, e);
}

/* Test results: a file is whole for each test, subject and day that it names. */
static const char *sitting(const char *identifier) { return identifier + strcspn(identifier, "|") + 1; }

static enum st plan_results(struct importer *im, struct tx *tx, struct outside_import *x, struct err *e)
{
    (void)tx;
    for (size_t i = 0; i < x->rows.result_count; i++) {
        const struct outside_result *v = &x->rows.results[i];
        int64_t id = student(im, x, &v->ref, v->student);
        if (!id) continue;
        const char *identifier =
            arena_printf(im->a, "%lld|%d|%s|%s", (long long)id, (int)v->taken_on, v->subject, v->test);
        if (!identifier || strmap_put(&x->covered, sitting(identifier), 0) < 0) return err_no_memory(e, "import");
        sync_begin(im);
        sync_field(im, v->has_score ? arena_printf(im->a, "%.17g", v->score) : "");
        sync_field(im, v->has_error ? arena_printf(im->a, "%.17g", v->standard_error) : "");
        sync_field(im, v->level_name);
        TRY(plan_row(im, x, &v->ref, identifier, v->student, i, e));
    }
    for (size_t i = 0; i < x->sync.count; i++)
        if (!x->sync.rows[i].seen && strmap_get(&x->covered, sitting(x->sync.rows[i].identifier)) >= 0)
            sync_gone(&x->sync, x->sync.rows[i].identifier);
    return ST_OK;
}

static enum st result_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    const struct outside_import *x = im->set;
    const struct outside_result *v = &x->rows.results[row->index];
    return sql_result_set(tx,
                          &(struct sql_result_set_in){.result_id = row->row_id,
                                                      .learner_id = x->ids[strmap_get(&x->students, v->student)],
                                                      .test = v->test,
                                                      .subject = v->subject,
                                                      .taken_on = v->taken_on,
                                                      .scale_score = v->score,
                                                      .scale_score_is_null = !v->has_score,
                                                      .standard_error = v->standard_error,
                                                      .standard_error_is_null = !v->has_error,
                                                      .level = v->level,
                                                      .level_name = v->level_name},
                          NULL, e);
}

static enum st result_close(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    return sql_result_close(tx, &(struct sql_result_close_in){.now_ms = im->now_ms, .row_id = row->row_id}, NULL, e);
}

/* What differs from kind to kind. plan: what to do with each row that was read. */
struct outside_apply {
    enum outside_kind kind;
    struct sync sync;
    enum st (*plan)(struct importer *im, struct tx *tx, struct outside_import *x, struct err *e);
};

static enum st import_outside(struct importer *im, struct conn *conn, const char *path, const struct outside_apply *how,
                              struct err *e)
{
    struct outside_import *x = arena_alloc(im->a, sizeof *x);
    struct package *p;
    struct tx *tx;
    if (!x) return err_no_memory(e, "import");
    *x = (struct outside_import){.sync = how->sync};
    im->set = x;
    TRY(package_open(im->a, path, im->r, &p, e));
    TRY(outside_read(im->a, p, how->kind, im->r, &x->rows, e));
    TRY(tx_read(conn, im->district_id, &tx, e));
    enum st st = load_students(im, tx, x, e);
    if (st == ST_OK) st = sync_load(im, tx, &x->sync, e);
    if (st == ST_OK) st = how->plan(im, tx, x, e);
    tx_rollback(tx);
    return st == ST_OK ? sync_apply(im, conn, e) : st;
}

enum st import_programs(struct importer *im, struct conn *conn, const char *path, struct err *e)
{
    static const struct outside_apply how = {
        OUTSIDE_PROGRAMS,
        {.entity = "program", .kind = "program", .write = program_write, .close = program_close},
        plan_programs};
    return import_outside(im, conn, path, &how, e);
}

enum st import_attendance(struct importer *im, struct conn *conn, const char *path, struct err *e)
{
    static const struct outside_apply how = {
        OUTSIDE_ATTENDANCE, {.kind = "attendance", .write = day_write, .close = day_close}, plan_days};
    return import_outside(im, conn, path, &how, e);
}

enum st import_assessments(struct importer *im, struct conn *conn, const char *path, struct err *e)
{
    static const struct outside_apply how = {
        OUTSIDE_ASSESSMENTS,
        {.entity = "assessment", .kind = "assessment", .write = result_write, .close = result_close},
        plan_results};
    return import_outside(im, conn, path, &how, e);
}
