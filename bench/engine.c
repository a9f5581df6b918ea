/* The engine by itself: nanoseconds, and the share of what the hardware allows. Reads the public logs where they are
 * (WAYMARK_SHARED/data/responses, or ../shared), else invents logs of the same shape, and says which. Each figure is
 * the least of several runs, since the machine is shared; bounds beside them are derived in docs/models.md ("What the
 * hardware allows").
 *
 *   bench-engine [NAME…] [--history]     names: bkt logistic irt cat fsrs online replay; --history: figures once more,
 *   for bench/engine.py
 */
#include <pthread.h>
#include <sched.h>
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
#include "lab/lab.h"

/* what takes milliseconds is tried more often */
enum { RUNS = 7, TURNS = 15, SHORT_RUNS = 60, TEXTBOOK_ITERATIONS = 10 };

static bool history;

static void die(const char *what, const struct err *e)
{
    fprintf(stderr, "bench: %s: %s %s\n", what, e ? e->user : "", e ? e->detail : "");
    exit(1);
}

/* One line: what, the figure with its unit, the bar and the limit (0: none), and a remark. */
__attribute__((format(printf, 6, 7))) static void say(const char *what, double figure, const char *unit, double bar,
                                                      double limit, const char *words, ...)
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

/* Of one thread its own processor time is counted, so that what else runs on the machine matters less; of two the
 * time on the wall. */
static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#define LEAST_BY(clock, out, runs, ...) \
    do { \
        out = 1e300; \
        for (int run_ = 0; run_ < (runs); run_++) { \
            double begin_ = clock(); \
            __VA_ARGS__; \
            double took_ = clock() - begin_; \
            if (took_ < out) out = took_; \
        } \
    } while (0)
/* The two processors that threads are tried on: for seconds one may be slower than the other, by what else runs
 * there. */
static cpu_set_t processor[2], both_processors;
static void find_processors(void)
{
    cpu_set_t ours;
    CPU_ZERO(&both_processors);
    if (sched_getaffinity(0, sizeof ours, &ours) != 0) die("processors", NULL);
    for (size_t i = 0, found = 0; i < CPU_SETSIZE && found < 2; i++) {
        if (!CPU_ISSET(i, &ours)) continue;
        CPU_SET(i, &processor[found++]);
        CPU_SET(i, &both_processors);
    }
    if (CPU_COUNT(&both_processors) == 1) processor[1] = processor[0];
}
static void stay_on(const cpu_set_t *set)
{
    if (sched_setaffinity(0, sizeof *set, set) != 0) die("processors", NULL);
}

/* A fit to be tried: copy is 0 or 1, each with room of its own for what it finds. */
typedef void fit_fn(void *arg, unsigned copy, const struct parallel *par);
struct beside {
    fit_fn *fit;
    void *arg;
    double took;
};
static double seconds_of(fit_fn *fit, void *arg, unsigned copy, const struct parallel *par)
{
    double begin = model_seconds();
    fit(arg, copy, par);
    return model_seconds() - begin;
}
static void *fit_beside(void *arg)
{
    struct beside *b = arg;
    stay_on(&processor[1]);
    b->took = seconds_of(b->fit, b->arg, 1, NULL);
    return NULL;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
static double median(double *x, size_t n)
{
    qsort(x, n, sizeof *x, ascending);
    return x[n / 2];
}

/* How many times as fast two threads are as one, and how many times as much two fits of one thread each get done beside
 * each other: what the machine has to give. Both against the mean speed of one on either processor, all in turn, and of
 * many such turns the median. */
#define TWO "two threads %.2f times as fast as one, two fits beside each other %.2f"
struct gain {
    double threads, fits;
};
static struct gain gain_of(fit_fn *fit, void *arg, size_t turns)
{
    double threads[SHORT_RUNS], fits[SHORT_RUNS];
    const struct parallel both = model_threads(2);
    for (size_t turn = 0; turn < turns; turn++) {
        struct beside other = {fit, arg, 0.0};
        double speed = 0.0, took;
        pthread_t thread;
        for (size_t at = 0; at < 2; at++) {
            stay_on(&processor[at]);
            speed = speed + .5 / seconds_of(fit, arg, 0, NULL);
        }
        stay_on(&both_processors);
        threads[turn] = 1.0 / seconds_of(fit, arg, 0, &both) / speed;
        stay_on(&processor[0]);
        if (pthread_create(&thread, NULL, fit_beside, &other) != 0) die("a thread", NULL);
        took = seconds_of(fit, arg, 0, NULL);
        pthread_join(thread, NULL);
        fits[turn] = (1.0 / took + 1.0 / other.took) / speed;
        stay_on(&both_processors);
    }
    return (struct gain){median(threads, turns), median(fits, turns)};
}
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
            fprintf(f, "%zu,%u,%u,%d,%.0f\n", u, item, skill,
                    rng_unit(&g) < num_logistic(1.0 + able + ((double)(item % 17) - 8.0) / 8.0), at);
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
    } shapes[] = {{"assist09", 3114, 278336, 17708, 123, 8},
                  {"assist15", 19093, 682797, 100, 100, 6},
                  {"algebra05", 76, 88683, 35466, 112, 3}};
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
    LEAST(l->read_s, 3, if (run_) log_release(&l->d);
          if (log_read(&l->d, &path, 1, &names, &e) != ST_OK) die(path, &e));
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
    uint32_t *n = calloc(r->sets + 1, sizeof *n), *of = calloc(r->sets + 1, sizeof *of),
             *base = calloc(r->sets + 2, sizeof *base), *last = malloc((r->sets + 1) * sizeof *last);
    if (!c.sets || !c.right || !n || !of || !base || !last) abort();
    for (size_t i = 0; i < r->rows; i++) base[r->item_set[r->item[i]] + 1]++;
    for (size_t s = 0; s < r->sets; s++) base[s + 1] += base[s];
    memset(last, 255, (r->sets + 1) * sizeof *last);
    c.at = malloc((r->rows + 2 * r->sets + 2) * sizeof *c.at);
    if (!c.at) abort();
    for (size_t s = 0; s < r->sets; s++)
        c.sets[s] = (struct textbook_log){0, c.at + base[s] + 2 * s, c.right + base[s]};
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

