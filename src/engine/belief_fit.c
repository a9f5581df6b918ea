#include "engine/belief_fit.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "engine/numeric.h"

/* passes: while figures are searched, and at the end. part: of a Gauss-Newton step, since skills and questions that
 * are asked together are moved at once. */
enum { PASSES = 5, PASSES_AT_LAST = 8, USERS_TOGETHER = 16, APART = 5, DAY_S = 86400 };
static const double part = .7, first_step = .3, longer = 1.5, least_gain = 1e-6;

static void forget(struct belief_model *m)
{
    const struct belief_params *p = &m->params;
    for (size_t k = 0; k < m->skills; k++) m->ease[k] = p->ease, m->ease_var[k] = p->ease_sd * p->ease_sd;
    for (size_t i = 0; i < m->items; i++) m->hardness[i] = 0.0, m->hardness_var[i] = p->hardness_sd * p->hardness_sd;
}

enum st belief_model_init(struct belief_model *m, const struct belief_params *p, size_t skills, size_t items,
                          struct err *e)
{
    *m = (struct belief_model){.params = *p, .skills = skills, .items = items};
    m->ease = calloc(skills + 1, sizeof *m->ease);
    m->ease_var = calloc(skills + 1, sizeof *m->ease_var);
    m->hardness = calloc(items + 1, sizeof *m->hardness);
    m->hardness_var = calloc(items + 1, sizeof *m->hardness_var);
    if (!m->ease || !m->ease_var || !m->hardness || !m->hardness_var)
        return err_fail(e, ST_NOMEM, "err.memory", "beliefs about %zu questions", items);
    forget(m);
    return ST_OK;
}

void belief_model_free(struct belief_model *m)
{
    free(m->ease);
    free(m->ease_var);
    free(m->hardness);
    free(m->hardness_var);
    *m = (struct belief_model){0};
}

/* --- one pass: what was expected of each answer of some students --- */

struct pass {
    const struct responses *r;
    const struct belief_model *m;
    const double *guess;
    const uint32_t *user; /* those that are played */
    size_t users;
    double *p; /* rows */
    /* rows: how far what is expected still hangs on the ease that the skills began with, and not on the student's
     * answers: by the variance that is left of the first. NULL: not asked for */
    double *hangs;
    atomic_bool out_of_memory;
};

static size_t set_skills(const struct responses *r, uint32_t set, const uint32_t **skills)
{
    size_t n = r->set_at[set + 1] - r->set_at[set];
    *skills = r->set_skill + r->set_at[set];
    return n < BKT_SKILLS_MAX ? n : BKT_SKILLS_MAX;
}

static size_t skills_of(const struct responses *r, size_t row, const uint32_t **skills)
{
    return set_skills(r, r->item_set[r->item[row]], skills);
}

int32_t belief_day(double time_s)
{
    double day = time_s / DAY_S;
    return day > (double)INT32_MAX ? INT32_MAX : day < -(double)INT32_MAX ? -INT32_MAX : (int32_t)day;
}

static void play(struct pass *x, uint32_t u, struct belief_skill *state, bool *met)
{
    const struct responses *r = x->r;
    const struct belief_params *p = &x->m->params;
    struct belief_student who = belief_student_new(p);
    for (size_t k = 0; k < r->skills; k++) met[k] = false;
    for (size_t row = r->user_at[u]; row < r->user_at[u + 1]; row++) {
        uint32_t item = r->item[row];
        const uint32_t *skills;
        size_t n = skills_of(r, row, &skills);
        struct belief_skill s[BKT_SKILLS_MAX];
        struct belief_question q = {x->guess ? x->guess[item] : 0.0, x->m->hardness[item], x->m->hardness_var[item]};
        int32_t day = r->time_s ? belief_day(r->time_s[row]) : 0;
        x->p[row] = .5;
        if (!n) continue;
        for (size_t i = 0; i < n; i++) {
            uint32_t k = skills[i];
            if (!met[k]) state[k] = belief_skill_new(p, x->m->ease[k], x->m->ease_var[k]);
            met[k] = true;
            s[i] = state[k];
        }
        if (x->hangs) {
            double left = 0.0;
            for (size_t i = 0; i < n; i++)
                left += s[i].var / (p->own_sd * p->own_sd + x->m->ease_var[skills[i]]) / (double)n;
            x->hangs[row] = left < 1.0 ? left : 1.0;
        }
        double right = belief_right(p, &who, s, n, &q, day);
        x->p[row] = right < 1e-6 ? 1e-6 : right > 1.0 - 1e-6 ? 1.0 - 1e-6 : right;
        belief_learn(p, &who, s, n, &q, day, r->correct[row] ? BKT_RIGHT : BKT_WRONG);
        for (size_t i = 0; i < n; i++) state[skills[i]] = s[i];
    }
}

