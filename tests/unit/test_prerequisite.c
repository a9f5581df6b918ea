/* Edges between skills: what they may do to an estimate, and whether answers bear them out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "engine/bkt_prerequisites.h"
#include "engine/prerequisite.h"
#include "unit.h"

enum { N = 5 };
static const double prior[N] = {.4, .3, .3, .3, .3};

static void a_start_is_capped_softly_and_only_by_evidence(void **s)
{
    (void)s;
    const struct prerequisite_edge edge[] = {{0, 2, .8}, {1, 2, .5}};
    const struct prerequisite_graph g = {N, 2, edge, NULL};
    double known[N] = {.01, .3, .3, .3, .3}, before = 0;
    uint8_t seen[N] = {0};
    assert_true(prerequisite_start(&g, 2, prior, known, seen, NULL) == .3); /* nothing is known of what comes before */
    seen[0] = 1;
    double capped = prerequisite_start(&g, 2, prior, known, seen, NULL);
    assert_true(capped < .12 && capped >= .2 * .3);
    assert_true(fabs(capped - .3 * (.01 + .2 * .99) / (.4 + .2 * .6)) < 1e-12); /* total probability */
    for (double a = 0; a <= 1; a += .01) { /* rises with it, and never over the prior */
        known[0] = a;
        double at = prerequisite_start(&g, 2, prior, known, seen, NULL);
        assert_true(at >= before && at <= .3 && at >= .2 * .3 - 1e-15);
        before = at;
    }
    assert_true(before == .3);
    seen[1] = 1, known[1] = 0; /* of two, the one that says least */
    assert_true(fabs(prerequisite_start(&g, 2, prior, known, seen, NULL) - .3 * .5 / (.3 + .5 * .7)) < 1e-12);
    assert_true(prerequisite_start(&g, 0, prior, known, seen, NULL) == .4);
    const struct prerequisite_edge none[] = {{0, 2, 0}};
    const struct prerequisite_graph h = {N, 1, none, NULL};
    known[0] = 0;
    assert_true(prerequisite_start(&h, 2, prior, known, seen, NULL) == .3);
}

static void circles_are_found_and_nonsense_is_refused(void **s)
{
    (void)s;
    struct prerequisite_edge edge[] = {{0, 1, 1}, {1, 2, 1}, {2, 3, 1}, {3, 1, 1}};
    struct prerequisite_graph g = {N, 3, edge, NULL};
    uint32_t scratch[N];
    assert_int_equal(prerequisite_circle(&g, scratch), UINT32_MAX);
    g.edges = 4;
    uint32_t on = prerequisite_circle(&g, scratch);
    assert_true(on >= 1 && on <= 3);
    edge[3] = (struct prerequisite_edge){3, 0, 1}; /* all of them */
    assert_true(prerequisite_circle(&g, scratch) < 4);
    /* 2, 3, 4, with 1 before them */
    edge[0] = (struct prerequisite_edge){3, 4, 1}, edge[3] = (struct prerequisite_edge){4, 2, 1};
    on = prerequisite_circle(&g, scratch);
    assert_true(on >= 2 && on <= 4);
    edge[0].strength = (double)NAN;
    assert_int_equal(prerequisite_check(&g, NULL), ST_INVALID);
    edge[0] = (struct prerequisite_edge){0, N, .5};
    assert_int_equal(prerequisite_check(&g, NULL), ST_INVALID);
    edge[0] = (struct prerequisite_edge){2, 2, .5};
    assert_int_equal(prerequisite_check(&g, NULL), ST_INVALID);
}

static void what_is_before_may_be_named_and_looked_up_quickly(void **s)
{
    (void)s;
    struct rng r;
    rng_seed(&r, 5);
    for (int t = 0; t < 500; t++) {
        struct prerequisite_edge edge[8];
        uint32_t into_at[N + 1] = {0}, by, same_by;
        double known[N];
        uint8_t seen[N];
        size_t n = 0;
        for (uint32_t after = 0; after < N; after++) { /* in order of the later skill */
            for (uint32_t k = 0; n < 8 && k < rng_below(&r, 3); k++, n++)
                edge[n] = (struct prerequisite_edge){(after + 1 + rng_below(&r, N - 1)) % N, after, rng_unit(&r)};
            into_at[after + 1] = (uint32_t)n;
        }
        for (int k = 0; k < N; k++) known[k] = rng_unit(&r), seen[k] = rng_below(&r, 2) == 0;
        const struct prerequisite_graph plain = {N, n, edge, NULL}, quick = {N, n, edge, into_at};
        for (uint32_t k = 0; k < N; k++) {
            double start = prerequisite_start(&plain, k, prior, known, seen, &by);
            assert_true(start == prerequisite_start(&quick, k, prior, known, seen, &same_by) && by == same_by);
            assert_true(by == UINT32_MAX ? start == prior[k] : start < prior[k] && seen[by]);
        }
    }
}

/* Students on three sets: 0 and 1, then 2; some never meet the earlier ones. */
enum { SETS = 3, STUDENTS = 40, EACH = 15, ROWS = STUDENTS * EACH };
static const struct bkt_fitted fitted[SETS] = {
    {.p = {.4, .2, .2, .1}}, {.p = {.6, .1, .25, .1}}, {.p = {.5, .15, .2, .08}}};
