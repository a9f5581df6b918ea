#include "rules/state.h"

#include <string.h>

size_t state_place(const struct learner_state *s, int64_t id)
{
    const struct competency_state *from = s->competency;
    /* without a branch to be guessed wrong: the next half is chosen, not jumped to */
    for (size_t n = s->count; n > 0;) {
        size_t half = (n + 1) / 2;
        from = from[half - 1].competency_id < id ? from + half : from;
        n -= half;
    }
    return (size_t)(from - s->competency);
}

const struct competency_state *state_find(const struct learner_state *s, int64_t id)
{
    size_t i = state_place(s, id);
    return i < s->count && s->competency[i].competency_id == id ? &s->competency[i] : NULL;
}

struct competency_state *state_entry(struct arena *a, struct learner_state *s, int64_t id, double prior)
{
    size_t i = state_place(s, id);
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
    const struct seen_item *latest = state_latest(s);
    for (size_t i = 0; i < s->seen_count; i++)
        if (latest[i].item_id == item_id && latest[i].variant == variant) return &latest[i];
    return NULL;
}

struct seen_item *state_push_seen(struct learner_state *s)
{
    if (s->seen_count == SEEN_MAX) s->seen_count--;
    if (s->seen_from == 0) {
        s->seen_from = SEEN_ROOM - s->seen_count;
        memmove(s->seen_room + s->seen_from, s->seen_room, s->seen_count * sizeof *s->seen_room);
    }
    s->seen_count++;
    return &s->seen_room[--s->seen_from];
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

/* The layout: "WS5\0", then the numbers below, little-endian, without padding; counts as LEB128. It is written with
 * many an answer, so it is kept small: scores that are all right or wrong, as nearly always, take a bit each. One state
 * has one form: what could be written shorter is refused. */
enum {
    HEAD_BYTES = 4 + 3 * 8 + 4 + 4,
    BELIEF_MOST = 4 * 8 + 2 * 5 + 4 + 2 * 2 + 2 * 4,
    COMPETENCY_LEAST = 4 * 8 + 5 + 3 + 3 + 2 + 1,
    COMPETENCY_MOST = 4 * 8 + 5 * 5 + 3 + 8 + 2 + 2 * (SCORES_KEPT + BEST_KEPT) + 2 * 5 + 2 * 8 + 1 + BELIEF_MOST,
    PAST_MOST = 2 * 5 + 3 * 8 + 1 + 2 * 8,
    SEEN_LEAST = 8 + 1 + 1,
    SEEN_MOST = 8 + 10 + 5,
    FULL = 10000 /* a whole score, in ten-thousandths */
};
/* of the belief; shown in two bits */
enum { BELIEVED = 1, ASKED = 2, LASTING = 4, DOUBTED = 8, NEARLY_ONCE = 16, SHOWN = 32, BELIEF_FLAGS_END = 128 };
/* beside the level, in two bits */
enum { IS_JUDGED = 4, GAP_SHOWN = 8, CHECKPOINT_RIGHT = 16, PACKED = 32, FLAGS_END = 64 };

static const char magic[4] = "WS5";

bool state_is_older(const void *p, size_t n)
{
    return n >= HEAD_BYTES && memcmp(p, magic, 2) == 0 && ((const char *)p)[2] >= '1' &&
           ((const char *)p)[2] < magic[2] && !((const char *)p)[3];
}

struct skill_past skill_past_of(const struct competency_state *c)
{
    return c && c->past.all.n ? c->past : skill_past_none;
}
struct student_past student_past_of(const struct learner_state *s)
{
    return s->past.total.n ? s->past : student_past_none;
}

/* Little-endian; bytes is a constant wherever it is called, so that one move is made of it. */
static inline uint64_t little(uint64_t v)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? v : __builtin_bswap64(v);
}

__attribute__((always_inline)) static inline unsigned char *put(unsigned char *p, uint64_t v, int bytes)
{
    v = little(v);
    memcpy(p, &v, (size_t)bytes);
    return p + bytes;
}

static unsigned char *put_count(unsigned char *p, uint64_t v)
{
    for (; v > 127; v >>= 7) *p++ = (unsigned char)(v | 128);
    *p++ = (unsigned char)v;
    return p;
}

/* Bytes that are read to their end and no further; failed: they were not what they should be. */
struct bytes {
    const unsigned char *p, *end;
    bool failed;
};

__attribute__((always_inline)) static inline uint64_t get(struct bytes *b, int bytes)
{
    uint64_t v = 0;
    if (b->failed || b->end - b->p < bytes) {
        b->failed = true;
        return 0;
    }
    memcpy(&v, b->p, (size_t)bytes);
    b->p += bytes;
    return little(v);
}

