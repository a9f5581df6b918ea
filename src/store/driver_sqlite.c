/* SQLite: WAL, synchronous=FULL. A commit has returned only when it is on disk. */
#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "driver.h"

enum control { BEGIN_READ, BEGIN_WRITE, COMMIT, ROLLBACK, DATA_VERSION, CONTROLS };

struct sqlite_conn {
    struct conn base;
    sqlite3 *db;
    int64_t data_version;            /* as last seen by others_wrote */
    sqlite3_stmt *control[CONTROLS]; /* prepared when first used: parsing "BEGIN" costs more than beginning */
};

struct sqlite_stmt {
    struct stmt base;
    sqlite3_stmt *s;
};

static sqlite3 *handle(struct conn *c) { return ((struct sqlite_conn *)c)->db; }
static sqlite3_stmt *inner(struct stmt *q) { return ((struct sqlite_stmt *)q)->s; }

/* SQLite keeps SQLITE_FULL for ENOSPC. A quota, or a file at its limit, comes as a failed write whose errno may be
 * gone. */
static bool no_room(sqlite3 *db)
{
    struct rlimit file;
    int code = sqlite3_extended_errcode(db), number = sqlite3_system_errno(db);
    if ((code & 0xff) != SQLITE_IOERR) return false;
    if (number == EFBIG || number == ENOSPC || number == EDQUOT) return true;
    return (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE) && getrlimit(RLIMIT_FSIZE, &file) == 0 &&
           file.rlim_cur != RLIM_INFINITY;
}

static enum st failed(sqlite3 *db, int rc, const char *what, struct err *e)
{
    const char *words = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return err_fail(e, ST_BUSY, "err.busy", "%s: %s", what, words);
    case SQLITE_FULL: return err_fail(e, ST_FULL, "err.disk_full", "%s: %s", what, words);
    case SQLITE_NOMEM: return err_fail(e, ST_NOMEM, "err.memory", "%s: %s", what, words);
    case SQLITE_CONSTRAINT: return err_fail(e, ST_CONFLICT, "err.conflict", "%s: %s", what, words);
    case SQLITE_READONLY: return err_fail(e, ST_IO, "err.read_only", "%s: %s", what, words);
    case SQLITE_CANTOPEN: return err_fail(e, ST_IO, "err.open", "%s: %s", what, words);
    default:
        if (db && no_room(db)) return err_fail(e, ST_FULL, "err.disk_full", "%s: %s", what, words);
        return err_fail(e, ST_IO, "err.storage", "%s: %s (%d)", what, words, rc);
    }
}

