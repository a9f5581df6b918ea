#include "store/db.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/text.h"
#include "driver.h"

struct db {
    const struct driver *driver;
    char *url;
    _Atomic int32_t day; /* the school's, set by db_set_day() */
};

const char *short_name(const char *sql, char out[SQL_NAME_BYTES])
{
    size_t n = 0;
    sql += strspn(sql, " \n\t");
    while (sql[n] && sql[n] != '\n' && n + 1 < SQL_NAME_BYTES) {
        out[n] = sql[n];
        n++;
    }
    out[n] = 0;
    return out;
}

enum st db_open(const char *url, struct db **out, struct err *e)
{
    struct db *db = calloc(1, sizeof *db);
    if (db) db->url = strdup(url);
    if (!db || !db->url) {
        free(db);
        return err_fail(e, ST_NOMEM, "err.memory", "db");
    }
    bool pg = strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0;
    db->driver = pg ? &driver_postgresql : &driver_sqlite;
    struct clock now = clock_system();
    db_set_day(db, tz_date(NULL, clock_now_ms(&now))); /* until somebody knows the zone */
    *out = db;
    return ST_OK;
}

void db_set_day(struct db *db, int32_t day) { atomic_store_explicit(&db->day, day, memory_order_relaxed); }

void db_close(struct db *db)
{
    if (!db) return;
    free(db->url);
    free(db);
}

bool db_is_sqlite(const struct db *db) { return db->driver == &driver_sqlite; }
const char *db_url(const struct db *db) { return db->url; }

enum st conn_open(struct db *db, enum conn_mode mode, struct conn **out, struct err *e)
{
    TRY(db->driver->open(db->url, mode, out, e));
    (*out)->day = &db->day;
    return ST_OK;
}

void conn_close(struct conn *c)
{
    if (c) c->driver->close(c);
}

bool conn_is_remote(const struct conn *c) { return c->driver->remote; }

enum st conn_others_wrote(struct conn *c, bool *yes, struct err *e)
{
    *yes = true;
    return c->driver->others_wrote ? c->driver->others_wrote(c, yes, e) : ST_OK;
}

enum st conn_integrity(struct conn *c, struct err *e) { return c->driver->integrity(c, e); }
enum st conn_backup(struct conn *c, const char *path, struct err *e) { return c->driver->backup(c, path, e); }

enum st conn_checkpoint(struct conn *c, int *frames, int *left, struct err *e)
{
    *frames = *left = 0;
    return c->driver->checkpoint ? c->driver->checkpoint(c, frames, left, e) : ST_OK;
}

static void tx_open(struct conn *c, int64_t district_id, bool write, struct tx **out)
{
    c->tx = (struct tx){.conn = c, .district_id = district_id, .open = true, .begun = write, .write = write};
    *out = &c->tx;
}

enum st tx_read(struct conn *c, int64_t district_id, struct tx **out, struct err *e)
{
    (void)e;
    assert(!c->tx.open);
    tx_open(c, district_id, false, out);
    return ST_OK;
}

enum st tx_write(struct conn *c, int64_t district_id, struct tx **out, struct err *e)
{
    *out = NULL;
    assert(!c->tx.open);
    TRY(c->driver->begin(c, true, e));
    tx_open(c, district_id, true, out);
    return ST_OK;
}

struct conn *tx_conn(const struct tx *tx) { return tx->conn; }

static void reset_all(struct conn *c)
{
    for (int i = 0; i < SQL_COUNT; i++)
        if (c->stmts[i] && c->stmts[i]->busy) {
            c->driver->reset(c->stmts[i]);
            c->stmts[i]->busy = c->stmts[i]->looping = false;
        }
}

enum st tx_commit(struct tx *tx, struct err *e)
{
    reset_all(tx->conn);
    enum st st = tx->write && fault_hits(FAULT_COMMIT) ? err_fail(e, ST_IO, "err.storage", "commit: injected fault")
                                                       : tx->conn->driver->commit(tx->conn, e);
    if (st != ST_OK) tx->conn->driver->rollback(tx->conn);
    tx->open = tx->begun = false;
    return st;
}

void tx_rollback(struct tx *tx)
{
    if (!tx) return;
    if (tx->open && tx->begun) {
        reset_all(tx->conn);
        tx->conn->driver->rollback(tx->conn);
    }
    tx->open = tx->begun = false;
}

enum st tx_savepoint(struct tx *tx, struct err *e) { return tx->conn->driver->exec(tx->conn, "SAVEPOINT one", e); }
enum st tx_savepoint_keep(struct tx *tx, struct err *e) { return tx->conn->driver->exec(tx->conn, "RELEASE one", e); }

enum st tx_savepoint_undo(struct tx *tx, struct err *e)
{
    reset_all(tx->conn);
    TRY(tx->conn->driver->exec(tx->conn, "ROLLBACK TO one", e));
    return tx->conn->driver->exec(tx->conn, "RELEASE one", e);
}

