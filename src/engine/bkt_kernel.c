/* The E-step without division or logarithm inside (MODELS: "work with unnormalised (u, v)"):
 *
 *   forward   u' = u (1-T) b0(o)          v' = (v + T u) b1(o)         u, v: P(answers so far, not known / known)
 *   backward  x' = (1-T) b0(o) x + T b1(o) y    y' = b1(o) y
 *   known at t: v_t y_t, where x = y = weight / P at the end of a sequence
 *
 * The first answers of most sequences are the same few. They are worked on the trunk, a full binary tree: slot 2^d + b is what was seen
 * after d answers, bit k of b being answer k, so that a level is the level above it twice, once wrong and once right. The backward messages
 * are linear, so those of all sequences through a slot are added up there. What follows the trunk runs eight sequences abreast.
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

enum { HALF = BKT_LANES / 2, CHUNK = 64, FLUSH_EVERY = 256 };
#define INLINE static inline __attribute__((always_inline))

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi" /* four lanes are passed to inline functions only, never over a call */
#endif
typedef double v4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t m4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef uint64_t u4 __attribute__((vector_size(32), aligned(8), may_alias));

/* The bits of a nibble as masks. */
#define M(n, l) (((n) >> (l) & 1) ? -1 : 0)
#define ROW(n) {M(n, 0), M(n, 1), M(n, 2), M(n, 3)}
static const m4 masks[16] = {ROW(0), ROW(1), ROW(2), ROW(3), ROW(4), ROW(5), ROW(6), ROW(7), ROW(8), ROW(9), ROW(10), ROW(11), ROW(12), ROW(13), ROW(14), ROW(15)};
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
};

static struct emit emit_of(const struct bkt *m)
{
    struct emit k = {.t = m->learn, .stay = {(1.0 - m->learn) * (1.0 - m->guess), (1.0 - m->learn) * m->guess}, .known = {m->slip, 1.0 - m->slip}};
    k.u0 = (1.0 - m->prior) / (1.0 - m->learn);
    k.v0 = m->prior - m->learn * k.u0;
    return k;
}

