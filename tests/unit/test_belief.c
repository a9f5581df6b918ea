/* The belief about a student against the plain matrix form of the same, at its ends, and on invented students. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "engine/belief_fit.h"
#include "engine/numeric.h"
#include "unit.h"

enum { SKILLS = 4, DIM = SKILLS + 1, ITEMS = 24, USERS = 900, EACH = 40 };

static double normal(struct rng *r)
{
    double s = -6;
    for (int i = 0; i < 12; i++) s += rng_unit(r);
    return s;
}

/* The student and all skills as one normal, with its whole covariance. */
struct plain {
    double mean[DIM], cov[DIM][DIM];
};

static void plain_answer(struct plain *m, const struct belief_params *p, size_t skill, double offset,
                         const struct belief_question *q, bool right)
{
    double with[DIM], mean = m->mean[0] + m->mean[skill + 1], var = 0;
    for (size_t i = 0; i < DIM; i++) with[i] = m->cov[i][0] + m->cov[i][skill + 1];
    var = with[0] + with[skill + 1];
    double narrow = 1 / sqrt(1 + acos(-1) / 8 * (var + q->var)), known = 1 / (1 + exp(-narrow * (mean + offset))),
           room = 1 - q->guess - p->slip, chance = q->guess + room * known, slope = room * narrow * known * (1 - known),
           bend = slope * narrow * (1 - 2 * known);
    if (!right) chance = 1 - chance, slope = -slope, bend = -bend;
    double by = slope / chance, narrower = bend / chance - by * by;
    for (size_t i = 0; i < DIM; i++) {
        m->mean[i] += with[i] * by;
        for (size_t k = 0; k < DIM; k++) m->cov[i][k] += with[i] * with[k] * narrower;
    }
    m->mean[skill + 1] += p->gain * 2 * (1 - 1 / (1 + exp(-m->mean[0] - m->mean[skill + 1])));
    m->cov[skill + 1][skill + 1] += p->gain_var;
}

static void test_two_numbers_say_what_the_matrix_says(void **state)
{
    struct belief_params p = belief_defaults;
    struct belief_student who = belief_student_new(&p);
    struct belief_skill s[SKILLS];
    struct plain m = {0};
    struct rng r;
    (void)state;
    p.warm_step = p.warm_most = 0;
    memset(p.newness, 0, sizeof p.newness);
    rng_seed(&r, 7);
    m.cov[0][0] = who.var;
    for (size_t k = 0; k < SKILLS; k++) {
        s[k] = belief_skill_new(&p, .3 * (double)k, .2);
        m.mean[k + 1] = s[k].ease, m.cov[k + 1][k + 1] = s[k].var;
    }
    for (int i = 0; i < 300; i++) {
        size_t k = rng_below(&r, SKILLS);
        bool right = rng_below(&r, 3) > 0;
        struct belief_question q = {rng_below(&r, 2) ? .25 : 0, .5 * normal(&r), .1};
        belief_learn(&p, &who, &s[k], 1, &q, 5, right ? BKT_RIGHT : BKT_WRONG);
        plain_answer(&m, &p, k, -q.hardness, &q, right);
        for (size_t j = 0; j < SKILLS; j++) {
            struct belief b = belief_on(&p, &who, &s[j], 5);
            double var = m.cov[0][0] + 2 * m.cov[0][j + 1] + m.cov[j + 1][j + 1];
            assert_true(fabs(b.mean - m.mean[0] - m.mean[j + 1]) < 1e-9 && fabs(b.var - var) < 1e-9);
        }
    }
}

static void test_an_answer_says_what_it_should(void **state)
{
    const struct belief_params *p = &belief_defaults;
    struct belief_student who = belief_student_new(p), before = who;
    struct belief_skill s[2] = {belief_skill_new(p, p->ease, 0), belief_skill_new(p, p->ease, 0)};
    struct belief_question open = {0, 0, .1}, choice = {.25, 0, .1};
    (void)state;
    /* a choice may be guessed: its right answer says less, and its wrong one no less */
    struct belief_skill by_open = s[0], by_choice = s[0];
    struct belief_student a = who, b = who;
    belief_learn(p, &a, &by_open, 1, &open, 1, BKT_RIGHT);
    belief_learn(p, &b, &by_choice, 1, &choice, 1, BKT_RIGHT);
    assert_true(a.mean > b.mean && b.mean > who.mean);
    /* another skill is believed in too, and less */
    belief_learn(p, &who, &s[0], 1, &open, 1, BKT_RIGHT);
    double own = belief_on(p, &who, &s[0], 1).mean - p->ease, other = belief_on(p, &who, &s[1], 1).mean - p->ease;
    assert_true(own > other && other > 0 && who.var < before.var);
    belief_learn(p, &who, &s[0], 1, &open, 1, BKT_WRONG);
    assert_true(belief_on(p, &who, &s[0], 1).mean < own + p->ease);
    /* with help: it teaches, and tells nothing of the student */
    before = who;
    struct belief was = belief_on(p, &who, &s[0], 1);
    belief_learn(p, &who, &s[0], 1, &open, 1, BKT_PRACTICE);
    assert_true(who.mean == before.mean && who.var == before.var);
    double more = belief_on(p, &who, &s[0], 1).mean - was.mean;
    assert_true(fabs(more - p->gain * 2 * (1 - belief_share(was, 0))) < 1e-12 && more > 0);
    /* with days some of it is lost, and the doubt grows; a clock that was set back changes nothing */
    struct belief soon = belief_on(p, &who, &s[0], 2), late = belief_on(p, &who, &s[0], 60),
                  back = belief_on(p, &who, &s[0], -100);
    was = belief_on(p, &who, &s[0], 1);
    assert_true(was.mean > soon.mean && soon.mean > late.mean && was.var < soon.var && soon.var < late.var);
    assert_true(back.mean == was.mean && back.var == was.var);
    /* today it is easier than tomorrow */
    assert_true(belief_right(p, &who, s, 1, &open, 1) > belief_right(p, &who, s, 1, &open, 2));
}

