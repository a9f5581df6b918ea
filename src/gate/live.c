#include "gate/live.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/list.h"
#include "base/log.h"
#include "store/sql/roster.h"
#include "classroom/class.h"
#include "core/hub.h"

/* Outlives the call: the stream goes on after it. */
struct live {
    struct app *app;
    struct http_stream *stream;
    atomic_int refs;
    int64_t class_id;
    unsigned relations;
    bool by_token;
    char token[]; /* by which the rights are looked at again */
};

struct wanted {
    size_t n;
    int64_t last;
    int64_t *ids;
};

static void hold(void *arg) { atomic_fetch_add(&((struct live *)arg)->refs, 1); }

static void drop(struct live *l)
{
    if (atomic_fetch_sub(&l->refs, 1) > 1) return;
    memset(l->token, 0, strlen(l->token));
    free(l);
}

static void send_to(void *arg, const char *text, size_t n) { http_stream_send(((struct live *)arg)->stream, text, n); }
static void end_of(void *arg) { http_stream_end(((struct live *)arg)->stream); }

static void closed(void *arg, struct http_stream *s)
{
    struct live *l = arg;
    (void)s;
    hub_leave(l->app->hub, l);
    drop(l);
}

/* Rights, again -------------------------------------------------------------------------------------------------- */

static struct watch {
    struct app *app;
    pthread_t thread;
    atomic_bool stop;
    bool started;
} watch;

enum { AT_ONCE = 64, WAIT_MS = 1000, REST_MS = 50 };

/* The learners whom the stream may tell of now. ST_SIGN_IN, ST_DENIED: none any more. */
static enum st look_again(struct live *l, struct arena *a, int64_t **ids, size_t *n, struct err *e)
{
    struct conn *conn;
    struct tx *tx;
    struct actor who;
    struct class_scope scope;
    struct sql_class_students_row r;
    struct rows rows;
    size_t cap = 0;
    bool full = false;
    *ids = NULL;
    *n = 0;
    TRY(app_read_conn(l->app, &conn, e));
    TRY(tx_read(conn, __atomic_load_n(&l->app->district_id, __ATOMIC_ACQUIRE), &tx, e));
    enum st st = l->by_token ? actor_by_api_token(l->app, tx, l->token, &who, e)
                             : actor_by_session(l->app, tx, l->token, &who, e);
    if (st == ST_OK) st = may_class(tx, &who, l->relations, l->class_id, &scope, e);
    if (st == ST_OK) st = sql_class_students(tx, l->class_id, &rows, e);
    if (st == ST_OK) {
        while (!full && sql_class_students_next(&rows, &r)) {
            int64_t *id = LIST_ADD(a, *ids, *n, cap);
            full = !id;
            if (id) *id = r.user_id;
        }
        st = rows_end(&rows);
    }
    tx_rollback(tx);
    return st == ST_OK && full ? err_fail(e, ST_NOMEM, "err.memory", "live") : st;
}

static void judge(struct live *l, uint64_t generation)
{
    struct arena a;
    struct err e;
    int64_t *ids;
    size_t n;
    arena_init(&a, 1 << 20);
    enum st st = look_again(l, &a, &ids, &n, &e);
    if (st == ST_OK) st = hub_trust(l->app->hub, l, generation, ids, n);
    /* What a lost database leaves in doubt is asked again. */
    if (st == ST_SIGN_IN || st == ST_DENIED) hub_end(l->app->hub, l, end_of);
    else if (st != ST_OK) log_line(LOG_WARN, "live", "rights cannot be looked at: %s", e.detail);
    arena_release(&a);
}

static void *watch_rights(void *arg)
{
    (void)arg;
    const struct timespec rest = {.tv_nsec = REST_MS * 1000000l};
    while (!atomic_load(&watch.stop)) {
        void *doubted[AT_ONCE];
        uint64_t generation;
        size_t n = hub_doubted(watch.app->hub, WAIT_MS, hold, doubted, AT_ONCE, &generation);
        for (size_t i = 0; i < n; i++) {
            judge(doubted[i], generation);
            drop(doubted[i]);
        }
        if (n) nanosleep(&rest, NULL); /* one look for many writes */
    }
    return NULL;
}

enum st gate_live_start(struct app *app, struct err *e)
{
    watch.app = app;
    atomic_store(&watch.stop, false);
    if (pthread_create(&watch.thread, NULL, watch_rights, NULL) != 0)
        return err_fail(e, ST_NOMEM, "err.memory", "thread");
    watch.started = true;
    return ST_OK;
}

void gate_live_stop(void)
{
    if (!watch.started) return;
    atomic_store(&watch.stop, true);
    pthread_join(watch.thread, NULL);
    watch.started = false;
}

/* Streams ---------------------------------------------------------------------------------------------------------- */

static void start(struct call *c)
{
    static const char hello[] = "retry: 3000\n: here\n\n";
    const struct wanted *w = c->stream_arg;
    const char *auth = http_header_in(c->http, "Authorization"), *token = c->by_token && auth ? auth + strlen("Bearer ")
                                                                          : c->session_token  ? c->session_token
                                                                                              : "";
    size_t token_bytes = strlen(token) + 1;
    struct live *l = calloc(1, sizeof *l + token_bytes);
    if (!l) return; /* no reply: the server says 500 */
    l->app = c->app;
    atomic_init(&l->refs, 1);
    l->class_id = c->class_.class_id;
    l->relations = c->route->may;
    l->by_token = c->by_token;
    memcpy(l->token, token, token_bytes);
    l->stream = http_stream(c->http, closed, l);
    if (!l->stream) {
        free(l);
        return;
    }
    http_stream_send(l->stream, hello, sizeof hello - 1);
    if (hub_join(c->app->hub, w->ids, w->n, w->last, send_to, l) != ST_OK) http_stream_end(l->stream);
}

enum st gate_live(struct call *c, struct err *e)
{
    struct class_view v;
    struct wanted *w;
    const char *last = http_header_in(c->http, "Last-Event-ID");
    int64_t now = hub_last_id(c->app->hub);
    TRY(class_view(c->app, c->snapshot, c->tx, c->arena, &c->class_, &v, e));
    TRY(call_alloc(c, sizeof *w, (void **)&w, e));
    TRY(call_alloc(c, (v.learner_count + 1) * sizeof *w->ids, (void **)&w->ids, e));
    for (; w->n < v.learner_count; w->n++) w->ids[w->n] = v.learners[w->n].learner_id;
    if (!last || !parse_i64(last, &w->last) || w->last < 0) w->last = now;
    c->stream = start;
    c->stream_arg = w;
    return ST_OK;
}

void gate_live_close(struct app *app) { hub_close(app->hub, end_of); }
