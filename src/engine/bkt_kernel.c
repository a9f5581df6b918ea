/* The E-step in one pass forward, without division or logarithm inside.
 *
 * Nobody forgets here, and that makes the backward pass superfluous. With u, v = P(answers so far, not known / known), b0 and b1 the chances of an
 * answer when the skill is not known and when it is, divide both by the product of all b1 so far:
 *
 *   q = u / prod b1     w = v / prod b1     w' = w + T q     q' = q (1-T) b0(o) / b1(o)
 *
 * so that w grows by what is learned and by nothing else. The message back from the end to a known state is the product of the b1 that follow, and
 *
 *   P(known at t | all answers) = v_t prod_after b1 / (u_n + v_n) = w_t / (q_n + w_n):
 *
 * the expectations of a sequence are sums of w over its answers, divided once at its end. Its likelihood is (q_n + w_n) prod b1, and of the product
 * only the numbers of right and wrong answers matter, which no step changes.
 *
 * The first answers of most sequences are the same few. They are worked on the trunk, a full binary tree: slot 2^d + b is what was seen
 * after d answers, bit k of b being answer k, so that a level is the level above it twice, once wrong and once right. y at a slot is the sum of
 * weight / (q_n + w_n) over the sequences through it. What follows the trunk runs up to eight sequences abreast.
 *
 * Every BKT_SCALE_EVERY steps q, w and the sums are divided by the power of two next to q + w, which is exact and is counted in the likelihood. An
 * answer multiplies q by 1e-6 to 1e6 (the bounds of guess and slip), so that between two scalings nothing overflows; what vanishes was nothing.
 */
#include "bkt_kernel.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"
#include "engine/responses.h"

enum { FOUR = 4, FLUSH_EVERY = 200, LINE = 64 /* of a cache: a vector across two costs twice */ };
#define INLINE static inline __attribute__((always_inline))

#pragma GCC diagnostic ignored "-Wpsabi" /* four lanes are passed to inline functions only, never over a call */
typedef double v4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef double v2 __attribute__((vector_size(16), may_alias));
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
INLINE v4 log_mantissa(v4 m)
{
    const double r = 0x1.6a09e667f3bcdp+0;
    v4 s = (m - r) / (m + r), z = s * s, p = z * (2.0 / 17.0) + 2.0 / 15.0;
    p = p * z + 2.0 / 13.0;
    p = p * z + 2.0 / 11.0;
    p = p * z + 2.0 / 9.0;
    p = p * z + 2.0 / 7.0;
    p = p * z + 2.0 / 5.0;
    p = p * z + 2.0 / 3.0;
    return s * (z * p + 2.0) + 0x1.62e42fefa39efp-2;
}

struct emit {
    double learn, odds[2]; /* (1-T) b0 / b1, by answer */
    double first[2];       /* q after the first answer, which nothing was learned before */
    double prior;
    _Alignas(LINE) v4 odds4[BKT_CODES]; /* by code; 1 of a lane that has not begun */
};

INLINE void emit_fill(struct emit *k, const struct bkt *m)
{
    const double by[2] = {(1.0 - m->guess) / m->slip, m->guess / (1.0 - m->slip)};
    k->learn = m->learn;
    k->prior = m->prior;
    for (unsigned o = 0; o < 2; o++) {
        k->odds[o] = (1.0 - m->learn) * by[o];
        k->first[o] = (1.0 - m->prior) * by[o];
    }
    const v2 half[] = {{k->odds[0], k->odds[0]}, {k->odds[1], k->odds[0]}, {k->odds[0], k->odds[1]}, {k->odds[1], k->odds[1]}, {k->odds[0], 1.0}, {k->odds[1], 1.0}, {1.0, 1.0}};
    v2 *to = (v2 *)k->odds4;
    for (unsigned on = 0; on <= FOUR; on++)
        for (unsigned right = 0; right < 1U << on; right++) {
            *to++ = half[on >= 2 ? right & 3 : on == 1 ? 4 + right : 6];
            *to++ = half[on == 4 ? right >> 2 : on == 3 ? 4 + (right >> 2) : 6];
        }
}

enum st bkt_scratch_make(struct bkt_scratch *s, uint32_t depth, struct err *e)
{
    s->trunk = aligned_alloc(LINE, ((size_t)8 << depth) * sizeof *s->trunk); /* q, w and y, 2^(depth+1) each */
    return s->trunk ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "a trunk of %u answers", depth);
}

void bkt_scratch_free(struct bkt_scratch *s) { free(s->trunk); }

