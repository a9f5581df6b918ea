#include "start/app_start.h"

#include "access/actor_cache.h"
#include "content/items.h"
#include "core/hub.h"
#include "core/workers.h"
#include "core/writer.h"
#include "leading/measure.h"
#include "learning/state_cache.h"
#include "policy/snapshot.h"

enum { ITEMS_KEPT = 4096 };

static void clear_actors(struct app *app) { actor_cache_clear(app->actor_cache); }
static void clear_states(struct app *app) { state_cache_clear(app->state_cache); }
static void doubt_streams(struct app *app) { hub_doubt(app->hub); }

enum st app_init(struct app *app, struct db *db, struct clock clock, const char *files_dir, struct err *e)
{
    TRY(app_core_init(app, db, clock, files_dir, e));
    app->hub = hub_new();
    app->items = item_cache_new(ITEMS_KEPT);
    app->measures = measure_cache_new();
    app->actor_cache = actor_cache_new();
    app->state_cache = state_cache_new();
    if (!app->hub || !app->items || !app->measures || !app->actor_cache || !app->state_cache)
        return err_fail(e, ST_NOMEM, "err.memory", "start");
    app_caches_add(app, clear_actors);
    app_caches_add(app, clear_states);
    app_caches_add(app, doubt_streams); /* after the actors: who is asked again is read anew */
    return ST_OK;
}

void app_release(struct app *app)
{
    workers_stop(app);
    writer_stop(app);
    if (app->snapshot) snapshot_drop(app->snapshot);
    app->snapshot = NULL;
    hub_free(app->hub);
    item_cache_free(app->items);
    measure_cache_free(app->measures);
    actor_cache_free(app->actor_cache);
    state_cache_free(app->state_cache);
    app_core_release(app);
}
