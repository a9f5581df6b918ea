/* JSON in by jansson behind limits, JSON out by a writer that quotes. */
#ifndef BASE_JSON_H
#define BASE_JSON_H
#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

enum { JSON_DEPTH_MAX = 64 };

/* One document. Rejects duplicate keys, bad UTF-8, nesting deeper than JSON_DEPTH_MAX, trailing bytes.
 * *out is owned by the arena (released with it). ST_INVALID with "json.bad" and line and column in detail. */
enum st json_read(struct arena *a, const char *p, size_t n, json_t **out, struct err *e) WARN_UNUSED;
/* The same, but a caller's json_decref frees it. */
enum st json_read_owned(const char *p, size_t n, json_t **out, struct err *e) WARN_UNUSED;

/* A value made here, owned by the arena from now on, also on failure. ST_NOMEM. */
enum st json_keep(struct arena *a, json_t *made, json_t **out, struct err *e) WARN_UNUSED;

/* Members, with a default where absent or of another type. Strings are borrowed from the document. */
const char *json_str(const json_t *o, const char *key, const char *dflt);
int64_t json_i64(const json_t *o, const char *key, int64_t dflt);
double json_f64(const json_t *o, const char *key, double dflt);
bool json_bool(const json_t *o, const char *key, bool dflt);

/* Writer. Keys and commas are kept by the writer; a number that is not finite becomes null. */
struct json_out {
    struct text *t;
    unsigned depth;
    bool first[JSON_DEPTH_MAX + 2];
};

void json_out_init(struct json_out *j, struct text *t);
void json_open_obj(struct json_out *j, const char *key); /* key NULL inside a list or at the top */
void json_open_list(struct json_out *j, const char *key);
void json_close_obj(struct json_out *j);
void json_close_list(struct json_out *j);
void json_put_str(struct json_out *j, const char *key, const char *v); /* NULL gives null */
void json_put_strn(struct json_out *j, const char *key, const char *p, size_t n);
void json_put_i64(struct json_out *j, const char *key, int64_t v);
void json_put_id(struct json_out *j, const char *key, int64_t v); /* as a string; 0 gives null */
void json_put_f64(struct json_out *j, const char *key, double v); /* a text that reads back the same */
void json_put_bool(struct json_out *j, const char *key, bool v);
void json_put_null(struct json_out *j, const char *key);
void json_put_time(struct json_out *j, const char *key, int64_t at_ms);   /* RFC 3339 in UTC */
void json_put_raw(struct json_out *j, const char *key, const char *json); /* already JSON */
void json_put_json(struct json_out *j, const char *key, const json_t *v);

#endif
