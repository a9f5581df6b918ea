/* What live views are told of a batch: of what is on disk, and of nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "core/hub.h"
#include "core/writer.h"
#include "start/app_start.h"
#include "unit.h"

struct world {
    char dir[64], told[2000];
    struct db *db;
    struct conn *conn;
    struct app app;
    struct err e;
};

static int64_t noon(void *ctx)
{
    (void)ctx;
    return 1795000000000;
}

static void hear(void *arg, const char *text, size_t n)
{
    struct world *w = arg;
    const char *data = strstr(text, "data: ");
    if (data) strncat(w->told, data + 6, strcspn(data + 6, "\n"));
    (void)n;
}

static void hold(void *arg) { (void)arg; }

/* What an access check does for a follower in doubt. */
static void trust(struct world *w)
{
    void *doubted[4];
    uint64_t generation;
    int64_t ids[] = {7, 8};
    size_t n = hub_doubted(w->app.hub, 0, hold, doubted, 4, &generation);
    for (size_t i = 0; i < n; i++) assert_int_equal(hub_trust(w->app.hub, doubted[i], generation, ids, 2), ST_OK);
}

static int begin(void **s)
{
    struct world *w = calloc(1, sizeof *w);
    char url[128];
    int applied;
    int64_t ids[] = {7, 8};
    strcpy(w->dir, "/tmp/waymark-writer-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(url, sizeof url, "%s/w.db", w->dir);
    if (db_open(url, &w->db, &w->e) != ST_OK || db_migrate(w->db, 1, &applied, &w->e) != ST_OK ||
        conn_open(w->db, CONN_WRITE, &w->conn, &w->e) != ST_OK ||
        app_init(&w->app, w->db, (struct clock){.now_ms = noon}, NULL, &w->e) != ST_OK)
        fail_msg("%s", w->e.detail);
    assert_int_equal(hub_join(w->app.hub, ids, 2, 0, hear, w), ST_OK);
    trust(w);
    *s = w;
    return 0;
}

static int end(void **s)
{
    struct world *w = *s;
    char cmd[128];
    hub_leave(w->app.hub, w);
    conn_close(w->conn);
    app_release(&w->app);
    db_close(w->db);
    snprintf(cmd, sizeof cmd, "rm -rf %s", w->dir);
    if (system(cmd)) fprintf(stderr, "%s is left\n", w->dir);
    free(w);
    return 0;
}

struct told {
    struct command command;
    int64_t learner_id;
    const char *data;
    enum st st;
};

static enum st run(struct app *app, struct tx *tx, struct command *c, struct err *e)
{
    struct told *t = (struct told *)c;
    (void)tx;
    hub_stage(app->hub, t->learner_id, "help", t->data);
    return t->st == ST_OK ? ST_OK : err_fail(e, t->st, "err.denied", "refused after it was told");
}

static void done(struct command *c) { (void)c; }

static struct told told(const char *data, int64_t learner_id, enum st st)
{
    return (struct told){{.run = run, .done = done, .leaves_memory = true}, learner_id, data, st};
}

static void what_is_refused_tells_nothing(void **s)
{
    struct world *w = *s;
    struct told a = told("a", 7, ST_OK), b = told("b", 7, ST_DENIED), c = told("c", 8, ST_OK), d = told("d", 9, ST_OK);
    a.command.next = &b.command;
    b.command.next = &c.command;
    c.command.next = &d.command;
    writer_batch(&w->app, w->conn, &a.command);
    assert_int_equal(b.command.st, ST_DENIED);
    assert_string_equal(w->told, "ac"); /* and d is of a learner who is not followed */
}

static void what_is_not_committed_tells_nothing(void **s)
{
    struct world *w = *s;
    struct told a = told("a", 7, ST_OK), b = told("b", 7, ST_OK);
    fault_arm(FAULT_COMMIT, 0);
    writer_batch(&w->app, w->conn, &a.command);
    assert_true(fault_disarm());
    assert_int_equal(a.command.st, ST_IO);
    assert_string_equal(w->told, "");
    /* A batch that fails runs again one by one: once told, of those that hold. */
    a.command.next = &b.command;
    fault_arm_times(FAULT_COMMIT, 0, 2);
    writer_batch(&w->app, w->conn, &a.command);
    assert_true(fault_disarm());
    assert_int_equal(a.command.st, ST_IO);
    assert_int_equal(b.command.st, ST_OK);
    trust(w); /* a failed batch puts every stream in doubt */
    assert_string_equal(w->told, "b");
}

static void who_is_in_doubt_waits(void **s)
{
    struct world *w = *s;
    struct told a = told("a", 7, ST_OK), b = told("b", 8, ST_OK);
    hub_doubt(w->app.hub);
    writer_batch(&w->app, w->conn, &a.command);
    hub_heartbeat(w->app.hub);
    assert_string_equal(w->told, "");
    trust(w);
    assert_string_equal(w->told, "a");
    writer_batch(&w->app, w->conn, &b.command);
    assert_string_equal(w->told, "ab");
    /* Rights that were looked at before the doubt count for nothing. */
    void *doubted[4];
    uint64_t generation;
    int64_t ids[] = {7};
    hub_doubt(w->app.hub);
    assert_int_equal(hub_doubted(w->app.hub, 0, hold, doubted, 4, &generation), 1);
    hub_doubt(w->app.hub);
    assert_int_equal(hub_trust(w->app.hub, w, generation, ids, 1), ST_OK);
    writer_batch(&w->app, w->conn, &a.command);
    assert_string_equal(w->told, "ab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_refused_tells_nothing, begin, end),
        cmocka_unit_test_setup_teardown(what_is_not_committed_tells_nothing, begin, end),
        cmocka_unit_test_setup_teardown(who_is_in_doubt_waits, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
