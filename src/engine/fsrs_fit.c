/* Derivatives of recall by each weight, carried forward with the state. */
#include <stdlib.h>
#include <string.h>

#include "engine/fsrs.h"
#include "engine/linear.h"
#include "engine/numeric.h"
#include "engine/responses.h"

enum { N = FSRS_WEIGHTS, ROUNDS = 60, OF_DIFFICULTY = 4, DIFFICULTY_FROM = 4 };
static const double low[N] = {.001, .001, .001, .001, 1, .001, .001, .001, 0, 0, .001, .001, .001, .001, 0, 0, 1, 0, 0, 0, .1};
static const double high[N] = {100, 100, 100, 100, 10, 4, 4, .75, 4.5, .8, 3.5, 5, .25, .9, 4, 1, 6, 2, 2, .8, .8};

static const double enough = 2e-5; /* a step that gains less of the loss changes no prediction by a thousandth */
enum { ROOM = 24, LANES = 4 }; /* derivatives are worked four abreast; those beyond N stay 0 */
#define INLINE static inline __attribute__((always_inline))

struct point {
    double s, log_s, d;   /* stability, its logarithm, difficulty */
    double ds[ROOM];      /* by each weight */
    double dd[OF_DIFFICULTY]; /* by w4 .. w7 */
};

struct constants { /* of one set of weights */
    const double *w;
    double f, df, grow, cap, easy, easy_5;
};

static void constants_of(struct constants *c, const double *w)
{
    double power = num_pow(.9, -1.0 / w[20]);
    c->w = w;
    c->f = power - 1.0;
    c->df = power * num_log(.9) / (w[20] * w[20]);
    c->grow = num_exp(w[8]);
    c->cap = num_exp(-w[17] * w[18]);
    c->easy_5 = -3.0 * num_exp(3.0 * w[5]);
    c->easy = w[4] - num_exp(3.0 * w[5]) + 1.0;
}

INLINE void begin(struct point *p, const double *w, unsigned grade)
{
    double g = (double)grade - 1.0, ex = num_exp(w[5] * g);
    memset(p, 0, sizeof *p);
    p->s = w[grade - 1];
    p->log_s = num_log(p->s);
    p->ds[grade - 1] = 1.0;
    p->d = w[4] - ex + 1.0;
    p->dd[0] = 1.0;
    p->dd[1] = -g * ex;
    if (p->d < 1.0 || p->d > 10.0) {
        p->d = p->d < 1.0 ? 1.0 : 10.0;
        memset(p->dd, 0, sizeof p->dd);
    }
}

/* Recall after `days`, and its derivatives. */
INLINE double recall(const struct constants *c, const struct point *p, double days, double *dr)
{
    double q = c->f * days / p->s, l = num_log(1.0 + q), r = num_exp(-c->w[20] * l), by_s = r * c->w[20] * q / (p->s * (1.0 + q));
    for (size_t i = 0; i < ROOM; i++) dr[i] = by_s * p->ds[i];
    dr[20] = dr[20] + r * (-l - c->w[20] * days / p->s * c->df / (1.0 + q));
    return r;
}

INLINE void same_day(const struct constants *c, struct point *p, unsigned grade)
{
    const double *w = c->w;
    double g = (double)grade - 3.0 + w[18], l = p->log_s, log_by = w[17] * g - w[19] * l;
    if (grade >= FSRS_GOOD && log_by < 0.0) return;
    double by = num_exp(log_by), keep = by * (1.0 - w[19]), s = p->s * by;
    p->log_s = l + log_by;
    for (size_t i = 0; i < ROOM; i++) p->ds[i] = p->ds[i] * keep;
    p->ds[17] = p->ds[17] + s * g;
    p->ds[18] = p->ds[18] + s * w[17];
    p->ds[19] = p->ds[19] - s * l;
    p->s = s;
}