enum st bkt_scratch_make(struct bkt_scratch *s, uint32_t depth, uint32_t longest, struct err *e)
{
    s->trunk = malloc((size_t)8 << depth << 3); /* u, v, x and y, 2^(depth+1) each */
    s->alpha = malloc(((size_t)longest + 1) * BKT_LANES * sizeof *s->alpha);
    s->factor = malloc(((size_t)longest / BKT_SCALE_EVERY + 1) * BKT_LANES * sizeof *s->factor);
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
        for (; i + HALF <= n; i += HALF) {
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
        for (; i + HALF <= n; i += HALF) {
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
    for (unsigned l = 0; l < HALF; l++) p->logs = p->logs + num_log(p->rest[l]);
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
        for (unsigned l = 0; l < HALF; l++)
            if (weight[l] > 1.0) p->logs = p->logs + weight[l] * log_mantissa(m[l]);
    if (++p->count == FLUSH_EVERY) product_flush(p);
}

struct lanes {
    v4 a, b; /* 0-3, 4-7 */
};

/* The lanes that begin at a step, as bits; *lane goes past them. */
INLINE unsigned beginning(const struct bkt_group *g, uint32_t step, uint32_t *lane)
{
    unsigned on = 0;
    while (*lane < g->lanes && g->start[*lane] == step) on |= 1U << (*lane)++;
    return on;
}

INLINE void tail_forward(const struct bkt_group *g, const struct emit *k, const double *u_from, const double *v_from, double *restrict alpha, double *restrict factor,
                         struct lanes *u_end, struct lanes *v_end, struct lanes *scaled)
{
    v4 ua = all(0), ub = ua, va = ua, vb = ua, ea = ua, eb = ua;
    v4 stay0 = all(k->stay[0]), stay1 = all(k->stay[1]), known0 = all(k->known[0]), known1 = all(k->known[1]), t = all(k->t);
    uint32_t lane = 0, next = 0;
    for (uint32_t i = 0; i < g->steps; i++) {
        if (i == next) {
            unsigned on = beginning(g, i, &lane);
            m4 ma = masks[on & 15], mb = masks[on >> 4];
            ua = pick(ma, *(const v4 *)u_from, ua);
            ub = pick(mb, *(const v4 *)(u_from + HALF), ub);
            va = pick(ma, *(const v4 *)v_from, va);
            vb = pick(mb, *(const v4 *)(v_from + HALF), vb);
            ea = only(~ma, ea);
            eb = only(~mb, eb);
            next = lane < g->lanes ? g->start[lane] : UINT32_MAX;
        }
        m4 ra = masks[g->bits[i] & 15], rb = masks[g->bits[i] >> 4];
        va = (va + t * ua) * pick(ra, known1, known0);
        vb = (vb + t * ub) * pick(rb, known1, known0);
        ua = ua * pick(ra, stay1, stay0);
        ub = ub * pick(rb, stay1, stay0);
        if ((i + 1) % BKT_SCALE_EVERY == 0) {
            v4 fa = power_below(ua + va), fb = power_below(ub + vb), *f = (v4 *)(factor + i / BKT_SCALE_EVERY * BKT_LANES);
            ea = ea - exponent(fa);
            eb = eb - exponent(fb);
            ua = ua * fa, ub = ub * fb, va = va * fa, vb = vb * fb;
            f[0] = fa;
            f[1] = fb;
        }
        *(v4 *)(alpha + (size_t)i * BKT_LANES) = va;
        *(v4 *)(alpha + (size_t)i * BKT_LANES + HALF) = vb;
    }
    *u_end = (struct lanes){ua, ub};
    *v_end = (struct lanes){va, vb};
    *scaled = (struct lanes){ea, eb};
}

/* x, y: what each lane ends with; replaced by what it says of the slot where it began. */
INLINE void tail_backward(const struct bkt_group *g, const struct emit *k, const double *restrict alpha, const double *restrict factor, struct lanes *x, struct lanes *y, struct bkt_sums *s)
{
    v4 xa = x->a, xb = x->b, ya = y->a, yb = y->b, sa = all(0), sb = sa, ra = sa, rb = sa, out_xa = sa, out_xb = sa, out_ya = sa, out_yb = sa;
    v4 stay0 = all(k->stay[0]), stay1 = all(k->stay[1]), known0 = all(k->known[0]), known1 = all(k->known[1]), t = all(k->t);
    uint32_t lane = g->lanes, next = g->start[g->lanes - 1];
    for (uint32_t i = g->steps; i-- > 0;) {
        m4 ma = masks[g->bits[i] & 15], mb = masks[g->bits[i] >> 4];
        v4 ka = *(const v4 *)(alpha + (size_t)i * BKT_LANES) * ya, kb = *(const v4 *)(alpha + (size_t)i * BKT_LANES + HALF) * yb;
        sa = sa + ka;
        sb = sb + kb;
        ra = ra + only(ma, ka);
        rb = rb + only(mb, kb);
        ya = ya * pick(ma, known1, known0);
        yb = yb * pick(mb, known1, known0);
        xa = pick(ma, stay1, stay0) * xa + t * ya;
        xb = pick(mb, stay1, stay0) * xb + t * yb;
        if ((i + 1) % BKT_SCALE_EVERY == 0) {
            const v4 *f = (const v4 *)(factor + i / BKT_SCALE_EVERY * BKT_LANES);
            xa = xa * f[0], xb = xb * f[1], ya = ya * f[0], yb = yb * f[1];
        }
        if (i == next) {
            unsigned on = 0;
            while (lane > 0 && g->start[lane - 1] == i) on |= 1U << --lane;
            m4 na = masks[on & 15], nb = masks[on >> 4];
            out_xa = pick(na, xa, out_xa), out_xb = pick(nb, xb, out_xb), out_ya = pick(na, ya, out_ya), out_yb = pick(nb, yb, out_yb);
            xa = only(~na, xa), xb = only(~nb, xb), ya = only(~na, ya), yb = only(~nb, yb);
            next = lane ? g->start[lane - 1] : UINT32_MAX;
        }
    }
    *x = (struct lanes){out_xa, out_xb};
    *y = (struct lanes){out_ya, out_yb};
    double right = sum4(ra) + sum4(rb);
    s->known_right = s->known_right + right;
    s->known = s->known + (sum4(sa) + sum4(sb));
}

INLINE v4 share(const double *weight, v4 total) { return only(total > all(0), *(const v4 *)weight / pick(total > all(0), total, all(1.0))); }

INLINE void tail(const struct bkt_group *g, const struct emit *k, const double *u, const double *v, double *restrict x, double *restrict y, const struct bkt_scratch *s, struct product *likelihood,
                 struct bkt_sums *sums)
{
    double u_from[BKT_LANES], v_from[BKT_LANES];
    struct lanes u_end, v_end, scaled, mx, my;
    for (unsigned l = 0; l < BKT_LANES; l++) {
        u_from[l] = u[g->slot[l]];
        v_from[l] = v[g->slot[l]];
    }
    tail_forward(g, k, u_from, v_from, s->alpha, s->factor, &u_end, &v_end, &scaled);
    v4 pa = u_end.a + v_end.a, pb = u_end.b + v_end.b, ba = share(g->weight, pa), bb = share(g->weight + HALF, pb);
    product_add(likelihood, pa, scaled.a, g->weight);
    product_add(likelihood, pb, scaled.b, g->weight + HALF);
    sums->last = sums->last + (sum4(ba * v_end.a) + sum4(bb * v_end.b));
    mx = my = (struct lanes){ba, bb};
    tail_backward(g, k, s->alpha, s->factor, &mx, &my, sums);
    for (unsigned l = 0; l < g->lanes; l++) {
        x[g->slot[l]] = x[g->slot[l]] + (l < HALF ? mx.a[l % HALF] : mx.b[l % HALF]);
        y[g->slot[l]] = y[g->slot[l]] + (l < HALF ? my.a[l % HALF] : my.b[l % HALF]);
    }
}

ENGINE_CLONES void bkt_expect(const struct bkt_part *p, const struct bkt *m, const struct bkt_scratch *s, struct bkt_sums *out)
{
    size_t n = (size_t)2 << p->depth;
    double *u = s->trunk, *v = u + n, *x = v + n, *y = x + n;
    struct emit k = emit_of(m);
    struct product likelihood = {.rest = all(1.0)};
    *out = (struct bkt_sums){0};
    memset(x, 0, 2 * n * sizeof *x);
    trunk_forward(p->depth, &k, u, v);
    end_on_trunk(p, u, v, x, y, out);
    for (size_t g = 0; g < p->group_count; g++) tail(&p->groups[g], &k, u, v, x, y, s, &likelihood, out);
    product_flush(&likelihood);
    trunk_backward(p->depth, &k, v, x, y, out);
    out->log_likelihood = out->log_likelihood + (sum4(likelihood.twos) * 0x1.62e42fefa39efp-1 + likelihood.logs);
}