INLINE void trunk_forward(uint32_t depth, const struct emit *k, double *restrict q, double *restrict w)
{
    q[1] = 1.0, w[1] = 0.0; /* of empty lanes */
    q[2] = k->first[0], q[3] = k->first[1];
    w[2] = w[3] = k->prior;
    for (uint32_t d = 1; d < depth; d++) {
        size_t n = (size_t)1 << d, i = 0;
        double *restrict cq = q + 2 * n, *restrict cw = w + 2 * n;
        for (; i + FOUR <= n; i += FOUR) {
            v4 a = *(const v4 *)(q + n + i), b = *(const v4 *)(w + n + i) + k->learn * a;
            *(v4 *)(cq + i) = a * k->odds[0];
            *(v4 *)(cq + n + i) = a * k->odds[1];
            *(v4 *)(cw + i) = b;
            *(v4 *)(cw + n + i) = b;
        }
        for (; i < n; i++) {
            double a = q[n + i], b = w[n + i] + k->learn * a;
            cq[i] = a * k->odds[0];
            cq[n + i] = a * k->odds[1];
            cw[i] = cw[n + i] = b;
        }
    }
}

INLINE void trunk_backward(uint32_t depth, const double *restrict w, double *restrict y, struct bkt_sums *s)
{
    for (uint32_t d = depth; d-- > 0;) {
        size_t n = (size_t)1 << d, i = 0;
        const double *restrict cw = w + 2 * n, *restrict cy = y + 2 * n;
        v4 known4 = all(0), right4 = all(0);
        double known = 0.0, right = 0.0;
        for (; i + FOUR <= n; i += FOUR) {
            v4 y1 = *(const v4 *)(cy + n + i), both = *(const v4 *)(cy + i) + y1, here = *(const v4 *)(cw + i);
            known4 = known4 + here * both;
            right4 = right4 + here * y1;
            *(v4 *)(y + n + i) += both;
        }
        for (; i < n; i++) {
            double both = cy[i] + cy[n + i];
            known = known + cw[i] * both;
            right = right + cw[i] * cy[n + i];
            y[n + i] = y[n + i] + both;
        }
        known = known + sum4(known4);
        s->known = s->known + known;
        s->known_right = s->known_right + (right + sum4(right4));
        if (d == 0) s->first = known;
    }
}

/* What many sequences say, lane by lane. */
struct gathered {
    v4 last, known, right;
};

/* Likelihoods of many sequences: powers of two are counted, what remains is multiplied up where it stands once. */
struct product {
    v4 rest, twos, logs;
    unsigned count;
};

INLINE double product_end(const struct product *p) { return sum4(p->twos) * 0x1.62e42fefa39efp-1 + (sum4(p->logs) + num_log((p->rest[0] * p->rest[1]) * (p->rest[2] * p->rest[3]))); }

/* repeated: some of the weights are more than 1. */
INLINE void product_add(struct product *p, v4 total, v4 scaled, v4 weight, bool repeated)
{
    v4 m = mantissa(total);
    p->twos = p->twos + weight * (exponent(total) + scaled);
    p->rest = p->rest * pick(weight == all(1.0), m, all(1.0));
    if (repeated) p->logs = p->logs + only(weight > all(1.0), weight * log_mantissa(m));
    if (++p->count < FLUSH_EVERY) return;
    p->logs = p->logs + (v4){num_log(p->rest[0] * p->rest[1]), num_log(p->rest[2] * p->rest[3]), 0.0, 0.0};
    p->rest = all(1.0);
    p->count = 0;
}

INLINE void end_on_trunk(const struct bkt_part *p, const double *restrict q, const double *restrict w, double *restrict y, struct product *likelihood, struct gathered *out)
{
    for (const struct bkt_end *end = p->ends; end < p->ends + p->end_count; end += FOUR) {
        v4 known = {w[end[0].slot], w[end[1].slot], w[end[2].slot], w[end[3].slot]};
        v4 total = known + (v4){q[end[0].slot], q[end[1].slot], q[end[2].slot], q[end[3].slot]};
        v4 weight = {(double)end[0].weight, (double)end[1].weight, (double)end[2].weight, (double)end[3].weight}, by = weight / total;
        product_add(likelihood, total, all(0), weight, (end[0].weight | end[1].weight | end[2].weight | end[3].weight) > 1);
        out->last = out->last + by * known;
        for (size_t i = 0; i < FOUR; i++) y[end[i].slot] = y[end[i].slot] + by[i];
    }
}

/* A table's entry for a code. */
INLINE v4 at(const v4 *table, uint8_t code) { return *(const v4 *)((const double *)table + code); }

#define ROWS for (unsigned q = 0; q < rows; q++)

/* A group on its way: a place in its codes, how many rows have begun, and of each lane q, w and the sums of w. */
struct run {
    const uint8_t *code;
    unsigned rows;
    v4 q[BKT_ROWS], w[BKT_ROWS], all[BKT_ROWS], right[BKT_ROWS];
    v4 scaled[BKT_ROWS]; /* powers of two taken out of it, and what is left of one: w never falls, so that it only becomes less */
    v4 left[BKT_ROWS];
};

