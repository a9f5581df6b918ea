#include "rules/history.h"

#include <string.h>

#include "base/id.h"
#include "rules/fold.h"

/* "WH2\0", then counts of facts, kinds and odd ones; kinds; records; odd ones. Little-endian, without padding. */
enum { AHEAD = 16 /* records */, DAY_MS = 86400000 };
enum { HEAD = 16, KIND = 29, RECORD = 24, ODD = 16 * 8 };
/* day: the school's day less that of the clock, and one; in two bits */
enum { RIGHT = 1, IS_ODD = 2, TOO_FAST = 4, DAY = 8, FLAGS_END = 32 };

static unsigned char *put(unsigned char *p, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) *p++ = (unsigned char)(v >> (8 * i));
    return p;
}

static uint64_t get8(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
           (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static uint32_t get4(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static uint32_t get2(const unsigned char *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }

static uint64_t bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, 8);
    return u;
}

/* When it happened, after it reached us; mostly a little before. */
static int64_t late_ms(const struct evidence *v) { return v->answered_at_ms - id_time_ms(v->evidence_id); }

/* The school's day less that of Greenwich, and one. */
static int64_t day_code(int64_t answered_at_ms, int32_t school_date)
{
    return school_date - (answered_at_ms - (answered_at_ms < 0 ? DAY_MS - 1 : 0)) / DAY_MS + 1;
}

static bool is_plain(const struct evidence *v)
{
    bool all_or_nothing = bits(v->score) == bits(0.0) || bits(v->score) == bits(1.0);
    return v->kind == EVIDENCE_RESPONSE && all_or_nothing && v->hints >= 0 && v->hints < 256 && !v->competency_id &&
           !v->replaces_id && !v->checkpoint_id && v->choices >= 0 && v->choices < 256 && late_ms(v) >= INT32_MIN &&
           late_ms(v) <= INT32_MAX && day_code(v->answered_at_ms, v->school_date) >= 0 &&
           day_code(v->answered_at_ms, v->school_date) <= 2;
}

static bool same_kind(const struct evidence *a, const struct evidence *b)
{
    return a->item_id == b->item_id && a->item_version == b->item_version && a->policy_id == b->policy_id &&
           a->model_id == b->model_id && a->choices == b->choices;
}

/* The kinds in the order in which they are first met, found by a small table of what was met at that place last. */
struct kinds {
    const struct evidence *first[HISTORY_BLOCK];
    uint16_t met[HISTORY_BLOCK]; /* + 1 */
    uint32_t count;
};

static uint32_t kind_of(struct kinds *k, const struct evidence *v)
{
    uint64_t hash = ((uint64_t)v->item_id ^ (uint64_t)v->policy_id * 3 ^ (uint64_t)v->model_id * 7 ^
                     (uint64_t)(uint32_t)v->item_version) *
                    UINT64_C(0x9E3779B97F4A7C15);
    for (uint32_t at = (uint32_t)(hash >> 54);; at = (at + 1) % HISTORY_BLOCK) {
        if (!k->met[at]) {
            k->first[k->count++] = v;
            k->met[at] = (uint16_t)k->count;
            return k->count - 1;
        }
        if (same_kind(k->first[k->met[at] - 1], v)) return k->met[at] - 1u;
    }
}

static unsigned char *put_odd(unsigned char *p, const struct evidence *v)
{
    const uint64_t all[] = {
        (uint64_t)v->evidence_id,    (uint64_t)v->kind,          (uint64_t)v->item_id,  (uint64_t)v->item_version,
        (uint64_t)v->variant,        (uint64_t)v->competency_id, bits(v->score),        (uint64_t)v->hints,
        (uint64_t)v->answered_at_ms, (uint64_t)v->policy_id,     (uint64_t)v->model_id, (uint64_t)v->replaces_id,
        (uint64_t)v->checkpoint_id,  (uint64_t)v->school_date,   fold_is_too_fast(v),   (uint64_t)v->choices};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) p = put(p, all[i], 8);
    return p;
}

static unsigned flags_of(const struct evidence *v)
{
    return (v->score > 0 ? RIGHT : 0u) | (fold_is_too_fast(v) ? TOO_FAST : 0u) |
           (unsigned)day_code(v->answered_at_ms, v->school_date) * DAY;
}

/* Of an answer that was too fast, all that the fold asks. */
static void set_too_fast(struct evidence *v, bool too_fast)
{
    v->took_ms = 1;
    v->floor_ms = too_fast ? 2 : 0;
}