/* Whatever comes, it stays a belief. */
static void test_it_stays_a_belief(void **state)
{
    const struct belief_params *p = &belief_defaults;
    (void)state;
    for (int kind = 0; kind < 6; kind++) {
        struct belief_student who = belief_student_new(p);
        struct belief_skill s[BKT_SKILLS_MAX];
        struct rng r;
        rng_seed(&r, (uint64_t)kind);
        for (size_t k = 0; k < BKT_SKILLS_MAX; k++) s[k] = belief_skill_new(p, p->ease, 1);
        for (int i = 0; i < 20000; i++) {
            size_t n = 1 + rng_below(&r, BKT_SKILLS_MAX);
            struct belief_question q = {kind % 2 ? .5 : 0, 3 * normal(&r), kind == 4 ? 0 : 1};
            bool right = kind < 2 || (kind < 4 ? false : rng_below(&r, 2) == 0);
            belief_learn(p, &who, s, n, &q, i / 10, right ? BKT_RIGHT : BKT_WRONG);
            double chance = belief_right(p, &who, s, n, &q, i / 10);
            assert_true(chance > 0 && chance < 1 && who.var > 0 && fabs(who.mean) < 1e3);
            for (size_t k = 0; k < n; k++) {
                struct belief b = belief_on(p, &who, &s[k], i / 10 + 3);
                assert_true(s[k].var > 0 && b.var > 0 && fabs(b.mean) < 1e3);
                assert_true(belief_share(b, -1.645) < belief_share(b, 0) &&
                            belief_share(b, 0) < belief_share(b, 1.645));
            }
        }
    }
}

/* Students whose truth is of this kind: what is fitted finds it, and intervals hold it as often as they say. */
struct log {
    struct responses r;
    uint32_t user_at[USERS + 1], fold[USERS], item[USERS * EACH], item_set[ITEMS], set_at[SKILLS + 1],
        set_skill[SKILLS];
    uint8_t correct[USERS * EACH];
    double time_s[USERS * EACH], ease[SKILLS], hardness[ITEMS], truth[USERS][SKILLS];
};

static struct log *invent(uint64_t seed)
{
    struct log *g = calloc(1, sizeof *g);
    struct rng r;
    assert_non_null(g);
    rng_seed(&r, seed);
    for (uint32_t k = 0; k < SKILLS; k++) {
        g->ease[k] = (double)k - 1;
        g->set_skill[k] = k, g->set_at[k + 1] = k + 1;
    }
    for (uint32_t i = 0; i < ITEMS; i++) g->item_set[i] = i % SKILLS, g->hardness[i] = .7 * normal(&r);
    for (uint32_t u = 0; u < USERS; u++) {
        double who = normal(&r);
        for (size_t k = 0; k < SKILLS; k++) g->truth[u][k] = who + g->ease[k] + .7 * normal(&r);
        g->fold[u] = u;
        g->user_at[u + 1] = (u + 1) * EACH;
        for (uint32_t row = u * EACH; row < (u + 1) * EACH; row++) {
            uint32_t item = rng_below(&r, ITEMS);
            g->item[row] = item;
            g->time_s[row] = (double)(row % EACH) * 43200.0;
            g->correct[row] = rng_unit(&r) < 1 / (1 + exp(g->hardness[item] - g->truth[u][item % SKILLS]));
        }
    }
    g->r = (struct responses){.rows = USERS * EACH,
                              .users = USERS,
                              .items = ITEMS,
                              .skills = SKILLS,
                              .sets = SKILLS,
                              .user_at = g->user_at,
                              .user_fold = g->fold,
                              .item = g->item,
                              .correct = g->correct,
                              .time_s = g->time_s,
                              .item_set = g->item_set,
                              .set_at = g->set_at,
                              .set_skill = g->set_skill};
    return g;
}

