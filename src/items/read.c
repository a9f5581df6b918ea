/* The item document -> struct item. Strings are borrowed from the parsed document, which the arena keeps. */
#include <string.h>

#include "base/json.h"
#include "family.h"
#include "items/items.h"

enum { HINT_DEPTH_MAX = 4, LIST_MAX = 200, TEXT_MAX_BYTES = 65536, HTML_MAX_BYTES = 512 * 1024 };

static const char *const interactions[] = {"text_entry", "choice", "choices", "order"};
static const char *const kinds[] = {"number", "expression", "equation", "interval", "set",
                                    "pair",   "relation",   "text",     "choice"};
static const char *const forms[] = {"any",        "lowest_terms", "mixed",    "decimal",
                                    "simplified", "factored",     "expanded", "exact"};

const char *interaction_code(enum interaction i) { return i < INTERACTION_COUNT ? interactions[i] : ""; }
const char *key_kind_code(enum key_kind k) { return k < KEY_COUNT ? kinds[k] : ""; }

struct reader {
    struct arena *arena;
    struct err *e;
};

static enum st bad(struct reader *r, const char *member, const char *what)
{
    (void)err_fail(r->e, ST_INVALID, "item.member", "%s: %s", member, what);
    err_arg(r->e, member);
    return ST_INVALID;
}

static enum st no_memory(struct reader *r) { return err_fail(r->e, ST_NOMEM, "err.memory", "item"); }

static enum st bounded(struct reader *r, const json_t *o, const char *member, size_t max_bytes, const char **out)
{
    const json_t *v = json_object_get(o, member);
    *out = NULL;
    if (!v || json_is_null(v)) return ST_OK;
    if (!json_is_string(v)) return bad(r, member, "must be a text");
    if (json_string_length(v) > max_bytes) return bad(r, member, "is too long");
    *out = json_string_value(v);
    return ST_OK;
}

static enum st text(struct reader *r, const json_t *o, const char *member, const char **out)
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

/* name_html, or name escaped. */
static enum st html(struct reader *r, const json_t *o, const char *member, const char **out)
{
    char compiled[64];
    const char *source;
    snprintf(compiled, sizeof compiled, "%s_html", member);
    TRY(bounded(r, o, compiled, HTML_MAX_BYTES, out));
    if (*out) return ST_OK;
    TRY(text(r, o, member, &source));
    if (source && !(*out = escaped(r->arena, source))) return no_memory(r);
    return ST_OK;
}

static enum st code(struct reader *r, const json_t *o, const char *member, const char *const *codes, int count,
                    int dflt, int *out)
{
    const char *s;
    TRY(text(r, o, member, &s));
    *out = dflt;
    if (!s) return dflt < 0 ? bad(r, member, "is missing") : ST_OK;
    for (int i = 0; i < count; i++)
        if (strcmp(codes[i], s) == 0) {
            *out = i;
            return ST_OK;
        }
    return bad(r, member, "is none of the known words");
}

static enum st strings(struct reader *r, const json_t *o, const char *member, const char ***out, size_t *n)
{
    const json_t *list = json_object_get(o, member);
    *n = 0;
    *out = NULL;
    if (!list || json_is_null(list)) return ST_OK;
    if (!json_is_array(list) || json_array_size(list) > LIST_MAX)
        return bad(r, member, "must be a list of at most 200");
    *out = arena_array(r->arena, json_array_size(list) + 1, sizeof **out);
    if (!*out) return no_memory(r);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        if (json_is_integer(v)) (*out)[i] = arena_printf(r->arena, "%lld", (long long)json_integer_value(v));
        else (*out)[i] = json_string_value(v);
        if (!(*out)[i]) return bad(r, member, "must hold texts");
    }
    *n = json_array_size(list);
    return ST_OK;
}

static enum st read_key(struct reader *r, const json_t *o, struct question *q)
{
    int kind, form;
    struct answer_key *k = &q->key;
    if (!json_is_object(o)) return bad(r, "key", "is missing");
    TRY(code(r, o, "kind", kinds, KEY_COUNT, q->type == INTERACTION_TEXT_ENTRY ? -1 : KEY_CHOICE, &kind));
    TRY(code(r, o, "form", forms, FORM_COUNT, FORM_ANY, &form));
    k->kind = (enum key_kind)kind;
    k->form = (enum answer_form)form;
    TRY(strings(r, o, "values", &k->values, &k->count));
    if (!k->count) return bad(r, "key.values", "is empty");
    TRY(text(r, o, "unit", &k->unit));
    if (!k->unit) k->unit = q->unit;
    k->unit_required = json_bool(o, "unit_required", false);
    k->tolerance = json_f64(o, "tolerance", 0);
    k->places = (int)json_i64(o, "places", -1);
    if (!(k->tolerance >= 0) || k->places > 12) return bad(r, "key", "tolerance must be 0 or more, places at most 12");
    return ST_OK;
}

