/* Each detector on sequences made by hand: it must fire on one and must not on its neighbour. */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "engine/detect.h"
#include "unit.h"

#define BIT(d) (1u << (d))

/* A plain answer: 15 s on an item that takes 15, no hint opened of 3. */
static struct detect_answer plain(bool right)
{
    return (struct detect_answer){.p_known = .6,
                                  .p_after = .6,
                                  .p_right = .7,
                                  .right = right,
                                  .took_s = 15,
                                  .mean_s = 18,
                                  .usual_s = 15,
                                  .hints = 0,
                                  .hints_there = 3};
}

struct one {
    struct detect_student s;
    struct detect_skill k;
};
static struct detect_result step(struct one *x, struct detect_answer a)
{
    return detect_step(&detect_defaults, &x->s, &x->k, &a);
}
static bool fires(struct one *x, struct detect_answer a, enum detector d) { return step(x, a).flags & BIT(d); }

static void ten_without_three_in_a_row_is_wheel_spinning(void **s)
{
    (void)s;
    struct one x = {0}, y = {0};
    for (int i = 1; i <= 12; i++) {
        bool fired = fires(&x, plain(i % 3 != 0), DETECT_WHEEL_SPINNING); /* two right, one wrong */
        assert_true(fired == (i >= 10));
    }
    assert_true(fires(&x, plain(true), DETECT_WHEEL_SPINNING) && fires(&x, plain(true), DETECT_WHEEL_SPINNING) &&
                !fires(&x, plain(true), DETECT_WHEEL_SPINNING));
    /* three in a row at the tenth */
    for (int i = 1; i <= 12; i++) assert_false(fires(&y, plain(i >= 8), DETECT_WHEEL_SPINNING));
}

static void the_forecast_asks_for_a_low_and_flat_estimate(void **s)
{
    (void)s;
    for (int kind = 0; kind < 4; kind++) {
        struct one x = {0};
        unsigned fired = 0;
        for (int i = 1; i <= 8; i++) {
            struct detect_answer a = plain(kind == 3 ? i <= 3 : i % 2);
            /* flat and low; higher; low but rising; three in a row reached */
            a.p_after = kind == 1 ? .5 : kind == 2 ? .05 * i : .2;
            fired += fires(&x, a, DETECT_WHEEL_FORECAST);
        }
        assert_int_equal(fired, kind == 0);
    }
}

static void a_guess_is_quicker_than_reading_and_no_better_than_chance(void **s)
{
    (void)s;
    struct one x = {0};
    struct detect_answer a = plain(false);
    a.took_s = 1.9;
    assert_true(fires(&x, a, DETECT_RAPID_GUESS));
    a.took_s = 2.1; /* a tenth of 18 s is under the floor of 2 s */
    assert_false(fires(&x, a, DETECT_RAPID_GUESS));
    a.mean_s = 300, a.usual_s = 250, a.took_s = 9.9; /* a tenth would be 30 s: never over 10 */
    assert_true(fires(&x, a, DETECT_RAPID_GUESS));
    a.took_s = 10.1;
    assert_false(fires(&x, a, DETECT_RAPID_GUESS));
    a.mean_s = 4, a.usual_s = 3, a.took_s = 1.5; /* facts that take 3 s */
    assert_false(fires(&x, a, DETECT_RAPID_GUESS));
    struct one fluent = {0};
    unsigned fired = 0;
    for (int i = 0; i < 30; i++) {
        struct detect_answer q = plain(true);
        q.took_s = 1.5;
        fired += fires(&fluent, q, DETECT_RAPID_GUESS);
    }
    assert_true(fired <= 4); /* quick and right: no guesses */
    a.usual_s = a.mean_s = 0;
    assert_true(step(&x, a).unknown & BIT(DETECT_RAPID_GUESS));
}

static void hints_clicked_through_are_abuse_and_hints_read_are_not(void **s)
{
    (void)s;
    struct one x = {0};
    struct detect_answer a = plain(false);
    a.hints = 3, a.took_s = 8;
    assert_true(fires(&x, a, DETECT_HINT_ABUSE));
    a.took_s = 40;
    assert_false(fires(&x, a, DETECT_HINT_ABUSE));
    a.hints = 2, a.took_s = 5; /* not to the last */
    assert_false(fires(&x, a, DETECT_HINT_ABUSE));
    a.hints_there = -1; /* how many there are is not told: three and more */
    assert_false(fires(&x, a, DETECT_HINT_ABUSE));
    a.hints = 3;
    assert_true(fires(&x, a, DETECT_HINT_ABUSE));
    struct one y = {0};
    struct detect_answer known = plain(false);
    known.hints = 1, known.took_s = 40, known.p_known = .8;
    assert_false(fires(&y, known, DETECT_HINT_ABUSE));
    assert_false(fires(&y, known, DETECT_HINT_ABUSE));
    assert_true(fires(&y, known, DETECT_HINT_ABUSE)); /* three times help before a try, on what is known */
    known.p_known = .5;
    assert_false(fires(&y, known, DETECT_HINT_ABUSE));
    a.hints = -1;
    assert_true(step(&x, a).unknown & BIT(DETECT_HINT_ABUSE));
}

