/* The rendered form of an item document, made when it is saved. */
#ifndef INTEROP_ITEM_COMPILE_H
#define INTEROP_ITEM_COMPILE_H
#include <jansson.h>

#include "interop/rich.h"

/* Adds title_html, stimulus_html, body_html, right_html, the choices' body_html, the errors' feedback_html and the same
 * in hints and their questions, replacing what stood there. ST_INVALID names what cannot be rendered. */
enum st item_compile(struct rich *r, struct arena *a, json_t *doc, struct err *e) WARN_UNUSED;

#endif
