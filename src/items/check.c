/* Is a source document fit to be asked? */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "items/interaction.h"

enum {
    PROBLEMS_MAX = 50,
    VARIANTS = 50,
    BROKEN_ENOUGH = 5,
    NAMES_DEPTH = 12,
    FEW_VARIANTS = 8,
    VARIANT_BYTES = 4 << 20
};

struct checker {
    struct arena *arena;   /* what is told */
    struct arena variants; /* what one variant needs */
    struct item_problem *list;
    size_t n;
    bool review;      /* advice too */
    uint32_t variant; /* now looked at */
    bool family;
};

static void add(struct checker *c, bool advice, const char *member, const char *code, const char *text)
{
    if (advice && !c->review) return;
    for (size_t i = 0; i < c->n; i++) /* once is enough, whatever the number of variants */
        if (strcmp(c->list[i].code, code) == 0 && strcmp(c->list[i].member, member) == 0) return;
    const char *m = arena_strdup(c->arena, member), *t = arena_strdup(c->arena, text);
    if (c->n < PROBLEMS_MAX && m && t)
        c->list[c->n++] = (struct item_problem){m, code, t, advice, c->family ? (int64_t)c->variant : -1};
}

static void problem(struct checker *c, const char *member, const char *code, const char *text)
{
    add(c, false, member, code, text);
}
static void advice(struct checker *c, const char *member, const char *code, const char *text)
{
    add(c, true, member, code, text);
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
            if (!named(h, n, h[i].depends[d]))
                problem(c, h[i].id, "hint.dangling", "depends on a hint that is not there");
            else if (!named(h, i, h[i].depends[d]))
                problem(c, h[i].id, "hint.order", "depends on a hint that comes later");
        }
        if ((!h[i].body_html || !*h[i].body_html) && (!h[i].title_html || !*h[i].title_html))
            problem(c, h[i].id, "hint.empty", "says nothing");
        check_hints(c, h[i].hints, h[i].hint_count);
    }
}

/* Every {{name}} is a variable: another one would vanish without a word. */
static void check_names(struct checker *c, const struct item *it, const json_t *v, const char *member, int depth)
{
    const char *key;
    json_t *x;
    size_t i;
    if (depth > NAMES_DEPTH) return;
    if (json_is_object(v))
        json_object_foreach ((json_t *)(uintptr_t)v, key, x) check_names(c, it, x, key, depth + 1);
    if (json_is_array(v))
        json_array_foreach ((json_t *)(uintptr_t)v, i, x) check_names(c, it, x, member, depth + 1);
    const char *s = json_string_value(v);
    for (const char *open; s && (open = strstr(s, "{{")); s = open + 2) {
        size_t n = strcspn(open + 2, "}{"), k = 0;
        bool word = n > 0 && open[2 + n] == '}' && open[3 + n] == '}' && isalpha((unsigned char)open[2]);
        for (size_t j = 0; j < n; j++) word = word && (isalnum((unsigned char)open[2 + j]) || open[2 + j] == '_');
        while (word && k < it->var_count &&
               !(strlen(it->vars[k].name) == n && strncmp(it->vars[k].name, open + 2, n) == 0))
            k++;
        if (!word || k < it->var_count) continue;
        const char *what =
            arena_printf(c->arena, "%.*s stands in double braces, but vars has no such name", (int)n, open + 2);
        if (what) problem(c, member, "var.unknown", what);
    }
}

/* Every accepted answer is accepted, and choices can be told apart. */
static void check_question(struct checker *c, const struct item *it, const struct hint *h, const struct question *q)
{
    const char *member = h ? h->id : "key";
    for (size_t i = 0; i < (q->type->any ? q->key.count : 1); i++) {
        struct verdict v = {0};
        struct err e = {0};
        json_t *r = q->type->right(q, i);
        enum st st = !r  ? ST_NOMEM
                     : h ? hint_score(&c->variants, h, r, &v, &e)
                         : item_score(&c->variants, it, r, &v, &e);
        const char *why =
            arena_printf(c->arena, "the key's own value %s %s", q->key.values[i],
                         !v.readable ? "cannot be read as what its kind says" : "is not in the form that is asked");
        if (st != ST_OK)
            problem(c, member, "key.unreadable", *e.detail ? e.detail : "the answer of the key cannot be scored");
        else if (why && v.score < 1) problem(c, member, v.readable ? "key.form" : "key.unreadable", why);
        json_decref(r);
    }
    for (size_t i = 0; i < q->choice_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(q->choices[i].body_html, q->choices[k].body_html) == 0)
                advice(c, h ? member : "interaction.choices", "choice.same",
                       "two choices say the same in some variant");
}

