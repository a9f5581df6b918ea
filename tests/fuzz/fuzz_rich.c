/* Markdown with formulas -> HTML: nothing comes out but the list's elements, whole and nested well. */
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "interop/rich.h"

static enum st no_math(void *ctx, const char *tex, size_t n, bool display, bool *made, struct text *out, struct err *e)
{
    (void)ctx, (void)e;
    *made = n && tex[0] != '\\';
    text_add(out, *made ? display ? "<math display=\"block\"></math>" : "<math></math>" : "it has a command");
    return ST_OK;
}

static const char *const pairs[] = {"p",     "h3", "h4", "ul", "ol", "li",     "blockquote", "pre", "table", "thead",
                                    "tbody", "tr", "th", "td", "em", "strong", "code",       "a",   "math"};
enum { PAIRS = sizeof pairs / sizeof *pairs, DEPTH = 64 };
static const char *const attributes[] = {"<ol start=\"", "<th scope=\"col\">",
                                         "<a rel=\"noopener noreferrer\" target=\"_blank\" href=\"http",
                                         "<img src=\"/figure/", "<math display=\"block\">"};

/* The tag at p, which is on '<', is one of ours; behind it. */
static const char *tag(const char *p, int *open, int *depth)
{
    const char *end = p + 1;
    bool quoted = false;
    for (; *end && (quoted || *end != '>'); end++)
        if (*end == '"') quoted = !quoted;
    FUZZ_CHECK(*end == '>');
    if (strncmp(p, "<br>", 4) == 0 || strncmp(p, "<hr>", 4) == 0) return end + 1;
    bool close = p[1] == '/', known = strncmp(p, "<img ", 5) == 0;
    const char *name = p + 1 + close;
    size_t n = strcspn(name, " >");
    int i = 0;
    if (name[n] == ' ') {
        size_t a = 0;
        while (a < sizeof attributes / sizeof *attributes && strncmp(p, attributes[a], strlen(attributes[a])) != 0) a++;
        FUZZ_CHECK(a < sizeof attributes / sizeof *attributes);
    }
    if (known) {
        FUZZ_CHECK(strspn(p + 18, "0123456789abcdef") == 64 && strncmp(p + 82, "\" loading=\"lazy\" alt=\"", 22) == 0);
        return end + 1;
    }
    while (i < PAIRS && !(strlen(pairs[i]) == n && memcmp(pairs[i], name, n) == 0)) i++;
    FUZZ_CHECK(i < PAIRS);
    if (close) {
        FUZZ_CHECK(*depth && open[*depth - 1] == i);
        --*depth;
    } else {
        FUZZ_CHECK(*depth < DEPTH);
        open[(*depth)++] = i;
    }
    return end + 1;
}

static void check(const char *html)
{
    int open[DEPTH], depth = 0;
    FUZZ_CHECK(utf8_valid(html, strlen(html)));
    while (*html) {
        if (*html == '<') {
            html = tag(html, open, &depth);
        } else {
            FUZZ_CHECK(*html != '>' && *html != '"');
            html++;
        }
    }
    FUZZ_CHECK(depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct rich *r;
    struct arena a;
    struct err e;
    const char *html;
    if (!r && rich_open_with(&r, &(struct rich_math){no_math, NULL}, &e) != ST_OK) return 0;
    arena_init(&a, 8 << 20);
    const char *source = arena_copy(&a, (const char *)data, n);
    for (int place = RICH_BLOCK; source && place <= RICH_INLINE; place++) {
        if (rich_html(r, &a, source, (enum rich_place)place, &html, &e) == ST_OK) check(html);
        for (const struct rich_warning *w; (w = rich_warning_next(r));)
            FUZZ_CHECK(utf8_valid(w->text, strlen(w->text)));
    }
    arena_release(&a);
    return 0;
}