static void test_the_fit_finds_what_is_there(void **state)
{
    struct log *g = invent(3);
    struct belief_model m;
    struct belief_report rep;
    struct err e;
    (void)state;
    assert_int_equal(belief_model_init(&m, &belief_defaults, SKILLS, ITEMS, &e), ST_OK);
    assert_int_equal(belief_fit(&g->r, &(struct belief_fit_options){.rounds = 4}, NULL, &m, &rep, &e), ST_OK);
    assert_int_equal(rep.rows, USERS * EACH);
    double middle = 0, shift = 0;
    for (size_t k = 0; k < SKILLS; k++) shift += (m.ease[k] - g->ease[k]) / SKILLS;
    for (size_t i = 0; i < ITEMS; i++) middle += (m.hardness[i] - g->hardness[i]) / ITEMS;
    /* ease and hardness are told apart only up to a number that all share */
    assert_true(fabs(shift - middle) < .25);
    for (size_t k = 0; k < SKILLS; k++) assert_true(fabs(m.ease[k] - g->ease[k] - shift) < .25);
    for (size_t i = 0; i < ITEMS; i++) assert_true(fabs(m.hardness[i] - g->hardness[i] - middle) < .35);
    assert_true(fabs(m.params.student_sd - 1) < .35 && fabs(m.params.own_sd - .7) < .35);
    size_t held = 0, all = 0;
    for (uint32_t u = 0; u < USERS; u++) {
        struct belief_student who = belief_student_new(&m.params);
        struct belief_skill s[SKILLS];
        for (size_t k = 0; k < SKILLS; k++) s[k] = belief_skill_new(&m.params, m.ease[k], m.ease_var[k]);
        for (uint32_t row = g->user_at[u]; row < g->user_at[u + 1]; row++) {
            uint32_t i = g->item[row];
            belief_learn(&m.params, &who, &s[i % SKILLS], 1,
                         &(struct belief_question){0, m.hardness[i], m.hardness_var[i]}, (int32_t)(row % EACH / 2),
                         g->correct[row] ? BKT_RIGHT : BKT_WRONG);
        }
        for (size_t k = 0; k < SKILLS; k++, all++) {
            struct belief b = belief_on(&m.params, &who, &s[k], EACH / 2);
            held += fabs(b.mean - middle - g->truth[u][k]) < 1.645 * sqrt(b.var);
        }
    }
    assert_in_range(held * 1000 / all, 860, 940);
    belief_model_free(&m);
    free(g);
}

/* Backwards, and each twice over: nothing may hang on who was first. */
static void unordered(void *pool, size_t n, void (*task)(void *arg, size_t i), void *arg)
{
    (void)pool;
    for (size_t i = n; i-- > 0;) task(arg, i);
}

static void test_the_order_of_tasks_changes_nothing(void **state)
{
    struct log *g = invent(5);
    struct belief_model a, b;
    struct belief_fit_options o = {.rounds = 1, .folds = 3, .hold_out = 1};
    struct parallel other = {unordered, NULL};
    struct err e;
    double *p = calloc(USERS * EACH, sizeof *p);
    (void)state;
    assert_non_null(p);
    assert_int_equal(belief_model_init(&a, &belief_defaults, SKILLS, ITEMS, &e), ST_OK);
    assert_int_equal(belief_model_init(&b, &belief_defaults, SKILLS, ITEMS, &e), ST_OK);
    assert_int_equal(belief_fit(&g->r, &o, NULL, &a, NULL, &e), ST_OK);
    assert_int_equal(belief_fit(&g->r, &o, &other, &b, NULL, &e), ST_OK);
    assert_memory_equal(&a.params, &b.params, sizeof a.params);
    assert_memory_equal(a.ease, b.ease, SKILLS * sizeof *a.ease);
    assert_memory_equal(a.hardness, b.hardness, ITEMS * sizeof *a.hardness);
    /* those held out are predicted, no others; and what they say was not fitted */
    assert_int_equal(belief_predict_rows(&g->r, &a, NULL, 3, 1, NULL, p, &e), ST_OK);
    for (size_t row = 0; row < USERS * EACH; row++) assert_true((p[row] > 0) == (g->fold[row / EACH] % 3 == 1));
    for (size_t row = 0; row < USERS * EACH; row++)
        if (g->fold[row / EACH] % 3 == 1) g->correct[row] = !g->correct[row];
    belief_model_free(&b);
    assert_int_equal(belief_model_init(&b, &belief_defaults, SKILLS, ITEMS, &e), ST_OK);
    assert_int_equal(belief_fit(&g->r, &o, NULL, &b, NULL, &e), ST_OK);
    assert_memory_equal(a.hardness, b.hardness, ITEMS * sizeof *a.hardness);
    belief_model_free(&a);
    belief_model_free(&b);
    free(p);
    free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_numbers_say_what_the_matrix_says),
        cmocka_unit_test(test_an_answer_says_what_it_should), cmocka_unit_test(test_it_stays_a_belief),
        cmocka_unit_test(test_the_fit_finds_what_is_there), cmocka_unit_test(test_the_order_of_tasks_changes_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
