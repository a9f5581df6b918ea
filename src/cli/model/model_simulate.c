/* model simulate: ways of choosing what comes next, tried on invented students whose truth is known. */
#include <stdlib.h>
#include <string.h>

#include "engine/bootstrap.h"
#include "model_out.h"
#include "model_simulate.h"

enum { STUDENTS_MAX = 100000, PILOT_MOST = 5000, PILOT_FIRST = 1 << 24 };
static const char *const way_names[WAYS] = {"planner", "fixed", "random"};
static const char *const figure_names[FIGURES] = {
    "items_to_mastery",   "false_mastery", "false_at_end", "masters_found",  "wasted_practice", "known_before",
    "masters_taken_back", "covered",       "secure_share", "mastered_share", "answers"};

struct kept {
    bool log, pairs, rows;
};

static enum st arm_run(struct arena *mem, const struct school *s, enum way way, struct kept kept,
                       const struct parallel *par, struct arm *a, struct err *e)
{
    a->s = s, a->way = way;
    a->st = arena_array(mem, s->students, sizeof *a->st);
    if (kept.log) a->log = arena_array(mem, s->students, sizeof *a->log);
    if (kept.pairs) a->pairs = arena_array(mem, s->students, sizeof *a->pairs);
    if (kept.rows) a->rows = arena_array(mem, s->students, sizeof *a->rows);
    bool made = a->st && (!kept.log || a->log) && (!kept.pairs || a->pairs) && (!kept.rows || a->rows);
    for (size_t i = 0; i < FIGURES; i++) {
        a->top[i] = arena_array(mem, s->students, sizeof(double));
        a->bottom[i] = arena_array(mem, s->students, sizeof(double));
        made = made && a->top[i] && a->bottom[i];
    }
    if (!made) return err_fail(e, ST_NOMEM, "err.memory", "%zu simulated students", s->students);
    parallel_run(par, s->students, sim_run_student, a);
    for (size_t u = 0; u < s->students; u++)
        if (a->st[u] == ST_BUSY) return err_fail(e, ST_BUSY, "model.stopped", "stopped before the end");
        else if (a->st[u] != ST_OK)
            return err_fail(e, a->st[u], "model.simulate", "simulated student %zu: the answers could not be folded", u);
    return ST_OK;
}

static const char log_head[] =
    "user_id,item_id,skill_name,correct,timestamp,took_s,hints,hints_total,true_state,true_chance,true_mastered,"
    "true_lapsed,true_stuck,true_idle,level,quartile\n";
static const char pairs_head[] = "user_id,skill_name,label,quartile,p,low,high,truth,true_mastered\n";

static enum st write_lines(const struct arm *a, const struct text *lines, const char *head, const char *path,
                           struct err *e)
{
    FILE *f;
    TRY(model_file_open(path, &f, e));
    bool whole = true;
    fputs(head, f);
    for (size_t u = 0; u < a->s->students; u++) {
        whole = whole && !lines[u].failed;
        fwrite(text_str(&lines[u]), 1, lines[u].n, f);
    }
    return model_file_close(f, path, whole, e);
}

static void let_go(struct arm *a)
{
    for (size_t u = 0; a->log && u < a->s->students; u++) text_release(&a->log[u]);
    for (size_t u = 0; a->pairs && u < a->s->students; u++) text_release(&a->pairs[u]);
    for (size_t u = 0; a->rows && u < a->s->students; u++) free(a->rows[u].at);
}

/* --- what is known of skills and questions before the year begins --- */

struct pilot {
    struct responses r;
    double *guess, *time_s;
    uint32_t *user_at, *item, *item_set, *set_at, *set_skill;
    uint8_t *right;
};

static enum st pilot_log(struct arena *mem, const struct arm *a, struct pilot *p, struct err *e)
{
    const struct school *s = a->s;
    size_t rows = 0, items = s->w.skills * ITEMS_EACH, n = 0;
    for (size_t u = 0; u < s->students; u++) rows += a->rows[u].n;
    p->user_at = arena_array(mem, s->students + 1, sizeof *p->user_at);
    p->item = arena_array(mem, rows + 1, sizeof *p->item);
    p->right = arena_array(mem, rows + 1, sizeof *p->right);
    p->time_s = arena_array(mem, rows + 1, sizeof *p->time_s);
    p->guess = arena_array(mem, items, sizeof *p->guess);
    p->item_set = arena_array(mem, items, sizeof *p->item_set);
    p->set_at = arena_array(mem, s->w.skills + 1, sizeof *p->set_at);
    p->set_skill = arena_array(mem, s->w.skills, sizeof *p->set_skill);
    if (!p->user_at || !p->item || !p->right || !p->time_s || !p->guess || !p->item_set || !p->set_at || !p->set_skill)
        return err_fail(e, ST_NOMEM, "err.memory", "a pilot's %zu answers", rows);
    for (size_t u = 0; u < s->students; u++) {
        for (size_t i = 0; i < a->rows[u].n; i++, n++) {
            p->item[n] = a->rows[u].at[i].item;
            p->right[n] = a->rows[u].at[i].right;
            p->time_s[n] = a->rows[u].at[i].time_s;
        }
        p->user_at[u + 1] = (uint32_t)n;
    }
    for (size_t i = 0; i < items; i++) {
        p->item_set[i] = (uint32_t)(i / ITEMS_EACH);
        p->guess[i] = sim_guess(&s->w.item[i]);
    }
    for (uint32_t k = 0; k < s->w.skills; k++) p->set_skill[k] = k, p->set_at[k + 1] = k + 1;
    p->r = (struct responses){.rows = n,
                              .users = s->students,
                              .items = items,
                              .skills = s->w.skills,
                              .sets = s->w.skills,
                              .user_at = p->user_at,
                              .item = p->item,
                              .correct = p->right,
                              .time_s = p->time_s,
                              .item_set = p->item_set,
                              .set_at = p->set_at,
                              .set_skill = p->set_skill};
    return ST_OK;
}

