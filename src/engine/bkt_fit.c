/* EM for each set of skills, from two starts, or six without a prior, accelerated by SQUAREM (Varadhan & Roland 2008,
 * scheme S3). */
#include "engine/bkt_fit.h"

#include <math.h> /* sqrt, fabs */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "bkt_data.h"
#include "engine/linear.h"
#include "engine/numeric.h"
#include "vec4.h"

enum { FEW_STUDENTS = 50, POOLED_STUDENTS = 5, POOL_ITERATIONS = 60 };
const struct bkt_options bkt_defaults = {.cap = .5, .prior_weight = 5.0, .iterations_max = 1000, .tolerance = 1e-9};
static const struct bkt start_usual = {.5, .1, .2, .1};
/* Without a prior the likelihood of a set has several tops, often with guess or slip on its cap. From these, beside the
 * two that come first, the highest was found of all 815 sets of five public logs, with a cap of .5 and of .3: as high
 * to .01 as from 108 starts spread over all four parameters. */
enum { FREE_STARTS = 4 };
static const struct bkt starts_free[FREE_STARTS] = {
    {.1, .9, .25, .05}, {.1, .1, .45, .05}, {.9, .9, .05, .05}, {.1, .9, .25, .25}};
static const double tiny = 1e-6, learn_low = .001, learn_high = .6, guess_slip_most = .9;

struct fit {
    const struct bkt_data *d;
    const struct bkt_options *o;
    struct bkt pooled;
    struct bkt_fitted *out;
    const uint32_t *order; /* largest sets first */
    double *steps;
    struct bkt_sums *sums; /* of the pooled fit, by set */
    size_t answers;        /* of all sets */
    /* Written by all threads: not on the line that they read from. */
    _Alignas(CACHE_LINE) atomic_size_t done; /* answers of the sets that are fitted */
    atomic_bool unconverged, stopped;
};

static double clamp(double x, double lo, double hi) { return x < lo ? lo : x > hi ? hi : x; }

static void hold(struct bkt *m, const struct bkt_options *o)
{
    bool bounded = o->prior_weight > 0.0;
    m->prior = clamp(m->prior, tiny, 1.0 - tiny);
    m->learn = bounded ? clamp(m->learn, learn_low, learn_high) : clamp(m->learn, tiny, 1.0 - tiny);
    m->guess = clamp(m->guess, tiny, o->cap);
    m->slip = clamp(m->slip, tiny, o->cap);
    if (bounded && m->guess + m->slip > guess_slip_most) {
        double by = guess_slip_most / (m->guess + m->slip);
        m->guess = m->guess * by;
        m->slip = m->slip * by;
    }
}

static struct bkt_sums expect(const struct bkt_data *d, const struct bkt_set *set, const struct bkt *m)
{
    struct bkt_part p = {.block = set->block,
                         .answers = (double)set->answers,
                         .right = set->right,
                         .groups = d->groups + set->group,
                         .group_count = set->group_end - set->group};
    struct bkt_sums sums;
    bkt_expect(&p, m, &sums);
    return sums;
}

static double part(double share, double of, double weight, double prior)
{
    return of + weight > 0.0 ? (share + weight * prior) / (of + weight) : prior;
}

static struct bkt maximise(const struct bkt_sums *s, double students, double answers, double right, double weight,
                           const struct bkt *prior, const struct bkt_options *o)
{
    struct bkt m;
    m.prior = part(s->first, students, weight, prior->prior);
    m.learn = part(s->last - s->first, (answers - students) - (s->known - s->last), weight, prior->learn);
    m.guess = part(right - s->known_right, answers - s->known, weight, prior->guess);
    m.slip = part(s->known - s->known_right, s->known, weight, prior->slip);
    hold(&m, o);
    return m;
}

static double log_prior(const struct bkt *m, double weight, const struct bkt *at)
{
    if (!(weight > 0.0)) return 0.0;
    const double p[4] = {m->prior, m->learn, m->guess, m->slip}, q[4] = {at->prior, at->learn, at->guess, at->slip};
    double sum = 0.0;
    for (size_t i = 0; i < 4; i++) sum = sum + weight * (q[i] * num_log(p[i]) + (1.0 - q[i]) * num_log(1.0 - p[i]));
    return sum;
}

