/* The E-step without division or logarithm inside (MODELS: "work with unnormalised (u, v)"):
 *
 *   forward   u' = u (1-T) b0(o)          v' = (v + T u) b1(o)         u, v: P(answers so far, not known / known)
 *   backward  x' = (1-T) b0(o) x + T b1(o) y    y' = b1(o) y
 *   known at t: v_t y_t, where x = y = weight / P at the end of a sequence
 *
 * The first answers of most sequences are the same few. They are worked on the trunk, a full binary tree: slot 2^d + b is what was seen
 * after d answers, bit k of b being answer k, so that a level is the level above it twice, once wrong and once right. The backward messages
 * are linear, so those of all sequences through a slot are added up there. What follows the trunk runs up to sixteen sequences abreast.
 *
 * It begins with u = (1-L)/(1-T), v = L - T u, of which the first step makes (1-L) b0 and L b1. Every BKT_SCALE_EVERY steps messages are
 * divided by the power of two next to their sum, which is exact and is counted in the likelihood.
 */
#include "bkt_kernel.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"
#include "engine/responses.h"

enum { FOUR = 4, CHUNK = 64, FLUSH_EVERY = 200, LINE = 64 /* of a cache: a vector across two costs twice */ };
#define INLINE static inline __attribute__((always_inline))

#pragma GCC diagnostic ignored "-Wpsabi" /* four lanes are passed to inline functions only, never over a call */
typedef double v4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t m4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef uint64_t u4 __attribute__((vector_size(32), aligned(8), may_alias));

/* By code (bkt_code): the lanes that have begun, and of those the right ones, as masks. */
#define M(n, l) (((n) >> (l) & 1) ? -1 : 0)
#define ROW(n) {M(n, 0), M(n, 1), M(n, 2), M(n, 3)}
static const m4 begun[BKT_CODES] __attribute__((aligned(LINE))) = {ROW(0), ROW(1), ROW(1), ROW(3), ROW(3), ROW(3), ROW(3), ROW(7), ROW(7), ROW(7), ROW(7), ROW(7), ROW(7), ROW(7), ROW(7), ROW(15),
                                    ROW(15), ROW(15), ROW(15), ROW(15), ROW(15), ROW(15), ROW(15), ROW(15), ROW(15), ROW(15), ROW(15), ROW(15), ROW(15), ROW(15), ROW(15)};
static const m4 were_right[BKT_CODES] __attribute__((aligned(LINE))) = {ROW(0), ROW(0), ROW(1), ROW(0), ROW(1), ROW(2), ROW(3), ROW(0), ROW(1), ROW(2), ROW(3), ROW(4), ROW(5), ROW(6), ROW(7), ROW(0),
                                         ROW(1), ROW(2), ROW(3), ROW(4), ROW(5), ROW(6), ROW(7), ROW(8), ROW(9), ROW(10), ROW(11), ROW(12), ROW(13), ROW(14), ROW(15)};
#undef ROW
#undef M

INLINE v4 all(double x) { return (v4){x, x, x, x}; }
INLINE v4 pick(m4 mask, v4 yes, v4 no) { return (v4)(((m4)yes & mask) | ((m4)no & ~mask)); }
INLINE v4 only(m4 mask, v4 x) { return (v4)((m4)x & mask); }

static const int64_t exponent_bits = 0x7ff0000000000000, one_bits = 0x3ff0000000000000;
/* 2^-k for x in [2^k, 2^(k+1)). */
INLINE v4 power_below(v4 x) { return (v4)((2046LL << 52) - ((m4)x & exponent_bits)); }
/* k, for any x > 0. */
INLINE v4 exponent(v4 x)
{
    const double magic = 6755399441055744.0 + 1023.0; /* 1.5 * 2^52: whole numbers stand in its low bits */
    u4 k = (u4)((m4)x & exponent_bits) >> 52;
    return (v4)(k + 0x4338000000000000) - magic;
}
INLINE v4 mantissa(v4 x) { return (v4)(((m4)x & ~exponent_bits) | one_bits); }
INLINE double sum4(v4 x) { return (x[0] + x[1]) + (x[2] + x[3]); }