static uint64_t get_count(struct bytes *b, uint64_t most)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        uint64_t byte = get(b, 1);
        if (shift == 63 && byte > 1) break;
        v |= (byte & 127) << shift;
        if (byte & 128) continue;
        if (b->failed || (shift && !byte) || v > most) break; /* a last byte of nothing: there is a shorter form */
        return v;
    }
    b->failed = true;
    return 0;
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

static bool all_or_nothing(const struct competency_state *c)
{
    bool yes = true;
    for (size_t k = 0; k < c->score_count && k < SCORES_KEPT; k++)
        yes = yes && (c->scores[k] == 0 || c->scores[k] == FULL);
    for (size_t k = 0; k < c->best_count && k < BEST_KEPT; k++) yes = yes && (c->best[k] == 0 || c->best[k] == FULL);
    return yes;
}

static unsigned char *put_scores(unsigned char *p, const struct competency_state *c, bool packed)
{
    unsigned mask = 0, full = 0;
    for (size_t k = 0; k < c->score_count && k < SCORES_KEPT; k++) mask |= (unsigned)(c->scores[k] == FULL) << k;
    for (size_t k = 0; k < c->best_count && k < BEST_KEPT; k++) full += c->best[k] == FULL;
    if (packed) return put(put(p, mask, 2), full, 1);
    for (size_t k = 0; k < c->score_count && k < SCORES_KEPT; k++) p = put(p, c->scores[k], 2);
    for (size_t k = 0; k < c->best_count && k < BEST_KEPT; k++) p = put(p, c->best[k], 2);
    return p;
}

static unsigned char *put_tally(unsigned char *p, struct tally t) { return put_count(put_count(p, t.n), t.wins); }

/* Of a skill without a belief, one byte. */
static unsigned char *put_belief(unsigned char *p, const struct competency_state *c)
{
    const struct belief_skill *b = &c->belief;
    bool believed = b->var > 0.0;
    p = put(p,
            (believed ? BELIEVED : 0u) | (c->asked ? ASKED : 0u) | (c->lasting ? LASTING : 0u) |
                (c->doubted ? DOUBTED : 0u) | (c->first_day ? NEARLY_ONCE : 0u) | (unsigned)c->shown * SHOWN,
            1);
    if (!believed) return p;
    p = put(p, bits(b->ease), 8);
    p = put(p, bits(b->tie), 8);
    p = put(p, bits(b->var), 8);
    p = put(p, bits(b->fades), 8);
    p = put_count(p, (uint32_t)b->opportunities);
    p = put_count(p, (uint32_t)b->today);
    p = put(p, (uint32_t)b->day, 4);
    p = put(p, c->today, 2);
    p = put(p, c->lasts, 2);
    if (!c->first_day) return p;
    p = put(p, (uint32_t)c->first_day, 4);
    return c->shown ? put(p, (uint32_t)c->shown_day, 4) : p;
}

static unsigned char *put_competency(unsigned char *p, const struct competency_state *c)
{
    bool packed = all_or_nothing(c);
    p = put(p, (uint64_t)c->competency_id, 8);
    p = put(p, bits(c->p_known), 8);
    p = put(p, (uint64_t)c->last_at_ms, 8);
    p = put(p, (uint64_t)c->last_evidence_id, 8);
    p = put_count(p, (uint32_t)c->opportunities);
    p = put_count(p, (uint32_t)c->alone);
    p = put_count(p, (uint32_t)c->right);
    p = put_count(p, (uint32_t)c->right_in_row);
    p = put_count(p, (uint32_t)c->off_screen);
    p = put(p,
            c->level | (c->is_judged ? IS_JUDGED : 0u) | (c->gap_shown ? GAP_SHOWN : 0u) |
                (c->checkpoint_right ? CHECKPOINT_RIGHT : 0u) | (packed ? PACKED : 0u),
            1);
    p = put(p, c->score_count, 1);
    p = put(p, c->best_count, 1);
    if (c->is_judged) p = put(p, c->judged, 2);
    if (c->best_count) p = put(p, bits(c->average), 8);
    p = put_scores(p, c, packed);
    p = put_belief(p, c);
    p = put_tally(p, c->past.all);
    if (!c->past.all.n) return p;
    p = put(p, bits(c->past.recent), 8);
    return put(p, bits(c->elo), 8);
}

static unsigned char *put_past(unsigned char *p, const struct learner_state *s)
{
    p = put(p, s->belief.var > 0.0, 1);
    if (s->belief.var > 0.0) p = put(put(p, bits(s->belief.mean), 8), bits(s->belief.var), 8);
    p = put_tally(p, s->past.total);
    if (!s->past.total.n) return p;
    p = put(p, bits(s->past.slow), 8);
    p = put(p, bits(s->past.fast), 8);
    return put(p, bits(s->elo), 8);
}

