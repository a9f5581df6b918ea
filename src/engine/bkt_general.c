/* EM over three hidden steps: the state at an answer, after learning from it, and after what is forgotten until the
 * next. */
#include "engine/bkt_general.h"

#include <math.h> /* sqrt, fabs */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"

enum { RIGHT = 1, GAP = 2, CLASS_SHIFT = 2, FEW_STUDENTS = 50, POOLED_STUDENTS = 5, POOL_ITERATIONS = 40 };
const struct bkt_general_options bkt_general_defaults = {
    .classes = 1, .forget_after_s = -1.0, .cap = .5, .prior_weight = 5.0, .iterations_max = 500, .tolerance = 1e-8};
static const double tiny = 1e-6, learn_low = .001, learn_high = .6, forget_high = .8, guess_slip_most = .9,
                    leap_most = 256.0;
static const struct bkt_general start_usual = {.prior = .5,
                                               .learn = .1,
                                               .forget = .05,
                                               .guess = {.2, .2, .2, .2, .2, .2, .2, .2},
                                               .slip = {.1, .1, .1, .1, .1, .1, .1, .1}};

/* One set's answers, student after student: right, whether a gap lies before it, class of the item. */
struct sequences {
    uint32_t *at, *set_at; /* sequences + 1: where each begins in step; sets + 1: each set's first sequence */
    uint8_t *step;
    uint32_t longest;
};

struct sums {
    double first, learned, could_learn, forgot, could_forget, log_likelihood;
    double known[BKT_CLASSES_MAX], known_right[BKT_CLASSES_MAX], all[BKT_CLASSES_MAX], right[BKT_CLASSES_MAX];
};

struct fit {
    const struct responses *r;
    const struct bkt_general_options *o;
    struct sequences q;
    struct bkt_general pooled, *out;
    struct sums *sums;
    struct {
        double log_likelihood, steps;
        int iterations;
    } * told;
    size_t answers;     /* of all sets */
    atomic_size_t done; /* of the sets that are fitted */
    atomic_bool failed, unconverged, stopped;
};

static bool goes_on(struct fit *f)
{
    if (!f->stopped && !fit_goes_on(f->o->watch, f->answers ? (double)f->done / (double)f->answers : 1.0))
        f->stopped = true;
    return !f->stopped;
}

static double clamp(double x, double lo, double hi) { return x < lo ? lo : x > hi ? hi : x; }

static void hold(struct bkt_general *m, const struct bkt_general_options *o)
{
    bool bounded = o->prior_weight > 0.0;
    m->prior = clamp(m->prior, tiny, 1.0 - tiny);
    m->learn = bounded ? clamp(m->learn, learn_low, learn_high) : clamp(m->learn, tiny, 1.0 - tiny);
    m->forget = o->forget_after_s < 0.0 ? 0.0 : clamp(m->forget, tiny, forget_high);
    for (size_t c = 0; c < o->classes; c++) {
        m->guess[c] = clamp(m->guess[c], tiny, o->cap);
        m->slip[c] = clamp(m->slip[c], tiny, o->cap);
        if (!bounded || m->guess[c] + m->slip[c] <= guess_slip_most) continue;
        double by = guess_slip_most / (m->guess[c] + m->slip[c]);
        m->guess[c] = m->guess[c] * by;
        m->slip[c] = m->slip[c] * by;
    }
}

/* --- sequences --- */

bool bkt_general_is_gap(const struct bkt_general_options *o, double since_s)
{
    return o->forget_after_s == 0.0 || (o->forget_after_s > 0.0 && since_s >= o->forget_after_s);
}

static bool is_gap(const struct bkt_general_options *o, const struct responses *r, size_t row, double last_s)
{
    return bkt_general_is_gap(o, r->time_s ? r->time_s[row] - last_s : 0.0);
}