static void a_pause_in_a_sitting_is_idle_and_a_night_is_not(void **s)
{
    (void)s;
    struct one x = {0};
    struct detect_answer a = plain(true);
    a.has_time = true, a.time_s = 1000;
    assert_false(fires(&x, a, DETECT_IDLE));
    a.time_s += 500, a.took_s = 400;
    assert_true(fires(&x, a, DETECT_IDLE));
    a.usual_s = 200; /* an item that takes long */
    a.time_s += 500;
    assert_false(fires(&x, a, DETECT_IDLE));
    a.took_s = 20, a.time_s += 900; /* 14 minutes between two answers */
    assert_true(fires(&x, a, DETECT_IDLE));
    a.time_s += 50000;
    assert_false(fires(&x, a, DETECT_IDLE));
    a.has_time = false, a.took_s = -1;
    assert_true(step(&x, a).unknown & BIT(DETECT_IDLE));
}

static void a_lapse_needs_days_and_a_known_skill(void **s)
{
    (void)s;
    static const struct {
        double p, days;
        bool right, fires;
    } cases[] = {{.9, 3, false, true}, {.9, 3, true, false}, {.9, 1, false, false}, {.8, 3, false, false}};
    for (size_t i = 0; i < 4; i++) {
        struct one x = {0};
        struct detect_answer a = plain(true);
        a.has_time = true, a.time_s = 1000, a.p_after = cases[i].p;
        assert_false(fires(&x, a, DETECT_LAPSE));
        a.time_s += cases[i].days * 86400, a.right = cases[i].right, a.p_after = .3;
        assert_true(fires(&x, a, DETECT_LAPSE) == cases[i].fires);
        a.time_s += 60;
        assert_false(fires(&x, a, DETECT_LAPSE)); /* the next one is no longer the first */
    }
}

/* Twenty plain answers, then twelve of a kind; how many of these fire. */
static void spell(double p_right, double time_share, bool wild, int wrong_every, int hints, unsigned fired[DETECTORS])
{
    struct one x = {0};
    memset(fired, 0, DETECTORS * sizeof *fired);
    for (int i = 0; i < 32; i++) {
        struct detect_answer a = plain(i % 5 != 0);
        a.p_right = p_right, a.p_known = a.p_after = p_right - .1;
        a.took_s = i % 2 ? 13 : 17;
        if (i >= 20) {
            a.right = i % wrong_every != 0;
            a.took_s = 15 * time_share * (wild ? (i % 2 ? 4.5 : .22) : i % 2 ? 1.1 : .9);
            a.hints = hints;
            if (hints) a.took_s += 20, a.right = false;
        }
        if (i < 20 && p_right < .5) a.right = i % 2;
        unsigned flags = step(&x, a).flags;
        for (unsigned d = 0; d < DETECTORS && i >= 20; d++) fired[d] += flags >> d & 1;
    }
}

