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
    TRY(db->driver->open(db->url, mode == CONN_WRITE, out, e));
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