static uint32_t user_at[STUDENTS + 1], user_fold[STUDENTS], item[ROWS];
static uint8_t correct[ROWS];
static const uint32_t item_set[SETS] = {0, 1, 2}, set_at[SETS + 1] = {0, 1, 2, 3}, set_skill[SETS] = {0, 1, 2};
static const struct responses log_of_three = {ROWS, STUDENTS, SETS, SETS,     SETS,   user_at,  user_fold,
                                              item, correct,  NULL, item_set, set_at, set_skill};

static void draw_log(void)
{
    struct rng r;
    rng_seed(&r, 6);
    for (uint32_t u = 0; u < STUDENTS; u++) {
        user_at[u + 1] = user_at[u] + EACH, user_fold[u] = u;
        for (uint32_t i = 0; i < EACH; i++)
            item[u * EACH + i] = u % 4 == 0 || i >= 10 ? 2 : rng_below(&r, 2),
                            correct[u * EACH + i] = rng_unit(&r) < .6;
    }
}

static void a_set_begins_by_what_is_before_it_and_then_goes_by_its_own_answers(void **s)
{
    (void)s;
    static double plain[ROWS], none[ROWS], with[ROWS], again[ROWS];
    const struct prerequisite_edge edge[] = {{0, 2, .9}, {1, 2, .5}};
    const struct prerequisite_graph empty = {SETS, 0, NULL, NULL}, g = {SETS, 2, edge, NULL};
    size_t lower = 0;
    draw_log();
    assert_int_equal(bkt_predict_rows(&log_of_three, fitted, 0, 0, plain, NULL), ST_OK);
    assert_int_equal(bkt_prerequisites_predict_rows(&log_of_three, fitted, &empty, 0, 0, none, NULL), ST_OK);
    assert_memory_equal(plain, none, sizeof plain); /* bit for bit */
    assert_int_equal(bkt_prerequisites_predict_rows(&log_of_three, fitted, &g, 0, 0, with, NULL), ST_OK);
    for (size_t u = 0; u < STUDENTS; u++) {
        double known[SETS], prior_of[SETS];
        uint8_t tried[SETS] = {0};
        for (int k = 0; k < SETS; k++) known[k] = prior_of[k] = fitted[k].p.prior;
        for (size_t i = user_at[u]; i < user_at[u + 1]; i++) { /* by hand */
            uint32_t k = item[i];
            if (!tried[k]) known[k] = prerequisite_start(&g, k, prior_of, known, tried, NULL);
            lower += !tried[k] && known[k] < prior_of[k];
            assert_true(with[i] == bkt_predict(&fitted[k].p, &known[k], 1));
            assert_true(with[i] <= plain[i] && (k == 2 || with[i] == plain[i]));
            assert_int_equal(bkt_update(&fitted[k].p, &known[k], 1, correct[i] ? BKT_RIGHT : BKT_WRONG, &known[k]),
                             ST_OK);
            tried[k] = 1;
        }
        if (u % 4 == 0) assert_memory_equal(with + user_at[u], plain + user_at[u], EACH * sizeof *with);
    }
    assert_true(lower >= 5);
    for (size_t i = 0; i < ROWS; i++) with[i] = 0.0; /* one fold only */
    assert_int_equal(bkt_prerequisites_predict_rows(&log_of_three, fitted, &g, 4, 3, with, NULL), ST_OK);
    for (size_t i = 0; i < ROWS; i++) assert_true((with[i] > 0.0) == (i / EACH % 4 == 3));
    for (size_t at = 0; at < EACH; at++) { /* an answer is not known to its own prediction, nor to one before it */
        draw_log();
        assert_int_equal(bkt_prerequisites_predict_rows(&log_of_three, fitted, &g, 0, 0, with, NULL), ST_OK);
        for (size_t u = 0; u < STUDENTS; u++) correct[user_at[u] + at] ^= 1;
        assert_int_equal(bkt_prerequisites_predict_rows(&log_of_three, fitted, &g, 0, 0, again, NULL), ST_OK);
        for (size_t u = 0; u < STUDENTS; u++)
            assert_memory_equal(with + user_at[u], again + user_at[u], (at + 1) * sizeof *with);
    }
    const struct prerequisite_edge itself[] = {{2, 2, .5}};
    const struct prerequisite_graph bad = {SETS, 1, itself, NULL};
    assert_int_equal(bkt_prerequisites_predict_rows(&log_of_three, fitted, &bad, 0, 0, with, NULL), ST_INVALID);
}

