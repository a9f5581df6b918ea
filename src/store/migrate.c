/* Numbered, embedded, forward only; each in one transaction with its checksum recorded. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/text.h"
#include "driver.h"
#include "id_repair.h"
#include "schema_migration.h"
#include "store/sql/schema.h"

static int64_t checksum(const char *s)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a; guards against accidents, not against people */
    for (; *s; s++) h = (h ^ (unsigned char)*s) * 1099511628211u;
    return (int64_t)(h >> 1);
}

static void spell(const struct driver *d, const char *sql, struct text *out)
{
    enum { WORDS = 5 };
    static const char *const words[WORDS] = {"{blob}", "{text}", "{double}", "{norowid}", "{only_postgresql}"};
    const char *const with[WORDS] = {d->blob_type, d->text_type, d->double_type, d->norowid, d->only_postgresql};
    while (*sql) {
        size_t k = 0;
        while (k < WORDS && strncmp(sql, words[k], strlen(words[k])) != 0) k++;
        if (k < WORDS) {
            text_add(out, with[k]);
            sql += strlen(words[k]);
        } else if (sql[0] == '-' && sql[1] == '-') {
            while (*sql && *sql != '\n') sql++;
        } else {
            text_char(out, *sql++);
        }
    }
}

static enum st recorded(struct tx *tx, int number, bool *there, int64_t *sum, struct err *e)
{
    struct sql_migration_get_row r;
    TRY(sql_migration_get(tx, number, &r, there, e));
    *sum = r.checksum;
    return ST_OK;
}

static enum st newest(struct tx *tx, int64_t *number, struct err *e)
{
    struct sql_migration_newest_row r;
    TRY(sql_migration_newest(tx, &r, NULL, e));
    *number = r.number;
    return ST_OK;
}

static enum st check_newest(struct tx *tx, int64_t *number, struct err *e)
{
    TRY(newest(tx, number, e));
    if (*number > sql_migrations[sql_migration_count - 1].number)
        return err_fail(e, ST_DENIED, "err.schema_newer",
                        "the database has schema %lld, this program knows up to %d: use the newer program",
                        (long long)*number, sql_migrations[sql_migration_count - 1].number);
    return ST_OK;
}

static enum st apply(struct conn *c, const struct sql_migration *m, int64_t now_ms, struct err *e)
{
    struct tx *tx;
    struct text sql;
    text_init(&sql, 1 << 20);
    spell(c->driver, m->text, &sql);
    enum st st = tx_write(c, 0, &tx, e);
    if (st == ST_OK) st = c->driver->exec(c, text_str(&sql), e);
    if (st == ST_OK)
        st = sql_migration_insert(
            tx,
            &(struct sql_migration_insert_in){
                .number = m->number, .name = m->name, .checksum = checksum(m->text), .applied_at_ms = now_ms},
            NULL, e);
    if (st == ST_OK) st = tx_commit(tx, e);
    else tx_rollback(tx);
    text_release(&sql);
    return st;
}

enum st db_migrate(struct db *db, int64_t now_ms, int *applied, struct err *e)
{
    struct conn *c;
    *applied = 0;
    TRY(conn_open(db, CONN_WRITE, &c, e));
    enum st st = c->driver->exec(c, SCHEMA_MIGRATION_TABLE, e);
    int64_t top = 0;
    struct tx *tx;
    if (st == ST_OK) st = tx_read(c, 0, &tx, e);
    if (st == ST_OK) {
        st = check_newest(tx, &top, e);
        tx_rollback(tx);
    }
    for (int i = 0; st == ST_OK && i < sql_migration_count; i++) {
        const struct sql_migration *m = &sql_migrations[i];
        bool there = false;
        int64_t sum = 0;
        st = tx_read(c, 0, &tx, e);
        if (st != ST_OK) break;
        st = recorded(tx, m->number, &there, &sum, e);
        tx_rollback(tx);
        if (st == ST_OK && there && sum != checksum(m->text))
            st = err_fail(e, ST_DENIED, "err.schema_differs", "migration %s was applied in another form", m->name);
        if (st == ST_OK && !there) {
            st = apply(c, m, now_ms, e);
            if (st == ST_OK) ++*applied;
        }
    }
    int frames, left;
    if (st == ST_OK) st = conn_checkpoint(c, &frames, &left, e);
    conn_close(c);
    return st;
}

enum st db_repair_ids(struct db *db, int64_t now_ms, bool migrated, int64_t *repaired, struct err *e)
{
    struct conn *c;
    struct tx *tx;
    *repaired = 0;
    TRY(conn_open(db, CONN_WRITE, &c, e));
    enum st st = tx_write(c, 0, &tx, e);
    if (st == ST_OK) st = id_repair(tx, now_ms, migrated, repaired, e);
    if (st == ST_OK) st = tx_commit(tx, e);
    else tx_rollback(tx);
    conn_close(c);
    return st;
}

enum st db_schema_check(struct db *db, struct err *e)
{
    struct conn *c;
    struct tx *tx;
    int64_t top = 0;
    if (db_is_sqlite(db) && access(db_url(db), F_OK) != 0 && errno == ENOENT)
        return err_fail(e, ST_NOT_FOUND, "err.schema_none", "there is no database %s: run `waymark init --db …`",
                        db_url(db));
    TRY(conn_open(db, CONN_READ, &c, e));
    enum st st = tx_read(c, 0, &tx, e);
    if (st == ST_OK) {
        st = check_newest(tx, &top, e);
        if (st != ST_OK && st != ST_DENIED)
            st = err_fail(e, ST_NOT_FOUND, "err.schema_none", "%s is not a Waymark database: run `waymark init --db …`",
                          db_url(db));
        else if (st == ST_OK && top < sql_migrations[sql_migration_count - 1].number)
            st = err_fail(e, ST_NOT_FOUND, "err.schema_behind",
                          "the database has schema %lld, this program needs %d: run `waymark migrate --db …`",
                          (long long)top, sql_migrations[sql_migration_count - 1].number);
        tx_rollback(tx);
    }
    conn_close(c);
    return st;
}
