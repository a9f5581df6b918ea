/* Fits on invented data with known truth, and on data that could break them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "engine/bkt_fit.h"
#include "engine/elo.h"
#include "engine/fsrs.h"
#include "engine/irt.h"
#include "engine/linear.h"
#include "engine/logistic.h"
#include "engine/metrics.h"
#include "engine/numeric.h"
#include "unit.h"

enum { USERS = 400, ROWS_EACH = 40, ITEMS = 30, SKILLS = 5 };

struct world {
    struct responses r;
    uint32_t user_at[USERS + 1], fold[USERS], item[USERS * ROWS_EACH], item_set[ITEMS], set_at[SKILLS + 2],
        set_skill[SKILLS + 1];
    uint8_t correct[USERS * ROWS_EACH];
    double time_s[USERS * ROWS_EACH];
};

static double normal(struct rng *r)
{
    double s = -6;
    for (int i = 0; i < 12; i++) s += rng_unit(r);
    return s;
}

/* Five skills and a set of two of them; answers of a Rasch model with learning. */
static struct world *make(uint64_t seed)
{
    struct world *w = calloc(1, sizeof *w);
    struct rng r;
    assert_non_null(w);
    rng_seed(&r, seed);
    for (uint32_t s = 0; s < SKILLS; s++) {
        w->set_at[s] = s;
        w->set_skill[s] = s;
    }
    w->set_at[SKILLS - 1] = SKILLS - 1;
    w->set_at[SKILLS] = SKILLS + 1; /* the last set: skills 4 and 0 */
    for (uint32_t i = 0; i < ITEMS; i++) w->item_set[i] = i % SKILLS;
    for (uint32_t u = 0; u < USERS; u++) {
        double theta = normal(&r);
        w->user_at[u] = u * ROWS_EACH;
        w->fold[u] = u;
        for (uint32_t k = 0; k < ROWS_EACH; k++) {
            uint32_t at = u * ROWS_EACH + k;
            w->item[at] = rng_below(&r, ITEMS);
            w->time_s[at] = 7200.0 * k + (double)rng_below(&r, 100);
            w->correct[at] = rng_unit(&r) < num_logistic(theta + .03 * k - (w->item[at] - 15.0) / 10.0);
        }
    }
    w->user_at[USERS] = USERS * ROWS_EACH;
    w->r = (struct responses){USERS * ROWS_EACH, USERS,      ITEMS,     SKILLS,      SKILLS,    w->user_at,  w->fold,
                              w->item,           w->correct, w->time_s, w->item_set, w->set_at, w->set_skill};
    return w;
}

static void exp_and_log_are_as_libm_says(void **s)
{
    (void)s;
    struct rng r;
    rng_seed(&r, 7);
    for (int i = 0; i < 100000; i++) {
        double x = (rng_unit(&r) - .5) * 1200.0, y = exp((rng_unit(&r) - .5) * 60.0);
        assert_true(fabs(num_exp(x) / exp(x) - 1.0) < 1e-13 * (1 + fabs(x) / 100));
        assert_true(fabs(num_log(y) - log(y)) < 1e-15 + 1e-15 * fabs(log(y)));
    }
    assert_true(num_exp(0) == 1.0 && num_log(1) == 0.0 && num_logistic(0) == .5);
    for (unsigned n = 0; n < 3; n++) { /* the small counts that logistic.c keeps */
        static const double kept[] = {0x0p+0, 0x1.62e42fefa39efp-1, 0x1.193ea7aad030bp+0};
        assert_true(fabs(kept[n] - log(1.0 + n)) < 1e-15);
    }
}

