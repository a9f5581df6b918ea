/* The engine by itself: nanoseconds, and the share of what the hardware allows. Reads the public logs where they are
 * (WAYMARK_SHARED/data/responses, or ../shared), else invents logs of the same shape, and says which. Each figure is the least of several runs, since
 * the machine is shared; bounds beside them are derived in docs/models.md ("What the hardware allows").
 *
 *   bench-engine [NAME…] [--history]     names: bkt logistic irt cat fsrs online replay; --history: figures once more, for bench/engine.py
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/rng.h"
#include "engine/elo.h"
#include "engine/fsrs.h"
#include "engine/irt.h"
#include "engine/logistic.h"
#include "engine/numeric.h"
#include "engine_textbook.h"
#include "model.h"

enum { RUNS = 7, SHORT_RUNS = 60, TEXTBOOK_ITERATIONS = 10 }; /* what takes milliseconds is tried more often */

static bool history;

static void die(const char *what, const struct err *e)
{
    fprintf(stderr, "bench: %s: %s %s\n", what, e ? e->user : "", e ? e->detail : "");
    exit(1);
}

/* One line: what, the figure with its unit, the bar and the limit (0: none), and a remark. */
__attribute__((format(printf, 6, 7))) static void say(const char *what, double figure, const char *unit, double bar, double limit, const char *words, ...)
{
    char remark[256];
    va_list ap;
    va_start(ap, words);
    vsnprintf(remark, sizeof remark, words, ap);
    va_end(ap);
    printf("%-24s %8.3f %-9s", what, figure, unit);
    if (bar > 0.0) printf(" bar %-6g", bar);
    else printf(" %-10s", "");
    if (limit > 0.0) printf(" %3.0f %% of the limit (%.3g)", 100.0 * limit / figure, limit);
    printf("  %s\n", remark);
    if (history) printf("= %s,%.4g\n", what, figure);
    fflush(stdout);
}

/* Of one thread its own processor time is counted, so that what else runs on the machine matters less; of two the time on the wall. */
static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#define LEAST_BY(clock, out, runs, ...)           \
    do {                                          \
        out = 1e300;                              \
        for (int run_ = 0; run_ < (runs); run_++) { \
            double begin_ = clock();              \
            __VA_ARGS__;                          \
            double took_ = clock() - begin_;      \
            if (took_ < out) out = took_;         \
        }                                         \
    } while (0)
/* One thread and two in turn, so that a machine that changes its speed changes it for both. */
#define IN_TURN(one, two, runs, with_one, with_two)                 \
    do {                                                            \
        one = two = 1e300;                                          \
        for (int turn_ = 0; turn_ < (runs); turn_++) {              \
            double one_, two_;                                      \
            LEAST_BY(model_seconds, one_, 1, with_one);             \
            LEAST_BY(model_seconds, two_, 1, with_two);             \
            if (one_ < one) one = one_;                             \
            if (two_ < two) two = two_;                             \
        }                                                           \
    } while (0)
#define LEAST(out, runs, ...) LEAST_BY(processor_seconds, out, runs, __VA_ARGS__)

/* --- logs --- */

struct bench_log {
    struct log_data d;
    const char *name, *from;
    double read_s;
    char path[512];
};

/* As many students, items and skills as the public set, each student working through skills in runs. */
static void invent(const char *path, size_t students, size_t answers, unsigned items, unsigned skills, unsigned run)
{
    struct rng g;
    FILE *f = fopen(path, "w");
    rng_seed(&g, 1);
    if (!f) die(path, NULL);
    fputs("user_id,item_id,skill_id,correct,timestamp\n", f);
    for (size_t u = 0; u < students; u++) {
        double able = rng_unit(&g) + rng_unit(&g) + rng_unit(&g) - 1.5, at = 0.0;
        unsigned skill = rng_below(&g, skills);
        size_t n = answers / students / 2 + rng_below(&g, (uint32_t)(answers / students));
        for (size_t i = 0; i < n; i++) {
            if (rng_below(&g, run) == 0) skill = rng_below(&g, skills);
            unsigned item = skill + skills * rng_below(&g, items / skills ? items / skills : 1);
            at += 20.0 + (rng_below(&g, 40) == 0 ? 90000.0 * rng_unit(&g) : 40.0 * rng_unit(&g));
            fprintf(f, "%zu,%u,%u,%d,%.0f\n", u, item, skill, rng_unit(&g) < num_logistic(1.0 + able + ((double)(item % 17) - 8.0) / 8.0), at);
        }
    }
    fclose(f);
}