enum st state_encode(struct arena *a, const struct learner_state *s, const void **out, size_t *n)
{
    unsigned char *b = arena_alloc(a, HEAD_BYTES + PAST_MOST + s->count * COMPETENCY_MOST + s->seen_count * SEEN_MOST),
                  *p = b;
    if (!b) return ST_NOMEM;
    memcpy(p, magic, 4);
    p = put(p + 4, (uint64_t)s->last_evidence_id, 8);
    p = put(p, (uint64_t)s->last_at_ms, 8);
    p = put(p, (uint64_t)s->facts, 8);
    p = put(p, s->count, 4);
    p = put(p, s->seen_count, 4);
    p = put_past(p, s);
    for (size_t i = 0; i < s->count; i++) p = put_competency(p, &s->competency[i]);
    for (size_t i = 0; i < s->seen_count; i++) {
        const struct seen_item *v = &state_latest(s)[i];
        p = put(p, (uint64_t)v->item_id, 8);
        p = put_count(p, (uint64_t)v->variant);
        p = put_count(p, (uint64_t)v->attempts << 2 | (uint64_t)(v->right | v->hinted << 1));
    }
    *out = b;
    *n = (size_t)(p - b);
    return ST_OK;
}

static bool is_average(double x) { return x >= 0 && x <= 1; }
static bool is_logit(double x) { return x > -1e3 && x < 1e3; }

/* Could the fold have made it? The numbers are counted on and searched by, so a damaged one must not come in. */
static bool is_sound(const struct competency_state *c)
{
    return is_average(c->past.recent) && c->past.all.wins <= c->past.all.n &&
           c->past.all.n <= (uint32_t)c->opportunities && is_logit(c->elo) && c->p_known >= 0 && c->p_known <= 1 &&
           c->right_in_row <= c->right && c->right <= c->alone && c->alone <= c->opportunities && c->average >= 0 &&
           c->average <= 1 && (c->score_count > 0) == (c->best_count > 0);
}

static struct tally get_tally(struct bytes *b)
{
    struct tally t = {.n = (uint32_t)get_count(b, INT32_MAX)};
    t.wins = (uint32_t)get_count(b, INT32_MAX);
    return t;
}

static bool is_variance(double x) { return x > 0 && x < 1e3; }

static void get_past(struct bytes *b, struct learner_state *s)
{
    uint64_t believed = get(b, 1);
    if (believed == 1) {
        s->belief.mean = from_bits(get(b, 8));
        s->belief.var = from_bits(get(b, 8));
    }
    if (believed > 1 || (believed && (!is_logit(s->belief.mean) || !is_variance(s->belief.var)))) b->failed = true;
    s->past.total = get_tally(b);
    if (!s->past.total.n) {
        b->failed = b->failed || s->past.total.wins;
        return;
    }
    s->past.slow = from_bits(get(b, 8));
    s->past.fast = from_bits(get(b, 8));
    s->elo = from_bits(get(b, 8));
    if (s->past.total.wins > s->past.total.n || !is_average(s->past.slow) || !is_average(s->past.fast) ||
        !is_logit(s->elo))
        b->failed = true;
}

static void get_scores(struct bytes *b, struct competency_state *c, bool packed)
{
    if (!packed) {
        for (size_t k = 0; k < c->score_count && k < SCORES_KEPT; k++) c->scores[k] = (uint16_t)get(b, 2);
        for (size_t k = 0; k < c->best_count && k < BEST_KEPT; k++) c->best[k] = (uint16_t)get(b, 2);
        b->failed = b->failed || all_or_nothing(c);
        return;
    }
    uint64_t mask = get(b, 2), full = get(b, 1);
    if (mask >> c->score_count || full > c->best_count) b->failed = true;
    for (size_t k = 0; k < c->score_count && k < SCORES_KEPT; k++) c->scores[k] = mask >> k & 1 ? FULL : 0;
    for (size_t k = 0; k < c->best_count && k < BEST_KEPT; k++) c->best[k] = k < full ? FULL : 0;
}

