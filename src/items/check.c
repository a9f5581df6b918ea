/* Is a source document fit to be asked? */
#include <stdlib.h>
#include <string.h>

#include "items/items.h"
#include "typed.h"

enum { PROBLEMS_MAX = 50, VARIANTS = 50 };

struct checker {
    struct arena *arena;
    struct item_problem *list;
    size_t n;
};

static void problem(struct checker *c, const char *member, const char *code, const char *text)
{
    if (c->n < PROBLEMS_MAX) c->list[c->n++] = (struct item_problem){member, code, arena_strdup(c->arena, text)};
}

static bool named(const struct hint *h, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(h[i].id, id) == 0) return true;
    return false;
}

static void check_hints(struct checker *c, const struct hint *h, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (named(h, i, h[i].id)) problem(c, h[i].id, "hint.duplicate", "two hints have this id");
        for (size_t d = 0; d < h[i].depends_count; d++) {
            if (!named(h, n, h[i].depends[d])) problem(c, h[i].id, "hint.dangling", "depends on a hint that is not there");
            else if (!named(h, i, h[i].depends[d])) problem(c, h[i].id, "hint.order", "depends on a hint that comes later");
        }
        if ((!h[i].body_html || !*h[i].body_html) && (!h[i].title_html || !*h[i].title_html)) problem(c, h[i].id, "hint.empty", "says nothing");
        check_hints(c, h[i].hints, h[i].hint_count);
    }
}

static json_t *key_response(const struct item *it)
{
    if (it->question.type == INTERACTION_TEXT_ENTRY) return json_string(it->question.key.values[0]);
    json_t *l = json_array();
    for (size_t i = 0; i < it->question.key.count && (i == 0 || it->question.type != INTERACTION_CHOICE); i++) json_array_append_new(l, json_string(it->question.key.values[i]));
    return l;
}

static void check_variant(struct checker *c, const struct item *it)
{
    struct verdict v;
    struct err e = {0};
    json_t *r = key_response(it);
    if (!r || item_score(c->arena, it, r, &v, &e) != ST_OK) problem(c, "key", "key.unreadable", e.detail);
    else if (!v.readable) problem(c, "key", "key.unreadable", v.unreadable);
    else if (v.score < 1) problem(c, "key", "key.form", "the key's own value is not in the form that is asked");
    json_decref(r);
    for (size_t i = 0; it->question.type == INTERACTION_TEXT_ENTRY && i < it->error_count; i++) {
        r = json_string(it->errors[i].match);
        if (r && item_score(c->arena, it, r, &v, &e) == ST_OK && v.readable && v.score >= 1) problem(c, "errors", "error.right", "a known error is a right answer in some variant");
        json_decref(r);
    }
}

enum st item_check(struct arena *a, const json_t *doc, struct item_problem **out, size_t *n, struct err *e)
{
    struct checker c = {.arena = a, .list = arena_array(a, PROBLEMS_MAX, sizeof *c.list)};
    struct item *it = NULL, *made;
    struct err why = {0};
    if (!c.list) return err_fail(e, ST_NOMEM, "err.memory", "check");
    char *text = json_dumps(doc, JSON_COMPACT | JSON_ENCODE_ANY);
    enum st st = text ? item_read(a, text, strlen(text), &it, &why) : ST_INVALID;
    free(text);
    if (st != ST_OK) {
        problem(&c, "item", "item.unreadable", why.detail);
    } else {
        if (!it->competency_count) problem(&c, "competencies", "item.competencies", "names no competency");
        check_hints(&c, it->hints, it->hint_count);
        for (uint32_t v = 0; v < (it->var_count ? VARIANTS : 1) && c.n < 5; v++) {
            if (item_make(a, it, v, &made, &why) != ST_OK) problem(&c, "vars", "item.variant", why.detail);
            else check_variant(&c, made);
        }
    }
    *out = c.list;
    *n = c.n;
    return ST_OK;
}
