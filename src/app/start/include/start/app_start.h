/* The whole program put together: the one place that makes every cache. */
#ifndef START_APP_START_H
#define START_APP_START_H
#include "core/app.h"

/* Opens nothing but memory; db is borrowed. files_dir may be NULL: "files" beside a database file. */
enum st app_init(struct app *app, struct db *db, struct clock clock, const char *files_dir, struct err *e) WARN_UNUSED;
void app_release(struct app *app); /* stops the threads; finishes what was accepted */

#endif