static void get_belief(struct bytes *b, struct competency_state *c)
{
    uint64_t flags = get(b, 1);
    struct belief_skill *s = &c->belief;
    c->asked = flags & ASKED;
    c->lasting = flags & LASTING;
    c->doubted = flags & DOUBTED;
    c->shown = (uint8_t)(flags / SHOWN);
    if (!(flags & BELIEVED)) {
        b->failed = b->failed || flags;
        return;
    }
    s->ease = from_bits(get(b, 8));
    s->tie = from_bits(get(b, 8));
    s->var = from_bits(get(b, 8));
    s->fades = from_bits(get(b, 8));
    s->opportunities = (int32_t)get_count(b, INT32_MAX);
    s->today = (int32_t)get_count(b, INT32_MAX);
    s->day = (int32_t)get(b, 4);
    c->today = (uint16_t)get(b, 2);
    c->lasts = (uint16_t)get(b, 2);
    if (flags & NEARLY_ONCE) c->first_day = (int32_t)get(b, 4);
    if (c->shown) c->shown_day = (int32_t)get(b, 4);
    bool days = !(flags & NEARLY_ONCE) == !c->first_day && (c->first_day || !c->shown) && !c->shown == !c->shown_day;
    if (flags >= BELIEF_FLAGS_END || !days || !is_logit(s->ease) || !is_logit(s->tie) || !is_variance(s->var) ||
        !is_logit(s->fades) || c->today > FULL || c->lasts > FULL)
        b->failed = true;
}

static void get_competency(struct bytes *b, struct competency_state *c)
{
    *c = (struct competency_state){.competency_id = (int64_t)get(b, 8)};
    c->p_known = from_bits(get(b, 8));
    c->last_at_ms = (int64_t)get(b, 8);
    c->last_evidence_id = (int64_t)get(b, 8);
    c->opportunities = (int32_t)get_count(b, INT32_MAX);
    c->alone = (int32_t)get_count(b, INT32_MAX);
    c->right = (int32_t)get_count(b, INT32_MAX);
    c->right_in_row = (int32_t)get_count(b, INT32_MAX);
    c->off_screen = (int32_t)get_count(b, INT32_MAX);
    uint64_t flags = get(b, 1);
    c->level = (enum level)(flags & 3);
    c->is_judged = flags & IS_JUDGED;
    c->gap_shown = flags & GAP_SHOWN;
    c->checkpoint_right = flags & CHECKPOINT_RIGHT;
    c->score_count = (uint8_t)get(b, 1);
    c->best_count = (uint8_t)get(b, 1);
    if (flags >= FLAGS_END || c->score_count > SCORES_KEPT || c->best_count > BEST_KEPT) {
        b->failed = true;
        return;
    }
    if (c->is_judged) c->judged = (uint16_t)get(b, 2);
    if (c->best_count) c->average = from_bits(get(b, 8));
    get_scores(b, c, flags & PACKED);
    get_belief(b, c);
    c->past.all = get_tally(b);
    if (c->past.all.n) {
        c->past.recent = from_bits(get(b, 8));
        c->elo = from_bits(get(b, 8));
    }
    if (!is_sound(c)) b->failed = true;
}

enum st state_decode(struct arena *a, const void *bytes, size_t n, struct learner_state *out)
{
    struct learner_state s = {0};
    struct bytes b = {bytes, (const unsigned char *)bytes + n, false};
    if (n == 0) {
        *out = s;
        return ST_OK;
    }
    if (n < HEAD_BYTES || memcmp(b.p, magic, 4) != 0) return ST_INVALID;
    b.p += 4;
    s.last_evidence_id = (int64_t)get(&b, 8);
    s.last_at_ms = (int64_t)get(&b, 8);
    s.facts = (int64_t)get(&b, 8);
    s.count = (size_t)get(&b, 4);
    s.seen_count = (size_t)get(&b, 4);
    if (s.seen_count > SEEN_MAX || s.count > n / COMPETENCY_LEAST || s.seen_count * SEEN_LEAST > n) return ST_INVALID;
    s.cap = s.count + 4;
    s.competency = arena_array(a, s.cap, sizeof *s.competency);
    if (!s.competency) return ST_NOMEM;
    get_past(&b, &s);
    for (size_t i = 0; i < s.count && !b.failed; i++) {
        get_competency(&b, &s.competency[i]);
        if (i && s.competency[i - 1].competency_id >= s.competency[i].competency_id) b.failed = true;
    }
    for (size_t i = 0; i < s.seen_count && !b.failed; i++) {
        struct seen_item *v = &s.seen_room[i];
        v->item_id = (int64_t)get(&b, 8);
        v->variant = (int64_t)get_count(&b, INT64_MAX);
        uint64_t tries = get_count(&b, (uint64_t)INT32_MAX << 2 | 3);
        v->attempts = (int32_t)(tries >> 2);
        v->right = tries & 1;
        v->hinted = tries >> 1 & 1;
        if (!v->attempts) b.failed = true;
    }
    if (b.failed || b.p != b.end) return ST_INVALID;
    *out = s;
    return ST_OK;
}
