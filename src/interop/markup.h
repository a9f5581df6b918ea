/* OATutor's text as Markdown of the item document. */
#ifndef INTEROP_MARKUP_H
#define INTEROP_MARKUP_H
#include "base/text.h"

/* Words with every sign that Markdown would read otherwise behind a backslash. */
void markdown_words(struct text *out, const char *p, size_t n);
/* $$TeX$$ -> $TeX$, ##figure.gif## -> ![…](figure:SHA256) by way of figure() (NULL: no such figure), the two signs \n
 * -> a line end, all other words escaped. False when a $$ is not closed (it is then taken as words). */
bool markdown_from_oatutor(struct text *out, const char *s,
                           const char *(*figure)(void *ctx, const char *name, size_t n), void *ctx);

#endif
