/* Invented students: the same everywhere, and what is said of them is true. Intervals over students. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "engine/bootstrap.h"
#include "engine/simulate.h"
#include "unit.h"

enum { SKILLS = 12, EACH = 20, DAYS = 30 };

static struct sim_world school(const struct sim_population *p, uint64_t seed)
{
    struct sim_world w;
    assert_int_equal(sim_world_make(&w, p, SKILLS, EACH, NULL, seed, NULL), ST_OK);
    return w;
}

typedef void (*look)(void *to, const struct sim_world *w, const struct sim_student *s, uint32_t skill,
                     const struct sim_answer *a);

/* A student who goes round the skills for some weeks. */
static void year(const struct sim_world *w, uint64_t seed, uint32_t u, look f, void *to)
{
    struct sim_memory memory[SKILLS];
    struct sim_student s;
    uint32_t k = 0;
    sim_student_draw(w, seed, u, memory, &s);
    for (int32_t day = 0; day < DAYS; day++)
        for (unsigned n = sim_day(w, &s, day); n > 0; n--, k++) {
            uint32_t skill = k / 4 % SKILLS;
            struct sim_answer a = sim_answer(w, &s, skill, k % EACH);
            f(to, w, &s, skill, &a);
        }
}

static void sum_up(void *to, const struct sim_world *w, const struct sim_student *s, uint32_t skill,
                   const struct sim_answer *a)
{
    (void)w, (void)s;
    uint64_t *h = to;
    /* to the millisecond and millionth, so that a last bit of exp is no other student */
    *h = hash_mix(*h, (uint64_t)(a->took_s * 1e3));
    *h = hash_mix(*h, (uint64_t)(a->truth.chance * 1e6));
    *h = hash_mix(*h, (uint64_t)(a->ended_s * 1e3) + skill);
    *h = hash_mix(*h, (uint64_t)a->right | (uint64_t)a->hints << 1 | (uint64_t)a->truth.state << 8 |
                          (uint64_t)a->truth.idle << 16 | (uint64_t)a->truth.stuck << 17);
}

static void a_seed_means_the_same_students_everywhere(void **s)
{
    (void)s;
    struct sim_world w = school(&sim_population_default, 5);
    uint64_t forth = 0, back = 0, other = 0, each[6] = {0};
    for (uint32_t u = 0; u < 6; u++) year(&w, 5, u, sum_up, &each[u]);
    for (uint32_t u = 0; u < 6; u++) forth = hash_mix(forth, each[u]);
    memset(each, 0, sizeof each);
    for (uint32_t u = 6; u-- > 0;) year(&w, 5, u, sum_up, &each[u]);
    for (uint32_t u = 0; u < 6; u++) back = hash_mix(back, each[u]);
    assert_true(forth == back);
    year(&w, 6, 0, sum_up, &other);
    assert_true(other != each[0] && each[0] != each[1]);
    sim_world_free(&w);
    /* changes with the model of the truth only */
    if (forth != 0xa7888b1f764fbb82)
        fail_msg("another machine or compiler gave other students: 0x%llx", (unsigned long long)forth);
}

struct seen {
    size_t n[SIM_STATES], right[SIM_STATES], tried, tried_right, lapsed, stuck, idle;
    double chance, variance, before_s, quick[SIM_STATES];
    int32_t day;
};