static void check_errors(struct checker *c, const struct item *it)
{
    const struct question *q = &it->question;
    for (size_t i = 0; i < it->error_count; i++) {
        const char *unreadable = NULL;
        if (q->type->error_is_right(&c->variants, q, it->errors[i].match, &unreadable))
            problem(c, "errors", "error.right", "a known error is a right answer in some variant");
        if (unreadable) advice(c, "errors", "error.unreadable", unreadable);
    }
}

static void check_scaffolds(struct checker *c, const struct item *it, const struct hint *h, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (h[i].type == HINT_SCAFFOLD) {
            check_question(c, it, &h[i], &h[i].question);
            check_scaffolds(c, it, h[i].hints, h[i].hint_count);
        }
}

static uint64_t hash_of(uint64_t f, const char *p)
{
    for (; p && *p; p++) f = (f ^ (unsigned char)*p) * 1099511628211u;
    return f;
}

/* What makes variants different: the text, the key and the choices, in whatever order they stand. */
static uint64_t fingerprint(const struct item *it)
{
    const struct question *q = &it->question;
    uint64_t f = hash_of(hash_of(hash_of(1469598103934665603u, it->stimulus_html), it->body_html), q->key.values[0]),
             choices = 0;
    for (size_t i = 0; i < q->choice_count; i++) choices += hash_of(f, q->choices[i].body_html);
    return f ^ choices;
}

static void check_variants(struct checker *c, const struct item *it, uint32_t variants)
{
    uint64_t seen[FEW_VARIANTS];
    size_t different = 0, before = c->n;
    struct item *made;
    struct err why = {0};
    c->family = it->var_count > 0;
    if (!c->family) variants = 1;
    for (c->variant = 0; c->variant < variants && c->n < before + BROKEN_ENOUGH; c->variant++) {
        arena_reset(&c->variants);
        if (item_make(&c->variants, it, c->variant, ITEM_WHOLE, &made, &why) != ST_OK) {
            problem(c, "vars", "item.variant", why.detail);
            continue;
        }
        check_question(c, made, NULL, &made->question);
        check_errors(c, made);
        if (c->review) check_scaffolds(c, made, made->hints, made->hint_count);
        uint64_t f = fingerprint(made);
        size_t k = 0;
        while (k < different && seen[k] != f) k++;
        if (k == different && different < FEW_VARIANTS) seen[different++] = f;
    }
    c->family = false;
    if (it->var_count && variants >= 50 && c->n == before && different < FEW_VARIANTS)
        advice(c, "vars", "family.narrow", "fewer than 8 different questions come out of this family");
}

static enum st run(struct arena *a, const json_t *doc, uint32_t variants, bool review, struct item_problem **out,
                   size_t *n, struct err *e)
{
    struct checker c = {.arena = a, .review = review, .list = arena_array(a, PROBLEMS_MAX, sizeof *c.list)};
    struct item *it = NULL;
    struct err why = {0};
    if (!c.list) return err_fail(e, ST_NOMEM, "err.memory", "check");
    char *text = json_dumps(doc, JSON_COMPACT | JSON_ENCODE_ANY);
    enum st st = text ? item_read(a, text, strlen(text), &it, &why) : ST_INVALID;
    free(text);
    if (st == ST_NOMEM) return err_fail(e, ST_NOMEM, "err.memory", "check");
    if (st != ST_OK) {
        problem(&c, "item", "item.unreadable", why.detail);
    } else {
        arena_init(&c.variants, VARIANT_BYTES);
        if (!it->competency_count) problem(&c, "competencies", "item.competencies", "names no competency");
        check_hints(&c, it->hints, it->hint_count);
        if (review && it->var_count) check_names(&c, it, doc, "item", 0);
        check_variants(&c, it, variants);
        arena_release(&c.variants);
    }
    *out = c.list;
    *n = c.n;
    return ST_OK;
}

enum st item_check(struct arena *a, const json_t *doc, struct item_problem **out, size_t *n, struct err *e)
{
    return run(a, doc, VARIANTS, false, out, n, e);
}

enum st item_review(struct arena *a, const json_t *doc, uint32_t variants, struct item_problem **out, size_t *n,
                    struct err *e)
{
    return run(a, doc, variants, true, out, n, e);
}
