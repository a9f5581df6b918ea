/* The rule that secure means that it lasts, step by step. */
#include <string.h>

#include "rules/lasting.h"
#include "rules/mastery.h"
#include "unit.h"

enum { MONDAY = 20787 }; /* 30 November 2026 */

static const struct mastery_rule rule = {
    .kind = MASTERY_LASTING, .secure_at = .8, .nearly_at = .6, .gap_days = 5, .seen_right_at = .6};

/* What an answer did, by a careful estimate that is given. */
static enum level answer(struct competency_state *c, int32_t day, bool right, double share)
{
    c->belief.today = c->belief.day == day ? c->belief.today + 1 : 1;
    c->belief.day = day;
    c->opportunities++;
    c->right += right;
    lasting_note(&rule,
                 &(struct lasting_fact){
                     .right = right, .asked = true, .day = day, .nth = c->belief.today, .today = share, .lasts = share},
                 c);
    return c->level = mastery_level(&rule, c);
}

static void test_school_days(void **state)
{
    (void)state;
    assert_int_equal(school_days_between(MONDAY, MONDAY), 0);
    assert_int_equal(school_days_between(MONDAY, MONDAY + 1), 1);
    assert_int_equal(school_days_between(MONDAY, MONDAY + 4), 4);
    assert_int_equal(school_days_between(MONDAY, MONDAY + 6), 4); /* a weekend */
    assert_int_equal(school_days_between(MONDAY, MONDAY + 7), 5);
    assert_int_equal(school_days_between(MONDAY + 5, MONDAY + 7), 1);
    assert_int_equal(school_days_between(MONDAY, MONDAY - 3), 0);
    for (int32_t from = -800; from < 800; from++) assert_int_equal(school_days_between(from, from + 70), 50);
}

static void test_it_is_shown_over_days(void **state)
{
    struct competency_state c = {0};
    (void)state;
    assert_int_equal(answer(&c, MONDAY, true, .5), LEVEL_STARTED);
    assert_int_equal(lasting_next_day(&rule, &c), LASTING_NO_DAY);
    assert_int_equal(answer(&c, MONDAY, true, .7), LEVEL_NEARLY);
    assert_int_equal(lasting_next_day(&rule, &c), MONDAY + 1);
    /* a third answer of the same day is practice, however sure it makes */
    assert_int_equal(answer(&c, MONDAY, true, .95), LEVEL_NEARLY);
    assert_int_equal(answer(&c, MONDAY, false, .3), LEVEL_NEARLY); /* and takes nothing away */
    assert_int_equal(c.shown, 0);
    assert_int_equal(answer(&c, MONDAY + 1, false, .7), LEVEL_NEARLY);
    assert_int_equal(answer(&c, MONDAY + 2, true, .9), LEVEL_NEARLY);
    assert_int_equal(c.shown, 1);
    assert_int_equal(mastery_needs(&rule, &c), NEED_DAYS);
    assert_int_equal(lasting_next_day(&rule, &c), MONDAY + 7);
    /* too soon: five school days lie between the first success and the second showing */
    assert_int_equal(answer(&c, MONDAY + 4, true, .9), LEVEL_NEARLY);
    assert_int_equal(c.shown, 1);
    assert_int_equal(answer(&c, MONDAY + 7, true, .75), LEVEL_NEARLY); /* shown, and not sure enough */
    assert_int_equal(c.shown, 2);
    assert_int_equal(mastery_needs(&rule, &c), NEED_VALUE);
    assert_int_equal(answer(&c, MONDAY + 8, true, .85), LEVEL_SECURE);
    assert_int_equal(mastery_needs(&rule, &c), 0);
}

static struct competency_state secure(void)
{
    struct competency_state c = {0};
    answer(&c, MONDAY, true, .9);
    answer(&c, MONDAY + 1, true, .9);
    assert_int_equal(answer(&c, MONDAY + 7, true, .9), LEVEL_SECURE);
    return c;
}

static void test_a_review_is_a_probe(void **state)
{
    struct competency_state c = secure();
    (void)state;
    /* one wrong answer is a doubt, and a right one ends it, whatever the estimate says */
    assert_int_equal(answer(&c, MONDAY + 21, false, .5), LEVEL_SECURE);
    assert_true(c.doubted);
    assert_int_equal(answer(&c, MONDAY + 21, true, .6), LEVEL_SECURE);
    assert_false(c.doubted);
    /* the second one decides; two new days lead back */
    answer(&c, MONDAY + 28, false, .6);
    assert_int_equal(answer(&c, MONDAY + 28, false, .6), LEVEL_NEARLY);
    assert_int_equal(answer(&c, MONDAY + 29, true, .9), LEVEL_NEARLY);
    assert_int_equal(answer(&c, MONDAY + 35, true, .9), LEVEL_SECURE);
}

static void test_help_in_a_review_is_no_answer(void **state)
{
    struct competency_state c = secure();
    struct lasting_fact helped = {.helped = true, .asked = true, .today = .8, .lasts = .8, .nth = 1};
    (void)state;
    for (helped.day = MONDAY + 21; helped.day < MONDAY + 30; helped.day++) {
        lasting_note(&rule, &helped, &c);
        assert_true(c.lasting && c.doubted);
    }
}

static void test_a_checkpoint_after_the_days_is_enough(void **state)
{
    struct competency_state c = {0};
    struct lasting_fact check = {.right = true, .asked = true, .checkpoint = true, .nth = 1, .today = .9, .lasts = .9};
    (void)state;
    answer(&c, MONDAY, true, .9);
    check.day = MONDAY + 3;
    lasting_note(&rule, &check, &c);
    assert_int_equal(mastery_level(&rule, &c), LEVEL_NEARLY); /* too soon: a showing like any other */
    struct competency_state d = {0};
    answer(&d, MONDAY, true, .9);
    check.day = MONDAY + 7;
    lasting_note(&rule, &check, &d);
    assert_int_equal(mastery_level(&rule, &d), LEVEL_SECURE);
}

static void test_what_is_seen_needs_no_estimate(void **state)
{
    struct competency_state c = {0};
    struct lasting_fact seen = {.right = true, .day = MONDAY, .nth = 1};
    (void)state;
    c.opportunities = c.right = 1;
    lasting_note(&rule, &seen, &c);
    assert_int_equal(mastery_level(&rule, &c), LEVEL_NEARLY);
    seen.nth = 2;
    lasting_note(&rule, &seen, &c); /* the same day again */
    assert_int_equal(mastery_level(&rule, &c), LEVEL_NEARLY);
    seen.day++, seen.nth = 1;
    lasting_note(&rule, &seen, &c);
    assert_int_equal(mastery_level(&rule, &c), LEVEL_SECURE);
}

static void test_a_right_answer_takes_nothing_away(void **state)
{
    struct competency_state c = {0};
    (void)state;
    answer(&c, MONDAY, true, .7);
    /* half a year later the estimate is low; it was right all the same */
    assert_int_equal(answer(&c, MONDAY + 180, true, .4), LEVEL_NEARLY);
    assert_int_equal(answer(&c, MONDAY + 181, false, .35), LEVEL_STARTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_school_days),
                                       cmocka_unit_test(test_it_is_shown_over_days),
                                       cmocka_unit_test(test_a_review_is_a_probe),
                                       cmocka_unit_test(test_help_in_a_review_is_no_answer),
                                       cmocka_unit_test(test_a_checkpoint_after_the_days_is_enough),
                                       cmocka_unit_test(test_what_is_seen_needs_no_estimate),
                                       cmocka_unit_test(test_a_right_answer_takes_nothing_away)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
