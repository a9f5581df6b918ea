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
 * All of it is linear in (q, w). A block of answers is therefore one row of four numbers: from x = (q, w, sum of w, sum of w at right answers),
 *
 *   x' = (0, 0, x2, x3) + q row + w (0, 1, answers, right ones),
 *
 * and the row of a block with one more answer before it is odds(o) row + T (0, 1, answers, right ones): a table of all blocks up to some length is
 * made by doubling, and a sequence takes as many steps as it has blocks. Up to eight sequences run abreast.
 *
 * Every SCALE_EVERY answers x is divided by the power of two next to q + w, which is exact and is counted in the likelihood. An answer
 * multiplies q by 1e-6 to 1e6 (the bounds of guess and slip), so that between two scalings nothing overflows; what vanishes was nothing.
 */
#include "bkt_kernel.h"

#include <stdbool.h>

#include "engine/responses.h"
#include "lanes.h"

enum { ROWS_MOST = BKT_LANES / LANES, SCALE_EVERY = 32, FLUSH_EVERY = 200 };
/* By code (bkt_code): 0, 1, answers, right ones. */
#define N0(n, r) {0, 1, n, r}
#define N1(n, r) N0(n, r), N0(n, (r) + 1)
#define N2(n, r) N1(n, r), N1(n, (r) + 1)
#define N3(n, r) N2(n, r), N2(n, (r) + 1)
#define N4(n, r) N3(n, r), N3(n, (r) + 1)
#define N5(n, r) N4(n, r), N4(n, (r) + 1)
#define N6(n, r) N5(n, r), N5(n, (r) + 1)
#define N7(n, r) N6(n, r), N6(n, (r) + 1)
static const v4 counts[BKT_CODES] __attribute__((aligned(CACHE_LINE))) = {{0}, N0(0, 0), N1(1, 0), N2(2, 0), N3(3, 0), N4(4, 0), N5(5, 0), N6(6, 0), N7(7, 0)};

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

/* ln m for m in [1, 2), to 1e-15: 2 atanh((m - r) / (m + r)) + ln r with r the root of 2. */
INLINE v4 log_mantissa(v4 m)
{
    const double r = 0x1.6a09e667f3bcdp+0;
    v4 s = (m - r) / (m + r), z = s * s, zz = z * z;
    v4 p = ((z * (2.0 / 17.0) + 2.0 / 15.0) * zz + (z * (2.0 / 13.0) + 2.0 / 11.0)) * (zz * zz) + ((z * (2.0 / 9.0) + 2.0 / 7.0) * zz + (z * (2.0 / 5.0) + 2.0 / 3.0));
    return s * (z * p + 2.0) + 0x1.62e42fefa39efp-2;
}
INLINE v4 log4(v4 x) { return exponent(x) * 0x1.62e42fefa39efp-1 + log_mantissa(mantissa(x)); }

/* What a block makes of q, by code: what it becomes, and what w and the sums gain. */
INLINE void blocks_fill(uint32_t most, const double odds[2], double learn, v4 *restrict row)
{
    row[1] = (v4){1.0, 0.0, 0.0, 0.0};
    for (size_t n = 1, end = (size_t)1 << most; n < end; n *= 2)
        for (size_t i = n; i < 2 * n; i++) {
            row[n + i] = row[i] * odds[0] + counts[n + i] * learn;
            row[2 * n + i] = row[i] * odds[1] + counts[2 * n + i] * learn;
        }
}

/* Likelihoods of many sequences: powers of two are counted, what remains is multiplied up where it stands once. */
struct product {
    v4 rest, twos, logs;
    unsigned count;
};

INLINE double product_end(const struct product *p) { return sum4(p->twos * 0x1.62e42fefa39efp-1 + (p->logs + log4(p->rest))); }

/* repeated: some of the weights are more than 1. */
INLINE void product_add(struct product *p, v4 total, v4 scaled, v4 weight, bool repeated)
{
    v4 m = mantissa(total);
    p->twos = p->twos + weight * (exponent(total) + scaled);
    p->rest = p->rest * pick(weight == all(1.0), m, all(1.0));
    if (repeated) p->logs = p->logs + only(weight > all(1.0), weight * log_mantissa(m));
    if (++p->count < FLUSH_EVERY) return;
    p->logs = p->logs + log4(p->rest);
    p->rest = all(1.0);
    p->count = 0;
}

/* What is to be known of the model, in the terms above. */
struct terms {
    v4 start[2];            /* x after the first answer, which nothing was learned before */
    v4 row[BKT_CODES];
};

