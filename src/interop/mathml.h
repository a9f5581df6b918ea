/* MathML of KaTeX -> MathML that may be shown. */
#ifndef INTEROP_MATHML_H
#define INTEROP_MATHML_H
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct tex_variable {
    const char *name;
    size_t n;
};

/* Stands for variable number 00 to 99 in the TeX: a number that nobody writes. */
#define MATHML_STAND_IN "96507311"

/* Appends s, rebuilt from an allow-list of elements and attributes, with nothing else of it: no links, styles,
 * annotations. A stand-in becomes {{m:name}}, inside words {{name}}. False, with *out as it was: s is not well-formed,
 * not UTF-8, too deep, or has an element that is not on the list. */
bool mathml_put(struct text *out, const char *s, const struct tex_variable *vars, size_t var_count);

#endif
