/* What the library lets through and we do not. */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H
#include <microhttpd.h>
#include <stdbool.h>

/* NULL when the head of the request is sound; otherwise what is wrong with it (400, and the connection is closed). */
const char *guard_head(struct MHD_Connection *c, const char *version, const char *method);

#endif
