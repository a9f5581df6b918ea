/* Text of content -> HTML that is safe to show: Markdown with $TeX$ in, an allow-list's elements and MathML out.
 *
 * What is not on the list cannot come out, because every tag is written by this room: raw HTML in the source is text.
 * Math is made by KaTeX in a helper process with bounded memory and time, started with the first formula; it is for content
 * that is saved, not for requests. `{{name}}` in prose stays, in math it becomes `{{m:name}}` (docs/item-format.md).
 *
 * One handle belongs to one thread. A formula that was made is kept, so that the same one costs nothing again.
 */
#ifndef INTEROP_RICH_H
#define INTEROP_RICH_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum { RICH_SOURCE_MAX = 256 * 1024 }; /* bytes */

struct rich;
enum st rich_open(struct rich **out, struct err *e) WARN_UNUSED;
void rich_close(struct rich *r); /* NULL is nothing */

enum rich_place {
    RICH_BLOCK, /* paragraphs, lists, tables */
    RICH_INLINE /* one run of words: a title, a choice */
};
/* UTF-8 in; *out in arena. ST_INVALID: not UTF-8, or too long. A formula that cannot be read is shown as its TeX, with a warning. */
enum st rich_html(struct rich *r, struct arena *a, const char *source, enum rich_place place, const char **out, struct err *e) WARN_UNUSED;

struct rich_warning {
    const char *code; /* rich.math, rich.dollar, rich.figure, rich.link */
    char text[200];
};
/* What was noted since the last call; NULL when there is nothing more. Valid until the next call of this room. */
const struct rich_warning *rich_warning_next(struct rich *r);

struct rich_counts {
    size_t formulas, failed, asked; /* asked: those that were not in the memory yet */
};
struct rich_counts rich_counts(const struct rich *r);

#endif
