#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static bool too_deep(const char *p, size_t n)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (in_string) {
            if (c == '\\') i++;
            else if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_DEPTH_MAX) return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

enum st json_read_owned(const char *p, size_t n, json_t **out, struct err *e)
{
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        p += 3;
        n -= 3;
    }
    if (too_deep(p, n)) return err_fail(e, ST_INVALID, "json.too_deep", "nested deeper than %d levels", JSON_DEPTH_MAX);
    json_error_t je;
    json_t *v = json_loadb(p, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &je);
    if (!v) return err_fail(e, ST_INVALID, "json.bad", "line %d, column %d: %s", je.line, je.column, je.text);
    *out = v;
    return ST_OK;
}

static void drop(void *v) { json_decref(v); }

enum st json_keep(struct arena *a, json_t *made, json_t **out, struct err *e)
{
    if (!made || arena_on_release(a, drop, made)) {
        json_decref(made);
        return err_fail(e, ST_NOMEM, "err.memory", "json");
    }
    *out = made;
    return ST_OK;
}

enum st json_read(struct arena *a, const char *p, size_t n, json_t **out, struct err *e)
{
    json_t *v;
    TRY(json_read_owned(p, n, &v, e));
    return json_keep(a, v, out, e);
}

const char *json_str(const json_t *o, const char *key, const char *dflt)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : dflt;
}

int64_t json_i64(const json_t *o, const char *key, int64_t dflt)
{
    const json_t *v = json_object_get(o, key);
    return json_is_integer(v) ? json_integer_value(v) : dflt;
}

double json_f64(const json_t *o, const char *key, double dflt)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : dflt;
}

bool json_bool(const json_t *o, const char *key, bool dflt)
{
    const json_t *v = json_object_get(o, key);
    return json_is_boolean(v) ? json_is_true(v) : dflt;
}

void json_out_init(struct json_out *j, struct text *t) { *j = (struct json_out){.t = t, .first = {true}}; }

static void quote(struct text *t, const char *p, size_t n)
{
    static const char hex[] = "0123456789abcdef";
    static const bool special[256] = {[0 ... 0x1f] = true, ['"'] = true, ['\\'] = true, ['<'] = true, [0x7f] = true};
    text_char(t, '"');
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (!special[c]) continue;
        text_put(t, p + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\') {
            text_char(t, '\\');
            text_char(t, (char)c);
        } else if (c == '\n') {
            text_add(t, "\\n");
        } else {
            char u[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
            text_put(t, u, 6);
        }
    }
    text_put(t, p + from, n - from);
    text_char(t, '"');
}

static void lead(struct json_out *j, const char *key)
{
    if (!j->first[j->depth]) text_char(j->t, ',');
    j->first[j->depth] = false;
    if (key) {
        quote(j->t, key, strlen(key));
        text_char(j->t, ':');
    }
}

static void open_with(struct json_out *j, const char *key, char c)
{
    lead(j, key);
    text_char(j->t, c);
    if (j->depth < JSON_DEPTH_MAX) j->depth++;
    else j->t->failed = true;
    j->first[j->depth] = true;
}

static void close_with(struct json_out *j, char c)
{
    if (j->depth) j->depth--;
    text_char(j->t, c);
}

void json_open_obj(struct json_out *j, const char *key) { open_with(j, key, '{'); }
void json_open_list(struct json_out *j, const char *key) { open_with(j, key, '['); }
void json_close_obj(struct json_out *j) { close_with(j, '}'); }
void json_close_list(struct json_out *j) { close_with(j, ']'); }

void json_put_strn(struct json_out *j, const char *key, const char *p, size_t n)
{
    lead(j, key);
    quote(j->t, p, n);
}

void json_put_str(struct json_out *j, const char *key, const char *v)
{
    if (v) json_put_strn(j, key, v, strlen(v));
    else json_put_null(j, key);
}

void json_put_i64(struct json_out *j, const char *key, int64_t v)
{
    lead(j, key);
    text_printf(j->t, "%lld", (long long)v);
}

void json_put_id(struct json_out *j, const char *key, int64_t v)
{
    lead(j, key);
    if (v) text_printf(j->t, "\"%lld\"", (long long)v);
    else text_add(j->t, "null");
}

void json_put_f64(struct json_out *j, const char *key, double v)
{
    lead(j, key);
    if (!isfinite(v)) {
        text_add(j->t, "null");
        return;
    }
    char s[40];
    /* the fewest that read back the same; zeros at the end are not written */
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(s, sizeof s, "%.*g", digits, v);
        if (strtod(s, NULL) == v) break;
    }
    text_add(j->t, s);
}

void json_put_bool(struct json_out *j, const char *key, bool v)
{
    lead(j, key);
    text_add(j->t, v ? "true" : "false");
}

void json_put_null(struct json_out *j, const char *key)
{
    lead(j, key);
    text_add(j->t, "null");
}

void json_put_time(struct json_out *j, const char *key, int64_t at_ms)
{
    char s[32];
    time_format_utc(at_ms, s);
    json_put_str(j, key, s);
}

void json_put_raw(struct json_out *j, const char *key, const char *json)
{
    lead(j, key);
    text_add(j->t, json);
}

void json_put_json(struct json_out *j, const char *key, const json_t *v)
{
    char *s = v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    json_put_raw(j, key, s ? s : "null");
    free(s);
}