static void linear_systems_are_solved(void **s)
{
    (void)s;
    enum { N = 37 };
    static double m[N * N], a[N * N], b[N], x[N];
    struct rng r;
    rng_seed(&r, 3);
    for (size_t i = 0; i < N * N; i++) m[i] = normal(&r);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            a[i * N + j] = i == j ? 1.0 : 0.0;
            for (size_t k = 0; k < N; k++) a[i * N + j] += m[i * N + k] * m[j * N + k];
        }
    for (size_t i = 0; i < N; i++) x[i] = normal(&r);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) b[i] += a[i * N + j] * x[j];
    assert_int_equal(linear_solve(a, b, N, NULL, NULL), ST_OK);
    for (size_t i = 0; i < N; i++) assert_true(fabs(b[i] - x[i]) < 1e-8);
    double bad[4] = {1, 2, 2, 1}, rhs[2] = {1, 1}, nan[1] = {(double)NAN}, one[1] = {1};
    assert_int_equal(linear_solve(bad, rhs, 2, NULL, NULL), ST_INVALID);
    assert_int_equal(linear_solve(nan, one, 1, NULL, NULL), ST_INVALID);
}

/* The gradient at the optimum is zero: seen by moving each weight a little, by a plain evaluation of the objective. */
static double objective(const struct world *w, const struct logistic *m, double c)
{
    struct features f;
    float x[LOGISTIC_LOCAL_MAX];
    double sum = 0.0;
    assert_int_equal(features_init(&f, SKILLS, ITEMS, m->terms & TERM_WINDOWS, NULL), ST_OK);
    for (size_t u = 0; u < USERS; u++) {
        features_clear(&f);
        for (size_t i = w->user_at[u]; i < w->user_at[u + 1]; i++) {
            uint32_t set = w->item_set[w->item[i]];
            const uint32_t *k = w->set_skill + w->set_at[set];
            size_t n = w->set_at[set + 1] - w->set_at[set];
            features_at(&f, k, n, w->time_s[i]);
            logistic_values(m->terms, &f, w->item[i], k, n, w->time_s[i], x);
            double z = logistic_logit(m, w->item[i], k, n, x);
            sum += num_softplus(z) - z * w->correct[i];
            assert_int_equal(features_learn(&f, w->item[i], k, n, w->correct[i], w->time_s[i], NULL), ST_OK);
        }
    }
    features_free(&f);
    for (size_t i = 1; i < m->dense_count; i++) sum += m->dense[i] * m->dense[i] / 2 / c;
    for (size_t i = 0; i < m->items; i++) sum += m->item[i] * m->item[i] / 2 / c;
    return sum;
}

static void run_backwards(void *pool, size_t n, void (*task)(void *, size_t), void *arg)
{
    (void)pool;
    for (size_t i = n; i-- > 0;) task(arg, i);
}

static void logistic_fits_end_at_the_optimum(void **s)
{
    (void)s;
    static const unsigned kinds[] = {LOGISTIC_IRT,   LOGISTIC_AFM,     LOGISTIC_PFA,
                                     LOGISTIC_DAS3H, LOGISTIC_BEST_LR, LOGISTIC_BEST_LR_RECENCY,
                                     LOGISTIC_FULL};
    struct world *w = make(11);
    struct parallel backwards = {run_backwards, NULL};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct logistic_design *d;
        struct logistic m, again;
        struct logistic_report rep, rep2;
        struct logistic_options o = {.c = 1, .tolerance = 1e-9, .iterations_max = 50};
        assert_int_equal(logistic_design_make(&w->r, kinds[k], NULL, &d, NULL), ST_OK);
        assert_int_equal(logistic_init(&m, kinds[k], ITEMS, SKILLS, NULL), ST_OK);
        assert_int_equal(logistic_init(&again, kinds[k], ITEMS, SKILLS, NULL), ST_OK);
        assert_int_equal(logistic_fit(d, &o, NULL, &m, &rep, NULL), ST_OK);
        assert_true(rep.converged && rep.rows == w->r.rows);
        double at = objective(w, &m, 1);
        assert_true(fabs(at - rep.objective) < 1e-6);
        for (size_t i = 0; i < m.dense_count; i += 3) {
            double keep = m.dense[i], up, down;
            m.dense[i] = keep + 1e-3;
            up = objective(w, &m, 1);
            m.dense[i] = keep - 1e-3;
            down = objective(w, &m, 1);
            m.dense[i] = keep;
            assert_true(up >= at - 1e-7 && down >= at - 1e-7 && fabs(up - down) < 2e-5);
        }
        /* Another order of work: the same bits. */
        assert_int_equal(logistic_fit(d, &o, &backwards, &again, &rep2, NULL), ST_OK);
        assert_memory_equal(again.dense, m.dense, m.dense_count * sizeof *m.dense);
        assert_memory_equal(again.item, m.item, ITEMS * sizeof *m.item);
        logistic_free(&m);
        logistic_free(&again);
        logistic_design_free(d);
    }
    free(w);
}

