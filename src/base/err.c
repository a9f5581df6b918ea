#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int http, exit_code;
} statuses[] = {
    [ST_OK] = {"ok", 200, 0},
    [ST_INVALID] = {"invalid", 400, 1},
    [ST_NOT_FOUND] = {"not_found", 404, 3},
    [ST_CONFLICT] = {"conflict", 409, 1},
    [ST_DENIED] = {"denied", 403, 4},
    [ST_SIGN_IN] = {"sign_in", 401, 4},
    [ST_BUSY] = {"busy", 503, 1},
    [ST_FULL] = {"full", 507, 1},
    [ST_NOMEM] = {"out_of_memory", 503, 1},
    [ST_IO] = {"io", 500, 1},
    [ST_BUG] = {"bug", 500, 1},
};

enum st err_fail(struct err *e, enum st st, const char *msg_id, const char *detail_fmt, ...)
{
    if (!e) return st;
    e->st = st;
    snprintf(e->user, sizeof e->user, "%s", msg_id);
    va_list ap;
    va_start(ap, detail_fmt);
    vsnprintf(e->detail, sizeof e->detail, detail_fmt, ap);
    va_end(ap);
    return st;
}

enum st err_no_memory(struct err *e, const char *what) { return err_fail(e, ST_NOMEM, "err.memory", "%s", what); }

void err_arg(struct err *e, const char *arg)
{
    if (!e) return;
    size_t n = strlen(e->user);
    snprintf(e->user + n, sizeof e->user - n, "\x1f%s", arg);
}

void err_code(const struct err *e, char *out, size_t cap)
{
    size_t n = strcspn(e->user, "\x1f");
    if (n >= cap) n = cap - 1;
    memcpy(out, e->user, n);
    out[n] = 0;
}

int st_http(enum st st) { return statuses[st].http; }
int st_exit(enum st st) { return statuses[st].exit_code; }
const char *st_name(enum st st) { return statuses[st].name; }
