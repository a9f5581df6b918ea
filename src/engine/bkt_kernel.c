/* Forward and backward messages without division or logarithm inside, after "work with unnormalised (u, v)":
 *
 *   forward   u' = u (1-T) b0(o)          v' = (v + T u) b1(o)         u, v: P(answers so far, not known / known)
 *   backward  x' = (1-T) b0(o) x + T b1(o) y    y' = b1(o) y
 *   known at t: v_t y_t / P, P = u_n + v_n
 *
 * A lane starts at its first step with u = (1-L)/(1-T), v = L - T u, of which the step makes (1-L) b0 and L b1; until then it is zero.
 * Every BKT_SCALE_EVERY steps messages are divided by their sum; the factors cancel in v y / P and are counted in the likelihood.
 */
#include "bkt_kernel.h"

#include <string.h>

#include "engine/numeric.h"
#include "engine/responses.h"

enum { HALF = BKT_LANES / 2, NIBBLES = 16 };

typedef bkt_v4 v4;

void bkt_steps_fill(struct bkt_steps *t, const struct bkt *m)
{
    t->t = m->learn;
    t->u0 = (1.0 - m->prior) / (1.0 - m->learn);
    t->v0 = m->prior - m->learn * t->u0;
    for (unsigned n = 0; n < NIBBLES; n++)
        for (unsigned l = 0; l < HALF; l++) {
            double right = (n >> l & 1U) ? 1.0 : 0.0;
            double b0 = right > 0.0 ? m->guess : 1.0 - m->guess, b1 = right > 0.0 ? 1.0 - m->slip : m->slip;
            t->stay[n][l] = (1.0 - m->learn) * b0;
            t->known[n][l] = b1;
            t->right[n][l] = right;
            t->learn[n][l] = m->learn * b1;
        }
}

struct pair4 {
    v4 a, b; /* lanes 0-3, 4-7 */
};

struct forward {
    struct pair4 u, v;
};

/* Steps from..to of all lanes; known-messages are kept in alpha. */
ENGINE_CLONES static void forward_run(const struct bkt_steps *t, const uint8_t *bits, uint32_t from, uint32_t to, struct forward *f, double *alpha)
{
    v4 ua = f->u.a, ub = f->u.b, va = f->v.a, vb = f->v.b, learn = {t->t, t->t, t->t, t->t};
    for (uint32_t i = from; i < to; i++) {
        unsigned lo = bits[i] & 15U, hi = bits[i] >> 4;
        va = (va + learn * ua) * t->known[lo];
        vb = (vb + learn * ub) * t->known[hi];
        ua = ua * t->stay[lo];
        ub = ub * t->stay[hi];
        memcpy(alpha + (size_t)i * BKT_LANES, &va, sizeof va);
        memcpy(alpha + (size_t)i * BKT_LANES + HALF, &vb, sizeof vb);
    }
    f->u.a = ua, f->u.b = ub, f->v.a = va, f->v.b = vb;
}

struct backward {
    struct pair4 x, y, sum, right;
};

/* Steps to-1 down to from: adds what each step knows, then goes one back. */
ENGINE_CLONES static void backward_run(const struct bkt_steps *t, const uint8_t *bits, uint32_t from, uint32_t to, struct backward *b, const double *alpha)
{
    v4 xa = b->x.a, xb = b->x.b, ya = b->y.a, yb = b->y.b, sa = b->sum.a, sb = b->sum.b, ra = b->right.a, rb = b->right.b;
    for (uint32_t i = to; i-- > from;) {
        unsigned lo = bits[i] & 15U, hi = bits[i] >> 4;
        v4 ka, kb;
        memcpy(&ka, alpha + (size_t)i * BKT_LANES, sizeof ka);
        memcpy(&kb, alpha + (size_t)i * BKT_LANES + HALF, sizeof kb);
        ka = ka * ya;
        kb = kb * yb;
        sa = sa + ka;
        sb = sb + kb;
        ra = ra + ka * t->right[lo];
        rb = rb + kb * t->right[hi];
        xa = t->stay[lo] * xa + t->learn[lo] * ya;
        xb = t->stay[hi] * xb + t->learn[hi] * yb;
        ya = ya * t->known[lo];
        yb = yb * t->known[hi];
    }
    b->x.a = xa, b->x.b = xb, b->y.a = ya, b->y.b = yb, b->sum.a = sa, b->sum.b = sb, b->right.a = ra, b->right.b = rb;
}