static void batch_and_online_are_the_same_bits_and_parts_add_up(void **s)
{
    (void)s;
    struct world *w = make(5);
    struct logistic_design *d;
    struct logistic m;
    struct logistic_report rep;
    struct logistic_options o = {.c = 1, .tolerance = 1e-6, .iterations_max = 50, .folds = 5, .hold_out = 2};
    double *p = calloc(w->r.rows, sizeof *p);
    assert_int_equal(logistic_design_make(&w->r, LOGISTIC_FULL, NULL, &d, NULL), ST_OK);
    assert_int_equal(logistic_init(&m, LOGISTIC_FULL, ITEMS, SKILLS, NULL), ST_OK);
    assert_int_equal(logistic_fit(d, &o, NULL, &m, &rep, NULL), ST_OK);
    logistic_predict_rows(d, &m, 5, 2, p);
    struct features f;
    float x[LOGISTIC_LOCAL_MAX];
    struct logistic_part parts[LOGISTIC_PARTS_MAX];
    assert_int_equal(features_init(&f, SKILLS, ITEMS, true, NULL), ST_OK);
    for (size_t u = 2; u < USERS; u += 5) {
        features_clear(&f);
        for (size_t i = w->user_at[u]; i < w->user_at[u + 1]; i++) {
            uint32_t set = w->item_set[w->item[i]];
            const uint32_t *k = w->set_skill + w->set_at[set];
            size_t n = w->set_at[set + 1] - w->set_at[set];
            features_at(&f, k, n, w->time_s[i]);
            logistic_values(m.terms, &f, w->item[i], k, n, w->time_s[i], x);
            size_t count = logistic_explain(&m, w->item[i], k, n, x, parts);
            double sum = 0.0;
            for (size_t q = 0; q < count; q++) sum = sum + parts[q].logit;
            assert_true(num_logistic(sum) == p[i]);
            assert_int_equal(features_learn(&f, w->item[i], k, n, w->correct[i], w->time_s[i], NULL), ST_OK);
        }
    }
    features_free(&f);
    logistic_free(&m);
    logistic_design_free(d);
    free(p);
    free(w);
}

static void windows_hold_what_is_in_them(void **s)
{
    (void)s;
    struct features f;
    struct rng r;
    double at[300];
    bool y[300];
    uint32_t skill = 0;
    double now = 0;
    rng_seed(&r, 4);
    assert_int_equal(features_init(&f, 1, 1, true, NULL), ST_OK);
    for (size_t i = 0; i < 300; i++) {
        now += rng_below(&r, 4) ? rng_below(&r, 3000) : rng_below(&r, 900000);
        features_at(&f, &skill, 1, now);
        for (size_t w = 0; w < FEATURE_WINDOWS; w++) {
            uint32_t n = 0, wins = 0;
            for (size_t k = 0; k < i; k++)
                if (now - at[k] < feature_window_s[w]) n++, wins += y[k];
            assert_int_equal(f.skill[0].window[w].n, n);
            assert_int_equal(f.skill[0].window[w].wins, wins);
        }
        at[i] = now;
        y[i] = rng_below(&r, 2);
        assert_int_equal(features_learn(&f, 0, &skill, 1, y[i], now, NULL), ST_OK);
    }
    features_free(&f);
}

