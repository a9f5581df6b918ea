/* A thread that recomputes levels when a scheduled policy takes effect while the server runs.
 * Every few hours it also packs the histories that have grown. */
#ifndef DERIVE_DERIVE_WORKER_H
#define DERIVE_DERIVE_WORKER_H
#include "core/app.h"

struct derive_worker;
/* Looks once a second, on a connection of its own. */
enum st derive_worker_start(struct app *app, struct derive_worker **out, struct err *e) WARN_UNUSED;
void derive_worker_stop(
    struct derive_worker *d); /* within a slice of learners; what is left is done at the next start. NULL: nothing */

#endif
