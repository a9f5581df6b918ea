/* The running program: what all actions share. Owned by main(); one per process.
 *
 * Each cache belongs to the room that makes it; here stand handles only, so that a room sees its own. `start` makes
 * them all.
 */
#ifndef CORE_APP_H
#define CORE_APP_H
#include <pthread.h>

#include "base/clock.h"
#include "base/id.h"
#include "store/db.h"

struct actor_cache;
struct hub;
struct item_cache;
struct measure_cache;
struct snapshot;
struct state_cache;
struct workers;
struct writer;

enum { APP_CACHES_MAX = 4 };

struct app {
    struct db *db;
    struct clock clock;
    int64_t district_id; /* the district served; 0 before its rules and content are read */
    pthread_mutex_t id_lock;
    struct idgen ids;      /* for everything but facts; under id_lock */
    struct idgen fact_ids; /* the writer's own */
    char files_dir[500];   /* images, by SHA-256 */
    struct writer *writer;
    struct workers *workers;
    struct hub *hub;
    struct item_cache *items;
    struct measure_cache *measures;
    struct actor_cache *actor_cache;
    struct state_cache *state_cache; /* the writer's own */
    pthread_mutex_t lock;            /* guards snapshot */
    struct snapshot *snapshot;       /* policy/snapshot.h */
    unsigned char secret[32];        /* of this process: CSRF tokens */
    /* What must not be believed after a write that may concern it: each cache's own function. */
    void (*caches_clear[APP_CACHES_MAX])(struct app *app);
    size_t caches_count;
};

/* Opens nothing but memory; db is borrowed. files_dir may be NULL: "files" beside a database file. Called by
 * app_init (start/app_start.h), which makes the caches. */
enum st app_core_init(struct app *app, struct db *db, struct clock clock, const char *files_dir,
                      struct err *e) WARN_UNUSED;
/* Stops the threads first; the caches are gone by then or outlive it. */
void app_core_release(struct app *app);

int64_t app_now_ms(const struct app *app);
int64_t app_id(struct app *app); /* a new row id */
/* Row ids rise above this one from now on: a version made after the clock was set back must still be the latest. */
void app_ids_above(struct app *app, int64_t id);

/* Clear every cache of what the database may say otherwise now. Any thread. */
void app_caches_clear(struct app *app);
/* Registers a cache's own function; before any thread starts. */
void app_caches_add(struct app *app, void (*clear)(struct app *app));

/* This thread's read connection; opened on first use, closed when the thread ends. */
enum st app_read_conn(struct app *app, struct conn **out, struct err *e) WARN_UNUSED;

#endif
