/* EM for the generalised partial credit model. */
#include <math.h> /* sqrt, fabs */
#include <stdlib.h>
#include <string.h>

#include "engine/irt.h"
#include "engine/linear.h"
#include "engine/numeric.h"

const struct irt_options irt_defaults = {.points = 61, .iterations_max = 2000, .tolerance = 1e-7};
enum { NEWTON_STEPS = 3, PAD = 8 };
static const double range = 6.0, slope_max = 10.0, intercept_max = 40.0;

struct pattern {
    const uint8_t *score;
    size_t items;
    uint32_t weight;
};

struct em {
    const struct irt_matrix *m;
    const struct irt_options *o;
    struct irt_item *items;
    struct pattern *patterns;
    size_t count, stride;      /* stride: points filled up to PAD */
    size_t *at;                /* items: where its first score's row stands in p and r */
    double *p, *r;             /* scores x stride: ln chance; expected counts */
    double *theta, *log_prior;
};

static int by_scores(const void *a, const void *b)
{
    const struct pattern *x = a, *y = b;
    return memcmp(x->score, y->score, x->items);
}

static enum st collapse(struct em *x, struct err *e)
{
    const struct irt_matrix *m = x->m;
    size_t kept = 0;
    x->patterns = malloc((m->persons + 1) * sizeof *x->patterns);
    if (!x->patterns) return err_fail(e, ST_NOMEM, "err.memory", "patterns");
    for (size_t i = 0; i < m->persons; i++) x->patterns[i] = (struct pattern){m->score + i * m->items, m->items, 1};
    qsort(x->patterns, m->persons, sizeof *x->patterns, by_scores);
    for (size_t i = 0; i < m->persons; i++) {
        if (kept && by_scores(&x->patterns[kept - 1], &x->patterns[i]) == 0) x->patterns[kept - 1].weight++;
        else x->patterns[kept++] = x->patterns[i];
    }
    x->count = kept;
    return ST_OK;
}

/* How many scores each item has, and where it starts: the marginal shares at slope 1. */
static enum st begin(struct em *x, struct err *e)
{
    const struct irt_matrix *m = x->m;
    size_t rows = 0;
    for (size_t i = 0; i < m->items; i++) {
        size_t n[IRT_SCORES_MAX] = {0}, answers = 0, kinds = 0;
        struct irt_item *it = &x->items[i];
        *it = (struct irt_item){.a = 1.0};
        for (size_t j = 0; j < m->persons; j++) {
            uint8_t s = m->score[j * m->items + i];
            if (s == IRT_MISSING) continue;
            if (s >= IRT_SCORES_MAX) return err_fail(e, ST_INVALID, "model.data", "person %zu has the score %u on item %zu; %d is the most", j + 1, s, i + 1, IRT_SCORES_MAX - 1);
            n[s]++;
            answers++;
            if (s + 1U > it->scores) it->scores = s + 1U;
        }
        for (unsigned k = 0; k < it->scores; k++) kinds += n[k] > 0;
        it->answers = answers;
        x->at[i] = rows;
        if (kinds < 2) *it = (struct irt_item){.scores = answers ? 1 : 0, .answers = answers};
        for (unsigned k = 1; k < it->scores; k++) it->d[k] = num_log(((double)n[k] + .5) / ((double)n[0] + .5));
        rows += it->scores;
    }
    x->p = malloc((rows + 1) * x->stride * sizeof *x->p);
    x->r = malloc((rows + 1) * x->stride * sizeof *x->r);
    x->at[m->items] = rows;
    return x->p && x->r ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "tables of %zu items", m->items);
}

static void tabulate(struct em *x)
{
    for (size_t i = 0; i < x->m->items; i++) {
        const struct irt_item *it = &x->items[i];
        double p[IRT_SCORES_MAX];
        for (size_t q = 0; q < x->stride && it->scores > 1; q++) {
            irt_chances(it, x->theta[q], p);
            for (unsigned k = 0; k < it->scores; k++) x->p[(x->at[i] + k) * x->stride + q] = num_log(p[k] > 1e-300 ? p[k] : 1e-300);
        }
    }
}

ENGINE_CLONES static void add_row(double *restrict to, const double *restrict from, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = to[i] + from[i];
}

ENGINE_CLONES static double to_posterior(double *restrict l, size_t n)
{
    double most = l[0], part[PAD] = {0}, sum = 0.0;
    for (size_t i = 1; i < n; i++) most = l[i] > most ? l[i] : most;
    for (size_t i = 0; i < n; i++) l[i] = num_exp(l[i] - most);
    for (size_t i = 0; i < n; i += PAD)
        for (size_t k = 0; k < PAD; k++) part[k] = part[k] + l[i + k];
    for (size_t k = 0; k < PAD; k++) sum = sum + part[k];
    return most + num_log(sum);
}