static struct bench_log *open_log(const char *name)
{
    static const struct shape {
        const char *name;
        size_t students, answers;
        unsigned items, skills, run;
    } shapes[] = {{"assist09", 3114, 278336, 17708, 123, 8}, {"assist15", 19093, 682797, 100, 100, 6}, {"algebra05", 76, 88683, 35466, 112, 3}};
    static struct bench_log logs[3];
    size_t at = 0;
    while (strcmp(shapes[at].name, name) != 0) at++;
    struct bench_log *l = &logs[at];
    if (l->name) return l;
    const char *shared = getenv("WAYMARK_SHARED");
    struct stat s;
    snprintf(l->path, sizeof l->path, "%s/data/responses/%s", shared ? shared : "../shared", name);
    l->name = name;
    l->from = "file";
    if (stat(l->path, &s) != 0) {
        snprintf(l->path, sizeof l->path, "/tmp/waymark-bench-%s.csv", name);
        l->from = "invented";
        invent(l->path, shapes[at].students, shapes[at].answers, shapes[at].items, shapes[at].skills, shapes[at].run);
    }
    struct err e = {0};
    struct log_columns names = {0};
    const char *path = l->path;
    LEAST(l->read_s, 3, if (run_) log_release(&l->d); if (log_read(&l->d, &path, 1, &names, &e) != ST_OK) die(path, &e));
    return l;
}

/* --- BKT --- */

/* The log cut into one list of sequences for each set, as textbook_fit wants it. */
struct cut {
    struct textbook_log *sets;
    uint32_t *at;
    uint8_t *right;
};

static struct cut cut_log(const struct responses *r)
{
    struct cut c = {calloc(r->sets + 1, sizeof *c.sets), NULL, malloc(r->rows)};
    uint32_t *n = calloc(r->sets + 1, sizeof *n), *of = calloc(r->sets + 1, sizeof *of), *base = calloc(r->sets + 2, sizeof *base), *last = malloc((r->sets + 1) * sizeof *last);
    if (!c.sets || !c.right || !n || !of || !base || !last) abort();
    for (size_t i = 0; i < r->rows; i++) base[r->item_set[r->item[i]] + 1]++;
    for (size_t s = 0; s < r->sets; s++) base[s + 1] += base[s];
    memset(last, 255, (r->sets + 1) * sizeof *last);
    c.at = malloc((r->rows + 2 * r->sets + 2) * sizeof *c.at);
    if (!c.at) abort();
    for (size_t s = 0; s < r->sets; s++) c.sets[s] = (struct textbook_log){0, c.at + base[s] + 2 * s, c.right + base[s]};
    for (size_t u = 0; u < r->users; u++)
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
            uint32_t s = r->item_set[r->item[i]];
            uint32_t *at = c.at + base[s] + 2 * s;
            if (last[s] != u) {
                at[of[s]++] = n[s];
                last[s] = (uint32_t)u;
            }
            c.right[base[s] + n[s]++] = r->correct[i];
            at[of[s]] = n[s];
        }
    for (size_t s = 0; s < r->sets; s++) c.sets[s].sequences = of[s];
    free(n), free(of), free(base), free(last);
    return c;
}

