#ifndef API_OPENAPI_H
#define API_OPENAPI_H
#include "base/text.h"
#include "gate/gate.h"

/* openapi.json, made from a table of routes, which ends with path NULL. */
void openapi_write(struct text *out, const struct route *routes);
#endif
