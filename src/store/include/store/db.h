/* The seam between databases: open, begin, commit; SQLite and PostgreSQL behind it.
 *
 * A `conn` belongs to one thread at a time. A `tx` carries the district. What is asked of the database is a function of
 * store/sql/NAME.h, made from a query of src/store/sql: it binds the district, so a query cannot leave its
 * tenant by accident.
 */
#ifndef STORE_DB_H
#define STORE_DB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db; /* what and where; opens connections */
struct conn;
struct tx;
struct stmt;

struct blob {
    const void *p;
    size_t n;
};

/* The rows of a query while they are read:
 *
 *     TRY(sql_class_students(tx, class_id, &rows, e));
 *     while (sql_class_students_next(&rows, &r)) …
 *     TRY(rows_end(&rows));
 *
 * rows_end gives the error that ended the loop or let none begin, else ST_OK. It is due after a `break`, too: until
 * then the same query cannot run again in the transaction (ST_BUG). A loop that is left by an error ends with the
 * transaction. The members are the store's. */
struct rows {
    struct stmt *q;
    struct err *e;
    enum st st;
    bool open;
};
enum st rows_end(struct rows *rows) WARN_UNUSED;

enum conn_mode { CONN_READ, CONN_WRITE };

/* url: a file name, or postgresql://…  Opens no connection yet. Caller closes with db_close. */
enum st db_open(const char *url, struct db **out, struct err *e) WARN_UNUSED;
void db_close(struct db *db);
/* The school's day: rows that count between two dates ({current x} in a query) are looked at by it. Any thread. */
void db_set_day(struct db *db, int32_t day);
bool db_is_sqlite(const struct db *db);
const char *db_url(const struct db *db);

enum st conn_open(struct db *db, enum conn_mode mode, struct conn **out, struct err *e) WARN_UNUSED;
void conn_close(struct conn *c);
/* SQLite: move WAL frames into the file without making anyone wait. *frames: how many the log holds, *left: how many of
 * them are not in the file yet; when none is, the next write begins the log anew. PostgreSQL: nothing. */
enum st conn_checkpoint(struct conn *c, int *frames, int *left, struct err *e) WARN_UNUSED;
/* Statements are round trips to another process. */
bool conn_is_remote(const struct conn *c);
/* Whether another connection has written since this was last asked on this one; always, where that cannot be known. */
enum st conn_others_wrote(struct conn *c, bool *yes, struct err *e) WARN_UNUSED;
enum st conn_integrity(struct conn *c, struct err *e) WARN_UNUSED;
enum st conn_backup(struct conn *c, const char *path, struct err *e) WARN_UNUSED;

/* One snapshot, taken at the first statement (SQLite: BEGIN; PostgreSQL: repeatable read, read only). A connection has
 * one open transaction at most, and keeps it: *out is borrowed until it ends. *out is NULL on failure. */
enum st tx_read(struct conn *c, int64_t district_id, struct tx **out, struct err *e) WARN_UNUSED;
enum st tx_write(struct conn *c, int64_t district_id, struct tx **out, struct err *e) WARN_UNUSED;
struct conn *tx_conn(const struct tx *tx);
/* On failure nothing of the transaction is left. ST_FULL: the disk; ST_BUSY: try again; ST_CONFLICT: a row changed. */
enum st tx_commit(struct tx *tx, struct err *e) WARN_UNUSED;
void tx_rollback(struct tx *tx); /* harmless when NULL or not open */
enum st tx_savepoint(struct tx *tx, struct err *e) WARN_UNUSED;
enum st tx_savepoint_keep(struct tx *tx, struct err *e) WARN_UNUSED;
enum st tx_savepoint_undo(struct tx *tx, struct err *e) WARN_UNUSED;

/* Schema. db_migrate applies what is missing, each in one transaction with its checksum recorded.
 * ST_DENIED: the schema is newer than this program, or a recorded migration differs from ours. */
enum st db_migrate(struct db *db, int64_t now_ms, int *applied, struct err *e) WARN_UNUSED;
/* After it: moves ids that an earlier version ran ahead of the clock. *repaired: how many; what is derived from their
 * rows is then due. migrated: a migration was applied just now, so every table is looked at. */
enum st db_repair_ids(struct db *db, int64_t now_ms, bool migrated, int64_t *repaired, struct err *e) WARN_UNUSED;
/* ST_OK: current; ST_NOT_FOUND: empty or behind; ST_DENIED: newer. */
enum st db_schema_check(struct db *db, struct err *e) WARN_UNUSED;

#endif
