/* Markdown -> the elements of our list. md4c parses and calls back; each tag is written here. */
#include <md4c.h>
#include <string.h>

#include "rich_handle.h"
#include "tex_plain.h"

enum { BLOCKS_DEEP = 24, SPANS_DEEP = 16 }; /* what is deeper goes without its elements */

struct render {
    struct rich *r;
    struct text *out;
    enum rich_place place;
    bool broke;                    /* a paragraph has ended in a run of words */
    int depth;                     /* of blocks */
    int image;                     /* depth: inside it all text is its words */
    bool figure;                   /* the image is one of ours */
    size_t words;                  /* out->n where the image's words begin */
    const char *spans[SPANS_DEEP]; /* what is open: md4c may close what it never opened, and the reverse */
    int span_n;
};

enum how { AS_HTML, AS_TEX, AS_WORDS };

static void put_formula(struct text *out, const struct formula *f, enum how how)
{
    const char *dollars = f->display ? "$$" : "$";
    struct text t;
    bool odd;
    switch (how) {
    case AS_HTML: text_add(out, f->html); break;
    case AS_TEX:
        text_add(out, dollars);
        rich_escape(out, f->tex, strlen(f->tex));
        text_add(out, dollars);
        break;
    case AS_WORDS:
        text_init(&t, 16384);
        if (!tex_to_plain(f->tex, &t, &odd)) {
            text_clear(&t);
            text_add(&t, f->tex);
        }
        rich_escape(out, text_str(&t), t.n);
        text_release(&t);
        break;
    }
}

/* Text with its formulas taken out of the memory again. */
static void put_text(struct render *x, const char *p, size_t n, enum how how)
{
    const char *end = p + n;
    while (p < end) {
        const char *hit = memmem(p, (size_t)(end - p), "\xee\x80", 2);
        rich_escape(x->out, p, (size_t)((hit ? hit : end) - p));
        if (!hit || end - hit < 3) return;
        p = hit + 3;
        if ((unsigned char)hit[2] > 0x82) {
            text_put(x->out, hit, 3);
        } else if (hit[2] == RICH_OPEN[2]) {
            size_t index = 0;
            for (; p < end && *p >= '0' && *p <= '9'; p++) index = index * 10 + (size_t)(*p - '0');
            if (index < x->r->made_n) put_formula(x->out, &x->r->made[index], how);
        }
    }
}

static void attribute(struct render *x, const MD_ATTRIBUTE *a)
{
    for (size_t i = 0; a->text && a->substr_offsets[i] < a->size; i++) {
        const char *p = a->text + a->substr_offsets[i];
        size_t n = a->substr_offsets[i + 1] - a->substr_offsets[i];
        if (a->substr_types[i] == MD_TEXT_ENTITY) text_put(x->out, p, n);
        else put_text(x, p, n, AS_TEX);
    }
}

static bool begins(const MD_ATTRIBUTE *a, const char *with)
{
    size_t n = strlen(with);
    return a->text && a->size >= n && strncmp(a->text, with, n) == 0;
}

static void open_span(struct render *x, const char *tag, const char *attributes)
{
    if (x->span_n == SPANS_DEEP) return;
    x->spans[x->span_n++] = tag;
    text_printf(x->out, "<%s%s", tag, attributes);
}

/* Down to the one with that tag, if there is one; NULL: all of them. */
static void close_spans(struct render *x, const char *tag)
{
    int to = x->span_n;
    while (to && !(tag && strcmp(x->spans[to - 1], tag) == 0)) to--;
    if (tag && !to) return;
    for (to -= tag != NULL; x->span_n > to;) text_printf(x->out, "</%s>", x->spans[--x->span_n]);
}

static void leave_image(struct render *x)
{
    if (x->figure && x->out->n == x->words)
        rich_warn(x->r, "rich.alt", "a figure has no words for those who do not see it", "", 0);
    if (x->figure) text_add(x->out, "\">");
    else close_spans(x, "em");
}

static void end_spans(struct render *x)
{
    if (x->image) leave_image(x);
    x->image = 0;
    close_spans(x, NULL);
}

/* Blocks ----------------------------------------------------------------------------------------------------------- */

static const char *block_tag(MD_BLOCKTYPE t, const void *detail)
{
    switch (t) {
    case MD_BLOCK_QUOTE: return "blockquote";
    case MD_BLOCK_UL: return "ul";
    case MD_BLOCK_OL: return "ol";
    case MD_BLOCK_LI: return "li";
    /* a page has its own outline above */
    case MD_BLOCK_H: return ((const MD_BLOCK_H_DETAIL *)detail)->level < 3 ? "h3" : "h4";
    case MD_BLOCK_CODE: return "pre";
    case MD_BLOCK_P: return "p";
    case MD_BLOCK_TABLE: return "table";
    case MD_BLOCK_THEAD: return "thead";
    case MD_BLOCK_TBODY: return "tbody";
    case MD_BLOCK_TR: return "tr";
    case MD_BLOCK_TH: return "th";
    case MD_BLOCK_TD: return "td";
    case MD_BLOCK_DOC:
    case MD_BLOCK_HR:
    case MD_BLOCK_HTML: break;
    }
    return NULL;
}