static enum st cut(struct fit *f, const uint8_t *item_class, struct err *e)
{
    const struct responses *r = f->r;
    const struct bkt_general_options *o = f->o;
    struct sequences *q = &f->q;
    size_t n = 0;
    uint32_t *count = calloc(r->sets + 1, sizeof *count), *place = calloc(r->sets + 1, sizeof *place),
             *begin = calloc(r->sets + 1, sizeof *begin), *last_user = malloc((r->sets + 1) * sizeof *last_user);
    double *last_s = calloc(r->sets + 1, sizeof *last_s);
    q->set_at = calloc(r->sets + 2, sizeof *q->set_at);
    q->at = malloc((r->rows + 2) * sizeof *q->at);
    q->step = malloc(r->rows + 1);
    enum st st = count && place && begin && last_user && last_s && q->set_at && q->at && q->step
                     ? ST_OK
                     : err_fail(e, ST_NOMEM, "err.memory", "sequences of %zu rows", r->rows);
    if (st == ST_OK) {
        uint32_t filled = 0;
        for (int pass = 0; pass < 2; pass++) { /* how many sequences and answers each set has; then where they go */
            memset(last_user, 255, (r->sets + 1) * sizeof *last_user);
            for (size_t u = 0; u < r->users; u++) {
                if (o->folds && r->user_fold[u] % o->folds == o->hold_out) continue;
                for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
                    uint32_t s = r->item_set[r->item[i]];
                    bool fresh = last_user[s] != u;
                    last_user[s] = (uint32_t)u;
                    if (pass == 0) {
                        count[s]++;
                        q->set_at[s + 1] += fresh;
                        continue;
                    }
                    if (fresh) q->at[begin[s]++] = place[s];
                    q->step[place[s]++] =
                        (uint8_t)((item_class ? item_class[r->item[i]] : 0) << CLASS_SHIFT |
                                  (!fresh && is_gap(o, r, i, last_s[s]) ? GAP : 0) | (r->correct[i] ? RIGHT : 0));
                    if (r->time_s) last_s[s] = r->time_s[i];
                }
            }
            for (size_t s = 0; pass == 0 && s < r->sets; s++) {
                q->set_at[s + 1] += q->set_at[s];
                begin[s] = q->set_at[s];
                place[s] = filled;
                filled += count[s];
            }
        }
        n = q->set_at[r->sets];
        q->at[n] = filled;
        for (size_t k = 0; k < n; k++)
            if (q->at[k + 1] - q->at[k] > q->longest) q->longest = q->at[k + 1] - q->at[k];
    }
    free(count), free(place), free(begin), free(last_user), free(last_s);
    return st;
}

/* --- the E-step --- */

/* alpha: room for the longest sequence, three numbers each. */
static void add_sequence(const struct bkt_general *m, const uint8_t *step, size_t n, double *alpha, struct sums *s)
{
    double a0 = 1.0 - m->prior, a1 = m->prior;
    for (size_t t = 0; t < n; t++) { /* a0, a1: not known and known before the answer, given those before */
        double *at = alpha + 3 * t;
        unsigned c = step[t] >> CLASS_SHIFT;
        bool right = step[t] & RIGHT;
        if (t) {
            double f = step[t] & GAP ? m->forget : 0.0, learned = at[-2] + at[-3] * m->learn;
            a0 = at[-3] * (1.0 - m->learn) + learned * f;
            a1 = learned * (1.0 - f);
        }
        a0 = a0 * (right ? m->guess[c] : 1.0 - m->guess[c]);
        a1 = a1 * (right ? 1.0 - m->slip[c] : m->slip[c]);
        double total = a0 + a1;
        at[0] = a0 / total;
        at[1] = a1 / total;
        at[2] = total;
        s->log_likelihood = s->log_likelihood + num_log(total);
    }
    double b0 = 1.0, b1 = 1.0; /* of what follows, given the state behind the answer */
    for (size_t t = n; t-- > 0;) {
        const double *at = alpha + 3 * t;
        unsigned c = step[t] >> CLASS_SHIFT;
        bool right = step[t] & RIGHT;
        double known = at[1] * b1;
        s->known[c] = s->known[c] + known;
        s->all[c] = s->all[c] + 1.0;
        s->known_right[c] = s->known_right[c] + (right ? known : 0.0);
        s->right[c] = s->right[c] + (right ? 1.0 : 0.0);
        if (t == 0) {
            s->first = s->first + known;
            break;
        }
        double e0 = (right ? m->guess[c] : 1.0 - m->guess[c]) * b0 / at[2],
               e1 = (right ? 1.0 - m->slip[c] : m->slip[c]) * b1 / at[2];
        double f = step[t] & GAP ? m->forget : 0.0, kept = (1.0 - f) * e1 + f * e0; /* of one who knew after learning */
        double p0 = at[-3], p1 = at[-2], learned = p0 * m->learn * kept, stayed = p0 * (1.0 - m->learn) * e0;
        s->learned = s->learned + learned;
        s->could_learn = s->could_learn + (learned + stayed);
        if (step[t] & GAP) {
            s->forgot = s->forgot + (p1 + p0 * m->learn) * f * e0;
            s->could_forget = s->could_forget + (p1 * kept + learned);
        }
        b0 = (1.0 - m->learn) * e0 + m->learn * kept;
        b1 = kept;
    }
}

