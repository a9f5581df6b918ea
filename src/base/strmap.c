#include "base/strmap.h"

#include <string.h>

#include "base/arena.h"

static uint64_t hash_of(const char *s)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a, with a stir at the end */
    for (; *s; s++) h = (h ^ (unsigned char)*s) * 0x100000001b3u;
    h ^= h >> 32;
    return h * 0x9e3779b97f4a7c15u;
}

static struct strmap_slot *slot_of(struct strmap_slot *slots, size_t cap, const char *key, uint64_t hash)
{
    for (size_t i = hash & (cap - 1);; i = (i + 1) & (cap - 1))
        if (!slots[i].key || (slots[i].hash == hash && strcmp(slots[i].key, key) == 0)) return &slots[i];
}

static int grow(struct strmap *m)
{
    size_t cap = m->cap ? m->cap * 2 : 64;
    struct strmap_slot *more = arena_array(m->arena, cap, sizeof *more);
    if (!more) return -1;
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].key) *slot_of(more, cap, m->slots[i].key, m->slots[i].hash) = m->slots[i];
    m->slots = more;
    m->cap = cap;
    return 0;
}

int strmap_put(struct strmap *m, const char *key, int value)
{
    if (m->count * 2 >= m->cap && grow(m)) return -1;
    uint64_t h = hash_of(key);
    struct strmap_slot *s = slot_of(m->slots, m->cap, key, h);
    if (!s->key) {
        *s = (struct strmap_slot){key, h, value};
        m->count++;
    }
    return s->value;
}

int strmap_get(const struct strmap *m, const char *key)
{
    if (!m->cap) return -1;
    struct strmap_slot *s = slot_of(m->slots, m->cap, key, hash_of(key));
    return s->key ? s->value : -1;
}
