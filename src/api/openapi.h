#ifndef API_OPENAPI_H
#define API_OPENAPI_H
#include "base/text.h"
/* openapi.json, made from the route table. */
void openapi_write(struct text *out);
#endif
