#include "engine/metrics.h"

#include <math.h> /* sqrt */
#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"

/* The bits of p, which order as p does for p >= 0, and below them whether it was right. */
static uint64_t key_of(double p, uint8_t right) { return (uint64_t)num_to_bits(p) << 1 | (right ? 1U : 0U); }

enum { DIGIT_BITS = 11, DIGITS = 6, DIGIT_VALUES = 1 << DIGIT_BITS };

static size_t digit_of(uint64_t key, unsigned d) { return key >> (d * DIGIT_BITS) & (DIGIT_VALUES - 1); }

/* By digits, the lowest first; one that all have in common is passed over. room: n. Returns where the sorted ones
 * stand. */
static uint64_t *sort_keys(uint64_t *keys, uint64_t *room, size_t n, uint32_t (*count)[DIGIT_VALUES])
{
    memset(count, 0, DIGITS * sizeof *count);
    for (size_t i = 0; i < n; i++)
        for (unsigned d = 0; d < DIGITS; d++) count[d][digit_of(keys[i], d)]++;
    for (unsigned d = 0; d < DIGITS && n; d++) {
        uint32_t at = 0, *place = count[d];
        uint64_t *from = keys;
        if (place[digit_of(keys[0], d)] == n) continue;
        for (size_t v = 0; v < DIGIT_VALUES; v++) {
            uint32_t here = place[v];
            place[v] = at;
            at += here;
        }
        for (size_t i = 0; i < n; i++) room[place[digit_of(from[i], d)]++] = from[i];
        keys = room;
        room = from;
    }
    return keys;
}

struct scored {
    uint64_t key;
    uint32_t group;
};

static int by_group_and_key(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    return (x->key > y->key) - (x->key < y->key);
}

/* Pairs in which the right answer has the higher p, ties half; *pairs gains all pairs. keys: sorted */
static double ordered_pairs(const uint64_t *keys, size_t n, double *pairs)
{
    double wins = 0.0, wrong_below = 0.0, right = 0.0;
    for (size_t i = 0; i < n;) {
        size_t j = i;
        double r = 0.0, w = 0.0;
        for (; j < n && keys[j] >> 1 == keys[i] >> 1; j++) {
            if (keys[j] & 1) r = r + 1.0;
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

static void area(const uint64_t *keys, size_t n, struct metrics *out)
{
    double pairs = 0.0, wins = ordered_pairs(keys, n, &pairs), r = (double)out->right,
           w = (double)(out->rows - out->right);
    out->auc = pairs > 0.0 ? wins / pairs : .5;
    if (pairs <= 0.0) return;
    double a = out->auc, q1 = a / (2.0 - a), q2 = 2.0 * a * a / (1.0 + a);
    out->auc_se = sqrt((a * (1.0 - a) + (r - 1.0) * (q1 - a * a) + (w - 1.0) * (q2 - a * a)) / pairs);
}

enum st metrics_of(const double *p, const uint8_t *y, const uint8_t *pick, size_t n, struct metrics *out, struct err *e)
{
    struct metrics m = {.auc = .5};
    uint32_t(*count)[DIGIT_VALUES] = malloc(DIGITS * sizeof *count);
    uint64_t *keys = malloc((2 * n + 1) * sizeof *keys);
    enum st st =
        keys && count && n < UINT32_MAX ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "metrics of %zu rows", n);
    double squares = 0.0, losses = 0.0;
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        if (pick && !pick[i]) continue;
        if (!(p[i] >= 0.0 && p[i] <= 1.0)) {
            st = err_fail(e, ST_INVALID, "model.data", "prediction %zu is no probability", i);
            break;
        }
        double q = p[i] < 1e-6 ? 1e-6 : p[i] > 1.0 - 1e-6 ? 1.0 - 1e-6 : p[i], t = (double)y[i];
        size_t bin = (size_t)(p[i] * METRICS_BINS);
        if (bin >= METRICS_BINS) bin = METRICS_BINS - 1;
        m.bins[bin].rows++;
        m.bins[bin].p = m.bins[bin].p + q;
        m.bins[bin].right = m.bins[bin].right + t;
        squares = squares + (q - t) * (q - t);
        losses = losses - num_log(y[i] ? q : 1.0 - q);
        keys[m.rows++] = key_of(q, y[i]);
        m.right += y[i];
    }
    if (st == ST_OK && m.rows) {
        double rows = (double)m.rows;
        m.rmse = sqrt(squares / rows);
        m.log_loss = losses / rows;
        for (size_t b = 0; b < METRICS_BINS; b++) {
            if (!m.bins[b].rows) continue;
            m.ece = m.ece + fabs(m.bins[b].p - m.bins[b].right) / rows;
            m.bins[b].p = m.bins[b].p / (double)m.bins[b].rows;
            m.bins[b].right = m.bins[b].right / (double)m.bins[b].rows;
        }
        area(sort_keys(keys, keys + m.rows, m.rows, count), m.rows, &m);
    }
    free(keys), free(count);
    if (st == ST_OK) *out = m;
    return st;
}

/* Rows of groups that have no others; s, keys: room for n */
static double pairs_within(const double *p, const uint8_t *y, const uint32_t *group, size_t n, struct scored *s,
                           uint64_t *keys, double *pairs)
{
    double wins = 0.0;
    for (size_t i = 0; i < n; i++) s[i] = (struct scored){key_of(p[i] + 0.0, y[i]), group[i]};
    qsort(s, n, sizeof *s, by_group_and_key);
    for (size_t i = 0; i < n; i++) keys[i] = s[i].key;
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && s[j].group == s[i].group; j++) {}
        wins = wins + ordered_pairs(keys + i, j - i, pairs);
    }
    return wins;
}

