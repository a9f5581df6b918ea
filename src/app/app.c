#include "app/app.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/figure.h"
#include "app/hub.h"
#include "app/items.h"
#include "app/people.h"
#include "app/state.h"
#include "app/workers.h"
#include "app/writer.h"
#include "base/text.h"

enum { SNAPSHOT_BYTES = 512u << 20 };

/* Connections of threads: one each, closed when the thread ends. Only one app lives in a process. */
static pthread_key_t read_key;
static pthread_once_t read_once = PTHREAD_ONCE_INIT;
static void close_conn(void *c) { conn_close(c); }
static void make_key(void) { pthread_key_create(&read_key, close_conn); }

enum st app_read_conn(struct app *app, struct conn **out, struct err *e)
{
    pthread_once(&read_once, make_key);
    struct conn *c = pthread_getspecific(read_key);
    if (!c) {
        TRY(conn_open(app->db, CONN_READ, &c, e));
        pthread_setspecific(read_key, c);
    }
    *out = c;
    return ST_OK;
}

enum st app_init(struct app *app, struct db *db, struct clock clock, const char *files_dir, struct err *e)
{
    *app = (struct app){.db = db, .clock = clock};
    if (sodium_init() < 0) return err_fail(e, ST_BUG, "err.bug", "libsodium does not start");
    pthread_mutex_init(&app->lock, NULL);
    pthread_mutex_init(&app->id_lock, NULL);
    randombytes_buf(app->secret, sizeof app->secret);
    app->ids.node = app->fact_ids.node = randombytes_uniform(1024);
    if (files_dir) {
        snprintf(app->files_dir, sizeof app->files_dir, "%s", files_dir);
    } else if (db_is_sqlite(db)) {
        const char *slash = strrchr(db_url(db), '/');
        snprintf(app->files_dir, sizeof app->files_dir, "%.*sfiles", slash ? (int)(slash + 1 - db_url(db)) : 0,
                 db_url(db));
    } else {
        snprintf(app->files_dir, sizeof app->files_dir, "files");
    }
    app->hub = hub_new();
    app->items = item_cache_new(4096);
    app->figures = figures_new();
    app->people = people_new();
    app->states = states_new();
    if (!app->hub || !app->items || !app->figures || !app->people || !app->states)
        return err_fail(e, ST_NOMEM, "err.memory", "start");
    return ST_OK;
}

void app_release(struct app *app)
{
    workers_stop(app);
    writer_stop(app);
    pthread_once(&read_once, make_key);
    struct conn *c = pthread_getspecific(read_key);
    pthread_setspecific(read_key, NULL);
    conn_close(c);
    if (app->snapshot) snapshot_drop(app->snapshot);
    app->snapshot = NULL;
    hub_free(app->hub);
    item_cache_free(app->items);
    figures_free(app->figures);
    people_free(app->people);
    states_free(app->states);
    pthread_mutex_destroy(&app->lock);
    pthread_mutex_destroy(&app->id_lock);
}

int64_t app_now_ms(const struct app *app) { return clock_now_ms(&app->clock); }

int64_t app_id(struct app *app)
{
    pthread_mutex_lock(&app->id_lock);
    int64_t id = id_next(&app->ids, app_now_ms(app), 0);
    pthread_mutex_unlock(&app->id_lock);
    return id;
}

static enum st first_district(struct conn *c, struct snapshot *s, struct err *e)
{
    struct tx tx;
    struct stmt *q;
    bool row = false;
    TRY(tx_read(c, 0, &tx, e));
    enum st st = tx_stmt(&tx, SQL_district_all, &q, e);
    if (st == ST_OK) st = stmt_step(q, &row, e);
    if (st == ST_OK && !row)
        st = err_fail(e, ST_NOT_FOUND, "err.no_district",
                      "the database has no district yet: run `waymark init --db …` or `waymark demo`");
    if (st == ST_OK) {
        s->district_id = col_i64(q, 0);
        snprintf(s->name, sizeof s->name, "%s", col_text(q, 1));
        snprintf(s->host, sizeof s->host, "%s", col_text(q, 2));
    }
    tx_rollback(&tx);
    return st;
}

static enum st load_zone(struct tx *tx, struct snapshot *s, struct err *e)
{
    struct stmt *q;
    bool row;
    char zone[80] = "";
    TRY(tx_stmt(tx, SQL_org_list, &q, e));
    for (;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        if (!*zone && *col_text(q, 4)) snprintf(zone, sizeof zone, "%s", col_text(q, 4));
    }
    s->zone = *zone ? tz_open(zone) : NULL;
    return ST_OK;
}

static enum st read_stamp(struct tx *tx, int64_t out[STAMPS], struct err *e)
{
    struct stmt *q;
    bool row;
    TRY(tx_stmt(tx, SQL_content_stamp, &q, e));
    TRY(stmt_step(q, &row, e));
    for (int i = 0; i < STAMPS; i++) out[i] = row ? col_i64(q, i) : 0;
    return ST_OK;
}

static enum st load(struct conn *c, struct snapshot *s, struct err *e)
{
    struct tx tx;
    TRY(first_district(c, s, e));
    TRY(tx_read(c, s->district_id, &tx, e));
    enum st st = read_stamp(&tx, s->stamp, e);
    if (st == ST_OK) st = load_zone(&tx, s, e);
    if (st == ST_OK) st = catalogue_load(&tx, &s->arena, &s->catalogue, e);
    if (st == ST_OK) st = regime_load(&tx, &s->arena, &s->catalogue, &s->regime, e);
    tx_rollback(&tx);
    return st;
}

enum st app_reload(struct app *app, struct conn *c, struct err *e)
{
    struct snapshot *s = calloc(1, sizeof *s);
    if (!s) return err_fail(e, ST_NOMEM, "err.memory", "snapshot");
    s->refs = 1;
    arena_init(&s->arena, SNAPSHOT_BYTES);
    enum st st = load(c, s, e);
    if (st != ST_OK) {
        snapshot_drop(s);
        return st;
    }
    pthread_mutex_lock(&app->lock);
    struct snapshot *old = app->snapshot;
    app->snapshot = s;
    pthread_mutex_unlock(&app->lock);
    /* The floor is the greatest of them. Versions are known by their order: one made after the clock was set back must
     * still be the latest. */
    pthread_mutex_lock(&app->id_lock);
    for (int i = 0; i < STAMPS; i++)
        if (s->stamp[i] > app->ids.last) app->ids.last = s->stamp[i];
    pthread_mutex_unlock(&app->id_lock);
    if (old) snapshot_drop(old);
    return ST_OK;
}

enum st app_refresh(struct app *app, struct conn *c, struct err *e)
{
    struct snapshot *s = snapshot_hold(app);
    int64_t now[STAMPS] = {0};
    struct tx tx;
    enum st st = tx_read(c, s->district_id, &tx, e);
    if (st == ST_OK) {
        st = read_stamp(&tx, now, e);
        tx_rollback(&tx);
    }
    bool same = memcmp(now, s->stamp, sizeof now) == 0;
    snapshot_drop(s);
    return st != ST_OK || same ? st : app_reload(app, c, e);
}

struct snapshot *snapshot_hold(struct app *app)
{
    pthread_mutex_lock(&app->lock);
    struct snapshot *s = app->snapshot;
    if (s) __atomic_add_fetch(&s->refs, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&app->lock);
    return s;
}

void snapshot_drop(struct snapshot *s)
{
    if (__atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) > 0) return;
    tz_free(s->zone);
    arena_release(&s->arena);
    free(s);
}