static void all_right_all_wrong_and_one_student_are_defined(void **s)
{
    (void)s;
    for (int kind = 0; kind < 3; kind++) {
        struct world *w = make(9);
        struct responses r = w->r;
        if (kind < 2) memset(w->correct, kind, sizeof w->correct);
        if (kind == 2) {
            r.users = 1;
            r.rows = ROWS_EACH;
        }
        struct logistic_design *d;
        struct logistic m;
        struct logistic_report rep;
        struct logistic_options o = {.c = 1, .tolerance = 1e-6, .iterations_max = 100};
        double *p = calloc(r.rows, sizeof *p);
        assert_int_equal(logistic_design_make(&r, LOGISTIC_FULL, NULL, &d, NULL), ST_OK);
        assert_int_equal(logistic_init(&m, LOGISTIC_FULL, ITEMS, SKILLS, NULL), ST_OK);
        assert_int_equal(logistic_fit(d, &o, NULL, &m, &rep, NULL), ST_OK);
        logistic_predict_rows(d, &m, 0, 0, p);
        for (size_t i = 0; i < r.rows; i++)
            assert_true(p[i] > 0 && p[i] < 1 && (kind == 2 || (kind == 1) == (p[i] > .9)));
        struct bkt_data *b;
        struct bkt_fitted out[SKILLS];
        struct bkt_totals tot;
        assert_int_equal(bkt_data_make(&r, 0, 0, &b, NULL), ST_OK);
        for (int prior = 0; prior < 2; prior++) {
            struct bkt_options bo = bkt_defaults;
            if (!prior) bo.prior_weight = 0;
            assert_int_equal(bkt_fit(b, &bo, NULL, out, &tot, NULL), ST_OK);
            assert_int_equal(bkt_predict_rows(&r, out, 0, 0, p, NULL), ST_OK);
            for (size_t i = 0; i < r.rows; i++) assert_true(p[i] > 0 && p[i] < 1);
            assert_true(isfinite(tot.log_likelihood));
        }
        bkt_data_free(b);
        logistic_free(&m);
        logistic_design_free(d);
        free(p);
        free(w);
    }
}

static void nonsense_is_refused(void **s)
{
    (void)s;
    struct world *w = make(2);
    struct logistic_design *d;
    struct err e = {0};
    w->time_s[17] = (double)NAN;
    assert_int_equal(logistic_design_make(&w->r, LOGISTIC_PFA, NULL, &d, &e), ST_INVALID);
    w->time_s[17] = -5;
    assert_int_equal(logistic_design_make(&w->r, LOGISTIC_PFA, NULL, &d, &e), ST_INVALID);
    w->time_s[17] = w->time_s[16];
    w->correct[3] = 2;
    assert_int_equal(logistic_design_make(&w->r, LOGISTIC_PFA, NULL, &d, &e), ST_INVALID);
    w->correct[3] = 1;
    w->item[8] = ITEMS;
    assert_int_equal(logistic_design_make(&w->r, LOGISTIC_PFA, NULL, &d, &e), ST_INVALID);
    double p[2] = {(double)NAN, .5};
    uint8_t y[2] = {0, 1};
    struct metrics m;
    assert_int_equal(metrics_of(p, y, NULL, 2, &m, NULL), ST_INVALID);
    free(w);
}

/* Plain forward algorithm with normalisation: the likelihood that the eight-lane kernel must find. */
static double textbook_likelihood(const struct world *w, const struct bkt_fitted *m)
{
    double sum = 0;
    for (size_t u = 0; u < USERS; u++) {
        double k[SKILLS];
        for (size_t q = 0; q < SKILLS; q++) k[q] = m[q].p.prior;
        for (size_t i = w->user_at[u]; i < w->user_at[u + 1]; i++) {
            size_t q = w->item_set[w->item[i]];
            double p = bkt_predict(&m[q].p, &k[q], 1), next;
            sum += log(w->correct[i] ? p : 1 - p);
            assert_int_equal(bkt_update(&m[q].p, &k[q], 1, w->correct[i] ? BKT_RIGHT : BKT_WRONG, &next), ST_OK);
            k[q] = next;
        }
    }
    return sum;
}

