#include "core/app.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

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

enum st app_core_init(struct app *app, struct db *db, struct clock clock, const char *files_dir, struct err *e)
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
    return ST_OK;
}

void app_core_release(struct app *app)
{
    pthread_once(&read_once, make_key);
    struct conn *c = pthread_getspecific(read_key);
    pthread_setspecific(read_key, NULL);
    conn_close(c);
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

void app_ids_above(struct app *app, int64_t id)
{
    pthread_mutex_lock(&app->id_lock);
    if (id > app->ids.last) app->ids.last = id;
    pthread_mutex_unlock(&app->id_lock);
}

void app_caches_clear(struct app *app)
{
    for (size_t i = 0; i < app->caches_count; i++) app->caches_clear[i](app);
}

void app_caches_add(struct app *app, void (*clear)(struct app *app))
{
    assert(app->caches_count < APP_CACHES_MAX);
    app->caches_clear[app->caches_count++] = clear;
}