static void bench_bkt(void)
{
    static const struct {
        const char *name;
        double bar, limit, ratio;
    } sets[] = {{"assist09", 1.0, .11, 12}, {"assist15", .5, .06, 24}, {"algebra05", 1.0, .15, 12}};
    for (size_t k = 0; k < sizeof sets / sizeof *sets; k++) {
        struct bench_log *l = open_log(sets[k].name);
        const struct responses *r = &l->d.r;
        struct err e = {0};
        struct bkt_options o = bkt_defaults;
        struct bkt_totals tot;
        struct bkt_data *data = NULL;
        struct bkt_fitted *m = calloc(r->sets + 1, sizeof *m);
        double pack, fit, one, two, book = 1e300, sum = 0.0;
        o.prior_weight = 0.0;
        o.cap = .5;
        LEAST(pack, RUNS, if (data) bkt_data_free(data); if (bkt_data_make(r, 0, 0, &data, &e) != ST_OK) die("pack", &e));
        struct parallel both = model_threads(2);
        LEAST(fit, SHORT_RUNS, if (bkt_fit(data, &o, NULL, m, &tot, &e) != ST_OK) die("fit", &e));
        IN_TURN(one, two, SHORT_RUNS, if (bkt_fit(data, &o, NULL, m, &tot, &e) != ST_OK) die("fit", &e), if (bkt_fit(data, &o, &both, m, &tot, &e) != ST_OK) die("fit", &e));
        struct cut c = cut_log(r);
        for (int run = 0; run < 3; run++) {
            double begin = processor_seconds();
            for (size_t s = 0; s < r->sets; s++) {
                struct bkt p = {.5, .1, .2, .1};
                if (c.sets[s].sequences) sum += textbook_fit(&c.sets[s], &p, .5, TEXTBOOK_ITERATIONS);
            }
            double took = processor_seconds() - begin;
            if (took < book) book = took;
        }
        char what[64];
        double ns = fit * 1e9 / tot.steps, ns_book = book * 1e9 / ((double)r->rows * TEXTBOOK_ITERATIONS);
        snprintf(what, sizeof what, "bkt_em_%s", l->name);
        say(what, ns, "ns/answer", sets[k].bar, sets[k].limit, "per iteration; %s; log-likelihood %.2f", l->from, tot.log_likelihood);
        snprintf(what, sizeof what, "bkt_textbook_%s", l->name);
        say(what, ns_book, "ns/answer", 0, 0, "a textbook fit; it takes the following times as long");
        snprintf(what, sizeof what, "bkt_ratio_%s", l->name);
        say(what, ns_book / ns, "times", sets[k].ratio, 0, "two threads %.2f times as fast as one", one / two);
        snprintf(what, sizeof what, "bkt_whole_%s", l->name);
        say(what, l->read_s + pack + fit, "s", k == 0 ? .15 : 0.0, 0, "read %.3f, pack %.3f, fit %.3f, one thread%s", l->read_s, pack, fit, sum > 0.0 ? "?" : "");
        bkt_data_free(data);
        free(m), free(c.sets), free(c.at), free(c.right);
    }
}

/* --- the logistic family --- */

static void bench_logistic(void)
{
    static const char *const names[] = {"assist09", "algebra05"};
    for (size_t k = 0; k < 2; k++) {
        struct bench_log *l = open_log(names[k]);
        struct err e = {0};
        struct logistic_design *d = NULL;
        struct logistic_options o = {.c = 1.0, .tolerance = 1e-6, .iterations_max = 100};
        struct logistic_report rep = {0};
        struct logistic m = {0};
        struct parallel both = model_threads(2);
        double make, fit, one, two, warm;
        LEAST(make, 3, if (d) logistic_design_free(d); if (logistic_design_make(&l->d.r, LOGISTIC_BEST_LR_RECENCY, NULL, &d, &e) != ST_OK) die("design", &e));
#define FIT(par) logistic_free(&m); if (logistic_init(&m, LOGISTIC_BEST_LR_RECENCY, l->d.r.items, l->d.r.skills, &e) != ST_OK || logistic_fit(d, &o, par, &m, &rep, &e) != ST_OK) die("fit", &e)
        IN_TURN(one, two, RUNS, FIT(NULL), FIT(&both));
        LEAST(fit, 5, FIT(NULL));
#undef FIT
        double objective = rep.objective;
        int iterations = rep.iterations;
        LEAST(warm, 1, if (logistic_fit(d, &o, NULL, &m, &rep, &e) != ST_OK) die("fit", &e));
        char what[64];
        snprintf(what, sizeof what, "logistic_fit_%s", l->name);
        say(what, fit, "s", k == 0 ? .25 : 0.0, k == 0 ? .1 : 0.0, "%s; %d steps, objective %.3f; values %.3f s; two threads %.2f times as fast; from yesterday's weights %d steps, %.3f s", l->from, iterations,
            objective, make, one / two, rep.iterations, warm);
        logistic_free(&m);
        logistic_design_free(d);
    }
}

