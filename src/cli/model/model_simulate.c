/* model simulate: ways of choosing what comes next, tried on invented students whose truth is known. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "engine/bootstrap.h"
#include "engine/simulate.h"
#include "model_out.h"
#include "rules/fold.h"
#include "rules/next.h"

enum {
    ARMS_MAX = 3,
    ITEMS_EACH = 40,
    STUDENT_BYTES = 4 << 20,
    LOG_BYTES_MAX = 64 << 20,
    STUDENTS_MAX = 100000,
    NAME_BYTES = 24
};
/* those that a school begins with: docs/models.md */
static const struct bkt parameters = {.prior = .30, .learn = .15, .guess = .20, .slip = .10};

enum way { WAY_PLANNER, WAY_FIXED, WAY_RANDOM };
static const char *const way_names[ARMS_MAX] = {"planner", "fixed", "random"};

enum figure { ITEMS_TO_MASTERY, FALSE_MASTERY, WASTED_PRACTICE, SECURE_SHARE, MASTERED_SHARE, ANSWERS, FIGURES };
static const char *const figure_names[FIGURES] = {"items_to_mastery", "false_mastery",  "wasted_practice",
                                                  "secure_share",     "mastered_share", "answers"};

struct school {
    struct sim_world w;
    struct policy policy;
    struct next_candidate *candidates;
    const char **skill_names;
    uint64_t seed;
    size_t students, fixed_each;
    int32_t days;
};

/* What one arm did with one student: tops and bottoms of the figures. */
struct arm {
    const struct school *s;
    enum way way;
    bool keep_log;
    double *top[FIGURES], *bottom[FIGURES]; /* students */
    struct text *log;                       /* students; NULL */
    enum st *st;                            /* students */
    const struct fit_watch *watch;
    double from, share; /* of the whole work */
    atomic_size_t done; /* students */
};

/* One student under way. */
struct run {
    const struct arm *a;
    uint32_t u;
    struct arena arena;
    struct sim_student student;
    struct learner_state state;
    struct idgen ids;
    struct rng lot;
    bool *claimed;
    size_t *given;
    size_t claims, false_claims, answers, wasted;
};

static bool is_open(const struct run *r, size_t skill)
{
    const struct competency_state *c = state_find(&r->state, (int64_t)skill + 1);
    return !c || c->level != LEVEL_SECURE;
}

static size_t open_skills(const struct run *r)
{
    size_t n = 0;
    for (size_t k = 0; k < r->a->s->w.skills; k++) n += is_open(r, k);
    return n;
}

/* The next skill by the arm's way; false: nothing is left to do today. */
static bool choose(struct run *r, int64_t now_ms, uint32_t *skill)
{
    const struct school *s = r->a->s;
    struct next_choice c;
    size_t open = 0;
    switch (r->a->way) {
    case WAY_PLANNER:
        if (!next_choose(&s->policy, &r->state, s->candidates, s->w.skills, now_ms, &c, 1) ||
            c.reason == REASON_KEEP_FRESH || c.reason == REASON_WAITS)
            return false;
        *skill = c.candidate;
        return true;
    case WAY_FIXED:
        for (*skill = 0; *skill < s->w.skills && r->given[*skill] >= s->fixed_each;) (*skill)++;
        return *skill < s->w.skills;
    case WAY_RANDOM: break;
    }
    if (!(open = open_skills(r))) return false;
    size_t at = rng_below(&r->lot, (uint32_t)open);
    for (*skill = 0;; (*skill)++)
        if (is_open(r, *skill) && at-- == 0) return true;
}

static void write_row(struct run *r, uint32_t skill, uint32_t item, const struct sim_answer *x)
{
    struct text *t = &r->a->log[r->u];
    text_printf(t, "%u,s%u-i%u,%s,%d,%.3f,%.3f,%u,%u,%s,%.4f,%d,%d,%d,%d\n", (unsigned)r->u, (unsigned)skill + 1,
                (unsigned)item + 1, r->a->s->skill_names[skill], x->right && !x->hints, x->ended_s, x->took_s,
                (unsigned)x->hints, (unsigned)x->hints_there, sim_state_name(x->truth.state), x->truth.chance,
                x->truth.mastered, x->truth.lapsed, x->truth.stuck, x->truth.idle);
}

