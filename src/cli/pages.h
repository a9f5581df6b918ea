/* The pages of web, when that room is built in. */
#ifndef CLI_PAGES_H
#define CLI_PAGES_H
#include "gate/gate.h"
const struct route *pages_routes(void);
void pages_render_error(struct call *c);
#endif
