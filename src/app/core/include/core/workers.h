/* Threads for what would hold up an HTTP thread, in two pools: pages and calls, which read the database, and what takes
 * long (password hashes, previews, imports from a page), which must not make those wait. */
#ifndef CORE_WORKERS_H
#define CORE_WORKERS_H
#include "core/app.h"

enum worker_pool { WORKERS_READ, WORKERS_LONG, WORKER_POOLS };

struct task {
    struct task *next;
    void (*run)(struct app *app, struct task *t); /* may free t, or hand it in again */
};

/* threads: of each pool. */
enum st workers_start(struct app *app, const unsigned threads[WORKER_POOLS], struct err *e) WARN_UNUSED;
void workers_stop(struct app *app); /* finishes what was accepted */
/* ST_BUSY: too many wait in the pool. */
enum st workers_submit(struct app *app, enum worker_pool pool, struct task *t, struct err *e) WARN_UNUSED;
/* What is left of something that was accepted already, and is bounded by that: never refused while workers run. */
void workers_go_on(struct app *app, enum worker_pool pool, struct task *t);

#endif