static void two_kinds_of_boredom_are_told_apart(void **s)
{
    (void)s;
    unsigned f[DETECTORS];
    spell(.9, .5, false, 4, 0, f); /* able, quick, careless */
    assert_true(f[DETECT_UNDER_CHALLENGED] >= 6 && f[DETECT_BEHIND] == 0);
    spell(.9, 1, false, 4, 0, f); /* careless, but at the usual pace */
    assert_true(f[DETECT_UNDER_CHALLENGED] == 0 && f[DETECT_BEHIND] == 0);
    spell(.9, .8, false, 100, 0, f); /* brisk, and right */
    assert_true(f[DETECT_UNDER_CHALLENGED] == 0 && f[DETECT_BEHIND] == 0);
    spell(.4, .8, true, 1, 0, f); /* far behind, times all over the place, all wrong */
    assert_true(f[DETECT_BEHIND] >= 6 && f[DETECT_UNDER_CHALLENGED] == 0);
    spell(.4, 1, false, 1, 0, f); /* hard going, but at work: all wrong at the usual pace */
    assert_true(f[DETECT_BEHIND] == 0 && f[DETECT_UNDER_CHALLENGED] == 0);
    spell(.4, 1, false, 2, 0, f); /* as right as predicted */
    assert_true(f[DETECT_BEHIND] == 0 && f[DETECT_UNDER_CHALLENGED] == 0);
    spell(.4, 1, true, 1, 2, f); /* reads hints */
    assert_true(f[DETECT_BEHIND] == 0 && f[DETECT_UNDER_CHALLENGED] == 0);
    spell(.9, .8, true, 2, 0, f); /* wild times of an able student */
    assert_true(f[DETECT_BEHIND] == 0);
    spell(.4, .5, false, 4, 0, f); /* quick, where little was predicted */
    assert_true(f[DETECT_UNDER_CHALLENGED] == 0);
}

static void a_new_sitting_begins_at_nothing(void **s)
{
    (void)s;
    struct one x = {0};
    struct detect_answer a = plain(true);
    a.has_time = true, a.p_right = .9;
    for (int i = 0; i < 20; i++) a.time_s += 30, (void)step(&x, a);
    a.took_s = 6;
    for (int i = 0; i < 12; i++) a.time_s += 30, a.right = i % 4 != 0, (void)step(&x, a);
    assert_true(x.s.bored >= detect_defaults.line);
    a.time_s += 2 * detect_defaults.sitting_s, a.took_s = 15, a.right = true;
    assert_false(fires(&x, a, DETECT_UNDER_CHALLENGED));
    assert_true(x.s.sitting == 1);
}

static void what_is_not_known_is_not_guessed_and_any_numbers_are_borne(void **s)
{
    (void)s;
    struct one x = {0};
    struct detect_answer bare = {
        .p_known = .5, .p_after = .5, .p_right = .5, .took_s = -1, .hints = -1, .hints_there = -1};
    for (int i = 0; i < 50; i++) {
        struct detect_result said = step(&x, bare);
        assert_int_equal(said.unknown, BIT(DETECT_RAPID_GUESS) | BIT(DETECT_HINT_ABUSE) | BIT(DETECT_IDLE) |
                                           BIT(DETECT_LAPSE) | BIT(DETECT_UNDER_CHALLENGED) | BIT(DETECT_BEHIND));
        assert_int_equal(said.flags & said.unknown, 0);
    }
    struct rng r;
    rng_seed(&r, 23);
    double now = 0;
    for (int i = 0; i < 20000; i++) {
        struct detect_answer a = {.p_known = rng_unit(&r),
                                  .p_after = rng_unit(&r),
                                  .p_right = rng_below(&r, 5) ? rng_unit(&r) : rng_below(&r, 2),
                                  .right = rng_below(&r, 2),
                                  .has_time = rng_below(&r, 2),
                                  .took_s = rng_below(&r, 4) ? rng_unit(&r) * 1e9 : 0,
                                  .mean_s = rng_unit(&r) * 1e6,
                                  .usual_s = rng_unit(&r),
                                  .hints = (int)rng_below(&r, 6) - 1,
                                  .hints_there = (int)rng_below(&r, 5) - 1};
        now += rng_unit(&r) * 1e5;
        a.time_s = now;
        (void)step(&x, a);
        assert_true(isfinite(x.s.own) && isfinite(x.s.bored) && isfinite(x.s.behind) && x.s.bored >= 0 &&
                    x.s.behind >= 0);
        assert_true(x.s.bored == 0 || x.s.behind == 0); /* never both */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_without_three_in_a_row_is_wheel_spinning),
        cmocka_unit_test(the_forecast_asks_for_a_low_and_flat_estimate),
        cmocka_unit_test(a_guess_is_quicker_than_reading_and_no_better_than_chance),
        cmocka_unit_test(hints_clicked_through_are_abuse_and_hints_read_are_not),
        cmocka_unit_test(a_pause_in_a_sitting_is_idle_and_a_night_is_not),
        cmocka_unit_test(a_lapse_needs_days_and_a_known_skill),
        cmocka_unit_test(two_kinds_of_boredom_are_told_apart),
        cmocka_unit_test(a_new_sitting_begins_at_nothing),
        cmocka_unit_test(what_is_not_known_is_not_guessed_and_any_numbers_are_borne),
    };
    return cmocka_run_group_tests_name("detect", tests, NULL, NULL);
}