static void check(void *to, const struct sim_world *w, const struct sim_student *s, uint32_t skill,
                  const struct sim_answer *a)
{
    struct seen *x = to;
    const struct sim_memory *m = &s->memory[skill];
    assert_true(isfinite(a->took_s) && a->took_s > 0 && a->truth.chance > 0 && a->truth.chance < 1 &&
                a->hints <= a->hints_there);
    assert_true(a->ended_s > x->before_s || s->today == 1);
    assert_true(isfinite(m->kept) && m->extra >= 0 && m->warm >= 0 && m->warm <= w->p.warm_most);
    assert_true(m->share >= w->p.mastered_at || !sim_mastered(w, s, skill, s->day)); /* same day: nothing has faded */
    assert_false(a->truth.mastered && a->truth.stuck);
    assert_true(!a->truth.mastered || sim_mastered(w, s, skill, s->day)); /* practice never takes mastery away */
    /* time never gives it */
    if (m->extra > 0) assert_true(sim_mastered(w, s, skill, s->day + 300) <= sim_mastered(w, s, skill, s->day));
    x->before_s = a->ended_s;
    x->n[a->truth.state]++;
    x->right[a->truth.state] += a->right;
    if (a->took_s < 3.0) x->quick[a->truth.state]++;
    x->lapsed += a->truth.lapsed;
    x->stuck += a->truth.stuck;
    x->idle += a->truth.idle;
    if (a->truth.idle) assert_true(a->took_s > 300.0);
    if (a->truth.state == SIM_ENGAGED && !a->hints) {
        x->tried++;
        x->tried_right += a->right;
        x->chance += a->truth.chance;
        x->variance += a->truth.chance * (1 - a->truth.chance);
    }
}

static void what_is_said_of_a_student_is_true(void **s)
{
    (void)s;
    struct sim_world w = school(&sim_population_default, 7);
    struct seen x = {0};
    for (uint32_t u = 0; u < 300; u++) {
        x.before_s = 0;
        year(&w, 7, u, check, &x);
    }
    assert_true(fabs((double)x.tried_right - x.chance) < 4 * sqrt(x.variance)); /* the truth foretells the answers */
    for (int k = 0; k < SIM_STATES; k++) assert_true(x.n[k] > 100);
    assert_true(x.lapsed > 50 && x.stuck > 500 && x.idle > 50);
    assert_true((double)x.right[SIM_GUESSING] < .25 * (double)x.n[SIM_GUESSING]);
    assert_true(x.quick[SIM_GUESSING] > .9 * (double)x.n[SIM_GUESSING] &&
                x.quick[SIM_ENGAGED] < .02 * (double)x.n[SIM_ENGAGED]);
    assert_true((double)x.right[SIM_UNDER_CHALLENGED] / (double)x.n[SIM_UNDER_CHALLENGED] >
                (double)x.right[SIM_BEHIND] / (double)x.n[SIM_BEHIND] + .2);
    sim_world_free(&w);
}

static void count_mastered(void *to, const struct sim_world *w, const struct sim_student *s, uint32_t skill,
                           const struct sim_answer *a)
{
    (void)w, (void)s, (void)skill;
    size_t *n = to;
    n[0]++, n[1] += a->truth.mastered;
}

static void without_learning_nobody_learns_and_with_it_they_do(void **s)
{
    (void)s;
    struct sim_population p = sim_population_default;
    size_t none[2] = {0}, some[2] = {0}, all[2] = {0};
    p.ease_mean = -6, p.ease_sd = 0;
    p.gain_mean = 1e-9;
    struct sim_world still = school(&p, 3);
    p.gain_mean = 1.5;
    struct sim_world quick = school(&p, 3);
    p.ease_mean = 9;
    struct sim_world known = school(&p, 3);
    for (uint32_t u = 0; u < 40; u++) {
        year(&still, 3, u, count_mastered, none);
        year(&quick, 3, u, count_mastered, some);
        year(&known, 3, u, count_mastered, all);
    }
    assert_int_equal(none[1], 0);
    assert_true(some[1] > some[0] / 20 && some[1] < some[0]);
    assert_int_equal(all[0], all[1]);
    sim_world_free(&still);
    sim_world_free(&quick);
    sim_world_free(&known);
}

