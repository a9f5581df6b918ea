#include <math.h>

#include "base/rng.h"
#include "engine/bkt.h"
#include "engine/metrics.h"
#include "unit.h"

/* Worked by hand from Corbett & Anderson's equations: prior .4, learn .1, guess .2, slip .1.
 * right: .4*.9/(.4*.9+.6*.2) = .75, then .75+.25*.1 = .775; wrong: .4*.1/(.4*.1+.6*.8) = 1/13, then + 12/13*.1 */
static void one_skill_is_the_textbook(void **s)
{
    (void)s;
    struct bkt m = {.4, .1, .2, .1};
    double p = .4, next;
    assert_int_equal(bkt_update(&m, &p, 1, BKT_RIGHT, &next), ST_OK);
    assert_true(fabs(next - .775) < 1e-15);
    assert_int_equal(bkt_update(&m, &p, 1, BKT_WRONG, &next), ST_OK);
    assert_true(fabs(next - (1.0 / 13 + 12.0 / 13 * .1)) < 1e-15);
    assert_int_equal(bkt_update(&m, &p, 1, BKT_PRACTICE, &next), ST_OK);
    assert_true(fabs(next - .46) < 1e-15);
    assert_true(fabs(bkt_predict(&m, &p, 1) - .48) < 1e-15);
}

/* P(both known), P(first only) ... summed by hand over the four states of two skills. */
static void two_skills_are_the_sum_over_their_states(void **s)
{
    (void)s;
    struct bkt m[2] = {{.5, 0, .2, .1}, {.5, 0, .2, .1}};
    double p[2] = {.7, .4}, next[2];
    double both = .7 * .4, first = .7 * .6, second = .3 * .4, none = .3 * .6;
    double right = both * .9 + (first + second + none) * .2;
    assert_int_equal(bkt_update(m, p, 2, BKT_RIGHT, next), ST_OK);
    assert_true(fabs(next[0] - (both * .9 + first * .2) / right) < 1e-15);
    assert_true(fabs(next[1] - (both * .9 + second * .2) / right) < 1e-15);
    assert_true(fabs(bkt_predict(m, p, 2) - right) < 1e-15);
}

static void probabilities_stay_probabilities(void **s)
{
    (void)s;
    struct rng r;
    rng_seed(&r, 20261123);
    for (int k = 0; k < 200000; k++) {
        struct bkt m[3];
        double p[3], next[3];
        size_t n = 1 + rng_below(&r, 3);
        for (size_t i = 0; i < n; i++) {
            m[i] = (struct bkt){rng_unit(&r), rng_unit(&r), rng_unit(&r), rng_unit(&r)};
            p[i] = rng_unit(&r);
        }
        enum bkt_answer a = (enum bkt_answer)rng_below(&r, 3);
        assert_int_equal(bkt_update(m, p, n, a, next), ST_OK);
        for (size_t i = 0; i < n; i++) assert_true(next[i] >= 0.0 && next[i] <= 1.0);
    }
}

static void right_is_worth_more_than_wrong(void **s)
{
    (void)s;
    struct rng r;
    rng_seed(&r, 7);
    for (int k = 0; k < 100000; k++) {
        struct bkt m = {.3, rng_unit(&r) * .5, rng_unit(&r) * .5, rng_unit(&r) * .49};
        double p = rng_unit(&r), right, wrong;
        assert_int_equal(bkt_update(&m, &p, 1, BKT_RIGHT, &right), ST_OK);
        assert_int_equal(bkt_update(&m, &p, 1, BKT_WRONG, &wrong), ST_OK);
        assert_true(right >= wrong);
    }
}

static void nonsense_is_refused_and_changes_nothing(void **s)
{
    (void)s;
    struct bkt m = {.4, .1, .2, .1}, zero = {.4, 0, 0, 0};
    double p = (double)NAN, next = 42;
    assert_int_equal(bkt_update(&m, &p, 1, BKT_RIGHT, &next), ST_INVALID);
    p = 1.5;
    assert_int_equal(bkt_update(&m, &p, 1, BKT_RIGHT, &next), ST_INVALID);
    p = 0.0; /* cannot be right: not known, no guess */
    assert_int_equal(bkt_update(&zero, &p, 1, BKT_RIGHT, &next), ST_INVALID);
    assert_int_equal(bkt_update(&m, &p, 0, BKT_RIGHT, &next), ST_INVALID);
    assert_true(next == 42);
}

/* Two students of two answers each: sums 2 and 0, mean .5, residuals 1 and -1, so a standard error of sqrt(2 * 2) /
 * 4. */
static void a_mean_knows_whose_answers_go_together(void **state)
{
    (void)state;
    const double x[5] = {1, 1, 0, 0, 9};
    const uint32_t of[5] = {0, 0, 2, 2, 1}, one[5] = {0};
    const uint8_t pick[5] = {1, 1, 1, 1, 0}, none[5] = {0};
    struct metrics_mean m;
    struct err e = {0};
    assert_int_equal(metrics_mean(x, pick, of, 5, 3, &m, &e), ST_OK);
    assert_true(m.rows == 4 && m.groups == 2 && m.mean == .5);
    assert_true(fabs(m.low - (.5 - 1.96 * .5)) < 1e-12 && fabs(m.high - (.5 + 1.96 * .5)) < 1e-12);
    assert_int_equal(metrics_mean(x, NULL, one, 5, 1, &m, &e), ST_OK);
    assert_true(m.rows == 5 && m.groups == 1 && m.low == m.mean && m.high == m.mean);
    assert_int_equal(metrics_mean(x, none, of, 5, 3, &m, &e), ST_OK);
    assert_true(m.rows == 0 && m.mean == 0 && m.low == 0 && m.high == 0);
    /* The same answers from four students say more than from two. */
    const uint32_t each[4] = {0, 1, 2, 3};
    struct metrics_mean apart;
    assert_int_equal(metrics_mean(x, NULL, each, 4, 4, &apart, &e), ST_OK);
    assert_int_equal(metrics_mean(x, pick, of, 5, 3, &m, &e), ST_OK);
    assert_true(apart.high - apart.low < m.high - m.low);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mean_knows_whose_answers_go_together),
        cmocka_unit_test(one_skill_is_the_textbook),
        cmocka_unit_test(two_skills_are_the_sum_over_their_states),
        cmocka_unit_test(probabilities_stay_probabilities),
        cmocka_unit_test(right_is_worth_more_than_wrong),
        cmocka_unit_test(nonsense_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
