/* The rules by which a level is found: the worked example of each, what each promises, and that each can be reached. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "rules/outlook.h"

static struct mastery_rule rule_of(const char *doc)
{
    struct policy p = {0};
    struct err e = {0};
    if (policy_read(doc, strlen(doc), &p, &e) != ST_OK) fail_msg("%s: %s", doc, e.detail);
    return p.rules[0];
}

/* A score that was shown alone; what the fold does beside the rules is done here by hand. */
static void shown(const struct mastery_rule *r, struct competency_state *c, double score)
{
    struct scored_fact m = {
        .score = score, .counts = true, .right = score >= 1, .since_last_ms = c->opportunities ? 60000 : -1};
    mastery_note(r, &m, c);
    c->opportunities++;
    c->alone++;
}

static struct competency_state after(const struct mastery_rule *r, const char *scores)
{
    struct competency_state c = {0};
    for (; *scores; scores++) shown(r, &c, (*scores - '0') / 4.0); /* 0 to 4 */
    return c;
}

static bool near(double a, double b) { return a - b < 1e-9 && b - a < 1e-9; }

static void four_of_the_last_five(void **s)
{
    (void)s;
    struct mastery_rule r =
        rule_of("{\"mastery\":{\"rule\":\"recent\",\"times\":4,\"of_last\":5,\"least_evidence\":4}}");
    struct competency_state c = after(&r, "04044");
    assert_true(near(mastery_value(&r, &c), 0.75)); /* 3 of the 4 that are asked for */
    assert_int_equal(mastery_level(&r, &c), LEVEL_NEARLY);
    shown(&r, &c, 1); /* 4 0 4 4 4: the first one is out of sight */
    assert_int_equal(mastery_level(&r, &c), LEVEL_SECURE);
    shown(&r, &c, 0);
    shown(&r, &c, 0);
    assert_int_equal(mastery_level(&r, &c), LEVEL_NEARLY);
}

static void the_highest_that_was_sustained(void **s)
{
    (void)s;
    struct mastery_rule r = rule_of(
        "{\"mastery\":{\"rule\":\"sustained\",\"times\":2,\"secure_at\":0.75,\"nearly_at\":0.5,\"least_evidence\":2}}");
    struct competency_state c = after(&r, "241");
    assert_true(near(mastery_value(&r, &c), 0.5)); /* 4 once, 2 or better twice */
    shown(&r, &c, 0.75);
    assert_true(near(mastery_value(&r, &c), 0.75));
    assert_int_equal(mastery_level(&r, &c), LEVEL_SECURE);
    for (int i = 0; i < 20; i++) shown(&r, &c, 0);
    assert_int_equal(mastery_level(&r, &c), LEVEL_SECURE); /* once sustained, it stays */
}

static void the_newest_weighs_most(void **s)
{
    (void)s;
    struct mastery_rule r =
        rule_of("{\"mastery\":{\"rule\":\"decaying\",\"newest_weight\":0.65,\"least_evidence\":1}}");
    struct competency_state c = after(&r, "2");
    assert_true(near(mastery_value(&r, &c), 0.5));
    shown(&r, &c, 1);
    assert_true(near(mastery_value(&r, &c), 0.5 * 0.35 + 0.65));
    shown(&r, &c, 0.75);
    assert_true(near(mastery_value(&r, &c), (0.5 * 0.35 + 0.65) * 0.35 + 0.75 * 0.65));
    assert_int_equal(mastery_level(&r, &c), LEVEL_NEARLY); /* 0.7763, and 0.85 is asked for */
}

static void the_commonest_of_the_last(void **s)
{
    (void)s;
    struct mastery_rule r = rule_of("{\"mastery\":{\"rule\":\"mode\",\"of_last\":5,\"least_evidence\":1}}");
    struct competency_state c = after(&r, "02343");
    assert_true(near(mastery_value(&r, &c), 0.75));
    shown(&r, &c, 1); /* 2 3 4 3 4: as often, and later */
    assert_true(near(mastery_value(&r, &c), 1));
}

static void a_teacher_judges(void **s)
{
    (void)s;
    struct mastery_rule r = rule_of("{\"mastery\":{\"rule\":\"judgement\",\"least_evidence\":2}}");
    struct competency_state c = after(&r, "44");
    assert_int_equal(mastery_level(&r, &c), LEVEL_STARTED);
    assert_true(mastery_needs(&r, &c) & NEED_JUDGEMENT);
    mastery_note(&r, &(struct scored_fact){.score = 1, .judgement = true}, &c);
    assert_int_equal(mastery_level(&r, &c), LEVEL_SECURE);
    mastery_note(&r, &(struct scored_fact){.score = 2.0 / 3, .judgement = true}, &c);
    assert_int_equal(mastery_level(&r, &c), LEVEL_NEARLY);
}

