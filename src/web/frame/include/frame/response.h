/* A question in a form and the response to it. In the text of a draft a response is the text itself, or ids with a
 * space between. */
#ifndef FRAME_RESPONSE_H
#define FRAME_RESPONSE_H
#include "frame/page.h"
#include "items/interaction.h"

/* What a form says, in the shape that the scorer takes. */
enum st response_form(struct call *c, const struct question *q, json_t **out, struct err *e);
/* A response as a draft's text. In arena. */
const char *response_field(struct call *c, const json_t *response);
/* Without scripts, a button that moves one item of an order: the order as it is then. NULL: no such button was
 * pressed. */
const char *response_moved(struct call *c);
/* The choices of a question as a form shows them, those of `chosen` (a draft's text, or NULL) chosen. In arena. */
enum st response_options(struct call *c, const struct question *q, const char *chosen, const struct ui_option **out,
                         size_t *n, struct err *e);

/* A number of a form or an address. err ST_INVALID: it is none, or above high */
enum st response_number(const char *s, const char *name, int64_t high, int64_t *out, struct err *e) WARN_UNUSED;
/* The version of the question that the form was made of; 0: the form does not name it. */
enum st response_version(struct call *c, int32_t *out, struct err *e) WARN_UNUSED;
/* The words of a question, borrowed from the item. */
void response_question(const struct item *it, struct page_item *p);
/* What the page tells of a scored response; the level that it moved is the caller's. */
void response_feedback(struct call *c, const struct verdict *v, struct ui_feedback_view *fb);

#endif
