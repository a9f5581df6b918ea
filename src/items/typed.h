/* A typed answer against a key. */
#ifndef ITEMS_TYPED_H
#define ITEMS_TYPED_H
#include "base/arena.h"
#include "domain/item.h"
#include "expr.h"

enum typed { TYPED_RIGHT, TYPED_NOT_YET, TYPED_WRONG_FORM, TYPED_UNIT_MISSING, TYPED_UNREADABLE };

/* *why: a message id, for TYPED_UNREADABLE. */
enum typed typed_score(struct arena *a, const struct answer_key *key, const char *answer, const char **why);
/* Does the answer equal this value, whatever its form? For known errors. */
bool typed_matches(struct arena *a, const struct answer_key *key, const char *value, const char *answer);

/* text_answer.c: as written, whatever the case; a matrix by its entries. */
bool words_same(const char *a, const char *b);
bool matrix_same(struct arena *a, const char *answer, const char *value);

#endif
