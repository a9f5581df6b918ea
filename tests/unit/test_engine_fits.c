/* Fits give back what made the answers, with standard errors that hold; the quick ways give what the plain ways
 * give. */
#include "engine/engine.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

/* A log of invented students, each with as many answers on each of some skills; one item to a skill and class. */
struct log {
    struct responses r;
    uint32_t *user_at, *fold, *item, *item_set, *set_at, *set_skill;
    uint8_t *correct, *item_class;
    double *time_s;
};

static struct log *log_make(size_t users, size_t skills, size_t each, size_t classes)
{
    struct log *l = calloc(1, sizeof *l);
    size_t rows = users * skills * each, items = skills * classes;
    assert_non_null(l);
    l->user_at = calloc(users + 1, sizeof *l->user_at), l->fold = calloc(users, sizeof *l->fold),
    l->item = calloc(rows, sizeof *l->item);
    l->item_set = calloc(items, sizeof *l->item_set), l->set_at = calloc(skills + 1, sizeof *l->set_at),
    l->set_skill = calloc(skills, sizeof *l->set_skill);
    l->correct = calloc(rows, 1), l->item_class = calloc(items, 1), l->time_s = calloc(rows, sizeof *l->time_s);
    for (size_t u = 0; u <= users; u++) l->user_at[u] = (uint32_t)(u * skills * each);
    for (size_t u = 0; u < users; u++) l->fold[u] = (uint32_t)u;
    for (size_t s = 0; s < skills; s++) l->set_at[s] = l->set_skill[s] = (uint32_t)s;
    l->set_at[skills] = (uint32_t)skills;
    for (size_t i = 0; i < items; i++)
        l->item_set[i] = (uint32_t)(i / classes), l->item_class[i] = (uint8_t)(i % classes);
    l->r = (struct responses){rows,    users,      items,     skills,      skills,    l->user_at,  l->fold,
                              l->item, l->correct, l->time_s, l->item_set, l->set_at, l->set_skill};
    return l;
}

static void log_free(struct log *l)
{
    free(l->user_at), free(l->fold), free(l->item), free(l->item_set), free(l->set_at), free(l->set_skill),
        free(l->correct), free(l->item_class), free(l->time_s), free(l);
}

static double between(struct rng *r, double lo, double hi) { return lo + (hi - lo) * rng_unit(r); }
static bool lot(struct rng *r, double p) { return rng_unit(r) < p; }

static double normal(struct rng *r)
{
    double s = -6;
    for (int i = 0; i < 12; i++) s += rng_unit(r);
    return s;
}

/* 95 % of the truths lie within two standard errors, give or take 2 %: of 1,000 parameters. */
static void knowledge_tracing_is_recovered_within_its_errors(void **state)
{
    (void)state;
    enum { SKILLS = 250, USERS = 600, EACH = 12 };
    struct log *l = log_make(USERS, SKILLS, EACH, 1);
    struct bkt truth[SKILLS];
    struct bkt_fitted *out = calloc(SKILLS, sizeof *out);
    struct bkt_options o = bkt_defaults;
    struct bkt_totals tot;
    struct bkt_data *d;
    struct rng r;
    size_t held = 0, said = 0;
    rng_seed(&r, 4711);
    for (size_t s = 0; s < SKILLS; s++)
        truth[s] = (struct bkt){between(&r, .2, .6), between(&r, .1, .3), between(&r, .1, .3), between(&r, .05, .2)};
    for (size_t u = 0; u < USERS; u++)
        for (size_t s = 0; s < SKILLS; s++) {
            bool known = lot(&r, truth[s].prior);
            for (size_t k = 0; k < EACH; k++) {
                size_t at = (u * SKILLS + s) * EACH + k;
                l->item[at] = (uint32_t)s;
                l->correct[at] = lot(&r, known ? 1 - truth[s].slip : truth[s].guess);
                known = known || lot(&r, truth[s].learn);
            }
        }
    o.prior_weight = 0;
    assert_int_equal(bkt_data_make(&l->r, 0, 0, &d, NULL), ST_OK);
    assert_int_equal(bkt_fit(d, &o, NULL, out, &tot, NULL), ST_OK);
    for (size_t s = 0; s < SKILLS; s++) {
        const double p[4] = {out[s].p.prior, out[s].p.learn, out[s].p.guess, out[s].p.slip},
                     se[4] = {out[s].se.prior, out[s].se.learn, out[s].se.guess, out[s].se.slip};
        const double t[4] = {truth[s].prior, truth[s].learn, truth[s].guess, truth[s].slip};
        for (int i = 0; i < 4; i++) {
            said += se[i] > 0;
            held += se[i] > 0 && fabs(p[i] - t[i]) <= 2 * se[i];
        }
    }
    assert_true(said > 980);
    assert_true((double)held > .93 * (double)said && (double)held < .97 * (double)said);
    bkt_data_free(d);
    free(out);
    log_free(l);
}