/* --- item response --- */

static double normal(struct rng *g)
{
    double s = 0.0;
    for (int i = 0; i < 12; i++) s += rng_unit(g);
    return s - 6.0;
}

static void bench_irt(void)
{
    enum { PERSONS = 10000, ITEMS = 60 };
    static uint8_t score[PERSONS * ITEMS];
    static struct irt_item items[ITEMS];
    double a[ITEMS], b[ITEMS], took, error = 0.0;
    struct rng g;
    struct err e = {0};
    struct irt_report rep = {0};
    rng_seed(&g, 3);
    for (size_t i = 0; i < ITEMS; i++) {
        a[i] = .6 + rng_unit(&g) * 1.2;
        b[i] = normal(&g);
    }
    for (size_t p = 0; p < PERSONS; p++) {
        double theta = normal(&g);
        for (size_t i = 0; i < ITEMS; i++) score[p * ITEMS + i] = rng_unit(&g) < num_logistic(a[i] * (theta - b[i]));
    }
    struct irt_matrix m = {PERSONS, ITEMS, score};
    double one, two;
    struct parallel both = model_threads(2);
    IN_TURN(one, two, RUNS, if (irt_fit(&m, &irt_defaults, NULL, items, &rep, &e) != ST_OK) die("irt", &e), if (irt_fit(&m, &irt_defaults, &both, items, &rep, &e) != ST_OK) die("irt", &e));
    LEAST(took, 3, if (irt_fit(&m, &irt_defaults, NULL, items, &rep, &e) != ST_OK) die("irt", &e));
    for (size_t i = 0; i < ITEMS; i++) error += (-items[i].d[1] / items[i].a - b[i]) * (-items[i].d[1] / items[i].a - b[i]);
    say("irt_2pl_10000x60", took, "s", .15, .065, "memory; %d iterations, log-likelihood %.2f, b recovered to %.3f; two threads %.2f times as fast", rep.iterations, rep.log_likelihood, num_pow(error / ITEMS, .5), one / two);
}

static void bench_cat(void)
{
    enum { BANK = 500, STUDENTS = 400 };
    static struct irt_item items[BANK];
    struct rng g;
    struct cat c;
    struct err e = {0};
    struct cat_options o = {.se_stop = .3, .items_max = 40, .randomesque = 1};
    size_t steps = 0;
    double took, squares = 0.0;
    rng_seed(&g, 5);
    for (size_t i = 0; i < BANK; i++) {
        items[i] = (struct irt_item){.a = .8 + rng_unit(&g), .scores = 2};
        items[i].d[1] = -items[i].a * normal(&g);
    }
    if (cat_init(&c, items, BANK, 0, &e) != ST_OK) die("cat", &e);
    LEAST(took, 3, steps = 0; squares = 0.0; for (size_t s = 0; s < STUDENTS; s++) {
        double theta = normal(&g);
        cat_clear(&c);
        for (size_t at; (at = cat_next(&c, &o, (double[]){0.0, 0.0})) != SIZE_MAX; steps++)
            cat_answer(&c, &o, at, rng_unit(&g) < num_logistic(items[at].a * theta + items[at].d[1]));
        squares += (c.now.theta - theta) * (c.now.theta - theta);
    });
    say("cat_step_500", took * 1e6 / (double)steps, "us", 10, 4, "memory; %.1f items to a standard error of .3, error %.3f", (double)steps / STUDENTS, num_pow(squares / STUDENTS, .5));
    cat_free(&c);
}