INLINE void recalled(const struct constants *c, struct point *p, unsigned grade, double r, const double *dr)
{
    const double *w = c->w;
    double l = p->log_s, ex = num_exp(w[10] * (1.0 - r)), extra = (grade == FSRS_HARD ? w[15] : 1.0) * (grade == FSRS_EASY ? w[16] : 1.0);
    double base = c->grow * num_exp(-w[9] * l) * extra, wide = base * (11.0 - p->d), gain = wide * (ex - 1.0), s = p->s;
    double of_s = 1.0 + gain - w[9] * gain, of_r = -s * wide * ex * w[10];
    for (size_t i = 0; i < ROOM; i++) p->ds[i] = p->ds[i] * of_s + of_r * dr[i];
    for (size_t i = 0; i < OF_DIFFICULTY; i++) p->ds[DIFFICULTY_FROM + i] = p->ds[DIFFICULTY_FROM + i] - s * base * (ex - 1.0) * p->dd[i];
    p->ds[8] = p->ds[8] + s * gain;
    p->ds[9] = p->ds[9] - s * gain * l;
    p->ds[10] = p->ds[10] + s * wide * ex * (1.0 - r);
    if (grade == FSRS_HARD && w[15] > 0.0) p->ds[15] = p->ds[15] + s * gain / w[15];
    if (grade == FSRS_EASY) p->ds[16] = p->ds[16] + s * gain / w[16];
    p->s = s * (1.0 + gain);
    p->log_s = num_log(p->s);
}

INLINE void forgotten(const struct constants *c, struct point *p, double r, const double *dr)
{
    const double *w = c->w;
    double ld = num_log(p->d), l1 = num_log(p->s + 1.0), power = num_exp(w[13] * l1), after = w[11] * num_exp(-w[12] * ld) * (power - 1.0) * num_exp(w[14] * (1.0 - r)), most = p->s * c->cap;
    if (!(after < most)) {
        for (size_t i = 0; i < ROOM; i++) p->ds[i] = p->ds[i] * c->cap;
        p->ds[17] = p->ds[17] - most * w[18];
        p->ds[18] = p->ds[18] - most * w[17];
        p->s = most;
        p->log_s = num_log(most);
        return;
    }
    double of_s = after * power / (power - 1.0) * w[13] / (p->s + 1.0), of_r = -after * w[14];
    for (size_t i = 0; i < ROOM; i++) p->ds[i] = p->ds[i] * of_s + of_r * dr[i];
    for (size_t i = 0; i < OF_DIFFICULTY; i++) p->ds[DIFFICULTY_FROM + i] = p->ds[DIFFICULTY_FROM + i] - after * w[12] / p->d * p->dd[i];
    p->ds[11] = p->ds[11] + after / w[11];
    p->ds[12] = p->ds[12] - after * ld;
    p->ds[13] = p->ds[13] + after * power / (power - 1.0) * l1;
    p->ds[14] = p->ds[14] + after * (1.0 - r);
    p->s = after;
    p->log_s = num_log(after);
}

INLINE void next_difficulty(const struct constants *c, struct point *p, unsigned grade)
{
    const double *w = c->w;
    double g = (double)grade - 3.0, room = (10.0 - p->d) / 9.0, d1 = p->d - w[6] * g * room, keep = (1.0 - w[7]) * (1.0 + w[6] * g / 9.0);
    for (size_t i = 0; i < OF_DIFFICULTY; i++) p->dd[i] = p->dd[i] * keep;
    p->dd[0] = p->dd[0] + w[7];
    p->dd[1] = p->dd[1] + w[7] * c->easy_5;
    p->dd[2] = p->dd[2] - (1.0 - w[7]) * g * room;
    p->dd[3] = p->dd[3] + c->easy - d1;
    p->d = w[7] * c->easy + (1.0 - w[7]) * d1;
    if (p->d < 1.0 || p->d > 10.0) {
        p->d = p->d < 1.0 ? 1.0 : 10.0;
        memset(p->dd, 0, sizeof p->dd);
    }
}

struct sums {
    double loss, g[ROOM], h[ROOM * ROOM];
    size_t reviews;
};

