#include "core/writer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/hub.h"
#include "base/log.h"

enum { QUEUE_MAX = 4096, BATCH_MAX = 256 };
enum { LOG_LONG = 20000, GREW_LITTLE = 1000, ROUNDS_MAX = 6 }; /* pages of the log */

struct queue {
    struct command *first, **last;
    size_t n;
};

struct writer {
    struct app *app;
    struct conn *conn;
    struct conn *checkpoint_conn;
    pthread_t thread, checkpointer;
    pthread_mutex_t lock;
    pthread_cond_t wake, checkpoint_wake;
    struct queue people, bulk;
    bool stopping, checkpoint_stop;
    bool log_is_long; /* the writer is to finish it */
};

static void queue_put(struct queue *q, struct command *c)
{
    c->next = NULL;
    *q->last = c;
    q->last = &c->next;
    q->n++;
}

static struct command *queue_take(struct queue *q, size_t most)
{
    struct command *first = q->first, **p = &q->first;
    for (size_t i = 0; i < most && *p; i++) p = &(*p)->next;
    q->first = *p;
    *p = NULL;
    if (!q->first) q->last = &q->first;
    size_t taken = 0;
    for (struct command *c = first; c; c = c->next) taken++;
    q->n -= taken;
    return first;
}

static void queue_init(struct queue *q) { *q = (struct queue){.last = &q->first}; }

/* Runs each set of a batch, in the order in which its first command arrived. */
static enum st run_sets(struct app *app, struct tx *tx, struct command **cmds, size_t n, struct err *e)
{
    struct command *members[BATCH_MAX];
    for (size_t i = 0; i < n; i++) {
        const struct command_set *set = cmds[i]->set;
        bool is_first = set != NULL;
        for (size_t k = 0; k < i && is_first; k++) is_first = cmds[k]->set != set;
        if (!is_first) continue;
        size_t m = 0;
        for (size_t k = i; k < n; k++)
            if (cmds[k]->set == set) members[m++] = cmds[k];
        TRY(set->run(app, tx, members, m, e));
    }
    return ST_OK;
}

/* Runs a command in a savepoint. What the storage refused is the batch's failure; what the command refused is its
 * own. */
static enum st run_alone(struct app *app, struct tx *tx, struct command *c, struct err *e)
{
    TRY(tx_savepoint(tx, e));
    size_t staged = hub_staged(app->hub);
    c->st = c->run(app, tx, c, &c->err);
    if (c->st != ST_OK) hub_unstage(app->hub, staged);
    if (c->st == ST_IO || c->st == ST_FULL || c->st == ST_BUSY) {
        *e = c->err;
        return c->st;
    }
    return c->st == ST_OK ? tx_savepoint_keep(tx, e) : tx_savepoint_undo(tx, e);
}

/* Runs the batch in one transaction. On failure it is rolled back and the commands' statuses are undefined. */
static enum st run_together(struct app *app, struct conn *conn, struct command **cmds, size_t n, struct err *e)
{
    struct tx *tx;
    size_t staged = hub_staged(app->hub);
    TRY(tx_write(conn, __atomic_load_n(&app->district_id, __ATOMIC_ACQUIRE), &tx, e));
    for (size_t i = 0; i < n; i++) cmds[i]->st = ST_OK;
    enum st st = run_sets(app, tx, cmds, n, e);
    for (size_t i = 0; st == ST_OK && i < n; i++)
        if (!cmds[i]->set) st = run_alone(app, tx, cmds[i], e);
    if (st == ST_OK) st = tx_commit(tx, e);
    else tx_rollback(tx);
    if (st != ST_OK) {
        app_caches_clear(app); /* what they kept is not on disk */
        hub_unstage(app->hub, staged);
    }
    return st;
}

/* Tells live views of what each set has changed; what failed tells nothing. */
static void publish_sets(struct app *app, struct command **cmds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (cmds[i]->set && cmds[i]->st == ST_OK) cmds[i]->set->publish(app, cmds[i]);
}

void writer_batch(struct app *app, struct conn *conn, struct command *first)
{
    struct command *cmds[BATCH_MAX];
    struct err e = {0};
    size_t n = 0;
    for (struct command *c = first; c && n < BATCH_MAX; c = c->next) cmds[n++] = c;
    enum st st = run_together(app, conn, cmds, n, &e);
    if (st != ST_OK && n > 1) {
        log_line(LOG_WARN, "batch", "%zu commands run one by one: %s", n, e.detail);
        for (size_t i = 0; i < n; i++) {
            st = run_together(app, conn, &cmds[i], 1, &e);
            if (st != ST_OK) {
                cmds[i]->st = st;
                cmds[i]->err = e;
            }
        }
    } else if (st != ST_OK && n == 1) {
        cmds[0]->st = st;
        cmds[0]->err = e;
        if (st != ST_INVALID && st != ST_DENIED && st != ST_CONFLICT && st != ST_NOT_FOUND)
            log_line(LOG_ERROR, "write", "%s", e.detail);
    }
    bool forget = false;
    for (size_t i = 0; i < n; i++) forget = forget || !(cmds[i]->set || cmds[i]->leaves_memory);
    if (forget) app_caches_clear(app);
    publish_sets(app, cmds, n);
    hub_publish_staged(app->hub);
    for (size_t i = 0; i < n; i++) cmds[i]->done(cmds[i]);
}

