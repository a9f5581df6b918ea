/* Threads for what would hold up an HTTP thread, in two pools: pages and calls, which read the database, and what takes
 * long (password hashes, previews, imports from a page), which must not make those wait. */
#ifndef CORE_WORKERS_H
#define CORE_WORKERS_H
#include "core/app.h"

enum worker_pool { WORKERS_READ, WORKERS_LONG, WORKER_POOLS };

struct job {
    struct job *next;
    void (*run)(struct app *app, struct job *j);
};

/* threads: of each pool. */
enum st workers_start(struct app *app, const unsigned threads[WORKER_POOLS], struct err *e) WARN_UNUSED;
void workers_stop(struct app *app); /* finishes what was accepted */
/* ST_BUSY: too many wait in the pool. */
enum st workers_submit(struct app *app, enum worker_pool pool, struct job *j, struct err *e) WARN_UNUSED;

#endif