static void what_a_rule_asks_for_beside_its_value(void **s)
{
    (void)s;
    struct mastery_rule r = rule_of("{\"mastery\":{\"rule\":\"recent\",\"times\":2,\"of_last\":2,\"least_evidence\":3,"
                                    "\"off_screen\":1,\"gap_days\":7,\"checkpoint\":\"yes\"}}");
    struct competency_state c = after(&r, "44");
    assert_int_equal(mastery_needs(&r, &c), NEED_EVIDENCE | NEED_OFF_SCREEN | NEED_GAP | NEED_CHECKPOINT);
    shown(&r, &c, 1);
    assert_int_equal(mastery_needs(&r, &c), NEED_OFF_SCREEN | NEED_GAP | NEED_CHECKPOINT);
    mastery_note(
        &r,
        &(struct scored_fact){
            .score = 1, .counts = true, .right = true, .off_screen = true, .since_last_ms = 7 * 86400000ll - 1},
        &c);
    assert_int_equal(mastery_needs(&r, &c), NEED_GAP | NEED_CHECKPOINT);
    mastery_note(
        &r, &(struct scored_fact){.score = 0, .counts = true, .checkpoint = true, .since_last_ms = 7 * 86400000ll}, &c);
    /* wrong shows neither */
    assert_true((mastery_needs(&r, &c) & (NEED_GAP | NEED_CHECKPOINT)) == (NEED_GAP | NEED_CHECKPOINT));
    mastery_note(&r,
                 &(struct scored_fact){
                     .score = 1, .counts = true, .right = true, .checkpoint = true, .since_last_ms = 7 * 86400000ll},
                 &c);
    mastery_note(&r, &(struct scored_fact){.score = 1, .counts = true, .right = true, .since_last_ms = 0}, &c);
    assert_int_equal(mastery_level(&r, &c), LEVEL_SECURE);
}

/* Whatever came before, right answers in the end lead to "secure", and none of them lowers where the rule says so. */
static void each_rule_can_be_reached_and_keeps_its_promise(void **s)
{
    (void)s;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct rng g;
        char doc[200];
        rng_seed(&g, seed);
        /* the model's own tests are with the fold's */
        enum mastery_kind kind = (enum mastery_kind)(1 + rng_below(&g, 4));
        uint32_t of_last = 1 + rng_below(&g, SCORES_KEPT),
                 times = 1 + rng_below(&g, kind == MASTERY_RECENT ? of_last : BEST_KEPT);
        snprintf(doc, sizeof doc,
                 "{\"mastery\":{\"rule\":\"%s\",\"times\":%u,\"of_last\":%u,\"newest_weight\":%.3f,\"least_evidence\":%"
                 "u,\"secure_at\":%.3f,\"nearly_at\":0.4}}",
                 mastery_kind_code(kind), times, of_last, 0.05 + 0.9 * rng_unit(&g), 1 + rng_below(&g, 20),
                 0.5 + 0.499 * rng_unit(&g));
        struct mastery_rule r = rule_of(doc);
        struct competency_state c = {0};
        uint32_t before = rng_below(&g, 40);
        for (uint32_t i = 0; i < before; i++) shown(&r, &c, rng_below(&g, 5) / 4.0);
        int more = 0;
        for (; more < 200 && mastery_level(&r, &c) != LEVEL_SECURE; more++) {
            double was = mastery_value(&r, &c);
            enum level level = mastery_level(&r, &c);
            shown(&r, &c, 1);
            if (kind != MASTERY_MODE && (mastery_value(&r, &c) < was || mastery_level(&r, &c) < level))
                fail_msg("seed %llu: %s: a right answer lowered", (unsigned long long)seed, doc);
        }
        if (more == 200) fail_msg("seed %llu: %s cannot be reached", (unsigned long long)seed, doc);
    }
}

/* What the outlook says is what then happens. */
static void so_many_right_answers_and_it_is_secure(void **s)
{
    (void)s;
    const struct bkt m = {0.3, 0.15, 0.2, 0.1};
    for (int kind = 0; kind < MASTERY_MODE; kind++) {
        char doc[120];
        snprintf(doc, sizeof doc, "{\"mastery\":{\"rule\":\"%s\"}}", mastery_kind_code((enum mastery_kind)kind));
        struct mastery_rule r = rule_of(doc);
        struct competency_state c = {.p_known = m.prior};
        struct outlook first = mastery_outlook(&r, &m, &c);
        assert_in_range(first.right, 3, 5);
        assert_int_equal(first.needs, 0);
        for (int32_t left = first.right; left > 0; left--) {
            assert_int_equal(mastery_outlook(&r, &m, &c).right, left);
            assert_int_not_equal(mastery_level(&r, &c), LEVEL_SECURE);
            assert_int_equal(bkt_update(&m, &c.p_known, 1, BKT_RIGHT, &c.p_known), ST_OK);
            shown(&r, &c, 1);
        }
        assert_int_equal(mastery_level(&r, &c), LEVEL_SECURE);
        assert_int_equal(mastery_outlook(&r, &m, &c).right, 0);
    }
    struct mastery_rule off = rule_of("{\"mastery\":{\"off_screen\":1,\"gap_days\":7}}");
    struct competency_state c = {.p_known = m.prior};
    assert_int_equal(mastery_outlook(&off, &m, &c).needs, NEED_OFF_SCREEN | NEED_GAP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_of_the_last_five),
        cmocka_unit_test(the_highest_that_was_sustained),
        cmocka_unit_test(the_newest_weighs_most),
        cmocka_unit_test(the_commonest_of_the_last),
        cmocka_unit_test(a_teacher_judges),
        cmocka_unit_test(what_a_rule_asks_for_beside_its_value),
        cmocka_unit_test(each_rule_can_be_reached_and_keeps_its_promise),
        cmocka_unit_test(so_many_right_answers_and_it_is_secure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