static void items_are_recovered_within_their_errors(void **state)
{
    (void)state;
    enum { PERSONS = 2000, ITEMS = 30, TIMES = 12 };
    uint8_t *score = malloc(PERSONS * ITEMS);
    size_t held = 0, all = 0;
    struct rng r;
    rng_seed(&r, 815);
    for (int time = 0; time < TIMES; time++) {
        struct irt_item truth[ITEMS], out[ITEMS];
        struct irt_report rep;
        for (size_t i = 0; i < ITEMS; i++)
            truth[i] = (struct irt_item){.a = between(&r, .6, 1.8), .d = {0, between(&r, -1.5, 1.5)}, .scores = 2};
        for (size_t j = 0; j < PERSONS; j++) {
            double theta = normal(&r);
            for (size_t i = 0; i < ITEMS; i++)
                score[j * ITEMS + i] = lot(&r, num_logistic(truth[i].a * theta + truth[i].d[1]));
        }
        assert_int_equal(irt_fit(&(struct irt_matrix){PERSONS, ITEMS, score}, &irt_defaults, NULL, out, &rep, NULL),
                         ST_OK);
        assert_true(rep.converged);
        for (size_t i = 0; i < ITEMS; i++) {
            held += fabs(out[i].a - truth[i].a) <= 2 * out[i].a_se;
            held += fabs(out[i].d[1] - truth[i].d[1]) <= 2 * out[i].d_se[1];
            all += 2;
        }
    }
    assert_true((double)held > .93 * (double)all && (double)held < .97 * (double)all);
    free(score);
}

static double likelihood_over_the_grid(const struct irt_matrix *m, const struct irt_item *items, unsigned points)
{
    double all = 0.0, weights = 0.0;
    for (unsigned q = 0; q < points; q++) weights += exp(-pow(12.0 * q / (points - 1) - 6.0, 2) / 2.0);
    for (size_t j = 0; j < m->persons; j++) {
        long double sum = 0;
        for (unsigned q = 0; q < points; q++) {
            double theta = 12.0 * q / (points - 1) - 6.0, p[IRT_SCORES_MAX];
            long double chance = expl(-(long double)(theta * theta) / 2.0L) / (long double)weights;
            for (size_t i = 0; i < m->items; i++) {
                uint8_t score = m->score[j * m->items + i];
                if (score == IRT_MISSING || items[i].scores < 2) continue;
                irt_chances(&items[i], theta, p);
                chance *= (long double)p[score];
            }
            sum += chance;
        }
        all += (double)logl(sum);
    }
    return all;
}

/* The fit adds up a person's chances only where they were more than nothing before; nothing may be lost by that, of
 * whomever. */
