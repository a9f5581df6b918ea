/* model calibrate, model cat: item response models from score matrices, and tests that adapt. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "engine/irt.h"
#include "engine/numeric.h"
#include "model_out.h"

enum { MATRIX_LOG2 = 32, COLUMNS_MAX = 20000 };

static void put_items(struct json_out *j, const struct matrix *x, const struct irt_item *items)
{
    json_open_list(j, "items");
    for (size_t i = 0; i < x->m.items; i++) {
        const struct irt_item *it = &items[i];
        json_open_obj(j, NULL);
        json_put_str(j, "name", x->names[i]);
        json_put_i64(j, "answers", (int64_t)it->answers);
        json_put_f64(j, "a", it->a);
        json_put_f64(j, "a_se", it->a_se);
        if (it->scores == 2 && it->a != 0.0) json_put_f64(j, "b", -it->d[1] / it->a);
        json_open_list(j, "d");
        for (unsigned k = 1; k < it->scores; k++) json_put_f64(j, NULL, it->d[k]);
        json_close_list(j);
        json_open_list(j, "d_se");
        for (unsigned k = 1; k < it->scores; k++) json_put_f64(j, NULL, it->d_se[k]);
        json_close_list(j);
        json_put_bool(j, "says_nothing", it->scores < 2);
        json_close_obj(j);
    }
    json_close_list(j);
}

static bool kind_of(const char *kind, bool *common)
{
    *common = strcmp(kind, "1pl") == 0 || strcmp(kind, "pcm") == 0;
    return *common || strcmp(kind, "2pl") == 0 || strcmp(kind, "gpcm") == 0;
}

/* A matrix, or a log of answers when its columns are named. */
static enum st read_scores(const struct cli *c, struct matrix *x, const char *path, struct err *e)
{
    struct log_columns n = log_columns_of(c);
    if (n.user && n.item && n.correct) return matrix_from_log(x, path, &n, e);
    return matrix_read(x, path, cli_opt(c, "--columns"), cli_opt(c, "--group"), e);
}

static enum st calibrate(struct cli *c, const char *path, const char *kind, struct irt_options o, struct err *e)
{
    struct matrix x;
    struct irt_report rep = {0};
    double begin = model_seconds();
    enum st st = read_scores(c, &x, path, e);
    struct irt_item *items = st == ST_OK ? arena_array(&x.arena, x.m.items, sizeof *items) : NULL;
    if (st == ST_OK && !items) st = err_fail(e, ST_NOMEM, "err.memory", "items");
    double read = model_seconds();
    struct model_progress progress;
    model_progress_begin(&progress, "model calibrate");
    o.watch = &progress.watch;
    struct parallel threads = model_parallel(c);
    if (st == ST_OK) st = irt_fit(&x.m, &o, &threads, items, &rep, e);
    model_progress_end(&progress);
    if (st == ST_OK && model_interrupted()) st = err_fail(e, ST_BUSY, "model.stopped", "stopped before the end");
    double end = model_seconds();
    struct dif dif = {0};
    if (st == ST_OK && cli_opt(c, "--group")) st = dif_run(c, &x, &dif, e);
    if (st == ST_OK && c->json) {
        struct model_out out;
        struct json_out *j = model_out_open(&out);
        json_put_str(j, "kind", kind);
        json_put_f64(j, "log_likelihood", rep.log_likelihood);
        json_put_bool(j, "converged", rep.converged);
        json_put_i64(j, "iterations", rep.iterations);
        json_put_i64(j, "persons", (int64_t)x.m.persons);
        json_put_i64(j, "patterns", (int64_t)rep.patterns);
        json_put_f64(j, "seconds_read", read - begin);
        json_put_f64(j, "seconds_fit", end - read);
        put_items(j, &x, items);
        if (dif.items) dif_put(&x, &dif, j);
        st = model_out_close(&out, c, NULL, st, e);
    } else if (st == ST_OK) {
        printf("%s: %zu persons (%zu patterns), %zu items, log-likelihood %.4f, %d iterations%s; fit %.3f s\n", kind,
               x.m.persons, rep.patterns, x.m.items, rep.log_likelihood, rep.iterations,
               rep.converged ? "" : " (not converged)", end - read);
        for (size_t i = 0; i < x.m.items; i++) {
            printf("  %-24s a %7.3f (%.3f)  d", x.names[i], items[i].a, items[i].a_se);
            for (unsigned k = 1; k < items[i].scores; k++) printf(" %8.3f", items[i].d[k]);
            printf("%s\n", items[i].scores < 2 ? "  all scores are the same: not calibrated" : "");
        }
        if (dif.items) dif_say(&x, &dif);
    }
    arena_release(&x.arena);
    return st;
}

int run_model_calibrate(struct cli *c)
{
    struct err e = {0};
    const char *kind = cli_opt(c, "--kind") ? cli_opt(c, "--kind") : "2pl";
    struct irt_options o = irt_defaults;
    double points, iterations;
    if (c->count != 1) return cli_usage(c, "name the file with one row per person and one column per item");
    if (!kind_of(kind, &o.common_slope)) return cli_usage(c, "--kind is one of 1pl, 2pl, pcm, gpcm");
    if (!model_number(c, "--points", 11, 240, o.points, &points) ||
        !model_number(c, "--iterations", 1, 1e6, o.iterations_max, &iterations))
        return 2;
    o.points = (unsigned)points;
    o.iterations_max = (int)iterations;
    return calibrate(c, c->positional[0], kind, o, &e) == ST_OK ? 0 : cli_fail(&e);
}

