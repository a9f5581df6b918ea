#include "engine/dif.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "engine/linear.h"
#include "engine/numeric.h"

enum { STEPS_MAX = 60, WEIGHTS = 4 };
static const double root_pi = 1.7724538509055160273, delta = -2.35; /* the scale of the Educational Testing Service */

double chi2_tail(double x, int degrees)
{
    if (degrees == 2) return num_exp(-.5 * x);
    double z2 = .5 * x, z = sqrt(z2);
    if (z < 2.5) { /* 1 - erf, by its series */
        double term = z, sum = z;
        for (int n = 1; n < 60; n++) {
            term *= -z2 / n;
            sum += term / (2 * n + 1);
        }
        return 1.0 - 2.0 / root_pi * sum;
    }
    double c = 0.0; /* continued fraction of erfc, from its end */
    for (int n = 80; n > 0; n--) c = .5 * n / (z + c);
    return num_exp(-z2) / (root_pi * (z + c));
}

struct person {
    uint64_t pattern; /* which items were given, as a hash: equal for equal ones */
    uint32_t at;      /* row of the matrix */
    double score;     /* matching score with the item in hand */
};

struct dif {
    const struct irt_matrix *m;
    const uint8_t *group;
    /* those in one of the two groups; those of them who answered the item in hand, by pattern and score */
    struct person *person, *order;
    double *anchor_score; /* persons of `person`: over the anchor */
    bool *anchor;         /* items */
    size_t count, answered;
};

static uint8_t score_of(const struct dif *d, const struct person *p, size_t item)
{
    return d->m->score[(size_t)p->at * d->m->items + item];
}