static void a_likelihood_is_that_of_the_whole_grid(void **state)
{
    (void)state;
    enum { PERSONS = 400, ITEMS = 60 };
    uint8_t *score = malloc(PERSONS * ITEMS);
    struct rng r;
    rng_seed(&r, 77);
    for (int time = 0; time < 6; time++) {
        struct irt_item truth[ITEMS], out[ITEMS];
        struct irt_report rep;
        struct irt_matrix m = {PERSONS, ITEMS, score};
        for (size_t i = 0; i < ITEMS; i++) {
            truth[i] = (struct irt_item){.a = between(&r, .3, time % 2 ? 4.0 : 1.5),
                                         .scores = time < 3 ? 2 : 2 + (unsigned)i % 4};
            for (unsigned k = 1; k < truth[i].scores; k++) truth[i].d[k] = between(&r, -3, 3);
        }
        for (size_t j = 0; j < PERSONS; j++) {
            double theta = normal(&r), p[IRT_SCORES_MAX];
            for (size_t i = 0; i < ITEMS; i++) {
                double left = rng_unit(&r);
                unsigned k = 0;
                irt_chances(&truth[i], theta, p);
                while (k + 1 < truth[i].scores && (left -= p[k]) > 0.0) k++;
                if (j < 2) k = j ? truth[i].scores - 1 : 0;                    /* all right, all wrong */
                if (j == 2) k = truth[i].d[1] < 0.0 ? truth[i].scores - 1 : 0; /* right where it is hard only */
                score[j * ITEMS + i] = j > 2 && rng_below(&r, 10) == 0 ? IRT_MISSING : (uint8_t)k;
            }
        }
        assert_int_equal(irt_fit(&m, &irt_defaults, NULL, out, &rep, NULL), ST_OK);
        double plain = likelihood_over_the_grid(&m, out, irt_defaults.points);
        assert_true(fabs(rep.log_likelihood - plain) <= 1e-11 * fabs(plain));
    }
    free(score);
}

/* With one class and no forgetting the general model is the plain one, and ends as high. */
static void general_tracing_is_the_plain_one_where_it_can_be(void **state)
{
    (void)state;
    enum { SKILLS = 6, USERS = 300, EACH = 9 };
    struct log *l = log_make(USERS, SKILLS, EACH, 1);
    struct bkt_fitted plain[SKILLS];
    struct bkt_general general[SKILLS];
    struct bkt_options o = bkt_defaults;
    struct bkt_general_options go = bkt_general_defaults;
    struct bkt_totals tot, tot2;
    struct bkt_data *d;
    struct rng r;
    rng_seed(&r, 5);
    for (size_t i = 0; i < l->r.rows; i++) {
        l->item[i] = (uint32_t)(i / EACH % SKILLS);
        l->correct[i] = lot(&r, .3 + .06 * (double)(i % EACH));
    }
    o.prior_weight = go.prior_weight = 0;
    o.tolerance = go.tolerance = 1e-10;
    assert_int_equal(bkt_data_make(&l->r, 0, 0, &d, NULL), ST_OK);
    assert_int_equal(bkt_fit(d, &o, NULL, plain, &tot, NULL), ST_OK);
    assert_int_equal(bkt_general_fit(&l->r, NULL, &go, NULL, general, &tot2, NULL), ST_OK);
    assert_true(fabs(tot.log_likelihood - tot2.log_likelihood) < .05);
    double *p = calloc(l->r.rows, sizeof *p), *q = calloc(l->r.rows, sizeof *q);
    for (size_t s = 0; s < SKILLS; s++) {
        general[s].prior = plain[s].p.prior, general[s].learn = plain[s].p.learn,
        general[s].guess[0] = plain[s].p.guess, general[s].slip[0] = plain[s].p.slip;
        assert_true(general[s].forget == 0.0);
    }
    assert_int_equal(bkt_predict_rows(&l->r, plain, 0, 0, p, NULL), ST_OK);
    assert_int_equal(bkt_general_predict_rows(&l->r, NULL, &go, general, 0, 0, q, NULL), ST_OK);
    for (size_t i = 0; i < l->r.rows; i++) assert_true(fabs(p[i] - q[i]) < 1e-12);
    bkt_data_free(d);
    free(p), free(q);
    log_free(l);
}

static int by_answers(const void *a, const void *b) { return memcmp(a, b, 128); }

/* Sequences of every length, many of them alike: as many are kept as differ, and together they are worth what their
 * rows are, one by one. */
