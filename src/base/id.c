#include "base/id.h"

#include "base/text.h"

static const int64_t epoch_ms = 1577836800000; /* 2020-01-01 */

int64_t id_first_at(int64_t at_ms) { return at_ms <= epoch_ms ? 0 : (at_ms - epoch_ms) << 22; }
int64_t id_time_ms(int64_t id) { return (id >> 22) + epoch_ms; }

int64_t id_next(struct idgen *g, int64_t now_ms, int64_t above)
{
    int64_t id = id_first_at(now_ms) | (int64_t)(g->node & 1023U) << 12;
    int64_t floor = g->last > above ? g->last : above;
    if (id <= floor) {
        /* The clock stands or ran back, or 4,096 ids went in one millisecond: count on from the last. */
        id = (floor & ~(int64_t)0x3fffff) | (int64_t)(g->node & 1023U) << 12 | ((floor & 0xfff) + 1);
        if ((floor & 0xfff) == 0xfff || id <= floor) id = ((floor >> 22) + 1) << 22 | (int64_t)(g->node & 1023U) << 12;
    }
    g->last = id;
    return id;
}

bool id_parse(const char *s, int64_t *out)
{
    int64_t v;
    if (!parse_i64(s, &v) || v <= 0) return false;
    *out = v;
    return true;
}
