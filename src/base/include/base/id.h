/* Row ids: 63 bits, ordered by time. 41 bits of milliseconds since 2020, 10 bits of node, 12 of counter.
 * Strings in JSON. Outside ids are never used as keys. */
#ifndef BASE_ID_H
#define BASE_ID_H
#include <stdbool.h>
#include <stdint.h>

struct idgen {
    int64_t last;
    unsigned node; /* 0 to 1023 */
};

int64_t id_next(struct idgen *g, int64_t now_ms, int64_t above); /* greater than the last one given and than above */
int64_t id_time_ms(int64_t id);                                  /* the moment in it */
int64_t id_first_at(int64_t at_ms);                              /* no id recorded before at_ms is as large */
bool id_parse(const char *s, int64_t *out);                      /* decimal, positive */

#endif