static struct bkt leap(const struct bkt *t0, const struct bkt *t1, const struct bkt *t2, const struct bkt_options *o)
{
    const double a[4] = {t0->prior, t0->learn, t0->guess, t0->slip}, b[4] = {t1->prior, t1->learn, t1->guess, t1->slip},
                 c[4] = {t2->prior, t2->learn, t2->guess, t2->slip};
    double rr = 0.0, vv = 0.0, x[4];
    for (size_t i = 0; i < 4; i++) {
        double r = b[i] - a[i], v = c[i] - b[i] - r;
        rr = rr + r * r;
        vv = vv + v * v;
    }
    double alpha = vv > 0.0 ? -sqrt(rr / vv) : -1.0;
    alpha = clamp(alpha, -256.0, -1.0);
    for (size_t i = 0; i < 4; i++) {
        double r = b[i] - a[i], v = c[i] - b[i] - r;
        x[i] = a[i] - 2.0 * alpha * r + alpha * alpha * v;
    }
    struct bkt m = {x[0], x[1], x[2], x[3]};
    hold(&m, o);
    return m;
}

struct run {
    struct bkt m;
    double objective, log_likelihood;
    int iterations;
    bool converged;
};

/* May it go on? Asked after every few passes. */
static void ask(struct fit *f)
{
    if (!f->stopped && !fit_goes_on(f->o->watch, f->answers ? (double)f->done / (double)f->answers : 1.0))
        f->stopped = true;
}

static struct run climb(struct fit *f, const struct bkt_set *set, struct bkt start)
{
    double students = (double)set->students, answers = (double)set->answers, w = f->o->prior_weight;
    struct run r = {.m = start};
    struct bkt_sums e;
    hold(&r.m, f->o);
#define STEP(at, to, objective_) \
    do { \
        e = expect(f->d, set, &(at)); \
        r.iterations++; \
        objective_ = e.log_likelihood + log_prior(&(at), w, &f->pooled); \
        to = maximise(&e, students, answers, set->right, w, &f->pooled, f->o); \
    } while (0)
    while (!r.converged && r.iterations < f->o->iterations_max && !f->stopped) {
        struct bkt m1, m2, far, next;
        double o0, o1, o2;
        STEP(r.m, m1, o0);
        STEP(m1, m2, o1);
        r.objective = o1;
        r.log_likelihood = e.log_likelihood;
        if (o1 - o0 <= f->o->tolerance * answers) {
            r.m = m1;
            r.converged = true;
            break;
        }
        far = leap(&r.m, &m1, &m2, f->o);
        STEP(far, next, o2);
        r.m = o2 >= o1 ? next : m2;
        ask(f);
    }
#undef STEP
    if (r.iterations == 0) { /* stopped before: where it would begin */
        r.log_likelihood = expect(f->d, set, &r.m).log_likelihood;
        r.objective = r.log_likelihood + log_prior(&r.m, w, &f->pooled);
    }
    return r;
}

static struct bkt second_start(const struct bkt_set *set)
{
    double first = (set->first_right + 1.0) / ((double)set->students + 2.0),
           late = set->late > 0.0 ? (set->late_right + 1.0) / (set->late + 2.0) : set->right / (double)set->answers;
    struct bkt m = {.guess = .15, .slip = clamp(1.0 - late, .03, .3)};
    m.prior = clamp((first - m.guess) / (1.0 - m.slip - m.guess), .05, .95);
    m.learn = late > first ? .15 : .03;
    return m;
}

/* The best of several climbs. *passes: E-steps of all; *apart: two of them ended far from each other. */
static struct run climb_all(struct fit *f, const struct bkt_set *set, size_t at, double *passes, bool *apart)
{
    struct bkt start[2 + FREE_STARTS] = {start_usual};
    size_t n = 1;
    if (f->o->start) start[0] = f->o->start[at];
    else {
        start[n++] = second_start(set);
        for (size_t i = 0; i < FREE_STARTS && !(f->o->prior_weight > 0.0); i++) start[n++] = starts_free[i];
    }
    struct run best = {0};
    double least = 0.0;
    for (size_t i = 0; i < n; i++) {
        struct run r = climb(f, set, start[i]);
        *passes = *passes + r.iterations;
        if (!r.converged) f->unconverged = true;
        if (i == 0 || r.objective < least) least = r.objective;
        if (i == 0 || r.objective > best.objective) best = r;
    }
    *apart = best.objective - least > .5;
    return best;
}

static bool near(double x, double bound) { return fabs(x - bound) < 2e-6; }

enum { PARAMETERS = 4 };
static double *parameter(struct bkt *m, size_t i)
{
    double *const all[PARAMETERS] = {&m->prior, &m->learn, &m->guess, &m->slip};
    return all[i];
}

/* Slope of the log-likelihood by the logit of each parameter: that of the expected complete one (Fisher's identity). */
static void slopes(const struct fit *f, const struct bkt_set *set, const struct bkt *m, double *out)
{
    struct bkt_sums e = expect(f->d, set, m);
    double students = (double)set->students, answers = (double)set->answers, learned = e.last - e.first;
    out[0] = e.first - students * m->prior;
    out[1] = learned - ((answers - students) - (e.known - e.last)) * m->learn;
    out[2] = (set->right - e.known_right) - (answers - e.known) * m->guess;
    out[3] = (e.known - e.known_right) - e.known * m->slip;
}

