/* Agreement and intervals against figures worked out elsewhere; standing by tests and by levels at its edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "rules/agreement.h"
#include "rules/goal_status.h"

static bool near(double a, double b, double by) { return fabs(a - b) <= by; }

static void kappa_is_one_for_the_same_and_none_for_one_word(void **s)
{
    (void)s;
    struct agreement same = {.categories = 4}, one = {.categories = 4}, worst = {.categories = 2};
    double k;
    assert_false(weighted_kappa(&same, &k)); /* nobody said anything */
    for (int i = 0; i < 4; i++) agreement_add(&same, i, i);
    assert_true(weighted_kappa(&same, &k) && near(k, 1, 1e-12) && near(agreement_exact(&same), 1, 1e-12));
    for (int i = 0; i < 9; i++) agreement_add(&one, 2, 2);
    assert_false(weighted_kappa(&one, &k)); /* always the same word: chance would agree as well */
    for (int i = 0; i < 4; i++) agreement_add(&worst, 0, 1);
    assert_true(weighted_kappa(&worst, &k) && near(k, -1, 1e-12) && agreement_exact(&worst) == 0);
}

/* a = 3 3 2 1 0 2, b = 3 2 2 1 1 2, each pair counted both ways: said 2 of 12 one apart on each side gives Σw·said = 4;
 * marginals 0: 1, 1: 3, 2: 5, 3: 3 of 12 give Σw·expected = (1·3·1 + 1·5·4 + 1·3·9 + 3·5·1 + 3·3·4 + 5·3·1) · 2 / 12 =
 * 232 / 12; kappa = 1 − 4 · 12 / 232. */
static void kappa_of_a_worked_example(void **s)
{
    (void)s;
    static const int a[] = {3, 3, 2, 1, 0, 2}, b[] = {3, 2, 2, 1, 1, 2};
    struct agreement g = {.categories = 4};
    double k;
    for (int i = 0; i < 6; i++) agreement_add(&g, a[i], b[i]);
    assert_true(weighted_kappa(&g, &k));
    assert_true(near(k, 1 - 48.0 / 232, 1e-12));
    assert_true(near(agreement_exact(&g), 4.0 / 6, 1e-12));
}

/* 5, 6, 7, 8: mean 6.5, sd 1.29099, t(3) = 3.182: 6.5 ± 2.05396. */
static void an_interval_is_students(void **s)
{
    (void)s;
    static const double x[] = {5, 6, 7, 8};
    struct interval v = mean_interval(x, 4);
    assert_true(near(v.mean, 6.5, 1e-12) && near(v.low, 6.5 - 2.05396, 1e-4) && near(v.high, 6.5 + 2.05396, 1e-4));
}

static void a_test_cannot_tell_within_its_error(void **s)
{
    (void)s;
    assert_int_equal(goal_status_by_score(500, 0, 500), STANDING_MEETS);
    assert_int_equal(goal_status_by_score(499.9, 0, 500), STANDING_BELOW);
    assert_int_equal(goal_status_by_score(509, 10, 500), STANDING_CLOSE);
    assert_int_equal(goal_status_by_score(491, 10, 500), STANDING_CLOSE);
    assert_int_equal(goal_status_by_score(510, 10, 500), STANDING_MEETS);
    assert_int_equal(goal_status_by_score(490, 10, 500), STANDING_BELOW);
    assert_int_equal(goal_status_by_level(0, 3), STANDING_UNKNOWN);
    assert_int_equal(goal_status_by_level(3, 3), STANDING_MEETS);
    assert_int_equal(goal_status_by_level(2, 3), STANDING_BELOW);
}

static void our_estimate_says_nothing_on_half_the_evidence(void **s)
{
    (void)s;
    enum level l[10] = {0};
    bool seen[10] = {0};
    assert_int_equal(goal_status_by_levels(l, seen, 0, 0.7), STANDING_UNKNOWN);
    for (int i = 0; i < 4; i++) seen[i] = true;
    assert_int_equal(goal_status_by_levels(l, seen, 10, 0.7), STANDING_UNKNOWN);
    seen[4] = true;
    assert_int_equal(goal_status_by_levels(l, seen, 10, 0.7), STANDING_BELOW);
    for (int i = 0; i < 7; i++) l[i] = i < 5 ? LEVEL_SECURE : LEVEL_NEARLY;
    assert_int_equal(goal_status_by_levels(l, seen, 10, 0.7), STANDING_CLOSE);
    for (int i = 0; i < 7; i++) l[i] = LEVEL_SECURE;
    assert_int_equal(goal_status_by_levels(l, seen, 10, 0.7), STANDING_MEETS);
    assert_true(goal_statuses_disagree(STANDING_MEETS, STANDING_BELOW) &&
                goal_statuses_disagree(STANDING_BELOW, STANDING_MEETS));
    assert_false(goal_statuses_disagree(STANDING_CLOSE, STANDING_BELOW) ||
                 goal_statuses_disagree(STANDING_MEETS, STANDING_UNKNOWN));
}

static void a_forecast_needs_something_to_go_by(void **s)
{
    (void)s;
    assert_true(weeks_to_go(10, 10, 0, 8) == 0);
    assert_true(weeks_to_go(8, 10, 0, 8) < 0);
    assert_true(weeks_to_go(8, 10, 1, 1.5) < 0);
    assert_true(near(weeks_to_go(4, 10, 2, 8), 24, 1e-12));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kappa_is_one_for_the_same_and_none_for_one_word),
                                       cmocka_unit_test(kappa_of_a_worked_example),
                                       cmocka_unit_test(an_interval_is_students),
                                       cmocka_unit_test(a_test_cannot_tell_within_its_error),
                                       cmocka_unit_test(our_estimate_says_nothing_on_half_the_evidence),
                                       cmocka_unit_test(a_forecast_needs_something_to_go_by)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
