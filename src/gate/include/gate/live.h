/* Server-sent events of a class; one handler for the pages and the API. Needs class_param. */
#ifndef GATE_LIVE_H
#define GATE_LIVE_H
#include "gate/gate.h"

enum st gate_live(struct call *c, struct err *e);
/* A thread that looks at the rights of every stream again when they may have changed, and ends those that may not go
 * on. Without it no stream is sent anything. */
enum st gate_live_start(struct app *app, struct err *e) WARN_UNUSED;
void gate_live_stop(void);
/* The server is stopping: every stream ends. */
void gate_live_close(struct app *app);

#endif
