/* The part of a family that all its variants share, read once when the item is. */
#ifndef ITEMS_FAMILY_H
#define ITEMS_FAMILY_H
#include "base/arena.h"
#include "domain/item.h"

/* it: vars, where, errors and question are read. NULL: no memory. What cannot be read is told by item_make. */
const struct family *family_read(struct arena *a, const struct item *it);

/* A question of one variant, for the `fill` of its type. */
struct filler;
struct arena *filler_arena(struct filler *f);
const char *filler_html(struct filler *f, const char *html); /* its variables' values put in; NULL: no memory */
uint32_t filler_below(struct filler *f, uint32_t n);         /* drawn by the variant */

#endif
