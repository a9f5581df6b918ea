/* What kind of answer a text is: foreign content says little more than "typed". */
#ifndef INTEROP_ANSWER_H
#define INTEROP_ANSWER_H
#include <jansson.h>
#include <stdbool.h>

#include "base/text.h"

/* TeX (with or without $$) as one would type it: \frac{b^2}{9} -> (b^2)/9, 2p q -> 2p*q, \left(-\infty,3\right] ->
 * (-inf,3]. False when a command is not known; *odd_exponent: an exponent that swallowed a factor, x^{2(x-3)}, was
 * taken apart as x^2*(x-3). */
bool tex_to_plain(const char *tex, struct text *out, bool *odd_exponent);

struct answer_clues {
    const char *title, *prompt; /* what the question says */
    bool odd_exponent;          /* out */
    bool unreadable;            /* out: kept as plain text, a learner must write it just so */
    bool two_readings;          /* out: the text can be read in two ways; both are accepted */
    const char *advice;         /* out: how to write it, for the label; NULL when it goes without saying */
};

/* A new key object {kind, values, form ...} for one accepted answer; NULL when memory has run out. */
json_t *answer_key(const char *answer, struct answer_clues *clues);

#endif
