/* Derivatives of recall by each weight, carried forward with the state. The stability is worked by its logarithm:
 * answers of one day, most of a school's, then add to it, and take no logarithm and no power. */
#include <stdlib.h>
#include <string.h>

#include "engine/fsrs.h"
#include "engine/linear.h"
#include "engine/numeric.h"
#include "engine/responses.h"
#include "vec4.h"

enum { N = FSRS_WEIGHTS, ROUNDS = 60 };
static const double low[N] = {.001, .001, .001, .001, 1, .001, .001, .001, 0, 0, .001,
                              .001, .001, .001, 0,    0, 1,    0,    0,    0, .1};
static const double high[N] = {100, 100, 100, 100, 10, 4, 4, .75, 4.5, .8, 3.5, 5, .25, .9, 4, 1, 6, 2, 2, .8, .8};

static const double shortest = -6.907755278982137, longest = 10.505067539570582; /* ln of .001 and of 36,500 days */
static const double enough = 2e-5; /* a step that gains less of the loss changes no prediction by a thousandth */
/* By each weight, four abreast: those of w4 .. w7, of which the difficulty is made, are one vector. What is beyond N
 * stays 0. */
enum { GROUPS = (N + LANES - 1) / LANES, ROOM = GROUPS * LANES, OF_DIFFICULTY = 1, OF_DECAY = 5 };

struct point {
    double l, d;   /* ln of the stability, and difficulty */
    v4 dl[GROUPS]; /* of the first by each weight */
    v4 dd;         /* of the second by w4 .. w7 */
};

struct constants { /* of one set of weights */
    const double *w;
    double f, df, log_11, easy, easy_5;
};

static void constants_of(struct constants *c, const double *w)
{
    double power = num_pow(.9, -1.0 / w[20]);
    c->w = w;
    c->f = power - 1.0;
    c->df = power * num_log(.9) / (w[20] * w[20]);
    c->log_11 = num_log(w[11]);
    c->easy_5 = -3.0 * num_exp(3.0 * w[5]);
    c->easy = w[4] - num_exp(3.0 * w[5]) + 1.0;
}

INLINE void within(double *x, double least, double most, v4 *derivatives, size_t n)
{
    if (!(*x < least || *x > most)) return;
    *x = *x < least ? least : most;
    for (size_t i = 0; i < n; i++) derivatives[i] = all(0.0);
}

INLINE void begin(struct point *p, const double *w, unsigned grade)
{
    double g = (double)grade - 1.0, ex = num_exp(w[5] * g);
    p->l = num_log(w[grade - 1]);
    p->d = w[4] - ex + 1.0;
    for (size_t i = 0; i < GROUPS; i++) p->dl[i] = all(0.0);
    p->dl[0] = only((m4){0, 1, 2, 3} == grade - 1, all(1.0 / w[grade - 1]));
    p->dd = (v4){1.0, -g * ex, 0.0, 0.0};
    within(&p->d, 1.0, 10.0, &p->dd, 1);
}

INLINE void same_day(const struct constants *c, struct point *p, unsigned grade)
{
    const double *w = c->w;
    double g = (double)grade - 3.0 + w[18], more = w[17] * g - w[19] * p->l;
    if (grade >= FSRS_GOOD && more < 0.0) return;
    for (size_t i = 0; i < GROUPS; i++) p->dl[i] = p->dl[i] * (1.0 - w[19]);
    p->dl[4] = p->dl[4] + (v4){0.0, g, w[17], -p->l};
    p->l = p->l + more;
    within(&p->l, shortest, longest, p->dl, GROUPS);
}

/* Exponentials and logarithms of four reviews on a later day, side by side. */
struct later_day {
    /* given: the state, the days since, what an easy or a hard one adds */
    double l[LANES], d[LANES], days[LANES], extra[LANES];
    /* stability, recall, ln of it and of what is missing of 1 */
    double s[LANES], r[LANES], log_r[LANES], log_miss[LANES];
    /* slopes of recall by l, and by w20 itself */
    double of_l[LANES], of_decay[LANES];
    /* if recalled: stability grows by 1 + gain */
    double ex[LANES], base[LANES], gain[LANES], log_gain[LANES];
    /* if forgotten: ln of the stability then */
    double log_d[LANES], log_s1[LANES], power[LANES], log_after[LANES];
};
INLINE double chance(double r) { return r < 1e-6 ? 1e-6 : r > 1.0 - 1e-6 ? 1.0 - 1e-6 : r; }
INLINE void work_out(const struct constants *c, struct later_day *x)
{
    const double *w = c->w;
    for (size_t k = 0; k < LANES; k++) {
        double s = num_exp(x->l[k]), since = x->days[k] / s, q = c->f * since, by = 1.0 / (1.0 + q),
               l = num_log(1.0 + q), log_r = -w[20] * l, r = num_exp(log_r), p = chance(r);
        double ex = num_exp(w[10] * (1.0 - r)), base = num_exp(w[8] - w[9] * x->l[k]) * x->extra[k],
               gain = base * (11.0 - x->d[k]) * (ex - 1.0);
        double log_d = num_log(x->d[k]), log_s1 = num_log(s + 1.0), power = num_exp(w[13] * log_s1);
        x->s[k] = s, x->r[k] = r, x->log_r[k] = log_r, x->log_miss[k] = num_log(1.0 - p);
        x->of_l[k] = r * w[20] * q * by, x->of_decay[k] = r * (-l - w[20] * since * c->df * by);
        x->ex[k] = ex, x->base[k] = base, x->gain[k] = gain, x->log_gain[k] = num_log(1.0 + gain);
        x->log_d[k] = log_d, x->log_s1[k] = log_s1, x->power[k] = power,
        x->log_after[k] = c->log_11 - w[12] * log_d + num_log(power - 1.0) + w[14] * (1.0 - r);
    }
}

