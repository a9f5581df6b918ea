#include "stmt.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include "base/fault.h"
#include "driver.h"

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
