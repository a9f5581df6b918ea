/* The E-step in one pass forward, without division or logarithm inside.
 *
 * Nobody forgets here, and that makes the backward pass superfluous. With u, v = P(answers so far, not known / known),
 * b0 and b1 the chances of an answer when the skill is not known and when it is, divide both by the product of all b1
 * so far:
 *
 *   q = u / prod b1     w = v / prod b1     w' = w + T q     q' = q (1-T) b0(o) / b1(o)
 *
 * so that w grows by what is learned and by nothing else. The message back from the end to a known state is the product
 * of the b1 that follow, and
 *
 *   P(known at t | all answers) = v_t prod_after b1 / (u_n + v_n) = w_t / (q_n + w_n):
 *
 * the expectations of a sequence are sums of w over its answers, divided once at its end. Its likelihood is (q_n + w_n)
 * prod b1, and of the product only the numbers of right and wrong answers matter, which no step changes.
 *
 * All of it is linear in (q, w). A block of answers is therefore one row of four numbers, and with g = w - w_1, what
 * was learned since the first answer,
 *
 *   q' = q row0     g' = g + q row1     sum of g, over the answers: + q row2 + g answers     over the right ones: + q
 *   row3 + g right ones
 *
 * The row of a block with one more answer before it is odds(o) row + T (0, 1, answers, right ones): a table of all
 * blocks up to some length is made by doubling, and a sequence takes as many steps as it has blocks. Before its first
 * block, which may be a short one, g is 0: all others have the same number of answers, by which the sum of g over
 * blocks is multiplied once, at the end. Four sequences run abreast.
 *
 * Before q could overflow all is divided by the power of two next to q + w, which is exact and is counted in the
 * likelihood; what vanishes by it was nothing. Where guess and slip are usual that is after some hundreds of answers.
 */
#include "bkt_kernel.h"

#include <stdbool.h>

#include "engine/responses.h"
#include "vec4.h"

/* HEADROOM: powers of two that q may grow by: it begins at 2^20 at most, and is summed over as many answers. */
enum { HEADROOM = 960, FLUSH_EVERY = 200 };
/* By code (bkt_code): 0, 1, answers, right ones. */
/* clang-format off: one initializer, not a block */
#define N0(n, r) \
    { \
        0, 1, n, r \
    }
/* clang-format on */
#define N1(n, r) N0(n, r), N0(n, (r) + 1)
#define N2(n, r) N1(n, r), N1(n, (r) + 1)
#define N3(n, r) N2(n, r), N2(n, (r) + 1)
#define N4(n, r) N3(n, r), N3(n, (r) + 1)
#define N5(n, r) N4(n, r), N4(n, (r) + 1)
#define N6(n, r) N5(n, r), N5(n, (r) + 1)
#define N7(n, r) N6(n, r), N6(n, (r) + 1)
static const v4 counts[BKT_CODES] __attribute__((aligned(CACHE_LINE))) = {
    {0}, N0(0, 0), N1(1, 0), N2(2, 0), N3(3, 0), N4(4, 0), N5(5, 0), N6(6, 0), N7(7, 0)};

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
    v4 p = ((z * (2.0 / 17.0) + 2.0 / 15.0) * zz + (z * (2.0 / 13.0) + 2.0 / 11.0)) * (zz * zz) +
           ((z * (2.0 / 9.0) + 2.0 / 7.0) * zz + (z * (2.0 / 5.0) + 2.0 / 3.0));
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

INLINE double product_rest(const struct product *p) { return (p->rest[0] * p->rest[1]) * (p->rest[2] * p->rest[3]); }

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
    double begin[2]; /* q after the first answer, by that answer */
    double prior;    /* w then: nothing was learned before it */
    double block;    /* answers to a block that is not the first */
    uint32_t safe;   /* blocks between two scalings */
    v4 row[BKT_CODES] __attribute__((aligned(CACHE_LINE)));
};

/* How many powers of two an answer multiplies q by at the most: 1 .. 20, by the bounds of guess and slip. */
INLINE uint32_t growth(const double odds[2])
{
    double most = odds[0] > odds[1] ? odds[0] : odds[1];
    return most < 2.0 ? 1 : (uint32_t)exponent(all(most))[0] + 1;
}

