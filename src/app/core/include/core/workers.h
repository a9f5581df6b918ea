/* Threads for what would hold up an HTTP thread: password hashes, and every read where the database is across a
 * socket. */
#ifndef CORE_WORKERS_H
#define CORE_WORKERS_H
#include "core/app.h"

struct job {
    struct job *next;
    void (*run)(struct app *app, struct job *j);
};

enum st workers_start(struct app *app, unsigned threads, struct err *e) WARN_UNUSED;
void workers_stop(struct app *app);                                                /* finishes what was accepted */
enum st workers_submit(struct app *app, struct job *j, struct err *e) WARN_UNUSED; /* ST_BUSY: too many wait */

#endif
