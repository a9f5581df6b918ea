/* What a database driver provides. Both keep `struct conn` and `struct stmt` as first member. */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sql.h" /* made at build: enum sql_id */

struct conn;
struct stmt;
struct value;

enum dialect { DIALECT_SQLITE, DIALECT_POSTGRESQL, DIALECTS };

struct driver {
    enum dialect dialect;
    enum st (*open)(const char *url, bool write, struct conn **out, struct err *e);
    void (*close)(struct conn *c);
    enum st (*exec)(struct conn *c, const char *sql, struct err *e); /* no rows, no values */
    enum st (*begin)(struct conn *c, bool write, struct err *e);
    enum st (*commit)(struct conn *c, struct err *e);
    void (*rollback)(struct conn *c);
    enum st (*prepare)(struct conn *c, enum sql_id id, struct stmt **out, struct err *e);
    void (*reset)(struct stmt *q);
    void (*bind)(struct stmt *q, int index, const struct value *v);
    enum st (*step)(struct stmt *q, bool *row, struct err *e);
    enum st (*run)(struct stmt *q, int64_t *rows, bool wait, struct err *e);
    int64_t (*col_i64)(struct stmt *q, int i);
    double (*col_f64)(struct stmt *q, int i);
    const char *(*col_text)(struct stmt *q, int i);
    const void *(*col_blob)(struct stmt *q, int i, size_t *n);
    bool (*col_is_null)(struct stmt *q, int i);
    enum st (*others_wrote)(struct conn *c, bool *yes, struct err *e);            /* NULL: cannot be known */
    enum st (*checkpoint)(struct conn *c, int *frames, int *left, struct err *e); /* NULL: nothing to do */
    enum st (*integrity)(struct conn *c, struct err *e);
    enum st (*backup)(struct conn *c, const char *path, struct err *e);
    bool remote; /* each statement that is waited for is a round trip: ask for many rows at once */
    const char *blob_type, *text_type, *double_type, *norowid, *only_postgresql;
};

struct value {
    enum { VALUE_NULL, VALUE_I64, VALUE_F64, VALUE_TEXT, VALUE_BLOB } kind;
    int64_t i64;
    double f64;
    const void *p;
    size_t n;
};

struct tx {
    struct conn *conn;
    int64_t district_id;
    bool open, write;
    bool begun; /* the database knows of it: a read begins with its first statement, and costs nothing without one */
};

struct conn {
    const struct driver *driver;
    const _Atomic int32_t *day; /* of the db it belongs to */
    struct tx tx;               /* the one at a time */
    struct stmt *stmts[SQL_COUNT];
};

struct stmt {
    struct conn *conn;
    enum sql_id id;
    const struct sql_text *sql;
    bool busy;             /* has results or values: reset before the next use */
    bool looping;          /* its rows are being read by a loop */
    const char *bad_value; /* what did not fit */
};

/* The first words of a statement, to name it in an error without taking the room of what went wrong. */
enum { SQL_NAME_BYTES = 48 };
const char *short_name(const char *sql, char out[SQL_NAME_BYTES]);

extern const struct driver driver_sqlite, driver_postgresql;

#endif