/* So many rows are sorted at once, and more until none of their groups is left: groups of students mostly follow each
 * other, and all rows at once would need more room than the rows themselves. */
enum { WITHIN_TOGETHER = 1 << 16 };

enum st metrics_within(const double *p, const uint8_t *y, const uint32_t *group, size_t n, size_t groups, double *auc,
                       struct err *e)
{
    struct scored *s = NULL;
    uint64_t *keys = NULL;
    uint32_t *least = malloc((n + 1) * sizeof *least); /* group from a row on */
    size_t cap = 0;
    double wins = 0.0, pairs = 0.0;
    enum st st = least ? ST_OK : err_no_memory(e, "metrics");
    if (st == ST_OK) least[n] = UINT32_MAX;
    for (size_t i = n; st == ST_OK && i-- > 0;) {
        least[i] = group[i] < least[i + 1] ? group[i] : least[i + 1];
        if (group[i] >= groups || !(p[i] >= 0.0 && p[i] <= 1.0))
            st = err_fail(e, ST_INVALID, "model.data", "row %zu has no group or no probability", i);
    }
    for (size_t begin = 0, end = 0; st == ST_OK && begin < n; begin = end) {
        uint32_t most = 0;
        while (end < n && (end - begin < WITHIN_TOGETHER || least[end] <= most)) {
            most = group[end] > most ? group[end] : most;
            end++;
        }
        size_t count = end - begin;
        if (count > cap) {
            free(s), free(keys);
            cap = count;
            s = malloc(cap * sizeof *s), keys = malloc(cap * sizeof *keys);
            if (!s || !keys) st = err_no_memory(e, "metrics");
        }
        if (st == ST_OK) wins = wins + pairs_within(p + begin, y + begin, group + begin, count, s, keys, &pairs);
    }
    if (st == ST_OK) *auc = pairs > 0.0 ? wins / pairs : .5;
    free(s), free(keys), free(least);
    return st;
}

enum st metrics_mean(const double *x, const uint8_t *pick, const uint32_t *group, size_t n, size_t groups,
                     struct metrics_mean *out, struct err *e)
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