static enum st sl_exec(struct conn *c, const char *sql, struct err *e)
{
    char name[SQL_NAME_BYTES];
    int rc = sqlite3_exec(handle(c), sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ST_OK : failed(handle(c), rc, short_name(sql, name), e);
}

static void sl_close(struct conn *c)
{
    for (int i = 0; i < SQL_COUNT; i++)
        if (c->stmts[i]) {
            sqlite3_finalize(inner(c->stmts[i]));
            free(c->stmts[i]);
        }
    for (int i = 0; i < CONTROLS; i++) sqlite3_finalize(((struct sqlite_conn *)c)->control[i]);
    sqlite3_close(handle(c));
    free(c);
}

/* The log and its index lie beside the file: both it and its folder are written. */
static bool may_write(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
    return access(path, W_OK) == 0 && access(folder, W_OK) == 0;
}

static enum st sl_open(const char *url, bool write, struct conn **out, struct err *e)
{
    struct sqlite_conn *c = calloc(1, sizeof *c);
    if (!c) return err_fail(e, ST_NOMEM, "err.memory", "connection");
    c->base.driver = &driver_sqlite;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                (write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);
    int rc = sqlite3_open_v2(url, &c->db, flags, NULL);
    enum st st = rc == SQLITE_OK ? ST_OK : failed(c->db, rc, url, e);
    sqlite3_busy_timeout(c->db, 10000);
    if (st == ST_OK && write && sqlite3_db_readonly(c->db, "main") == 1)
        st = err_fail(e, ST_IO, "err.read_only", "%s: the file cannot be written", url);
    if (st == ST_OK && write)
        st = sl_exec(&c->base,
                     "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
                     "PRAGMA journal_size_limit=-1; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY",
                     e);
    if (st == ST_OK && !write)
        st = sl_exec(&c->base,
                     "PRAGMA query_only=1; PRAGMA cache_size=-8192;"
                     "PRAGMA temp_store=MEMORY",
                     e);
    if (st != ST_OK) {
        sl_close(&c->base);
        if (access(url, F_OK) == 0 && !may_write(url))
            return err_fail(e, ST_IO, "err.read_only", "%s: the file or its folder cannot be written", url);
        return st;
    }
    *out = &c->base;
    return ST_OK;
}

static enum st control(struct conn *base, enum control what, struct err *e)
{
    static const char *const sql[CONTROLS] = {"BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", "PRAGMA data_version"};
    struct sqlite_conn *c = (struct sqlite_conn *)base;
    int rc = c->control[what]
                 ? SQLITE_OK
                 : sqlite3_prepare_v3(c->db, sql[what], -1, SQLITE_PREPARE_PERSISTENT, &c->control[what], NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(c->control[what]);
        if (rc == SQLITE_ROW) c->data_version = sqlite3_column_int64(c->control[what], 0);
        enum st st = rc == SQLITE_DONE || rc == SQLITE_ROW ? ST_OK : failed(c->db, rc, sql[what], e);
        sqlite3_reset(c->control[what]);
        return st;
    }
    return failed(c->db, rc, sql[what], e);
}

static enum st sl_begin(struct conn *c, bool write, struct err *e)
{
    return control(c, write ? BEGIN_WRITE : BEGIN_READ, e);
}
static enum st sl_commit(struct conn *c, struct err *e) { return control(c, COMMIT, e); }
static void sl_rollback(struct conn *c)
{
    if (!sqlite3_get_autocommit(handle(c))) (void)control(c, ROLLBACK, NULL);
}

static enum st sl_others_wrote(struct conn *base, bool *yes, struct err *e)
{
    struct sqlite_conn *c = (struct sqlite_conn *)base;
    int64_t before = c->data_version;
    TRY(control(base, DATA_VERSION, e));
    *yes = c->data_version != before;
    return ST_OK;
}

static enum st sl_prepare(struct conn *c, enum sql_id id, struct stmt **out, struct err *e)
{
    struct sqlite_stmt *q = calloc(1, sizeof *q);
    if (!q) return err_fail(e, ST_NOMEM, "err.memory", "statement");
    int rc = sqlite3_prepare_v3(handle(c), sql_queries[id].texts[DIALECT_SQLITE].text, -1, SQLITE_PREPARE_PERSISTENT,
                                &q->s, NULL);
    if (rc != SQLITE_OK) {
        free(q);
        return failed(handle(c), rc, sql_queries[id].name, e);
    }
    *out = &q->base;
    return ST_OK;
}

static void sl_reset(struct stmt *q) { sqlite3_reset(inner(q)); }

static void sl_bind(struct stmt *q, int i, const struct value *v)
{
    sqlite3_stmt *s = inner(q);
    switch (v->kind) {
    case VALUE_NULL: sqlite3_bind_null(s, i + 1); break;
    case VALUE_I64: sqlite3_bind_int64(s, i + 1, v->i64); break;
    case VALUE_F64: sqlite3_bind_double(s, i + 1, v->f64); break;
    case VALUE_TEXT: sqlite3_bind_text64(s, i + 1, v->p ? v->p : "", v->n, SQLITE_STATIC, SQLITE_UTF8); break;
    case VALUE_BLOB: sqlite3_bind_blob64(s, i + 1, v->p ? v->p : "", v->n, SQLITE_STATIC); break;
    }
}

static enum st sl_step(struct stmt *q, bool *row, struct err *e)
{
    int rc = sqlite3_step(inner(q));
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        enum st st = failed(handle(q->conn), rc, sql_queries[q->id].name, e);
        sqlite3_reset(inner(q));
        return st;
    }
    *row = rc == SQLITE_ROW;
    if (rc == SQLITE_DONE) {
        sqlite3_reset(inner(q));
        q->busy = false;
    }
    return ST_OK;
}