static void bkt_finds_the_parameters_that_made_the_answers(void **s)
{
    (void)s;
    struct world *w = make(1);
    static const struct bkt truth[SKILLS] = {
        {.4, .15, .2, .1}, {.2, .1, .1, .05}, {.6, .2, .25, .15}, {.3, .3, .15, .08}, {.5, .08, .3, .1}};
    struct rng r;
    rng_seed(&r, 99);
    for (size_t u = 0; u < USERS; u++) {
        bool known[SKILLS];
        for (size_t q = 0; q < SKILLS; q++) known[q] = rng_unit(&r) < truth[q].prior;
        for (size_t i = w->user_at[u]; i < w->user_at[u + 1]; i++) {
            size_t q = w->item_set[w->item[i]];
            w->correct[i] = rng_unit(&r) < (known[q] ? 1 - truth[q].slip : truth[q].guess);
            if (!known[q]) known[q] = rng_unit(&r) < truth[q].learn;
        }
    }
    struct bkt_data *d;
    struct bkt_options o = bkt_defaults;
    struct bkt_fitted out[SKILLS], again[SKILLS];
    struct bkt_totals tot, tot2;
    struct parallel backwards = {run_backwards, NULL};
    o.prior_weight = 0;
    assert_int_equal(bkt_data_make(&w->r, 0, 0, &d, NULL), ST_OK);
    assert_int_equal(bkt_fit(d, &o, NULL, out, &tot, NULL), ST_OK);
    assert_int_equal(bkt_fit(d, &o, &backwards, again, &tot2, NULL), ST_OK);
    for (size_t q = 0; q < SKILLS; q++) {
        assert_memory_equal(&out[q].p, &again[q].p, sizeof out[q].p);
        assert_true(fabs(out[q].p.prior - truth[q].prior) < .12 && fabs(out[q].p.learn - truth[q].learn) < .06);
        assert_true(fabs(out[q].p.guess - truth[q].guess) < .08 && fabs(out[q].p.slip - truth[q].slip) < .05);
    }
    assert_true(tot.converged && fabs(textbook_likelihood(w, out) - tot.log_likelihood) < 1e-2);
    struct bkt_fitted at_truth[SKILLS];
    for (size_t q = 0; q < SKILLS; q++) at_truth[q].p = truth[q];
    assert_true(tot.log_likelihood > textbook_likelihood(w, at_truth));
    for (size_t q = 0; q < SKILLS; q++) /* no neighbour is better */
        for (int k = 0; k < 8; k++) {
            struct bkt_fitted near[SKILLS];
            memcpy(near, out, sizeof near);
            double *v[4] = {&near[q].p.prior, &near[q].p.learn, &near[q].p.guess, &near[q].p.slip};
            *v[k / 2] += k % 2 ? 2e-3 : -2e-3;
            assert_true(textbook_likelihood(w, near) <= tot.log_likelihood + 1e-3);
        }
    bkt_data_free(d);
    free(w);
}

