/* From text to a number, for looking up foreign ids. Keys are borrowed. */
#ifndef BASE_STRMAP_H
#define BASE_STRMAP_H
#include <stddef.h>
#include <stdint.h>

struct arena;
struct strmap {
    struct arena *arena;
    struct strmap_slot {
        const char *key;
        uint64_t hash;
        int value;
    } * slots;
    size_t count, cap;
};

/* Returns the value that stands there: an earlier one, or value when the key is new; -1 when memory has run out. */
int strmap_put(struct strmap *m, const char *key, int value);
int strmap_get(const struct strmap *m, const char *key); /* -1: not there */

#endif