/* --- adaptive tests on simulated students --- */

static double normal(struct rng *r) /* Box & Muller, by sums: twelve uniforms keep to + - */
{
    double s = -6.0;
    for (int i = 0; i < 12; i++) s = s + rng_unit(r);
    return s;
}

static uint8_t simulate_score(const struct irt_item *it, double theta, struct rng *r)
{
    double p[IRT_SCORES_MAX], u = rng_unit(r);
    irt_chances(it, theta, p);
    for (unsigned k = 0; k + 1 < it->scores; k++) {
        if (u < p[k]) return (uint8_t)k;
        u = u - p[k];
    }
    return (uint8_t)(it->scores - 1);
}

struct cat_result {
    double items, rmse, bias, us_per_step, se, exposure_most;
};

static enum st run_cat(const struct irt_item *items, size_t n, const struct cat_options *o, size_t students,
                       struct rng *r, struct cat_result *out, struct err *e)
{
    struct cat c;
    size_t steps = 0, *given = calloc(n + 1, sizeof *given);
    double squares = 0.0, errors = 0.0, took = 0.0, ses = 0.0;
    if (!given) return err_fail(e, ST_NOMEM, "err.memory", "counts");
    enum st st = cat_init(&c, items, n, 0, e);
    for (size_t s = 0; st == ST_OK && s < students; s++) {
        double theta = normal(r), begin = model_seconds();
        cat_clear(&c);
        for (;;) {
            const double unit[2] = {rng_unit(r), rng_unit(r)};
            size_t i = cat_next(&c, o, unit);
            if (i == SIZE_MAX) break;
            cat_answer(&c, o, i, simulate_score(&items[i], theta, r));
            given[i]++;
            steps++;
        }
        took += model_seconds() - begin;
        squares += (c.now.theta - theta) * (c.now.theta - theta);
        errors += c.now.theta - theta;
        ses += c.now.se;
    }
    if (st == ST_OK) {
        size_t most = 0;
        for (size_t i = 0; i < n; i++) most = given[i] > most ? given[i] : most;
        double of = (double)students;
        *out = (struct cat_result){(double)steps / of, sqrt(squares / of),
                                   errors / of,        steps ? took * 1e6 / (double)steps : 0.0,
                                   ses / of,           (double)most / of};
        cat_free(&c);
    }
    free(given);
    return st;
}

int run_model_cat(struct cli *c)
{
    struct err e = {0};
    double n, students, seed, se, most, random;
    if (!model_number(c, "--items", 1, 100000, 500, &n) || !model_number(c, "--students", 1, 1e6, 1000, &students) ||
        !model_number(c, "--seed", 0, 1e15, 1, &seed) || !model_number(c, "--se", .05, 1, .3, &se) ||
        !model_number(c, "--most", 1, 1000, 40, &most) || !model_number(c, "--randomesque", 1, 32, 1, &random))
        return 2;
    struct rng r;
    rng_seed(&r, (uint64_t)seed);
    struct matrix x = {0};
    size_t count = (size_t)n;
    struct irt_item *items;
    struct irt_report rep;
    enum st st = ST_OK;
    if (c->count) {
        st = matrix_read(&x, c->positional[0], cli_opt(c, "--columns"), NULL, &e);
        count = x.m.items;
    } else {
        arena_init(&x.arena, (size_t)1 << 30);
    }
    items = st == ST_OK ? arena_array(&x.arena, count, sizeof *items) : NULL;
    if (st == ST_OK && !items) st = err_fail(&e, ST_NOMEM, "err.memory", "items");
    struct parallel threads = model_parallel(c);
    if (st == ST_OK && c->count) st = irt_fit(&x.m, &irt_defaults, &threads, items, &rep, &e);
    for (size_t i = 0; st == ST_OK && !c->count && i < count; i++)
        items[i] = (struct irt_item){.a = num_exp(.3 * normal(&r)) * 1.2, .d = {0, normal(&r) * 1.5}, .scores = 2};
    struct cat_options o = {.se_stop = se, .items_max = (size_t)most, .items_min = 3, .randomesque = (size_t)random};
    struct cat_result res = {0};
    if (st == ST_OK) st = run_cat(items, count, &o, (size_t)students, &r, &res, &e);
    arena_release(&x.arena);
    if (st != ST_OK) return cli_fail(&e);
    if (c->json) {
        struct model_out out;
        struct json_out *j = model_out_open(&out);
        json_put_i64(j, "bank", (int64_t)count);
        json_put_i64(j, "students", (int64_t)students);
        json_put_f64(j, "items_mean", res.items);
        json_put_f64(j, "rmse", res.rmse);
        json_put_f64(j, "bias", res.bias);
        json_put_f64(j, "se_mean", res.se);
        json_put_f64(j, "exposure_most", res.exposure_most);
        json_put_f64(j, "us_per_step", res.us_per_step);
        st = model_out_close(&out, c, NULL, ST_OK, &e);
    } else {
        printf("%zu items, %.0f simulated students: %.2f items each, RMSE %.3f, bias %.3f, standard error %.3f; the "
               "most used item went to %.0f %%; %.2f microseconds per step\n",
               count, students, res.items, res.rmse, res.bias, res.se, 100.0 * res.exposure_most, res.us_per_step);
    }
    return st == ST_OK ? 0 : cli_fail(&e);
}
