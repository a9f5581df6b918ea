/* Growing an array in an arena: LIST_ADD gives a pointer to a new zeroed element, or NULL when memory has run out. */
#ifndef BASE_LIST_H
#define BASE_LIST_H
#include <stddef.h>

struct arena;
void *list_grow(struct arena *a, void *items, size_t count, size_t *cap, size_t size);

#define LIST_ADD(a, items, count, cap) \
    (((count) < (cap) || ((items) = list_grow((a), (items), (count), &(cap), sizeof *(items)))) ? &(items)[(count)++] \
                                                                                                : NULL)

#endif