/* dr: slopes of recall */
INLINE void recalled(const struct constants *c, struct point *p, unsigned grade, const struct later_day *x, size_t k,
                     const v4 *dr)
{
    const double *w = c->w;
    double by = 1.0 / (1.0 + x->gain[k]), share = x->gain[k] * by, of_r = x->base[k] * (11.0 - p->d) * x->ex[k] * by;
    for (size_t i = 0; i < GROUPS; i++) p->dl[i] = p->dl[i] * (1.0 - w[9] * share) - dr[i] * (of_r * w[10]);
    p->dl[OF_DIFFICULTY] = p->dl[OF_DIFFICULTY] - p->dd * (x->base[k] * (x->ex[k] - 1.0) * by);
    p->dl[2] = p->dl[2] + (v4){share, -share * p->l, of_r * (1.0 - x->r[k]), 0.0};
    if (grade == FSRS_HARD && w[15] > 0.0) p->dl[3] = p->dl[3] + (v4){0.0, 0.0, 0.0, share / w[15]};
    if (grade == FSRS_EASY) p->dl[4] = p->dl[4] + (v4){share / w[16], 0.0, 0.0, 0.0};
    p->l = p->l + x->log_gain[k];
}

INLINE void forgotten(const struct constants *c, struct point *p, const struct later_day *x, size_t k, const v4 *dr)
{
    const double *w = c->w;
    double most = p->l - w[17] * w[18], of_power = x->power[k] / (x->power[k] - 1.0);
    if (!(x->log_after[k] < most)) {
        p->dl[4] = p->dl[4] - (v4){0.0, w[18], w[17], 0.0};
        p->l = most;
        return;
    }
    for (size_t i = 0; i < GROUPS; i++)
        p->dl[i] = p->dl[i] * (of_power * w[13] * x->s[k] / (x->s[k] + 1.0)) - dr[i] * w[14];
    p->dl[OF_DIFFICULTY] = p->dl[OF_DIFFICULTY] - p->dd * (w[12] / p->d);
    p->dl[2] = p->dl[2] + (v4){0.0, 0.0, 0.0, 1.0 / w[11]};
    p->dl[3] = p->dl[3] + (v4){-x->log_d[k], of_power * x->log_s1[k], 1.0 - x->r[k], 0.0};
    p->l = x->log_after[k];
}

INLINE void next_difficulty(const struct constants *c, struct point *p, unsigned grade)
{
    const double *w = c->w;
    double g = ((double)grade - 3.0) * (1.0 / 9.0), room = 10.0 - p->d, d1 = p->d - w[6] * g * room,
           keep = (1.0 - w[7]) * (1.0 + w[6] * g);
    p->dd = p->dd * keep + (v4){w[7], w[7] * c->easy_5, -(1.0 - w[7]) * g * room, c->easy - d1};
    p->d = w[7] * c->easy + (1.0 - w[7]) * d1;
    within(&p->d, 1.0, 10.0, &p->dd, 1);
}

struct sums {
    double loss;
    v4 g[GROUPS], h[ROOM][GROUPS]; /* h: the upper triangle, and some of what is left of it */
    size_t reviews;
};

/* Reviews whose part in the sums of products is still to be added: many at once, so that a sum stays in a register. */
enum { BATCH = 32 };
struct batch {
    size_t n;
    v4 dr[BATCH][GROUPS], by[BATCH][GROUPS]; /* by: dr weighted */
};

