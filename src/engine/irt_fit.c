/* EM for the generalised partial credit model. */
#include <math.h> /* sqrt, fabs */
#include <stdlib.h>
#include <string.h>

#include "engine/linear.h"
#include "engine/numeric.h"
#include "irt_em.h"

const struct irt_options irt_defaults = {.points = 61, .iterations_max = 2000, .tolerance = 1e-10};
enum { NEWTON_STEPS = 3 };
static const double range = 6.0, slope_max = 10.0, intercept_max = 40.0, LEAP_MOST = 64.0;

/* Its first scores, so that most patterns are told apart by one number. */
enum { KEY_SCORES = 64 / IRT_KIND_BITS };
static uint64_t key_of(const uint8_t *score, size_t items)
{
    uint64_t key = 0;
    for (size_t i = 0; i < KEY_SCORES; i++) key = key << IRT_KIND_BITS | (i < items ? irt_kind(score[i]) : 0);
    return key;
}

static int by_scores(const void *a, const void *b)
{
    const struct irt_pattern *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return memcmp(x->score, y->score, x->items);
}

/* Says which score is none. */
static enum st refuse(const struct irt_matrix *m, struct err *e)
{
    for (size_t i = 0; i < m->persons * m->items; i++)
        if (m->score[i] >= IRT_SCORES_MAX && m->score[i] != IRT_MISSING)
            return err_fail(e, ST_INVALID, "model.data", "person %zu has the score %u on item %zu; %d is the most",
                            i / m->items + 1, m->score[i], i % m->items + 1, IRT_SCORES_MAX - 1);
    return ST_OK;
}

/* Each person's scores as a pattern, sorted within the runs of RUN persons. */
enum { RUN = 1024 };
struct sorting {
    struct irt_em *x;
    struct irt_pattern *to;
    size_t run; /* as long as what is sorted already */
};
static void sort_run(void *arg, size_t task)
{
    const struct sorting *s = arg;
    const struct irt_matrix *m = s->x->m;
    size_t from = task * RUN, end = from + RUN < m->persons ? from + RUN : m->persons;
    for (size_t j = from; j < end; j++) {
        const uint8_t *score = m->score + j * m->items;
        bool fine = true;
        for (size_t i = 0; i < m->items; i++) fine = fine & (score[i] < IRT_SCORES_MAX || score[i] == IRT_MISSING);
        s->x->patterns[j] = (struct irt_pattern){
            .key = key_of(score, m->items), .score = score, .items = (uint32_t)m->items, .weight = fine};
    }
    qsort(s->x->patterns + from, end - from, sizeof *s->x->patterns, by_scores);
}

/* Two runs become one. */
static void merge_runs(void *arg, size_t task)
{
    const struct sorting *s = arg;
    size_t all = s->x->m->persons, a = 2 * task * s->run, a_end = a + s->run < all ? a + s->run : all, b = a_end,
           b_end = b + s->run < all ? b + s->run : all;
    const struct irt_pattern *from = s->x->patterns;
    for (size_t to = a; to < b_end; to++)
        s->to[to] = b == b_end || (a < a_end && by_scores(&from[a], &from[b]) <= 0) ? from[a++] : from[b++];
}

static enum st sort_patterns(struct irt_em *x, struct err *e)
{
    size_t n = x->m->persons;
    struct sorting s = {x, malloc((n + 1) * sizeof *s.to), RUN};
    x->patterns = malloc((n + 1) * sizeof *x->patterns);
    if (!x->patterns || !s.to) {
        free(s.to);
        return err_fail(e, ST_NOMEM, "err.memory", "patterns");
    }
    parallel_run(x->par, (n + RUN - 1) / RUN, sort_run, &s);
    for (; s.run < n; s.run *= 2) {
        parallel_run(x->par, (n + 2 * s.run - 1) / (2 * s.run), merge_runs, &s);
        struct irt_pattern *sorted = s.to;
        s.to = x->patterns;
        x->patterns = sorted;
    }
    free(s.to);
    return ST_OK;
}

static enum st collapse(struct irt_em *x, struct err *e)
{
    size_t kept = 0;
    bool fine = true;
    TRY(sort_patterns(x, e));
    for (size_t i = 0; i < x->m->persons; i++) {
        fine = fine && x->patterns[i].weight;
        if (kept && by_scores(&x->patterns[kept - 1], &x->patterns[i]) == 0) x->patterns[kept - 1].weight++;
        else x->patterns[kept++] = x->patterns[i];
    }
    x->count = kept;
    return fine ? ST_OK : refuse(x->m, e);
}

/* The kinds of some patterns' scores: few enough to be at hand while they are read by pattern and written by item. */
enum { PATTERNS_A_TASK = CACHE_LINE };
static void lay_out(void *arg, size_t task)
{
    struct irt_em *x = arg;
    size_t from = task * PATTERNS_A_TASK, end = from + PATTERNS_A_TASK < x->count ? from + PATTERNS_A_TASK : x->count;
    for (size_t j = from; j < end; j++)
        for (size_t i = 0; i < x->m->items; i++)
            x->kinds[i * x->kinds_row + j] = (uint8_t)irt_kind(x->patterns[j].score[i]);
}