static void item_parameters_are_found(void **s)
{
    (void)s;
    enum { PERSONS = 3000, N = 12 };
    static uint8_t score[PERSONS * N];
    struct irt_item truth[N], out[N];
    struct irt_report rep;
    struct rng r;
    rng_seed(&r, 21);
    for (size_t i = 0; i < N; i++)
        truth[i] = (struct irt_item){.a = .7 + .1 * (double)i,
                                     .d = {0, 1.0 - .2 * (double)i, .5 - .1 * (double)i},
                                     .scores = i % 3 == 2 ? 3 : 2};
    for (size_t j = 0; j < PERSONS; j++) {
        double theta = normal(&r);
        for (size_t i = 0; i < N; i++) {
            double p[IRT_SCORES_MAX], u = rng_unit(&r);
            irt_chances(&truth[i], theta, p);
            score[j * N + i] = (uint8_t)(u < p[0] ? 0 : truth[i].scores == 2 || u < p[0] + p[1] ? 1 : 2);
            if (rng_below(&r, 10) == 0) score[j * N + i] = IRT_MISSING;
        }
    }
    struct irt_matrix m = {PERSONS, N, score};
    assert_int_equal(irt_fit(&m, &irt_defaults, NULL, out, &rep, NULL), ST_OK);
    assert_true(rep.converged);
    struct irt_item other[N];
    struct parallel backwards = {run_backwards, NULL};
    assert_int_equal(irt_fit(&m, &irt_defaults, &backwards, other, &rep, NULL), ST_OK);
    assert_memory_equal(other, out, sizeof out);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(out[i].scores, truth[i].scores);
        assert_true(fabs(out[i].a - truth[i].a) < .25 && fabs(out[i].d[1] - truth[i].d[1]) < .2);
    }
    /* An item that all have right, and one that nobody was given. */
    for (size_t j = 0; j < PERSONS; j++) score[j * N] = 1, score[j * N + 1] = IRT_MISSING;
    assert_int_equal(irt_fit(&m, &irt_defaults, NULL, out, &rep, NULL), ST_OK);
    assert_true(out[0].scores == 1 && out[1].scores == 0 && isfinite(rep.log_likelihood));
    struct irt_score none = irt_eap(out, NULL, score, 0, 0, 1);
    assert_true(fabs(none.theta) < 1e-9 && fabs(none.se - 1) < .01);
    score[5] = 77;
    assert_int_equal(irt_fit(&m, &irt_defaults, NULL, out, &rep, NULL), ST_INVALID);
}

static void adaptive_tests_stop_balance_and_never_repeat(void **s)
{
    (void)s;
    enum { N = 60 };
    struct irt_item bank[N];
    uint32_t area[N];
    double share[2] = {.75, .25};
    struct rng r;
    struct cat c;
    rng_seed(&r, 8);
    for (size_t i = 0; i < N; i++) {
        bank[i] = (struct irt_item){.a = 1.2, .d = {0, normal(&r)}, .scores = 2};
        area[i] = i % 2;
    }
    struct cat_options o = {
        .se_stop = .01, .items_max = 20, .randomesque = 3, .contents = 2, .content = area, .share = share};
    assert_int_equal(cat_init(&c, bank, N, 2, NULL), ST_OK);
    size_t seen[N] = {0}, areas[2] = {0}, i;
    for (;;) {
        double unit[2] = {rng_unit(&r), rng_unit(&r)};
        if ((i = cat_next(&c, &o, unit)) == SIZE_MAX) break;
        assert_int_equal(seen[i]++, 0);
        areas[area[i]]++;
        cat_answer(&c, &o, i, (uint8_t)(rng_unit(&r) < num_logistic(1.2 + bank[i].d[1])));
    }
    assert_int_equal(c.count, 20);
    assert_int_equal(areas[0], 15);
    assert_true(c.now.theta > 0 && c.now.se < .6);
    cat_free(&c);
}