INLINE void add_products(struct sums *s, struct batch *b)
{
    enum { WIDE = 2 }; /* vectors of a row together: one sum would wait for itself */
    for (size_t i = 0; i < GROUPS; i++)
        for (size_t k = i / WIDE * WIDE; k < GROUPS; k += WIDE) {
            v4 sum[LANES][WIDE];
            for (size_t l = 0; l < LANES; l++)
                for (size_t q = 0; q < WIDE; q++) sum[l][q] = s->h[i * LANES + l][k + q];
            for (size_t j = 0; j < b->n; j++)
                for (size_t l = 0; l < LANES; l++)
                    for (size_t q = 0; q < WIDE; q++) sum[l][q] = sum[l][q] + b->dr[j][k + q] * b->by[j][i][l];
            for (size_t l = 0; l < LANES; l++)
                for (size_t q = 0; q < WIDE; q++) s->h[i * LANES + l][k + q] = sum[l][q];
        }
    b->n = 0;
}

INLINE void observe(struct sums *s, struct batch *b, const struct later_day *x, size_t k, const v4 *dr, bool right)
{
    double p = chance(x->r[k]), v = 1.0 / (p * (1.0 - p)), slope = (right ? p - 1.0 : p) * v;
    s->loss = s->loss - (!right ? x->log_miss[k] : x->r[k] < p ? num_log(p) : x->log_r[k]);
    s->reviews++;
    for (size_t i = 0; i < GROUPS; i++) {
        s->g[i] = s->g[i] + dr[i] * slope;
        b->dr[b->n][i] = dr[i];
        b->by[b->n][i] = dr[i] * v;
    }
    if (++b->n == BATCH) add_products(s, b);
}

/* One history at a time in each of four lanes. */
struct lane {
    struct point p;
    /* reviews: the one in hand, and the last on a later day, behind which nothing is to be carried on */
    size_t next, last;
};

/* On to the next review on a later day, in this history or in another from *h on; false: there is none. */
INLINE bool go_on(const struct constants *c, const struct fsrs_log *l, struct lane *x, size_t *h, size_t end)
{
    for (; x->next > x->last; ++*h) {
        if (*h == end) return false;
        size_t first = l->at[*h];
        x->next = first + 1, x->last = first;
        for (size_t i = first + 1; i < l->at[*h + 1]; i++)
            if (l->days[i] >= 1.0) x->last = i;
        if (x->last > first) begin(&x->p, c->w, l->grade[first]);
    }
    for (; l->days[x->next] < 1.0; x->next++) {
        same_day(c, &x->p, l->grade[x->next]);
        next_difficulty(c, &x->p, l->grade[x->next]);
    }
    return true;
}

ENGINE_CLONES static void pass_part(const struct fsrs_log *l, const double *w, size_t from, size_t end,
                                    struct sums *out)
{
    struct constants c;
    struct lane lanes[LANES] = {0};
    struct batch b;
    struct sums s; /* and only in the end in `out`, beside which another thread's may stand */
    constants_of(&c, w);
    memset(&s, 0, sizeof s);
    b.n = 0;
    for (size_t k = 0; k < LANES; k++) lanes[k].next = 1; /* behind its last */
    for (size_t h = from;;) {
        struct later_day x;
        bool is[LANES], any = false;
        for (size_t k = 0; k < LANES; k++) {
            struct lane *lane = &lanes[k];
            is[k] = go_on(&c, l, lane, &h, end);
            any = any || is[k];
            unsigned grade = is[k] ? l->grade[lane->next] : FSRS_GOOD;
            x.l[k] = is[k] ? lane->p.l : 0.0;
            x.d[k] = is[k] ? lane->p.d : 1.0;
            x.days[k] = is[k] ? l->days[lane->next] : 1.0;
            x.extra[k] = grade == FSRS_HARD ? w[15] : grade == FSRS_EASY ? w[16] : 1.0;
        }
        if (!any) break;
        work_out(&c, &x);
        for (size_t k = 0; k < LANES; k++) {
            if (!is[k]) continue;
            struct point *p = &lanes[k].p;
            unsigned grade = l->grade[lanes[k].next++];
            v4 dr[GROUPS];
            for (size_t i = 0; i < GROUPS; i++) dr[i] = p->dl[i] * x.of_l[k];
            dr[OF_DECAY] = dr[OF_DECAY] + (v4){x.of_decay[k], 0.0, 0.0, 0.0};
            observe(&s, &b, &x, k, dr, grade != FSRS_AGAIN);
            if (grade == FSRS_AGAIN) forgotten(&c, p, &x, k, dr);
            else recalled(&c, p, grade, &x, k, dr);
            within(&p->l, shortest, longest, p->dl, GROUPS);
            next_difficulty(&c, p, grade);
        }
    }
    add_products(&s, &b);
    *out = s;
}

enum { PARTS = 32 }; /* whatever the threads, so that the sums' bits do not depend on them */
struct pass {
    const struct fsrs_log *l;
    const double *w;
    struct sums *part; /* PARTS */
};

