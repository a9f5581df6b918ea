/* Figures by group, and items that are harder for one group than for another of equal standing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "engine/dif.h"
#include "engine/fairness.h"
#include "engine/numeric.h"
#include "unit.h"

static void tails_of_chi2_are_as_tabled(void **s)
{
    (void)s;
    static const struct {
        double x, p;
        int degrees;
    } table[] = {{0, 1, 1},
                 {3.841458820694124, .05, 1},
                 {10.827566170662733, .001, 1},
                 {1, .31731050786291415, 1},
                 {12.5, .00040695201744495946, 1},
                 {100, 1.5239706048321e-23, 1},
                 {5.991464547107979, .05, 2},
                 {0, 1, 2}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_true(fabs(chi2_tail(table[i].x, table[i].degrees) / table[i].p - 1) < 1e-9);
    /* no step where the two ways meet */
    for (double x = 0; x < 60; x += .01) assert_true(chi2_tail(x + .01, 1) < chi2_tail(x, 1));
}

/* Admissions to six departments of a university, 1973 (Bickel, Hammel & O'Connell 1975): R's mantelhaen.test gives a
 * common odds ratio of 0.9046968 and a chi2 of 1.4269 with continuity correction. A department is a pattern of given
 * items; the last item is the first turned round, so that the score is the same for all. */
static void mantel_haenszel_is_as_published(void **s)
{
    (void)s;
    enum { DEPARTMENTS = 6, ITEMS = DEPARTMENTS + 2, PERSONS = 4526 };
    static const int counts[DEPARTMENTS][2][2] = {{{512, 313}, {89, 19}},   {{353, 207}, {17, 8}},
                                                  {{120, 205}, {202, 391}}, {{138, 279}, {131, 244}},
                                                  {{53, 138}, {94, 299}},   {{22, 351}, {24, 317}}};
    static uint8_t score[PERSONS * ITEMS], group[PERSONS];
    struct dif_item out[ITEMS];
    size_t at = 0;
    memset(score, IRT_MISSING, sizeof score);
    for (int d = 0; d < DEPARTMENTS; d++)
        for (int g = 0; g < 2; g++)
            for (int no = 0; no < 2; no++)
                for (int n = 0; n < counts[d][g][no]; n++, at++) {
                    group[at] = (uint8_t)g;
                    score[at * ITEMS] = no == 0;
                    score[at * ITEMS + 1] = no == 1;
                    score[at * ITEMS + 2 + (size_t)d] = 1;
                }
    assert_int_equal(at, PERSONS);
    const struct irt_matrix m = {PERSONS, ITEMS, score};
    assert_int_equal(dif_of(&m, group, out, NULL), ST_OK);
    assert_true(out[0].known && fabs(num_exp(out[0].effect / -2.35) - .9046968) < 1e-6);
    assert_true(fabs(out[0].chi2 - 1.4269) < 1e-4 && fabs(out[0].p - .2323) < 1e-4 && out[0].class == 'A');
    /* its published 95 % interval, 0.7719074 to 1.0603298, is by this standard error */
    assert_true(fabs(num_exp(out[0].effect / -2.35 + 1.959964 * out[0].effect_se / 2.35) - 1.0603298) < 1e-6);
    assert_true(fabs(out[1].effect + out[0].effect) < 1e-9);
    assert_false(out[2].known); /* all right */
}

enum { N = 3000, ITEMS = 20, SHIFTED = 4, CROSSED = 9 };

static double normal(struct rng *r)
{
    double s = -6;
    for (int i = 0; i < 12; i++) s += rng_unit(r);
    return s;
}

static void items_that_differ_are_found_and_ability_alone_is_none(void **s)
{
    (void)s;
    static uint8_t score[N * ITEMS], group[N];
    struct dif_item out[ITEMS];
    struct rng r;
    rng_seed(&r, 12);
    for (size_t j = 0; j < N; j++) {
        group[j] = j % 7 == 6 ? 2 : j % 2;                /* some in neither */
        double theta = normal(&r) - .8 * (group[j] == 1); /* the groups differ in ability, which is no matter */
        for (size_t i = 0; i < ITEMS; i++) {
            double z = theta - ((double)i - 10) / 6;
            if (group[j] == 1 && i == SHIFTED) z -= 1.0;
            if (group[j] == 1 && i == CROSSED) z = -.5 * theta - ((double)i - 10) / 6;
            score[j * ITEMS + i] = rng_below(&r, 15) == 0 ? IRT_MISSING : rng_unit(&r) < num_logistic(z);
            if (i == 1 && score[j * ITEMS + i] == 1 && rng_unit(&r) < .7 - .6 * (group[j] == 1))
                score[j * ITEMS + i] = 2;
        }
    }
    const struct irt_matrix m = {N, ITEMS, score};
    assert_int_equal(dif_of(&m, group, out, NULL), ST_OK);
    size_t others = 0;
    for (size_t i = 0; i < ITEMS; i++) {
        assert_true(out[i].known && isfinite(out[i].effect) && out[i].p >= 0 && out[i].p <= 1);
        if (i != SHIFTED && i != CROSSED && i != 1) others += out[i].class != 'A';
    }
    assert_true(out[SHIFTED].class == 'C' && out[SHIFTED].effect < -1.5 && out[SHIFTED].any_p < 1e-6);
    /* what only the second way sees */
    assert_true(out[CROSSED].logistic_known && out[CROSSED].any_p < 1e-6 && out[CROSSED].logistic_class != 'A');
    assert_true(out[1].graded && out[1].effect < -.1 && out[1].p < .001 && !out[1].logistic_known);
    assert_true(others <= 1);
    memset(group, 0, sizeof group);
    assert_int_equal(dif_of(&m, group, out, NULL), ST_INVALID);
    group[0] = 1; /* one person */
    assert_int_equal(dif_of(&m, group, out, NULL), ST_OK);
    assert_false(out[0].known);
}

