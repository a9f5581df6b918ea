/* The store, every test on SQLite and on PostgreSQL. The second is the server that WAYMARK_TEST_PG names (a URL of any
 * database that may create another one), or a private one for the time of this run. */
#include <float.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/rng.h"
#include "base/text.h"
#include "driver.h"
#include "stmt.h"
#include "store/answer.h"
#include "store/sql/answer.h"
#include "store/sql/framework.h"
#include "store/sql/import.h"
#include "store/sql/outside.h"
#include "store/sql/roster.h"
#include "unit.h"

enum { DISTRICT = 9 };

static char folder[64], pg_url[512]; /* pg_url empty: there is none */
static bool pg_started;
static PGconn *pg_admin;
static char pg_name[64];

struct world {
    bool pg;
    char url[512];
    struct db *db;
    struct conn *conn;
    struct arena a;
    struct err e;
};

/* --- two databases --- */

static void pg_run(PGconn *c, const char *sql)
{
    PGresult *r = PQexec(c, sql);
    ExecStatusType s = PQresultStatus(r);
    if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK) {
        PQclear(r);
        fail_msg("%s: %s", sql, PQerrorMessage(c));
    }
    PQclear(r);
}

/* The URL of another database on the same server. */
static void url_with(const char *url, const char *name, char *out, size_t cap)
{
    const char *slash = strstr(url, "://"), *rest = NULL;
    if (slash) slash = strchr(slash + 3, '/');
    if (slash) rest = strchr(slash, '?');
    snprintf(out, cap, "%.*s/%s%s", slash ? (int)(slash - url) : (int)strlen(url), url, name, rest ? rest : "");
}

static bool start_private(char *url, size_t cap)
{
    char cmd[512], path[100];
    snprintf(path, sizeof path, "%s/url", folder);
    snprintf(cmd, sizeof cmd, "python3 %s/tests/server/pg.py start %s/pg >%s 2>/dev/null", SOURCE, folder, path);
    if (system(cmd) != 0) return false;
    FILE *f = fopen(path, "r");
    bool ok = f && fgets(url, (int)cap, f);
    if (f) fclose(f);
    if (ok) url[strcspn(url, "\n")] = 0;
    return pg_started = ok;
}

static int group_begin(void **s)
{
    (void)s;
    char url[400] = "", sql[128];
    const char *given = getenv("WAYMARK_TEST_PG");
    strcpy(folder, "/tmp/waymark-store-XXXXXX");
    if (!mkdtemp(folder) || chmod(folder, 0711) != 0) return -1;
    if (given) snprintf(url, sizeof url, "%s", given);
    else if (!start_private(url, sizeof url)) url[0] = 0;
    if (!url[0]) {
        fprintf(stderr, "\n*** PostgreSQL is not here: half of this suite is SKIPPED (set WAYMARK_TEST_PG, or install "
                        "postgresql) ***\n\n");
        return 0;
    }
    pg_admin = PQconnectdb(url);
    if (PQstatus(pg_admin) != CONNECTION_OK) {
        fprintf(stderr, "%s: %s\n", url, PQerrorMessage(pg_admin));
        return -1;
    }
    snprintf(pg_name, sizeof pg_name, "waymark_store_%d", (int)getpid());
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'", pg_name);
    pg_run(pg_admin, sql);
    url_with(url, pg_name, pg_url, sizeof pg_url);
    return 0;
}

static int group_end(void **s)
{
    (void)s;
    char cmd[300];
    if (pg_admin && pg_url[0]) {
        snprintf(cmd, sizeof cmd, "DROP DATABASE IF EXISTS %s WITH (FORCE)", pg_name);
        PQclear(PQexec(pg_admin, cmd));
    }
    PQfinish(pg_admin);
    if (pg_started) {
        snprintf(cmd, sizeof cmd, "python3 %s/tests/server/pg.py stop %s/pg", SOURCE, folder);
        if (system(cmd)) fprintf(stderr, "%s/pg runs still\n", folder);
    }
    snprintf(cmd, sizeof cmd, "rm -rf %s", folder);
    return system(cmd);
}

static void raw(struct world *w, const char *sql)
{
    if (w->conn->driver->exec(w->conn, sql, &w->e) != ST_OK) fail_msg("%s", w->e.detail);
}

/* An empty database. */
static int begin_empty(void **s, bool pg)
{
    static int serial;
    struct world *w = calloc(1, sizeof *w);
    *s = w;
    w->pg = pg;
    arena_init(&w->a, 64u << 20);
    if (pg && !pg_url[0]) return 0;
    if (pg) {
        PGconn *c = PQconnectdb(pg_url);
        pg_run(c, "SET client_min_messages = error; SET lock_timeout = '5s'; DROP SCHEMA public CASCADE; CREATE SCHEMA "
                  "public");
        PQfinish(c);
        snprintf(w->url, sizeof w->url, "%s", pg_url);
    } else {
        snprintf(w->url, sizeof w->url, "%s/s%d.db", folder, ++serial);
    }
    return db_open(w->url, &w->db, &w->e) == ST_OK ? 0 : -1;
}

static int begin_current(void **s, bool pg)
{
    int applied;
    if (begin_empty(s, pg) != 0) return -1;
    struct world *w = *s;
    if (!w->db) return 0;
    if (db_migrate(w->db, 1, &applied, &w->e) == ST_OK && conn_open(w->db, CONN_WRITE, &w->conn, &w->e) == ST_OK)
        return 0;
    fprintf(stderr, "%s\n", w->e.detail);
    return -1;
}

static int empty_sqlite(void **s) { return begin_empty(s, false); }
static int empty_postgresql(void **s) { return begin_empty(s, true); }
static int current_sqlite(void **s) { return begin_current(s, false); }
static int current_postgresql(void **s) { return begin_current(s, true); }

