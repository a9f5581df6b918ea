/* Statements: what the generated functions and the store's own use, and nobody else. */
#ifndef STORE_STMT_H
#define STORE_STMT_H
#include "sql.h" /* made at build: enum sql_id */
#include "store/db.h"

/* Cached on the connection; borrowed until the next tx_stmt of the same query or the end of the tx. The district is
 * bound. ST_BUG while a loop over the same query is open: it would be lost. */
enum st tx_stmt(struct tx *tx, enum sql_id id, struct stmt **out, struct err *e) WARN_UNUSED;

/* The parameter's place is that of the generated function's list. Text and bytes are copied or alive until the step.
 * A value that does not fit is reported by the step. */
void put_i64(struct stmt *q, int place, int64_t v);
void put_id(struct stmt *q, int place, int64_t v); /* 0 binds NULL */
void put_f64(struct stmt *q, int place, double v);
void put_text(struct stmt *q, int place, const char *v); /* NULL binds NULL */
void put_blob(struct stmt *q, int place, struct blob v);
void put_null(struct stmt *q, int place);

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
const char *col_text(struct stmt *q, int i); /* NULL gives "" */
struct blob col_blob(struct stmt *q, int i);
bool col_is_null(struct stmt *q, int i);

/* The loop of a :many function. After a failure there are no rows, and rows_end gives it again. */
enum st rows_begin(struct tx *tx, enum sql_id id, struct rows *rows, struct stmt **q, struct err *e) WARN_UNUSED;
bool rows_step(struct rows *rows, enum sql_id id);

#endif