static enum st one_answer(struct run *r, uint32_t skill)
{
    const struct school *s = r->a->s;
    uint32_t item = (uint32_t)(hash_mix(r->u, skill) % ITEMS_EACH + r->given[skill]++) % ITEMS_EACH;
    struct sim_answer x = sim_answer(&s->w, &r->student, skill, item);
    int64_t at_ms = (int64_t)(x.ended_s * 1000.0), competency = (int64_t)skill + 1;
    struct evidence v = {.learner_id = r->u,
                         .evidence_id = id_next(&r->ids, at_ms, 0),
                         .client_id = "",
                         .kind = EVIDENCE_RESPONSE,
                         .item_id = (int64_t)skill * ITEMS_EACH + item + 1,
                         .variant = (int64_t)r->given[skill],
                         .score = x.right ? 1.0 : 0.0,
                         .attempt = 1,
                         .hints = x.hints,
                         .took_ms = (int64_t)(x.took_s * 1000.0),
                         .answered_at_ms = at_ms};
    const struct mastery_rule *rule = policy_rule(&s->policy, "");
    struct fold_fact f = {&v, 1, &competency, &parameters, &rule, NULL};
    TRY(fold_fact(&r->arena, &f, &r->state, NULL, NULL, NULL));
    r->answers++;
    r->wasted += x.truth.mastered;
    const struct competency_state *c = state_find(&r->state, competency);
    if (c && c->level == LEVEL_SECURE && !r->claimed[skill]) {
        r->claimed[skill] = true;
        r->claims++;
        r->false_claims += !sim_mastered(&s->w, &r->student, skill, r->student.day);
    }
    if (r->a->keep_log) write_row(r, skill, item, &x);
    return ST_OK;
}

static enum st school_year(struct run *r)
{
    const struct school *s = r->a->s;
    uint32_t skill;
    for (int32_t day = 0; day < s->days; day++)
        for (unsigned left = sim_day(&s->w, &r->student, day); left > 0; left--) {
            if (!choose(r, (int64_t)(r->student.clock_s * 1000.0), &skill)) {
                if (!open_skills(r)) return ST_OK;
                break; /* what only waits for its day is for another one */
            }
            TRY(one_answer(r, skill));
        }
    return ST_OK;
}

static void tell_figures(const struct run *r)
{
    const struct arm *a = r->a;
    double skills = (double)a->s->w.skills, mastered = 0.0;
    for (uint32_t k = 0; k < a->s->w.skills; k++) mastered += sim_mastered(&a->s->w, &r->student, k, a->s->days);
    const double top[FIGURES] = {(double)r->answers, (double)r->false_claims, (double)r->wasted, (double)r->claims,
                                 mastered,           (double)r->answers};
    const double bottom[FIGURES] = {(double)r->claims, (double)r->claims, (double)r->answers, skills, skills, 1.0};
    for (size_t i = 0; i < FIGURES; i++) a->top[i][r->u] = top[i], a->bottom[i][r->u] = bottom[i];
}

static void run_student(void *arg, size_t u)
{
    struct arm *a = arg;
    size_t skills = a->s->w.skills;
    struct run r = {.a = a, .u = (uint32_t)u};
    double done = (double)atomic_fetch_add(&a->done, 1) / (double)a->s->students;
    if (!fit_goes_on(a->watch, a->from + a->share * done)) {
        a->st[u] = ST_BUSY;
        return;
    }
    arena_init(&r.arena, STUDENT_BYTES);
    struct sim_memory *memory = arena_array(&r.arena, skills, sizeof *memory);
    r.claimed = arena_array(&r.arena, skills, sizeof *r.claimed);
    r.given = arena_array(&r.arena, skills, sizeof *r.given);
    a->st[u] = memory && r.claimed && r.given ? ST_OK : ST_NOMEM;
    if (a->st[u] == ST_OK) {
        sim_student_draw(&a->s->w, a->s->seed, (uint32_t)u, memory, &r.student);
        rng_seed(&r.lot, hash_mix(hash_mix(a->s->seed, 3), u));
        if (a->keep_log) text_init(&a->log[u], LOG_BYTES_MAX);
        a->st[u] = school_year(&r);
        tell_figures(&r);
    }
    arena_release(&r.arena);
}