static enum st read_question(struct reader *r, const json_t *o, struct question *q)
{
    const json_t *i = json_object_get(o, "interaction"), *list;
    int type;
    if (!json_is_object(i)) return bad(r, "interaction", "is missing");
    TRY(code(r, i, "type", interactions, INTERACTION_COUNT, -1, &type));
    q->type = (enum interaction)type;
    TRY(text(r, i, "label", &q->label));
    TRY(text(r, i, "unit", &q->unit));
    q->shuffle = json_bool(i, "shuffle", false);
    list = json_object_get(i, "choices");
    if (q->type != INTERACTION_TEXT_ENTRY) {
        if (!json_is_array(list) || json_array_size(list) < 2 || json_array_size(list) > 26)
            return bad(r, "interaction.choices", "must be a list of 2 to 26");
        q->choice_count = json_array_size(list);
        q->choices = arena_array(r->arena, q->choice_count, sizeof *q->choices);
        if (!q->choices) return no_memory(r);
        for (size_t k = 0; k < q->choice_count; k++) {
            const json_t *c = json_array_get(list, k);
            TRY(text(r, c, "id", &q->choices[k].id));
            TRY(html(r, c, "body", &q->choices[k].body_html));
            if (!q->choices[k].id || !q->choices[k].body_html)
                return bad(r, "interaction.choices", "each needs an id and a body");
            for (size_t x = 0; x < k; x++)
                if (strcmp(q->choices[x].id, q->choices[k].id) == 0)
                    return bad(r, "interaction.choices", "two have the same id");
        }
    }
    TRY(read_key(r, json_object_get(o, "key"), q));
    for (size_t v = 0; q->type != INTERACTION_TEXT_ENTRY && v < q->key.count; v++) {
        size_t k = 0;
        while (k < q->choice_count && strcmp(q->choices[k].id, q->key.values[v]) != 0) k++;
        if (k == q->choice_count) return bad(r, "key.values", "names a choice that is not there");
    }
    return ST_OK;
}

static enum st read_hints(struct reader *r, const json_t *list, int depth, struct hint **out, size_t *n)
{
    static const char *const types[] = {"hint", "scaffold"};
    *n = 0;
    *out = NULL;
    if (!list || json_is_null(list)) return ST_OK;
    if (!json_is_array(list) || json_array_size(list) > LIST_MAX || depth > HINT_DEPTH_MAX)
        return bad(r, "hints", "must be a list of at most 200, at most 4 deep");
    struct hint *h = arena_array(r->arena, json_array_size(list) + 1, sizeof *h);
    if (!h) return no_memory(r);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        int type;
        if (!json_is_object(o)) return bad(r, "hints", "each must be an object");
        TRY(text(r, o, "id", &h[i].id));
        TRY(code(r, o, "type", types, 2, HINT_HINT, &type));
        h[i].type = (enum hint_type)type;
        TRY(html(r, o, "title", &h[i].title_html));
        TRY(html(r, o, "body", &h[i].body_html));
        TRY(strings(r, o, "depends", &h[i].depends, &h[i].depends_count));
        if (!h[i].id) return bad(r, "hints", "each needs an id");
        if (h[i].type == HINT_SCAFFOLD) {
            TRY(read_question(r, o, &h[i].question));
            TRY(read_hints(r, json_object_get(o, "hints"), depth + 1, &h[i].hints, &h[i].hint_count));
        }
    }
    *out = h;
    *n = json_array_size(list);
    return ST_OK;
}