/* Other students of the same school come first, of whom nothing is known; the figures of skills and questions are
 * fitted to their answers, as a school's are after its first weeks. */
static enum st pilot_run(struct arena *mem, struct school *s, size_t students, const struct parallel *par,
                         const struct fit_watch *watch, struct err *e)
{
    struct school first = *s;
    struct pilot p = {0};
    struct arm a = {.watch = watch};
    first.students = students;
    first.first = PILOT_FIRST;
    enum st st = arm_run(mem, &first, WAY_PLANNER, (struct kept){.rows = true}, par, &a, e);
    if (st == ST_OK) st = pilot_log(mem, &a, &p, e);
    struct belief_fit_options o = {.guess = p.guess, .watch = watch};
    if (st == ST_OK) st = belief_fit(&p.r, &o, par, &s->belief, NULL, e);
    if (a.rows) let_go(&a);
    return st;
}

/* By what is known of them; equal ones as they are numbered. */
static enum st find_ordinary(struct arena *mem, struct school *s, struct err *e)
{
    s->ordinary = arena_array(mem, s->w.skills * ITEMS_EACH, sizeof *s->ordinary);
    if (!s->ordinary) return err_fail(e, ST_NOMEM, "err.memory", "questions");
    for (size_t k = 0; k < s->w.skills; k++) {
        uint32_t *order = s->ordinary + k * ITEMS_EACH;
        double worth[ITEMS_EACH];
        for (uint32_t i = 0; i < ITEMS_EACH; i++) {
            size_t place = k * ITEMS_EACH + i;
            worth[i] = next_oddness(&(struct belief_question){sim_guess(&s->w.item[place]), s->belief.hardness[place],
                                                              s->belief.hardness_var[place]});
            uint32_t at = i;
            for (; at > 0 && worth[order[at - 1]] > worth[i]; at--) order[at] = order[at - 1];
            order[at] = i;
        }
    }
    return ST_OK;
}

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

static enum st find_quartiles(struct arena *mem, struct school *s, struct err *e)
{
    struct sim_memory *memory = arena_array(mem, s->w.skills, sizeof *memory);
    double *mean = arena_array(mem, s->students, sizeof *mean), *sorted = arena_array(mem, s->students, sizeof *sorted);
    s->quartile = arena_array(mem, s->students + PILOT_MOST, 1);
    if (!memory || !mean || !sorted || !s->quartile) return err_fail(e, ST_NOMEM, "err.memory", "quartiles");
    for (uint32_t u = 0; u < s->students; u++) {
        struct sim_student x;
        sim_student_draw(&s->w, s->seed, u, memory, &x);
        for (uint32_t k = 0; k < s->w.skills; k++) mean[u] += sim_share(&x, k, 0) / (double)s->w.skills;
        sorted[u] = mean[u];
    }
    qsort(sorted, s->students, sizeof *sorted, by_value);
    for (size_t u = 0; u < s->students; u++) {
        unsigned q = 1;
        while (q < QUARTILES && mean[u] >= sorted[s->students * q / QUARTILES]) q++;
        s->quartile[u] = (uint8_t)q;
    }
    return ST_OK;
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
    if (v->known) printf("  %-20s %8.3f (%.3f to %.3f)\n", name, v->value, v->low, v->high);
    else printf("  %-20s cannot be said\n", name);
}

/* False calls and false labels by quartile, the weakest students first. */
static enum st tell_quartiles(const struct cli *c, struct arena *mem, const struct school *s, const struct arm *a,
                              struct json_out *j, struct err *e)
{
    static const enum figure told[] = {FALSE_MASTERY, FALSE_AT_END};
    double *top = arena_array(mem, 2 * s->students, sizeof *top), *bottom = top + s->students;
    struct interval95 v;
    if (!top) return err_fail(e, ST_NOMEM, "err.memory", "quartiles");
    json_open_list(j, "quartiles");
    for (unsigned q = 1; q <= QUARTILES; q++) {
        json_open_obj(j, NULL);
        for (size_t k = 0; k < sizeof told / sizeof *told; k++) {
            char words[40];
            size_t n = 0;
            for (size_t u = 0; u < s->students; u++)
                if (s->quartile[u] == q) top[n] = a->top[told[k]][u], bottom[n++] = a->bottom[told[k]][u];
            if (n) TRY(interval_of_ratio(top, bottom, n, hash_mix(s->seed, 4), &v, e));
            else v = (struct interval95){0};
            model_put_interval(j, figure_names[told[k]], &v);
            snprintf(words, sizeof words, "%s, q%u", figure_names[told[k]], q);
            say(c, words, &v);
        }
        json_close_obj(j);
    }
    json_close_list(j);
    return ST_OK;
}

