/* Items: read, made from a family, scored, checked. Pure: the same input gives the same result everywhere. */
#ifndef ITEMS_ITEMS_H
#define ITEMS_ITEMS_H
#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "domain/item.h"

const char *key_kind_code(enum key_kind k);

/* A stored (compiled) or source document; where *_html is absent, the source text escaped. ST_INVALID names the
 * member. */
enum st item_read(struct arena *a, const char *doc, size_t n, struct item **out, struct err *e) WARN_UNUSED;
/* How much of a variant is wanted: what is left out stands as in the family, its variables open. */
enum item_use {
    ITEM_WHOLE,
    ITEM_TO_SCORE, /* key, known errors, choices, right_html */
    ITEM_TO_ASK    /* title, stimulus, body, choices */
};
/* One variant. The family itself (borrowed) when it has no variables and nothing to shuffle.
 * ST_INVALID: the conditions cannot be met, or an expression cannot be read. */
enum st item_make(struct arena *a, const struct item *family, uint32_t variant, enum item_use use, struct item **out,
                  struct err *e) WARN_UNUSED;

struct verdict {
    bool readable;             /* false: costs nothing, is no attempt */
    double score;              /* 0 or 1 */
    const char *code;          /* right, not_yet, known_error, wrong_form, unit_missing, unreadable */
    const char *feedback_html; /* the matching error's, or right_html, or NULL */
    int32_t error;             /* known_error: which of the item's, from 1; 0 otherwise */
    const char *unreadable;    /* message id that says what could not be read; NULL when readable */
};

/* response: as the type of the question takes it. ST_INVALID: another JSON type, an unknown id. */
enum st item_score(struct arena *a, const struct item *it, const json_t *response, struct verdict *out,
                   struct err *e) WARN_UNUSED;
enum st hint_score(struct arena *a, const struct hint *h, const json_t *response, struct verdict *out,
                   struct err *e) WARN_UNUSED;
/* Of how many one is to be chosen; 0: the answer is written, or is more than one choice. */
int32_t item_choices(const struct item *it);
/* The soonest that anybody can have read the question and answered, in milliseconds; 0: it is so short that it may be
 * known by heart at a glance. By its letters, and those of its choices; what several steps share is not read again. */
int32_t item_floor_ms(const struct item *it);
const struct hint *item_hint(const struct item *it, const char *id); /* sub-hints too; NULL when there is none */

struct item_problem {
    const char *member, *code, *text;
    bool advice;     /* the item can be asked all the same; item_review only */
    int64_t variant; /* the first that shows it; -1 when it is not of a variant */
};
/* What keeps a source document from being asked; *n = 0: nothing. A family is tried in its first 50 variants.
 * ST_NOMEM only. */
enum st item_check(struct arena *a, const json_t *doc, struct item_problem **out, size_t *n, struct err *e) WARN_UNUSED;
/* The same for authors: the first `variants` variants, the scaffolds' own questions, names in braces, and advice. */
enum st item_review(struct arena *a, const json_t *doc, uint32_t variants, struct item_problem **out, size_t *n,
                    struct err *e) WARN_UNUSED;

#endif
