/* A thread that derives anew when rules come into force while the program serves: at the hour, nobody need be there.
 * Every few hours it also packs the histories that have grown. */
#ifndef APP_DUE_H
#define APP_DUE_H
#include "app/app.h"

struct due;
/* Looks once a second, on a connection of its own. */
enum st due_start(struct app *app, struct due **out, struct err *e) WARN_UNUSED;
void due_stop(struct due *d); /* within a slice of learners; what is left is done at the next start. NULL: nothing */

#endif