static void memory_falls_and_is_refitted(void **s)
{
    (void)s;
    struct fsrs_state st = fsrs_review(&fsrs_default, (struct fsrs_state){0}, FSRS_GOOD, 0);
    assert_true(fabs(fsrs_recall(&fsrs_default, st, st.stability_days) - .9) < 1e-12);
    assert_true(fabs(fsrs_interval_days(&fsrs_default, st, .9) - st.stability_days) < 1e-9);
    assert_true(fsrs_recall(&fsrs_default, st, 10) > fsrs_recall(&fsrs_default, st, 20));
    enum { H = 3000, EACH = 6 };
    static uint32_t at[H + 1];
    static double days[H * EACH];
    static uint8_t grade[H * EACH];
    struct fsrs truth = fsrs_default, m = fsrs_default;
    struct fsrs_report rep;
    struct rng r;
    truth.w[2] = .8, truth.w[0] = .1, truth.w[8] = 1.2;
    rng_seed(&r, 31);
    double true_loss = 0;
    size_t n = 0;
    for (size_t h = 0; h < H; h++) {
        struct fsrs_state q = {0};
        at[h] = (uint32_t)(h * EACH);
        for (size_t i = h * EACH; i < (h + 1) * EACH; i++) {
            days[i] = i == at[h] ? 0 : rng_below(&r, 4) ? 1.0 + rng_below(&r, 8) : .01;
            double p = i == at[h] ? .5 : fsrs_recall(&truth, q, days[i]);
            grade[i] = rng_unit(&r) < p ? FSRS_GOOD : FSRS_AGAIN;
            if (i > at[h] && days[i] >= 1) true_loss -= log(grade[i] == FSRS_GOOD ? p : 1 - p), n++;
            q = fsrs_review(&truth, q, grade[i] == FSRS_GOOD ? FSRS_GOOD : FSRS_AGAIN, days[i]);
        }
    }
    at[H] = H * EACH;
    struct fsrs_log l = {H, at, days, grade};
    assert_int_equal(fsrs_fit(&l, NULL, &m, &rep, NULL), ST_OK);
    assert_int_equal(rep.reviews, n);
    assert_true(rep.log_loss <= true_loss / (double)n + 1e-4); /* as good as the truth on its own answers */
    assert_true(fabs(m.w[2] - .8) < .3 && fabs(m.w[0] - .1) < .1);
    struct parallel backwards = {run_backwards, NULL};
    struct fsrs other = fsrs_default;
    assert_int_equal(fsrs_fit(&l, &backwards, &other, &rep, NULL), ST_OK);
    assert_memory_equal(&other, &m, sizeof m);
    days[3] = (double)NAN;
    assert_int_equal(fsrs_fit(&l, NULL, &m, &rep, NULL), ST_INVALID);
}

/* All four grades: the loss of the fit is that of the model's own steps, and what hard and easy ones do is found. */
static void memory_knows_four_grades(void **s)
{
    (void)s;
    enum { H = 6000, EACH = 8 };
    static uint32_t at[H + 1];
    static double days[H * EACH];
    static uint8_t grade[H * EACH];
    struct fsrs truth = fsrs_default, m = fsrs_default;
    struct fsrs_report rep;
    struct rng r;
    truth.w[15] = .2, truth.w[16] = 4, truth.w[17] = .8;
    rng_seed(&r, 37);
    for (size_t h = 0; h < H; h++) {
        struct fsrs_state q = {0};
        at[h] = (uint32_t)(h * EACH);
        for (size_t i = h * EACH; i < (h + 1) * EACH; i++) {
            days[i] = i == at[h] ? 0 : rng_below(&r, 3) ? 1.0 + rng_below(&r, 30) : .01;
            bool known = rng_unit(&r) < (i == at[h] ? .6 : fsrs_recall(&truth, q, days[i]));
            grade[i] = (uint8_t)(known ? FSRS_HARD + (int)rng_below(&r, 3) : FSRS_AGAIN);
            q = fsrs_review(&truth, q, grade[i], days[i]);
        }
    }
    at[H] = H * EACH;
    struct fsrs_log l = {H, at, days, grade};
    assert_int_equal(fsrs_fit(&l, NULL, &m, &rep, NULL), ST_OK);
    double loss = 0;
    for (size_t h = 0; h < H; h++) {
        struct fsrs_state q = fsrs_review(&m, (struct fsrs_state){0}, grade[at[h]], 0);
        for (size_t i = at[h] + 1; i < at[h + 1]; i++) {
            double p = fsrs_recall(&m, q, days[i]);
            if (days[i] >= 1) loss -= log(grade[i] == FSRS_AGAIN ? 1 - p : p);
            q = fsrs_review(&m, q, grade[i], days[i]);
        }
    }
    assert_true(fabs(rep.log_loss - loss / (double)rep.reviews) < 1e-9);
    assert_true(fabs(m.w[15] - .2) < .1 && fabs(m.w[16] - 4) < .8);
}

