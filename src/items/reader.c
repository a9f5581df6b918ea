/* One member of a document after the other, each within its bounds. */
#include "reader.h"

#include <string.h>

#include "base/json.h"
#include "items/items.h"

enum { TEXT_MAX_BYTES = 65536, HTML_MAX_BYTES = 512 * 1024 };

static const char *const kinds[] = {"number", "expression", "equation", "interval", "set",
                                    "pair",   "relation",   "text",     "choice"};
static const char *const forms[] = {"any",        "lowest_terms", "mixed",    "decimal",
                                    "simplified", "factored",     "expanded", "exact"};

const char *key_kind_code(enum key_kind k) { return k < KEY_COUNT ? kinds[k] : ""; }

enum st reader_bad(struct reader *r, const char *member, const char *what)
{
    (void)err_fail(r->e, ST_INVALID, "item.member", "%s: %s", member, what);
    err_arg(r->e, member);
    return ST_INVALID;
}

enum st reader_no_memory(struct reader *r) { return err_fail(r->e, ST_NOMEM, "err.memory", "item"); }

static enum st bounded(struct reader *r, const json_t *o, const char *member, size_t max_bytes, const char **out)
{
    const json_t *v = json_object_get(o, member);
    *out = NULL;
    if (!v || json_is_null(v)) return ST_OK;
    if (!json_is_string(v)) return reader_bad(r, member, "must be a text");
    if (json_string_length(v) > max_bytes) return reader_bad(r, member, "is too long");
    *out = json_string_value(v);
    return ST_OK;
}

enum st reader_text(struct reader *r, const json_t *o, const char *member, const char **out)
{
    return bounded(r, o, member, TEXT_MAX_BYTES, out);
}

static const char *escaped(struct arena *a, const char *s)
{
    size_t n = 0;
    for (const char *p = s; *p; p++) n += *p == '<' || *p == '>' ? 4 : *p == '&' ? 5 : *p == '"' ? 6 : 1;
    char *out = arena_alloc(a, n + 1), *o = out;
    if (!out) return NULL;
    for (; *s; s++) {
        const char *e = *s == '<' ? "&lt;" : *s == '>' ? "&gt;" : *s == '&' ? "&amp;" : *s == '"' ? "&quot;" : NULL;
        if (e) o = stpcpy(o, e);
        else *o++ = *s;
    }
    return out;
}

enum st reader_html(struct reader *r, const json_t *o, const char *member, const char **out)
{
    char compiled[64];
    const char *source;
    snprintf(compiled, sizeof compiled, "%s_html", member);
    TRY(bounded(r, o, compiled, HTML_MAX_BYTES, out));
    if (*out) return ST_OK;
    TRY(reader_text(r, o, member, &source));
    if (source && !(*out = escaped(r->arena, source))) return reader_no_memory(r);
    return ST_OK;
}

enum st reader_code(struct reader *r, const json_t *o, const char *member, const char *const *codes, int count,
                    int dflt, int *out)
{
    const char *s;
    TRY(reader_text(r, o, member, &s));
    *out = dflt;
    if (!s) return dflt < 0 ? reader_bad(r, member, "is missing") : ST_OK;
    for (int i = 0; i < count; i++)
        if (strcmp(codes[i], s) == 0) {
            *out = i;
            return ST_OK;
        }
    return reader_bad(r, member, "is none of the known words");
}

enum st reader_strings(struct reader *r, const json_t *o, const char *member, const char ***out, size_t *n)
{
    const json_t *list = json_object_get(o, member);
    *n = 0;
    *out = NULL;
    if (!list || json_is_null(list)) return ST_OK;
    if (!json_is_array(list) || json_array_size(list) > LIST_MAX)
        return reader_bad(r, member, "must be a list of at most 200");
    *out = arena_array(r->arena, json_array_size(list) + 1, sizeof **out);
    if (!*out) return reader_no_memory(r);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        if (json_is_integer(v)) (*out)[i] = arena_printf(r->arena, "%lld", (long long)json_integer_value(v));
        else (*out)[i] = json_string_value(v);
        if (!(*out)[i]) return reader_bad(r, member, "must hold texts");
    }
    *n = json_array_size(list);
    return ST_OK;
}

enum st reader_key(struct reader *r, const json_t *o, enum key_kind dflt, struct question *q)
{
    int kind, form;
    struct answer_key *k = &q->key;
    if (!json_is_object(o)) return reader_bad(r, "key", "is missing");
    TRY(reader_code(r, o, "kind", kinds, KEY_COUNT, dflt == KEY_COUNT ? -1 : (int)dflt, &kind));
    TRY(reader_code(r, o, "form", forms, FORM_COUNT, FORM_ANY, &form));
    k->kind = (enum key_kind)kind;
    k->form = (enum answer_form)form;
    TRY(reader_strings(r, o, "values", &k->values, &k->count));
    if (!k->count) return reader_bad(r, "key.values", "is empty");
    TRY(reader_text(r, o, "unit", &k->unit));
    if (!k->unit) k->unit = q->unit;
    k->unit_required = json_bool(o, "unit_required", false);
    k->tolerance = json_f64(o, "tolerance", 0);
    k->places = (int)json_i64(o, "places", -1);
    if (!(k->tolerance >= 0) || k->places > 12)
        return reader_bad(r, "key", "tolerance must be 0 or more, places at most 12");
    return ST_OK;
}
