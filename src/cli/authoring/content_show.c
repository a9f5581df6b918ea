/* content preview: an item as text, or as a page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "content.h"
#include "content_load.h"
#include "interop/item_compile.h"
#include "items/interaction.h"

/* The words behind what was only escaped. */
static void print_plain(const char *s)
{
    static const struct {
        const char *from;
        char to;
    } known[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}};
    while (s && *s) {
        size_t k = 0;
        while (k < 4 && strncmp(s, known[k].from, strlen(known[k].from)) != 0) k++;
        putchar(k < 4 ? known[k].to : *s);
        s += k < 4 ? strlen(known[k].from) : 1;
    }
}

static void print_line(int indent, const char *label, const char *s)
{
    if (!s || !*s) return;
    printf("%*s%s", indent, "", label);
    print_plain(s);
    putchar('\n');
}

static void print_key(int indent, const struct question *q)
{
    static const char *const forms[] = {"any",        "lowest_terms", "mixed",    "decimal",
                                        "simplified", "factored",     "expanded", "exact"};
    for (size_t i = 0; i < q->choice_count; i++) {
        bool right = false;
        for (size_t k = 0; k < q->key.count; k++) right = right || strcmp(q->key.values[k], q->choices[i].id) == 0;
        printf("%*s%s %s) ", indent, "", right && !q->type->ordered ? "*" : " ", q->choices[i].id);
        print_plain(q->choices[i].body_html);
        putchar('\n');
    }
    printf("%*sKey (%s", indent, "", q->type->response->list ? q->type->code : key_kind_code(q->key.kind));
    if (q->key.form != FORM_ANY) printf(", %s", forms[q->key.form]);
    printf("):");
    for (size_t i = 0; i < q->key.count; i++) printf("%s %s", i ? "," : "", q->key.values[i]);
    if (q->key.unit) printf(" %s", q->key.unit);
    putchar('\n');
}

static void print_hints(int indent, const struct hint *h, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        printf("%*s%s %s: ", indent, "", h[i].type == HINT_SCAFFOLD ? "Step" : "Hint", h[i].id);
        if (h[i].title_html && *h[i].title_html) {
            print_plain(h[i].title_html);
            if (h[i].body_html && *h[i].body_html) fputs(". ", stdout);
        }
        print_plain(h[i].body_html);
        putchar('\n');
        if (h[i].type == HINT_SCAFFOLD) print_key(indent + 2, &h[i].question);
        print_hints(indent + 2, h[i].hints, h[i].hint_count);
    }
}

static void print_item(const struct item *it, uint32_t variant)
{
    printf("%s", it->source_id);
    if (it->var_count) printf(", variant %u", variant);
    putchar('\n');
    print_line(0, "", it->title_html);
    putchar('\n');
    print_line(0, "", it->stimulus_html);
    print_line(0, "", it->body_html);
    print_key(2, &it->question);
    if (it->hint_count) putchar('\n');
    print_hints(2, it->hints, it->hint_count);
    if (it->error_count) putchar('\n');
    for (size_t i = 0; i < it->error_count; i++) {
        printf("  Known error %s: ", it->errors[i].match);
        print_plain(it->errors[i].feedback_html);
        putchar('\n');
    }
    print_line(2, "When right: ", it->right_html);
}

/* As a page: what the renderer made, and nothing that runs. */
static void page_question(const struct question *q)
{
    if (!q->choice_count) {
        printf("<p><input aria-label=\"Your answer\" placeholder=\"%s\"> %s</p>\n", "Your answer",
               q->unit ? q->unit : "");
        return;
    }
    printf("<ol type=\"a\">\n");
    for (size_t i = 0; i < q->choice_count; i++) printf("<li>%s</li>\n", q->choices[i].body_html);
    printf("</ol>\n");
}

static void page_hints(const struct hint *h, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        printf("<details><summary>%s %zu%s%s</summary>%s\n", h[i].type == HINT_SCAFFOLD ? "Step" : "Hint", i + 1,
               h[i].title_html ? ": " : "", h[i].title_html ? h[i].title_html : "",
               h[i].body_html ? h[i].body_html : "");
        if (h[i].type == HINT_SCAFFOLD) page_question(&h[i].question);
        page_hints(h[i].hints, h[i].hint_count);
        printf("</details>\n");
    }
}

static void page(const struct item *it)
{
    printf("<!doctype html>\n<html lang=\"%s\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
           "content=\"width=device-width\"><title>Preview</title>\n"
           "<style>body{font:18px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 "
           "1rem}details{margin:.5rem 0}input{font:inherit}</style>\n<main>\n",
           it->language ? it->language : "en");
    if (it->title_html) printf("<h1>%s</h1>\n", it->title_html);
    if (it->stimulus_html) printf("%s\n", it->stimulus_html);
    printf("%s\n", it->body_html);
    page_question(&it->question);
    page_hints(it->hints, it->hint_count);
    if (it->error_count) printf("<h2>Known errors</h2>\n");
    for (size_t i = 0; i < it->error_count; i++) {
        printf("<p><code>");
        for (const char *p = it->errors[i].match; *p; p++) printf(*p == '<' ? "&lt;" : *p == '&' ? "&amp;" : "%c", *p);
        printf("</code></p>%s\n", it->errors[i].feedback_html);
    }
    printf("</main></html>\n");
}

static enum st compiled(struct arena *a, json_t *doc, struct err *e)
{
    struct rich *r;
    TRY(rich_open(&r, e));
    enum st st = item_compile(r, a, doc, e);
    rich_close(r);
    return st;
}

static enum st preview(struct loaded *l, const char *id, uint32_t variant, bool html, struct err *e)
{
    size_t at = 0;
    struct item *family, *it;
    while (id && at < l->pack->item_count && strcmp(l->pack->items[at].source_id, id) != 0) at++;
    if (at >= l->pack->item_count)
        return err_fail(e, ST_NOT_FOUND, "content.item_unknown", "there is no item%s%s here", id ? " " : "",
                        id ? id : "");
    json_t *doc = l->pack->items[at].doc;
    if (html) TRY(compiled(&l->arena, doc, e));
    char *text = json_dumps(doc, JSON_COMPACT);
    enum st st =
        text ? item_read(&l->arena, text, strlen(text), &family, e) : err_fail(e, ST_NOMEM, "err.memory", "preview");
    free(text);
    TRY(st);
    TRY(item_make(&l->arena, family, variant, ITEM_WHOLE, &it, e));
    if (html) page(it);
    else print_item(it, variant);
    return ST_OK;
}

int run_content_preview(struct cli *c)
{
    struct err e = {0};
    struct loaded l;
    int64_t variant = 0;
    const char *v = cli_opt(c, "--variant");
    if (c->count != 1) return cli_usage(c, "name the content");
    if (v && (!parse_i64(v, &variant) || variant < 0 || variant > UINT32_MAX))
        return cli_usage(c, "--variant takes a number from 0");
    enum st st = content_load(c, c->positional[0], &l, &e);
    if (st == ST_OK) st = preview(&l, cli_opt(c, "--item"), (uint32_t)variant, cli_opt(c, "--html") != NULL, &e);
    content_unload(&l);
    return st == ST_OK ? 0 : cli_fail(&e);
}