static double expect(struct em *x)
{
    double sum = 0.0, l[IRT_POINTS_MAX];
    memset(x->r, 0, x->at[x->m->items] * x->stride * sizeof *x->r);
    tabulate(x);
    for (size_t j = 0; j < x->count; j++) {
        const struct pattern *pt = &x->patterns[j];
        memcpy(l, x->log_prior, x->stride * sizeof *l);
        for (size_t i = 0; i < pt->items; i++)
            if (pt->score[i] != IRT_MISSING && x->items[i].scores > 1) add_row(l, x->p + (x->at[i] + pt->score[i]) * x->stride, x->stride);
        double log_sum = to_posterior(l, x->stride), most = log_sum, total = 0.0;
        for (size_t q = 0; q < x->stride; q++) total = total + l[q];
        double by = (double)pt->weight / total;
        for (size_t q = 0; q < x->stride; q++) l[q] = l[q] * by;
        for (size_t i = 0; i < pt->items; i++)
            if (pt->score[i] != IRT_MISSING && x->items[i].scores > 1) add_row(x->r + (x->at[i] + pt->score[i]) * x->stride, l, x->stride);
        sum = sum + (double)pt->weight * most;
    }
    return sum;
}

enum { SIDE = IRT_SCORES_MAX };

/* Gradient and information of one item at its counts: parameter 0 is a, k is d_k. */
static void item_derivatives(const struct em *x, size_t i, double *g, double *h)
{
    const struct irt_item *it = &x->items[i];
    size_t n = it->scores;
    double p[IRT_SCORES_MAX];
    memset(g, 0, n * sizeof *g);
    memset(h, 0, n * n * sizeof *h);
    for (size_t q = 0; q < x->stride; q++) {
        double total = 0.0, mean = 0.0, square = 0.0, score = 0.0, t = x->theta[q];
        irt_chances(it, t, p);
        for (unsigned k = 0; k < n; k++) {
            double r = x->r[(x->at[i] + k) * x->stride + q];
            total = total + r;
            score = score + r * (double)k;
            mean = mean + p[k] * (double)k;
            square = square + p[k] * (double)(k * k);
        }
        g[0] = g[0] + t * (score - total * mean);
        h[0] = h[0] + total * t * t * (square - mean * mean);
        for (unsigned k = 1; k < n; k++) {
            g[k] = g[k] + x->r[(x->at[i] + k) * x->stride + q] - total * p[k];
            h[k] = h[k] + total * t * p[k] * ((double)k - mean);
            for (unsigned l = k; l < n; l++) h[k * n + l] = h[k * n + l] + total * (k == l ? p[k] * (1.0 - p[k]) : -p[k] * p[l]);
        }
    }
}

static double clamp(double x, double most) { return x > most ? most : x < -most ? -most : x; }

static void move_item(struct irt_item *it, const double *step, bool slope)
{
    if (slope) it->a = clamp(it->a + clamp(step[0], 1.0), slope_max);
    for (unsigned k = 1; k < it->scores; k++) it->d[k] = clamp(it->d[k] + clamp(step[k], 3.0), intercept_max);
}

static void maximise_items(struct em *x)
{
    double g[SIDE], h[SIDE * SIDE];
    for (size_t i = 0; i < x->m->items; i++) {
        struct irt_item *it = &x->items[i];
        for (int s = 0; s < NEWTON_STEPS && it->scores > 1; s++) {
            item_derivatives(x, i, g, h);
            for (unsigned k = 0; k < it->scores; k++) h[k * it->scores + k] = h[k * it->scores + k] + 1e-9;
            if (linear_solve(h, g, it->scores, NULL) != ST_OK) break;
            move_item(it, g, true);
        }
    }
}