static struct bkt moved(const struct bkt *m, size_t i, double by)
{
    struct bkt to = *m;
    double p = *parameter(&to, i);
    *parameter(&to, i) = num_logistic(num_log(p / (1.0 - p)) + by);
    return to;
}

/* Is a parameter on its bound? 0 prior, 1 learn, 2 guess, 3 slip */
static bool at_end(const struct bkt *m, size_t i, const struct bkt_options *o)
{
    bool bounded = o->prior_weight > 0.0;
    const double p[PARAMETERS] = {m->prior, m->learn, m->guess, m->slip};
    const double least[PARAMETERS] = {tiny, bounded ? learn_low : tiny, tiny, tiny},
                 most[PARAMETERS] = {1.0 - tiny, bounded ? learn_high : 1.0 - tiny, o->cap, o->cap};
    return near(p[i], least[i]) || near(p[i], most[i]) ||
           (bounded && i >= 2 && near(m->guess + m->slip, guess_slip_most));
}

static unsigned flags_of(const struct bkt *m, const struct bkt_options *o)
{
    bool on = false;
    for (size_t i = 0; i < PARAMETERS; i++) on = on || at_end(m, i, o);
    return on ? BKT_ON_BOUND : 0;
}

/* From the curvature at the maximum, by differences of slopes; parameters on a bound are taken as known. *passes:
 * E-steps that it took. */
static struct bkt errors_of(const struct fit *f, const struct bkt_set *set, const struct bkt *m, size_t *passes)
{
    static const double h = 1e-3;
    double curve[PARAMETERS * PARAMETERS] = {0}, up[PARAMETERS], down[PARAMETERS], information[PARAMETERS * PARAMETERS],
                              zero[PARAMETERS] = {0}, variance[PARAMETERS], scratch[PARAMETERS];
    struct bkt se = {0};
    size_t at[PARAMETERS], n = 0;
    for (size_t i = 0; i < PARAMETERS; i++)
        if (!at_end(m, i, f->o)) at[n++] = i;
    *passes = 2 * n;
    for (size_t i = 0; i < n; i++) {
        struct bkt more = moved(m, at[i], h), less = moved(m, at[i], -h);
        slopes(f, set, &more, up);
        slopes(f, set, &less, down);
        for (size_t k = 0; k < n; k++) curve[i * n + k] = (down[at[k]] - up[at[k]]) / (2.0 * h);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) information[i * n + k] = (curve[i * n + k] + curve[k * n + i]) / 2.0;
    if (n == 0 || linear_solve(information, zero, n, NULL, NULL) != ST_OK) return se;
    linear_inverse_diagonal(information, variance, scratch, n);
    for (size_t i = 0; i < n; i++) {
        double p = *parameter(&(struct bkt){m->prior, m->learn, m->guess, m->slip}, at[i]);
        *parameter(&se, at[i]) = sqrt(variance[i]) * p * (1.0 - p);
    }
    return se;
}

static void fit_set(void *arg, size_t which)
{
    struct fit *f = arg;
    uint32_t at = f->order[which];
    const struct bkt_set *set = &f->d->sets[at];
    struct bkt_fitted *out = &f->out[at];
    *out = (struct bkt_fitted){
        .p = f->pooled, .answers = set->answers, .students = set->students, .sequences = set->sequences};
    if (set->answers == 0) {
        out->flags = BKT_NO_DATA | BKT_POOLED | BKT_FEW;
        return;
    }
    if (set->students < POOLED_STUDENTS && f->o->prior_weight > 0.0) {
        out->log_likelihood = expect(f->d, set, &f->pooled).log_likelihood;
        out->flags = BKT_FEW | BKT_POOLED;
    } else {
        double passes = 0.0;
        bool apart = false;
        struct run best = climb_all(f, set, at, &passes, &apart);
        size_t more;
        out->p = best.m;
        out->se = errors_of(f, set, &best.m, &more);
        out->log_likelihood = best.log_likelihood;
        out->iterations = best.iterations;
        out->flags =
            flags_of(&best.m, f->o) | (set->students < FEW_STUDENTS ? BKT_FEW : 0U) | (apart ? BKT_STARTS : 0U);
        f->steps[at] = (double)set->answers * (passes + (double)more);
    }
    atomic_fetch_add(&f->done, set->answers);
    ask(f);
}

static void expect_set(void *arg, size_t at)
{
    struct fit *f = arg;
    f->sums[at] = expect(f->d, &f->d->sets[at], &f->pooled);
}

