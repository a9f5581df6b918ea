/* content score: lines of JSON in, lines of JSON out, one for one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/strmap.h"
#include "content.h"
#include "content_load.h"
#include "items/interaction.h"

enum { LINE_BYTES_MAX = 1 << 20, LINE_ARENA_BYTES = 16 << 20 };

struct scorer {
    struct loaded l;
    struct strmap ids;
    struct item **items; /* read when first asked for */
    struct arena line;
    struct text out;
};

static enum st item_of(struct scorer *s, const char *id, const struct item **out, struct err *e)
{
    int at = id ? strmap_get(&s->ids, id) : -1;
    if (at < 0)
        return err_fail(e, ST_NOT_FOUND, "content.item_unknown",
                        id ? "no item has this source_id" : "the line names no source_id");
    if (!s->items[at]) {
        char *text = json_dumps(s->l.pack->items[at].doc, JSON_COMPACT);
        enum st st = text ? item_read(&s->l.arena, text, strlen(text), &s->items[at], e)
                          : err_fail(e, ST_NOMEM, "err.memory", "score");
        free(text);
        TRY(st);
    }
    *out = s->items[at];
    return ST_OK;
}

static const json_t *find_question(const json_t *doc, const char *hint)
{
    size_t i;
    json_t *h;
    if (!hint) return doc;
    json_array_foreach (json_object_get(doc, "hints"), i, h) {
        if (strcmp(json_str(h, "id", ""), hint) == 0) return h;
        const json_t *sub = find_question(h, hint);
        if (sub) return sub;
    }
    return NULL;
}

/* Dollars, backslashes, braces and spaces are how a text is set, not what it says. */
static const char *skip_setting(const char *s)
{
    static const char dollar[] = "\\text{\\textdollar}";
    for (;;) {
        if (strncmp(s, dollar, sizeof dollar - 1) == 0) s += sizeof dollar - 1;
        else if (*s && strchr("$\\{} \t\n", *s)) s++;
        else return s;
    }
}

static bool says_same(const char *a, const char *b)
{
    for (;; a++, b++) {
        a = skip_setting(a);
        b = skip_setting(b);
        if (*a != *b) return false;
        if (!*a) return true;
    }
}

/* An id, or the id of the choice whose text it is: as it is shown in this variant, as its source writes it, or set
 * otherwise. */
static const char *choice_id(const struct question *q, const json_t *source, const char *said)
{
    const json_t *list = json_object_get(json_object_get(source, "interaction"), "choices");
    for (size_t i = 0; i < q->choice_count; i++)
        if (strcmp(q->choices[i].id, said) == 0) return said;
    for (size_t i = 0; i < q->choice_count; i++)
        if (strcmp(q->choices[i].body_html, said) == 0) return q->choices[i].id;
    for (int loose = 0; loose < 2; loose++)
        for (size_t i = 0; i < json_array_size(list); i++) {
            const json_t *c = json_array_get(list, i);
            const char *body = json_str(c, "body", "");
            if (loose ? says_same(body, said) : strcmp(body, said) == 0) return json_str(c, "id", said);
        }
    return said;
}

/* What people write becomes what the scorer takes: 5 for "5", a choice alone for a list of one. */
static json_t *settle(const struct question *q, const json_t *source, json_t *said)
{
    if (!q->type->response->list) {
        char *number = json_is_number(said) ? json_dumps(said, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) : NULL;
        json_t *v = number ? json_string(number) : json_incref(said);
        free(number);
        return v;
    }
    if (!json_is_array(said) && !json_is_string(said)) return json_incref(said);
    json_t *list = json_array();
    for (size_t i = 0; i < (json_is_array(said) ? json_array_size(said) : 1); i++) {
        json_t *v = json_is_array(said) ? json_array_get(said, i) : said;
        json_array_append_new(list, json_is_string(v) ? json_string(choice_id(q, source, json_string_value(v)))
                                                      : json_incref(v));
    }
    return list;
}