static void equal_sequences_are_one_and_none_is_lost(void **state)
{
    (void)state;
    enum { SKILLS = 3, USERS = 400, LONGEST = 90 };
    struct log *l = log_make(USERS, SKILLS, LONGEST, 1);
    char(*said)[128] = calloc(USERS * SKILLS, sizeof *said);
    struct bkt_fitted m[SKILLS];
    struct bkt_options o = bkt_defaults;
    struct bkt_totals tot;
    struct bkt_data *d;
    struct rng r;
    uint32_t rows = 0;
    size_t differ = 0;
    rng_seed(&r, 41);
    for (size_t u = 0; u < USERS; u++) {
        l->user_at[u] = rows;
        for (uint32_t s = 0; s < SKILLS; s++) {
            char *mine = said[u * SKILLS + s];
            uint32_t n = 1 + (u % 2 ? rng_below(&r, 10) : rng_below(&r, LONGEST)), change = rng_below(&r, 3);
            mine[0] = (char)(s + 1); /* a skill, then 1 or 2 an answer */
            for (uint32_t i = 0; i < n; i++, rows++) {
                l->item[rows] = s;
                l->correct[rows] = change == 0 ? 1 : change == 1 ? i > n / 2 : lot(&r, .6);
                mine[1 + i] = (char)(1 + l->correct[rows]);
            }
        }
    }
    l->user_at[USERS] = rows;
    l->r.rows = rows;
    qsort(said, USERS * SKILLS, sizeof *said, by_answers);
    for (size_t i = 0; i < USERS * SKILLS; i++) differ += i == 0 || by_answers(said[i - 1], said[i]) != 0;
    o.tolerance = 1e-10;
    assert_int_equal(bkt_data_make(&l->r, 0, 0, &d, NULL), ST_OK);
    assert_int_equal(bkt_fit(d, &o, NULL, m, &tot, NULL), ST_OK);
    assert_int_equal(tot.sequences, differ);
    assert_int_equal(tot.answers, rows);
    double *p = calloc(rows, sizeof *p), sum = 0;
    assert_int_equal(bkt_predict_rows(&l->r, m, 0, 0, p, NULL), ST_OK);
    for (size_t i = 0; i < rows; i++) sum += num_log(l->correct[i] ? p[i] : 1 - p[i]);
    assert_true(tot.converged && fabs(sum - tot.log_likelihood) < 1e-5);
    bkt_data_free(d);
    free(p), free(said);
    log_free(l);
}

static bool goes_on_so_often(void *ctx, double share)
{
    (void)share;
    size_t *left = ctx;
    return *left && (*left)--;
}