static void metrics_are_counted_right(void **s)
{
    (void)s;
    double p[6] = {.1, .4, .4, .8, .9, .3};
    uint8_t y[6] = {0, 1, 0, 1, 1, 0};
    uint32_t g[6] = {0, 0, 1, 1, 0, 1};
    struct metrics m;
    double within;
    assert_int_equal(metrics_of(p, y, NULL, 6, &m, NULL), ST_OK);
    assert_true(fabs(m.auc - 8.5 / 9) < 1e-12);
    assert_true(fabs(m.rmse - sqrt((.01 + .36 + .16 + .04 + .01 + .09) / 6)) < 1e-12);
    assert_int_equal(metrics_within(p, y, g, 6, 2, &within, NULL), ST_OK);
    assert_true(within == 1.0);
    assert_int_equal(metrics_of(p, y, NULL, 0, &m, NULL), ST_OK);
    assert_true(m.auc == .5 && m.log_loss == 0);
}

/* In order of students, in part out of it, or in none: pairs are pairs, and their sums are whole numbers and halves. */
static void pairs_within_a_group_do_not_depend_on_the_order_of_rows(void **s)
{
    (void)s;
    enum { ROWS = 250000, EACH = 700 };
    double *p = malloc(ROWS * sizeof *p), in_order, other;
    uint8_t *y = malloc(ROWS);
    uint32_t *g = malloc(ROWS * sizeof *g);
    struct rng r;
    rng_seed(&r, 11);
    assert_true(p && y && g);
    for (size_t i = 0; i < ROWS; i++) {
        p[i] = (double)rng_below(&r, 50) / 50.0, y[i] = rng_unit(&r) < p[i];
        g[i] = (uint32_t)(i / EACH);
    }
    assert_int_equal(metrics_within(p, y, g, ROWS, ROWS, &in_order, NULL), ST_OK);
    assert_true(in_order > .7);
    for (size_t far = ROWS / 8; far <= ROWS; far *= 8) { /* rows move that far, then anywhere */
        for (size_t i = 0; i + 1 < ROWS; i++) {
            size_t most = ROWS - i < far ? ROWS - i : far, k = i + rng_below(&r, (uint32_t)most);
            double q = p[i];
            uint8_t was = y[i];
            uint32_t of = g[i];
            p[i] = p[k], y[i] = y[k], g[i] = g[k];
            p[k] = q, y[k] = was, g[k] = of;
        }
        assert_int_equal(metrics_within(p, y, g, ROWS, ROWS, &other, NULL), ST_OK);
        assert_true(other == in_order);
    }
    free(p), free(y), free(g);
}

static void elo_learns_who_is_able(void **s)
{
    (void)s;
    struct world *w = make(14);
    double *p = calloc(w->r.rows, sizeof *p);
    struct metrics m;
    for (size_t f = 0; f < 5; f++) assert_int_equal(elo_run(&w->r, &elo_defaults, 5, f, p, NULL), ST_OK);
    assert_int_equal(metrics_of(p, w->correct, NULL, w->r.rows, &m, NULL), ST_OK);
    assert_true(m.auc > .7);
    free(p);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_and_log_are_as_libm_says),
        cmocka_unit_test(linear_systems_are_solved),
        cmocka_unit_test(logistic_fits_end_at_the_optimum),
        cmocka_unit_test(batch_and_online_are_the_same_bits_and_parts_add_up),
        cmocka_unit_test(windows_hold_what_is_in_them),
        cmocka_unit_test(all_right_all_wrong_and_one_student_are_defined),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(bkt_finds_the_parameters_that_made_the_answers),
        cmocka_unit_test(item_parameters_are_found),
        cmocka_unit_test(adaptive_tests_stop_balance_and_never_repeat),
        cmocka_unit_test(memory_falls_and_is_refitted),
        cmocka_unit_test(memory_knows_four_grades),
        cmocka_unit_test(metrics_are_counted_right),
        cmocka_unit_test(pairs_within_a_group_do_not_depend_on_the_order_of_rows),
        cmocka_unit_test(elo_learns_who_is_able),
    };
    return cmocka_run_group_tests_name("engine models", tests, NULL, NULL);
}