enum { USERS = 120, EACH = 12 };
struct log {
    struct responses r;
    uint32_t user_at[USERS + 1], fold[USERS], item[USERS * EACH], item_set[1], set_at[2], set_skill[1], group[USERS];
    uint8_t correct[USERS * EACH];
    double p[USERS * EACH];
};

static struct log *made(void)
{
    struct log *l = calloc(1, sizeof *l);
    assert_non_null(l);
    l->set_at[1] = 1;
    for (uint32_t u = 0; u <= USERS; u++) l->user_at[u] = u * EACH;
    l->r = (struct responses){USERS * EACH, USERS,      1,    1,           1,         l->user_at,  l->fold,
                              l->item,      l->correct, NULL, l->item_set, l->set_at, l->set_skill};
    return l;
}

static void bias_is_seen_where_it_is_and_only_there(void **s)
{
    (void)s;
    struct log *l = made();
    struct fairness_group out[3];
    struct rng r;
    rng_seed(&r, 5);
    for (uint32_t u = 0; u < USERS; u++) {
        l->group[u] = u % 2;
        double able = .4 + .4 * rng_unit(&r);
        for (uint32_t k = 0; k < EACH; k++) {
            l->correct[u * EACH + k] = rng_unit(&r) < able;
            l->p[u * EACH + k] = able + (u % 2 ? .12 : 0); /* too much is expected of the second group */
        }
    }
    assert_int_equal(fairness_of(&l->r, l->p, l->group, 2, &fairness_defaults, out, NULL), ST_OK);
    assert_true(out[0].students == 60 && out[0].rows == 720 && !out[0].hidden);
    assert_true(out[0].bias.low < 0 && out[0].bias.high > 0 && out[1].bias.low > 0 && out[1].bias.low < .12 &&
                out[1].bias.high > .12);
    /* three students in a third group: hidden, and the smallest of the others with it */
    for (int k = 0; k < 3; k++) l->group[k] = 2;
    l->group[3] = 1, l->group[4] = 1;
    assert_int_equal(fairness_of(&l->r, l->p, l->group, 3, &fairness_defaults, out, NULL), ST_OK);
    assert_true(out[2].hidden && out[0].hidden && !out[1].hidden && out[2].metrics.rows == 0 && !out[0].bias.known);
    struct fairness_group before = out[1];
    for (int k = 0; k < 3; k++) l->group[k] = UINT32_MAX; /* likewise three of no group: they follow from the total */
    assert_int_equal(fairness_of(&l->r, l->p, l->group, 2, &fairness_defaults, out, NULL), ST_OK);
    assert_true(out[0].hidden && !out[1].hidden && out[0].students == 57);
    /* one group by itself: its figures are the same */
    for (int u = 0; u < USERS; u++) l->group[u] = l->group[u] == 1 ? 0 : UINT32_MAX;
    assert_int_equal(fairness_of(&l->r, l->p, l->group, 1, &fairness_defaults, out, NULL), ST_OK);
    assert_memory_equal(&out[0], &before, sizeof before);
    free(l);
}

static void decisions_are_held_against_what_came(void **s)
{
    (void)s;
    struct log *l = made();
    struct fairness_group out[1];
    for (uint32_t u = 0; u < USERS; u++)
        for (uint32_t k = 0; k < EACH; k++) {
            l->p[u * EACH + k] = u < 60 ? .9 : .5; /* the first half is called mastered */
            /* from the fourth on: wrong; right; right but for the fifth */
            l->correct[u * EACH + k] = u < 15 || u >= 90 ? k < 3 : u < 60 ? 1 : k != 4;
        }
    for (uint32_t u = 90; u < USERS; u++)
        for (uint32_t k = 3; k < 6; k++) l->correct[u * EACH + k] = 1;
    assert_int_equal(fairness_of(&l->r, l->p, l->group, 1, &fairness_defaults, out, NULL), ST_OK);
    assert_true(out->false_mastery.known && out->false_mastery.value == .25);        /* 15 of 60 */
    assert_true(out->false_non_mastery.known && out->false_non_mastery.value == .5); /* 30 of 60 */
    assert_true(out->false_mastery.low > .1 && out->false_mastery.high < .4);
    free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_of_chi2_are_as_tabled),
        cmocka_unit_test(mantel_haenszel_is_as_published),
        cmocka_unit_test(items_that_differ_are_found_and_ability_alone_is_none),
        cmocka_unit_test(bias_is_seen_where_it_is_and_only_there),
        cmocka_unit_test(decisions_are_held_against_what_came),
    };
    return cmocka_run_group_tests_name("fairness", tests, NULL, NULL);
}