/* ln m for m in [1, 2), to 1e-15: 2 atanh((m - r) / (m + r)) + ln r with r the root of 2. */
INLINE double log_mantissa(double m)
{
    const double r = 0x1.6a09e667f3bcdp+0;
    double s = (m - r) / (m + r), z = s * s, p = 2.0 / 17.0;
    p = p * z + 2.0 / 15.0;
    p = p * z + 2.0 / 13.0;
    p = p * z + 2.0 / 11.0;
    p = p * z + 2.0 / 9.0;
    p = p * z + 2.0 / 7.0;
    p = p * z + 2.0 / 5.0;
    p = p * z + 2.0 / 3.0;
    return s * (2.0 + z * p) + 0x1.62e42fefa39efp-2;
}

struct emit {
    double u0, v0, t, stay[2], known[2]; /* (1-T) b0; b1; by answer */
    _Alignas(LINE) v4 stay4[BKT_CODES];
    _Alignas(LINE) v4 known4[BKT_CODES];
    _Alignas(LINE) v4 learn4[BKT_CODES]; /* by code: (1-T) b0; b1; T b1; of a lane that has not begun 1, 1, 0 */
};

INLINE void emit_fill(struct emit *k, const struct bkt *m)
{
    k->t = m->learn;
    k->stay[0] = (1.0 - m->learn) * (1.0 - m->guess), k->stay[1] = (1.0 - m->learn) * m->guess;
    k->known[0] = m->slip, k->known[1] = 1.0 - m->slip;
    k->u0 = (1.0 - m->prior) / (1.0 - m->learn);
    k->v0 = m->prior - m->learn * k->u0;
    for (unsigned n = 0; n < BKT_CODES; n++) {
        k->stay4[n] = pick(begun[n], pick(were_right[n], all(k->stay[1]), all(k->stay[0])), all(1.0));
        k->known4[n] = pick(begun[n], pick(were_right[n], all(k->known[1]), all(k->known[0])), all(1.0));
        k->learn4[n] = only(begun[n], k->t * k->known4[n]);
    }
}

enum st bkt_scratch_make(struct bkt_scratch *s, uint32_t depth, uint32_t longest, struct err *e)
{
    s->trunk = aligned_alloc(LINE, (size_t)8 << depth << 3); /* u, v, x and y, 2^(depth+1) each: two lines at least */
    s->alpha = aligned_alloc(LINE, ((size_t)longest + 1) * BKT_LANES * sizeof *s->alpha);
    s->factor = aligned_alloc(LINE, ((size_t)longest / BKT_SCALE_EVERY + 1) * BKT_LANES * sizeof *s->factor);
    return s->trunk && s->alpha && s->factor ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "a fit of sequences of %u", longest);
}

void bkt_scratch_free(struct bkt_scratch *s)
{
    free(s->trunk);
    free(s->alpha);
    free(s->factor);
}

INLINE void trunk_forward(uint32_t depth, const struct emit *k, double *restrict u, double *restrict v)
{
    u[1] = k->u0;
    v[1] = k->v0;
    for (uint32_t d = 0; d < depth; d++) {
        size_t n = (size_t)1 << d, i = 0;
        double *restrict cu = u + 2 * n, *restrict cv = v + 2 * n;
        for (; i + FOUR <= n; i += FOUR) {
            v4 a = *(const v4 *)(u + n + i), b = *(const v4 *)(v + n + i) + k->t * a;
            *(v4 *)(cu + i) = a * k->stay[0];
            *(v4 *)(cu + n + i) = a * k->stay[1];
            *(v4 *)(cv + i) = b * k->known[0];
            *(v4 *)(cv + n + i) = b * k->known[1];
        }
        for (; i < n; i++) {
            double a = u[n + i], b = v[n + i] + k->t * a;
            cu[i] = a * k->stay[0];
            cu[n + i] = a * k->stay[1];
            cv[i] = b * k->known[0];
            cv[n + i] = b * k->known[1];
        }
    }
}

