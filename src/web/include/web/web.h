/* The pages: forms in, pages out. A table of routes for the gate. */
#ifndef WEB_WEB_H
#define WEB_WEB_H
#include "frame/page.h"

extern const struct route web_routes[]; /* ends with path NULL */

#endif