static int enter_block(MD_BLOCKTYPE t, void *detail, void *ctx)
{
    struct render *x = ctx;
    const char *tag = block_tag(t, detail);
    end_spans(x);
    if (x->place == RICH_INLINE) {
        if (x->broke) text_add(x->out, "<br>");
        x->broke = false;
        return 0;
    }
    if (++x->depth > BLOCKS_DEEP) {
        rich_warn(x->r, "rich.depth", "a text is nested too deeply; its inner parts are shown without", "", 0);
        return x->out->failed;
    }
    if (t == MD_BLOCK_HR) text_add(x->out, "<hr>");
    if (!tag) return 0;
    text_printf(x->out, "<%s", tag);
    if (t == MD_BLOCK_OL && ((MD_BLOCK_OL_DETAIL *)detail)->start != 1)
        text_printf(x->out, " start=\"%u\"", ((MD_BLOCK_OL_DETAIL *)detail)->start);
    if (t == MD_BLOCK_TH) text_add(x->out, " scope=\"col\"");
    text_char(x->out, '>');
    return x->out->failed;
}

static int leave_block(MD_BLOCKTYPE t, void *detail, void *ctx)
{
    struct render *x = ctx;
    const char *tag = block_tag(t, detail);
    end_spans(x);
    if (x->place == RICH_INLINE) x->broke = tag != NULL;
    else if (x->depth-- <= BLOCKS_DEEP && tag) text_printf(x->out, "</%s>", tag);
    return x->out->failed;
}

/* Spans ------------------------------------------------------------------------------------------------------------ */

static void enter_image(struct render *x, const MD_SPAN_IMG_DETAIL *d)
{
    x->figure = begins(&d->src, "figure:") && d->src.size == 7 + 64;
    for (size_t i = 7; x->figure && i < 7 + 64; i++) x->figure = strchr("0123456789abcdef", d->src.text[i]) != NULL;
    if (x->figure) {
        text_printf(x->out, "<img src=\"/figure/%.64s\" loading=\"lazy\" alt=\"", d->src.text + 7);
    } else {
        rich_warn(x->r, "rich.figure",
                  "a picture that is no figure of the package is left out: ", d->src.text ? d->src.text : "",
                  d->src.size);
        open_span(x, "em", ">");
    }
    x->words = x->out->n;
}

static void enter_link(struct render *x, const MD_SPAN_A_DETAIL *d)
{
    if (!begins(&d->href, "https://") && !begins(&d->href, "http://")) {
        rich_warn(x->r, "rich.link", "a link that is not http or https is left out: ", d->href.text ? d->href.text : "",
                  d->href.size);
        return;
    }
    close_spans(x, "a"); /* never one in another */
    if (x->span_n == SPANS_DEEP) return;
    open_span(x, "a", " rel=\"noopener noreferrer\" target=\"_blank\" href=\"");
    attribute(x, &d->href);
    text_add(x->out, "\">");
}

static const char *span_tag(MD_SPANTYPE t)
{
    switch (t) {
    case MD_SPAN_EM: return "em";
    case MD_SPAN_STRONG: return "strong";
    case MD_SPAN_CODE: return "code";
    case MD_SPAN_A:
    case MD_SPAN_IMG:
    case MD_SPAN_DEL:
    case MD_SPAN_LATEXMATH:
    case MD_SPAN_LATEXMATH_DISPLAY:
    case MD_SPAN_WIKILINK:
    case MD_SPAN_U: break;
    }
    return NULL;
}

static int enter_span(MD_SPANTYPE t, void *detail, void *ctx)
{
    struct render *x = ctx;
    if (t == MD_SPAN_IMG && x->image++ == 0) enter_image(x, detail);
    if (x->image) return x->out->failed;
    if (t == MD_SPAN_A) enter_link(x, detail);
    if (span_tag(t)) open_span(x, span_tag(t), ">");
    return x->out->failed;
}

static int leave_span(MD_SPANTYPE t, void *detail, void *ctx)
{
    struct render *x = ctx;
    (void)detail;
    if (t == MD_SPAN_IMG && x->image && --x->image == 0) leave_image(x);
    else if (!x->image) close_spans(x, t == MD_SPAN_A ? "a" : t == MD_SPAN_IMG ? "" : span_tag(t) ? span_tag(t) : "");
    return x->out->failed;
}

static int put(MD_TEXTTYPE t, const MD_CHAR *p, MD_SIZE n, void *ctx)
{
    struct render *x = ctx;
    bool words = x->image && x->figure; /* no elements in an attribute */
    switch (t) {
    case MD_TEXT_NULLCHAR: text_add(x->out, "\xef\xbf\xbd"); break;
    case MD_TEXT_BR: text_add(x->out, words ? " " : "<br>"); break;
    case MD_TEXT_SOFTBR: text_char(x->out, x->place == RICH_INLINE || words ? ' ' : '\n'); break;
    case MD_TEXT_ENTITY: text_put(x->out, p, n); break;
    case MD_TEXT_CODE: put_text(x, p, n, words ? AS_WORDS : AS_TEX); break;
    case MD_TEXT_NORMAL:
    case MD_TEXT_HTML:
    case MD_TEXT_LATEXMATH: put_text(x, p, n, words ? AS_WORDS : AS_HTML); break;
    }
    return x->out->failed;
}

enum st rich_markdown(struct rich *r, enum rich_place place, struct err *e)
{
    struct render x = {.r = r, .out = &r->out, .place = place};
    const MD_PARSER parser = {.flags = MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_NOINDENTEDCODEBLOCKS,
                              .enter_block = enter_block,
                              .leave_block = leave_block,
                              .enter_span = enter_span,
                              .leave_span = leave_span,
                              .text = put};
    text_clear(&r->out);
    int failed = md_parse(text_str(&r->source), (MD_SIZE)r->source.n, &parser, &x);
    if (r->out.failed) return err_fail(e, ST_INVALID, "content.item", "a text becomes too long");
    return failed ? err_fail(e, ST_NOMEM, "err.memory", "Markdown") : ST_OK;
}