static enum st sl_run(struct stmt *q, int64_t *rows, bool wait, struct err *e)
{
    (void)wait;
    bool row = true;
    while (row) TRY(sl_step(q, &row, e));
    if (rows) *rows = sqlite3_changes(handle(q->conn));
    return ST_OK;
}

static int64_t sl_i64(struct stmt *q, int i) { return sqlite3_column_int64(inner(q), i); }
static double sl_f64(struct stmt *q, int i) { return sqlite3_column_double(inner(q), i); }
static bool sl_null(struct stmt *q, int i) { return sqlite3_column_type(inner(q), i) == SQLITE_NULL; }

static const char *sl_text(struct stmt *q, int i)
{
    const char *s = (const char *)sqlite3_column_text(inner(q), i);
    return s ? s : "";
}

static const void *sl_blob(struct stmt *q, int i, size_t *n)
{
    const void *p = sqlite3_column_blob(inner(q), i);
    *n = (size_t)sqlite3_column_bytes(inner(q), i);
    return p;
}

static enum st sl_checkpoint(struct conn *c, int *frames, int *left, struct err *e)
{
    int in_log = 0, done = 0;
    int rc = sqlite3_wal_checkpoint_v2(handle(c), NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &done);
    if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) return ST_OK; /* another one is under way */
    if (rc != SQLITE_OK) return failed(handle(c), rc, "checkpoint", e);
    *frames = in_log;
    *left = in_log - done;
    /* SQLite syncs the file only when the log's end is reached, and then with all that has gathered: whoever reaches
     * it, the writer perhaps, would wait for tens of milliseconds. */
    sqlite3_file *file = NULL;
    rc = done ? sqlite3_file_control(handle(c), "main", SQLITE_FCNTL_FILE_POINTER, &file) : SQLITE_OK;
    if (rc == SQLITE_OK && file && file->pMethods)
        rc = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    return rc == SQLITE_OK ? ST_OK : failed(handle(c), rc, "checkpoint", e);
}

static enum st sl_integrity(struct conn *c, struct err *e)
{
    sqlite3_stmt *s;
    int rc = sqlite3_prepare_v2(handle(c), "PRAGMA integrity_check", -1, &s, NULL);
    if (rc != SQLITE_OK) return failed(handle(c), rc, "integrity_check", e);
    enum st st = ST_OK;
    rc = sqlite3_step(s);
    const char *words = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : sqlite3_errmsg(handle(c));
    if (rc != SQLITE_ROW || !words || strcmp(words, "ok") != 0)
        st = err_fail(e, ST_IO, "err.damaged", "the database is damaged: %s", words ? words : "no answer");
    sqlite3_finalize(s);
    return st;
}

static enum st sl_backup(struct conn *c, const char *path, struct err *e)
{
    sqlite3 *to = NULL;
    int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_backup *b = sqlite3_backup_init(to, "main", handle(c), "main");
        if (b) {
            sqlite3_backup_step(b, -1);
            sqlite3_backup_finish(b);
        }
        rc = sqlite3_errcode(to);
    }
    enum st st = rc == SQLITE_OK ? ST_OK : failed(to, rc, path, e);
    sqlite3_close(to);
    return st;
}

const struct driver driver_sqlite = {
    .dialect = DIALECT_SQLITE,
    .open = sl_open,
    .close = sl_close,
    .exec = sl_exec,
    .begin = sl_begin,
    .commit = sl_commit,
    .rollback = sl_rollback,
    .prepare = sl_prepare,
    .reset = sl_reset,
    .bind = sl_bind,
    .step = sl_step,
    .run = sl_run,
    .col_i64 = sl_i64,
    .col_f64 = sl_f64,
    .col_text = sl_text,
    .col_blob = sl_blob,
    .col_is_null = sl_null,
    .others_wrote = sl_others_wrote,
    .checkpoint = sl_checkpoint,
    .integrity = sl_integrity,
    .backup = sl_backup,
    .blob_type = "BLOB",
    .text_type = "TEXT",
    .double_type = "REAL",
    .norowid = "WITHOUT ROWID",
    .only_postgresql = "--",
};