static void prerequisites_help_and_stand_before(void **s)
{
    (void)s;
    struct sim_world w = school(&sim_population_default, 11);
    double gained[2] = {0};
    uint32_t late = SKILLS;
    for (uint32_t k = 0; k < SKILLS; k++)
        for (unsigned q = 0; q < w.skill[k].prerequisite_count; q++) {
            assert_true(w.skill[k].prerequisite[q] < k);
            late = k;
        }
    assert_true(late < SKILLS);
    for (int with = 0; with < 2; with++)
        for (uint32_t u = 0; u < 60; u++) {
            struct sim_memory memory[SKILLS];
            struct sim_student st;
            sim_student_draw(&w, 1, u, memory, &st);
            for (unsigned q = 0; q < w.skill[late].prerequisite_count; q++)
                memory[w.skill[late].prerequisite[q]].kept = with ? 4 : -4;
            double begin = memory[late].kept = 0;
            while (!sim_day(&w, &st, 0)) {}
            for (uint32_t i = 0; i < 10; i++) (void)sim_answer(&w, &st, late, i);
            gained[with] += memory[late].kept + memory[late].extra - begin;
        }
    assert_true(gained[1] > 2 * gained[0] && gained[0] > 0);
    sim_world_free(&w);
}

static void schools_out_of_range_are_refused(void **s)
{
    (void)s;
    struct sim_world w;
    assert_int_equal(sim_world_make(&w, &sim_population_default, 0, 5, NULL, 1, NULL), ST_INVALID);
    assert_int_equal(sim_world_make(&w, &sim_population_default, SIM_SKILLS_MAX + 1, 5, NULL, 1, NULL), ST_INVALID);
    assert_int_equal(sim_world_make(&w, &sim_population_default, 5, 0, NULL, 1, NULL), ST_INVALID);
}

static void intervals_hold_the_truth_as_often_as_they_say(void **s)
{
    (void)s;
    enum { N = 60, TRIALS = 300 };
    struct rng r;
    size_t held = 0, naive = 0;
    rng_seed(&r, 17);
    for (int t = 0; t < TRIALS; t++) {
        double top[N], bottom[N], all[2] = {0};
        for (size_t i = 0; i < N; i++) { /* students differ more than their answers do */
            double p = rng_unit(&r);
            bottom[i] = 20;
            top[i] = 0;
            for (int k = 0; k < 20; k++) top[i] += rng_unit(&r) < p;
            all[0] += top[i], all[1] += bottom[i];
        }
        struct interval95 v;
        assert_int_equal(interval_of_ratio(top, bottom, N, (uint64_t)t, &v, NULL), ST_OK);
        assert_true(v.known && v.low <= v.value && v.value <= v.high);
        held += v.low <= .5 && .5 <= v.high;
        naive += fabs(all[0] / all[1] - .5) <= 1.96 * sqrt(.25 / all[1]);
    }
    assert_true(held > TRIALS * 90 / 100 && held < TRIALS * 99 / 100);
    assert_true(naive < TRIALS * 80 / 100); /* what taking each answer alone would give */
    struct interval95 v;
    const double top[3] = {1, 2, 3}, bottom[3] = {2, 4, 6}, none[3] = {0};
    assert_int_equal(interval_of_ratio(top, bottom, 3, 1, &v, NULL), ST_OK);
    assert_true(v.known && v.value == .5 && v.low == .5 && v.high == .5);
    assert_int_equal(interval_of_ratio(top, none, 3, 1, &v, NULL), ST_OK);
    assert_false(v.known);
    assert_int_equal(interval_of_ratio(top, bottom, 0, 1, &v, NULL), ST_OK);
    assert_false(v.known);
    assert_int_equal(interval_of_difference(top, bottom, top, bottom, 3, 1, &v, NULL), ST_OK);
    assert_true(v.known && v.value == 0 && v.low == 0 && v.high == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_means_the_same_students_everywhere),
        cmocka_unit_test(what_is_said_of_a_student_is_true),
        cmocka_unit_test(without_learning_nobody_learns_and_with_it_they_do),
        cmocka_unit_test(prerequisites_help_and_stand_before),
        cmocka_unit_test(schools_out_of_range_are_refused),
        cmocka_unit_test(intervals_hold_the_truth_as_often_as_they_say),
    };
    return cmocka_run_group_tests_name("simulate", tests, NULL, NULL);
}