static int finish(void **s)
{
    struct world *w = *s;
    fault_disarm();
    arena_release(&w->a);
    conn_close(w->conn);
    db_close(w->db);
    free(w);
    return 0;
}

#define WORLD(s) \
    struct world *w = *(s); \
    if (!w->db) skip()
#define OK(call) \
    do { \
        if ((call) != ST_OK) fail_msg("%s: %s", #call, w->e.detail); \
    } while (0)

static void assert_code(const struct world *w, const char *code)
{
    char is[64];
    err_code(&w->e, is, sizeof is);
    if (strcmp(is, code) != 0) fail_msg("%s, not %s: %s", is, code, w->e.detail);
}

/* --- rows to write --- */

static struct evidence sample(int64_t learner_id, int64_t id)
{
    return (struct evidence){.learner_id = learner_id,
                             .evidence_id = id,
                             .client_id = "client-0001",
                             .kind = EVIDENCE_RESPONSE,
                             .item_id = 31,
                             .item_version = 2,
                             .variant = 77,
                             .score = 0.5,
                             .attempt = 1,
                             .hints = 3,
                             .took_ms = 4000,
                             .answered_at_ms = 1790000000000,
                             .school_date = 20717,
                             .policy_id = 5,
                             .model_id = 6,
                             .shown_error = 1};
}

/* One fact of a learner; false: there is none. */
static bool fact_at(struct world *w, struct tx *tx, int64_t learner_id, int64_t evidence_id, struct evidence *out)
{
    struct evidence *list;
    size_t n;
    OK(evidence_list(tx, &w->a, learner_id, evidence_id - 1, evidence_id + 1, &list, &n, &w->e));
    if (n) *out = list[0];
    return n == 1;
}

static size_t facts_of(struct world *w, struct tx *tx, int64_t learner_id)
{
    struct evidence *list;
    size_t n;
    OK(evidence_list(tx, &w->a, learner_id, INT64_MIN, INT64_MAX, &list, &n, &w->e));
    return n;
}

/* Everything of a learner that a write set leaves, counted in a transaction of its own. */
static size_t rows_of(struct world *w, int64_t learner_id)
{
    struct tx *tx;
    struct state_row s;
    struct mastery_row *m;
    size_t n;
    int64_t id, hash;
    OK(tx_read(w->conn, DISTRICT, &tx, &w->e));
    size_t facts = facts_of(w, tx, learner_id);
    OK(state_get(tx, &w->a, learner_id, &s, &w->e));
    OK(mastery_list(tx, &w->a, learner_id, &m, &n, &w->e));
    OK(response_find(tx, learner_id, "client-0001", &id, &hash, &w->e));
    tx_rollback(tx);
    return facts + n + (s.version != 0) + (id != 0);
}

enum { WRITE_SET_ROWS = 4 };

/* What one answer writes, as the writer does it. */
static enum st write_set(struct conn *c, struct arena *a, int64_t learner_id, struct err *e)
{
    struct tx *tx;
    struct state_row row;
    struct evidence v = sample(learner_id, 400), *list;
    struct mastery_row m = {learner_id, 8, 0.25, 1, 1, 1, 0, 400, 5, 6}, *rows;
    int64_t id, hash, ids[] = {learner_id, learner_id + 1};
    struct state_row many[2];
    size_t n;
    TRY(tx_write(c, DISTRICT, &tx, e));
    enum st st = states_get(tx, a, ids, 2, many, e);
    if (st == ST_OK) st = state_take(tx, a, learner_id, &row, e);
    if (st == ST_OK) st = response_find(tx, learner_id, v.client_id, &id, &hash, e);
    if (st == ST_OK) st = evidence_insert(tx, &v, e);
    if (st == ST_OK)
        st = sql_response_insert(tx,
                                 &(struct sql_response_insert_in){.learner_id = learner_id,
                                                                  .client_id = v.client_id,
                                                                  .evidence_id = v.evidence_id,
                                                                  .body_hash = 99,
                                                                  .response = "\"3/4\""},
                                 e);
    if (st == ST_OK) st = mastery_set(tx, &m, e);
    if (st == ST_OK) {
        row.state = "state";
        row.n = 5;
        st = state_write(tx, &row, e);
    }
    if (st == ST_OK) st = evidence_list(tx, a, learner_id, 0, INT64_MAX, &list, &n, e);
    if (st == ST_OK) st = mastery_list(tx, a, learner_id, &rows, &n, e);
    if (st == ST_OK) return tx_commit(tx, e);
    tx_rollback(tx);
    return st;
}

/* --- schema --- */

static void an_empty_database_becomes_current_once(void **s)
{
    WORLD(s);
    int applied = -1;
    assert_int_equal(db_schema_check(w->db, &w->e), ST_NOT_FOUND);
    OK(db_migrate(w->db, 1790000000000, &applied, &w->e));
    assert_true(applied >= 1);
    assert_int_equal(applied, sql_migration_count);
    OK(db_schema_check(w->db, &w->e));
    OK(db_migrate(w->db, 1790000000001, &applied, &w->e));
    assert_int_equal(applied, 0);
    OK(conn_open(w->db, CONN_WRITE, &w->conn, &w->e));
    OK(conn_integrity(w->conn, &w->e));
    OK(write_set(w->conn, &w->a, 1, &w->e));
}

static void a_newer_or_another_schema_is_refused(void **s)
{
    WORLD(s);
    int applied;
    raw(w, "INSERT INTO schema_migration (number, name, checksum, applied_at_ms) VALUES (9999, 'of tomorrow', 1, 1)");
    assert_int_equal(db_schema_check(w->db, &w->e), ST_DENIED);
    assert_code(w, "err.schema_newer");
    assert_int_equal(db_migrate(w->db, 2, &applied, &w->e), ST_DENIED);
    assert_code(w, "err.schema_newer");
    assert_int_equal(applied, 0);
    raw(w, "DELETE FROM schema_migration WHERE number = 9999");
    OK(db_migrate(w->db, 2, &applied, &w->e));
    raw(w, "UPDATE schema_migration SET checksum = checksum - 1 WHERE number = 1");
    assert_int_equal(db_migrate(w->db, 2, &applied, &w->e), ST_DENIED);
    assert_code(w, "err.schema_differs");
}

static void a_migration_is_whole_or_not_there(void **s)
{
    WORLD(s);
    static const enum fault_kind kinds[] = {FAULT_STMT, FAULT_COMMIT};
    int applied;
    for (size_t k = 0; k < 2; k++)
        for (long n = 0;; n++) {
            struct err e = {0};
            fault_arm(kinds[k], n);
            enum st st = db_migrate(w->db, 1, &applied, &e);
            if (!fault_disarm()) {
                assert_int_equal(st, ST_OK);
                break;
            }
            assert_int_equal(st, ST_IO);
            if (!k) assert_int_equal(db_schema_check(w->db, &e), ST_NOT_FOUND);
            assert_true(n < 100);
        }
    OK(db_schema_check(w->db, &w->e));
}

/* --- the inventory --- */

struct column {
    char table[64], name[64], type[32];
};
enum { COLUMNS_MAX = 600 };

static int by_name(const void *a, const void *b)
{
    const struct column *x = a, *y = b;
    int t = strcmp(x->table, y->table);
    return t ? t : strcmp(x->name, y->name);
}

static void add(struct column *list, size_t *n, const char *table, const char *name, const char *type)
{
    assert_true(*n < COLUMNS_MAX);
    struct column *c = &list[(*n)++];
    snprintf(c->table, sizeof c->table, "%s", table);
    snprintf(c->name, sizeof c->name, "%s", name);
    snprintf(c->type, sizeof c->type, "%s", type);
}

static size_t read_inventory(struct column *list)
{
    char line[1000], table[64] = "";
    size_t n = 0;
    FILE *f = fopen(SOURCE "/docs/data-inventory.md", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        char name[64], type[32];
        if (sscanf(line, "## %63s", table) == 1) continue;
        if (sscanf(line, "| %63[a-z0-9_] | %31[a-z ] |", name, type) == 2 && strcmp(name, "column") != 0)
            add(list, &n, table, name, strtok(type, " "));
    }
    fclose(f);
    return n;
}

/* The page's word for a type of the database. */
static const char *plain_type(const char *type)
{
    static const char *const words[][2] = {{"REAL", "double"}, {"double precision", "double"}, {"BYTEA", "blob"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_ieq(type, words[i][0])) return words[i][1];
    static char low[32];
    snprintf(low, sizeof low, "%.*s", (int)strcspn(type, " "), type);
    for (char *p = low; *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p + 32);
    return low;
}

static size_t live_sqlite(const char *url, struct column *list)
{
    sqlite3 *db;
    sqlite3_stmt *q;
    size_t n = 0;
    assert_int_equal(sqlite3_open(url, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT m.name, c.name, c.type FROM sqlite_schema m, pragma_table_info(m.name) "
                                        "c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
                                        -1, &q, NULL),
                     SQLITE_OK);
    while (sqlite3_step(q) == SQLITE_ROW)
        add(list, &n, (const char *)sqlite3_column_text(q, 0), (const char *)sqlite3_column_text(q, 1),
            plain_type((const char *)sqlite3_column_text(q, 2)));
    sqlite3_finalize(q);
    sqlite3_close(db);
    return n;
}

static size_t live_postgresql(const char *url, struct column *list)
{
    PGconn *c = PQconnectdb(url);
    PGresult *r = PQexec(
        c, "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'");
    size_t n = 0;
    for (int i = 0; i < PQntuples(r); i++)
        add(list, &n, PQgetvalue(r, i, 0), PQgetvalue(r, i, 1), plain_type(PQgetvalue(r, i, 2)));
    PQclear(r);
    PQfinish(c);
    return n;
}

static void the_inventory_names_every_column_that_is_there(void **s)
{
    WORLD(s);
    struct column *said = calloc(COLUMNS_MAX, sizeof *said), *is = calloc(COLUMNS_MAX, sizeof *is);
    assert_true(said && is);
    size_t n = read_inventory(said), m = w->pg ? live_postgresql(w->url, is) : live_sqlite(w->url, is), kept = 0,
           faults = 0;
    for (size_t i = 0; i < m; i++) /* the schema's own book says nothing of anybody */
        if (strcmp(is[i].table, "schema_migration") != 0) is[kept++] = is[i];
    assert_true(n > 200);
    qsort(said, n, sizeof *said, by_name);
    qsort(is, kept, sizeof *is, by_name);
    for (size_t i = 0, k = 0; i < n || k < kept;) {
        int order = i == n ? 1 : k == kept ? -1 : by_name(&said[i], &is[k]);
        if (order < 0) fprintf(stderr, "%s.%s is in the inventory, not in the database\n", said[i].table, said[i].name);
        else if (order > 0)
            fprintf(stderr, "%s.%s is in the database, not in the inventory\n", is[k].table, is[k].name);
        else if (strcmp(said[i].type, is[k].type) != 0)
            fprintf(stderr, "%s.%s is %s, the inventory says %s\n", is[k].table, is[k].name, is[k].type, said[i].type);
        faults += order != 0 || strcmp(said[i].type, is[k].type) != 0;
        i += order <= 0;
        k += order >= 0;
    }
    free(said);
    free(is);
    assert_int_equal(faults, 0);
}

/* --- values --- */

static void numbers_come_back_bit_for_bit(void **s)
{
    WORLD(s);
    struct rng r;
    struct tx *tx;
    double values[400] = {0,           1,
                          1.0 / 3,     0.1,
                          DBL_MAX,     -DBL_MAX,
                          DBL_MIN,     DBL_TRUE_MIN,
                          DBL_EPSILON, 1 - DBL_EPSILON / 2,
                          5e15,        9007199254740993.0};
    static const int64_t whole[] = {INT64_MIN,     INT64_MIN + 1, -1, 0, 1, (INT64_C(1) << 53) + 1,
                                    INT64_MAX - 1, INT64_MAX};
    enum { VALUES = 400, FIRST = 12 };
    rng_seed(&r, 3);
    for (size_t i = FIRST; i < VALUES; i++) do {
            uint64_t bits = i % 2 ? rng_u64(&r) : 0;
            if (i % 2) memcpy(&values[i], &bits, 8);
            else values[i] = rng_unit(&r);
        } while (!(values[i] - values[i] == 0.0) || values[i] == 0.0);
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    for (size_t i = 0; i < VALUES; i++) {
        struct evidence v = sample(1, (int64_t)i + 1);
        v.score = values[i];
        v.variant = whole[i % 8];
        v.took_ms = whole[(i / 8) % 8];
        OK(evidence_insert(tx, &v, &w->e));
    }
    struct evidence v = sample(INT64_MAX, INT64_MIN + 1);
    v.school_date = INT32_MIN;
    v.hints = INT32_MAX;
    OK(evidence_insert(tx, &v, &w->e));
    OK(tx_commit(tx, &w->e));
    OK(tx_read(w->conn, DISTRICT, &tx, &w->e));
    struct evidence *list, one;
    size_t n;
    OK(evidence_list(tx, &w->a, 1, 0, INT64_MAX, &list, &n, &w->e));
    assert_int_equal(n, VALUES);
    for (size_t i = 0; i < VALUES; i++) {
        if (memcmp(&list[i].score, &values[i], 8) != 0) fail_msg("%.17g came back as %.17g", values[i], list[i].score);
        assert_true(list[i].variant == whole[i % 8] && list[i].took_ms == whole[(i / 8) % 8]);
    }
    assert_true(fact_at(w, tx, INT64_MAX, INT64_MIN + 1, &one));
    assert_true(one.school_date == INT32_MIN && one.hints == INT32_MAX);
    tx_rollback(tx);
}

static void text_and_bytes_come_back_as_they_were(void **s)
{
    WORLD(s);
    static const char *const texts[] = {"",
                                        "'",
                                        "''; DROP TABLE evidence; --",
                                        "\"quoted\" \\back\\ `tick` $1 :name ?1 %s",
                                        "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xe2\x80\xae \xef\xbb\xbf",
                                        "line\r\nline\ttab\x01\x7f",
                                        "NULL",
                                        " "};
    struct tx *tx;
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct evidence v = sample(2, (int64_t)i + 1);
        v.client_id = texts[i];
        OK(evidence_insert(tx, &v, &w->e));
        OK(sql_response_insert(tx,
                               &(struct sql_response_insert_in){.learner_id = 2,
                                                                .client_id = texts[i],
                                                                .evidence_id = v.evidence_id,
                                                                .body_hash = (int64_t)i,
                                                                .response = texts[i]},
                               &w->e));
    }
    /* As much as a question's response may hold and more. */
    size_t size = 1 << 20;
    unsigned char *big = arena_alloc(&w->a, size);
    for (size_t i = 0; i < size; i++) big[i] = (unsigned char)(i * 7 + i / 256);
    const struct {
        const void *p;
        size_t n;
    } blobs[] = {{big, size}, {big, 256}, {"\0\0", 2}, {"", 0}, {NULL, 0}, {"\\x41", 4}};
    for (size_t i = 0; i < sizeof blobs / sizeof *blobs; i++) {
        struct state_row r = {.learner_id = 50 + (int64_t)i, .state = blobs[i].p, .n = blobs[i].n};
        OK(state_write(tx, &r, &w->e));
    }
    OK(tx_commit(tx, &w->e));
    OK(tx_read(w->conn, DISTRICT, &tx, &w->e));
    struct evidence *list;
    size_t n;
    OK(evidence_list(tx, &w->a, 2, 0, INT64_MAX, &list, &n, &w->e));
    assert_int_equal(n, sizeof texts / sizeof *texts);
    for (size_t i = 0; i < n; i++) {
        int64_t id, hash;
        assert_string_equal(list[i].client_id, texts[i]);
        OK(response_find(tx, 2, texts[i], &id, &hash, &w->e));
        assert_int_equal(id, i + 1);
        struct sql_response_get_row r;
        bool found;
        OK(sql_response_get(tx, &(struct sql_response_get_in){.learner_id = 2, .evidence_id = (int64_t)i + 1}, &r,
                            &found, &w->e));
        assert_true(found);
        assert_string_equal(r.response, texts[i]);
    }
    for (size_t i = 0; i < sizeof blobs / sizeof *blobs; i++) {
        struct state_row r;
        OK(state_get(tx, &w->a, 50 + (int64_t)i, &r, &w->e));
        assert_int_equal(r.version, 1);
        assert_int_equal(r.n, blobs[i].n);
        if (r.n) assert_memory_equal(r.state, blobs[i].p, r.n);
    }
    tx_rollback(tx);
}

static void every_query_can_be_prepared(void **s)
{
    WORLD(s);
    struct tx *tx;
    struct stmt *q;
    OK(tx_read(w->conn, DISTRICT, &tx, &w->e));
    for (int id = 0; id < SQL_COUNT; id++)
        if (tx_stmt(tx, (enum sql_id)id, &q, &w->e) != ST_OK) fail_msg("%s", w->e.detail);
    tx_rollback(tx);
}

static enum st add_goal(struct tx *tx, int64_t id, const char *title, const double *meets_score, struct err *e)
{
    return sql_goal_insert(tx,
                           &(struct sql_goal_insert_in){.goal_id = id,
                                                        .client_id = title,
                                                        .title = title,
                                                        .counted_by = "state",
                                                        .share = 0.5,
                                                        .test = "",
                                                        .subject = "",
                                                        .meets_score = meets_score ? *meets_score : 7.5,
                                                        .meets_score_is_null = !meets_score,
                                                        .author_id = 1},
                           NULL, e);
}

static void no_id_and_no_number_are_null(void **s)
{
    WORLD(s);
    static const double zero = 0.0;
    struct tx *tx;
    struct rows rows;
    struct sql_goal_list_row goal;
    struct sql_coverage_row seen;
    struct evidence v = sample(3, 1), out;
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    v.competency_id = v.item_id = 0;
    OK(evidence_insert(tx, &v, &w->e));
    v.competency_id = 8;
    v.evidence_id = 2;
    OK(evidence_insert(tx, &v, &w->e));
    OK(add_goal(tx, 1, "a", NULL, &w->e));
    OK(add_goal(tx, 2, "b", &zero, &w->e));
    OK(tx_commit(tx, &w->e));
    OK(tx_read(w->conn, DISTRICT, &tx, &w->e));
    OK(sql_goal_list(tx, &rows, &w->e));
    assert_true(sql_goal_list_next(&rows, &goal));
    assert_true(goal.meets_score_is_null && goal.meets_score == 0.0 && goal.competency_id == 0);
    assert_true(sql_goal_list_next(&rows, &goal));
    assert_true(!goal.meets_score_is_null && goal.meets_score == 0.0);
    assert_false(sql_goal_list_next(&rows, &goal));
    OK(rows_end(&rows));
    /* The query leaves out evidence whose competency is NULL. */
    OK(sql_coverage_seen(tx, &rows, &w->e));
    assert_true(sql_coverage_seen_next(&rows, &seen) && seen.competency_id == 8 && seen.count == 1);
    assert_false(sql_coverage_seen_next(&rows, &seen));
    OK(rows_end(&rows));
    assert_true(fact_at(w, tx, 3, 1, &out));
    assert_true(out.competency_id == 0 && out.item_id == 0);
    tx_rollback(tx);
    /* Another district has none of it. */
    OK(tx_read(w->conn, DISTRICT + 1, &tx, &w->e));
    assert_int_equal(facts_of(w, tx, 3), 0);
    tx_rollback(tx);
}

static void what_is_not_found_empties_its_row(void **s)
{
    WORLD(s);
    struct tx *tx;
    struct sql_state_row state = {.version = 7, .state = {"x", 1}};
    struct sql_class_get_row class = {.title = "x", .org_id = 7};
    bool found = true;
    OK(tx_read(w->conn, DISTRICT, &tx, &w->e));
    OK(sql_class_get(tx, 99, &class, &found, &w->e));
    assert_false(found);
    assert_string_equal(class.title, "");
    assert_int_equal(class.org_id, 0);
    OK(sql_state_get(tx, 99, &state, NULL, &w->e));
    assert_true(state.version == 0 && state.state.n == 0);
    found = true;
    OK(sql_relation_guardian(tx, &(struct sql_relation_guardian_in){.user_id = 1, .learner_id = 2}, &found, &w->e));
    assert_false(found);
    tx_rollback(tx);
}

static enum st enroll(struct tx *tx, int64_t class_id, int64_t learner_id, struct err *e)
{
    struct sql_enrollment_set_row r;
    struct rows rows;
    TRY(sql_enrollment_set(tx,
                           &(struct sql_enrollment_set_in){.enrollment_id = class_id * 100 + learner_id,
                                                           .class_id = class_id,
                                                           .user_id = learner_id,
                                                           .role = "student",
                                                           .starts_on_is_null = true,
                                                           .ends_on_is_null = true},
                           &rows, e));
    while (sql_enrollment_set_next(&rows, &r)) assert_int_equal(r.enrollment_id, class_id * 100 + learner_id);
    return rows_end(&rows);
}

static enum st add_states(struct tx *tx, int64_t class_id, int64_t learners, struct err *e)
{
    for (int64_t id = 1; id <= learners; id++) {
        char bytes[8];
        snprintf(bytes, sizeof bytes, "state%d", (int)id);
        TRY(enroll(tx, class_id, id, e));
        TRY(sql_state_set(tx, &(struct sql_state_set_in){.learner_id = id, .state = {bytes, strlen(bytes)}}, e));
    }
    return ST_OK;
}

static void borrowed_text_stays_until_the_query_runs_again(void **s)
{
    WORLD(s);
    struct tx *tx;
    struct sql_response_get_row first, second;
    struct sql_evidence_after_row count;
    struct sql_class_states_row r;
    struct rows rows;
    int64_t n = 0;
    OK(write_set(w->conn, &w->a, 5, &w->e));
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    OK(add_states(tx, 70, 3, &w->e));
    OK(tx_commit(tx, &w->e));
    OK(tx_read(w->conn, DISTRICT, &tx, &w->e));
    OK(sql_response_get(tx, &(struct sql_response_get_in){.learner_id = 5, .evidence_id = 400}, &first, NULL, &w->e));
    OK(sql_evidence_after(tx, &(struct sql_evidence_after_in){.learner_id = 5}, &count, NULL, &w->e));
    assert_string_equal(first.response, "\"3/4\"");
    OK(sql_response_get(tx, &(struct sql_response_get_in){.learner_id = 5, .evidence_id = 400}, &second, NULL, &w->e));
    assert_string_equal(second.response, "\"3/4\"");
    OK(sql_class_states(tx, 70, &rows, &w->e));
    while (sql_class_states_next(&rows, &r)) {
        char want[8];
        snprintf(want, sizeof want, "state%d", (int)++n);
        OK(sql_evidence_after(tx, &(struct sql_evidence_after_in){.learner_id = 5}, &count, NULL,
                              &w->e)); /* another query between two rows */
        assert_true(r.learner_id == n && r.state.n == 6 && memcmp(r.state.p, want, 6) == 0);
    }
    OK(rows_end(&rows));
    assert_int_equal(n, 3);
    tx_rollback(tx);
}

static void an_error_among_the_rows_ends_the_loop(void **s)
{
    WORLD(s);
    struct tx *tx;
    struct sql_class_states_row r;
    struct rows rows;
    int n = 0;
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    OK(add_states(tx, 70, 3, &w->e));
    OK(tx_commit(tx, &w->e));
    OK(tx_read(w->conn, DISTRICT, &tx, &w->e));
    OK(sql_class_states(tx, 70, &rows, &w->e));
    fault_arm(FAULT_STMT, 2);
    while (sql_class_states_next(&rows, &r)) n++;
    assert_true(fault_disarm());
    assert_int_equal(n, 2);
    assert_int_equal(rows_end(&rows), ST_IO);
    assert_int_equal(rows_end(&rows), ST_IO);
    assert_false(sql_class_states_next(&rows, &r));
    OK(sql_class_states(tx, 70, &rows, &w->e)); /* it can run again */
    for (n = 0; sql_class_states_next(&rows, &r);) n++;
    OK(rows_end(&rows));
    assert_int_equal(n, 3);
    tx_rollback(tx);
}

static void a_query_cannot_run_within_its_own_rows(void **s)
{
    WORLD(s);
    struct tx *tx;
    struct sql_class_states_row r;
    struct rows outer, inner;
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    OK(add_states(tx, 70, 3, &w->e));
    OK(tx_commit(tx, &w->e));
    OK(tx_read(w->conn, DISTRICT, &tx, &w->e));
    OK(sql_class_states(tx, 70, &outer, &w->e));
    assert_true(sql_class_states_next(&outer, &r) && r.learner_id == 1);
    assert_int_equal(sql_class_states(tx, 70, &inner, &w->e), ST_BUG);
    assert_false(sql_class_states_next(&inner, &r));
    assert_int_equal(rows_end(&inner), ST_BUG);
    assert_true(sql_class_states_next(&outer, &r) && r.learner_id == 2); /* the outer one goes on */
    OK(rows_end(&outer));                                                /* left before its last row */
    OK(sql_class_states(tx, 70, &inner, &w->e));
    assert_true(sql_class_states_next(&inner, &r) && r.learner_id == 1);
    tx_rollback(tx); /* so is a loop that nobody ended */
    OK(tx_read(w->conn, DISTRICT, &tx, &w->e));
    OK(sql_class_states(tx, 70, &inner, &w->e));
    OK(rows_end(&inner));
    tx_rollback(tx);
}

static void a_statement_tells_how_many_rows_it_changed(void **s)
{
    WORLD(s);
    struct tx *tx;
    int64_t changed = -1;
    struct sql_goal_end_in end = {.goal_id = 1, .now_ms = 5};
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    OK(sql_goal_end(tx, &end, &changed, &w->e));
    assert_int_equal(changed, 0);
    OK(add_goal(tx, 1, "a", NULL, &w->e));
    OK(add_goal(tx, 1, "a", NULL, &w->e)); /* the same client_id */
    OK(sql_goal_end(tx, &end, &changed, &w->e));
    assert_int_equal(changed, 1);
    OK(sql_goal_end(tx, &end, NULL, &w->e));
    tx_rollback(tx);
}

/* --- transactions --- */

static void a_savepoint_is_kept_or_undone(void **s)
{
    WORLD(s);
    struct tx *tx;
    struct evidence v = sample(4, 1);
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    OK(evidence_insert(tx, &v, &w->e));
    for (int64_t i = 2; i <= 5; i++) {
        OK(tx_savepoint(tx, &w->e));
        v.evidence_id = i;
        OK(evidence_insert(tx, &v, &w->e));
        if (i % 2) OK(tx_savepoint_keep(tx, &w->e));
        else OK(tx_savepoint_undo(tx, &w->e));
    }
    assert_int_equal(facts_of(w, tx, 4), 3);
    OK(tx_savepoint(tx, &w->e)); /* what failed inside is undone too, and the rest goes on */
    v.evidence_id = 1;
    enum st st = evidence_insert(tx, &v, &w->e);
    struct sql_evidence_after_row count;
    if (st == ST_OK) st = sql_evidence_after(tx, &(struct sql_evidence_after_in){.learner_id = 4}, &count, NULL, &w->e);
    assert_int_equal(st, ST_CONFLICT);
    OK(tx_savepoint_undo(tx, &w->e));
    assert_int_equal(facts_of(w, tx, 4), 3);
    OK(tx_commit(tx, &w->e));
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    assert_int_equal(facts_of(w, tx, 4), 3);
    tx_rollback(tx);
    tx_rollback(tx); /* harmless */
}

static void a_conflict_leaves_nothing_and_the_connection_works(void **s)
{
    WORLD(s);
    struct tx *tx;
    OK(write_set(w->conn, &w->a, 5, &w->e));
    for (int round = 0; round < 3; round++) {
        struct evidence v = sample(6, 1);
        OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
        OK(evidence_insert(tx, &v, &w->e));
        enum st st = sql_response_insert(
            tx,
            &(struct sql_response_insert_in){
                .learner_id = 5, .client_id = "client-0001", .evidence_id = 400, .body_hash = 1, .response = "1"},
            &w->e); /* is there */
        if (st == ST_OK) st = tx_commit(tx, &w->e);
        else tx_rollback(tx);
        assert_int_equal(st, ST_CONFLICT);
        assert_code(w, "err.conflict");
        assert_int_equal(rows_of(w, 6), 0);
        assert_int_equal(rows_of(w, 5), WRITE_SET_ROWS);
    }
    OK(write_set(w->conn, &w->a, 6, &w->e));
    assert_int_equal(rows_of(w, 6), WRITE_SET_ROWS);
}

/* On PostgreSQL the first error ends it: what comes after is refused, and it cannot be committed. */
static void after_an_error_the_transaction_cannot_be_committed(void **s)
{
    WORLD(s);
    struct tx *tx;
    struct evidence v = sample(7, 1);
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    OK(evidence_insert(tx, &v, &w->e));
    assert_int_not_equal(w->conn->driver->exec(w->conn, "INSERT INTO nowhere VALUES (1)", &w->e), ST_OK);
    if (w->pg) {
        struct evidence *list;
        size_t n;
        assert_int_not_equal(evidence_list(tx, &w->a, 7, 0, INT64_MAX, &list, &n, &w->e), ST_OK);
        assert_int_not_equal(tx_commit(tx, &w->e), ST_OK);
    } else {
        tx_rollback(tx);
    }
    assert_int_equal(rows_of(w, 7), 0);
    OK(write_set(w->conn, &w->a, 7, &w->e));
}

static void a_reader_sees_one_moment(void **s)
{
    WORLD(s);
    struct conn *reader;
    struct tx *r, *again;
    OK(conn_open(w->db, CONN_READ, &reader, &w->e));
    OK(write_set(w->conn, &w->a, 10, &w->e));
    OK(tx_read(reader, DISTRICT, &r, &w->e));
    assert_int_equal(facts_of(w, r, 10), 1);
    OK(write_set(w->conn, &w->a, 11, &w->e));
    assert_int_equal(rows_of(w, 11), WRITE_SET_ROWS);
    assert_int_equal(facts_of(w, r, 11), 0);
    assert_int_equal(facts_of(w, r, 10), 1);
    /* It may not write. */
    assert_int_not_equal(state_set(r, &(struct state_row){.learner_id = 10, .state = "x", .n = 1}, &w->e) == ST_OK
                             ? tx_commit(r, &w->e)
                             : ST_IO,
                         ST_OK);
    tx_rollback(r);
    OK(tx_read(reader, DISTRICT, &again, &w->e));
    assert_int_equal(facts_of(w, again, 11), 1);
    tx_rollback(again);
    conn_close(reader);
}

/* --- the answer path's rows --- */

static void facts_go_round(void **s)
{
    WORLD(s);
    struct tx *tx;
    struct evidence v = sample(20, 100), out, *list;
    size_t n;
    v.competency_id = 8;
    v.recorder_id = 9;
    v.replaces_id = 10;
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    for (int64_t id = 100; id < 200; id++) {
        v.evidence_id = id;
        OK(evidence_insert(tx, &v, &w->e));
    }
    OK(tx_commit(tx, &w->e));
    OK(tx_read(w->conn, DISTRICT, &tx, &w->e));
    assert_true(fact_at(w, tx, 20, 150, &out));
    assert_true(out.learner_id == 20 && out.evidence_id == 150 && out.kind == v.kind && out.item_id == v.item_id &&
                out.item_version == v.item_version && out.variant == v.variant);
    assert_true(out.competency_id == 8 && out.score == v.score && out.attempt == v.attempt && out.hints == v.hints &&
                out.took_ms == v.took_ms && out.answered_at_ms == v.answered_at_ms);
    assert_true(out.school_date == v.school_date && out.policy_id == 5 && out.model_id == 6 && out.recorder_id == 9 &&
                out.replaces_id == 10 && out.shown_error == 1);
    assert_string_equal(out.client_id, v.client_id);
    assert_false(fact_at(w, tx, 20, 99, &out));
    OK(evidence_list(tx, &w->a, 20, 100, 110, &list, &n, &w->e)); /* between, both ends out */
    assert_int_equal(n, 9);
    for (size_t i = 0; i < n; i++) assert_int_equal(list[i].evidence_id, 101 + i);
    OK(evidence_list(tx, &w->a, 21, 0, INT64_MAX, &list, &n, &w->e));
    assert_int_equal(n, 0);
    tx_rollback(tx);
}

static void states_and_mastery_go_round(void **s)
{
    WORLD(s);
    struct tx *tx;
    struct state_row rows[3];
    struct mastery_row *m;
    int64_t ids[] = {33, 31, 32}, found[4];
    size_t n;
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    OK(state_write(tx, &(struct state_row){.learner_id = 31, .state = "one", .n = 3}, &w->e));
    OK(state_set(tx, &(struct state_row){.learner_id = 33, .state = "three", .n = 5}, &w->e));
    for (int64_t k = 3; k > 0; k--)
        OK(mastery_set(tx, &(struct mastery_row){31, k, 0.1 * (double)k, 1, 2, 3, 4, 5, 6, 7}, &w->e));
    OK(tx_commit(tx, &w->e));
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    /* again: the later one stands */
    OK(mastery_set(tx, &(struct mastery_row){31, 2, 0.75, 2, 12, 11, 10, 15, 16, 17}, &w->e));
    OK(tx_commit(tx, &w->e));
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    OK(states_get(tx, &w->a, ids, 3, rows, &w->e));
    assert_true(rows[0].learner_id == 33 && rows[0].version == 1 && rows[0].n == 5 &&
                memcmp(rows[0].state, "three", 5) == 0);
    assert_true(rows[1].learner_id == 31 && rows[1].version == 1 && rows[1].n == 3 &&
                memcmp(rows[1].state, "one", 3) == 0);
    assert_true(rows[2].learner_id == 32 && rows[2].version == 0 && rows[2].n == 0);
    OK(mastery_list(tx, &w->a, 31, &m, &n, &w->e));
    assert_int_equal(n, 3);
    assert_true(m[1].competency_id == 2 && m[1].p_known == 0.75 && m[1].level == 2 && m[1].evidence_count == 12 &&
                m[1].alone_count == 11 && m[1].right_count == 10);
    assert_true(m[1].last_evidence_id == 15 && m[1].policy_id == 16 && m[1].model_id == 17 && m[0].competency_id == 1 &&
                m[2].competency_id == 3);
    rows[1].state = "two";
    OK(state_write(tx, &rows[1], &w->e));
    OK(state_set(tx, &(struct state_row){.learner_id = 33, .state = "3", .n = 1}, &w->e));
    OK(tx_commit(tx, &w->e));
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    OK(state_take(tx, &w->a, 31, &rows[1], &w->e));
    assert_true(rows[1].version == 2 && memcmp(rows[1].state, "two", 3) == 0);
    OK(state_get(tx, &w->a, 33, &rows[0], &w->e));
    assert_true(rows[0].version == 2 && rows[0].n == 1);
    OK(learner_ids(tx, LEARNERS_WITH_MASTERY, 0, found, 4, &n, &w->e));
    assert_true(n == 1 && found[0] == 31);
    OK(sql_mastery_delete(tx, 31, &w->e));
    OK(sql_state_delete(tx, 31, &w->e));
    OK(tx_commit(tx, &w->e));
    assert_int_equal(rows_of(w, 31), 0);
}

static void two_writers_cannot_both_win(void **s)
{
    WORLD(s);
    struct tx *tx, *other_tx;
    struct conn *other;
    struct state_row row;
    OK(write_set(w->conn, &w->a, 40, &w->e));
    /* A first state where there is one. */
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    enum st st = state_write(tx, &(struct state_row){.learner_id = 40, .state = "x", .n = 1}, &w->e);
    if (st == ST_OK) st = tx_commit(tx, &w->e);
    else tx_rollback(tx);
    assert_int_equal(st, ST_CONFLICT);
    /* A version of before. */
    if (!w->pg) {
        OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
        assert_int_equal(
            state_write(tx, &(struct state_row){.learner_id = 40, .version = 7, .state = "x", .n = 1}, &w->e),
            ST_CONFLICT);
        tx_rollback(tx);
    }
    /* Who has taken it has it until the end. */
    OK(conn_open(w->db, CONN_WRITE, &other, &w->e));
    if (w->pg) OK(other->driver->exec(other, "SET lock_timeout = '50ms'", &w->e));
    OK(tx_write(w->conn, DISTRICT, &tx, &w->e));
    OK(state_take(tx, &w->a, 40, &row, &w->e));
    if (w->pg) {
        OK(tx_write(other, DISTRICT, &other_tx, &w->e));
        st = state_set(other_tx, &(struct state_row){.learner_id = 40, .state = "other", .n = 5}, &w->e);
        if (st == ST_OK) st = tx_commit(other_tx, &w->e);
        else tx_rollback(other_tx);
        assert_int_equal(st, ST_BUSY);
        OK(tx_write(other, DISTRICT, &other_tx, &w->e)); /* reading does not wait */
        struct state_row seen;
        OK(state_get(other_tx, &w->a, 40, &seen, &w->e));
        tx_rollback(other_tx);
    }
    row.state = "mine";
    row.n = 4;
    OK(state_write(tx, &row, &w->e));
    OK(tx_commit(tx, &w->e));
    OK(tx_read(other, DISTRICT, &other_tx, &w->e));
    OK(state_get(other_tx, &w->a, 40, &row, &w->e));
    assert_true(row.version == 2 && row.n == 4 && memcmp(row.state, "mine", 4) == 0);
    tx_rollback(other_tx);
    conn_close(other);
}

/* --- faults --- */

static void whatever_fails_nothing_is_half_written(void **s)
{
    WORLD(s);
    static const enum fault_kind kinds[] = {FAULT_STMT, FAULT_COMMIT, FAULT_ALLOC};
    for (size_t k = 0; k < 3; k++)
        for (long n = 0;; n++) {
            int64_t learner = 100 + (int64_t)k;
            struct arena a;
            struct err e = {0};
            arena_init(&a, 1 << 20);
            fault_arm(kinds[k], n);
            enum st st = write_set(w->conn, &a, learner, &e);
            bool fired = fault_disarm();
            arena_release(&a);
            if (!fired && st != ST_OK) fail_msg("%s", e.detail);
            if (!fired) {
                assert_true(n >= (kinds[k] == FAULT_COMMIT ? 1 : 5)); /* it was met on the way */
                assert_int_equal(rows_of(w, learner), WRITE_SET_ROWS);
                break;
            }
            if (st == ST_OK) fail_msg("fault %d at %ld was not told", (int)kinds[k], n);
            assert_int_equal(rows_of(w, learner), 0);
            assert_true(n < 200);
        }
}

#define ON(begin, f) \
    {#f " (SQLite)", f, begin##_sqlite, finish, NULL}, { #f " (PostgreSQL)", f, begin##_postgresql, finish, NULL }

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(empty, an_empty_database_becomes_current_once),
        ON(current, a_newer_or_another_schema_is_refused),
        ON(empty, a_migration_is_whole_or_not_there),
        ON(current, the_inventory_names_every_column_that_is_there),
        ON(current, numbers_come_back_bit_for_bit),
        ON(current, text_and_bytes_come_back_as_they_were),
        ON(current, every_query_can_be_prepared),
        ON(current, no_id_and_no_number_are_null),
        ON(current, what_is_not_found_empties_its_row),
        ON(current, borrowed_text_stays_until_the_query_runs_again),
        ON(current, an_error_among_the_rows_ends_the_loop),
        ON(current, a_query_cannot_run_within_its_own_rows),
        ON(current, a_statement_tells_how_many_rows_it_changed),
        ON(current, a_savepoint_is_kept_or_undone),
        ON(current, a_conflict_leaves_nothing_and_the_connection_works),
        ON(current, after_an_error_the_transaction_cannot_be_committed),
        ON(current, a_reader_sees_one_moment),
        ON(current, facts_go_round),
        ON(current, states_and_mastery_go_round),
        ON(current, two_writers_cannot_both_win),
        ON(current, whatever_fails_nothing_is_half_written),
    };
    return cmocka_run_group_tests(tests, group_begin, group_end);
}