/* How many scores an item has, and where it starts: the marginal shares at slope 1. */
static void begin_item(void *arg, size_t i)
{
    struct irt_em *x = arg;
    size_t n[IRT_KINDS] = {0}, answers = 0, given = 0;
    struct irt_item *it = &x->items[i];
    const uint8_t *kind = x->kinds + i * x->kinds_row;
    *it = (struct irt_item){.a = 1.0};
    for (size_t j = 0; j < x->count; j++) n[kind[j]] += x->patterns[j].weight;
    for (unsigned k = 0; k < IRT_SCORES_MAX; k++) {
        answers += n[k];
        if (n[k] == 0) continue;
        given++;
        it->scores = k + 1;
    }
    it->answers = answers;
    if (given < 2) *it = (struct irt_item){.scores = answers ? 1 : 0, .answers = answers};
    for (unsigned k = 1; k < it->scores; k++) it->d[k] = num_log(((double)n[k] + .5) / ((double)n[0] + .5));
}

static enum st begin(struct irt_em *x, struct err *e)
{
    size_t rows = 0;
    x->kinds_row = (x->count / CACHE_LINE + 1) * CACHE_LINE; /* so that no two tasks write to one line */
    x->kinds = lines_make(x->m->items * x->kinds_row);
    if (!x->kinds) return err_fail(e, ST_NOMEM, "err.memory", "scores of %zu patterns", x->count);
    parallel_run(x->par, (x->count + PATTERNS_A_TASK - 1) / PATTERNS_A_TASK, lay_out, x);
    parallel_run(x->par, x->m->items, begin_item, x);
    for (size_t i = 0; i < x->m->items; i++) {
        x->at[i] = rows;
        rows += x->items[i].scores;
    }
    x->at[x->m->items] = rows;
    x->p = lanes_make((rows + 1) * x->stride);
    x->r = lanes_make((rows + 1) * x->stride);
    return x->p && x->r ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "tables of %zu items", x->m->items);
}

enum { SIDE = IRT_SCORES_MAX };

/* Gradient and information of one item at its counts: parameter 0 is a, k is d_k. */
static void item_derivatives(const struct irt_em *x, size_t i, double *g, double *h)
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
            for (unsigned l = k; l < n; l++)
                h[k * n + l] = h[k * n + l] + total * (k == l ? p[k] * (1.0 - p[k]) : -p[k] * p[l]);
        }
    }
}

static double clamp(double x, double most) { return x > most ? most : x < -most ? -most : x; }

static void move_item(struct irt_item *it, const double *step, bool slope)
{
    if (slope) it->a = clamp(it->a + clamp(step[0], 1.0), slope_max);
    for (unsigned k = 1; k < it->scores; k++) it->d[k] = clamp(it->d[k] + clamp(step[k], 3.0), intercept_max);
}

static void maximise_item(void *arg, size_t i)
{
    const struct irt_em *x = arg;
    struct irt_item *it = &x->items[i];
    double g[SIDE], h[SIDE * SIDE];
    for (int s = 0; s < NEWTON_STEPS && it->scores > 1; s++) {
        item_derivatives(x, i, g, h);
        for (unsigned k = 0; k < it->scores; k++) h[k * it->scores + k] = h[k * it->scores + k] + 1e-9;
        if (linear_solve(h, g, it->scores, NULL, NULL) != ST_OK) break;
        move_item(it, g, true);
    }
}

/* One slope for all: its row is what remains when each item's intercepts are eliminated. */
static void maximise_common(struct irt_em *x)
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
                if (linear_solve(small, right, k1, NULL, NULL) != ST_OK) continue;
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

static enum st errors_of(struct irt_em *x, struct err *e)
{
    size_t n = x->m->items, room = 0, *place = malloc((n + 1) * sizeof *place);
    for (size_t i = 0; place && i < n; i++) {
        place[i] = room;
        room += (size_t)x->items[i].scores * x->items[i].scores;
    }
    double *information = calloc(room + 1, sizeof *information), slope, diagonal[SIDE], scratch[SIDE], zero[SIDE];
    enum st st = place && information ? irt_information_of(x, place, room, information, &slope, e)
                                      : err_fail(e, ST_NOMEM, "err.memory", "standard errors of %zu items", n);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        struct irt_item *it = &x->items[i];
        double *h = information + place[i];
        memset(zero, 0, sizeof zero);
        for (unsigned k = 0; k < it->scores; k++) h[k * it->scores + k] = h[k * it->scores + k] + 1e-9;
        if (it->scores < 2 || linear_solve(h, zero, it->scores, NULL, NULL) != ST_OK) continue;
        linear_inverse_diagonal(h, diagonal, scratch, it->scores);
        it->a_se = x->o->common_slope ? 1.0 / sqrt(slope + 1e-9) : sqrt(diagonal[0]);
        for (unsigned k = 1; k < it->scores; k++) it->d_se[k] = sqrt(diagonal[k]);
    }
    free(place), free(information);
    return st;
}

