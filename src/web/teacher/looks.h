/* Second looks, as several pages of a teacher list them. */
#ifndef TEACHER_LOOKS_H
#define TEACHER_LOOKS_H
#include "frame/page.h"

/* Second looks that wait in a class, the longest first, after the *n rows that are there already. */
enum st fill_open_looks(struct call *c, int64_t class_id, struct ui_open_look *rows, size_t most, size_t *n,
                        struct err *e);

#endif
