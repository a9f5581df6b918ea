/* Memory that goes in one stroke.
 *
 * An arena is born with a cap and hands out zeroed memory, aligned to 16 bytes, until the cap is reached; then
 * allocations give NULL. What is not memory (an open file, a transaction) registers a cleanup; cleanups run in reverse
 * order when the arena is released or reset.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include <stddef.h>

struct arena_block;
struct arena_cleanup;
struct arena {
    struct arena_block *blocks;
    struct arena_cleanup *cleanups;
    size_t used_bytes, cap_bytes;
};

void arena_init(struct arena *a, size_t cap_bytes);
void arena_release(struct arena *a);          /* run cleanups, give everything back */
void arena_reset(struct arena *a);            /* the same, but keep the first block for the next request */
void *arena_alloc(struct arena *a, size_t n); /* zeroed; NULL when the cap is reached */
void *arena_array(struct arena *a, size_t count, size_t size); /* zeroed; NULL on overflow or cap */
char *arena_copy(struct arena *a, const char *p, size_t n);    /* n bytes and a terminating 0 */
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Returns 0 on success, -1 when the cap is reached (then fn is not registered). */
int arena_on_release(struct arena *a, void (*fn)(void *), void *arg);

#endif
