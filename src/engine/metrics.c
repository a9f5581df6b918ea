#include "engine/metrics.h"

#include <math.h> /* sqrt */
#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"

struct scored {
    uint64_t key; /* bits of p, which order as p does for p >= 0 */
    uint32_t group, right;
};

static int by_score(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    return (x->key > y->key) - (x->key < y->key);
}

/* Pairs in which the right answer has the higher p, ties half; *pairs gains all pairs. */
static double ordered_pairs(const struct scored *s, size_t n, double *pairs)
{
    double wins = 0.0, wrong_below = 0.0, right = 0.0;
    for (size_t i = 0; i < n;) {
        size_t j = i;
        double r = 0.0, w = 0.0;
        for (; j < n && s[j].key == s[i].key; j++) {
            if (s[j].right) r = r + 1.0;
            else w = w + 1.0;
        }
        wins = wins + r * (wrong_below + w / 2.0);
        wrong_below = wrong_below + w;
        right = right + r;
        i = j;
    }
    *pairs = *pairs + right * wrong_below;
    return wins;
}

static void area(const struct scored *s, size_t n, struct metrics *out)
{
    double pairs = 0.0, wins = ordered_pairs(s, n, &pairs), r = (double)out->right, w = (double)(out->rows - out->right);
    out->auc = pairs > 0.0 ? wins / pairs : .5;
    if (pairs <= 0.0) return;
    double a = out->auc, q1 = a / (2.0 - a), q2 = 2.0 * a * a / (1.0 + a);
    out->auc_se = sqrt((a * (1.0 - a) + (r - 1.0) * (q1 - a * a) + (w - 1.0) * (q2 - a * a)) / pairs);
}

enum st metrics_of(const double *p, const uint8_t *y, const uint8_t *pick, size_t n, struct metrics *out, struct err *e)
{
    struct metrics m = {.auc = .5};
    struct scored *s = malloc((n + 1) * sizeof *s);
    if (!s) return err_fail(e, ST_NOMEM, "err.memory", "metrics of %zu rows", n);
    double squares = 0.0, losses = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (pick && !pick[i]) continue;
        if (!(p[i] >= 0.0 && p[i] <= 1.0)) {
            free(s);
            return err_fail(e, ST_INVALID, "model.data", "prediction %zu is no probability", i);
        }
        double q = p[i] < 1e-6 ? 1e-6 : p[i] > 1.0 - 1e-6 ? 1.0 - 1e-6 : p[i], t = (double)y[i];
        size_t bin = (size_t)(p[i] * METRICS_BINS);
        if (bin >= METRICS_BINS) bin = METRICS_BINS - 1;
        m.bins[bin].rows++;
        m.bins[bin].p = m.bins[bin].p + q;
        m.bins[bin].right = m.bins[bin].right + t;
        squares = squares + (q - t) * (q - t);
        losses = losses - num_log(y[i] ? q : 1.0 - q);
        s[m.rows++] = (struct scored){(uint64_t)num_to_bits(q), 0, y[i]};
        m.right += y[i];
    }
    if (m.rows) {
        double rows = (double)m.rows;
        m.rmse = sqrt(squares / rows);
        m.log_loss = losses / rows;
        for (size_t b = 0; b < METRICS_BINS; b++) {
            if (!m.bins[b].rows) continue;
            m.ece = m.ece + fabs(m.bins[b].p - m.bins[b].right) / rows;
            m.bins[b].p = m.bins[b].p / (double)m.bins[b].rows;
            m.bins[b].right = m.bins[b].right / (double)m.bins[b].rows;
        }
        qsort(s, m.rows, sizeof *s, by_score);
        area(s, m.rows, &m);
    }
    free(s);
    *out = m;
    return ST_OK;
}

enum st metrics_within(const double *p, const uint8_t *y, const uint32_t *group, size_t n, size_t groups, double *auc, struct err *e)
{
    struct scored *s = malloc((n + 1) * sizeof *s);
    double wins = 0.0, pairs = 0.0;
    if (!s) return err_fail(e, ST_NOMEM, "err.memory", "metrics of %zu rows", n);
    for (size_t i = 0; i < n; i++) {
        if (group[i] >= groups || !(p[i] >= 0.0 && p[i] <= 1.0)) {
            free(s);
            return err_fail(e, ST_INVALID, "model.data", "row %zu has no group or no probability", i);
        }
        s[i] = (struct scored){(uint64_t)num_to_bits(p[i] + 0.0), group[i], y[i]};
    }
    qsort(s, n, sizeof *s, by_score);
    for (size_t i = 0; i < n;) {
        size_t j = i;
        while (j < n && s[j].group == s[i].group) j++;
        wins = wins + ordered_pairs(s + i, j - i, &pairs);
        i = j;
    }
    free(s);
    *auc = pairs > 0.0 ? wins / pairs : .5;
    return ST_OK;
}

enum st metrics_mean(const double *x, const uint8_t *pick, const uint32_t *group, size_t n, size_t groups, struct metrics_mean *out, struct err *e)
{
    double *sum = calloc(groups + 1, sizeof *sum), *count = calloc(groups + 1, sizeof *count), all = 0.0, spread = 0.0;
    struct metrics_mean m = {0};
    if (!sum || !count) {
        free(sum), free(count);
        return err_fail(e, ST_NOMEM, "err.memory", "metrics of %zu groups", groups);
    }
    for (size_t i = 0; i < n; i++) {
        if (pick && !pick[i]) continue;
        sum[group[i]] = sum[group[i]] + x[i];
        count[group[i]] = count[group[i]] + 1.0;
        m.rows++;
    }
    for (size_t g = 0; g < groups; g++) {
        m.groups += count[g] > 0.0;
        all = all + sum[g];
    }
    m.mean = m.low = m.high = m.rows ? all / (double)m.rows : 0.0;
    if (m.groups > 1) {
        for (size_t g = 0; g < groups; g++) {
            double d = sum[g] - m.mean * count[g];
            spread = spread + d * d;
        }
        double k = (double)m.groups, se = sqrt(spread * k / (k - 1.0)) / (double)m.rows;
        m.low = m.mean - 1.96 * se;
        m.high = m.mean + 1.96 * se;
    }
    free(sum), free(count);
    *out = m;
    return ST_OK;
}
