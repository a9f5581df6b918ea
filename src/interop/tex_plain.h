/* TeX as people type it. */
#ifndef INTEROP_TEX_PLAIN_H
#define INTEROP_TEX_PLAIN_H
#include <stdbool.h>

#include "base/text.h"

/* TeX (with or without $$) as one would type it: \frac{b^2}{9} -> (b^2)/9, 2p q -> 2p*q, \left(-\infty,3\right] ->
 * (-inf,3]. False when a command is not known; *odd_exponent: an exponent that swallowed a factor, x^{2(x-3)}, was
 * taken apart as x^2*(x-3). */
bool tex_to_plain(const char *tex, struct text *out, bool *odd_exponent);

#endif