static void play_some(void *arg, size_t block)
{
    struct pass *x = arg;
    struct belief_skill *state = malloc((x->r->skills + 1) * sizeof *state);
    bool *met = malloc(x->r->skills + 1);
    if (!state || !met) atomic_store(&x->out_of_memory, true);
    else
        for (size_t i = block * USERS_TOGETHER; i < x->users && i < (block + 1) * USERS_TOGETHER; i++)
            play(x, x->user[i], state, met);
    free(state);
    free(met);
}

static enum st play_all(struct pass *x, const struct parallel *par, struct err *e)
{
    parallel_run(par, (x->users + USERS_TOGETHER - 1) / USERS_TOGETHER, play_some, x);
    return atomic_load(&x->out_of_memory)
               ? err_fail(e, ST_NOMEM, "err.memory", "beliefs about %zu skills", x->r->skills)
               : ST_OK;
}

/* --- what is easy and what is hard --- */

struct fit {
    const struct responses *r;
    const struct belief_fit_options *o;
    const struct parallel *par;
    struct belief_model *m;
    double *p, *hangs;                                       /* rows */
    double *skill_more, *skill_info, *item_more, *item_info; /* what was right beyond what was expected; information */
    uint32_t *all, *kept, *learnt;                           /* users; of the search: those kept out, and the others */
    size_t all_n, kept_n, learnt_n;
};

static void add_up(struct fit *f, const uint32_t *user, size_t users)
{
    const struct responses *r = f->r;
    for (size_t k = 0; k < r->skills; k++) f->skill_more[k] = f->skill_info[k] = 0.0;
    for (size_t i = 0; i < r->items; i++) f->item_more[i] = f->item_info[i] = 0.0;
    for (size_t u = 0; u < users; u++)
        for (size_t row = r->user_at[user[u]]; row < r->user_at[user[u] + 1]; row++) {
            const uint32_t *skills;
            size_t n = skills_of(r, row, &skills);
            double more = (double)r->correct[row] - f->p[row], info = f->p[row] * (1.0 - f->p[row]);
            f->item_more[r->item[row]] += more;
            f->item_info[r->item[row]] += info;
            for (size_t i = 0; i < n; i++) {
                double by = f->hangs[row] / (double)n;
                f->skill_more[skills[i]] += more * by;
                f->skill_info[skills[i]] += info * by * by;
            }
        }
}

static void step(struct fit *f)
{
    struct belief_model *m = f->m;
    double ease_held = 1.0 / (m->params.ease_sd * m->params.ease_sd),
           hardness_held = 1.0 / (m->params.hardness_sd * m->params.hardness_sd);
    for (size_t k = 0; k < m->skills; k++) {
        double info = f->skill_info[k] + ease_held;
        m->ease[k] += part * (f->skill_more[k] - ease_held * (m->ease[k] - m->params.ease)) / info;
        m->ease_var[k] = 1.0 / info;
    }
    for (size_t i = 0; i < m->items; i++) {
        double info = f->item_info[i] + hardness_held;
        m->hardness[i] -= part * (f->item_more[i] + hardness_held * m->hardness[i]) / info;
        m->hardness_var[i] = 1.0 / info;
    }
}

/* Only the difference of a skill's ease and its questions' hardness shows in answers: the middle of what was asked is
 * 0. */
static void center(struct fit *f, const uint32_t *user, size_t users)
{
    const struct responses *r = f->r;
    double *hard = f->skill_more, *asked = f->skill_info;
    const uint32_t *skills;
    for (size_t k = 0; k < r->skills; k++) hard[k] = asked[k] = 0.0;
    for (size_t u = 0; u < users; u++)
        for (size_t row = r->user_at[user[u]]; row < r->user_at[user[u] + 1]; row++) {
            size_t n = skills_of(r, row, &skills);
            for (size_t i = 0; i < n; i++) hard[skills[i]] += f->m->hardness[r->item[row]], asked[skills[i]] += 1.0;
        }
    for (size_t k = 0; k < r->skills; k++) {
        hard[k] = asked[k] > 0.0 ? hard[k] / asked[k] : 0.0;
        f->m->ease[k] -= hard[k];
    }
    for (size_t i = 0; i < r->items; i++) {
        size_t n = set_skills(r, r->item_set[i], &skills);
        for (size_t q = 0; q < n; q++) f->m->hardness[i] -= hard[skills[q]] / (double)n;
    }
}