static void expect(const struct fit *f, size_t set, const struct bkt_general *m, double *alpha, struct sums *s)
{
    memset(s, 0, sizeof *s);
    for (size_t k = f->q.set_at[set]; k < f->q.set_at[set + 1]; k++)
        add_sequence(m, f->q.step + f->q.at[k], f->q.at[k + 1] - f->q.at[k], alpha, s);
}

/* --- the M-step, and the climb --- */

static double part(double share, double of, double weight, double prior)
{
    return of + weight > 0.0 ? (share + weight * prior) / (of + weight) : prior;
}

static void maximise(const struct sums *s, double students, double weight, const struct bkt_general *prior,
                     const struct bkt_general_options *o, struct bkt_general *m)
{
    m->prior = part(s->first, students, weight, prior->prior);
    m->learn = part(s->learned, s->could_learn, weight, prior->learn);
    m->forget = part(s->forgot, s->could_forget, weight, prior->forget);
    for (size_t c = 0; c < o->classes; c++) {
        m->guess[c] = part(s->right[c] - s->known_right[c], s->all[c] - s->known[c], weight, prior->guess[c]);
        m->slip[c] = part(s->known[c] - s->known_right[c], s->known[c], weight, prior->slip[c]);
    }
    hold(m, o);
}

static double *value_at(struct bkt_general *m, size_t i, size_t classes)
{
    double *const one[3] = {&m->prior, &m->learn, &m->forget};
    return i < 3 ? one[i] : i < 3 + classes ? &m->guess[i - 3] : &m->slip[i - 3 - classes];
}

static double log_prior(const struct fit *f, struct bkt_general *m, struct bkt_general *at)
{
    double sum = 0.0, w = f->o->prior_weight;
    for (size_t i = 0; w > 0.0 && i < 3 + 2 * f->o->classes; i++) {
        double p = *value_at(m, i, f->o->classes), q = *value_at(at, i, f->o->classes);
        if (i == 2 && !(p > 0.0)) continue;
        sum = sum + w * (q * num_log(p) + (1.0 - q) * num_log(1.0 - p));
    }
    return sum;
}

static struct bkt_general leap(struct bkt_general *m0, struct bkt_general *m1, struct bkt_general *m2,
                               const struct bkt_general_options *o)
{
    double rr = 0.0, vv = 0.0;
    struct bkt_general to = *m2;
    for (size_t i = 0; i < 3 + 2 * o->classes; i++) {
        double r = *value_at(m1, i, o->classes) - *value_at(m0, i, o->classes),
               v = *value_at(m2, i, o->classes) - *value_at(m1, i, o->classes) - r;
        rr = rr + r * r;
        vv = vv + v * v;
    }
    double by = clamp(vv > 0.0 ? sqrt(rr / vv) : 1.0, 1.0, leap_most);
    for (size_t i = 0; i < 3 + 2 * o->classes; i++) {
        double p = *value_at(m0, i, o->classes), r = *value_at(m1, i, o->classes) - p,
               v = *value_at(m2, i, o->classes) - *value_at(m1, i, o->classes) - r;
        *value_at(&to, i, o->classes) = p + 2.0 * by * r + by * by * v;
    }
    hold(&to, o);
    return to;
}