/* Forgetting over nights and two classes of items, found again. */
static void forgetting_and_classes_are_found(void **state)
{
    (void)state;
    enum { USERS = 4000, EACH = 16 };
    const struct bkt_general truth = {.prior = .4, .learn = .25, .forget = .3, .guess = {.1, .35}, .slip = {.15, .05}};
    struct log *l = log_make(USERS, 1, EACH, 2);
    struct bkt_general out;
    struct bkt_general_options o = bkt_general_defaults;
    struct bkt_totals tot;
    struct rng r;
    rng_seed(&r, 17);
    for (size_t u = 0; u < USERS; u++) {
        bool known = lot(&r, truth.prior);
        for (size_t k = 0; k < EACH; k++) {
            size_t at = u * EACH + k;
            l->item[at] = rng_below(&r, 2);
            l->time_s[at] = (k ? l->time_s[at - 1] : 0) + (k % 4 == 0 ? 90000 : 60);
            if (k && k % 4 == 0) known = known && !lot(&r, truth.forget);
            l->correct[at] = lot(&r, known ? 1 - truth.slip[l->item[at]] : truth.guess[l->item[at]]);
            known = known || lot(&r, truth.learn);
        }
    }
    o.prior_weight = 0;
    o.classes = 2;
    o.forget_after_s = 43200;
    assert_int_equal(bkt_general_fit(&l->r, l->item_class, &o, NULL, &out, &tot, NULL), ST_OK);
    assert_true(tot.converged);
    assert_true(fabs(out.prior - truth.prior) < .05 && fabs(out.learn - truth.learn) < .05 &&
                fabs(out.forget - truth.forget) < .05);
    for (int c = 0; c < 2; c++)
        assert_true(fabs(out.guess[c] - truth.guess[c]) < .05 && fabs(out.slip[c] - truth.slip[c]) < .05);
    /* Beside the model without forgetting it is better by far. */
    double with = tot.log_likelihood;
    o.forget_after_s = -1;
    assert_int_equal(bkt_general_fit(&l->r, l->item_class, &o, NULL, &out, &tot, NULL), ST_OK);
    assert_true(with > tot.log_likelihood + 100 && out.forget == 0.0);
    /* Told to stop before it begins: where it would begin, with what that is worth. Stopped a while later, it goes
     * on from there and ends at the top. */
    struct bkt_general half, top;
    size_t left = 0;
    struct fit_watch watch = {goes_on_so_often, &left};
    o.forget_after_s = 43200, o.watch = &watch, o.start = &truth;
    assert_int_equal(bkt_general_fit(&l->r, l->item_class, &o, NULL, &half, &tot, NULL), ST_OK);
    assert_true(!tot.converged && tot.iterations == 0 && fabs(tot.log_likelihood - with) < 50);
    assert_memory_equal(half.guess, truth.guess, sizeof truth.guess);
    left = 2, o.start = NULL;
    assert_int_equal(bkt_general_fit(&l->r, l->item_class, &o, NULL, &half, &tot, NULL), ST_OK);
    assert_true(!tot.converged && tot.iterations == 6 && tot.log_likelihood < with - 1);
    left = 1000, o.start = &half;
    assert_int_equal(bkt_general_fit(&l->r, l->item_class, &o, NULL, &top, &tot, NULL), ST_OK);
    assert_true(tot.converged && fabs(tot.log_likelihood - with) < .1);
    half.flags = BKT_NO_DATA, left = 0; /* not seen by the earlier fit: it begins as without it */
    assert_int_equal(bkt_general_fit(&l->r, l->item_class, &o, NULL, &top, &tot, NULL), ST_OK);
    assert_true(fabs(top.prior - .5) < 1e-9);
    o.start = NULL, o.watch = NULL;
    o.classes = BKT_CLASSES_MAX + 1;
    assert_int_equal(bkt_general_fit(&l->r, l->item_class, &o, NULL, &out, &tot, NULL), ST_INVALID);
    log_free(l);
}

static void a_packed_history_is_replayed_bit_for_bit(void **state)
{
    (void)state;
    enum { SKILLS = 7, N = 500 };
    struct bkt m[SKILLS];
    uint32_t packed[N];
    double known[SKILLS], by_hand[SKILLS];
    struct rng r;
    rng_seed(&r, 23);
    for (size_t s = 0; s < SKILLS; s++) {
        m[s] = (struct bkt){between(&r, .1, .7), between(&r, .01, .4), between(&r, .05, .4), between(&r, .02, .3)};
        by_hand[s] = -1;
    }
    for (size_t i = 0; i < N; i++) {
        size_t s = rng_below(&r, SKILLS - 1); /* the last is never met */
        packed[i] = (uint32_t)(s << 1 | lot(&r, .6));
        double k = by_hand[s] < 0 ? m[s].prior : by_hand[s];
        assert_int_equal(bkt_update(&m[s], &k, 1, packed[i] & 1 ? BKT_RIGHT : BKT_WRONG, &by_hand[s]), ST_OK);
    }
    size_t secure = bkt_replay(m, SKILLS, packed, N, .95, known), count = 0;
    for (size_t s = 0; s < SKILLS; s++) count += by_hand[s] >= .95;
    assert_memory_equal(known, by_hand, sizeof known);
    assert_int_equal(secure, count);
}

