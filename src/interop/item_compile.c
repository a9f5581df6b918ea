#include "interop/item_compile.h"

#include <stdio.h>

enum { HINTS_DEEP = 16 }; /* more than an item may have */

struct compile {
    struct rich *r;
    struct arena *a;
    struct err *e;
};

static enum st member(struct compile *c, json_t *o, const char *name, enum rich_place place)
{
    char key[40];
    const char *html, *source = json_string_value(json_object_get(o, name));
    snprintf(key, sizeof key, "%s_html", name);
    json_object_del(o, key);
    if (!source) return ST_OK;
    struct err why = {0};
    enum st st = rich_html(c->r, c->a, source, place, &html, &why);
    if (st == ST_INVALID) return err_fail(c->e, st, "content.item", "%s: %s", name, why.detail);
    if (st != ST_OK) {
        if (c->e) *c->e = why;
        return st;
    }
    return json_object_set_new(o, key, json_string(html)) == 0 ? ST_OK : err_fail(c->e, ST_NOMEM, "err.memory", "item");
}

static enum st members(struct compile *c, json_t *list, const char *name, enum rich_place place)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_is_object(json_array_get(list, i))) TRY(member(c, json_array_get(list, i), name, place));
    return ST_OK;
}

/* Whatever lists an interaction has: choices, and what else its type asks with. */
static enum st question(struct compile *c, json_t *o)
{
    const char *name;
    json_t *list;
    json_object_foreach (json_object_get(o, "interaction"), name, list) TRY(members(c, list, "body", RICH_INLINE));
    return members(c, json_object_get(o, "errors"), "feedback", RICH_BLOCK);
}

static enum st hints(struct compile *c, json_t *list, int depth)
{
    if (!depth && json_array_size(list)) return err_fail(c->e, ST_INVALID, "content.item", "hints: nested too deeply");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *h = json_array_get(list, i);
        if (!json_is_object(h)) continue;
        TRY(member(c, h, "title", RICH_INLINE));
        TRY(member(c, h, "body", RICH_BLOCK));
        TRY(question(c, h));
        TRY(hints(c, json_object_get(h, "hints"), depth - 1));
    }
    return ST_OK;
}

enum st item_compile(struct rich *r, struct arena *a, json_t *doc, struct err *e)
{
    struct compile c = {r, a, e};
    TRY(member(&c, doc, "title", RICH_INLINE));
    TRY(member(&c, doc, "stimulus", RICH_BLOCK));
    TRY(member(&c, doc, "body", RICH_BLOCK));
    TRY(member(&c, doc, "right", RICH_BLOCK));
    TRY(question(&c, doc));
    return hints(&c, json_object_get(doc, "hints"), HINTS_DEEP);
}
