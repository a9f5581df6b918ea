#include "rules/state.h"

#include <string.h>

static size_t lower_bound(const struct learner_state *s, int64_t id)
{
    size_t lo = 0, hi = s->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (s->competency[mid].competency_id < id) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

const struct competency_state *state_find(const struct learner_state *s, int64_t id)
{
    size_t i = lower_bound(s, id);
    return i < s->count && s->competency[i].competency_id == id ? &s->competency[i] : NULL;
}

struct competency_state *state_entry(struct arena *a, struct learner_state *s, int64_t id, double prior)
{
    size_t i = lower_bound(s, id);
    if (i < s->count && s->competency[i].competency_id == id) return &s->competency[i];
    if (s->count == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 16;
        struct competency_state *c = arena_array(a, cap, sizeof *c);
        if (!c) return NULL;
        if (s->count) memcpy(c, s->competency, s->count * sizeof *c);
        s->competency = c;
        s->cap = cap;
    }
    memmove(s->competency + i + 1, s->competency + i, (s->count - i) * sizeof *s->competency);
    s->competency[i] = (struct competency_state){.competency_id = id, .p_known = prior};
    s->count++;
    return &s->competency[i];
}

const struct seen_item *state_seen(const struct learner_state *s, int64_t item_id, int64_t variant)
{
    for (size_t i = 0; i < s->seen_count; i++)
        if (s->seen[i].item_id == item_id && s->seen[i].variant == variant) return &s->seen[i];
    return NULL;
}

enum st state_copy(struct arena *a, const struct learner_state *from, struct learner_state *to)
{
    struct learner_state s = *from;
    s.cap = from->count + 4;
    s.competency = arena_array(a, s.cap, sizeof *s.competency);
    if (!s.competency) return ST_NOMEM;
    if (from->count) memcpy(s.competency, from->competency, from->count * sizeof *s.competency);
    *to = s;
    return ST_OK;
}

/* The layout: "WS2\0", then the numbers below, little-endian, without padding. */
enum { HEAD_BYTES = 4 + 3 * 8 + 4 + 4, COMPETENCY_BYTES = 5 * 8 + 5 * 4 + 2 * (SCORES_KEPT + BEST_KEPT + 1) + 4, SEEN_BYTES = 2 * 8 + 4 + 1 };

static unsigned char *put(unsigned char *p, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) *p++ = (unsigned char)(v >> (8 * i));
    return p;
}

static const unsigned char *get(const unsigned char *p, uint64_t *v, int bytes)
{
    *v = 0;
    for (int i = 0; i < bytes; i++) *v |= (uint64_t)*p++ << (8 * i);
    return p;
}

static uint64_t bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, 8);
    return u;
}

static double from_bits(uint64_t u)
{
    double x;
    memcpy(&x, &u, 8);
    return x;
}

enum st state_encode(struct arena *a, const struct learner_state *s, const void **out, size_t *n)
{
    size_t size = HEAD_BYTES + s->count * COMPETENCY_BYTES + s->seen_count * SEEN_BYTES;
    unsigned char *b = arena_alloc(a, size), *p = b;
    if (!b) return ST_NOMEM;
    memcpy(p, "WS2", 4);
    p = put(p + 4, (uint64_t)s->last_evidence_id, 8);
    p = put(p, (uint64_t)s->last_at_ms, 8);
    p = put(p, (uint64_t)s->facts, 8);
    p = put(p, s->count, 4);
    p = put(p, s->seen_count, 4);
    for (size_t i = 0; i < s->count; i++) {
        const struct competency_state *c = &s->competency[i];
        p = put(p, (uint64_t)c->competency_id, 8);
        p = put(p, bits(c->p_known), 8);
        p = put(p, (uint64_t)c->last_at_ms, 8);
        p = put(p, (uint64_t)c->last_evidence_id, 8);
        p = put(p, (uint32_t)c->opportunities, 4);
        p = put(p, (uint32_t)c->alone, 4);
        p = put(p, (uint32_t)c->right, 4);
        p = put(p, (uint32_t)c->right_in_row, 4);
        p = put(p, (uint32_t)c->off_screen, 4);
        p = put(p, bits(c->average), 8);
        for (size_t k = 0; k < SCORES_KEPT; k++) p = put(p, c->scores[k], 2);
        for (size_t k = 0; k < BEST_KEPT; k++) p = put(p, c->best[k], 2);
        p = put(p, c->judged, 2);
        p = put(p, c->level, 1);
        p = put(p, c->score_count, 1);
        p = put(p, c->best_count, 1);
        p = put(p, (uint64_t)(c->is_judged | c->gap_shown << 1 | c->checkpoint_right << 2), 1);
    }
    for (size_t i = 0; i < s->seen_count; i++) {
        const struct seen_item *v = &s->seen[i];
        p = put(p, (uint64_t)v->item_id, 8);
        p = put(p, (uint64_t)v->variant, 8);
        p = put(p, (uint32_t)v->attempts, 4);
        p = put(p, (uint64_t)(v->right | v->hinted << 1), 1);
    }
    *out = b;
    *n = size;
    return ST_OK;
}