static enum st arm_run(struct arena *mem, const struct school *s, enum way way, bool keep_log,
                       const struct parallel *par, struct arm *a, struct err *e)
{
    a->s = s, a->way = way, a->keep_log = keep_log;
    a->st = arena_array(mem, s->students, sizeof *a->st);
    if (keep_log) a->log = arena_array(mem, s->students, sizeof *a->log);
    bool made = a->st && (!keep_log || a->log);
    for (size_t i = 0; i < FIGURES; i++) {
        a->top[i] = arena_array(mem, s->students, sizeof(double));
        a->bottom[i] = arena_array(mem, s->students, sizeof(double));
        made = made && a->top[i] && a->bottom[i];
    }
    if (!made) return err_fail(e, ST_NOMEM, "err.memory", "%zu simulated students", s->students);
    parallel_run(par, s->students, run_student, a);
    for (size_t u = 0; u < s->students; u++)
        if (a->st[u] == ST_BUSY) return err_fail(e, ST_BUSY, "model.stopped", "stopped before the end");
        else if (a->st[u] != ST_OK)
            return err_fail(e, a->st[u], "model.simulate", "simulated student %zu: the answers could not be folded", u);
    return ST_OK;
}

static enum st write_log(const struct arm *a, const char *path, struct err *e)
{
    FILE *f;
    TRY(model_file_open(path, &f, e));
    bool whole = true;
    fputs("user_id,item_id,skill_name,correct,timestamp,took_s,hints,hints_total,true_state,true_chance,true_mastered,"
          "true_lapsed,true_stuck,true_idle\n",
          f);
    for (size_t u = 0; u < a->s->students; u++) {
        whole = whole && !a->log[u].failed;
        fwrite(text_str(&a->log[u]), 1, a->log[u].n, f);
    }
    return model_file_close(f, path, whole, e);
}

/* What builds on what in the invented school, for model edges. */
static enum st write_edges(const struct school *s, const char *path, struct err *e)
{
    FILE *f;
    TRY(model_file_open(path, &f, e));
    fputs("before,after\n", f);
    for (size_t k = 0; k < s->w.skills; k++)
        for (unsigned q = 0; q < s->w.skill[k].prerequisite_count; q++)
            fprintf(f, "%s,%s\n", s->skill_names[s->w.skill[k].prerequisite[q]], s->skill_names[k]);
    return model_file_close(f, path, true, e);
}

static void say(const struct cli *c, const char *name, const struct interval95 *v)
{
    if (c->json) return;
    if (v->known) printf("  %-18s %8.3f (%.3f to %.3f)\n", name, v->value, v->low, v->high);
    else printf("  %-18s cannot be said\n", name);
}

static enum st tell(const struct cli *c, const struct school *s, const struct arm *arms, size_t n, struct json_out *j,
                    struct err *e)
{
    struct interval95 v;
    json_put_i64(j, "students", (int64_t)s->students);
    json_put_i64(j, "skills", (int64_t)s->w.skills);
    json_put_i64(j, "days", s->days);
    json_put_f64(j, "mastered_at", s->w.p.mastered_at);
    json_open_list(j, "arms");
    for (size_t i = 0; i < n; i++) {
        json_open_obj(j, NULL);
        json_put_str(j, "name", way_names[arms[i].way]);
        if (!c->json) printf("%s\n", way_names[arms[i].way]);
        for (size_t k = 0; k < FIGURES; k++) {
            TRY(interval_of_ratio(arms[i].top[k], arms[i].bottom[k], s->students, hash_mix(s->seed, 4), &v, e));
            model_put_interval(j, figure_names[k], &v);
            say(c, figure_names[k], &v);
        }
        json_close_obj(j);
    }
    json_close_list(j);
    json_open_list(j, "differences");
    for (size_t i = 1; i < n; i++) {
        json_open_obj(j, NULL);
        json_put_str(j, "of", way_names[arms[0].way]);
        json_put_str(j, "from", way_names[arms[i].way]);
        if (!c->json) printf("%s less %s, the same students\n", way_names[arms[0].way], way_names[arms[i].way]);
        for (size_t k = 0; k < FIGURES; k++) {
            TRY(interval_of_difference(arms[0].top[k], arms[0].bottom[k], arms[i].top[k], arms[i].bottom[k],
                                       s->students, hash_mix(s->seed, 4), &v, e));
            model_put_interval(j, figure_names[k], &v);
            say(c, figure_names[k], &v);
        }
        json_close_obj(j);
    }
    json_close_list(j);
    return ST_OK;
}

/* "planner,fixed,random" in any order, each once. */
static size_t ways_of(const char *list, enum way *out)
{
    size_t n = 0;
    while (*list) {
        size_t len = strcspn(list, ","), w = 0;
        while (w < ARMS_MAX && (strlen(way_names[w]) != len || memcmp(way_names[w], list, len) != 0)) w++;
        for (size_t i = 0; i < n; i++)
            if (out[i] == (enum way)w) return 0;
        if (w == ARMS_MAX || n == ARMS_MAX) return 0;
        out[n++] = (enum way)w;
        list += len + (list[len] == ',');
    }
    return n;
}

