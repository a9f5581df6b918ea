/* PostgreSQL through libpq. Writes of a batch go down a pipeline; the answer of each is looked at before COMMIT
 * counts. A statement that takes rows gathers what is sent to it, and goes down once for all of them. Values go as
 * text, which PostgreSQL reads back to the same bits for double precision; they come as they are stored (binary) where
 * all columns of a statement are of the few types that are read here, which spares both sides most of the work of a
 * long list. */
#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "driver.h"

enum { PARAMS_MAX = 40, COLUMNS_MAX = 40, NUMBER_BYTES = 32 };
/* Of pg_type: fixed for ever. */
enum pg_type {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_FLOAT8 = 701,
    PG_VARCHAR = 1043
};

struct pg_conn {
    struct conn base;
    PGconn *pg;
    char *url;
    bool gathers; /* some statement has rows that are not sent yet */
    int sent;     /* statements of the pipeline whose results are still to be read */
    bool lost;    /* the library and the server no longer agree on what is under way: begin anew */
};

struct pg_stmt {
    struct stmt base;
    int count;
    const char *value[PARAMS_MAX];
    int length[PARAMS_MAX], format[PARAMS_MAX];
    char number[PARAMS_MAX][NUMBER_BYTES];
    struct text scratch[PARAMS_MAX]; /* texts that are not terminated where they end */
    struct text column[PARAMS_MAX];  /* of a statement that takes rows: array literals that grow */
    int rows;
    PGresult *result;
    int row;
    unsigned char *blob; /* the last bytea, unescaped */
    bool binary;         /* results come as stored */
    Oid type[COLUMNS_MAX];
    char shown[COLUMNS_MAX][NUMBER_BYTES]; /* numbers that are asked for as text */
};

static struct pg_conn *conn_of(struct stmt *q) { return (struct pg_conn *)q->conn; }

static enum st failed(PGconn *pg, const PGresult *r, const char *what, struct err *e)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *words = r ? PQresultErrorMessage(r) : PQerrorMessage(pg);
    int n = (int)strcspn(words, "\n");
    if (PQstatus(pg) != CONNECTION_OK)
        return err_fail(e, ST_BUSY, "err.database_lost", "%s: the database connection is lost: %.*s", what, n, words);
    /* 57P01 to 57P03, 08xxx: the server ends, has crashed or begins; the connection goes next. Without a state it was
     * the client library that could not go on: the connection broke in the middle. */
    if (!state || (strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0))
        return err_fail(e, ST_BUSY, "err.database_lost", "%s: the database goes away: %.*s", what, n, words);
    if (state && strncmp(state, "23", 2) == 0)
        return err_fail(e, ST_CONFLICT, "err.conflict", "%s: %.*s", what, n, words);
    if (state && (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0 || strcmp(state, "55P03") == 0))
        return err_fail(e, ST_BUSY, "err.busy", "%s: %.*s", what, n, words);
    if (state && strcmp(state, "53100") == 0) return err_fail(e, ST_FULL, "err.disk_full", "%s: %.*s", what, n, words);
    if (state && strcmp(state, "25006") == 0) return err_fail(e, ST_IO, "err.read_only", "%s: %.*s", what, n, words);
    return err_fail(e, ST_IO, "err.storage", "%s: %.*s", what, n, words);
}

static bool takes_rows(const struct pg_stmt *q) { return sql_queries[q->base.id].postgresql_rows; }
static bool is_scalar(const struct pg_stmt *q, int i) { return i == q->base.sql->district; }

static void put_hex(struct text *t, const unsigned char *p, size_t n)
{
    static const char hex[] = "0123456789abcdef";
    char part[1024];
    text_add(t, "\\\\x");
    while (n) {
        size_t k = n < sizeof part / 2 ? n : sizeof part / 2;
        for (size_t i = 0; i < k; i++) {
            part[2 * i] = hex[p[i] >> 4];
            part[2 * i + 1] = hex[p[i] & 15];
        }
        text_put(t, part, 2 * k);
        p += k;
        n -= k;
    }
}

/* One value more in an array literal: NULL, "…" with \\ and \" in it, bytes as \\x… */
static void put_element(struct text *t, const char *value, int length, int format)
{
    text_char(t, t->n ? ',' : '{');
    if (!value) {
        text_add(t, "NULL");
        return;
    }
    text_char(t, '"');
    if (format) put_hex(t, (const unsigned char *)value, (size_t)length);
    for (const char *p = value; !format && *p;) {
        size_t n = strcspn(p, "\"\\");
        text_put(t, p, n);
        p += n;
        if (!*p) break;
        text_char(t, '\\');
        text_char(t, *p++);
    }
    text_char(t, '"');
}

