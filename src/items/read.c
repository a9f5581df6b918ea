/* The item document -> struct item. Strings are borrowed from the parsed document, which the arena keeps. */
#include <string.h>

#include "base/json.h"
#include "family.h"
#include "items/items.h"
#include "reader.h"
#include "types.h"

enum { HINT_DEPTH_MAX = 4 };

static enum st read_question(struct reader *r, const json_t *o, struct question *q)
{
    const json_t *i = json_object_get(o, "interaction");
    const char *type;
    if (!json_is_object(i)) return reader_bad(r, "interaction", "is missing");
    TRY(reader_text(r, i, "type", &type));
    if (!type) return reader_bad(r, "type", "is missing");
    q->type = interaction_find(type);
    if (!q->type) return reader_bad(r, "type", "is none of the known words");
    TRY(reader_text(r, i, "label", &q->label));
    TRY(reader_text(r, i, "unit", &q->unit));
    q->shuffle = json_bool(i, "shuffle", false);
    return q->type->read(r, o, i, q);
}

static enum st read_hints(struct reader *r, const json_t *list, int depth, struct hint **out, size_t *n)
{
    static const char *const types[] = {"hint", "scaffold"};
    *n = 0;
    *out = NULL;
    if (!list || json_is_null(list)) return ST_OK;
    if (!json_is_array(list) || json_array_size(list) > LIST_MAX || depth > HINT_DEPTH_MAX)
        return reader_bad(r, "hints", "must be a list of at most 200, at most 4 deep");
    struct hint *h = arena_array(r->arena, json_array_size(list) + 1, sizeof *h);
    if (!h) return reader_no_memory(r);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        int type;
        if (!json_is_object(o)) return reader_bad(r, "hints", "each must be an object");
        TRY(reader_text(r, o, "id", &h[i].id));
        TRY(reader_code(r, o, "type", types, 2, HINT_HINT, &type));
        h[i].type = (enum hint_type)type;
        TRY(reader_html(r, o, "title", &h[i].title_html));
        TRY(reader_html(r, o, "body", &h[i].body_html));
        TRY(reader_strings(r, o, "depends", &h[i].depends, &h[i].depends_count));
        if (!h[i].id) return reader_bad(r, "hints", "each needs an id");
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
    if (vars && !json_is_object(vars)) return reader_bad(r, "vars", "must be an object");
    it->vars = arena_array(r->arena, json_object_size(vars) + 1, sizeof *it->vars);
    if (!it->vars) return reader_no_memory(r);
    json_object_foreach ((json_t *)(uintptr_t)vars, name, v) {
        struct item_var *x = &it->vars[it->var_count++];
        x->name = name;
        if (it->var_count > 40 || strlen(name) > 30)
            return reader_bad(r, "vars", "at most 40, with names of at most 30 letters");
        if (json_object_get(v, "is")) {
            x->kind = VAR_IS;
            TRY(reader_text(r, v, "is", &x->is));
        } else if (json_object_get(v, "of")) {
            x->kind = VAR_OF;
            TRY(reader_strings(r, v, "of", &x->of, &x->of_count));
            if (!x->of_count) return reader_bad(r, name, "of must not be empty");
        } else {
            x->kind = VAR_RANGE;
            x->from = json_i64(v, "from", 1);
            x->to = json_i64(v, "to", 0);
            x->step = json_i64(v, "step", 1);
            if (x->to < x->from || x->step < 1 || x->to - x->from > 1000000)
                return reader_bad(r, name, "must have from <= to and a step of 1 or more");
        }
    }
    return reader_strings(r, o, "where", &it->where, &it->where_count);
}

static enum st read_errors(struct reader *r, const json_t *list, struct item *it)
{
    if (!list || json_is_null(list)) return ST_OK;
    if (!json_is_array(list) || json_array_size(list) > LIST_MAX) return reader_bad(r, "errors", "must be a list");
    it->errors = arena_array(r->arena, json_array_size(list) + 1, sizeof *it->errors);
    if (!it->errors) return reader_no_memory(r);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        TRY(reader_text(r, o, "match", &it->errors[i].match));
        TRY(reader_html(r, o, "feedback", &it->errors[i].feedback_html));
        if (!it->errors[i].match || !it->errors[i].feedback_html)
            return reader_bad(r, "errors", "each needs match and feedback");
    }
    it->error_count = json_array_size(list);
    return ST_OK;
}

static enum st read_item(struct reader *r, const json_t *o, struct item *it)
{
    const json_t *group = json_object_get(o, "group");
    if (!json_is_object(o)) return reader_bad(r, "item", "must be an object");
    TRY(reader_text(r, o, "source_id", &it->source_id));
    if (!it->source_id || !*it->source_id || strlen(it->source_id) > 255)
        return reader_bad(r, "source_id", "must have 1 to 255 bytes");
    TRY(reader_text(r, o, "title", &it->title));
    TRY(reader_html(r, o, "title", &it->title_html));
    TRY(reader_html(r, o, "stimulus", &it->stimulus_html));
    TRY(reader_html(r, o, "body", &it->body_html));
    TRY(reader_html(r, o, "right", &it->right_html));
    TRY(reader_text(r, o, "language", &it->language));
    if (!it->body_html) it->body_html = "";
    if (!*it->body_html && !it->stimulus_html && !it->title_html) return reader_bad(r, "body", "is empty");
    if (json_is_object(group)) {
        TRY(reader_text(r, group, "id", &it->group_id));
        TRY(reader_text(r, group, "relation", &it->group_relation));
        it->group_position = (int32_t)json_i64(group, "position", 1);
        it->group_count = (int32_t)json_i64(group, "count", 1);
    }
    TRY(read_question(r, o, &it->question));
    TRY(read_vars(r, o, it));
    TRY(read_errors(r, json_object_get(o, "errors"), it));
    if (it->var_count || it->question.shuffle) {
        it->family = family_read(r->arena, it);
        if (!it->family) return reader_no_memory(r);
    }
    TRY(read_hints(r, json_object_get(o, "hints"), 0, &it->hints, &it->hint_count));
    TRY(reader_strings(r, o, "competencies", &it->competencies, &it->competency_count));
    TRY(reader_text(r, json_object_get(o, "licence"), "name", &it->licence_name));
    TRY(reader_text(r, json_object_get(o, "licence"), "url", &it->licence_url));
    TRY(reader_text(r, json_object_get(o, "attribution"), "text", &it->attribution_text));
    return reader_text(r, json_object_get(o, "attribution"), "url", &it->attribution_url);
}

enum st item_read(struct arena *a, const char *doc, size_t n, struct item **out, struct err *e)
{
    struct reader r = {a, e};
    json_t *o;
    struct item *it = arena_alloc(a, sizeof *it);
    if (!it) return reader_no_memory(&r);
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