/* One slope for all: its row is what remains when each item's intercepts are eliminated. */
static void maximise_common(struct em *x)
{
    double g[SIDE], h[SIDE * SIDE], small[SIDE * SIDE], right[SIDE], back[SIDE], slope_g, slope_h;
    for (int s = 0; s < NEWTON_STEPS; s++) {
        slope_g = slope_h = 0.0;
        double step = 0.0;
        for (int pass = 0; pass < 2; pass++) { /* first the slope's step, then the intercepts' */
            for (size_t i = 0; i < x->m->items; i++) {
                struct irt_item *it = &x->items[i];
                size_t n = it->scores, k1 = n - 1;
                if (n < 2) continue;
                item_derivatives(x, i, g, h);
                for (size_t k = 1; k < n; k++) {
                    right[k - 1] = g[k];
                    back[k - 1] = h[k];
                    for (size_t l = k; l < n; l++) small[(k - 1) * k1 + l - 1] = h[k * n + l] + (k == l ? 1e-9 : 0.0);
                }
                if (linear_solve(small, right, k1, NULL) != ST_OK) continue;
                linear_again(small, back, k1);
                if (pass == 0) {
                    double gs = g[0], hs = h[0];
                    for (size_t k = 1; k < n; k++) {
                        gs = gs - h[k] * right[k - 1];
                        hs = hs - h[k] * back[k - 1];
                    }
                    slope_g = slope_g + gs;
                    slope_h = slope_h + hs;
                } else {
                    double all[SIDE] = {0};
                    for (size_t k = 1; k < n; k++) all[k] = right[k - 1] - step * back[k - 1];
                    move_item(it, all, false);
                }
            }
            if (pass == 0) step = slope_h > 0.0 ? clamp(slope_g / slope_h, .5) : 0.0;
        }
        for (size_t i = 0; i < x->m->items; i++)
            if (x->items[i].scores > 1) x->items[i].a = clamp(x->items[i].a + step, slope_max);
    }
}

static void errors_of(struct em *x)
{
    double g[SIDE], h[SIDE * SIDE], diagonal[SIDE], scratch[SIDE], zero[SIDE];
    for (size_t i = 0; i < x->m->items; i++) {
        struct irt_item *it = &x->items[i];
        if (it->scores < 2) continue;
        item_derivatives(x, i, g, h);
        memset(zero, 0, sizeof zero);
        for (unsigned k = 0; k < it->scores; k++) h[k * it->scores + k] = h[k * it->scores + k] + 1e-9;
        if (linear_solve(h, zero, it->scores, NULL) != ST_OK) continue;
        linear_inverse_diagonal(h, diagonal, scratch, it->scores);
        it->a_se = sqrt(diagonal[0]);
        for (unsigned k = 1; k < it->scores; k++) it->d_se[k] = sqrt(diagonal[k]);
    }
}

static enum st climb(struct em *x, struct irt_report *report, struct err *e)
{
    TRY(collapse(x, e));
    TRY(begin(x, e));
    double before = 0.0;
    *report = (struct irt_report){.patterns = x->count};
    while (report->iterations < x->o->iterations_max && !report->converged) {
        double now = expect(x);
        report->converged = report->iterations > 0 && now - before < x->o->tolerance;
        report->iterations++;
        before = now;
        if (report->converged) break;
        if (x->o->common_slope) maximise_common(x);
        else maximise_items(x);
    }
    report->log_likelihood = before;
    errors_of(x);
    return ST_OK;
}

enum st irt_fit(const struct irt_matrix *m, const struct irt_options *o, struct irt_item *out, struct irt_report *report, struct err *e)
{
    if (m->persons == 0 || m->items == 0) return err_fail(e, ST_INVALID, "model.data", "no person or no item");
    if (o->points < 11 || o->points > IRT_POINTS_MAX - PAD || o->iterations_max < 1 || !(o->tolerance > 0.0)) return err_fail(e, ST_INVALID, "model.option", "from 11 to %d quadrature points", IRT_POINTS_MAX - PAD);
    struct em x = {.m = m, .o = o, .items = out, .stride = (o->points + PAD - 1) / PAD * PAD};
    x.at = malloc((m->items + 1) * sizeof *x.at);
    x.theta = calloc(x.stride, sizeof *x.theta);
    x.log_prior = malloc(x.stride * sizeof *x.log_prior);
    enum st st = x.at && x.theta && x.log_prior ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "tables");
    if (st == ST_OK) {
        double sum = 0.0;
        for (size_t q = 0; q < x.stride; q++) {
            x.theta[q] = q < o->points ? range * (2.0 * (double)q / (double)(o->points - 1) - 1.0) : 0.0;
            x.log_prior[q] = q < o->points ? -x.theta[q] * x.theta[q] / 2.0 : -700.0;
            sum = sum + num_exp(x.log_prior[q]);
        }
        for (size_t q = 0; q < o->points; q++) x.log_prior[q] = x.log_prior[q] - num_log(sum);
        st = climb(&x, report, e);
    }
    free(x.at), free(x.theta), free(x.log_prior), free(x.p), free(x.r), free(x.patterns);
    return st;
}