static void gather(struct pg_stmt *q)
{
    for (int i = 0; i < q->count; i++)
        if (!is_scalar(q, i)) put_element(&q->column[i], q->value[i], q->length[i], q->format[i]);
    q->rows++;
    conn_of(&q->base)->gathers = true;
}

static enum st send(struct pg_stmt *q, struct err *e)
{
    struct pg_conn *c = conn_of(&q->base);
    const char *name = sql_queries[q->base.id].name;
    if (!c->sent && PQenterPipelineMode(c->pg) != 1) return failed(c->pg, NULL, name, e);
    c->sent++;
    if (PQsendQueryPrepared(c->pg, name, q->count, q->value, q->length, q->format, 0) != 1)
        return failed(c->pg, NULL, name, e);
    return ST_OK;
}

static void forget_rows(struct pg_conn *c)
{
    for (int id = 0; id < SQL_COUNT; id++) {
        struct pg_stmt *q = (struct pg_stmt *)c->base.stmts[id];
        for (int i = 0; q && q->rows && i < q->count; i++) text_clear(&q->column[i]);
        if (q) q->rows = 0;
    }
    c->gathers = false;
}

/* What was gathered goes down the pipeline. */
static enum st send_rows(struct pg_conn *c, struct err *e)
{
    enum st st = ST_OK;
    for (int id = 0; id < SQL_COUNT && st == ST_OK; id++) {
        struct pg_stmt *q = (struct pg_stmt *)c->base.stmts[id];
        if (!q || !q->rows) continue;
        for (int i = 0; i < q->count && st == ST_OK; i++) {
            if (is_scalar(q, i)) continue;
            text_char(&q->column[i], '}');
            q->value[i] = text_str(&q->column[i]);
            q->format[i] = 0;
            if (q->column[i].failed) st = err_fail(e, ST_NOMEM, "err.memory", "rows");
        }
        if (st == ST_OK) st = send(q, e);
    }
    forget_rows(c);
    return st;
}

/* Read every outstanding result of the pipeline; the first failure is the one told. A statement gives a result and an
 * end (NULL); when the server crashes in the middle, libpq may give ends for ever: what comes beyond its due is a lost
 * connection. */
static enum st drain(struct pg_conn *c, struct err *e)
{
    enum st st = c->gathers ? send_rows(c, e) : ST_OK;
    if (!c->sent) return st;
    PQpipelineSync(c->pg);
    for (int due = 2 * c->sent + 1;; due--) {
        PGresult *r = PQgetResult(c->pg);
        ExecStatusType s = PQresultStatus(r);
        if (due == 0 || PQstatus(c->pg) != CONNECTION_OK) {
            c->lost = true;
            if (st == ST_OK) st = failed(c->pg, r, "pipeline", e);
        } else if (r && s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK && s != PGRES_PIPELINE_ABORTED &&
                   s != PGRES_PIPELINE_SYNC && st == ST_OK) {
            st = failed(c->pg, r, "pipeline", e);
        }
        PQclear(r);
        if (c->lost || (r && s == PGRES_PIPELINE_SYNC)) break;
    }
    if (PQexitPipelineMode(c->pg) != 1) c->lost = true;
    c->sent = 0;
    return st;
}

static enum st pg_exec(struct conn *base, const char *sql, struct err *e)
{
    struct pg_conn *c = (struct pg_conn *)base;
    char name[SQL_NAME_BYTES];
    TRY(drain(c, e));
    PGresult *r = PQexec(c->pg, sql);
    ExecStatusType s = PQresultStatus(r);
    enum st st = s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK ? ST_OK : failed(c->pg, r, short_name(sql, name), e);
    PQclear(r);
    return st;
}

static void drop_stmts(struct conn *c)
{
    for (int i = 0; i < SQL_COUNT; i++) {
        struct pg_stmt *q = (struct pg_stmt *)c->stmts[i];
        if (!q) continue;
        PQclear(q->result);
        PQfreemem(q->blob);
        for (int k = 0; k < PARAMS_MAX; k++) {
            text_release(&q->scratch[k]);
            text_release(&q->column[k]);
        }
        free(q);
        c->stmts[i] = NULL;
    }
}