/* --- memory --- */

static void bench_fsrs(void)
{
    struct bench_log *l = open_log("algebra05");
    struct err e = {0};
    struct fsrs_log log = {0};
    struct fsrs m;
    struct fsrs_report rep = {0};
    double took;
    if (!l->d.r.time_s) return;
    if (log_histories(&l->d, true, &log, NULL, NULL, &e) != ST_OK) die("histories", &e);
    double one, two;
    struct parallel both = model_threads(2);
    IN_TURN(one, two, RUNS, m = fsrs_default; if (fsrs_fit(&log, NULL, &m, &rep, &e) != ST_OK) die("fsrs", &e), m = fsrs_default; if (fsrs_fit(&log, &both, &m, &rep, &e) != ST_OK) die("fsrs", &e));
    LEAST(took, RUNS, m = fsrs_default; if (fsrs_fit(&log, NULL, &m, &rep, &e) != ST_OK) die("fsrs", &e));
    say("fsrs_fit_algebra05", took * 1e3, "ms", 100, 9, "%s; %d steps, log-loss %.4f of %zu reviews; two threads %.2f times as fast", l->from, rep.iterations, rep.log_loss, rep.reviews, one / two);
}

/* --- online, and replay --- */

/* All layers of one student, as they are kept while answers come. */
struct layers {
    struct features f;
    struct elo_student elo;
    double *known; /* sets; below 0: not met */
};

static void layers_make(struct layers *x, const struct responses *r)
{
    struct err e = {0};
    if (features_init(&x->f, r->skills, r->items, true, &e) != ST_OK) die("features", &e);
    x->elo.skill = calloc(r->skills + 1, sizeof *x->elo.skill);
    x->known = malloc((r->sets + 1) * sizeof *x->known);
    if (!x->elo.skill || !x->known) abort();
}

static void layers_free(struct layers *x)
{
    features_free(&x->f);
    free(x->elo.skill);
    free(x->known);
}

static void layers_clear(struct layers *x, const struct responses *r, const uint32_t *sets, size_t n)
{
    for (size_t i = 0; i < x->f.seen_skill_count; i++) x->elo.skill[x->f.seen_skills[i]] = (struct elo_estimate){0};
    x->elo.all = (struct elo_estimate){0};
    features_clear(&x->f);
    for (size_t i = 0; i < n; i++) x->known[r->item_set[sets[i]]] = -1.0;
}

static void layers_answer(struct layers *x, const struct responses *r, const struct bkt *m, struct elo_items *items, uint32_t item, bool right, double time_s)
{
    uint32_t set = r->item_set[item];
    const uint32_t *skills = r->set_skill + r->set_at[set];
    size_t n = r->set_at[set + 1] - r->set_at[set];
    double k = x->known[set] < 0.0 ? m->prior : x->known[set];
    if (bkt_update(m, &k, 1, right ? BKT_RIGHT : BKT_WRONG, &x->known[set]) != ST_OK) abort();
    elo_update(items, &x->elo, &elo_defaults, item, skills, n, right, false);
    if (features_learn(&x->f, item, skills, n, right, time_s, NULL) != ST_OK) abort();
}

