/* From a source to HTML: formulas are made once and put away while Markdown is read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rich_handle.h"

enum { FORMULAS_KEPT = 20000, FORMULAS_IN_TEXT = 2000 };

/* Between two texts: all is forgotten when it has become much. */
static void forget(struct rich *r)
{
    if (r->made_n + FORMULAS_IN_TEXT < FORMULAS_KEPT && r->memory.used_bytes < RICH_MEMORY_MAX / 2) return;
    arena_reset(&r->memory);
    r->known = (struct strmap){.arena = &r->memory};
    r->made_n = 0;
}

static enum st remember(struct rich *r, const char *key, const struct text *html, const char *why, struct err *e)
{
    if (r->made_n == r->made_cap) {
        struct formula *more = realloc(r->made, (r->made_cap + 256) * sizeof *more);
        if (!more) return err_no_memory(e, "formulas");
        r->made = more;
        r->made_cap += 256;
    }
    struct formula *f = &r->made[r->made_n];
    *f = (struct formula){
        .tex = key + 1, .html = arena_copy(&r->memory, text_str(html), html->n), .why = why, .display = *key == 'd'};
    if (!f->html || strmap_put(&r->known, key, (int)r->made_n) < 0) return err_no_memory(e, "formulas");
    r->made_n++;
    return ST_OK;
}

static enum st make(struct rich *r, const char *key, struct err *e)
{
    struct text t;
    bool made = false;
    const char *why = NULL;
    size_t n = strlen(key + 1);
    text_init(&t, RICH_HTML_MAX);
    r->counts.asked++;
    enum st st = r->math.make(r->math.ctx, key + 1, n, *key == 'd', &made, &t, e);
    if (st == ST_OK && (!made || t.failed)) {
        why = arena_strdup(&r->memory, t.failed ? "it becomes too long" : text_str(&t));
        if (!why) st = err_no_memory(e, "formulas");
        text_clear(&t);
        text_add(&t, "<code>");
        rich_escape(&t, key + 1, n);
        text_add(&t, "</code>");
    }
    if (st == ST_OK) st = remember(r, key, &t, why, e);
    text_release(&t);
    return st;
}

/* The formula's place among those made; *bytes grows by what it will take. */
static enum st formula(struct rich *r, const char *tex, size_t n, bool display, size_t *index, size_t *bytes,
                       struct err *e)
{
    char *key = arena_alloc(&r->memory, n + 2);
    if (!key) return err_no_memory(e, "formulas");
    key[0] = display ? 'd' : 'i';
    memcpy(key + 1, tex, n);
    int at = strmap_get(&r->known, key);
    if (at < 0) {
        at = (int)r->made_n;
        TRY(make(r, key, e));
    }
    const struct formula *f = &r->made[at];
    r->counts.formulas++;
    if (f->why) {
        struct text what;
        text_init(&what, 2048);
        text_printf(&what, "a formula cannot be read and is shown as its TeX, %s: ", f->why);
        rich_warn(r, "rich.math", text_str(&what), tex, n);
        text_release(&what);
        r->counts.failed++;
    }
    *bytes += strlen(f->html);
    *index = (size_t)at;
    return ST_OK;
}

static bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* Where no formula closes, so that many lone dollars do not cost a search each. */
struct dollars {
    const char *no_inline, *no_display; /* none before here */
    bool warned;
    size_t count, bytes;
};

/* The end of the formula that begins at p, which is behind its $ or $$; NULL: it was no formula. What is written as
 * money ("$5 and $6") is none: no blank inside at the dollars, no digit behind the closing one. */
static const char *formula_end(struct dollars *d, const char *p, const char *end, bool display)
{
    const char *q, **none = display ? &d->no_display : &d->no_inline;
    if (p >= end || p < *none || (!display && space(*p))) return NULL;
    for (q = p; q < end; q++) {
        if (*q == '\\' && q + 1 < end) {
            q++;
            continue;
        }
        if (q[0] == '\n' && q + 1 < end && q[1] == '\n') break;
        if (*q != '$') continue;
        if (display) {
            if (q + 1 < end && q[1] == '$') return q > p ? q : NULL;
        } else if (q > p && !space(q[-1]) && (q + 1 >= end || q[1] < '0' || q[1] > '9')) {
            return q;
        }
    }
    *none = q;
    return NULL;
}

static bool blank_line(const char *p)
{
    p += strspn(p, " \t\r");
    return !*p || *p == '\n';
}

/* The source with its formulas put away: r->source. */
static enum st put_away(struct rich *r, const char *s, enum rich_place place, struct err *e)
{
    const char *end = s + strlen(s);
    struct dollars d = {s, s, false, 0, 0};
    bool line = place == RICH_INLINE;
    text_clear(&r->source);
    for (const char *p = s; p < end;) {
        if (line && !blank_line(p)) text_add(&r->source, RICH_LINE);
        line = place == RICH_INLINE && *p == '\n';
        if (*p == '\\' && p + 1 < end && p[1] != '\n') {
            text_put(&r->source, p, 2);
            p += 2;
        } else if ((unsigned char)p[0] == 0xee && (unsigned char)p[1] == 0x80 && ((unsigned char)p[2] & 0xfc) == 0x80) {
            p += 3; /* our own signs, in somebody's text */
        } else if (*p == '$') {
            bool display = p + 1 < end && p[1] == '$';
            const char *from = p + (display ? 2 : 1), *to = formula_end(&d, from, end, display);
            if (!to) {
                if (!d.warned)
                    rich_warn(r, "rich.dollar", "a dollar sign stands alone; written \\$ it is surely meant: ", p,
                              (size_t)(end - p));
                d.warned = true;
                text_put(&r->source, p, (size_t)(from - p));
                p = from;
                continue;
            }
            size_t index = 0;
            if (++d.count > FORMULAS_IN_TEXT || d.bytes > RICH_HTML_MAX)
                return err_fail(e, ST_INVALID, "content.item", "too many formulas in one text");
            TRY(formula(r, from, (size_t)(to - from), display, &index, &d.bytes, e));
            text_printf(&r->source, RICH_OPEN "%zu" RICH_CLOSE, index);
            p = to + (display ? 2 : 1);
        } else {
            text_char(&r->source, *p++);
        }
    }
    return r->source.failed ? err_fail(e, ST_INVALID, "content.item", "the text is too long") : ST_OK;
}

enum st rich_html(struct rich *r, struct arena *a, const char *source, enum rich_place place, const char **out,
                  struct err *e)
{
    size_t n = strlen(source);
    if (n > RICH_SOURCE_MAX)
        return err_fail(e, ST_INVALID, "content.item", "a text of %zu bytes; at most %d", n, RICH_SOURCE_MAX);
    if (!utf8_valid(source, n)) return err_fail(e, ST_INVALID, "content.item", "a text is not UTF-8");
    forget(r);
    TRY(put_away(r, source, place, e));
    TRY(rich_markdown(r, place, e));
    const char *html = arena_copy(a, text_str(&r->out), r->out.n);
    if (!html) return err_no_memory(e, "formulas");
    *out = html;
    return ST_OK;
}