static void fit_set(void *arg, size_t set)
{
    struct fit *f = arg;
    struct bkt_general m = f->pooled, m1, m2, far, next, pooled = f->pooled;
    size_t students = f->q.set_at[set + 1] - f->q.set_at[set],
           answers = f->q.at[f->q.set_at[set + 1]] - f->q.at[f->q.set_at[set]];
    double *alpha = malloc((3 * (size_t)f->q.longest + 3) * sizeof *alpha), n = (double)students,
           w = f->o->prior_weight;
    struct sums s;
    bool converged = false;
    f->out[set] = pooled;
    if (!alpha) f->failed = true;
    if (alpha && answers == 0) f->out[set].flags = BKT_NO_DATA | BKT_POOLED | BKT_FEW;
    else if (alpha && students < POOLED_STUDENTS && w > 0.0) {
        expect(f, set, &m, alpha, &s);
        f->told[set].log_likelihood = s.log_likelihood;
        f->out[set].flags = BKT_POOLED | BKT_FEW;
    } else if (alpha) {
        if (f->o->start && !(f->o->start[set].flags & BKT_NO_DATA)) m = f->o->start[set];
        else if (!(w > 0.0)) m = start_usual;
        hold(&m, f->o);
        m1 = m2 = next = m;
        while (!converged && f->told[set].iterations < f->o->iterations_max && goes_on(f)) {
            expect(f, set, &m, alpha, &s);
            double first = s.log_likelihood + log_prior(f, &m, &pooled);
            maximise(&s, n, w, &pooled, f->o, &m1);
            expect(f, set, &m1, alpha, &s);
            double second = s.log_likelihood + log_prior(f, &m1, &pooled);
            f->told[set].log_likelihood = s.log_likelihood;
            f->told[set].iterations += 2;
            converged = second - first <= f->o->tolerance * (double)answers;
            if (converged) break;
            maximise(&s, n, w, &pooled, f->o, &m2);
            far = leap(&m, &m1, &m2, f->o);
            expect(f, set, &far, alpha, &s);
            f->told[set].iterations++;
            maximise(&s, n, w, &pooled, f->o, &next);
            m = s.log_likelihood + log_prior(f, &far, &pooled) >= second ? next : m2;
        }
        if (!converged) f->unconverged = true;
        if (f->told[set].iterations == 0) { /* not begun: m1 is where it would have */
            expect(f, set, &m1, alpha, &s);
            f->told[set].log_likelihood = s.log_likelihood;
        }
        f->out[set] = m1;
        f->out[set].flags = students < FEW_STUDENTS ? BKT_FEW : 0U;
        for (size_t i = 0; i < 3 + 2 * f->o->classes; i++) {
            double p = *value_at(&m1, i, f->o->classes),
                   most = i >= 3              ? f->o->cap
                          : i == 2            ? forget_high
                          : i == 1 && w > 0.0 ? learn_high
                                              : 1.0 - tiny,
                   least = i == 1 && w > 0.0 ? learn_low : tiny;
            if ((i != 2 || f->o->forget_after_s >= 0.0) && (fabs(p - most) < 2e-6 || fabs(p - least) < 2e-6))
                f->out[set].flags |= BKT_ON_BOUND;
        }
        f->told[set].steps = (double)answers * (double)f->told[set].iterations;
    }
    free(alpha);
    atomic_fetch_add(&f->done, answers);
}

static void expect_set(void *arg, size_t set)
{
    struct fit *f = arg;
    double *alpha = malloc((3 * (size_t)f->q.longest + 3) * sizeof *alpha);
    if (alpha) expect(f, set, &f->pooled, alpha, &f->sums[set]);
    else f->failed = true;
    free(alpha);
}

