/* Server-sent events of a class; one handler for the pages and the API. Needs class_param. */
#ifndef GATE_LIVE_H
#define GATE_LIVE_H
#include "gate/gate.h"

enum st gate_live(struct call *c, struct err *e);
/* The server is stopping: every stream ends. */
void gate_live_close(struct app *app);

#endif