static double lane(const struct pair4 *p, unsigned l) { return l < HALF ? p->a[l] : p->b[l - HALF]; }

static void set_lane(struct pair4 *p, unsigned l, double x)
{
    if (l < HALF) p->a[l] = x;
    else p->b[l - HALF] = x;
}

/* Where the run from `at` must stop: the next start of a lane, the next scaling, or the end. */
static uint32_t next_stop(const struct bkt_group *g, uint32_t at)
{
    uint32_t stop = (at / BKT_SCALE_EVERY + 1) * BKT_SCALE_EVERY;
    if (stop > g->steps) stop = g->steps;
    for (unsigned l = 0; l < BKT_LANES; l++)
        if (g->weight[l] && g->start[l] > at && g->start[l] < stop) stop = g->start[l];
    return stop;
}

void bkt_group_sums(const struct bkt_group *g, const struct bkt_steps *t, double *alpha, double *scale, struct bkt_sums *s)
{
    struct forward f = {0};
    double log_scale[BKT_LANES] = {0}, first[BKT_LANES] = {0};
    for (uint32_t at = 0, stop; at < g->steps; at = stop) {
        stop = next_stop(g, at);
        for (unsigned l = 0; l < BKT_LANES; l++)
            if (g->weight[l] && g->start[l] == at) {
                set_lane(&f.u, l, t->u0);
                set_lane(&f.v, l, t->v0);
            }
        forward_run(t, g->bits, at, stop, &f, alpha);
        if (stop % BKT_SCALE_EVERY != 0 || stop == g->steps) continue;
        double *factor = scale + stop / BKT_SCALE_EVERY * BKT_LANES;
        for (unsigned l = 0; l < BKT_LANES; l++) {
            double total = lane(&f.u, l) + lane(&f.v, l);
            factor[l] = total > 0.0 ? 1.0 / total : 1.0;
            if (total > 0.0) log_scale[l] = log_scale[l] + num_log(total);
            set_lane(&f.u, l, lane(&f.u, l) * factor[l]);
            set_lane(&f.v, l, lane(&f.v, l) * factor[l]);
        }
    }
    struct backward b = {.x = {{1, 1, 1, 1}, {1, 1, 1, 1}}, .y = {{1, 1, 1, 1}, {1, 1, 1, 1}}};
    for (uint32_t stop = g->steps; stop > 0;) {
        uint32_t at = (stop - 1) / BKT_SCALE_EVERY * BKT_SCALE_EVERY;
        for (unsigned l = 0; l < BKT_LANES; l++)
            if (g->weight[l] && g->start[l] > at && g->start[l] < stop) at = g->start[l];
        if (stop % BKT_SCALE_EVERY == 0 && stop < g->steps) {
            const double *factor = scale + stop / BKT_SCALE_EVERY * BKT_LANES;
            for (unsigned l = 0; l < BKT_LANES; l++) {
                set_lane(&b.x, l, lane(&b.x, l) * factor[l]);
                set_lane(&b.y, l, lane(&b.y, l) * factor[l]);
            }
        }
        /* The first step of the run by itself: a lane may begin there. */
        if (stop - at > 1) backward_run(t, g->bits, at + 1, stop, &b, alpha);
        for (unsigned l = 0; l < BKT_LANES; l++)
            if (g->weight[l] && g->start[l] == at) first[l] = alpha[(size_t)at * BKT_LANES + l] * lane(&b.y, l);
        backward_run(t, g->bits, at, at + 1, &b, alpha);
        stop = at;
    }
    for (unsigned l = 0; l < BKT_LANES; l++) {
        if (!g->weight[l]) continue;
        double p = lane(&f.u, l) + lane(&f.v, l), w = (double)g->weight[l], by = p > 0.0 ? w / p : 0.0;
        s->first = s->first + by * first[l];
        s->last = s->last + by * lane(&f.v, l);
        s->known = s->known + by * lane(&b.sum, l);
        s->known_right = s->known_right + by * lane(&b.right, l);
        s->log_likelihood = s->log_likelihood + w * (log_scale[l] + (p > 0.0 ? num_log(p) : -700.0));
    }
}