/* Every second what is in the log moves into the file, beside the writer. Under a steady load it never gets to the end
 * of the log, which then grows: when it has grown long, a few rounds bring it near the end, and the writer does the
 * rest between two batches, so that the next one begins the log anew. */
static void *checkpoint_loop(void *arg)
{
    struct writer *w = arg;
    struct err e;
    pthread_mutex_lock(&w->lock);
    while (!w->checkpoint_stop) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += 1; /* a page that many answers touch is moved once for all of them */
        pthread_cond_clockwait(&w->checkpoint_wake, &w->lock, CLOCK_MONOTONIC, &until);
        pthread_mutex_unlock(&w->lock);
        int frames = 0, before = 0, left;
        for (int round = 0; round < ROUNDS_MAX; round++) {
            before = frames;
            if (conn_checkpoint(w->checkpoint_conn, &frames, &left, &e) != ST_OK)
                log_line(LOG_WARN, "checkpoint", "%s", e.detail);
            if (frames <= LOG_LONG || frames - before < GREW_LITTLE) break;
        }
        if (frames > LOG_LONG) __atomic_store_n(&w->log_is_long, true, __ATOMIC_RELEASE);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* By the writer, between two batches. */
static void finish_log(struct writer *w)
{
    struct err e;
    int frames, left;
    if (!__atomic_exchange_n(&w->log_is_long, false, __ATOMIC_ACQ_REL)) return;
    if (conn_checkpoint(w->conn, &frames, &left, &e) != ST_OK) log_line(LOG_WARN, "checkpoint", "%s", e.detail);
}

static void *write_loop(void *arg)
{
    struct writer *w = arg;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->people.n && !w->bulk.n && !w->stopping) pthread_cond_wait(&w->wake, &w->lock);
        if (!w->people.n && !w->bulk.n) break;
        struct command *first = w->people.n ? queue_take(&w->people, BATCH_MAX) : queue_take(&w->bulk, 1);
        pthread_mutex_unlock(&w->lock);
        writer_batch(w->app, w->conn, first);
        finish_log(w);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

enum st writer_start(struct app *app, struct err *e)
{
    struct writer *w = calloc(1, sizeof *w);
    if (!w) return err_fail(e, ST_NOMEM, "err.memory", "writer");
    w->app = app;
    queue_init(&w->people);
    queue_init(&w->bulk);
    enum st st = conn_open(app->db, CONN_WRITE, &w->conn, e);
    if (st == ST_OK && db_is_sqlite(app->db)) st = conn_open(app->db, CONN_WRITE, &w->checkpoint_conn, e);
    if (st != ST_OK) {
        conn_close(w->conn);
        free(w);
        return st;
    }
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    pthread_cond_init(&w->checkpoint_wake, NULL);
    app->writer = w;
    pthread_create(&w->thread, NULL, write_loop, w);
    if (w->checkpoint_conn) pthread_create(&w->checkpointer, NULL, checkpoint_loop, w);
    return ST_OK;
}

void writer_stop(struct app *app)
{
    struct writer *w = app->writer;
    if (!w) return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    if (w->checkpoint_conn) {
        pthread_mutex_lock(&w->lock);
        w->checkpoint_stop = true;
        pthread_cond_signal(&w->checkpoint_wake);
        pthread_mutex_unlock(&w->lock);
        pthread_join(w->checkpointer, NULL);
        conn_close(w->checkpoint_conn);
    }
    conn_close(w->conn);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->wake);
    pthread_cond_destroy(&w->checkpoint_wake);
    free(w);
    app->writer = NULL;
}

enum st writer_submit(struct app *app, struct command *c, struct err *e)
{
    struct writer *w = app->writer;
    pthread_mutex_lock(&w->lock);
    struct queue *q = c->bulk ? &w->bulk : &w->people;
    bool refuse = w->stopping || q->n >= QUEUE_MAX, idle = !w->people.n && !w->bulk.n;
    if (!refuse) queue_put(q, c);
    if (!refuse && idle) pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    return refuse ? err_fail(e, ST_BUSY, "err.busy", "the queue of writes is full") : ST_OK;
}

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool done;
};

static void wake_waiting(struct command *c)
{
    struct waiting *x = c->done_arg;
    pthread_mutex_lock(&x->lock);
    x->done = true;
    pthread_cond_signal(&x->wake);
    pthread_mutex_unlock(&x->lock);
}

enum st writer_run(struct app *app, struct command *c, struct err *e)
{
    struct waiting x = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    c->done = wake_waiting;
    c->done_arg = &x;
    TRY(writer_submit(app, c, e));
    pthread_mutex_lock(&x.lock);
    while (!x.done) pthread_cond_wait(&x.wake, &x.lock);
    pthread_mutex_unlock(&x.lock);
    if (c->st != ST_OK) *e = c->err;
    return c->st;
}