static enum st read_vars(struct reader *r, const json_t *o, struct item *it)
{
    const json_t *vars = json_object_get(o, "vars");
    const char *name;
    json_t *v;
    if (vars && !json_is_object(vars)) return bad(r, "vars", "must be an object");
    it->vars = arena_array(r->arena, json_object_size(vars) + 1, sizeof *it->vars);
    if (!it->vars) return no_memory(r);
    json_object_foreach ((json_t *)(uintptr_t)vars, name, v) {
        struct item_var *x = &it->vars[it->var_count++];
        x->name = name;
        if (it->var_count > 40 || strlen(name) > 30)
            return bad(r, "vars", "at most 40, with names of at most 30 letters");
        if (json_object_get(v, "is")) {
            x->kind = VAR_IS;
            TRY(text(r, v, "is", &x->is));
        } else if (json_object_get(v, "of")) {
            x->kind = VAR_OF;
            TRY(strings(r, v, "of", &x->of, &x->of_count));
            if (!x->of_count) return bad(r, name, "of must not be empty");
        } else {
            x->kind = VAR_RANGE;
            x->from = json_i64(v, "from", 1);
            x->to = json_i64(v, "to", 0);
            x->step = json_i64(v, "step", 1);
            if (x->to < x->from || x->step < 1 || x->to - x->from > 1000000)
                return bad(r, name, "must have from <= to and a step of 1 or more");
        }
    }
    return strings(r, o, "where", &it->where, &it->where_count);
}

static enum st read_errors(struct reader *r, const json_t *list, struct item *it)
{
    if (!list || json_is_null(list)) return ST_OK;
    if (!json_is_array(list) || json_array_size(list) > LIST_MAX) return bad(r, "errors", "must be a list");
    it->errors = arena_array(r->arena, json_array_size(list) + 1, sizeof *it->errors);
    if (!it->errors) return no_memory(r);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        TRY(text(r, o, "match", &it->errors[i].match));
        TRY(html(r, o, "feedback", &it->errors[i].feedback_html));
        if (!it->errors[i].match || !it->errors[i].feedback_html)
            return bad(r, "errors", "each needs match and feedback");
    }
    it->error_count = json_array_size(list);
    return ST_OK;
}

static enum st read_item(struct reader *r, const json_t *o, struct item *it)
{
    const json_t *group = json_object_get(o, "group");
    if (!json_is_object(o)) return bad(r, "item", "must be an object");
    TRY(text(r, o, "source_id", &it->source_id));
    if (!it->source_id || !*it->source_id || strlen(it->source_id) > 255)
        return bad(r, "source_id", "must have 1 to 255 bytes");
    TRY(text(r, o, "title", &it->title));
    TRY(html(r, o, "title", &it->title_html));
    TRY(html(r, o, "stimulus", &it->stimulus_html));
    TRY(html(r, o, "body", &it->body_html));
    TRY(html(r, o, "right", &it->right_html));
    TRY(text(r, o, "language", &it->language));
    if (!it->body_html) it->body_html = "";
    if (!*it->body_html && !it->stimulus_html && !it->title_html) return bad(r, "body", "is empty");
    if (json_is_object(group)) {
        TRY(text(r, group, "id", &it->group_id));
        TRY(text(r, group, "relation", &it->group_relation));
        it->group_position = (int32_t)json_i64(group, "position", 1);
        it->group_count = (int32_t)json_i64(group, "count", 1);
    }
    TRY(read_question(r, o, &it->question));
    TRY(read_vars(r, o, it));
    TRY(read_errors(r, json_object_get(o, "errors"), it));
    if (it->var_count || it->question.shuffle) {
        it->family = family_read(r->arena, it);
        if (!it->family) return no_memory(r);
    }
    TRY(read_hints(r, json_object_get(o, "hints"), 0, &it->hints, &it->hint_count));
    TRY(strings(r, o, "competencies", &it->competencies, &it->competency_count));
    TRY(text(r, json_object_get(o, "licence"), "name", &it->licence_name));
    TRY(text(r, json_object_get(o, "licence"), "url", &it->licence_url));
    TRY(text(r, json_object_get(o, "attribution"), "text", &it->attribution_text));
    return text(r, json_object_get(o, "attribution"), "url", &it->attribution_url);
}

enum st item_read(struct arena *a, const char *doc, size_t n, struct item **out, struct err *e)
{
    struct reader r = {a, e};
    json_t *o;
    struct item *it = arena_alloc(a, sizeof *it);
    if (!it) return no_memory(&r);
    TRY(json_read(a, doc, n, &o, e));
    TRY(read_item(&r, o, it));
    *out = it;
    return ST_OK;
}

static const struct hint *find_hint(const struct hint *h, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(h[i].id, id) == 0) return &h[i];
        const struct hint *sub = find_hint(h[i].hints, h[i].hint_count, id);
        if (sub) return sub;
    }
    return NULL;
}

const struct hint *item_hint(const struct item *it, const char *id) { return find_hint(it->hints, it->hint_count, id); }