static enum st settle(struct fit *f, const uint32_t *user, size_t users, int passes, struct err *e)
{
    struct pass x = {
        .r = f->r, .m = f->m, .guess = f->o->guess, .user = user, .users = users, .p = f->p, .hangs = f->hangs};
    forget(f->m);
    for (int i = 0; i < passes; i++) {
        TRY(play_all(&x, f->par, e));
        add_up(f, user, users);
        step(f);
        center(f, user, users);
    }
    return ST_OK;
}

/* --- the figures that all share --- */

static struct figure {
    size_t at;
    bool by_logs; /* steps multiply */
    double least, most;
    bool by_days;
} const figures[] = {{offsetof(struct belief_params, student_sd), true, .05, 4, false},
                     {offsetof(struct belief_params, own_sd), true, .05, 4, false},
                     {offsetof(struct belief_params, ease), false, -6, 6, false},
                     {offsetof(struct belief_params, gain), true, .001, 1, false},
                     {offsetof(struct belief_params, gain_var), true, .0001, .5, false},
                     {offsetof(struct belief_params, slip), true, .005, .3, false},
                     {offsetof(struct belief_params, hardness_sd), true, .05, 3, false},
                     {offsetof(struct belief_params, ease_sd), true, .1, 3, false},
                     {offsetof(struct belief_params, newness), false, -1, 3, false},
                     {offsetof(struct belief_params, newness) + sizeof(double), false, -1, 3, false},
                     {offsetof(struct belief_params, newness) + 2 * sizeof(double), false, -1, 3, false},
                     {offsetof(struct belief_params, warm_step), true, .001, 2, true},
                     {offsetof(struct belief_params, warm_most), true, .01, 3, true},
                     {offsetof(struct belief_params, drift), true, .0001, .1, true},
                     {offsetof(struct belief_params, decay), true, .05, 3, true},
                     {offsetof(struct belief_params, fading), true, .05, 1, true}};
enum { FIGURES = sizeof figures / sizeof *figures };

static double *figure_of(struct belief_params *p, size_t i) { return (double *)(void *)((char *)p + figures[i].at); }

/* Log-loss of the next answers of those kept out, when the others are fitted under the params of the model. */
static enum st judge(struct fit *f, double *loss, struct err *e)
{
    struct pass x = {.r = f->r, .m = f->m, .guess = f->o->guess, .user = f->kept, .users = f->kept_n, .p = f->p};
    double sum = 0.0, rows = 0.0;
    TRY(settle(f, f->learnt, f->learnt_n, PASSES, e));
    TRY(play_all(&x, f->par, e));
    for (size_t u = 0; u < f->kept_n; u++)
        for (size_t row = f->r->user_at[f->kept[u]]; row < f->r->user_at[f->kept[u] + 1]; row++) {
            sum -= num_log(f->r->correct[row] ? f->p[row] : 1.0 - f->p[row]);
            rows += 1.0;
        }
    *loss = rows > 0.0 ? sum / rows : 0.0;
    return ST_OK;
}

/* One step along one figure, either way; the way that was better is the first to be tried the next time, and further.
 * Where neither is, steps are halved. length: below 0: towards less. */
static enum st try_figure(struct fit *f, size_t i, double *length, double *best, struct err *e)
{
    double *at = figure_of(&f->m->params, i), was = *at;
    for (int turn = 0; turn < 2; turn++, *length = -*length) {
        double loss, x = figures[i].by_logs ? was * num_exp(*length) : was + *length;
        if (x < figures[i].least || x > figures[i].most) continue;
        *at = x;
        TRY(judge(f, &loss, e));
        if (loss < *best - least_gain) {
            *best = loss;
            *length *= longer;
            return ST_OK;
        }
        *at = was;
    }
    *length *= .5;
    return ST_OK;
}