/* The first history of a part: each has about as many reviews. */
static size_t part_begin(const struct fsrs_log *l, size_t part)
{
    size_t from = 0, end = l->histories, reviews = l->at[l->histories] * part / PARTS;
    while (from < end) {
        size_t middle = from + (end - from) / 2;
        if (l->at[middle] < reviews) from = middle + 1;
        else end = middle;
    }
    return from;
}

static void part_of_pass(void *arg, size_t i)
{
    struct pass *p = arg;
    pass_part(p->l, p->w, part_begin(p->l, i), part_begin(p->l, i + 1), &p->part[i]);
}

/* part: PARTS; the first becomes the whole. */
static void pass(const struct fsrs_log *l, const double *w, const struct parallel *par, struct sums *part)
{
    struct pass p = {l, w, part};
    parallel_run(par, PARTS, part_of_pass, &p);
    for (size_t i = 1; i < PARTS; i++) {
        part->loss = part->loss + part[i].loss;
        part->reviews += part[i].reviews;
        for (size_t k = 0; k < GROUPS; k++) part->g[k] = part->g[k] + part[i].g[k];
        for (size_t r = 0; r < ROOM; r++)
            for (size_t k = 0; k < GROUPS; k++) part->h[r][k] = part->h[r][k] + part[i].h[r][k];
    }
}

static double pull(size_t i)
{
    double span = (high[i] - low[i]) / (i < 4 ? 20.0 : 2.0);
    return 1.0 / (span * span);
}

static double penalised(const struct sums *s, const double *w)
{
    double sum = s->loss;
    for (size_t i = 0; i < N; i++) sum = sum + pull(i) * (w[i] - fsrs_default.w[i]) * (w[i] - fsrs_default.w[i]) / 2.0;
    return sum;
}

/* A damped step inside the bounds; weights that press against one are held. */
static void step(const struct sums *s, const double *w, double damping, double *next)
{
    double h[N * N], g[N];
    for (size_t i = 0; i < N; i++) g[i] = s->g[i / LANES][i % LANES] + pull(i) * (w[i] - fsrs_default.w[i]);
    for (size_t i = 0; i < N; i++) {
        bool held = (w[i] <= low[i] && g[i] > 0.0) || (w[i] >= high[i] && g[i] < 0.0);
        for (size_t k = i; k < N; k++) h[i * N + k] = held ? 0.0 : s->h[i][k / LANES][k % LANES];
        for (size_t k = 0; k < i && held; k++) h[k * N + i] = 0.0;
        h[i * N + i] = held ? 1.0 : (s->h[i][i / LANES][i % LANES] + pull(i)) * (1.0 + damping);
        if (held) g[i] = 0.0;
    }
    memcpy(next, w, N * sizeof *next);
    if (linear_solve(h, g, N, NULL, NULL) != ST_OK) return;
    for (size_t i = 0; i < N; i++) {
        next[i] = w[i] - g[i];
        next[i] = next[i] < low[i] ? low[i] : next[i] > high[i] ? high[i] : next[i];
    }
}

enum st fsrs_fit(const struct fsrs_log *l, const struct parallel *par, struct fsrs *m, struct fsrs_report *report,
                 struct err *e)
{
    for (size_t h = 0; h < l->histories; h++)
        for (size_t i = l->at[h]; i < l->at[h + 1]; i++)
            if (l->grade[i] < FSRS_AGAIN || l->grade[i] > FSRS_EASY ||
                (i > l->at[h] && !(l->days[i] >= 0.0 && l->days[i] < 1e6)))
                return err_fail(e, ST_INVALID, "model.data", "review %zu has a grade or a time out of range", i);
    struct sums *s = malloc((1 + PARTS) * sizeof *s); /* where it stands, and what is tried */
    if (!s) return err_fail(e, ST_NOMEM, "err.memory", "memory fit");
    double w[N], next[N], damping = .01;
    for (size_t i = 0; i < N; i++) w[i] = m->w[i] < low[i] ? low[i] : m->w[i] > high[i] ? high[i] : m->w[i];
    *report = (struct fsrs_report){0};
    pass(l, w, par, &s[1]);
    s[0] = s[1];
    double now = penalised(&s[0], w);
    while (s[0].reviews && !report->converged && report->iterations < ROUNDS) {
        step(&s[0], w, damping, next);
        pass(l, next, par, &s[1]);
        double then = penalised(&s[1], next);
        report->iterations++;
        if (then < now) {
            report->converged = now - then < enough * now;
            memcpy(w, next, sizeof w);
            s[0] = s[1];
            now = then;
            damping = damping / 4.0;
        } else {
            report->converged = damping > 1e6;
            damping = damping < .02 ? .05 : damping * 4.0; /* from too bold a step back in one go */
        }
    }
    if (s[0].reviews) {
        memcpy(m->w, w, sizeof w);
        report->log_loss = s[0].loss / (double)s[0].reviews;
        report->reviews = s[0].reviews;
    }
    free(s);
    return ST_OK;
}
