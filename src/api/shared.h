/* What every handler begins with. */
#ifndef API_SHARED_H
#define API_SHARED_H
#include "base/json.h"
#include "gate/gate.h"
/* A reply in JSON, to be filled. */
struct json_out api_start(struct call *c);
/* ?as_of=: a time, or a date, which means the end of that day; 0: now. ST_INVALID */
enum st api_as_of(struct call *c, int64_t *at_ms, struct err *e) WARN_UNUSED;
/* ?limit=, 1 to 1000, and ?after=, an id; 200 and 0 unless said. ST_INVALID */
enum st api_paging(struct call *c, int64_t *limit, int64_t *after, struct err *e) WARN_UNUSED;
#endif