INLINE void trunk_backward(uint32_t depth, const struct emit *k, const double *restrict v, double *restrict x, double *restrict y, struct bkt_sums *s)
{
    double t0 = k->t * k->known[0], t1 = k->t * k->known[1];
    for (uint32_t d = depth; d-- > 0;) {
        size_t n = (size_t)1 << d, i = 0;
        const double *restrict cv = v + 2 * n, *restrict cx = x + 2 * n, *restrict cy = y + 2 * n;
        v4 wrong4 = all(0), right4 = all(0);
        double wrong = 0.0, right = 0.0;
        for (; i + FOUR <= n; i += FOUR) {
            v4 y0 = *(const v4 *)(cy + i), y1 = *(const v4 *)(cy + n + i);
            wrong4 = wrong4 + *(const v4 *)(cv + i) * y0;
            right4 = right4 + *(const v4 *)(cv + n + i) * y1;
            *(v4 *)(x + n + i) += (*(const v4 *)(cx + i) * k->stay[0] + y0 * t0) + (*(const v4 *)(cx + n + i) * k->stay[1] + y1 * t1);
            *(v4 *)(y + n + i) += y0 * k->known[0] + y1 * k->known[1];
        }
        for (; i < n; i++) {
            double y0 = cy[i], y1 = cy[n + i];
            wrong = wrong + cv[i] * y0;
            right = right + cv[n + i] * y1;
            x[n + i] = x[n + i] + ((cx[i] * k->stay[0] + y0 * t0) + (cx[n + i] * k->stay[1] + y1 * t1));
            y[n + i] = y[n + i] + (y0 * k->known[0] + y1 * k->known[1]);
        }
        right = right + sum4(right4);
        s->known_right = s->known_right + right;
        s->known = s->known + ((wrong + sum4(wrong4)) + right);
        if (d == 0) s->first = wrong + right;
    }
}

INLINE void end_on_trunk(const struct bkt_part *p, const double *restrict u, const double *restrict v, double *restrict x, double *restrict y, struct bkt_sums *s)
{
    double sum[CHUNK], twos = 0.0, logs = 0.0;
    for (size_t from = 0; from < p->end_count; from += CHUNK) {
        size_t n = p->end_count - from < CHUNK ? p->end_count - from : CHUNK;
        const struct bkt_end *end = p->ends + from;
        for (size_t i = 0; i < n; i++) {
            double w = (double)end[i].weight, total = u[end[i].slot] + v[end[i].slot], by = w / total;
            x[end[i].slot] = x[end[i].slot] + by;
            y[end[i].slot] = y[end[i].slot] + by;
            s->last = s->last + by * v[end[i].slot];
            sum[i] = total;
        }
        for (size_t i = 0; i < n; i++) {
            int64_t b = num_to_bits(sum[i]);
            twos = twos + (double)end[i].weight * (double)((b >> 52) - 1023);
            sum[i] = log_mantissa(num_from_bits((b & ~exponent_bits) | one_bits));
        }
        for (size_t i = 0; i < n; i++) logs = logs + (double)end[i].weight * sum[i];
    }
    s->log_likelihood = s->log_likelihood + (twos * 0x1.62e42fefa39efp-1 + logs);
}

/* Likelihoods of many sequences: powers of two are counted, what remains is multiplied up where it stands once. */
struct product {
    v4 rest, twos;
    double logs;
    unsigned count;
};

INLINE void product_flush(struct product *p)
{
    p->logs = p->logs + num_log((p->rest[0] * p->rest[1]) * (p->rest[2] * p->rest[3]));
    p->rest = all(1.0);
    p->count = 0;
}

INLINE void product_add(struct product *p, v4 total, v4 scaled, const double *weight)
{
    v4 w = *(const v4 *)weight, m = mantissa(total);
    m4 once = w == all(1.0), many = w > all(1.0);
    p->twos = p->twos + w * (exponent(total) + scaled);
    p->rest = p->rest * pick(once, m, all(1.0));
    if (many[0] | many[1] | many[2] | many[3])
        for (unsigned l = 0; l < FOUR; l++)
            if (weight[l] > 1.0) p->logs = p->logs + weight[l] * log_mantissa(m[l]);
    if (++p->count == FLUSH_EVERY) product_flush(p);
}