/* All sets as one. */
static void pool(struct fit *f, const struct parallel *par)
{
    struct bkt_general_options free_options = *f->o;
    free_options.prior_weight = 0.0;
    double before = 0.0;
    for (int i = 0; i < POOL_ITERATIONS && !f->failed && goes_on(f); i++) {
        struct sums all = {0};
        double answers = 0.0;
        parallel_run(par, f->r->sets, expect_set, f);
        for (size_t s = 0; s < f->r->sets; s++) {
            const struct sums *x = &f->sums[s];
            all.first += x->first, all.learned += x->learned, all.could_learn += x->could_learn,
                all.forgot += x->forgot, all.could_forget += x->could_forget, all.log_likelihood += x->log_likelihood;
            for (size_t c = 0; c < f->o->classes; c++) {
                all.known[c] += x->known[c], all.known_right[c] += x->known_right[c], all.all[c] += x->all[c],
                    all.right[c] += x->right[c];
                answers += x->all[c];
            }
        }
        if (!(answers > 0.0) || (i > 0 && all.log_likelihood - before < 1e-6 * answers)) return;
        before = all.log_likelihood;
        maximise(&all, (double)f->q.set_at[f->r->sets], 0.0, &start_usual, &free_options, &f->pooled);
        hold(&f->pooled, f->o);
    }
}

static enum st check(const struct responses *r, const uint8_t *item_class, const struct bkt_general_options *o,
                     struct err *e)
{
    TRY(responses_check(r, e));
    if (o->classes < 1 || o->classes > BKT_CLASSES_MAX || !(o->cap > 0.0 && o->cap < 1.0) ||
        !(o->prior_weight >= 0.0 && o->prior_weight < 1e9) || o->iterations_max < 1 || !(o->tolerance > 0.0))
        return err_fail(e, ST_INVALID, "model.option",
                        "1 to %d classes, a cap between 0 and 1, a prior's weight that is not negative",
                        BKT_CLASSES_MAX);
    if (o->forget_after_s > 0.0 && !r->time_s)
        return err_fail(e, ST_INVALID, "model.option", "forgetting after a time needs a log with times");
    for (size_t i = 0; item_class && i < r->items; i++)
        if (item_class[i] >= o->classes)
            return err_fail(e, ST_INVALID, "model.data", "item %zu is of class %u of %zu", i, item_class[i],
                            o->classes);
    return ST_OK;
}

enum st bkt_general_fit(const struct responses *r, const uint8_t *item_class, const struct bkt_general_options *o,
                        const struct parallel *par, struct bkt_general *out, struct bkt_totals *totals, struct err *e)
{
    TRY(check(r, item_class, o, e));
    struct fit f = {.r = r,
                    .o = o,
                    .pooled = start_usual,
                    .out = out,
                    .sums = calloc(r->sets + 1, sizeof *f.sums),
                    .told = calloc(r->sets + 1, sizeof *f.told)};
    enum st st =
        f.sums && f.told ? cut(&f, item_class, e) : err_fail(e, ST_NOMEM, "err.memory", "fitting %zu skills", r->sets);
    if (st == ST_OK) {
        f.answers = f.q.at[f.q.set_at[r->sets]];
        hold(&f.pooled, o);
        if (o->prior_weight > 0.0) pool(&f, par);
        parallel_run(par, r->sets, fit_set, &f);
        if (f.failed) st = err_fail(e, ST_NOMEM, "err.memory", "fitting %zu skills", r->sets);
    }
    if (st == ST_OK) {
        *totals = (struct bkt_totals){
            .converged = !f.unconverged && !f.stopped, .sequences = f.q.set_at[r->sets], .answers = f.answers};
        for (size_t s = 0; s < r->sets; s++) {
            totals->log_likelihood = totals->log_likelihood + f.told[s].log_likelihood;
            totals->steps = totals->steps + f.told[s].steps;
            if (f.told[s].iterations > totals->iterations) totals->iterations = f.told[s].iterations;
        }
    }
    free(f.sums), free(f.told), free(f.q.at), free(f.q.set_at), free(f.q.step);
    return st;
}

