/* The seam between databases: open, begin, prepare, bind, step, commit. SQLite and PostgreSQL behind one vtable.
 *
 * A `conn` belongs to one thread at a time. Values are bound by name, never printed into text; each statement is a
 * named query of src/store/sql, prepared once a connection. A `tx` carries the district: every statement binds it, so
 * a query cannot leave its tenant by accident.
 *
 * A failed bind or step is remembered by the statement and shown by stmt_step() or stmt_run().
 */
#ifndef STORE_DB_H
#define STORE_DB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/sql.h" /* made at build: enum sql_id */

struct db; /* what and where; opens connections */
struct conn;
struct stmt;

enum conn_mode { CONN_READ, CONN_WRITE };

struct tx {
    struct conn *conn;
    int64_t district_id;
    bool open, write;
    bool begun; /* the database knows of it: a read begins with its first statement, and costs nothing without one */
};

/* url: a file name, or postgresql://…  Opens no connection yet. Caller closes with db_close. */
enum st db_open(const char *url, struct db **out, struct err *e) WARN_UNUSED;
void db_close(struct db *db);
/* The school's day: rows that count between two dates ({current:x} in a query) are looked at by it. Any thread. */
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

/* One snapshot, taken at the first statement (SQLite: BEGIN; PostgreSQL: repeatable read, read only). */
enum st tx_read(struct conn *c, int64_t district_id, struct tx *out, struct err *e) WARN_UNUSED;
enum st tx_write(struct conn *c, int64_t district_id, struct tx *out, struct err *e) WARN_UNUSED;
/* On failure nothing of the transaction is left. ST_FULL: the disk; ST_BUSY: try again; ST_CONFLICT: a row changed. */
enum st tx_commit(struct tx *tx, struct err *e) WARN_UNUSED;
void tx_rollback(struct tx *tx); /* harmless when not open */
enum st tx_savepoint(struct tx *tx, struct err *e) WARN_UNUSED;
enum st tx_savepoint_keep(struct tx *tx, struct err *e) WARN_UNUSED;
enum st tx_savepoint_undo(struct tx *tx, struct err *e) WARN_UNUSED;

/* Cached on the connection; borrowed until the next tx_stmt of the same query or the end of the tx. */
enum st tx_stmt(struct tx *tx, enum sql_id id, struct stmt **out, struct err *e) WARN_UNUSED;
void bind_i64(struct stmt *q, const char *name, int64_t v);
void bind_id(struct stmt *q, const char *name, int64_t v); /* 0 binds NULL */
void bind_f64(struct stmt *q, const char *name, double v);
void bind_text(struct stmt *q, const char *name, const char *v); /* copied or alive until the step; NULL binds NULL */
void bind_textn(struct stmt *q, const char *name, const char *v, size_t n);
void bind_blob(struct stmt *q, const char *name, const void *p, size_t n);
void bind_null(struct stmt *q, const char *name);
enum st stmt_step(struct stmt *q, bool *row, struct err *e) WARN_UNUSED;
/* Run to the end; *rows (may be NULL) = rows changed. */
enum st stmt_run(struct stmt *q, int64_t *rows, struct err *e) WARN_UNUSED;
/* Run without waiting for the answer where the driver can (PostgreSQL: a pipeline, or gathered rows, of which one row
 * must not be named twice in a transaction); errors show at tx_commit. */
enum st stmt_send(struct stmt *q, struct err *e) WARN_UNUSED;
/* The same for a statement that must change a row: ST_CONFLICT when it changed none, where the driver knows at once. */
enum st stmt_send_one(struct stmt *q, struct err *e) WARN_UNUSED;
int64_t col_i64(struct stmt *q, int i); /* NULL gives 0 */
double col_f64(struct stmt *q, int i);
const char *col_text(struct stmt *q, int i); /* borrowed until the next step; NULL gives "" */
const void *col_blob(struct stmt *q, int i, size_t *n);
bool col_is_null(struct stmt *q, int i);

/* Schema. db_migrate applies what is missing, each in one transaction with its checksum recorded.
 * ST_DENIED: the schema is newer than this program, or a recorded migration differs from ours. */
enum st db_migrate(struct db *db, int64_t now_ms, int *applied, struct err *e) WARN_UNUSED;
/* After it: moves ids that an earlier version ran ahead of the clock. *repaired: how many; what is derived from their
 * rows is then due. migrated: a migration was applied just now, so every table is looked at. */
enum st db_repair_ids(struct db *db, int64_t now_ms, bool migrated, int64_t *repaired, struct err *e) WARN_UNUSED;
/* ST_OK: current; ST_NOT_FOUND: empty or behind; ST_DENIED: newer. */
enum st db_schema_check(struct db *db, struct err *e) WARN_UNUSED;

#endif
