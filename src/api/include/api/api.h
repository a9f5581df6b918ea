/* The JSON API of /api/v1: a table of routes, and openapi.json made from it. */
#ifndef API_API_H
#define API_API_H
#include "gate/gate.h"

extern const struct route api_routes[]; /* ends with path NULL */

#endif