static void verdicts_follow_the_counts(void **s)
{
    (void)s;
    static const struct {
        struct prerequisite_counts n;
        enum prerequisite_verdict v;
    } cases[] = {
        {{200, 100, 10, 150}, PREREQUISITE_HOLDS},
        {{200, 10, 100, 150}, PREREQUISITE_BACKWARD},
        {{200, 60, 60, 150}, PREREQUISITE_BOTH_WAYS},
        {{100, 100, 100, 100}, PREREQUISITE_NOT_SEEN},
        {{50, 100, 100, 20}, PREREQUISITE_NOT_SEEN},
        {{12, 2, 0, 5}, PREREQUISITE_FEW},
        {{0, 0, 0, 0}, PREREQUISITE_FEW},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct prerequisite_finding f, again;
        memset(&f, 0, sizeof f), memset(&again, 0, sizeof again);
        prerequisite_weigh(&cases[i].n, &cases[i].n, NULL, 1, &f);
        prerequisite_weigh(&cases[i].n, &cases[i].n, NULL, 1, &again);
        assert_int_equal(f.verdict, cases[i].v);
        assert_memory_equal(&f, &again, sizeof f);
        assert_true(f.with.low <= f.with.value && f.with.value <= f.with.high && f.without.low >= 0 &&
                    f.without.high <= 1);
        assert_true(f.strength >= 0 && f.strength <= 1);
    }
    assert_true(fabs(prerequisite_strength(&cases[0].n) - (1 - 11.0 / 162 / (201.0 / 302))) < 1e-12);
    /* no better with it, or too few */
    for (size_t i = 3; i < 7; i++) assert_true(prerequisite_strength(&cases[i].n) == 0);
    struct prerequisite_finding f;
    const struct interval95 none = {true, .01, -.02, .04};
    prerequisite_weigh(&cases[0].n, &cases[0].n, &none, 1, &f); /* no more than the general level foretells */
    assert_int_equal(f.verdict, PREREQUISITE_NOT_SEEN);
    assert_true(fabs(f.with.low - .61) < .02 && fabs(f.with.high - .72) < .02); /* Beta(201, 101) */
}

static void classes_are_recovered_from_answers(void **s)
{
    (void)s;
    enum { PERSONS = 2000, ITEMS = 15 };
    static uint8_t score[PERSONS * ITEMS];
    uint32_t q[ITEMS];
    struct rng r;
    struct skill_classes c;
    rng_seed(&r, 9);
    for (uint32_t i = 0; i < ITEMS; i++) q[i] = i < 12 ? 1u << i % 3 : i == 12 ? 3 : i == 13 ? 6 : 5;
    for (size_t j = 0; j < PERSONS; j++) { /* skill 0, then 1, then 2 */
        uint32_t has = rng_unit(&r) < .7 ? 1 : 0;
        if (has && rng_unit(&r) < .6) has |= 2;
        if (has & 2 && rng_unit(&r) < .5) has |= 4;
        for (size_t i = 0; i < ITEMS; i++)
            score[j * ITEMS + i] =
                rng_below(&r, 20) == 0 ? IRT_MISSING : rng_unit(&r) < ((has & q[i]) == q[i] ? .9 : .2);
    }
    const struct irt_matrix m = {PERSONS, ITEMS, score};
    assert_int_equal(skill_classes_fit(&m, q, 3, &c, NULL), ST_OK);
    assert_true(c.converged);
    static const double truth[8] = {.3, .28, 0, .21, 0, 0, 0, .21};
    double sum = 0;
    for (size_t k = 0; k < 8; k++) sum += c.share[k], assert_true(fabs(c.share[k] - truth[k]) < .04);
    assert_true(fabs(sum - 1) < 1e-9);
    for (uint32_t a = 0; a < 3; a++)
        for (uint32_t b = 0; b < 3; b++) {
            struct prerequisite_counts n = skill_classes_counts(&c, a, b);
            struct prerequisite_finding f;
            if (a == b) continue;
            prerequisite_weigh(&n, &n, NULL, 1, &f);
            assert_int_equal(f.verdict, a < b ? PREREQUISITE_HOLDS : PREREQUISITE_BACKWARD);
        }
    assert_int_equal(skill_classes_fit(&m, q, 4, &c, NULL), ST_INVALID); /* no item needs the fourth */
    assert_int_equal(skill_classes_fit(&m, q, 2, &c, NULL), ST_INVALID);
    assert_int_equal(skill_classes_fit(&m, q, 9, &c, NULL), ST_INVALID);
    const struct irt_matrix nobody = {0, ITEMS, score};
    assert_int_equal(skill_classes_fit(&nobody, q, 3, &c, NULL), ST_INVALID);
    memset(score, 1, sizeof score); /* all right */
    assert_int_equal(skill_classes_fit(&m, q, 3, &c, NULL), ST_OK);
    assert_true(isfinite(c.log_likelihood));
    for (size_t k = 0; k < 8; k++) assert_true(isfinite(c.share[k]) && c.share[k] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_is_capped_softly_and_only_by_evidence),
        cmocka_unit_test(circles_are_found_and_nonsense_is_refused),
        cmocka_unit_test(what_is_before_may_be_named_and_looked_up_quickly),
        cmocka_unit_test(a_set_begins_by_what_is_before_it_and_then_goes_by_its_own_answers),
        cmocka_unit_test(verdicts_follow_the_counts),
        cmocka_unit_test(classes_are_recovered_from_answers),
    };
    return cmocka_run_group_tests_name("prerequisite", tests, NULL, NULL);
}
