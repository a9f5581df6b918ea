/* The ways of answering. Each is a const struct interaction_type in a file of its own, items/type_NAME.c; items/types.h
 * lists them. What differs from one to the other is asked here, so that nobody else has to know which there are. */
#ifndef ITEMS_INTERACTION_H
#define ITEMS_INTERACTION_H
#include "base/json.h"
#include "base/rng.h"
#include "items/items.h"

struct reader;
struct filler;

/* What a response is made of. */
struct response_shape {
    const char *words;  /* as the API tells it: "a list of choice ids" */
    const char *schema; /* JSON Schema */
    bool list;          /* a list of texts; false: one text */
};
extern const struct response_shape shape_text, shape_ids;

struct interaction_type {
    const char *code; /* in documents, in the API and in templates; QTI's word where it has one */
    const struct response_shape *response;
    const char *asked_schema; /* properties of the interaction beside type, label and unit; one text where shared */
    bool ordered;             /* a response puts the choices in order */
    bool one;                 /* one of the choices is the answer: it may be guessed */
    bool any;                 /* each value of the key is a right answer alone; false: all of them together are one */
    bool expressions;         /* known errors of a family are expressions over its variables; false: ids or words */

    /* The interaction's own members and the key of o into *q, whose label, unit and shuffle are there. */
    enum st (*read)(struct reader *r, const json_t *o, const json_t *interaction, struct question *q);
    /* What a variant changes beside the key, in arrays of the variant's own. false: no memory. NULL: nothing. */
    bool (*fill)(struct filler *f, struct question *q);
    /* The members that a client needs to ask it, as asked_schema has them. */
    void (*put)(struct json_out *j, const struct question *q);
    /* Into *out, which says "not yet". ST_INVALID: the response has another shape, or names what is not there. */
    enum st (*score)(struct arena *a, const struct question *q, const json_t *response, struct verdict *out,
                     struct err *e);
    /* Does a response that was scored show this known error? */
    bool (*shows)(struct arena *a, const struct question *q, const char *match, const json_t *response);
    /* The HTML of what one text of a list names, part after part from 0; NULL: there are no more. NULL for one text. */
    const char *(*named)(const struct question *q, const char *said, size_t part);
    /* What is wrong with a known error as it is written? *unreadable: why nobody is ever told of it, else left alone.
     * true: it is a right answer. */
    bool (*error_is_right)(struct arena *a, const struct question *q, const char *match, const char **unreadable);
    /* The answer that value i of the key makes right. A new reference; NULL: no memory. */
    json_t *(*right)(const struct question *q, size_t i);
    /* What somebody who guesses might answer. A new reference; NULL: nothing is wrong here, or no memory. */
    json_t *(*wrong)(const struct question *q, struct rng *r);
};

extern const struct interaction_type *const interaction_types[];   /* ends with NULL */
const struct interaction_type *interaction_find(const char *code); /* NULL: there is none */

/* A response that is this one text or id alone. A new reference; NULL: no memory. */
json_t *interaction_response(const struct interaction_type *type, const char *said);

#endif
