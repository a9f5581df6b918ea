/* Imports as they reach the database: twice the same, changed, closed, stopped by the brake, half of it gone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "start/app_start.h"
#include "import/import.h"
#include "base/fault.h"
#include "interop/report.h"
#include "problems.h"
#include "unit.h"
#include "policy/snapshot.h"
#include "store/sql/answer.h"
#include "store/sql/content.h"
#include "store/sql/identity.h"
#include "store/sql/import.h"

struct world {
    char dir[64];
    struct db *db;
    struct app app;
    struct conn *conn;
    struct arena a;
    struct import_report r;
    struct err e;
};

static int64_t noon(void *ctx)
{
    (void)ctx;
    return 1795000000000;
}

static enum st write_first_rows(struct tx *tx, struct err *e)
{
    TRY(sql_district_insert(tx, &(struct sql_district_insert_in){.name = "Invented", .host = ""}, NULL, e));
    TRY(sql_policy_insert(tx,
                          &(struct sql_policy_insert_in){.policy_id = 1,
                                                         .scope = "district",
                                                         .scope_id = 1,
                                                         .doc = "{\"import\":{\"close_share\":0.2}}",
                                                         .effective_at_ms = 1,
                                                         .recorded_at_ms = 1,
                                                         .recorder_id = 1,
                                                         .reason = "test"},
                          NULL, e));
    return sql_model_insert(
        tx,
        &(struct sql_model_insert_in){.model_id = 1,
                                      .kind = "bkt",
                                      .doc = "{\"default\":{\"prior\":0.3,\"learn\":0.15,\"guess\":0.2,\"slip\":0.1}}",
                                      .effective_at_ms = 1,
                                      .recorded_at_ms = 1},
        NULL, e);
}

static int begin(void **s)
{
    struct world *w = calloc(1, sizeof *w);
    char url[128];
    int applied;
    strcpy(w->dir, "/tmp/waymark-import-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(url, sizeof url, "%s/w.db", w->dir);
    if (db_open(url, &w->db, &w->e) != ST_OK || db_migrate(w->db, 1, &applied, &w->e) != ST_OK ||
        conn_open(w->db, CONN_WRITE, &w->conn, &w->e) != ST_OK)
        fail_msg("%s", w->e.detail);
    struct tx *tx;
    if (tx_write(w->conn, 77, &tx, &w->e) != ST_OK || write_first_rows(tx, &w->e) != ST_OK ||
        tx_commit(tx, &w->e) != ST_OK)
        fail_msg("%s", w->e.detail);
    struct clock clock = {.now_ms = noon};
    if (app_init(&w->app, w->db, clock, NULL, &w->e) != ST_OK || snapshot_reload(&w->app, w->conn, &w->e) != ST_OK)
        fail_msg("%s", w->e.detail);
    arena_init(&w->a, 512u << 20);
    *s = w;
    return 0;
}

static int end(void **s)
{
    struct world *w = *s;
    char cmd[128];
    arena_release(&w->a);
    conn_close(w->conn);
    app_release(&w->app);
    db_close(w->db);
    snprintf(cmd, sizeof cmd, "rm -rf %s", w->dir);
    if (system(cmd)) fprintf(stderr, "%s is left\n", w->dir);
    free(w);
    return 0;
}

static struct import_count all(const struct import_report *r)
{
    struct import_count c = {0};
    for (size_t i = 0; i < r->kind_count; i++) {
        c.added += r->kinds[i].added;
        c.changed += r->kinds[i].changed;
        c.closed += r->kinds[i].closed;
        c.unchanged += r->kinds[i].unchanged;
    }
    return c;
}

static enum st import_with(struct world *w, const char *kind, const char *path, struct import_options o)
{
    report_init(&w->r, &w->a);
    return app_import(&w->app, w->conn, kind, path, &o, &w->r, &w->e);
}

static enum st import(struct world *w, const char *kind, const char *path)
{
    return import_with(w, kind, path, (struct import_options){.close_share = -1});
}

static const char *fixture(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", FIXTURES, name);
    return path;
}

/* How many rows a query without parameters gives; row: as its row struct is called. */
#define ROWS(w, query, row) \
    ({ \
        struct tx *tx_; \
        struct rows rows_; \
        struct sql_##row##_row row_; \
        int64_t n_ = 0; \
        assert_int_equal(tx_read((w)->conn, 77, &tx_, &(w)->e), ST_OK); \
        assert_int_equal(sql_##query(tx_, &rows_, &(w)->e), ST_OK); \
        while (sql_##query##_next(&rows_, &row_)) n_++; \
        assert_int_equal(rows_end(&rows_), ST_OK); \
        tx_rollback(tx_); \
        n_; \
    })

static void twice_the_same_changes_nothing(void **s)
{
    struct world *w = *s;
    static const struct {
        const char *kind, *path;
    } sets[] = {{"oneroster", "oneroster-1.1"},
                {"oneroster", "oneroster-1.2"},
                {"oneroster", "sds-1"},
                {"oneroster", "sds-2.1"},
                {"case", "case"},
                {"asn", "asn"},
                {"oatutor", "oatutor"},
                {"mathcamps", "mathcamps"}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct import_options o = {.source = sets[i].path, .close_share = -1, .dry_run = true};
        assert_int_equal(import_with(w, sets[i].kind, fixture(sets[i].path), o), ST_OK);
        struct import_count dry = all(&w->r);
        o.dry_run = false;
        if (import_with(w, sets[i].kind, fixture(sets[i].path), o) != ST_OK)
            fail_msg("%s: %s", sets[i].path, w->e.detail);
        struct import_count first = all(&w->r);
        assert_true(first.added > 0);
        assert_int_equal(first.added, dry.added);
        assert_int_equal(import_with(w, sets[i].kind, fixture(sets[i].path), o), ST_OK);
        struct import_count second = all(&w->r);
        if (second.added || second.changed || second.closed)
            fail_msg("%s: %lld %lld %lld", sets[i].path, (long long)second.added, (long long)second.changed,
                     (long long)second.closed);
        assert_true(second.unchanged + 1 >= first.added); /* a course that was made for a class is not sent again */
    }
}

static void dry_run_writes_nothing(void **s)
{
    struct world *w = *s;
    struct import_options o = {.close_share = -1, .dry_run = true};
    assert_int_equal(import_with(w, "oneroster", fixture("oneroster-1.1"), o), ST_OK);
    assert_true(w->r.difference_count > 10);
    assert_non_null(w->r.stopped);
    assert_int_equal(ROWS(w, user_list, user_name), 0);
    assert_int_equal(ROWS(w, import_latest, import_latest), 0);
}

static void write_file(struct world *w, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", w->dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void school(struct world *w, int students, const char *name)
{
    char text[8192] = "sourcedId,orgSourcedIds,role,username,givenName,familyName\n",
         seats[8192] = "sourcedId,classSourcedId,userSourcedId,role\n";
    size_t n = strlen(text), m = strlen(seats);
    for (int i = 0; i < students; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "u%d,s1,student,user%d,%s,Test\n", i, i,
                              i == 0 ? name : "Some");
        m += (size_t)snprintf(seats + m, sizeof seats - m, "e%d,c1,u%d,student\n", i, i);
    }
    char dir[128];
    snprintf(dir, sizeof dir, "%s/in", w->dir);
    mkdir(dir, 0700);
    write_file(w, "in/orgs.csv", "sourcedId,name,type\ns1,Test School,school\n");
    write_file(w, "in/classes.csv", "sourcedId,title,schoolSourcedId\nc1,Maths,s1\n");
    write_file(w, "in/users.csv", text);
    write_file(w, "in/enrollments.csv", seats);
}

static const char *in(struct world *w)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/in", w->dir);
    return path;
}

static void who_is_missing_is_closed_not_erased(void **s)
{
    struct world *w = *s;
    school(w, 20, "Ada");
    assert_int_equal(import(w, "oneroster", in(w)), ST_OK);
    assert_int_equal(ROWS(w, user_list, user_name), 20);
    school(w, 19, "Ida");
    assert_int_equal(import(w, "oneroster", in(w)), ST_OK);
    assert_int_equal(report_kind(&w->r, "user")->closed, 1);
    assert_int_equal(report_kind(&w->r, "user")->changed, 1);
    assert_int_equal(report_kind(&w->r, "enrollment")->closed, 1);
    assert_int_equal(ROWS(w, user_list, user_name), 19);   /* active ones */
    assert_int_equal(ROWS(w, user_names, user_names), 20); /* all */
    school(w, 20, "Ida");
    assert_int_equal(import(w, "oneroster", in(w)), ST_OK); /* they are back, the same row */
    assert_int_equal(report_kind(&w->r, "user")->changed, 1);
    assert_int_equal(ROWS(w, user_names, user_names), 20);
}

static void the_brake_stops_before_the_first_row(void **s)
{
    struct world *w = *s;
    school(w, 20, "Ada");
    assert_int_equal(import(w, "oneroster", in(w)), ST_OK);
    school(w, 10, "Ida");
    assert_int_equal(import(w, "oneroster", in(w)), ST_DENIED);
    assert_int_equal(st_exit(ST_DENIED), 4);
    assert_int_equal(ROWS(w, user_list, user_name), 20);
    assert_int_equal(import_with(w, "oneroster", in(w), (struct import_options){.close_share = 1}), ST_OK);
    assert_int_equal(ROWS(w, user_list, user_name), 10);
}

static void another_source_closes_nothing_of_the_first(void **s)
{
    struct world *w = *s;
    school(w, 20, "Ada");
    assert_int_equal(import_with(w, "oneroster", in(w), (struct import_options){.source = "north", .close_share = -1}),
                     ST_OK);
    school(w, 3, "Ada");
    assert_int_equal(import_with(w, "oneroster", in(w), (struct import_options){.source = "south", .close_share = -1}),
                     ST_OK);
    assert_int_equal(all(&w->r).closed, 0);
    assert_int_equal(ROWS(w, user_list, user_name), 23);
    assert_int_equal(report_problems_of(&w->r, "roster.username_taken"), 3);
}

static void a_failed_import_goes_on_when_run_again(void **s)
{
    struct world *w = *s;
    school(w, 20, "Ada");
    for (long n = 0;; n += 7) {
        fault_arm(FAULT_STMT, n);
        enum st st = import(w, "oneroster", in(w));
        if (!fault_disarm()) {
            assert_int_equal(st, ST_OK);
            break;
        }
        assert_int_not_equal(st, ST_OK);
    }
    assert_int_equal(ROWS(w, user_list, user_name), 20);
    assert_int_equal(import(w, "oneroster", in(w)), ST_OK);
    struct import_count c = all(&w->r);
    assert_int_equal(c.added + c.changed + c.closed, 0);
}

static void content_aligns_and_keeps_its_figures(void **s)
{
    struct world *w = *s;
    char path[256];
    school(w, 2, "Ada");
    assert_int_equal(import(w, "oneroster", in(w)), ST_OK);
    assert_int_equal(import(w, "oatutor", fixture("oatutor")), ST_OK);
    assert_int_equal(report_kind(&w->r, "item")->added, 10);
    snprintf(path, sizeof path, "ls %s/files | wc -l | grep -qx 1", w->dir);
    assert_int_equal(system(path), 0);
    assert_int_equal(ROWS(w, course_competency_all, course_competency_all), 3); /* the class's course had no plan */
    assert_int_equal(import(w, "mathcamps", fixture("mathcamps")), ST_OK);
    assert_true(report_problems_of(&w->r, "content.standard_unknown") > 0);
    assert_true(ROWS(w, course_competency_all, course_competency_all) > 3);
}

static void what_cannot_be_read_leaves_nothing(void **s)
{
    struct world *w = *s;
    assert_int_equal(import(w, "oneroster", fixture("case")), ST_INVALID);
    assert_int_equal(import(w, "case", fixture("asn/small.json")), ST_INVALID);
    assert_int_equal(import(w, "oatutor", fixture("mathcamps")), ST_INVALID);
    assert_int_equal(import(w, "oneroster", "/no/such/file"), ST_NOT_FOUND);
    assert_int_equal(import(w, "poetry", fixture("asn")), ST_INVALID);
    assert_int_equal(ROWS(w, import_latest, import_latest), 0);
    assert_int_equal(ROWS(w, framework_all, framework_all), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {T(twice_the_same_changes_nothing),
                                       T(dry_run_writes_nothing),
                                       T(who_is_missing_is_closed_not_erased),
                                       T(the_brake_stops_before_the_first_row),
                                       T(another_source_closes_nothing_of_the_first),
                                       T(a_failed_import_goes_on_when_run_again),
                                       T(content_aligns_and_keeps_its_figures),
                                       T(what_cannot_be_read_leaves_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
