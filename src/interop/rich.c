#include "interop/rich.h"

#include <md4c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strmap.h"
#include "base/text.h"
#include "tex_math.h"

enum { MEMORY_MAX = 64 * 1024 * 1024, WARNINGS_MAX = 64, HTML_MAX = 4 * 1024 * 1024, FORMULAS_MAX = 20000 };

/* A formula stands in the Markdown as OPEN number CLOSE, signs of the private use area that are taken out of the source. */
static const char OPEN[] = "\xee\x80\x80", CLOSE[] = "\xee\x80\x81";

struct rich {
    struct arena memory;
    struct tex_math *math;
    struct strmap known;      /* "i" or "d", then the TeX -> index */
    const char **made;        /* HTML by index */
    size_t made_n;
    struct rich_warning warnings[WARNINGS_MAX];
    size_t warning_n, warning_next;
    struct rich_counts counts;
    struct text out, source;  /* scratch */
};

struct render {
    struct rich *r;
    struct text *out;
    bool in_line; /* RICH_INLINE: no blocks */
    bool broke;   /* a block has ended in a line */
    int image;    /* depth: inside it all text is its words */
    bool dropped; /* the innermost link is not one */
};

enum st rich_open(struct rich **out, struct err *e)
{
    struct rich *r = calloc(1, sizeof *r);
    if (!r) return err_fail(e, ST_NOMEM, "err.memory", "renderer");
    arena_init(&r->memory, MEMORY_MAX);
    text_init(&r->out, HTML_MAX);
    text_init(&r->source, RICH_SOURCE_MAX * 2);
    r->known.arena = &r->memory;
    enum st st = tex_math_open(&r->math, e);
    if (st == ST_OK) *out = r;
    else rich_close(r);
    return st;
}

void rich_close(struct rich *r)
{
    if (!r) return;
    tex_math_close(r->math);
    text_release(&r->out);
    text_release(&r->source);
    free(r->made);
    arena_release(&r->memory);
    free(r);
}

const struct rich_warning *rich_warning_next(struct rich *r)
{
    if (r->warning_next < r->warning_n) return &r->warnings[r->warning_next++];
    r->warning_next = r->warning_n = 0;
    return NULL;
}

struct rich_counts rich_counts(const struct rich *r) { return r->counts; }

static void warn(struct rich *r, const char *code, const char *what, const char *p, size_t n)
{
    if (r->warning_n == WARNINGS_MAX) return;
    struct rich_warning *w = &r->warnings[r->warning_n++];
    struct text t;
    text_init(&t, 1000);
    text_printf(&t, "%s%.*s", what, n > 120 ? 120 : (int)n, p);
    text_cut(&t, sizeof w->text - 1);
    w->code = code;
    memcpy(w->text, text_str(&t), t.n + 1 < sizeof w->text ? t.n + 1 : sizeof w->text);
    w->text[sizeof w->text - 1] = 0;
    text_release(&t);
}

static void escape(struct text *out, const char *p, size_t n)
{
    for (const char *end = p + n; p < end; p++) {
        if (*p == '<') text_add(out, "&lt;");
        else if (*p == '>') text_add(out, "&gt;");
        else if (*p == '&') text_add(out, "&amp;");
        else if (*p == '"') text_add(out, "&quot;");
        else text_char(out, *p);
    }
}

/* The formula's place in the memory, made when it is new. */
static enum st formula(struct rich *r, const char *tex, size_t n, bool display, size_t *index, struct err *e)
{
    char *key = arena_printf(&r->memory, "%c%.*s", display ? 'd' : 'i', (int)n, tex);
    if (!key) return err_fail(e, ST_NOMEM, "err.memory", "formulas");
    r->counts.formulas++;
    int at = strmap_put(&r->known, key, (int)r->made_n);
    if (at < 0) return err_fail(e, ST_NOMEM, "err.memory", "formulas");
    *index = (size_t)at;
    if ((size_t)at < r->made_n) return ST_OK;
    if (r->made_n % 256 == 0) {
        const char **more = r->made_n < FORMULAS_MAX ? realloc(r->made, (r->made_n + 256) * sizeof *more) : NULL;
        if (!more) return err_fail(e, ST_NOMEM, "err.memory", "formulas");
        r->made = more;
    }
    struct text t;
    bool made;
    text_init(&t, HTML_MAX);
    enum st st = tex_math_make(r->math, tex, n, display, &made, &t, e);
    r->counts.asked++;
    if (st == ST_OK && !made) {
        r->counts.failed++;
        warn(r, "rich.math", "a formula cannot be read and is shown as its TeX: ", text_str(&t), t.n);
        text_clear(&t);
        text_add(&t, "<code>");
        escape(&t, tex, n);
        text_add(&t, "</code>");
    }
    if (st == ST_OK) {
        const char *kept = t.failed ? NULL : arena_strdup(&r->memory, text_str(&t));
        if (kept) r->made[r->made_n++] = kept;
        else st = err_fail(e, ST_NOMEM, "err.memory", "formulas");
    }
    text_release(&t);
    return st;
}

static bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* The end of the formula that begins at p, which is behind its $ or $$; NULL: it was no formula. What is written as money
 * ("$5 and $6") is none: no blank inside at the dollars, no digit behind the closing one. */
static const char *formula_end(const char *p, const char *end, bool display)
{
    if (p >= end || (!display && (space(*p) || *p == '$'))) return NULL;
    for (const char *q = p; q < end; q++) {
        if (*q == '\\' && q + 1 < end) {
            q++;
            continue;
        }
        if (q[0] == '\n' && q + 1 < end && q[1] == '\n') return NULL;
        if (*q != '$') continue;
        if (display) {
            if (q + 1 < end && q[1] == '$') return q;
        } else if (!space(q[-1]) && (q + 1 >= end || q[1] < '0' || q[1] > '9')) {
            return q;
        }
    }
    return NULL;
}

/* Source with its formulas put away. */
static enum st put_away(struct rich *r, const char *s, struct err *e)
{
    const char *end = s + strlen(s);
    text_clear(&r->source);
    for (const char *p = s; p < end;) {
        if (*p == '\\' && p + 1 < end) {
            text_put(&r->source, p, 2);
            p += 2;
        } else if ((unsigned char)p[0] == 0xee && (unsigned char)p[1] == 0x80 && ((unsigned char)p[2] & 0xfe) == 0x80) {
            p += 3; /* our own signs, in somebody's text */
        } else if (*p == '$') {
            bool display = p + 1 < end && p[1] == '$';
            const char *from = p + (display ? 2 : 1), *to = formula_end(from, end, display);
            if (!to) {
                warn(r, "rich.dollar", "a dollar sign stands alone: ", p, (size_t)(end - p));
                text_add(&r->source, display ? "\\$\\$" : "\\$");
                p = from;
                continue;
            }
            size_t index = 0;
            TRY(formula(r, from, (size_t)(to - from), display, &index, e));
            text_printf(&r->source, "%s%zu%s", OPEN, index, CLOSE);
            p = to + (display ? 2 : 1);
        } else {
            text_char(&r->source, *p++);
        }
    }
    return r->source.failed ? err_fail(e, ST_INVALID, "content.item", "the text is too long") : ST_OK;
}

/* Text with its formulas taken out of the memory again. */
static void put_text(struct render *x, const char *p, size_t n)
{
    const char *end = p + n;
    while (p < end) {
        const char *hit = memmem(p, (size_t)(end - p), OPEN, 3);
        escape(x->out, p, (size_t)((hit ? hit : end) - p));
        if (!hit) return;
        size_t index = 0;
        for (p = hit + 3; p < end && *p >= '0' && *p <= '9'; p++) index = index * 10 + (size_t)(*p - '0');
        if (end - p >= 3) p += 3;
        if (index < x->r->made_n) text_add(x->out, x->r->made[index]);
    }
}

static void attribute(struct text *out, const MD_ATTRIBUTE *a)
{
    for (size_t i = 0; a->text && a->substr_offsets[i] < a->size; i++) {
        const char *p = a->text + a->substr_offsets[i];
        size_t n = a->substr_offsets[i + 1] - a->substr_offsets[i];
        if (a->substr_types[i] == MD_TEXT_ENTITY) text_put(out, p, n);
        else escape(out, p, n);
    }
}

static bool begins(const MD_ATTRIBUTE *a, const char *with)
{
    size_t n = strlen(with);
    return a->size >= n && strncasecmp(a->text, with, n) == 0;
}

static const char *block_tag(MD_BLOCKTYPE t)
{
    switch (t) {
    case MD_BLOCK_QUOTE: return "blockquote";
    case MD_BLOCK_UL: return "ul";
    case MD_BLOCK_OL: return "ol";
    case MD_BLOCK_LI: return "li";
    case MD_BLOCK_H: return "h4"; /* a page has its own outline above */
    case MD_BLOCK_CODE: return "pre";
    case MD_BLOCK_P: return "p";
    case MD_BLOCK_TABLE: return "table";
    case MD_BLOCK_THEAD: return "thead";
    case MD_BLOCK_TBODY: return "tbody";
    case MD_BLOCK_TR: return "tr";
    case MD_BLOCK_TH: return "th";
    case MD_BLOCK_TD: return "td";
    case MD_BLOCK_DOC: case MD_BLOCK_HR: case MD_BLOCK_HTML: break;
    }
    return NULL;
}

static int enter_block(MD_BLOCKTYPE t, void *detail, void *ctx)
{
    struct render *x = ctx;
    const char *tag = block_tag(t);
    if (x->in_line) {
        if (x->broke) text_add(x->out, "<br>");
        x->broke = false;
        return 0;
    }
    if (t == MD_BLOCK_HR) text_add(x->out, "<hr>");
    if (!tag) return 0;
    text_printf(x->out, "<%s", tag);
    if (t == MD_BLOCK_OL && ((MD_BLOCK_OL_DETAIL *)detail)->start != 1) text_printf(x->out, " start=\"%u\"", ((MD_BLOCK_OL_DETAIL *)detail)->start);
    if (t == MD_BLOCK_TH) text_add(x->out, " scope=\"col\"");
    text_char(x->out, '>');
    return x->out->failed;
}

