/* What kind of answer a text is: foreign content says little more than "typed". */
#ifndef INTEROP_ANSWER_H
#define INTEROP_ANSWER_H
#include <jansson.h>
#include <stdbool.h>

#include "base/text.h"

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