static int by_match(const void *a, const void *b)
{
    const struct person *x = a, *y = b;
    if (x->pattern != y->pattern) return x->pattern < y->pattern ? -1 : 1;
    if (x->score != y->score) return x->score < y->score ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static void score_anchor(struct dif *d)
{
    for (size_t j = 0; j < d->count; j++) {
        d->anchor_score[j] = 0.0;
        for (size_t i = 0; i < d->m->items; i++) {
            uint8_t y = score_of(d, &d->person[j], i);
            if (d->anchor[i] && y != IRT_MISSING) d->anchor_score[j] += y;
        }
    }
}

/* Who answered the item, in matched order. */
static void match(struct dif *d, size_t item)
{
    d->answered = 0;
    for (size_t j = 0; j < d->count; j++) {
        uint8_t y = score_of(d, &d->person[j], item);
        if (y == IRT_MISSING) continue;
        struct person *p = &d->order[d->answered++];
        *p = d->person[j];
        p->score = d->anchor_score[j] + (d->anchor[item] ? 0 : y);
    }
    if (d->answered) qsort(d->order, d->answered, sizeof *d->order, by_match);
}

/* Sums over strata. */
struct sums {
    double focal, expected, variance; /* Mantel's */
    double r, s, pr, ps_qr, qs;       /* the common odds ratio and its error */
    double smd, focal_n;              /* mean difference, weighted by the focal group */
};

static void add_stratum(const struct dif *d, size_t item, size_t begin, size_t end, struct sums *t)
{
    double n[2] = {0}, sum[2] = {0}, squares = 0.0, right[2] = {0};
    for (size_t j = begin; j < end; j++) {
        unsigned g = d->group[d->order[j].at];
        double y = score_of(d, &d->order[j], item);
        n[g] += 1.0, sum[g] += y, squares += y * y, right[g] += y > 0.0;
    }
    double all = n[0] + n[1], total = sum[0] + sum[1];
    if (n[0] == 0.0 || n[1] == 0.0 || all < 2.0) return;
    t->focal += sum[1];
    t->expected += n[1] / all * total;
    t->variance += n[0] * n[1] / (all * all * (all - 1.0)) * (all * squares - total * total);
    t->smd += n[1] * (sum[1] / n[1] - sum[0] / n[0]);
    t->focal_n += n[1];
    double a = right[0], b = n[0] - a, c = right[1], e = n[1] - c; /* reference right, wrong; focal right, wrong */
    double r = a * e / all, s = b * c / all, p = (a + e) / all, q = (b + c) / all;
    t->r += r, t->s += s, t->pr += p * r, t->ps_qr += p * s + q * r, t->qs += q * s;
}

static char class_of(double effect, double se)
{
    double size = fabs(effect);
    if (size < 1.0 || size <= 1.96 * se) return 'A';
    return size >= 1.5 && size - 1.0 > 1.645 * se ? 'C' : 'B';
}

static void mantel_haenszel(const struct dif *d, size_t item, struct dif_item *out)
{
    struct sums t = {0};
    double sum = 0.0, squares = 0.0;
    for (size_t begin = 0, end; begin < d->answered; begin = end) {
        for (end = begin; end < d->answered && d->order[end].pattern == d->order[begin].pattern &&
                          d->order[end].score == d->order[begin].score;)
            end++;
        add_stratum(d, item, begin, end, &t);
    }
    for (size_t j = 0; j < d->answered; j++) {
        double y = score_of(d, &d->order[j], item);
        sum += y, squares += y * y;
    }
    double n = (double)d->answered, sd = sqrt((squares - sum * sum / n) / n), off = fabs(t.focal - t.expected);
    if (!(t.variance > 0.0) || !(sd > 0.0)) return;
    if (!out->graded) { /* continuity correction, for a count that moves in steps of one */
        if (!(t.r > 0.0) || !(t.s > 0.0)) return;
        off = off > .5 ? off - .5 : 0.0;
        out->effect = delta * num_log(t.r / t.s);
        out->effect_se =
            -delta * sqrt(t.pr / (2.0 * t.r * t.r) + t.ps_qr / (2.0 * t.r * t.s) + t.qs / (2.0 * t.s * t.s));
        out->class = class_of(out->effect, out->effect_se);
    } else {
        out->effect = t.smd / t.focal_n / sd;
    }
    out->known = true;
    out->chi2 = off * off / t.variance;
    out->p = chi2_tail(out->chi2, 1);
    if (out->graded) out->class = out->p >= .05 || fabs(out->effect) < .17 ? 'A' : fabs(out->effect) < .25 ? 'B' : 'C';
}

/* Log-likelihood of right on 1, score, group, group x score: the first so many of them. false: it has no maximum (or
 * none was found). */
static bool logistic_fit_of(const struct dif *d, size_t item, double mean, double sd, int terms, double *log_likelihood)
{
    double w[WEIGHTS] = {0}, before = -1e300;
    for (int step = 0; step < STEPS_MAX; step++) {
        double a[WEIGHTS * WEIGHTS] = {0}, b[WEIGHTS] = {0}, sum = 0.0;
        size_t k = (size_t)terms;
        for (size_t j = 0; j < d->answered; j++) {
            double s = (d->order[j].score - mean) / sd, g = d->group[d->order[j].at], x[WEIGHTS] = {1.0, s, g, g * s},
                   z = 0.0, y = score_of(d, &d->order[j], item) > 0;
            for (size_t i = 0; i < k; i++) z += w[i] * x[i];
            double p = num_logistic(z);
            sum += y * z - num_softplus(z);
            for (size_t i = 0; i < k; i++) {
                b[i] += (y - p) * x[i];
                for (size_t l = i; l < k; l++) a[i * k + l] += p * (1.0 - p) * x[i] * x[l];
            }
        }
        *log_likelihood = sum;
        if (step && sum - before < 1e-9 && before - sum < 1e-9) return true;
        before = sum;
        if (linear_solve(a, b, k, NULL, NULL) != ST_OK) return false;
        for (size_t i = 0; i < k; i++) {
            w[i] += b[i] > 3.0 ? 3.0 : b[i] < -3.0 ? -3.0 : b[i];
            if (fabs(w[i]) > 30.0) return false; /* the groups or scores part the answers altogether */
        }
    }
    return false;
}

static void logistic_dif(const struct dif *d, size_t item, struct dif_item *out)
{
    double n = (double)d->answered, sum = 0.0, squares = 0.0, l[5];
    for (size_t j = 0; j < d->answered; j++) sum += d->order[j].score, squares += d->order[j].score * d->order[j].score;
    double mean = sum / n, sd = sqrt((squares - sum * mean) / n);
    if (!(sd > 0.0)) return;
    for (int terms = 1; terms <= WEIGHTS; terms++)
        if (!logistic_fit_of(d, item, mean, sd, terms, &l[terms])) return;
    double uniform = 2.0 * (l[3] - l[2]), any = 2.0 * (l[4] - l[2]), most = 1.0 - num_exp(2.0 * l[1] / n);
    out->logistic_known = true;
    out->uniform_p = chi2_tail(uniform > 0.0 ? uniform : 0.0, 1);
    out->any_p = chi2_tail(any > 0.0 ? any : 0.0, 2);
    out->r2_gain = (num_exp(2.0 * (l[1] - l[2]) / n) - num_exp(2.0 * (l[1] - l[4]) / n)) / most;
    out->logistic_class = out->any_p >= .05 || out->r2_gain < .035 ? 'A' : out->r2_gain < .07 ? 'B' : 'C';
}

static void one_item(struct dif *d, size_t item, struct dif_item *out)
{
    *out = (struct dif_item){.class = 'A', .logistic_class = 'A'};
    match(d, item);
    for (size_t j = 0; j < d->answered; j++) {
        *(d->group[d->order[j].at] ? &out->focal : &out->reference) += 1;
        out->graded = out->graded || score_of(d, &d->order[j], item) > 1;
    }
    if (out->reference < DIF_GROUP_LEAST || out->focal < DIF_GROUP_LEAST) return;
    mantel_haenszel(d, item, out);
    if (!out->graded) logistic_dif(d, item, out);
}

static void gather(struct dif *d)
{
    for (size_t j = 0; j < d->m->persons; j++) {
        if (d->group[j] > 1) continue;
        struct person p = {.at = (uint32_t)j};
        for (size_t i = 0; i < d->m->items; i++)
            p.pattern = hash_mix(p.pattern, d->m->score[j * d->m->items + i] == IRT_MISSING ? 2 * i : 2 * i + 1);
        d->person[d->count++] = p;
    }
}

enum st dif_of(const struct irt_matrix *m, const uint8_t *group, struct dif_item *out, struct err *e)
{
    size_t n[2] = {0};
    for (size_t j = 0; j < m->persons; j++)
        if (group[j] <= 1) n[group[j]]++;
    if (!n[0] || !n[1]) return err_fail(e, ST_INVALID, "model.data", "nobody is in one of the two groups");
    struct dif d = {.m = m, .group = group};
    d.person = malloc(m->persons * sizeof *d.person);
    d.order = malloc(m->persons * sizeof *d.order);
    d.anchor_score = malloc(m->persons * sizeof *d.anchor_score);
    d.anchor = malloc(m->items * sizeof *d.anchor + 1);
    enum st st =
        d.person && d.order && d.anchor_score && d.anchor ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "matching");
    if (st == ST_OK) {
        gather(&d);
        for (size_t i = 0; i < m->items; i++) d.anchor[i] = true;
        for (int round = 0; round < 2; round++) {
            score_anchor(&d);
            for (size_t i = 0; i < m->items; i++) one_item(&d, i, &out[i]);
            for (size_t i = 0; i < m->items; i++) d.anchor[i] = out[i].class != 'C';
        }
    }
    free(d.person), free(d.order), free(d.anchor_score), free(d.anchor);
    return st;
}
