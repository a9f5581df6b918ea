/* Text of content -> HTML that is safe to show: Markdown with $TeX$ in, an allow-list's elements and MathML out.
 *
 * The list: p, h3, h4, ul, ol (start), li, blockquote, pre, hr, table, thead, tbody, tr, th, td, em, strong, code, br,
 * a (http and https), img (`figure:SHA256` only) and presentation MathML. What is not on it cannot come out, because
 * every tag is written by this room: raw HTML in the source is text.
 *
 * `$..$` is a formula in the line, `$$..$$` one that stands alone; `\$` is a dollar, and so is one that closes nothing
 * or is money (`$5 and $6`). Math is made by KaTeX in a helper process with bounded memory and time, started with the
 * first formula; it is for content that is saved, not for requests. `{{name}}` in prose stays, in math it becomes
 * `{{m:name}}` (docs/item-format.md).
 *
 * One handle belongs to one thread. Formulas are remembered, so that the same one costs nothing again.
 */
#ifndef INTEROP_RICH_H
#define INTEROP_RICH_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

enum { RICH_SOURCE_MAX = 256 * 1024, RICH_HTML_MAX = 512 * 1024 }; /* bytes */

/* Another one when the same source is rendered otherwise: content that is imported again is then rendered again. */
#define RICH_RENDERING "1"

struct rich;
enum st rich_open(struct rich **out, struct err *e) WARN_UNUSED; /* caller closes with rich_close */
void rich_close(struct rich *r);                                 /* NULL is nothing */

/* TeX -> MathML by somebody else, for tests. make() appends HTML to *out and sets *made, or says there in one line
 * why not. */
struct rich_math {
    enum st (*make)(void *ctx, const char *tex, size_t n, bool display, bool *made, struct text *out, struct err *e);
    void *ctx;
};
enum st rich_open_with(struct rich **out, const struct rich_math *math, struct err *e) WARN_UNUSED;

enum rich_place {
    RICH_BLOCK, /* paragraphs, lists, tables */
    RICH_INLINE /* one run of words: a title, a choice */
};
/* UTF-8 in; *out in arena, at most RICH_HTML_MAX bytes. ST_INVALID: not UTF-8, or too long. A formula that cannot be
 * read is shown as its TeX, with a warning. */
enum st rich_html(struct rich *r, struct arena *a, const char *source, enum rich_place place, const char **out,
                  struct err *e) WARN_UNUSED;

struct rich_warning {
    const char *code; /* rich.math, rich.dollar, rich.figure, rich.alt, rich.link, rich.depth */
    char text[200];
};
/* What was noted since the last call; NULL when there is nothing more. Valid until the next call of this room. */
const struct rich_warning *rich_warning_next(struct rich *r);

struct rich_counts {
    size_t formulas, failed, asked; /* asked: those that were not remembered */
};
struct rich_counts rich_counts(const struct rich *r);

#endif