static double *parameter(struct irt_item *it, unsigned k) { return k ? &it->d[k] : &it->a; }

/* From the items as they were before two EM steps, between them and now, to beyond: SQUAREM, Varadhan & Roland 2008,
 * scheme S3. */
static void leap(struct irt_em *x, struct irt_item *from, struct irt_item *one)
{
    double rr = 0.0, vv = 0.0;
    for (size_t i = 0; i < x->m->items; i++)
        for (unsigned k = 0; k < x->items[i].scores; k++) {
            double r = *parameter(&one[i], k) - *parameter(&from[i], k),
                   v = *parameter(&x->items[i], k) - *parameter(&one[i], k) - r;
            rr = rr + r * r;
            vv = vv + v * v;
        }
    double by = vv > 0.0 ? sqrt(rr / vv) : 1.0;
    by = by < 1.0 ? 1.0 : by > LEAP_MOST ? LEAP_MOST : by;
    for (size_t i = 0; i < x->m->items; i++)
        for (unsigned k = 0; k < x->items[i].scores; k++) {
            double p = *parameter(&from[i], k), r = *parameter(&one[i], k) - p, *to = parameter(&x->items[i], k),
                   v = *to - *parameter(&one[i], k) - r;
            *to = clamp(p + 2.0 * by * r + by * by * v, k ? intercept_max : slope_max);
        }
}

static double em_step(struct irt_em *x, struct irt_report *report)
{
    double now = irt_expect(x);
    report->iterations++;
    if (x->o->common_slope) maximise_common(x);
    else parallel_run(x->par, x->m->items, maximise_item, x);
    return now;
}

/* kept: room for three times the items. In the end r stands as the items do. */
static void climb(struct irt_em *x, struct irt_item *kept, struct irt_report *report)
{
    size_t n = x->m->items, bytes = n * sizeof *kept;
    struct irt_item *from = kept, *one = kept + n, *two = kept + 2 * n;
    double most = 0.0, rise = 0.0, enough = 0.0;
    while (report->iterations < x->o->iterations_max) {
        /* as in logistic_fit.c */
        double share = most > enough && rise > 0.0 && rise < most ? num_log(most / rise) / num_log(most / enough) : 0.0;
        if (!fit_goes_on(x->o->watch, share < 1.0 ? share : 1.0)) break;
        memcpy(from, x->items, bytes);
        double first = em_step(x, report);
        memcpy(one, x->items, bytes);
        double second = em_step(x, report);
        rise = second - first;
        enough = x->o->tolerance * fabs(second);
        most = rise > most ? rise : most;
        report->converged = rise <= enough;
        if (report->converged) break;
        memcpy(two, x->items, bytes);
        leap(x, from, one);
        if (!(em_step(x, report) >= second)) memcpy(x->items, two, bytes);
    }
    report->log_likelihood = irt_expect(x);
}

static enum st fit(struct irt_em *x, struct irt_report *report, struct err *e)
{
    TRY(collapse(x, e));
    TRY(begin(x, e));
    TRY(irt_blocks_make(x, e));
    struct irt_item *kept = malloc(3 * x->m->items * sizeof *kept);
    if (!kept) return err_fail(e, ST_NOMEM, "err.memory", "%zu items", x->m->items);
    *report = (struct irt_report){.patterns = x->count};
    climb(x, kept, report);
    free(kept);
    return errors_of(x, e);
}

enum st irt_fit(const struct irt_matrix *m, const struct irt_options *o, const struct parallel *par,
                struct irt_item *out, struct irt_report *report, struct err *e)
{
    if (m->persons == 0 || m->items == 0) return err_fail(e, ST_INVALID, "model.data", "no person or no item");
    if (o->points < 11 || o->points > IRT_POINTS_MAX - LANES || o->iterations_max < 1 || !(o->tolerance > 0.0))
        return err_fail(e, ST_INVALID, "model.option", "from 11 to %d quadrature points", IRT_POINTS_MAX - LANES);
    struct irt_em x = {.m = m, .o = o, .par = par, .items = out, .stride = (o->points + LANES - 1) / LANES * LANES};
    x.at = malloc((m->items + 1) * sizeof *x.at);
    x.theta = calloc(x.stride, sizeof *x.theta);
    x.log_prior = lanes_make(x.stride);
    enum st st = x.at && x.theta && x.log_prior ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "tables");
    if (st == ST_OK) {
        double sum = 0.0;
        for (size_t q = 0; q < x.stride; q++) {
            x.theta[q] = q < o->points ? range * (2.0 * (double)q / (double)(o->points - 1) - 1.0) : 0.0;
            x.log_prior[q] = q < o->points ? -x.theta[q] * x.theta[q] / 2.0 : -700.0;
            sum = sum + num_exp(x.log_prior[q]);
        }
        for (size_t q = 0; q < o->points; q++) x.log_prior[q] = x.log_prior[q] - num_log(sum);
        st = fit(&x, report, e);
    }
    irt_blocks_free(&x);
    free(x.at), free(x.theta), free(x.log_prior), free(x.p), free(x.r), free(x.patterns), free(x.kinds);
    return st;
}