/* What many sequences say, lane by lane. */
struct gathered {
    v4 first, last, known, right;
};

/* Four x beside each other. */
struct lanes {
    v4 q, w, known, right;
};
INLINE struct lanes turn(const v4 *x)
{
    v4 a = __builtin_shufflevector(x[0], x[1], 0, 4, 2, 6), b = __builtin_shufflevector(x[0], x[1], 1, 5, 3, 7);
    v4 c = __builtin_shufflevector(x[2], x[3], 0, 4, 2, 6), d = __builtin_shufflevector(x[2], x[3], 1, 5, 3, 7);
    return (struct lanes){__builtin_shufflevector(a, c, 0, 1, 4, 5), __builtin_shufflevector(b, d, 0, 1, 4, 5), __builtin_shufflevector(a, c, 2, 3, 6, 7), __builtin_shufflevector(b, d, 2, 3, 6, 7)};
}

INLINE v4 step(v4 x, v4 row, v4 count)
{
    v2 w = __builtin_shufflevector(x, x, 1, 1); /* by way of one half: cheaper than across both */
    return only((m4){0, 0, -1, -1}, x) + __builtin_shufflevector(x, x, 0, 0, 0, 0) * row + __builtin_shufflevector(w, w, 0, 0, 0, 0) * count;
}

INLINE void group(unsigned rows, const struct bkt_group *g, const struct terms *k, uint32_t scale_every, struct product *likelihood, struct gathered *out)
{
    const unsigned lanes = rows * LANES;
    const uint8_t *code = g->codes, *end = code + (size_t)g->steps * lanes;
    v4 x[BKT_LANES], scaled[ROWS_MOST], left[ROWS_MOST]; /* powers of two taken out of it, and what is left of one: w never falls, so that it only becomes less */
    for (unsigned l = 0; l < lanes; l++) x[l] = k->start[g->first >> l & 1];
    for (unsigned r = 0; r < rows; r++) scaled[r] = all(0.0), left[r] = all(1.0);
    for (;;) {
        const uint8_t *stop = end - code > (ptrdiff_t)(scale_every * lanes) ? code + scale_every * lanes : end;
        for (; code < stop; code += lanes)
            for (unsigned l = 0; l < lanes; l++) x[l] = step(x[l], k->row[code[l]], counts[code[l]]);
        if (code == end) break;
        for (unsigned r = 0; r < rows; r++) {
            struct lanes now = turn(x + r * LANES);
            v4 f = power_below(now.q + now.w);
            scaled[r] = scaled[r] - exponent(f);
            left[r] = left[r] * f;
            for (unsigned l = 0; l < LANES; l++) x[r * LANES + l] = x[r * LANES + l] * f[l];
        }
    }
    for (unsigned r = 0; r < rows; r++) {
        struct lanes now = turn(x + r * LANES);
        v4 weight = read4(g->weight + r * LANES), total = now.q + now.w, by = weight / total;
        product_add(likelihood, total, scaled[r], weight, g->repeated);
        out->first = out->first + by * left[r];
        out->last = out->last + by * now.w;
        out->known = out->known + by * now.known;
        out->right = out->right + by * now.right;
    }
}

ENGINE_CLONES void bkt_expect(const struct bkt_part *p, const struct bkt *m, struct bkt_sums *out)
{
    const double by[2] = {(1.0 - m->guess) / m->slip, m->guess / (1.0 - m->slip)}, odds[2] = {(1.0 - m->learn) * by[0], (1.0 - m->learn) * by[1]};
    const uint32_t scale_every = SCALE_EVERY / p->block;
    struct terms k;
    struct product likelihood = {.rest = all(1.0)};
    struct gathered sums = {all(0), all(0), all(0), all(0)};
    for (unsigned o = 0; o < 2; o++) k.start[o] = (v4){(1.0 - m->prior) * by[o], m->prior, m->prior, (double)o * m->prior};
    blocks_fill(p->block, odds, m->learn, k.row);
    for (const struct bkt_group *g = p->groups; g < p->groups + p->group_count; g++) {
        if (bkt_lanes(g->lanes) == LANES) group(1, g, &k, scale_every, &likelihood, &sums);
        else group(2, g, &k, scale_every, &likelihood, &sums);
    }
    out->first = m->prior * sum4(sums.first);
    out->last = sum4(sums.last);
    out->known = sum4(sums.known);
    out->known_right = sum4(sums.right);
    out->log_likelihood = sum4((v4){p->right, p->answers - p->right, 0.0, 0.0} * log4((v4){1.0 - m->slip, m->slip, 1.0, 1.0})) + product_end(&likelihood);
}
