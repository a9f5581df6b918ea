#include "base/list.h"

#include <string.h>

#include "base/arena.h"

/* Doubles; the old array stays in the arena until it goes. NULL: memory has run out, the caller gives up as a whole. */
void *list_grow(struct arena *a, void *items, size_t count, size_t *cap, size_t size)
{
    size_t want = *cap ? *cap * 2 : 16;
    void *more = arena_array(a, want, size);
    if (!more) return NULL;
    if (count) memcpy(more, items, count * size);
    *cap = want;
    return more;
}