static void candidates_are_predicted_bit_for_bit(void **state)
{
    (void)state;
    enum { SKILLS = 3, ITEMS = 40, N = 60 };
    struct logistic m;
    struct features f;
    struct rng r;
    uint32_t candidate[ITEMS], skills[2] = {2, 0};
    double p[ITEMS], now = 0;
    float x[LOGISTIC_LOCAL_MAX];
    rng_seed(&r, 31);
    assert_int_equal(logistic_init(&m, LOGISTIC_FULL, ITEMS, SKILLS, NULL), ST_OK);
    assert_int_equal(features_init(&f, SKILLS, ITEMS, true, NULL), ST_OK);
    for (size_t i = 0; i < m.dense_count; i++) m.dense[i] = between(&r, -1, 1);
    for (size_t i = 0; i < ITEMS; i++) m.item[i] = between(&r, -1, 1), candidate[i] = (uint32_t)i;
    for (size_t k = 0; k < N; k++) {
        now += between(&r, 10, 40000);
        assert_int_equal(features_learn(&f, rng_below(&r, ITEMS), skills, 1 + k % 2, lot(&r, .6), now, NULL), ST_OK);
    }
    now += 5000;
    features_at(&f, skills, 2, now);
    logistic_candidates(&m, &f, skills, 2, now, candidate, ITEMS, p);
    for (uint32_t i = 0; i < ITEMS; i++) {
        logistic_values(m.terms, &f, i, skills, 2, now, x);
        assert_true(p[i] == num_logistic(logistic_logit(&m, i, skills, 2, x)));
    }
    features_free(&f);
    logistic_free(&m);
}

static void run_backwards(void *pool, size_t n, void (*task)(void *arg, size_t i), void *arg)
{
    (void)pool;
    while (n-- > 0) task(arg, n);
}

static bool stop_at_once(void *ctx, double share)
{
    (void)ctx;
    return share < .2;
}

/* A right answer on skill 0 makes the next one on skill 1 likely, and nothing else matters: the layer finds it, says it
 * in parts that add up, gives the same bits in whatever order its tasks run, and stops when told to. */
static void what_one_skill_says_of_another_is_found(void **state)
{
    (void)state;
    enum { USERS = 400, SKILLS = 2, EACH = 20 };
    struct log *l = log_make(USERS, SKILLS, EACH, 1);
    struct transfer m, again;
    struct transfer_options o = transfer_defaults;
    struct transfer_report rep, rep2;
    struct parallel backwards = {run_backwards, NULL};
    struct fit_watch watch = {stop_at_once, NULL};
    double *beneath = calloc(l->r.rows, sizeof *beneath), *p = calloc(l->r.rows, sizeof *p), best = 0, got = 0;
    struct rng r;
    rng_seed(&r, 77);
    for (size_t i = 0; i < l->r.rows; i++) {
        double q = i % 2 == 0 ? .5 : l->correct[i - 1] ? .9 : .2;
        l->item[i] = (uint32_t)(i % 2);
        l->correct[i] = lot(&r, q);
        best -= num_log(l->correct[i] ? q : 1 - q);
    }
    o.dims = 16, o.members = 2, o.steps = 150, o.batch = 2000, o.ridge = .5, o.rate = .03;
    assert_int_equal(transfer_fit(&l->r, beneath, &o, NULL, &m, &rep, NULL), ST_OK);
    assert_int_equal(transfer_fit(&l->r, beneath, &o, &backwards, &again, &rep2, NULL), ST_OK);
    assert_true(rep.converged && rep.rows == l->r.rows && rep.steps == 300);
    assert_memory_equal(m.query, again.query, SKILLS * m.dims * sizeof *m.query);
    assert_memory_equal(m.value, again.value, 2 * SKILLS * m.dims * sizeof *m.value);
    transfer_predict_rows(&l->r, beneath, &m, 0, 0, p);
    for (size_t i = 0; i < l->r.rows; i++) got -= num_log(l->correct[i] ? p[i] : 1 - p[i]);
    assert_true(got < 1.05 * best && got > best - 40);
    uint32_t set[EACH];
    double part[EACH], sum = 0;
    struct transfer_state s = {{0}};
    for (size_t i = 0; i < EACH; i++) {
        set[i] = l->r.item_set[l->item[i]];
        transfer_learn(&m, &s, set[i], l->correct[i]);
    }
    transfer_parts(&m, set, l->correct, EACH, 1, part);
    for (size_t i = 0; i < EACH; i++) sum += part[i];
    assert_true(fabs((double)m.own[1] + sum - transfer_logit(&m, &s, 1)) < 1e-12);
    transfer_free(&m), transfer_free(&again);
    o.watch = &watch;
    assert_int_equal(transfer_fit(&l->r, beneath, &o, NULL, &m, &rep, NULL), ST_OK);
    assert_true(!rep.converged && rep.steps > 0 && rep.steps < 200);
    transfer_free(&m);
    o.dims = 12;
    assert_int_equal(transfer_fit(&l->r, beneath, &o, NULL, &m, &rep, NULL), ST_INVALID);
    free(beneath), free(p);
    log_free(l);
}