struct bkt_trial {
    const struct bkt_data *data;
    struct bkt_options o;
    struct bkt_fitted *m[2];
    struct bkt_totals totals[2];
};
static void try_bkt(void *arg, unsigned copy, const struct parallel *par)
{
    struct bkt_trial *t = arg;
    struct err e = {0};
    if (bkt_fit(t->data, &t->o, par, t->m[copy], &t->totals[copy], &e) != ST_OK) die("fit", &e);
}

static void bench_bkt(void)
{
    static const struct {
        const char *name;
        double bar, limit, ratio;
    } sets[] = {{"assist09", 1.0, .09, 12}, {"assist15", .5, .05, 24}, {"algebra05", 1.0, .12, 12}};
    for (size_t k = 0; k < sizeof sets / sizeof *sets; k++) {
        struct bench_log *l = open_log(sets[k].name);
        const struct responses *r = &l->d.r;
        struct err e = {0};
        struct bkt_data *data = NULL;
        struct bkt_trial t = {.o = bkt_defaults,
                              .m = {calloc(r->sets + 1, sizeof *t.m[0]), calloc(r->sets + 1, sizeof *t.m[0])}};
        double pack, fit, book = 1e300, sum = 0.0;
        t.o.prior_weight = 0.0;
        t.o.cap = .5;
        LEAST(pack, RUNS, if (data) bkt_data_free(data);
              if (bkt_data_make(r, 0, 0, &data, &e) != ST_OK) die("pack", &e));
        t.data = data;
        LEAST(fit, SHORT_RUNS, try_bkt(&t, 0, NULL));
        struct gain gain = gain_of(try_bkt, &t, SHORT_RUNS);
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
        double ns = fit * 1e9 / t.totals[0].steps, ns_book = book * 1e9 / ((double)r->rows * TEXTBOOK_ITERATIONS);
        snprintf(what, sizeof what, "bkt_em_%s", l->name);
        say(what, ns, "ns/answer", sets[k].bar, sets[k].limit, "per iteration; %s; log-likelihood %.2f", l->from,
            t.totals[0].log_likelihood);
        snprintf(what, sizeof what, "bkt_textbook_%s", l->name);
        say(what, ns_book, "ns/answer", 0, 0, "a textbook fit; it takes the following times as long");
        snprintf(what, sizeof what, "bkt_ratio_%s", l->name);
        say(what, ns_book / ns, "times", sets[k].ratio, 0, TWO, gain.threads, gain.fits);
        snprintf(what, sizeof what, "bkt_whole_%s", l->name);
        say(what, l->read_s + pack + fit, "s", k == 0 ? .15 : 0.0, 0, "read %.3f, pack %.3f, fit %.3f, one thread%s",
            l->read_s, pack, fit, sum > 0.0 ? "?" : "");
        bkt_data_free(data);
        free(t.m[0]), free(t.m[1]), free(c.sets), free(c.at), free(c.right);
    }
}

/* --- the logistic family --- */

