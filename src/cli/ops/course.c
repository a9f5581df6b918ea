/* course: what a roster does not say of a course. */
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "cli/cli.h"
#include "store/sql/roster.h"

/* By id, exact title or code. err ST_NOT_FOUND; ST_INVALID: more than one */
static enum st find_course(struct tx *tx, const char *want, int64_t *course_id, struct err *e)
{
    struct sql_course_find_row r;
    struct rows rows;
    int64_t id = 0, other = 0;
    *course_id = 0;
    if (!id_parse(want, &id)) id = 0;
    TRY(sql_course_find(tx, &(struct sql_course_find_in){.course_id = id, .title = want}, &rows, e));
    if (sql_course_find_next(&rows, &r)) *course_id = r.course_id;
    if (sql_course_find_next(&rows, &r)) other = r.course_id;
    TRY(rows_end(&rows));
    if (!*course_id)
        return err_fail(e, ST_NOT_FOUND, "err.not_found", "no course named %s; give its id or title", want);
    if (other)
        return err_fail(e, ST_INVALID, "err.not_found", "more than one course is named %s; give the id (%lld, %lld)",
                        want, (long long)*course_id, (long long)other);
    return ST_OK;
}

static enum st set_audience(struct cli_app *a, const char *course, const char *audience, struct err *e)
{
    struct tx *tx;
    int64_t id;
    TRY(tx_write(a->conn, a->app.district_id, &tx, e));
    enum st st = find_course(tx, course, &id, e);
    if (st == ST_OK)
        st = sql_course_audience_set(tx, &(struct sql_course_audience_set_in){.course_id = id, .audience = audience},
                                     NULL, e);
    if (st == ST_OK) return tx_commit(tx, e);
    tx_rollback(tx);
    return st;
}

static int run_audience(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    const char *audience = c->count == 2 ? c->positional[1] : "";
    if (strcmp(audience, "students") != 0 && strcmp(audience, "staff") != 0)
        return cli_usage(c, "name the course, then students or staff: waymark course audience --db … COURSE staff");
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    enum st st = set_audience(&a, c->positional[0], audience, &e);
    cli_close(&a);
    return st == ST_OK ? 0 : cli_fail(&e);
}

const struct cli_command cli_commands_course[] = {
    {"course audience",
     "COURSE AUDIENCE",
     "Say whom a course is for: students (as every course at first) or staff.\n"
     "Staff learn as students do; counts of students, leaders' views and reports leave them out. COURSE is an id, a "
     "title "
     "or a code.",
     run_audience,
     true,
     {{0}}},
    {0},
};