enum st tx_stmt(struct tx *tx, enum sql_id id, struct stmt **out, struct err *e)
{
    struct conn *c = tx->conn;
    if (!tx->begun) {
        TRY(c->driver->begin(c, false, e));
        tx->begun = true;
    }
    struct stmt *q = c->stmts[id]; /* after begin: a new connection has no statements yet */
    if (!q) {
        TRY(c->driver->prepare(c, id, &q, e));
        q->conn = c;
        q->id = id;
        q->sql = &sql_queries[id].texts[c->driver->dialect];
        c->stmts[id] = q;
    } else if (q->looping) {
        return err_fail(e, ST_BUG, "err.bug", "%s: its rows are still being read", sql_queries[id].name);
    } else if (q->busy) {
        c->driver->reset(q);
    }
    q->busy = true;
    q->bad_value = NULL;
    if (q->sql->district >= 0)
        c->driver->bind(q, q->sql->district, &(struct value){.kind = VALUE_I64, .i64 = tx->district_id});
    if (q->sql->day >= 0)
        c->driver->bind(q, q->sql->day,
                        &(struct value){.kind = VALUE_I64, .i64 = atomic_load_explicit(c->day, memory_order_relaxed)});
    *out = q;
    return ST_OK;
}

static void put(struct stmt *q, int place, const struct value *v)
{
    if (q->sql->places) place = q->sql->places[place];
    if (place >= 0) q->conn->driver->bind(q, place, v);
}

void put_null(struct stmt *q, int place) { put(q, place, &(struct value){.kind = VALUE_NULL}); }
void put_i64(struct stmt *q, int place, int64_t v) { put(q, place, &(struct value){.kind = VALUE_I64, .i64 = v}); }
void put_f64(struct stmt *q, int place, double v) { put(q, place, &(struct value){.kind = VALUE_F64, .f64 = v}); }

void put_id(struct stmt *q, int place, int64_t v)
{
    if (v) put_i64(q, place, v);
    else put_null(q, place);
}

void put_text(struct stmt *q, int place, const char *v)
{
    if (v) put(q, place, &(struct value){.kind = VALUE_TEXT, .p = v, .n = strlen(v)});
    else put_null(q, place);
}

void put_blob(struct stmt *q, int place, struct blob v)
{
    put(q, place, &(struct value){.kind = VALUE_BLOB, .p = v.p, .n = v.n});
}

static enum st ready(struct stmt *q, struct err *e)
{
    if (q->bad_value) return err_fail(e, ST_BUG, "err.bug", "%s: %s", sql_queries[q->id].name, q->bad_value);
    if (fault_hits(FAULT_STMT)) return err_fail(e, ST_IO, "err.storage", "%s: injected fault", sql_queries[q->id].name);
    return ST_OK;
}

enum st stmt_step(struct stmt *q, bool *row, struct err *e)
{
    TRY(ready(q, e));
    return q->conn->driver->step(q, row, e);
}

enum st stmt_run(struct stmt *q, int64_t *rows, struct err *e)
{
    TRY(ready(q, e));
    return q->conn->driver->run(q, rows, true, e);
}

enum st stmt_send(struct stmt *q, struct err *e)
{
    TRY(ready(q, e));
    return q->conn->driver->run(q, NULL, false, e);
}

enum st stmt_send_one(struct stmt *q, struct err *e)
{
    int64_t rows = -1; /* stays so where the answer is not waited for */
    TRY(ready(q, e));
    TRY(q->conn->driver->run(q, &rows, false, e));
    return rows == 0
               ? err_fail(e, ST_CONFLICT, "err.conflict", "%s: the row was changed meanwhile", sql_queries[q->id].name)
               : ST_OK;
}

int64_t col_i64(struct stmt *q, int i) { return q->conn->driver->col_i64(q, i); }
double col_f64(struct stmt *q, int i) { return q->conn->driver->col_f64(q, i); }
const char *col_text(struct stmt *q, int i) { return q->conn->driver->col_text(q, i); }
bool col_is_null(struct stmt *q, int i) { return q->conn->driver->col_is_null(q, i); }

struct blob col_blob(struct stmt *q, int i)
{
    struct blob b;
    b.p = q->conn->driver->col_blob(q, i, &b.n);
    return b;
}

enum st rows_begin(struct tx *tx, enum sql_id id, struct rows *rows, struct stmt **q, struct err *e)
{
    *rows = (struct rows){.e = e};
    rows->st = tx_stmt(tx, id, &rows->q, e);
    if (rows->st != ST_OK) return rows->st;
    *q = rows->q;
    rows->open = rows->q->looping = true;
    return ST_OK;
}

/* Done with the statement, whether or not all its rows were read. */
static void rows_close(struct rows *rows)
{
    if (!rows->open) return;
    if (rows->q->busy) rows->q->conn->driver->reset(rows->q);
    rows->q->busy = rows->q->looping = rows->open = false;
}

bool rows_step(struct rows *rows, enum sql_id id)
{
    bool row = false;
    assert(!rows->open || rows->q->id == id);
    if (!rows->open) return false;
    rows->st = stmt_step(rows->q, &row, rows->e);
    if (rows->st != ST_OK || !row) rows_close(rows);
    return rows->open;
}

enum st rows_end(struct rows *rows)
{
    rows_close(rows);
    return rows->st;
}