struct logistic_trial {
    const struct logistic_design *d;
    const struct responses *r;
    struct logistic m[2];
    struct logistic_report report[2];
};
static void try_logistic_again(struct logistic_trial *t, unsigned copy, const struct parallel *par)
{
    static const struct logistic_options o = {.c = 1.0, .tolerance = 1e-6, .iterations_max = 100};
    struct err e = {0};
    if (logistic_fit(t->d, &o, par, &t->m[copy], &t->report[copy], &e) != ST_OK) die("fit", &e);
}
static void try_logistic(void *arg, unsigned copy, const struct parallel *par)
{
    struct logistic_trial *t = arg;
    struct err e = {0};
    logistic_free(&t->m[copy]);
    if (logistic_init(&t->m[copy], LOGISTIC_BEST_LR_RECENCY, t->r->items, t->r->skills, &e) != ST_OK)
        die("weights", &e);
    try_logistic_again(t, copy, par);
}

static void bench_logistic(void)
{
    static const char *const names[] = {"assist09", "algebra05"};
    for (size_t k = 0; k < 2; k++) {
        struct bench_log *l = open_log(names[k]);
        struct err e = {0};
        struct logistic_design *d = NULL;
        double make, fit, warm;
        LEAST(make, 3, if (d) logistic_design_free(d);
              if (logistic_design_make(&l->d.r, LOGISTIC_BEST_LR_RECENCY, NULL, &d, &e) != ST_OK) die("design", &e));
        struct logistic_trial t = {.d = d, .r = &l->d.r};
        struct gain gain = gain_of(try_logistic, &t, TURNS);
        LEAST(fit, 5, try_logistic(&t, 0, NULL));
        struct logistic_report cold = t.report[0];
        LEAST(warm, 1, try_logistic_again(&t, 0, NULL));
        char what[64];
        snprintf(what, sizeof what, "logistic_fit_%s", l->name);
        say(what, fit, "s", k == 0 ? .25 : 0.0, k == 0 ? .1 : 0.0,
            "%s; %d steps, objective %.3f; values %.3f s; from yesterday's weights %d steps, %.3f s; " TWO, l->from,
            cold.iterations, cold.objective, make, t.report[0].iterations, warm, gain.threads, gain.fits);
        logistic_free(&t.m[0]);
        logistic_free(&t.m[1]);
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

enum { PERSONS = 10000, ITEMS = 60 };
struct irt_trial {
    struct irt_matrix m;
    struct irt_item items[2][ITEMS];
    struct irt_report report[2];
};
static void try_irt(void *arg, unsigned copy, const struct parallel *par)
{
    struct irt_trial *t = arg;
    struct err e = {0};
    if (irt_fit(&t->m, &irt_defaults, par, t->items[copy], &t->report[copy], &e) != ST_OK) die("irt", &e);
}

static void bench_irt(void)
{
    static uint8_t score[PERSONS * ITEMS];
    double a[ITEMS], b[ITEMS], took, error = 0.0;
    struct rng g;
    rng_seed(&g, 3);
    for (size_t i = 0; i < ITEMS; i++) {
        a[i] = .6 + rng_unit(&g) * 1.2;
        b[i] = normal(&g);
    }
    for (size_t p = 0; p < PERSONS; p++) {
        double theta = normal(&g);
        for (size_t i = 0; i < ITEMS; i++) score[p * ITEMS + i] = rng_unit(&g) < num_logistic(a[i] * (theta - b[i]));
    }
    static struct irt_trial t = {.m = {PERSONS, ITEMS, score}};
    struct gain gain = gain_of(try_irt, &t, TURNS);
    LEAST(took, RUNS, try_irt(&t, 0, NULL));
    const struct irt_item *items = t.items[0];
    for (size_t i = 0; i < ITEMS; i++)
        error += (-items[i].d[1] / items[i].a - b[i]) * (-items[i].d[1] / items[i].a - b[i]);
    say("irt_2pl_10000x60", took, "s", .15, .065,
        "memory; %d iterations, log-likelihood %.2f, b recovered to %.3f; " TWO, t.report[0].iterations,
        t.report[0].log_likelihood, num_pow(error / ITEMS, .5), gain.threads, gain.fits);
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
    LEAST(
        took, 3, steps = 0; squares = 0.0; for (size_t s = 0; s < STUDENTS; s++) {
            double theta = normal(&g);
            cat_clear(&c);
            for (size_t at; (at = cat_next(&c, &o, (double[]){0.0, 0.0})) != SIZE_MAX; steps++)
                cat_answer(&c, &o, at, rng_unit(&g) < num_logistic(items[at].a * theta + items[at].d[1]));
            squares += (c.now.theta - theta) * (c.now.theta - theta);
        });
    say("cat_step_500", took * 1e6 / (double)steps, "us", 10, 4,
        "memory; %.1f items to a standard error of .3, error %.3f", (double)steps / STUDENTS,
        num_pow(squares / STUDENTS, .5));
    cat_free(&c);
}

/* --- memory --- */

struct fsrs_trial {
    struct fsrs_log log;
    struct fsrs_report report[2];
};
static void try_fsrs(void *arg, unsigned copy, const struct parallel *par)
{
    struct fsrs_trial *t = arg;
    struct fsrs m = fsrs_default;
    struct err e = {0};
    if (fsrs_fit(&t->log, par, &m, &t->report[copy], &e) != ST_OK) die("fsrs", &e);
}

static void bench_fsrs(void)
{
    struct bench_log *l = open_log("algebra05");
    struct err e = {0};
    struct fsrs_trial t = {0};
    double took;
    if (!l->d.r.time_s) return;
    if (log_histories(&l->d, true, &t.log, NULL, NULL, &e) != ST_OK) die("histories", &e);
    struct gain gain = gain_of(try_fsrs, &t, TURNS);
    LEAST(took, RUNS, try_fsrs(&t, 0, NULL));
    say("fsrs_fit_algebra05", took * 1e3, "ms", 100, 9, "%s; %d steps, log-loss %.4f of %zu reviews; " TWO, l->from,
        t.report[0].iterations, t.report[0].log_loss, t.report[0].reviews, gain.threads, gain.fits);
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

static void layers_answer(struct layers *x, const struct responses *r, const struct bkt *m, struct elo_items *items,
                          uint32_t item, bool right, double time_s)
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
    struct elo_items items = {0.0, calloc(r->items + 1, sizeof *items.item),
                              calloc(r->skills + 1, sizeof *items.skill)};
    struct layers x;
    struct rng g;
    const struct bkt p = {.3, .15, .2, .1};
    double sum = 0.0, took;
    size_t steps = 0;
    if (!items.item || !items.skill || logistic_init(&m, LOGISTIC_BEST_LR_RECENCY, r->items, r->skills, &e) != ST_OK)
        die("weights", &e);
    rng_seed(&g, 9);
    for (size_t i = 0; i < m.dense_count; i++) m.dense[i] = rng_unit(&g) - .5;
    layers_make(&x, r);
    /* One skill's items at a time, as a chooser sees them: the skill's values are made once for all of its
     * candidates. */
    LEAST(
        took, 5, steps = 0; for (size_t u = 0; u < 40; u++) {
            layers_clear(&x, r, r->item + r->user_at[u], r->user_at[u + 1] - r->user_at[u]);
            for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++, steps++) {
                layers_answer(&x, r, &p, &items, r->item[i], r->correct[i], 0.0);
                uint32_t candidate[CANDIDATES];
                double chance[CANDIDATES];
                uint32_t set = r->item_set[r->item[i]];
                for (size_t c = 0, at = r->item[i]; c < CANDIDATES; c++) candidate[c] = (uint32_t)((at + c) % r->items);
                logistic_candidates(&m, &x.f, r->set_skill + r->set_at[set], r->set_at[set + 1] - r->set_at[set], 0.0,
                                    candidate, CANDIDATES, chance);
                sum += chance[CANDIDATES - 1];
            }
        });
    say("online_all_and_200", took * 1e6 / (double)steps, "us", 5, 1.1,
        "%s; one answer into every layer, then the chances of 200 candidates%s", l->from, sum > 0.0 ? "" : "?");
    layers_free(&x);
    logistic_free(&m);
    free(items.item), free(items.skill);
}

static void bench_replay(void)
{
    struct bench_log *l = open_log("assist15");
    const struct responses *r = &l->d.r;
    struct elo_items items = {0.0, calloc(r->items + 1, sizeof *items.item),
                              calloc(r->skills + 1, sizeof *items.skill)};
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
    LEAST(took, RUNS, secure = 0;
          for (size_t u = 0; u < r->users; u++) secure +=
          bkt_replay(m, r->sets, packed + r->user_at[u], r->user_at[u + 1] - r->user_at[u], .95, known));
    say("replay_bkt_levels", (double)r->rows / took / 1e6, "M/s", 10, 0, "%s; packed history, %zu levels secure",
        l->from, secure);
    layers_make(&x, r);
    LEAST(
        all, 3, for (size_t u = 0; u < r->users; u++) {
            layers_clear(&x, r, r->item + r->user_at[u], r->user_at[u + 1] - r->user_at[u]);
            for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++)
                layers_answer(&x, r, &m[0], &items, r->item[i], r->correct[i], (double)(i - r->user_at[u]) * 60.0);
        });
    say("replay_all_layers", (double)r->rows / all / 1e6, "M/s", 2, 0,
        "%s; knowledge tracing, Elo, counts, averages and four time windows", l->from);
    layers_free(&x);
    free(items.item), free(items.skill), free(m), free(packed), free(known);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } all[] = {{"bkt", bench_bkt},   {"logistic", bench_logistic}, {"irt", bench_irt},      {"cat", bench_cat},
               {"fsrs", bench_fsrs}, {"online", bench_online},     {"replay", bench_replay}};
    int names = 0;
    find_processors();
    stay_on(&both_processors);
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
