/* The handle of the renderer: rich_formulas.c remembers formulas, rich_markdown.c writes the elements. */
#ifndef INTEROP_RICH_HANDLE_H
#define INTEROP_RICH_HANDLE_H
#include "base/strmap.h"
#include "base/text.h"
#include "interop/rich.h"

enum {
    RICH_WARNINGS_MAX = 64,
    RICH_MEMORY_MAX = 64 * 1024 * 1024 /* bytes of remembered formulas */
};

struct formula {
    const char *tex, *html, *why; /* why: NULL, or what is wrong with it */
    bool display;
};

struct rich {
    struct rich_math math;
    struct tex_math *own; /* what math is, unless the caller has one */
    struct arena memory;
    struct strmap known; /* "i" or "d", then the TeX -> index */
    struct formula *made;
    size_t made_n, made_cap;
    struct rich_warning warnings[RICH_WARNINGS_MAX];
    size_t warning_n, warning_next;
    struct rich_counts counts;
    struct text out, source; /* scratch */
};

/* A formula stands in the Markdown as RICH_OPEN number RICH_CLOSE; RICH_LINE begins each line of what is one run of
 * words, so that "- 3" or "2. x" there is no list. Signs of the private use area, taken out of the source. */
#define RICH_OPEN "\xee\x80\x80"
#define RICH_CLOSE "\xee\x80\x81"
#define RICH_LINE "\xee\x80\x82"

void rich_warn(struct rich *r, const char *code, const char *what, const char *p, size_t n);
void rich_escape(struct text *out, const char *p, size_t n);
enum st rich_markdown(struct rich *r, enum rich_place place, struct err *e) WARN_UNUSED; /* r->source -> r->out */

#endif