/* Four rows beside each other. */
struct rows {
    v4 q, gained, answers, right;
};
INLINE struct rows turn(const v4 *row, const uint8_t *code)
{
    v4 a = row[code[0]], b = row[code[1]], c = row[code[2]], d = row[code[3]];
    v4 ac = __builtin_shufflevector(a, c, 0, 1, 4, 5), bd = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    v4 ca = __builtin_shufflevector(a, c, 2, 3, 6, 7), db = __builtin_shufflevector(b, d, 2, 3, 6, 7);
    return (struct rows){__builtin_shufflevector(ac, bd, 0, 4, 2, 6), __builtin_shufflevector(ac, bd, 1, 5, 3, 7),
                         __builtin_shufflevector(ca, db, 0, 4, 2, 6), __builtin_shufflevector(ca, db, 1, 5, 3, 7)};
}

/* What many sequences say, lane by lane. */
struct gathered {
    v4 first, last, known, right;
};

INLINE void group(const struct bkt_group *g, const struct terms *k, struct product *likelihood, struct gathered *out)
{
    const uint8_t *code = g->codes, *end = code + (size_t)g->steps * LANES, *stop;
    const double *rights = g->rights;
    v4 q = pick(mask4(g->first), all(k->begin[1]), all(k->begin[0])), first = all(k->prior), gained = all(0.0);
    /* sums of gained: over answers within a block, over blocks, over right answers */
    v4 known = all(0.0), in_blocks = all(0.0), right = all(0.0);
    v4 scaled = all(0.0); /* powers of two taken out of all these */
    for (;;) {
        stop = end - code > (ptrdiff_t)(k->safe * LANES) ? code + k->safe * LANES : end;
        for (; code < stop; code += LANES, rights += LANES) {
            struct rows row = turn(k->row, code);
            in_blocks = in_blocks + gained;
            known = known + q * row.answers;
            right = right + (q * row.right + gained * read4(rights));
            gained = gained + q * row.gained;
            q = q * row.q;
        }
        if (code == end) break;
        v4 f = power_below(q + gained + first);
        scaled = scaled - exponent(f);
        q = q * f, first = first * f, gained = gained * f, known = known * f, in_blocks = in_blocks * f,
        right = right * f;
    }
    v4 weight = read4(g->weight), w = first + gained, total = q + w, by = weight / total;
    product_add(likelihood, total, scaled, weight, g->repeated);
    out->first = out->first + by * first;
    out->last = out->last + by * w;
    out->known = out->known + by * (known + in_blocks * k->block + first * read4(g->answers));
    out->right = out->right + by * (right + first * read4(g->right));
}

ENGINE_CLONES void bkt_expect(const struct bkt_part *p, const struct bkt *m, struct bkt_sums *out)
{
    const double by[2] = {(1.0 - m->guess) / m->slip, m->guess / (1.0 - m->slip)},
                 odds[2] = {(1.0 - m->learn) * by[0], (1.0 - m->learn) * by[1]};
    struct terms k;
    struct product likelihood = {.rest = all(1.0)};
    struct gathered g = {all(0), all(0), all(0), all(0)};
    k.begin[0] = (1.0 - m->prior) * by[0];
    k.begin[1] = (1.0 - m->prior) * by[1];
    k.prior = m->prior;
    k.block = (double)p->block;
    k.safe = HEADROOM / (growth(odds) * p->block);
    blocks_fill(p->block, odds, m->learn, k.row);
    for (size_t i = 0; i < p->group_count; i++) group(&p->groups[i], &k, &likelihood, &g);
    v4 sums = sums4(g.first, g.last, g.known, g.right);
    out->first = sums[0], out->last = sums[1], out->known = sums[2], out->known_right = sums[3];
    v4 logs = log4((v4){1.0 - m->slip, m->slip, product_rest(&likelihood), 1.0});
    out->log_likelihood = sum4(likelihood.twos * 0x1.62e42fefa39efp-1 + likelihood.logs +
                               (v4){p->right, p->answers - p->right, 1.0, 0.0} * logs);
}
