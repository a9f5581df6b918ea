/* What the types share whose response is a list of ids of choices. */
#ifndef ITEMS_CHOICES_H
#define ITEMS_CHOICES_H
#include "types.h"

/* The choices, and a key that names some of them. */
enum st choices_read(struct reader *r, const json_t *o, const json_t *interaction, struct question *q);

bool choices_fill(struct filler *f, struct question *q); /* shuffled where the question says so */
void choices_put(struct json_out *j, const struct question *q);
extern const char choices_schema[];

struct choices_given {
    size_t count;    /* in the response */
    size_t in_key;   /* of them */
    size_t in_place; /* stand where the key has them */
};
/* ST_INVALID: no list of ids of choices, each at most once. */
enum st choices_count(const struct question *q, const json_t *response, struct choices_given *out, struct err *e);
/* Nothing chosen costs nothing. */
void choices_verdict(const struct choices_given *g, bool right, struct verdict *out);

bool choices_show(struct arena *a, const struct question *q, const char *match, const json_t *response);
const char *choices_named(const struct question *q, const char *said, size_t part); /* the choice of this id */
/* Never right: one choice of several is no whole answer. */
bool choices_error(struct arena *a, const struct question *q, const char *match, const char **unreadable);
json_t *choices_right(const struct question *q, size_t i); /* all values of the key */
json_t *choices_wrong(const struct question *q, struct rng *r);

#endif
