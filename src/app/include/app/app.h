/* The running program: what all actions share. Owned by main(); one per process.
 *
 * Rules, models and content are read into memory as immutable snapshots and replaced whole when they change; a snapshot
 * is held by a reference while it is in use.
 */
#ifndef APP_APP_H
#define APP_APP_H
#include <pthread.h>

#include "app/catalogue.h"
#include "app/regime.h"
#include "base/clock.h"
#include "base/id.h"
#include "store/db.h"

struct writer;
struct workers;
struct hub;
struct item_cache;
struct figures;
struct people;
struct states;

enum { STAMPS = 4 };

/* Everything about one district that changes seldom. */
struct snapshot {
    int refs;
    /* The latest import, framework edit, policy and model that were read: what has changed since, and the floor of ids.
     * Each by itself: two ids are never added. */
    int64_t stamp[STAMPS];
    int64_t district_id;
    char name[120], host[120];
    struct tz *zone;
    struct regime regime; /* policies and models, all versions */
    struct catalogue catalogue;
    struct arena arena;
};

struct app {
    struct db *db;
    struct clock clock;
    pthread_mutex_t id_lock;
    struct idgen ids;      /* for everything but facts; under id_lock */
    struct idgen fact_ids; /* the writer's own */
    char files_dir[500];   /* figures, by SHA-256 */
    struct writer *writer;
    struct workers *workers;
    struct hub *hub;
    struct item_cache *items;
    struct figures *figures; /* counted lately (app/figure.h) */
    struct people *people;
    struct states *states;     /* the writer's own */
    pthread_mutex_t lock;      /* guards snapshot */
    struct snapshot *snapshot; /* the district served */
    unsigned char secret[32];  /* of this process: CSRF tokens */
};

/* Opens nothing but memory; db is borrowed. files_dir may be NULL: "files" beside a database file. */
enum st app_init(struct app *app, struct db *db, struct clock clock, const char *files_dir, struct err *e) WARN_UNUSED;
void app_release(struct app *app);

int64_t app_now_ms(const struct app *app);
int64_t app_id(struct app *app); /* a new row id */

/* Read the district's rules and content anew. ST_NOT_FOUND: no district yet. */
enum st app_reload(struct app *app, struct conn *c, struct err *e) WARN_UNUSED;
/* The same, only when another process has written rules or content since. */
enum st app_refresh(struct app *app, struct conn *c, struct err *e) WARN_UNUSED;
struct snapshot *snapshot_hold(struct app *app);
void snapshot_drop(struct snapshot *s);

/* This thread's read connection; opened on first use, closed when the thread ends. */
enum st app_read_conn(struct app *app, struct conn **out, struct err *e) WARN_UNUSED;

#endif