static int leave_block(MD_BLOCKTYPE t, void *detail, void *ctx)
{
    struct render *x = ctx;
    const char *tag = block_tag(t);
    (void)detail;
    if (x->in_line) x->broke = tag != NULL;
    else if (tag) text_printf(x->out, "</%s>", tag);
    return x->out->failed;
}

static void image(struct render *x, const MD_SPAN_IMG_DETAIL *d)
{
    char sha[65];
    bool ok = begins(&d->src, "figure:") && d->src.size == 7 + 64;
    if (ok) {
        memcpy(sha, d->src.text + 7, 64);
        sha[64] = 0;
        ok = strspn(sha, "0123456789abcdef") == 64;
    }
    if (ok) {
        text_printf(x->out, "<img src=\"/figure/%s\" loading=\"lazy\" alt=\"", sha);
    } else {
        warn(x->r, "rich.figure", "a picture from elsewhere is left out: ", d->src.text ? d->src.text : "", d->src.size);
        text_add(x->out, "<em title=\"");
    }
}

static int enter_span(MD_SPANTYPE t, void *detail, void *ctx)
{
    struct render *x = ctx;
    if (t == MD_SPAN_IMG && x->image++ == 0) image(x, detail);
    if (x->image) return x->out->failed;
    if (t == MD_SPAN_EM) text_add(x->out, "<em>");
    else if (t == MD_SPAN_STRONG) text_add(x->out, "<strong>");
    else if (t == MD_SPAN_CODE) text_add(x->out, "<code>");
    else if (t == MD_SPAN_A) {
        const MD_SPAN_A_DETAIL *d = detail;
        x->dropped = !begins(&d->href, "https://") && !begins(&d->href, "http://");
        if (x->dropped) {
            warn(x->r, "rich.link", "a link that is not http or https is left out: ", d->href.text ? d->href.text : "", d->href.size);
        } else {
            text_add(x->out, "<a rel=\"noopener noreferrer\" target=\"_blank\" href=\"");
            attribute(x->out, &d->href);
            text_add(x->out, "\">");
        }
    }
    return x->out->failed;
}

static int leave_span(MD_SPANTYPE t, void *detail, void *ctx)
{
    struct render *x = ctx;
    if (t == MD_SPAN_IMG && --x->image == 0) {
        const MD_SPAN_IMG_DETAIL *d = detail;
        bool ours = begins(&d->src, "figure:") && d->src.size == 7 + 64 && strspn(d->src.text + 7, "0123456789abcdef") >= 64;
        text_add(x->out, ours ? "\">" : "\"></em>");
        return x->out->failed;
    }
    if (x->image) return x->out->failed;
    if (t == MD_SPAN_EM) text_add(x->out, "</em>");
    else if (t == MD_SPAN_STRONG) text_add(x->out, "</strong>");
    else if (t == MD_SPAN_CODE) text_add(x->out, "</code>");
    else if (t == MD_SPAN_A && !x->dropped) text_add(x->out, "</a>");
    return x->out->failed;
}

static int put(MD_TEXTTYPE t, const MD_CHAR *p, MD_SIZE n, void *ctx)
{
    struct render *x = ctx;
    switch (t) {
    case MD_TEXT_NULLCHAR: text_add(x->out, "\xef\xbf\xbd"); break;
    case MD_TEXT_BR: text_add(x->out, x->image ? " " : "<br>"); break;
    case MD_TEXT_SOFTBR: text_char(x->out, x->in_line || x->image ? ' ' : '\n'); break;
    case MD_TEXT_ENTITY: text_put(x->out, p, n); break;
    case MD_TEXT_NORMAL: case MD_TEXT_CODE: case MD_TEXT_HTML: case MD_TEXT_LATEXMATH:
        if (x->image && memmem(p, n, OPEN, 3)) break; /* no elements in an attribute */
        put_text(x, p, n);
        break;
    }
    return x->out->failed;
}

enum st rich_html(struct rich *r, struct arena *a, const char *source, enum rich_place place, const char **out, struct err *e)
{
    struct render x = {.r = r, .out = &r->out, .in_line = place == RICH_INLINE};
    const MD_PARSER parser = {.flags = MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_NOINDENTEDCODEBLOCKS, .enter_block = enter_block, .leave_block = leave_block,
                              .enter_span = enter_span, .leave_span = leave_span, .text = put};
    size_t n = strlen(source);
    if (n > RICH_SOURCE_MAX) return err_fail(e, ST_INVALID, "content.item", "a text of %zu bytes; at most %d", n, RICH_SOURCE_MAX);
    if (!utf8_valid(source, n)) return err_fail(e, ST_INVALID, "content.item", "a text is not UTF-8");
    TRY(put_away(r, source, e));
    text_clear(&r->out);
    int failed = md_parse(text_str(&r->source), (MD_SIZE)r->source.n, &parser, &x);
    *out = failed || r->out.failed ? NULL : arena_strdup(a, text_str(&r->out));
    return *out ? ST_OK : err_fail(e, r->out.failed ? ST_INVALID : ST_NOMEM, "content.item", "a text becomes too long");
}