/* A table's entry for a code. */
INLINE v4 at(const v4 *table, uint8_t code) { return *(const v4 *)((const double *)table + code); }

#define ROWS for (unsigned q = 0; q < rows; q++)

/* The state of a group on its way: a place in its codes and messages, and how many rows have begun. */
struct run {
    const uint8_t *code;
    v4 *alpha, *factor;
    unsigned rows;
    _Alignas(LINE) v4 a[BKT_ROWS];
    _Alignas(LINE) v4 b[BKT_ROWS]; /* forward u and v, backward x and y */
};

INLINE void forward_steps(unsigned rows, struct run *r, uint32_t n, const struct emit *k)
{
    v4 u[BKT_ROWS], v[BKT_ROWS], *to = r->alpha;
    const uint8_t *code = r->code, *end = code + (size_t)n * rows;
    ROWS u[q] = r->a[q], v[q] = r->b[q];
    for (; code < end; code += rows, to += rows) ROWS {
        v[q] = v[q] * at(k->known4, code[q]) + u[q] * at(k->learn4, code[q]);
        u[q] = u[q] * at(k->stay4, code[q]);
        to[q] = only((m4)at((const v4 *)begun, code[q]), v[q]);
    }
    ROWS r->a[q] = u[q], r->b[q] = v[q];
    r->code = code;
    r->alpha = to;
}

INLINE void backward_steps(unsigned rows, struct run *r, uint32_t n, const struct emit *k, v4 *sum_io, v4 *right_io)
{
    v4 x[BKT_ROWS], y[BKT_ROWS], sum[2] = {sum_io[0], sum_io[1]}, right[2] = {right_io[0], right_io[1]}, *from = r->alpha;
    const uint8_t *code = r->code, *end = code - (size_t)n * rows;
    ROWS x[q] = r->a[q], y[q] = r->b[q];
    while (code > end) {
        code -= rows;
        from -= rows;
        ROWS {
            v4 known = from[q] * y[q];
            sum[q & 1] = sum[q & 1] + known;
            right[q & 1] = right[q & 1] + only((m4)at((const v4 *)were_right, code[q]), known);
            x[q] = at(k->stay4, code[q]) * x[q] + at(k->learn4, code[q]) * y[q];
            y[q] = y[q] * at(k->known4, code[q]);
        }
    }
    ROWS r->a[q] = x[q], r->b[q] = y[q];
    sum_io[0] = sum[0], sum_io[1] = sum[1], right_io[0] = right[0], right_io[1] = right[1];
    r->code = code;
    r->alpha = from;
}

#define BY_ROWS(call)                  \
    switch (r->rows) {                 \
    case 1: call(1, r, FOLLOWING); break; \
    case 2: call(2, r, FOLLOWING); break; \
    case 3: call(3, r, FOLLOWING); break; \
    default: call(4, r, FOLLOWING); break; \
    }

/* a, b: what each lane begins with, then ends with; scaled: powers of two taken out of it. */
INLINE void tail_forward(struct run *r, const struct bkt_group *g, const struct emit *k, v4 *scaled)
{
    for (unsigned q = 0; q < BKT_ROWS; q++) scaled[q] = all(0);
    for (uint32_t from = 0, stop; from < g->steps; from = stop) {
        while (r->rows < BKT_ROWS && g->begin[r->rows] <= from) r->rows++;
        stop = (from / BKT_SCALE_EVERY + 1) * BKT_SCALE_EVERY;
        if (r->rows < BKT_ROWS && g->begin[r->rows] < stop) stop = g->begin[r->rows];
        if (g->steps < stop) stop = g->steps;
#define FOLLOWING stop - from, k
        BY_ROWS(forward_steps)
#undef FOLLOWING
        if (stop % BKT_SCALE_EVERY || stop == g->steps) continue;
        for (unsigned q = 0; q < r->rows; q++) { /* before the next step; what has been stored stays as it was */
            v4 f = power_below(r->a[q] + r->b[q]);
            scaled[q] = scaled[q] - exponent(f);
            r->a[q] = r->a[q] * f;
            r->b[q] = r->b[q] * f;
            *r->factor++ = f;
        }
    }
}