INLINE void steps(unsigned rows, struct run *r, uint32_t n, const struct emit *k)
{
    v4 u[BKT_ROWS], w[BKT_ROWS], sum[BKT_ROWS], right[BKT_ROWS];
    const uint8_t *code = r->code, *end = code + (size_t)n * rows;
    ROWS u[q] = r->q[q], w[q] = r->w[q], sum[q] = r->all[q], right[q] = r->right[q];
    for (; code < end; code += rows) ROWS {
        m4 on = (m4)at((const v4 *)begun, code[q]);
        w[q] = w[q] + only(on, u[q] * k->learn);
        u[q] = u[q] * at(k->odds4, code[q]);
        sum[q] = sum[q] + only(on, w[q]);
        right[q] = right[q] + only((m4)at((const v4 *)were_right, code[q]), w[q]);
    }
    ROWS r->q[q] = u[q], r->w[q] = w[q], r->all[q] = sum[q], r->right[q] = right[q];
    r->code = code;
}

INLINE void run_on(struct run *r, const struct bkt_group *g, const struct emit *k)
{
    for (uint32_t from = 0, stop; from < g->steps; from = stop) {
        while (r->rows < BKT_ROWS && g->begin[r->rows] <= from) r->rows++;
        stop = (from / BKT_SCALE_EVERY + 1) * BKT_SCALE_EVERY;
        if (r->rows < BKT_ROWS && g->begin[r->rows] < stop) stop = g->begin[r->rows];
        if (g->steps < stop) stop = g->steps;
        if (r->rows == 1) steps(1, r, stop - from, k);
        else steps(2, r, stop - from, k);
        if (stop % BKT_SCALE_EVERY || stop == g->steps) continue;
        for (unsigned q = 0; q < r->rows; q++) {
            v4 f = power_below(r->q[q] + r->w[q]);
            r->scaled[q] = r->scaled[q] - exponent(f);
            r->left[q] = r->left[q] * f;
            r->q[q] = r->q[q] * f;
            r->w[q] = r->w[q] * f;
            r->all[q] = r->all[q] * f;
            r->right[q] = r->right[q] * f;
        }
    }
}

INLINE void tail(const struct bkt_group *g, const struct emit *k, const double *q_, const double *w_, double *restrict y, struct product *likelihood, struct gathered *out)
{
    struct run r;
    r.code = g->codes;
    r.rows = 0;
    unsigned rows = (g->lanes + FOUR - 1) / FOUR;
    ROWS {
        const uint32_t *slot = g->slot + q * FOUR;
        r.q[q] = (v4){q_[slot[0]], q_[slot[1]], q_[slot[2]], q_[slot[3]]};
        r.w[q] = (v4){w_[slot[0]], w_[slot[1]], w_[slot[2]], w_[slot[3]]};
        r.all[q] = r.right[q] = r.scaled[q] = all(0);
        r.left[q] = all(1.0);
    }
    run_on(&r, g, k);
    ROWS {
        v4 total = r.q[q] + r.w[q], by = *(const v4 *)(g->weight + q * FOUR) / total;
        product_add(likelihood, total, r.scaled[q], *(const v4 *)(g->weight + q * FOUR), g->repeated);
        out->last = out->last + by * r.w[q];
        out->known = out->known + by * r.all[q];
        out->right = out->right + by * r.right[q];
        by = by * r.left[q];
        for (unsigned l = 0; l < FOUR; l++) y[g->slot[q * FOUR + l]] = y[g->slot[q * FOUR + l]] + by[l];
    }
}

ENGINE_CLONES void bkt_expect(const struct bkt_part *p, const struct bkt *m, const struct bkt_scratch *s, struct bkt_sums *out)
{
    size_t n = (size_t)2 << p->depth;
    double *q = s->trunk, *w = q + n, *y = w + n;
    struct emit k;
    struct product likelihood = {.rest = all(1.0)};
    struct gathered sums = {all(0), all(0), all(0)};
    emit_fill(&k, m);
    *out = (struct bkt_sums){.log_likelihood = p->right * num_log(1.0 - m->slip) + (p->answers - p->right) * num_log(m->slip)};
    memset(y, 0, n * sizeof *y);
    trunk_forward(p->depth, &k, q, w);
    end_on_trunk(p, q, w, y, &likelihood, &sums);
    for (size_t g = 0; g < p->group_count; g++) tail(&p->groups[g], &k, q, w, y, &likelihood, &sums);
    out->last = sum4(sums.last);
    out->known = sum4(sums.known);
    out->known_right = sum4(sums.right);
    trunk_backward(p->depth, w, y, out);
    out->log_likelihood = out->log_likelihood + product_end(&likelihood);
}
