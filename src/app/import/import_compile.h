/* From an item as it is sent to the text that is kept: checked, with its rendered parts. */
#ifndef IMPORT_IMPORT_COMPILE_H
#define IMPORT_IMPORT_COMPILE_H
#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "interop/rich.h"

/* *out in arena. ST_INVALID: the item cannot be used, with what is wrong in detail. What the renderer notes waits in
 * r. */
enum st import_compile(struct rich *r, struct arena *a, json_t *doc, const char **out, struct err *e) WARN_UNUSED;

#endif