/* All sets as one. */
static void pool(struct fit *f, const struct parallel *par)
{
    struct bkt_options free_options = *f->o;
    free_options.prior_weight = 0.0;
    double before = 0.0;
    for (int i = 0; i < POOL_ITERATIONS && !f->stopped; i++) {
        struct bkt_sums all = {0};
        double students = 0.0, answers = 0.0, right = 0.0;
        parallel_run(par, f->d->set_count, expect_set, f);
        for (size_t s = 0; s < f->d->set_count; s++) {
            all.first += f->sums[s].first, all.last += f->sums[s].last, all.known += f->sums[s].known,
                all.known_right += f->sums[s].known_right;
            all.log_likelihood += f->sums[s].log_likelihood;
            students += (double)f->d->sets[s].students, answers += (double)f->d->sets[s].answers,
                right += f->d->sets[s].right;
        }
        if (!(answers > 0.0) || (i > 0 && all.log_likelihood - before < 1e-6 * answers)) return;
        before = all.log_likelihood;
        f->pooled = maximise(&all, students, answers, right, 0.0, &start_usual, &free_options);
        hold(&f->pooled, f->o);
        ask(f);
    }
}

static int larger(const void *a, const void *b, void *arg)
{
    const struct bkt_set *sets = arg, *x = &sets[*(const uint32_t *)a], *y = &sets[*(const uint32_t *)b];
    if (x->answers != y->answers) return x->answers > y->answers ? -1 : 1;
    return (*(const uint32_t *)a > *(const uint32_t *)b) - (*(const uint32_t *)a < *(const uint32_t *)b);
}

enum st bkt_fit(const struct bkt_data *d, const struct bkt_options *o, const struct parallel *par,
                struct bkt_fitted *out, struct bkt_totals *totals, struct err *e)
{
    if (!(o->cap > 0.0 && o->cap < 1.0) || !(o->prior_weight >= 0.0 && o->prior_weight < 1e9) ||
        o->iterations_max < 1 || !(o->tolerance > 0.0))
        return err_fail(e, ST_INVALID, "model.option", "cap lies between 0 and 1, the prior's weight is not negative");
    uint32_t *order = malloc((d->set_count + 1) * sizeof *order);
    struct fit f = {.d = d,
                    .o = o,
                    .pooled = start_usual,
                    .out = out,
                    .order = order,
                    .steps = calloc(d->set_count + 1, sizeof *f.steps),
                    .sums = calloc(d->set_count + 1, sizeof *f.sums)};
    enum st st = order && f.steps && f.sums ? ST_OK : ST_NOMEM;
    if (st == ST_OK) {
        for (size_t i = 0; i < d->set_count; i++) order[i] = (uint32_t)i;
        if (d->set_count) qsort_r(order, d->set_count, sizeof *order, larger, d->sets);
        for (size_t i = 0; i < d->set_count; i++) f.answers += d->sets[i].answers;
        if (o->prior_weight > 0.0) pool(&f, par);
        parallel_run(par, d->set_count, fit_set, &f);
    }
    if (st == ST_OK) {
        *totals = (struct bkt_totals){.converged = !f.unconverged && !f.stopped, .sequences = d->sequences};
        for (size_t i = 0; i < d->set_count; i++) {
            totals->log_likelihood = totals->log_likelihood + out[i].log_likelihood;
            totals->answers += out[i].answers;
            totals->steps = totals->steps + f.steps[i];
            if (out[i].iterations > totals->iterations) totals->iterations = out[i].iterations;
        }
    }
    free(order), free(f.steps), free(f.sums);
    return st == ST_OK ? ST_OK : err_fail(e, st, "err.memory", "fitting %zu skills", d->set_count);
}

enum st bkt_predict_rows(const struct responses *r, const struct bkt_fitted *m, size_t folds, size_t hold_out,
                         double *p, struct err *e)
{
    double *known = malloc((r->sets + 1) * sizeof *known);
    if (!known) return err_fail(e, ST_NOMEM, "err.memory", "predictions");
    for (size_t u = 0; u < r->users; u++) {
        if (folds && r->user_fold[u] % folds != hold_out) continue;
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) known[r->item_set[r->item[i]]] = -1.0;
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
            uint32_t set = r->item_set[r->item[i]];
            double k = known[set] < 0.0 ? m[set].p.prior : known[set], q = bkt_predict(&m[set].p, &k, 1);
            p[i] = clamp(q, 1e-6, 1.0 - 1e-6);
            if (bkt_update(&m[set].p, &k, 1, r->correct[i] ? BKT_RIGHT : BKT_WRONG, &known[set]) != ST_OK)
                known[set] = k;
        }
    }
    free(known);
    return ST_OK;
}