/* a, b: what each lane ends with; replaced by what it says of the slot where it began. */
INLINE void tail_backward(struct run *r, const struct bkt_group *g, const struct emit *k, struct bkt_sums *s)
{
    v4 sum[2] = {all(0), all(0)}, right[2] = {all(0), all(0)};
    for (uint32_t stop = g->steps, from; stop > 0; stop = from) {
        while (r->rows && g->begin[r->rows - 1] >= stop) r->rows--;
        if (stop % BKT_SCALE_EVERY == 0 && stop < g->steps)
            for (unsigned q = r->rows; q-- > 0;) {
                v4 f = *--r->factor;
                r->a[q] = r->a[q] * f;
                r->b[q] = r->b[q] * f;
            }
        from = (stop - 1) / BKT_SCALE_EVERY * BKT_SCALE_EVERY;
        if (g->begin[r->rows - 1] > from) from = g->begin[r->rows - 1];
#define FOLLOWING stop - from, k, sum, right
        BY_ROWS(backward_steps)
#undef FOLLOWING
    }
    s->known_right = s->known_right + sum4(right[0] + right[1]);
    s->known = s->known + sum4(sum[0] + sum[1]);
}

INLINE v4 share(const double *weight, v4 total) { return only(total > all(0), *(const v4 *)weight / pick(total > all(0), total, all(1.0))); }

INLINE void tail(const struct bkt_group *g, const struct emit *k, const double *u, const double *v, double *restrict x, double *restrict y, const struct bkt_scratch *s, struct product *likelihood,
                 struct bkt_sums *sums)
{
    struct run r = {.code = g->codes, .alpha = (v4 *)s->alpha, .factor = (v4 *)s->factor};
    v4 scaled[BKT_ROWS], last = all(0);
    unsigned rows = (g->lanes + FOUR - 1) / FOUR;
    ROWS {
        const uint32_t *slot = g->slot + q * FOUR;
        r.a[q] = (v4){u[slot[0]], u[slot[1]], u[slot[2]], u[slot[3]]};
        r.b[q] = (v4){v[slot[0]], v[slot[1]], v[slot[2]], v[slot[3]]};
    }
    tail_forward(&r, g, k, scaled);
    ROWS {
        v4 total = r.a[q] + r.b[q], ends = share(g->weight + q * FOUR, total);
        product_add(likelihood, total, scaled[q], g->weight + q * FOUR);
        last = last + ends * r.b[q];
        r.a[q] = r.b[q] = ends;
    }
    sums->last = sums->last + sum4(last);
    tail_backward(&r, g, k, sums);
    for (unsigned l = 0; l < g->lanes; l++) {
        x[g->slot[l]] = x[g->slot[l]] + r.a[l / FOUR][l % FOUR];
        y[g->slot[l]] = y[g->slot[l]] + r.b[l / FOUR][l % FOUR];
    }
}

ENGINE_CLONES void bkt_expect(const struct bkt_part *p, const struct bkt *m, const struct bkt_scratch *s, struct bkt_sums *out)
{
    size_t n = (size_t)2 << p->depth;
    double *u = s->trunk, *v = u + n, *x = v + n, *y = x + n;
    struct emit k;
    struct product likelihood = {.rest = all(1.0)};
    emit_fill(&k, m);
    *out = (struct bkt_sums){0};
    memset(x, 0, 2 * n * sizeof *x);
    trunk_forward(p->depth, &k, u, v);
    end_on_trunk(p, u, v, x, y, out);
    for (size_t g = 0; g < p->group_count; g++) tail(&p->groups[g], &k, u, v, x, y, s, &likelihood, out);
    product_flush(&likelihood);
    trunk_backward(p->depth, &k, v, x, y, out);
    out->log_likelihood = out->log_likelihood + (sum4(likelihood.twos) * 0x1.62e42fefa39efp-1 + likelihood.logs);
}