static enum st read_policy(const char *path, struct policy *out, struct err *e)
{
    char *doc = cli_read_file(path);
    if (!doc) return err_fail(e, ST_INVALID, "model.file", "%s: could not be read as a policy", path);
    enum st st = policy_read(doc, strlen(doc), out, e);
    free(doc);
    return st;
}

static enum st school_make(struct arena *mem, struct school *s, size_t skills, const char *from, const char *policy,
                           double mastered_at, struct err *e)
{
    struct sim_population p = sim_population_default;
    struct sim_skill *given = NULL;
    p.mastered_at = mastered_at;
    if (from) TRY(model_population_from(mem, from, &p, &given, &s->skill_names, &skills, e));
    s->policy = policy_default();
    if (policy) TRY(read_policy(policy, &s->policy, e));
    TRY(sim_world_make(&s->w, &p, skills, ITEMS_EACH, given, s->seed, e));
    s->candidates = arena_array(mem, skills, sizeof *s->candidates);
    if (!from) s->skill_names = arena_array(mem, skills, sizeof *s->skill_names);
    if (!s->candidates || !s->skill_names) return err_fail(e, ST_NOMEM, "err.memory", "skills");
    for (size_t k = 0; k < skills; k++) {
        s->candidates[k] = (struct next_candidate){(int64_t)k + 1, ITEMS_EACH, s->w.skill[k].prerequisite_count,
                                                   s->w.skill[k].prerequisite, ""};
        if (!from && !(s->skill_names[k] = arena_printf(mem, "skill %zu", k + 1)))
            return err_fail(e, ST_NOMEM, "err.memory", "skills");
    }
    return ST_OK;
}

static enum st simulate(struct cli *c, struct arena *mem, struct school *s, const enum way *ways, size_t n,
                        struct err *e)
{
    struct parallel par = model_parallel(c);
    struct arm arms[ARMS_MAX] = {0};
    struct model_progress progress;
    const char *log = cli_opt(c, "--log");
    if (cli_opt(c, "--edges")) TRY(write_edges(s, cli_opt(c, "--edges"), e));
    enum st st = ST_OK;
    model_progress_begin(&progress, "model simulate");
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        arms[i].watch = &progress.watch, arms[i].from = (double)i / (double)n, arms[i].share = 1.0 / (double)n;
        st = arm_run(mem, s, ways[i], log && i == 0, &par, &arms[i], e);
        if (st == ST_OK && log && i == 0) st = write_log(&arms[0], log, e);
    }
    model_progress_end(&progress);
    for (size_t u = 0; arms[0].log && u < s->students; u++) text_release(&arms[0].log[u]);
    if (st != ST_OK) return st;
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    return model_out_close(&out, c, NULL, tell(c, s, arms, n, j, e), e);
}

int run_model_simulate(struct cli *c)
{
    struct err e = {0};
    struct school s = {0};
    struct arena mem;
    enum way ways[ARMS_MAX];
    double students, seed, skills, days, fixed, mastered_at;
    size_t n = ways_of(cli_opt(c, "--compare") ? cli_opt(c, "--compare") : "planner,fixed,random", ways);
    if (!n) return cli_usage(c, "--compare names some of planner, fixed and random, each once");
    if (!model_number(c, "--students", 1, STUDENTS_MAX, 500, &students) ||
        !model_number(c, "--seed", 0, 1e15, 1, &seed) || !model_number(c, "--skills", 1, SIM_SKILLS_MAX, 20, &skills) ||
        !model_number(c, "--days", 1, 1000, 80, &days) || !model_number(c, "--each", 1, 1000, 10, &fixed) ||
        !model_number(c, "--mastered-at", .5, .99, sim_population_default.mastered_at, &mastered_at))
        return 2;
    s.seed = (uint64_t)seed;
    s.students = (size_t)students;
    s.days = (int32_t)days;
    s.fixed_each = (size_t)fixed;
    arena_init(&mem, (size_t)1 << 30);
    enum st st = school_make(&mem, &s, (size_t)skills, cli_opt(c, "--from"), cli_opt(c, "--policy"), mastered_at, &e);
    if (st == ST_OK) st = simulate(c, &mem, &s, ways, n, &e);
    sim_world_free(&s.w);
    arena_release(&mem);
    return st == ST_OK ? 0 : cli_fail(&e);
}
