/* TeX -> MathML, by KaTeX in a helper process. */
#ifndef INTEROP_TEX_MATH_H
#define INTEROP_TEX_MATH_H
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

struct tex_math; /* the helper; started by the first formula, again after one that took too long */
enum st tex_math_open(struct tex_math **out, struct err *e) WARN_UNUSED;
void tex_math_close(struct tex_math *m); /* NULL is nothing */

/* math is a struct tex_math; the shape is that of struct rich_math. ST_NOMEM and ST_IO (no process to be had) only: a
 * helper that hangs or dies is a formula that cannot be read. */
enum st tex_math_make(void *math, const char *tex, size_t n, bool display, bool *made, struct text *out,
                      struct err *e) WARN_UNUSED;

#endif