static void pg_close(struct conn *base)
{
    struct pg_conn *c = (struct pg_conn *)base;
    drop_stmts(base);
    PQfinish(c->pg);
    free(c->url);
    free(c);
}

static void silent(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

static enum st pg_connect(struct pg_conn *c, struct err *e)
{
    /* A server that is gone without a word is noticed within seconds; what the address says itself comes after and
     * wins. */
    const char *const keywords[] = {"connect_timeout",
                                    "keepalives_idle",
                                    "keepalives_interval",
                                    "keepalives_count",
                                    "tcp_user_timeout",
                                    "dbname",
                                    NULL};
    const char *const values[] = {"10", "10", "5", "3", "25000", c->url, NULL};
    c->pg = PQconnectdbParams(keywords, values, 1);
    if (PQstatus(c->pg) != CONNECTION_OK) {
        const char *words = PQerrorMessage(c->pg);
        return err_fail(e, ST_BUSY, "err.database_lost", "cannot reach the database: %.*s", (int)strcspn(words, "\n"),
                        words);
    }
    PQsetNoticeProcessor(c->pg, silent, NULL);
    return pg_exec(&c->base, "SET client_encoding = 'UTF8'; SET synchronous_commit = on; SET lock_timeout = '10s'", e);
}

static enum st pg_open(const char *url, bool write, struct conn **out, struct err *e)
{
    (void)write;
    struct pg_conn *c = calloc(1, sizeof *c);
    if (c) c->url = strdup(url);
    if (!c || !c->url) {
        free(c);
        return err_fail(e, ST_NOMEM, "err.memory", "connection");
    }
    c->base.driver = &driver_postgresql;
    enum st st = pg_connect(c, e);
    if (st != ST_OK) pg_close(&c->base);
    else *out = &c->base;
    return st;
}

static bool is_gone(const struct pg_conn *c) { return c->lost || PQstatus(c->pg) != CONNECTION_OK; }

/* A new start; statements are prepared anew. */
static enum st connect_again(struct pg_conn *c, struct err *e)
{
    drop_stmts(&c->base);
    PQfinish(c->pg);
    c->sent = 0;
    c->gathers = c->lost = false;
    return pg_connect(c, e);
}

static enum st pg_begin(struct conn *base, bool write, struct err *e)
{
    struct pg_conn *c = (struct pg_conn *)base;
    const char *begin = write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    if (is_gone(c)) TRY(connect_again(c, e));
    enum st st = pg_exec(base, begin, e);
    if (st == ST_BUSY) { /* it was gone without our knowing, or says its farewell only now: once more */
        TRY(connect_again(c, e));
        st = pg_exec(base, begin, e);
    }
    return st;
}

static enum st pg_commit(struct conn *base, struct err *e)
{
    struct pg_conn *c = (struct pg_conn *)base;
    TRY(drain(c, e));
    PGresult *r = PQexec(c->pg, "COMMIT");
    /* COMMIT of a failed transaction says ROLLBACK and counts as a success: it is none. */
    enum st st = PQresultStatus(r) != PGRES_COMMAND_OK ? failed(c->pg, r, "commit", e)
                 : strcmp(PQcmdStatus(r), "COMMIT") != 0
                     ? err_fail(e, ST_IO, "err.storage", "commit: the transaction had failed")
                     : ST_OK;
    PQclear(r);
    return st;
}

static void pg_rollback(struct conn *base)
{
    forget_rows((struct pg_conn *)base);
    (void)drain((struct pg_conn *)base, NULL);
    (void)pg_exec(base, "ROLLBACK", NULL);
}

/* Which types the columns have, and whether all are of those that are read as stored. */
static enum st describe(struct pg_conn *c, struct pg_stmt *q, const struct sql_query *query, struct err *e)
{
    const char *name = query->name;
    const char *const *columns = query->columns;
    PGresult *r = PQdescribePrepared(c->pg, name);
    enum st st = PQresultStatus(r) == PGRES_COMMAND_OK ? ST_OK : failed(c->pg, r, name, e);
    int n = st == ST_OK ? PQnfields(r) : 0;
    q->binary = n > 0 && n <= COLUMNS_MAX;
    for (int i = 0; i < n && columns[0]; i++)
        if (!columns[i] || strcmp(columns[i], PQfname(r, i)) != 0)
            st = err_fail(e, ST_BUG, "err.bug", "%s: column %d is not the one that SQLite gives", name, i + 1);
    for (int i = 0; i < n && q->binary; i++) {
        q->type[i] = PQftype(r, i);
        switch ((enum pg_type)q->type[i]) {
        case PG_BOOL:
        case PG_BYTEA:
        case PG_INT8:
        case PG_INT2:
        case PG_INT4:
        case PG_TEXT:
        case PG_FLOAT8:
        case PG_VARCHAR: break;
        default: q->binary = false;
        }
    }
    PQclear(r);
    return st;
}

static enum st pg_prepare(struct conn *base, enum sql_id id, struct stmt **out, struct err *e)
{
    struct pg_conn *c = (struct pg_conn *)base;
    TRY(drain(c, e));
    const struct sql_query *s = &sql_queries[id];
    const struct sql_text *text = &s->texts[DIALECT_POSTGRESQL];
    PGresult *r = PQprepare(c->pg, s->name, text->text, 0, NULL);
    enum st st = PQresultStatus(r) == PGRES_COMMAND_OK ? ST_OK : failed(c->pg, r, s->name, e);
    PQclear(r);
    TRY(st);
    struct pg_stmt *q = calloc(1, sizeof *q);
    if (!q) return err_fail(e, ST_NOMEM, "err.memory", "statement");
    q->count = text->params;
    for (int i = 0; i < PARAMS_MAX; i++) {
        text_init(&q->scratch[i], 64u << 20);
        text_init(&q->column[i], 64u << 20);
    }
    *out = &q->base;
    return describe(c, q, s, e);
}

static void pg_reset(struct stmt *base)
{
    struct pg_stmt *q = (struct pg_stmt *)base;
    PQclear(q->result);
    q->result = NULL;
}

static void pg_bind(struct stmt *base, int i, const struct value *v)
{
    struct pg_stmt *q = (struct pg_stmt *)base;
    q->format[i] = 0;
    switch (v->kind) {
    case VALUE_NULL: q->value[i] = NULL; break;
    case VALUE_I64:
        snprintf(q->number[i], NUMBER_BYTES, "%" PRId64, v->i64);
        q->value[i] = q->number[i];
        break;
    case VALUE_F64:
        snprintf(q->number[i], NUMBER_BYTES, "%.17g", v->f64);
        q->value[i] = q->number[i];
        break;
    case VALUE_TEXT:
        text_clear(&q->scratch[i]);
        text_put(&q->scratch[i], v->p, v->n);
        q->value[i] = q->scratch[i].failed ? NULL : text_str(&q->scratch[i]);
        if (q->scratch[i].failed) base->bad_value = "a text is too long";
        break;
    case VALUE_BLOB:
        q->value[i] = v->p ? v->p : "";
        q->length[i] = (int)v->n;
        q->format[i] = 1;
        break;
    }
}

static enum st execute(struct pg_stmt *q, struct err *e)
{
    struct pg_conn *c = conn_of(&q->base);
    const char *name = sql_queries[q->base.id].name;
    TRY(drain(c, e));
    PQclear(q->result);
    q->result = PQexecPrepared(c->pg, name, q->count, q->value, q->length, q->format, q->binary);
    q->row = -1;
    ExecStatusType s = PQresultStatus(q->result);
    return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK ? ST_OK : failed(c->pg, q->result, name, e);
}

static enum st pg_step(struct stmt *base, bool *row, struct err *e)
{
    struct pg_stmt *q = (struct pg_stmt *)base;
    if (!q->result) TRY(execute(q, e));
    *row = ++q->row < PQntuples(q->result);
    if (!*row) {
        pg_reset(base);
        base->busy = false;
    }
    return ST_OK;
}

static enum st pg_run(struct stmt *base, int64_t *rows, bool wait, struct err *e)
{
    struct pg_stmt *q = (struct pg_stmt *)base;
    struct pg_conn *c = conn_of(base);
    if (takes_rows(q)) {
        gather(q);
        if (rows) *rows = 1;
        return wait ? drain(c, e) : ST_OK;
    }
    if (!wait) {
        if (c->gathers) TRY(send_rows(c, e)); /* in the order in which they were asked for */
        return send(q, e);
    }
    TRY(execute(q, e));
    if (rows && !parse_i64(PQcmdTuples(q->result), rows)) *rows = PQntuples(q->result);
    pg_reset(base);
    base->busy = false;
    return ST_OK;
}

static const char *cell(struct stmt *base, int i)
{
    struct pg_stmt *q = (struct pg_stmt *)base;
    return PQgetisnull(q->result, q->row, i) ? NULL : PQgetvalue(q->result, q->row, i);
}

/* The bytes of a value, most significant first. */
static uint64_t big_endian(const char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) v = v << 8 | (unsigned char)p[i];
    return v;
}

