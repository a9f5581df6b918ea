#include "core/jobs.h"

const char job_refit[] = "refit";

static enum st ended(struct tx *tx, enum st st, struct err *e)
{
    if (st == ST_OK) return tx_commit(tx, e);
    tx_rollback(tx);
    return st;
}

static enum st make(struct tx *tx, const char *name, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_job_make, &q, e));
    bind_text(q, "job", name);
    return stmt_run(q, NULL, e);
}

static enum st claim_job(struct job *j, struct tx *tx, int64_t now, bool nightly, int32_t day, struct err *e)
{
    struct stmt *q;
    int64_t rows;
    TRY(make(tx, j->name, e));
    TRY(tx_stmt(tx, SQL_job_take, &q, e));
    bind_text(q, "job", j->name);
    bind_i64(q, "holder", j->run_id);
    bind_i64(q, "until_ms", now + JOB_LEASE_MS);
    bind_i64(q, "now_ms", now);
    TRY(stmt_run(q, &rows, e));
    if (rows != 1) return err_fail(e, ST_DENIED, "job.running", "another process is at it: %s", j->name);
    TRY(tx_stmt(tx, SQL_job_run_insert, &q, e));
    bind_i64(q, "run_id", j->run_id);
    bind_text(q, "job", j->name);
    bind_i64(q, "school_date", day);
    bind_i64(q, "nightly", nightly);
    return stmt_run(q, NULL, e);
}

enum st job_begin(struct job *j, struct app *app, struct conn *c, const char *name, bool nightly, int32_t school_date,
                  struct err *e)
{
    struct tx tx;
    int64_t now = app_now_ms(app);
    *j = (struct job){app, c, name, app_id(app), app->district_id};
    TRY(tx_write(c, j->district_id, &tx, e));
    return ended(&tx, claim_job(j, &tx, now, nightly, school_date, e), e);
}

enum st job_hold(struct job *j, struct tx *tx, struct err *e)
{
    struct stmt *q;
    int64_t rows;
    TRY(tx_stmt(tx, SQL_job_keep, &q, e));
    bind_text(q, "job", j->name);
    bind_i64(q, "holder", j->run_id);
    bind_i64(q, "until_ms", app_now_ms(j->app) + JOB_LEASE_MS);
    TRY(stmt_run(q, &rows, e));
    return rows == 1 ? ST_OK : err_fail(e, ST_CONFLICT, "job.running", "another process has taken over: %s", j->name);
}

enum st job_lock(struct tx *tx, const char *name, struct err *e)
{
    struct stmt *q;
    TRY(make(tx, name, e));
    TRY(tx_stmt(tx, SQL_job_lock, &q, e));
    bind_text(q, "job", name);
    return stmt_run(q, NULL, e);
}

enum st job_keep(struct job *j, struct err *e)
{
    struct tx tx;
    TRY(tx_write(j->conn, j->district_id, &tx, e));
    return ended(&tx, job_hold(j, &tx, e), e);
}

static enum st leave(struct job *j, struct tx *tx, const char *outcome, const char *detail, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_job_run_end, &q, e));
    bind_i64(q, "run_id", j->run_id);
    bind_i64(q, "ended_at_ms", app_now_ms(j->app));
    bind_text(q, "outcome", outcome);
    bind_text(q, "detail", detail);
    TRY(stmt_run(q, NULL, e));
    TRY(tx_stmt(tx, SQL_job_leave, &q, e));
    bind_text(q, "job", j->name);
    bind_i64(q, "holder", j->run_id);
    return stmt_run(q, NULL, e);
}

enum st job_end(struct job *j, const char *outcome, const char *detail, struct err *e)
{
    struct tx tx;
    TRY(tx_write(j->conn, j->district_id, &tx, e));
    return ended(&tx, leave(j, &tx, outcome, detail, e), e);
}

enum st job_night(struct tx *tx, const char *name, int32_t school_date, struct job_night *out, struct err *e)
{
    struct stmt *q;
    bool row;
    *out = (struct job_night){0};
    TRY(tx_stmt(tx, SQL_job_run_night, &q, e));
    bind_text(q, "job", name);
    bind_i64(q, "school_date", school_date);
    TRY(stmt_step(q, &row, e));
    if (row) *out = (struct job_night){col_i64(q, 0), col_i64(q, 1), col_i64(q, 2)};
    return ST_OK;
}