static enum st search(struct fit *f, struct belief_report *report, struct err *e)
{
    double length[FIGURES];
    for (size_t i = 0; i < FIGURES; i++) length[i] = first_step;
    if (!f->kept_n || !f->learnt_n) return ST_OK;
    TRY(judge(f, &report->log_loss, e));
    for (int round = 0; round < f->o->rounds; round++, report->rounds++)
        for (size_t i = 0; i < FIGURES; i++) {
            if (figures[i].by_days && !f->r->time_s) continue;
            report->stopped = !fit_goes_on(f->o->watch, (round + (double)i / FIGURES) / (f->o->rounds + 1.0));
            if (report->stopped) return ST_OK;
            TRY(try_figure(f, i, &length[i], &report->log_loss, e));
        }
    return ST_OK;
}

/* Whole students, evenly from all, until their rows are as many as the search takes; each fifth is kept out. */
static void choose(struct fit *f)
{
    const struct responses *r = f->r;
    size_t rows = 0, every, n = 0;
    for (uint32_t u = 0; u < r->users; u++) {
        if (f->o->folds && r->user_fold[u] % f->o->folds == f->o->hold_out) continue;
        f->all[f->all_n++] = u;
        rows += r->user_at[u + 1] - r->user_at[u];
    }
    every = (rows + BELIEF_SEARCH_ROWS - 1) / BELIEF_SEARCH_ROWS;
    for (size_t i = 0; i < f->all_n; i += every ? every : 1) {
        bool keep = n++ % APART == 0;
        if (keep) f->kept[f->kept_n++] = f->all[i];
        else f->learnt[f->learnt_n++] = f->all[i];
    }
}

static enum st fit_make(struct fit *f, struct err *e)
{
    const struct responses *r = f->r;
    f->p = calloc(2 * r->rows + 1, sizeof *f->p);
    f->skill_more = calloc(2 * r->skills + 1, sizeof *f->skill_more);
    f->item_more = calloc(2 * r->items + 1, sizeof *f->item_more);
    f->all = calloc(3 * r->users + 1, sizeof *f->all);
    if (!f->p || !f->skill_more || !f->item_more || !f->all)
        return err_fail(e, ST_NOMEM, "err.memory", "a fit of %zu answers", r->rows);
    f->hangs = f->p + r->rows;
    f->skill_info = f->skill_more + r->skills;
    f->item_info = f->item_more + r->items;
    f->kept = f->all + r->users;
    f->learnt = f->kept + r->users;
    choose(f);
    return ST_OK;
}

static void no_days(struct belief_params *p) { p->warm_step = p->drift = p->fading = 0.0; }

enum st belief_fit(const struct responses *r, const struct belief_fit_options *o, const struct parallel *par,
                   struct belief_model *m, struct belief_report *report, struct err *e)
{
    struct fit f = {.r = r, .o = o, .par = par, .m = m};
    struct belief_report none;
    if (!report) report = &none;
    *report = (struct belief_report){0};
    TRY(responses_check(r, e));
    if (m->skills != r->skills || m->items != r->items)
        return err_fail(e, ST_INVALID, "model.data", "a model of %zu skills for a log of %zu", m->skills, r->skills);
    if (!r->time_s) no_days(&m->params);
    enum st st = fit_make(&f, e);
    if (st == ST_OK && o->rounds) st = search(&f, report, e);
    if (st == ST_OK) st = settle(&f, f.all, f.all_n, PASSES_AT_LAST, e);
    for (size_t u = 0; u < f.all_n; u++) report->rows += r->user_at[f.all[u] + 1] - r->user_at[f.all[u]];
    free(f.p);
    free(f.skill_more);
    free(f.item_more);
    free(f.all);
    return st;
}

enum st belief_predict_rows(const struct responses *r, const struct belief_model *m, const double *guess, size_t folds,
                            size_t hold_out, const struct parallel *par, double *p, struct err *e)
{
    struct pass x = {.r = r, .m = m, .guess = guess, .p = p};
    uint32_t *user = calloc(r->users + 1, sizeof *user);
    if (!user) return err_fail(e, ST_NOMEM, "err.memory", "%zu students", r->users);
    for (uint32_t u = 0; u < r->users; u++)
        if (!folds || r->user_fold[u] % folds == hold_out) user[x.users++] = u;
    x.user = user;
    enum st st = play_all(&x, par, e);
    free(user);
    return st;
}