INLINE void observe(struct sums *s, double r, const double *dr, bool right)
{
    double q = r < 1e-6 ? 1e-6 : r > 1.0 - 1e-6 ? 1.0 - 1e-6 : r, y = right ? 1.0 : 0.0, v = 1.0 / (q * (1.0 - q)), slope = (q - y) * v;
    s->loss = s->loss - num_log(right ? q : 1.0 - q);
    s->reviews++;
    for (size_t i = 0; i < ROOM; i++) s->g[i] = s->g[i] + slope * dr[i];
    for (size_t i = 0; i < N; i++) {
        double f = v * dr[i], *restrict row = s->h + i * ROOM;
        for (size_t k = i / LANES * LANES; k < ROOM; k++) row[k] = row[k] + f * dr[k];
    }
}

ENGINE_CLONES static void pass_part(const struct fsrs_log *l, const double *w, size_t from, size_t end, struct sums *s)
{
    struct constants c;
    constants_of(&c, w);
    memset(s, 0, sizeof *s);
    for (size_t h = from; h < end; h++) {
        struct point p;
        double dr[ROOM];
        size_t last = 0; /* behind the last review that is predicted, nothing is to be carried on */
        for (size_t i = l->at[h] + 1; i < l->at[h + 1]; i++)
            if (l->days[i] >= 1.0) last = i;
        if (!last) continue;
        begin(&p, w, l->grade[l->at[h]]);
        for (size_t i = l->at[h] + 1; i <= last; i++) {
            unsigned grade = l->grade[i];
            if (l->days[i] < 1.0) same_day(&c, &p, grade);
            else {
                double r = recall(&c, &p, l->days[i], dr);
                observe(s, r, dr, grade != FSRS_AGAIN);
                if (grade == FSRS_AGAIN) forgotten(&c, &p, r, dr);
                else recalled(&c, &p, grade, r, dr);
            }
            if (p.s < .001 || p.s > 36500.0) {
                p.s = p.s < .001 ? .001 : 36500.0;
                p.log_s = num_log(p.s);
                memset(p.ds, 0, sizeof p.ds);
            }
            next_difficulty(&c, &p, grade);
        }
    }
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
        for (size_t k = 0; k < ROOM; k++) part->g[k] = part->g[k] + part[i].g[k];
        for (size_t k = 0; k < ROOM * ROOM; k++) part->h[k] = part->h[k] + part[i].h[k];
    }
}

static double pull(size_t i) { double span = (high[i] - low[i]) / (i < 4 ? 20.0 : 2.0); return 1.0 / (span * span); }

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
    for (size_t i = 0; i < N; i++) g[i] = s->g[i] + pull(i) * (w[i] - fsrs_default.w[i]);
    for (size_t i = 0; i < N; i++) {
        bool held = (w[i] <= low[i] && g[i] > 0.0) || (w[i] >= high[i] && g[i] < 0.0);
        for (size_t k = i; k < N; k++) h[i * N + k] = held ? 0.0 : s->h[i * ROOM + k];
        for (size_t k = 0; k < i && held; k++) h[k * N + i] = 0.0;
        h[i * N + i] = held ? 1.0 : (s->h[i * ROOM + i] + pull(i)) * (1.0 + damping);
        if (held) g[i] = 0.0;
    }
    memcpy(next, w, N * sizeof *next);
    if (linear_solve(h, g, N, NULL, NULL) != ST_OK) return;
    for (size_t i = 0; i < N; i++) {
        next[i] = w[i] - g[i];
        next[i] = next[i] < low[i] ? low[i] : next[i] > high[i] ? high[i] : next[i];
    }
}

enum st fsrs_fit(const struct fsrs_log *l, const struct parallel *par, struct fsrs *m, struct fsrs_report *report, struct err *e)
{
    for (size_t h = 0; h < l->histories; h++)
        for (size_t i = l->at[h]; i < l->at[h + 1]; i++)
            if (l->grade[i] < FSRS_AGAIN || l->grade[i] > FSRS_EASY || (i > l->at[h] && !(l->days[i] >= 0.0 && l->days[i] < 1e6)))
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
