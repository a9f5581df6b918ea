#include "pages.h"
const struct route *pages_routes(void) { return NULL; }
void pages_render_error(struct call *c) { text_add(&c->out, c->err.detail); }