struct bkt_general_step bkt_general_step(const struct bkt_general *m, size_t c, bool gap, double known, bool correct)
{
    double k = gap ? known * (1.0 - m->forget) : known;
    struct bkt_general_step s = {.faded = k, .right = (1.0 - m->slip[c]) * k + m->guess[c] * (1.0 - k)};
    double if_known = correct ? 1.0 - m->slip[c] : m->slip[c], if_not = correct ? m->guess[c] : 1.0 - m->guess[c],
           total = k * if_known + (1.0 - k) * if_not;
    if (total > 0.0) k = k * if_known / total;
    s.next = k + (1.0 - k) * m->learn;
    return s;
}

enum st bkt_general_predict_rows(const struct responses *r, const uint8_t *item_class,
                                 const struct bkt_general_options *o, const struct bkt_general *m, size_t folds,
                                 size_t hold_out, double *p, struct err *e)
{
    TRY(check(r, item_class, o, e));
    double *known = malloc((r->sets + 1) * sizeof *known), *last_s = calloc(r->sets + 1, sizeof *last_s);
    if (!known || !last_s) {
        free(known), free(last_s);
        return err_fail(e, ST_NOMEM, "err.memory", "predictions");
    }
    for (size_t u = 0; u < r->users; u++) {
        if (folds && r->user_fold[u] % folds != hold_out) continue;
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) known[r->item_set[r->item[i]]] = -1.0;
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
            uint32_t s = r->item_set[r->item[i]];
            bool fresh = known[s] < 0.0;
            struct bkt_general_step step =
                bkt_general_step(&m[s], item_class ? item_class[r->item[i]] : 0, !fresh && is_gap(o, r, i, last_s[s]),
                                 fresh ? m[s].prior : known[s], r->correct[i]);
            p[i] = clamp(step.right, 1e-6, 1.0 - 1e-6);
            known[s] = step.next;
            if (r->time_s) last_s[s] = r->time_s[i];
        }
    }
    free(known), free(last_s);
    return ST_OK;
}

/* --- classes --- */

struct ranked {
    double share;
    uint32_t item, answers;
};

static int by_share(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->share < y->share || x->share > y->share) return x->share < y->share ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

enum st bkt_classes_by_share(const struct responses *r, size_t classes, size_t least, size_t folds, size_t hold_out,
                             uint8_t *item_class, struct err *e)
{
    struct ranked *of = calloc(r->items + 1, sizeof *of);
    double *right = calloc(r->items + 1, sizeof *right), *set_right = calloc(r->sets + 1, sizeof *set_right),
           *set_all = calloc(r->sets + 1, sizeof *set_all), all = 0.0, seen = 0.0;
    enum st st = of && right && set_right && set_all
                     ? ST_OK
                     : err_fail(e, ST_NOMEM, "err.memory", "classes of %zu items", r->items);
    for (size_t u = 0; st == ST_OK && u < r->users; u++) {
        if (folds && r->user_fold[u] % folds == hold_out) continue;
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
            uint32_t s = r->item_set[r->item[i]];
            of[r->item[i]].answers++;
            right[r->item[i]] += r->correct[i];
            set_right[s] += r->correct[i];
            set_all[s] += 1.0;
            all += 1.0;
        }
    }
    for (uint32_t i = 0; st == ST_OK && i < r->items; i++) {
        uint32_t s = r->item_set[i];
        bool own = of[i].answers >= least && of[i].answers > 0;
        of[i].item = i;
        of[i].share = own ? right[i] / (double)of[i].answers : set_all[s] > 0.0 ? set_right[s] / set_all[s] : .5;
    }
    if (st == ST_OK) {
        qsort(of, r->items, sizeof *of, by_share);
        for (size_t k = 0; k < r->items; k++) {
            size_t c = all > 0.0 ? (size_t)(seen / all * (double)classes) : 0;
            item_class[of[k].item] = (uint8_t)(c < classes ? c : classes - 1);
            seen += of[k].answers;
        }
    }
    free(of), free(right), free(set_right), free(set_all);
    return st;
}