static void bench_online(void)
{
    enum { CANDIDATES = 200 };
    struct bench_log *l = open_log("assist09");
    const struct responses *r = &l->d.r;
    struct err e = {0};
    struct logistic m;
    struct elo_items items = {0.0, calloc(r->items + 1, sizeof *items.item), calloc(r->skills + 1, sizeof *items.skill)};
    struct layers x;
    struct rng g;
    const struct bkt p = {.3, .15, .2, .1};
    double sum = 0.0, took;
    size_t steps = 0;
    if (!items.item || !items.skill || logistic_init(&m, LOGISTIC_BEST_LR_RECENCY, r->items, r->skills, &e) != ST_OK) die("weights", &e);
    rng_seed(&g, 9);
    for (size_t i = 0; i < m.dense_count; i++) m.dense[i] = rng_unit(&g) - .5;
    layers_make(&x, r);
    /* One skill's items at a time, as a chooser sees them: the skill's values are made once for all of its candidates. */
    LEAST(took, 5, steps = 0; for (size_t u = 0; u < 40; u++) {
        layers_clear(&x, r, r->item + r->user_at[u], r->user_at[u + 1] - r->user_at[u]);
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++, steps++) {
            layers_answer(&x, r, &p, &items, r->item[i], r->correct[i], 0.0);
            uint32_t candidate[CANDIDATES];
            double chance[CANDIDATES];
            uint32_t set = r->item_set[r->item[i]];
            for (size_t c = 0, at = r->item[i]; c < CANDIDATES; c++) candidate[c] = (uint32_t)((at + c) % r->items);
            logistic_candidates(&m, &x.f, r->set_skill + r->set_at[set], r->set_at[set + 1] - r->set_at[set], 0.0, candidate, CANDIDATES, chance);
            sum += chance[CANDIDATES - 1];
        }
    });
    say("online_all_and_200", took * 1e6 / (double)steps, "us", 5, 1.1, "%s; one answer into every layer, then the chances of 200 candidates%s", l->from, sum > 0.0 ? "" : "?");
    layers_free(&x);
    logistic_free(&m);
    free(items.item), free(items.skill);
}

static void bench_replay(void)
{
    struct bench_log *l = open_log("assist15");
    const struct responses *r = &l->d.r;
    struct elo_items items = {0.0, calloc(r->items + 1, sizeof *items.item), calloc(r->skills + 1, sizeof *items.skill)};
    struct bkt *m = malloc((r->sets + 1) * sizeof *m);
    struct layers x;
    double took, all;
    size_t secure = 0;
    if (!items.item || !items.skill || !m) abort();
    for (size_t s = 0; s < r->sets; s++) m[s] = (struct bkt){.3, .15, .2, .1};
    /* A packed history: one word an answer, the set and whether it was right. */
    uint32_t *packed = malloc((r->rows + 1) * sizeof *packed);
    if (!packed) abort();
    for (size_t i = 0; i < r->rows; i++) packed[i] = r->item_set[r->item[i]] << 1 | r->correct[i];
    double *known = malloc((r->sets + 1) * sizeof *known);
    if (!known) abort();
    LEAST(took, RUNS, secure = 0; for (size_t u = 0; u < r->users; u++) secure += bkt_replay(m, r->sets, packed + r->user_at[u], r->user_at[u + 1] - r->user_at[u], .95, known));
    say("replay_bkt_levels", (double)r->rows / took / 1e6, "M/s", 10, 0, "%s; packed history, %zu levels secure", l->from, secure);
    layers_make(&x, r);
    LEAST(all, 3, for (size_t u = 0; u < r->users; u++) {
        layers_clear(&x, r, r->item + r->user_at[u], r->user_at[u + 1] - r->user_at[u]);
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) layers_answer(&x, r, &m[0], &items, r->item[i], r->correct[i], (double)(i - r->user_at[u]) * 60.0);
    });
    say("replay_all_layers", (double)r->rows / all / 1e6, "M/s", 2, 0, "%s; knowledge tracing, Elo, counts, averages and four time windows", l->from);
    layers_free(&x);
    free(items.item), free(items.skill), free(m), free(packed), free(known);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } all[] = {{"bkt", bench_bkt}, {"logistic", bench_logistic}, {"irt", bench_irt}, {"cat", bench_cat}, {"fsrs", bench_fsrs}, {"online", bench_online}, {"replay", bench_replay}};
    int names = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--history") == 0) history = true;
        else names++;
    }
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        bool wanted = names == 0;
        for (int i = 1; i < argc; i++) wanted = wanted || strcmp(argv[i], all[k].name) == 0;
        if (wanted) all[k].run();
    }
    return 0;
}
