#include "core/jobs.h"
#include "store/sql/models.h"

const char job_refit[] = "refit", job_retention[] = "retention";

static enum st ended(struct tx *tx, enum st st, struct err *e)
{
    if (st == ST_OK) return tx_commit(tx, e);
    tx_rollback(tx);
    return st;
}

static enum st make(struct tx *tx, const char *name, struct err *e) { return sql_job_make(tx, name, NULL, e); }

static enum st claim_job(struct job *j, struct tx *tx, int64_t now, bool nightly, int32_t day, struct err *e)
{
    int64_t rows;
    TRY(make(tx, j->name, e));
    TRY(sql_job_take(
        tx,
        &(struct sql_job_take_in){.job = j->name, .holder = j->run_id, .until_ms = now + JOB_LEASE_MS, .now_ms = now},
        &rows, e));
    if (rows != 1) return err_fail(e, ST_DENIED, "job.running", "another process is at it: %s", j->name);
    return sql_job_run_insert(
        tx,
        &(struct sql_job_run_insert_in){.run_id = j->run_id, .job = j->name, .school_date = day, .nightly = nightly},
        NULL, e);
}

enum st job_begin(struct job *j, struct app *app, struct conn *c, const char *name, bool nightly, int32_t school_date,
                  struct err *e)
{
    struct tx *tx;
    int64_t now = app_now_ms(app);
    *j = (struct job){app, c, name, app_id(app), app->district_id};
    TRY(tx_write(c, j->district_id, &tx, e));
    return ended(tx, claim_job(j, tx, now, nightly, school_date, e), e);
}

enum st job_hold(struct job *j, struct tx *tx, struct err *e)
{
    int64_t rows;
    TRY(sql_job_keep(
        tx,
        &(struct sql_job_keep_in){.job = j->name, .holder = j->run_id, .until_ms = app_now_ms(j->app) + JOB_LEASE_MS},
        &rows, e));
    return rows == 1 ? ST_OK : err_fail(e, ST_CONFLICT, "job.running", "another process has taken over: %s", j->name);
}

enum st job_lock(struct tx *tx, const char *name, struct err *e)
{
    TRY(make(tx, name, e));
    return sql_job_lock(tx, name, NULL, e);
}

enum st job_keep(struct job *j, struct err *e)
{
    struct tx *tx;
    TRY(tx_write(j->conn, j->district_id, &tx, e));
    return ended(tx, job_hold(j, tx, e), e);
}

static enum st leave(struct job *j, struct tx *tx, const char *outcome, const char *detail, struct err *e)
{
    TRY(sql_job_run_end(
        tx,
        &(struct sql_job_run_end_in){
            .run_id = j->run_id, .ended_at_ms = app_now_ms(j->app), .outcome = outcome, .detail = detail},
        NULL, e));
    return sql_job_leave(tx, &(struct sql_job_leave_in){.job = j->name, .holder = j->run_id}, NULL, e);
}

enum st job_end(struct job *j, const char *outcome, const char *detail, struct err *e)
{
    struct tx *tx;
    TRY(tx_write(j->conn, j->district_id, &tx, e));
    return ended(tx, leave(j, tx, outcome, detail, e), e);
}

enum st job_night(struct tx *tx, const char *name, int32_t school_date, struct job_night *out, struct err *e)
{
    struct sql_job_run_night_row r;
    bool row;
    *out = (struct job_night){0};
    TRY(sql_job_run_night(tx, &(struct sql_job_run_night_in){.job = name, .school_date = school_date}, &r, &row, e));
    if (row) *out = (struct job_night){r.count, r.done, r.ended_at_ms};
    return ST_OK;
}
