#include "domain/policy.h"

#include <string.h>

#include "base/json.h"

const char *level_code(enum level l)
{
    static const char *const codes[] = {"not_yet", "started", "nearly", "secure"};
    return l < LEVEL_COUNT ? codes[l] : "not_yet";
}

struct policy policy_default(void)
{
    return (struct policy){.secure_at = 0.95, .nearly_at = 0.80, .least_evidence = 4,
                           .after_hint = AFTER_HINT_PRACTICE, .stuck_after = 6, .stuck_below = 0.40,
                           .review_after_days = 21, .import_close_share = 0.20};
}

static enum st number(const json_t *o, const char *key, double low, double high, double *out, struct err *e)
{
    const json_t *v = json_object_get(o, key);
    if (!v) return ST_OK;
    double x = json_is_number(v) ? json_number_value(v) : low - 1;
    if (!(x >= low && x <= high)) {
        (void)err_fail(e, ST_INVALID, "policy.bounds", "policy: %s must be a number from %g to %g", key, low, high);
        err_arg(e, key);
        return ST_INVALID;
    }
    *out = x;
    return ST_OK;
}

static enum st whole(const json_t *o, const char *key, int low, int high, int32_t *out, struct err *e)
{
    double x = *out;
    TRY(number(o, key, low, high, &x, e));
    if (x > (double)(int32_t)x) {
        (void)err_fail(e, ST_INVALID, "policy.bounds", "policy: %s must be a whole number from %d to %d", key, low, high);
        err_arg(e, key);
        return ST_INVALID;
    }
    *out = (int32_t)x;
    return ST_OK;
}

static enum st read_members(const json_t *o, struct policy *p, struct err *e)
{
    const json_t *m = json_object_get(o, "mastery"), *import = json_object_get(o, "import"), *after = json_object_get(m, "after_hint");
    if ((m && !json_is_object(m)) || (import && !json_is_object(import)))
        return err_fail(e, ST_INVALID, "policy.shape", "policy: mastery and import must be objects");
    TRY(number(m, "secure_at", 0.5, 0.999, &p->secure_at, e));
    TRY(number(m, "nearly_at", 0.3, 0.999, &p->nearly_at, e));
    TRY(whole(m, "least_evidence", 1, 50, &p->least_evidence, e));
    TRY(whole(m, "stuck_after", 3, 100, &p->stuck_after, e));
    TRY(number(m, "stuck_below", 0.05, 0.9, &p->stuck_below, e));
    TRY(whole(m, "review_after_days", 1, 400, &p->review_after_days, e));
    TRY(number(import, "close_share", 0, 1, &p->import_close_share, e));
    const char *hint = json_string_value(after);
    if (after && (!hint || (strcmp(hint, "practice") != 0 && strcmp(hint, "not_alone") != 0)))
        return err_fail(e, ST_INVALID, "policy.after_hint", "policy: after_hint is \"practice\" or \"not_alone\"");
    if (hint) p->after_hint = strcmp(hint, "practice") == 0 ? AFTER_HINT_PRACTICE : AFTER_HINT_NOT_ALONE;
    if (p->nearly_at > p->secure_at)
        return err_fail(e, ST_INVALID, "policy.order", "policy: nearly_at must not be above secure_at");
    return ST_OK;
}

enum st policy_read(const char *doc, size_t n, struct policy *out, struct err *e)
{
    json_t *o;
    struct policy p = policy_default();
    TRY(json_read_owned(doc, n, &o, e));
    enum st st = json_is_object(o) ? read_members(o, &p, e)
                                   : err_fail(e, ST_INVALID, "policy.shape", "policy: the document must be an object");
    json_decref(o);
    if (st == ST_OK) {
        p.policy_id = out->policy_id;
        *out = p;
    }
    return st;
}
