/* A response in a form, and in the text of a draft: the text itself, or ids with a space between. */
#ifndef STUDENT_RESPONSE_H
#define STUDENT_RESPONSE_H
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

#endif
