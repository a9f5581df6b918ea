/* The E-step, which goes forward only, against the textbook's forward and backward pass, sequence by sequence. */
#include "bkt_data.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "engine/responses.h"

enum { USERS_MOST = 60, LENGTH_MOST = 400 };

struct log {
    uint8_t correct[USERS_MOST * LENGTH_MOST];
    uint32_t item[USERS_MOST * LENGTH_MOST], user_at[USERS_MOST + 1], fold[USERS_MOST];
    size_t users;
};

/* Scaled at each answer (Rabiner 1989, III and V.A), in long doubles. */
static void textbook(const struct log *l, const struct bkt *m, struct bkt_sums *out)
{
    static long double known[LENGTH_MOST], other[LENGTH_MOST];
    *out = (struct bkt_sums){0};
    for (size_t u = 0; u < l->users; u++) {
        const uint8_t *y = l->correct + l->user_at[u];
        size_t n = l->user_at[u + 1] - l->user_at[u];
        long double v = m->prior, w = 1.0L - m->prior, logs = 0, x1 = 1, x0 = 1;
        for (size_t i = 0; i < n; i++) {
            if (i) v += m->learn * w, w *= 1.0L - m->learn;
            v *= y[i] ? 1.0L - m->slip : m->slip;
            w *= y[i] ? m->guess : 1.0L - m->guess;
            long double all = v + w;
            logs += logl(all);
            known[i] = v /= all, other[i] = w /= all;
        }
        for (size_t i = n; i-- > 0;) {
            long double k = known[i] * x1 / (known[i] * x1 + other[i] * x0), b1 = y[i] ? 1.0L - m->slip : m->slip,
                        b0 = y[i] ? m->guess : 1.0L - m->guess;
            out->known += (double)k;
            if (y[i]) out->known_right += (double)k;
            if (i == 0) out->first += (double)k;
            if (i + 1 == n) out->last += (double)k;
            long double to1 = b1 * x1, to0 = (1.0L - m->learn) * b0 * x0 + m->learn * to1, sum = to1 + to0;
            x1 = to1 / sum, x0 = to0 / sum;
        }
        out->log_likelihood += (double)logs;
    }
}

static void in_one_pass(const struct log *l, const struct bkt *m, struct bkt_sums *out)
{
    static const uint32_t item_set[1] = {0}, set_at[2] = {0, 1}, set_skill[1] = {0};
    struct responses r = {.rows = l->user_at[l->users],
                          .users = l->users,
                          .items = 1,
                          .skills = 1,
                          .sets = 1,
                          .user_at = l->user_at,
                          .user_fold = l->fold,
                          .item = l->item,
                          .correct = l->correct,
                          .item_set = item_set,
                          .set_at = set_at,
                          .set_skill = set_skill};
    struct bkt_data *d;
    assert_int_equal(bkt_data_make(&r, 0, 0, &d, NULL), ST_OK);
    const struct bkt_set *set = &d->sets[0];
    struct bkt_part p = {.block = set->block,
                         .answers = (double)set->answers,
                         .right = set->right,
                         .groups = d->groups,
                         .group_count = d->group_count};
    bkt_expect(&p, m, out);
    bkt_data_free(d);
}

static void invent(struct log *l, struct rng *g, size_t longest, double right)
{
    size_t n = 0;
    l->users = 1 + rng_below(g, USERS_MOST);
    for (size_t u = 0; u < l->users; u++) {
        l->user_at[u] = (uint32_t)n;
        for (size_t left = 1 + rng_below(g, (uint32_t)longest); left > 0; left--) l->correct[n++] = rng_unit(g) < right;
    }
    l->user_at[l->users] = (uint32_t)n;
}

static void assert_near(double x, double want) { assert_true(fabs(x - want) <= 1e-9 * (1.0 + fabs(want))); }

static void one_pass_says_what_two_say(void **state)
{
    (void)state;
    static const double tiny = 1e-6; /* bkt_fit.c: the bounds */
    static struct log l;
    struct rng g;
    rng_seed(&g, 41);
    for (int round = 0; round < 1500; round++) {
        static const size_t lengths[] = {1, 2, 5, 12, 40, LENGTH_MOST};
        static const double shares[] = {0, .1, .5, .9, 1};
        struct bkt_sums one, two;
        struct bkt m = {rng_unit(&g), .9 * rng_unit(&g), .5 * rng_unit(&g), .5 * rng_unit(&g)};
        double *const parameters[] = {&m.prior, &m.learn, &m.guess, &m.slip};
        for (size_t i = 0; i < 4; i++) /* on its bound: an answer then moves the odds a millionfold */
            if (*parameters[i] < tiny || rng_below(&g, 5) == 0) *parameters[i] = tiny;
        if (rng_below(&g, 20) == 0) m.prior = 1.0 - tiny;
        invent(&l, &g, lengths[rng_below(&g, 6)], shares[rng_below(&g, 5)]);
        in_one_pass(&l, &m, &one);
        textbook(&l, &m, &two);
        assert_near(one.log_likelihood, two.log_likelihood);
        assert_near(one.first, two.first);
        assert_near(one.last, two.last);
        assert_near(one.known, two.known);
        assert_near(one.known_right, two.known_right);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_pass_says_what_two_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