static enum st score(struct scorer *s, const json_t *o, struct verdict *v, struct err *e)
{
    const struct item *family = NULL;
    struct item *it;
    const char *hint_id = json_str(o, "hint", NULL), *id = json_str(o, "source_id", NULL);
    json_t *said = json_object_get(o, "response");
    int64_t variant = json_i64(o, "variant", 0);
    TRY(item_of(s, id, &family, e));
    if (!said) return err_fail(e, ST_INVALID, "answer.response", "the line has no response");
    if (variant < 0 || variant > UINT32_MAX)
        return err_fail(e, ST_INVALID, "answer.variant", "variant is a number from 0");
    TRY(item_make(&s->line, family, (uint32_t)variant, ITEM_WHOLE, &it, e));
    const struct hint *h = hint_id ? item_hint(it, hint_id) : NULL;
    if (hint_id && (!h || h->type != HINT_SCAFFOLD))
        return err_fail(e, ST_NOT_FOUND, "content.hint", "the item has no scaffold with this id");
    const json_t *doc = s->l.pack->items[strmap_get(&s->ids, id)].doc;
    json_t *response = settle(h ? &h->question : &it->question, find_question(doc, hint_id), said);
    if (!response) return err_fail(e, ST_NOMEM, "err.memory", "score");
    enum st st = h ? hint_score(&s->line, h, response, v, e) : item_score(&s->line, it, response, v, e);
    json_decref(response);
    return st;
}

/* One line; false: it could not be scored, and its line says why. */
static bool one_line(struct scorer *s, const char *line, size_t n)
{
    struct verdict v = {0};
    struct err e = {0};
    struct json_out j;
    json_t *o = NULL;
    arena_reset(&s->line);
    text_clear(&s->out);
    enum st st = json_read(&s->line, line, n, &o, &e);
    if (st == ST_OK) st = score(s, o, &v, &e);
    json_out_init(&j, &s->out);
    json_open_obj(&j, NULL);
    json_put_str(&j, "source_id", json_str(o, "source_id", NULL));
    if (json_object_get(o, "variant")) json_put_json(&j, "variant", json_object_get(o, "variant"));
    if (json_object_get(o, "hint")) json_put_json(&j, "hint", json_object_get(o, "hint"));
    if (st == ST_OK) {
        json_put_f64(&j, "score", v.score);
        json_put_bool(&j, "readable", v.readable);
        json_put_str(&j, "code", v.code);
        if (v.error) json_put_i64(&j, "error", v.error);
    } else {
        json_put_null(&j, "score");
        json_put_bool(&j, "readable", false);
        json_put_str(&j, "code", "invalid");
        json_put_str(&j, "problem", e.detail);
    }
    json_close_obj(&j);
    fwrite(text_str(&s->out), 1, s->out.n, stdout);
    putchar('\n');
    return st == ST_OK;
}

static enum st prepare(struct scorer *s, struct err *e)
{
    s->ids.arena = &s->l.arena;
    s->items = arena_array(&s->l.arena, s->l.pack->item_count + 1, sizeof(struct item *));
    if (!s->items) return err_fail(e, ST_NOMEM, "err.memory", "score");
    for (size_t i = 0; i < s->l.pack->item_count; i++)
        if (strmap_put(&s->ids, s->l.pack->items[i].source_id, (int)i) < 0)
            return err_fail(e, ST_NOMEM, "err.memory", "score");
    return ST_OK;
}

static int score_lines(struct scorer *s)
{
    char *line = NULL;
    size_t cap = 0, bad = 0, at = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, stdin)) >= 0) {
        at++;
        if (strspn(line, " \t\r\n") == (size_t)n) continue;
        if (n > LINE_BYTES_MAX) {
            fprintf(stderr, "waymark: line %zu is longer than a million bytes; it was left out\n", at);
            puts("{\"source_id\":null,\"score\":null,\"readable\":false,\"code\":\"invalid\",\"problem\":\"the line is "
                 "too long\"}");
            bad++;
        } else if (!one_line(s, line, (size_t)n)) {
            bad++;
        }
    }
    free(line);
    if (bad) fprintf(stderr, "waymark: %zu of %zu lines could not be scored; each says why in \"problem\"\n", bad, at);
    return bad || fflush(stdout) ? 1 : 0;
}

int run_content_score(struct cli *c)
{
    struct err e = {0};
    struct scorer s = {0};
    if (c->count != 1) return cli_usage(c, "name the content; the answers come on standard input");
    enum st st = content_load(c, c->positional[0], &s.l, &e);
    if (st == ST_OK) st = prepare(&s, &e);
    arena_init(&s.line, LINE_ARENA_BYTES);
    text_init(&s.out, LINE_BYTES_MAX * 8);
    int code = st == ST_OK ? score_lines(&s) : cli_fail(&e);
    text_release(&s.out);
    arena_release(&s.line);
    content_unload(&s.l);
    return code;
}