enum st history_pack(struct arena *a, const struct evidence *facts, size_t n, const void **out, size_t *size)
{
    struct kinds *k = arena_alloc(a, sizeof *k);
    uint32_t odd = 0;
    if (!k || n == 0 || n > HISTORY_BLOCK) return k ? ST_INVALID : ST_NOMEM;
    uint16_t *kind = arena_array(a, n, sizeof *kind);
    if (!kind) return ST_NOMEM;
    memset(k, 0, sizeof *k);
    for (size_t i = 0; i < n; i++) {
        bool plain = is_plain(&facts[i]);
        odd += !plain;
        kind[i] = plain ? (uint16_t)kind_of(k, &facts[i]) : 0;
    }
    *size = HEAD + k->count * (size_t)KIND + n * RECORD + odd * (size_t)ODD;
    unsigned char *b = arena_alloc(a, *size), *p = b;
    if (!b) return ST_NOMEM;
    unsigned char *rest = b + (*size - odd * (size_t)ODD);
    memcpy(p, "WH2", 4);
    p = put(put(put(p + 4, n, 4), k->count, 4), odd, 4);
    for (uint32_t i = 0; i < k->count; i++) {
        const struct evidence *v = k->first[i];
        p = put(put(put(put(p, (uint64_t)v->item_id, 8), (uint64_t)v->policy_id, 8), (uint64_t)v->model_id, 8),
                (uint64_t)(uint32_t)v->item_version, 4);
        p = put(p, (uint64_t)v->choices, 1);
    }
    for (size_t i = 0; i < n; i++) {
        const struct evidence *v = &facts[i];
        if (is_plain(v)) {
            p = put(put(put(p, (uint64_t)v->evidence_id, 8), (uint64_t)v->variant, 8), (uint64_t)late_ms(v), 4);
            p = put(put(put(p, kind[i], 2), flags_of(v), 1), (uint64_t)v->hints, 1);
        } else {
            p = put(put(put(p, (uint64_t)v->evidence_id, 8), 0, 8), 0, 4);
            p = put(put(put(p, 0, 2), IS_ODD, 1), 0, 1);
            rest = put_odd(rest, v);
        }
    }
    *out = b;
    return ST_OK;
}

bool history_open(struct history *h, int64_t learner_id, const void *bytes, size_t size)
{
    const unsigned char *b = bytes;
    if (size < HEAD || memcmp(b, "WH2", 4) != 0) return false;
    *h = (struct history){
        .count = get4(b + 4), .kind_count = get4(b + 8), .odd_count = get4(b + 12), .learner_id = learner_id};
    if (h->count > HISTORY_BLOCK || h->kind_count > h->count || h->odd_count > h->count) return false;
    h->kinds = b + HEAD;
    h->records = h->kinds + h->kind_count * (size_t)KIND;
    h->odd = h->records + h->count * (size_t)RECORD;
    return size == (size_t)(h->odd - b) + h->odd_count * (size_t)ODD;
}

static bool read_odd(struct history *h, struct evidence *v)
{
    int64_t all[16];
    if (h->odd_at == h->odd_count) return false;
    const unsigned char *p = h->odd + h->odd_at++ * (size_t)ODD;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) all[i] = (int64_t)get8(p + 8 * i);
    double score;
    memcpy(&score, &all[6], 8);
    *v = (struct evidence){.learner_id = h->learner_id,
                           .client_id = "",
                           .evidence_id = all[0],
                           .kind = (enum evidence_kind)all[1],
                           .item_id = all[2],
                           .item_version = (int32_t)all[3],
                           .variant = all[4],
                           .competency_id = all[5],
                           .score = score,
                           .hints = (int32_t)all[7],
                           .answered_at_ms = all[8],
                           .policy_id = all[9],
                           .model_id = all[10],
                           .replaces_id = all[11],
                           .checkpoint_id = all[12],
                           .school_date = (int32_t)all[13]};
    v->choices = (int32_t)all[15];
    set_too_fast(v, all[14]);
    return true;
}

bool history_next(struct history *h, struct evidence *v)
{
    if (h->at == h->count) return false;
    const unsigned char *p = h->records + h->at * (size_t)RECORD;
    __builtin_prefetch(p + AHEAD * RECORD); /* many learners' blocks lie between the reading of one and its folding */
    unsigned flags = p[22];
    uint32_t k = get2(p + 20);
    if (flags & IS_ODD) {
        h->was_odd = true;
        if (!read_odd(h, v)) return false;
        h->at++;
        return true;
    }
    if (flags >= FLAGS_END || k >= h->kind_count) return false;
    h->at++;
    const unsigned char *of = h->kinds + k * (size_t)KIND;
    int64_t id = (int64_t)get8(p);
    /* else what is set below is all that differs */
    if (h->was_odd || h->at == 1)
        *v = (struct evidence){.learner_id = h->learner_id, .client_id = "", .kind = EVIDENCE_RESPONSE};
    h->was_odd = false;
    v->evidence_id = id;
    v->item_id = (int64_t)get8(of);
    v->policy_id = (int64_t)get8(of + 8);
    v->model_id = (int64_t)get8(of + 16);
    v->item_version = (int32_t)get4(of + 24);
    v->choices = of[28];
    v->variant = (int64_t)get8(p + 8);
    v->score = flags & RIGHT ? 1.0 : 0.0;
    v->hints = p[23];
    v->answered_at_ms = id_time_ms(id) + (int32_t)get4(p + 16);
    v->school_date = (int32_t)(flags / DAY - day_code(v->answered_at_ms, 0));
    set_too_fast(v, flags & TOO_FAST);
    return true;
}

bool history_is_whole(const struct history *h) { return h->at == h->count && h->odd_at == h->odd_count; }

int64_t history_last_id(const struct history *h)
{
    return h->count ? (int64_t)get8(h->records + (h->count - 1) * (size_t)RECORD) : 0;
}

size_t history_withdrawn(const struct history *h, int64_t *ids)
{
    size_t n = 0;
    for (uint32_t i = 0; i < h->odd_count; i++) {
        int64_t replaces = (int64_t)get8(h->odd + i * (size_t)ODD + (size_t)8 * 11);
        if (!replaces) continue;
        if (ids) ids[n] = replaces;
        n++;
    }
    return n;
}