/* What is said of a fitted row as if it had not been: beside the truth, fits without it. */
static void offsets_leave_a_row_out(void **state)
{
    (void)state;
    enum { USERS = 60, SKILLS = 2, EACH = 10 };
    struct log *l = log_make(USERS, SKILLS, EACH, 8);
    struct logistic_design *d;
    struct logistic m;
    struct logistic_report rep;
    struct logistic_options o = {.c = 1.0, .tolerance = 1e-9, .iterations_max = 50};
    double *all = calloc(l->r.rows, sizeof *all), *without = calloc(l->r.rows, sizeof *without), near = 0, far = 0;
    struct rng r;
    rng_seed(&r, 3);
    for (size_t i = 0; i < l->r.rows; i++)
        l->item[i] = rng_below(&r, 16), l->correct[i] = lot(&r, .3 + .04 * (double)l->item[i]);
    assert_int_equal(logistic_design_make(&l->r, LOGISTIC_IRT, NULL, &d, NULL), ST_OK);
    assert_int_equal(logistic_init(&m, LOGISTIC_IRT, l->r.items, l->r.skills, NULL), ST_OK);
    assert_int_equal(logistic_fit(d, &o, NULL, &m, &rep, NULL), ST_OK);
    assert_int_equal(logistic_offsets(d, &m, &o, all, NULL), ST_OK);
    for (size_t i = 0; i < l->r.rows; i++) { /* what the fit says with it */
        float x[LOGISTIC_LOCAL_MAX] = {1.0F};
        without[i] = logistic_logit(&m, l->item[i], NULL, 0, x);
    }
    for (size_t k = 0; k < 20; k++) { /* a student of one answer each: leave that one out */
        size_t row = k * 50;
        struct logistic left;
        uint32_t fold[USERS * SKILLS * EACH], user_at[USERS * SKILLS * EACH + 1];
        for (uint32_t i = 0; i < l->r.rows; i++) fold[i] = i == row ? 0 : 1, user_at[i] = i;
        user_at[l->r.rows] = (uint32_t)l->r.rows;
        struct responses single = l->r;
        struct logistic_design *sd;
        struct logistic_options so = o;
        single.users = l->r.rows, single.user_at = user_at, single.user_fold = fold;
        so.folds = 2, so.hold_out = 0;
        assert_int_equal(logistic_design_make(&single, LOGISTIC_IRT, NULL, &sd, NULL), ST_OK);
        assert_int_equal(logistic_init(&left, LOGISTIC_IRT, l->r.items, l->r.skills, NULL), ST_OK);
        assert_int_equal(logistic_fit(sd, &so, NULL, &left, &rep, NULL), ST_OK);
        float x[LOGISTIC_LOCAL_MAX] = {1.0F};
        double truth = logistic_logit(&left, l->item[row], NULL, 0, x);
        near += fabs(all[row] - truth);
        far += fabs(without[row] - truth);
        logistic_design_free(sd);
        logistic_free(&left);
    }
    assert_true(near < .2 * far);
    logistic_design_free(d);
    logistic_free(&m);
    free(all), free(without);
    log_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knowledge_tracing_is_recovered_within_its_errors),
        cmocka_unit_test(items_are_recovered_within_their_errors),
        cmocka_unit_test(a_likelihood_is_that_of_the_whole_grid),
        cmocka_unit_test(general_tracing_is_the_plain_one_where_it_can_be),
        cmocka_unit_test(forgetting_and_classes_are_found),
        cmocka_unit_test(equal_sequences_are_one_and_none_is_lost),
        cmocka_unit_test(a_packed_history_is_replayed_bit_for_bit),
        cmocka_unit_test(candidates_are_predicted_bit_for_bit),
        cmocka_unit_test(what_one_skill_says_of_another_is_found),
        cmocka_unit_test(offsets_leave_a_row_out),
    };
    return cmocka_run_group_tests_name("engine fits", tests, NULL, NULL);
}