/* Could the fold have made it? The numbers are counted on and searched by, so a damaged one must not come in. */
static bool is_sound(const struct competency_state *c)
{
    return c->p_known >= 0 && c->p_known <= 1 && c->right_in_row >= 0 && c->right_in_row <= c->right && c->right <= c->alone && c->alone <= c->opportunities && c->average >= 0 && c->average <= 1 && c->off_screen >= 0;
}

enum st state_decode(struct arena *a, const void *bytes, size_t n, struct learner_state *out)
{
    struct learner_state s = {0};
    const unsigned char *p = bytes;
    uint64_t v, count, seen;
    if (n == 0) {
        *out = s;
        return ST_OK;
    }
    if (n < HEAD_BYTES || memcmp(p, "WS2", 4) != 0) return ST_INVALID;
    p = get(p + 4, &v, 8);
    s.last_evidence_id = (int64_t)v;
    p = get(p, &v, 8);
    s.last_at_ms = (int64_t)v;
    p = get(p, &v, 8);
    s.facts = (int64_t)v;
    p = get(p, &count, 4);
    p = get(p, &seen, 4);
    if (seen > SEEN_MAX || n != HEAD_BYTES + count * COMPETENCY_BYTES + seen * SEEN_BYTES) return ST_INVALID;
    s.count = (size_t)count;
    s.cap = s.count + 4;
    s.competency = arena_array(a, s.cap, sizeof *s.competency);
    if (!s.competency) return ST_NOMEM;
    for (size_t i = 0; i < s.count; i++) {
        struct competency_state *c = &s.competency[i];
        uint64_t x[4], y[5], average, scores[SCORES_KEPT + BEST_KEPT + 1], last[4];
        for (int k = 0; k < 4; k++) p = get(p, &x[k], 8);
        for (int k = 0; k < 5; k++) p = get(p, &y[k], 4);
        p = get(p, &average, 8);
        for (int k = 0; k < SCORES_KEPT + BEST_KEPT + 1; k++) p = get(p, &scores[k], 2);
        for (int k = 0; k < 4; k++) p = get(p, &last[k], 1); /* level, counts, flags */
        *c = (struct competency_state){.competency_id = (int64_t)x[0], .p_known = from_bits(x[1]),
                                       .last_at_ms = (int64_t)x[2], .last_evidence_id = (int64_t)x[3],
                                       .opportunities = (int32_t)y[0], .alone = (int32_t)y[1], .right = (int32_t)y[2],
                                       .right_in_row = (int32_t)y[3], .off_screen = (int32_t)y[4], .average = from_bits(average),
                                       .judged = (uint16_t)scores[SCORES_KEPT + BEST_KEPT], .level = (enum level)last[0],
                                       .score_count = (uint8_t)last[1], .best_count = (uint8_t)last[2], .is_judged = last[3] & 1,
                                       .gap_shown = last[3] >> 1 & 1, .checkpoint_right = last[3] >> 2 & 1};
        for (int k = 0; k < SCORES_KEPT; k++) c->scores[k] = (uint16_t)scores[k];
        for (int k = 0; k < BEST_KEPT; k++) c->best[k] = (uint16_t)scores[SCORES_KEPT + k];
        if (last[0] >= LEVEL_COUNT || last[1] > SCORES_KEPT || last[2] > BEST_KEPT || last[3] > 7 || !is_sound(c) || (i && c[-1].competency_id >= c->competency_id)) return ST_INVALID;
    }
    s.seen_count = (size_t)seen;
    for (size_t i = 0; i < s.seen_count; i++) {
        uint64_t item, variant, attempts, flags;
        p = get(p, &item, 8);
        p = get(p, &variant, 8);
        p = get(p, &attempts, 4);
        p = get(p, &flags, 1);
        if (flags > 3 || attempts == 0 || attempts > INT32_MAX) return ST_INVALID;
        s.seen[i] = (struct seen_item){(int64_t)item, (int64_t)variant, (int32_t)attempts, flags & 1, flags >> 1 & 1};
    }
    *out = s;
    return ST_OK;
}
