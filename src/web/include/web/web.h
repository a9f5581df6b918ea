/* The pages: forms in, pages out. A table of routes for the gate. */
#ifndef WEB_WEB_H
#define WEB_WEB_H
#include "gate/gate.h"

extern const struct route web_routes[]; /* ends with path NULL */
void web_render_error(struct call *c);  /* a page for c->err */

#endif