static double float_of(const char *p)
{
    uint64_t bits = big_endian(p, 8);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* PG_TEXT stands for all that is text: what comes as text, too. */
static enum pg_type type_of(const struct pg_stmt *q, int i) { return q->binary ? (enum pg_type)q->type[i] : PG_TEXT; }

static int64_t pg_i64(struct stmt *base, int i)
{
    const struct pg_stmt *q = (const struct pg_stmt *)base;
    const char *s = cell(base, i);
    int64_t v = 0;
    if (!s) return 0;
    switch (type_of(q, i)) {
    case PG_INT8: return (int64_t)big_endian(s, 8);
    case PG_INT4: return (int32_t)(uint32_t)big_endian(s, 4);
    case PG_INT2: return (int16_t)(uint16_t)big_endian(s, 2);
    case PG_BOOL: return *s != 0;
    case PG_FLOAT8: return (int64_t)float_of(s);
    case PG_BYTEA:
    case PG_TEXT:
    case PG_VARCHAR: break;
    }
    if (!parse_i64(s, &v)) v = s[0] == 't';
    return v;
}

static double pg_f64(struct stmt *base, int i)
{
    const struct pg_stmt *q = (const struct pg_stmt *)base;
    const char *s = cell(base, i);
    enum pg_type type = type_of(q, i);
    if (!s) return 0.0;
    if (type == PG_FLOAT8) return float_of(s);
    return type == PG_TEXT || type == PG_VARCHAR ? strtod(s, NULL) : (double)pg_i64(base, i);
}

static const char *pg_text(struct stmt *base, int i)
{
    struct pg_stmt *q = (struct pg_stmt *)base;
    const char *s = cell(base, i);
    enum pg_type type = type_of(q, i);
    if (!s) return "";
    if (type == PG_TEXT || type == PG_VARCHAR || type == PG_BYTEA) return s;
    if (type == PG_FLOAT8) snprintf(q->shown[i], NUMBER_BYTES, "%.17g", float_of(s));
    else snprintf(q->shown[i], NUMBER_BYTES, "%" PRId64, pg_i64(base, i));
    return q->shown[i];
}

static bool pg_null(struct stmt *q, int i) { return cell(q, i) == NULL; }

static const void *pg_blob(struct stmt *base, int i, size_t *n)
{
    struct pg_stmt *q = (struct pg_stmt *)base;
    const char *s = cell(base, i);
    if (q->binary && s) {
        *n = (size_t)PQgetlength(q->result, q->row, i);
        return s;
    }
    PQfreemem(q->blob);
    q->blob = s ? PQunescapeBytea((const unsigned char *)s, n) : NULL;
    if (!q->blob) *n = 0;
    return q->blob;
}

static enum st pg_integrity(struct conn *c, struct err *e) { return pg_exec(c, "SELECT 1", e); }

static enum st pg_backup(struct conn *c, const char *path, struct err *e)
{
    (void)c;
    (void)path;
    return err_fail(e, ST_INVALID, "err.backup_pg", "back up a PostgreSQL database with pg_dump or pg_basebackup");
}

const struct driver driver_postgresql = {
    .dialect = DIALECT_POSTGRESQL,
    .open = pg_open,
    .close = pg_close,
    .exec = pg_exec,
    .begin = pg_begin,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .prepare = pg_prepare,
    .reset = pg_reset,
    .bind = pg_bind,
    .step = pg_step,
    .run = pg_run,
    .col_i64 = pg_i64,
    .col_f64 = pg_f64,
    .col_text = pg_text,
    .col_blob = pg_blob,
    .col_is_null = pg_null,
    .integrity = pg_integrity,
    .backup = pg_backup,
    .remote = true,
    .blob_type = "BYTEA",
    .text_type = "TEXT COLLATE \"C\"",
    .double_type = "DOUBLE PRECISION",
    .norowid = "",
    .only_postgresql = "",
};
