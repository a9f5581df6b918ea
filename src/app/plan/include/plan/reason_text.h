/* Reasons as sentences, from the catalogue: one place for the API, the pages and the letters. */
#ifndef PLAN_REASON_TEXT_H
#define PLAN_REASON_TEXT_H
#include "plan/next.h"
#include "base/text.h"
#include "domain/item.h"
#include "i18n/i18n.h"

/* Why this next, to the learner. Appends to out. */
void reason_text(struct text *out, enum lang lang, const struct next_item *n);
/* The same where the skill's name stands above: a sentence that does not say it again; and shorter, for a card. */
void reason_text_here(struct text *out, enum lang lang, const struct next_item *n);
void reason_text_card(struct text *out, enum lang lang, const struct next_item *n);
/* The words of compiled HTML in one line, fractions as 3/4, cut at a word near `most` bytes. */
void text_of_html(struct text *out, const char *html, size_t most);
/* What an item is about: its title, else the beginning of its question. */
void question_text(struct text *out, const struct item *it, size_t most);
/* A response (JSON) as it was given: typed text, or the choices' words; it may be NULL (then ids). */
void response_text(struct text *out, const struct item *it, const char *response);

#endif
