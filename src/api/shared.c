#include "shared.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

struct json_out api_start(struct call *c)
{
    struct json_out j;
    c->res.content_type = "application/json";
    json_out_init(&j, &c->out);
    return j;
}

enum st api_as_of(struct call *c, int64_t *at_ms, struct err *e)
{
    const char *s = http_query(c->http, "as_of");
    *at_ms = 0;
    if (!s || !*s) return ST_OK;
    if (!time_parse_utc(s, at_ms))
        return err_fail(e, ST_INVALID, "api.as_of", "as_of must be a date or an RFC 3339 time");
    if (strlen(s) == 10) *at_ms += 86399999; /* a date means the end of that day */
    return ST_OK;
}

enum st api_paging(struct call *c, int64_t *limit, int64_t *after, struct err *e)
{
    const char *l = http_query(c->http, "limit"), *a = http_query(c->http, "after");
    *limit = 200;
    *after = 0;
    if (l && (!parse_i64(l, limit) || *limit < 1 || *limit > 1000))
        return err_fail(e, ST_INVALID, "api.limit", "limit must be a number from 1 to 1000");
    if (a && *a && !parse_i64(a, after))
        return err_fail(e, ST_INVALID, "api.after", "after must be the `after` of the page before");
    return ST_OK;
}
