#include "derive/derive_worker.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "derive/rebuild.h"
#include "base/log.h"
#include "learning/histories.h"
#include "policy/snapshot.h"

struct derive_worker {
    struct app *app;
    struct conn *conn;
    pthread_t thread;
    atomic_bool stop;
};

static bool is_due(struct app *app)
{
    struct snapshot *s = snapshot_hold(app);
    bool due = policy_is_due(&s->policy_index, app_now_ms(app));
    snapshot_drop(s);
    return due;
}

/* At the first look, and at each new day: *seen is the day of the last. */
static void follow_moves(struct derive_worker *d, int32_t *seen)
{
    enum { LOOK_BACK_DAYS = 31 }; /* for a server that was stopped meanwhile */
    struct rebuild_report r = {0};
    struct err e = {0};
    struct snapshot *s = snapshot_hold(d->app);
    int32_t today = tz_date(s->zone, app_now_ms(d->app));
    snapshot_drop(s);
    if (*seen == today) return;
    if (rebuild_moved(d->app, d->conn, &d->stop, *seen ? *seen : today - LOOK_BACK_DAYS, today, &r, &e) != ST_OK) {
        log_line(LOG_WARN, "derive", "%s", e.detail); /* asked again in a second */
        return;
    }
    *seen = today;
    if (r.rows_differed)
        log_line(LOG_INFO, "derive", "%" PRId64 " learners have begun or left a school: %" PRId64 " levels are others",
                 r.learners, r.rows_differed);
}

static void pack(struct derive_worker *d)
{
    struct err e = {0};
    int64_t packed;
    /* next time */
    if (histories_extend(d->app, d->conn, &d->stop, &packed, &e) != ST_OK) log_line(LOG_WARN, "pack", "%s", e.detail);
    else if (packed) log_line(LOG_INFO, "pack", "histories of %" PRId64 " learners", packed);
}

static void *watch(void *arg)
{
    struct derive_worker *d = arg;
    enum { TURNS = 10, FIRST_PACK_S = 600, PACK_EACH_S = 6 * 3600 };
    int32_t seen = 0;
    const struct timespec turn = {.tv_nsec = 1000000000 / TURNS};
    for (int i = 0; !atomic_load(&d->stop); i++) {
        struct rebuild_report r = {0};
        struct err e = {0};
        bool done = false;
        if (i % TURNS == 0 && is_due(d->app)) {
            /* asked again in a second */
            if (rebuild_due(d->app, d->conn, &d->stop, &done, &r, &e) != ST_OK)
                log_line(LOG_WARN, "derive", "%s", e.detail);
            else if (done)
                log_line(LOG_INFO, "derive",
                         "rules came into force: %" PRId64 " learners, %" PRId64 " levels are others", r.learners,
                         r.rows_differed);
        }
        if (i % TURNS == 0) follow_moves(d, &seen);
        if (i % TURNS == 0 && i / TURNS % PACK_EACH_S == FIRST_PACK_S) pack(d);
        nanosleep(&turn, NULL);
    }
    return NULL;
}

enum st derive_worker_start(struct app *app, struct derive_worker **out, struct err *e)
{
    struct derive_worker *d = calloc(1, sizeof *d);
    if (!d) return err_fail(e, ST_NOMEM, "err.memory", "due");
    d->app = app;
    atomic_init(&d->stop, false);
    enum st st = conn_open(app->db, CONN_WRITE, &d->conn, e);
    if (st == ST_OK && pthread_create(&d->thread, NULL, watch, d) != 0) {
        conn_close(d->conn);
        st = err_fail(e, ST_NOMEM, "err.memory", "thread");
    }
    if (st != ST_OK) {
        free(d);
        return st;
    }
    *out = d;
    return ST_OK;
}

void derive_worker_stop(struct derive_worker *d)
{
    if (!d) return;
    atomic_store(&d->stop, true);
    pthread_join(d->thread, NULL);
    conn_close(d->conn);
    free(d);
}