static enum st tell(const struct cli *c, struct arena *mem, const struct school *s, const struct arm *arms, size_t n,
                    struct json_out *j, struct err *e)
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
        TRY(tell_quartiles(c, mem, s, &arms[i], j, e));
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
        while (w < WAYS && (strlen(way_names[w]) != len || memcmp(way_names[w], list, len) != 0)) w++;
        for (size_t i = 0; i < n; i++)
            if (out[i] == (enum way)w) return 0;
        if (w == WAYS || n == WAYS) return 0;
        out[n++] = (enum way)w;
        list += len + (list[len] == ',');
    }
    return n;
}

static enum st school_make(struct arena *mem, struct school *s, size_t skills, const char *from, const char *policy,
                           double mastered_at, struct err *e)
{
    struct sim_population p = sim_population_default;
    struct sim_skill *given = NULL;
    p.mastered_at = mastered_at;
    if (from) TRY(model_population_from(mem, from, &p, &given, &s->skill_names, &skills, e));
    s->policy = policy_start();
    if (policy) TRY(model_read_policy(policy, &s->policy, e));
    TRY(sim_world_make(&s->w, &p, skills, ITEMS_EACH, given, s->seed, e));
    TRY(belief_model_init(&s->belief, &belief_defaults, skills, skills * ITEMS_EACH, e));
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

static enum st simulate(struct cli *c, struct arena *mem, struct school *s, size_t pilot, const enum way *ways,
                        size_t n, struct err *e)
{
    struct parallel par = model_parallel(c);
    struct arm arms[WAYS] = {0};
    struct model_progress progress;
    const char *log = cli_opt(c, "--log"), *pairs = cli_opt(c, "--pairs");
    if (cli_opt(c, "--edges")) TRY(write_edges(s, cli_opt(c, "--edges"), e));
    enum st st = find_ordinary(mem, s, e);
    model_progress_begin(&progress, "model simulate");
    if (st == ST_OK && pilot) st = pilot_run(mem, s, pilot, &par, &progress.watch, e);
    if (st == ST_OK && pilot) st = find_ordinary(mem, s, e);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        arms[i].watch = &progress.watch, arms[i].from = (double)i / (double)n, arms[i].share = 1.0 / (double)n;
        struct kept kept = {.log = log && i == 0, .pairs = pairs && i == 0};
        st = arm_run(mem, s, ways[i], kept, &par, &arms[i], e);
        if (st == ST_OK && kept.log) st = write_lines(&arms[0], arms[0].log, log_head, log, e);
        if (st == ST_OK && kept.pairs) st = write_lines(&arms[0], arms[0].pairs, pairs_head, pairs, e);
    }
    model_progress_end(&progress);
    let_go(&arms[0]);
    if (st != ST_OK) return st;
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    return model_out_close(&out, c, NULL, tell(c, mem, s, arms, n, j, e), e);
}

int run_model_simulate(struct cli *c)
{
    struct err e = {0};
    struct school s = {0};
    struct arena mem;
    enum way ways[WAYS];
    double students, seed, skills, days, pilot, mastered_at;
    size_t n = ways_of(cli_opt(c, "--compare") ? cli_opt(c, "--compare") : "planner,fixed,random", ways);
    if (!n) return cli_usage(c, "--compare names some of planner, fixed and random, each once");
    if (!model_number(c, "--students", 1, STUDENTS_MAX, 500, &students) ||
        !model_number(c, "--seed", 0, 1e15, 1, &seed) || !model_number(c, "--skills", 1, SIM_SKILLS_MAX, 20, &skills) ||
        !model_number(c, "--days", 1, 1000, 80, &days) || !model_number(c, "--pilot", 0, PILOT_MOST, 200, &pilot) ||
        !model_number(c, "--mastered-at", .5, .99, sim_population_default.mastered_at, &mastered_at))
        return 2;
    s.seed = (uint64_t)seed;
    s.students = (size_t)students;
    s.days = (int32_t)days;
    arena_init(&mem, (size_t)1 << 30);
    enum st st = school_make(&mem, &s, (size_t)skills, cli_opt(c, "--from"), cli_opt(c, "--policy"), mastered_at, &e);
    if (st == ST_OK) st = find_quartiles(&mem, &s, &e);
    if (st == ST_OK) st = simulate(c, &mem, &s, (size_t)pilot, ways, n, &e);
    belief_model_free(&s.belief);
    sim_world_free(&s.w);
    arena_release(&mem);
    return st == ST_OK ? 0 : cli_fail(&e);
}
