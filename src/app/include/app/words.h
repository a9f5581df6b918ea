/* Reasons as sentences, from the catalogue: one place for the API, the pages and the letters. */
#ifndef APP_WORDS_H
#define APP_WORDS_H
#include "app/next.h"
#include "base/text.h"
#include "i18n/i18n.h"

/* Why this next, to the learner. Appends to out. */
void words_reason(struct text *out, enum lang lang, const struct next_item *n);

#endif
