/* model levels: what the rules would have said of each answer of a log, as it came. */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/id.h"
#include "base/strmap.h"
#include "engine/belief_fit.h"
#include "model.h"
#include "model_out.h"
#include "rules/fold.h"
#include "rules/lasting.h"

enum { STUDENT_BYTES = 16 << 20, NAME_BYTES = 4096, DAY_S = 86400 };
/* those that a school begins with: docs/models.md */
static const struct bkt parameters = {.prior = .30, .learn = .15, .guess = .20, .slip = .10};
/* Ids begin in 2020: a log whose times count from its own beginning is laid into a school year. */
static const double first_s = 1693785600.0, earliest_s = 1577836800.0;

struct levels {
    struct log_data d;
    struct policy policy;
    struct belief_model belief;
    double shift_s, floor_s;
    FILE *out;
};

/* Skills and questions of --train under the names that the log has; what it does not know stays as of nothing known. */
static enum st learn_from(struct cli *c, struct levels *x, const char *path, struct err *e)
{
    struct log_columns names = log_columns_of(c);
    struct parallel par = model_parallel(c);
    struct log_data t = {0};
    struct belief_model m = {0};
    struct strmap skills = {.arena = &x->d.arena}, items = {.arena = &x->d.arena};
    enum st st = log_read(&t, &path, 1, &names, e);
    if (st == ST_OK) st = belief_model_init(&m, &belief_defaults, t.r.skills, t.r.items, e);
    if (st == ST_OK) st = belief_fit(&t.r, &(struct belief_fit_options){.rounds = BELIEF_ROUNDS}, &par, &m, NULL, e);
    for (size_t k = 0; st == ST_OK && k < t.r.skills; k++)
        if (strmap_put(&skills, t.skill_name[k], (int)k) < 0) st = err_no_memory(e, "skills");
    for (size_t i = 0; st == ST_OK && i < t.r.items; i++)
        if (strmap_put(&items, t.item_name[i], (int)i) < 0) st = err_no_memory(e, "items");
    if (st == ST_OK) {
        belief_model_free(&x->belief);
        st = belief_model_init(&x->belief, &m.params, x->d.r.skills, x->d.r.items, e);
    }
    for (size_t k = 0; st == ST_OK && k < x->d.r.skills; k++) {
        int at = strmap_get(&skills, x->d.skill_name[k]);
        if (at >= 0) x->belief.ease[k] = m.ease[at], x->belief.ease_var[k] = m.ease_var[at];
    }
    for (size_t i = 0; st == ST_OK && i < x->d.r.items; i++) {
        int at = strmap_get(&items, x->d.item_name[i]);
        if (at >= 0) x->belief.hardness[i] = m.hardness[at], x->belief.hardness_var[i] = m.hardness_var[at];
    }
    belief_model_free(&m);
    log_release(&t);
    return st;
}

/* A skill before an answer, for the row that tells of it. */
struct before {
    double share, low, high;
    enum level level;
};

static struct before look(const struct levels *x, const struct learner_state *s, uint32_t skill, int32_t day)
{
    const struct belief_params *p = &x->belief.params;
    const struct competency_state *c = state_find(s, (int64_t)skill + 1);
    struct belief_student who = s->belief.var > 0.0 ? s->belief : belief_student_new(p);
    struct belief_skill on =
        c && c->belief.var > 0.0 ? c->belief : belief_skill_new(p, x->belief.ease[skill], x->belief.ease_var[skill]);
    struct belief b = belief_on(p, &who, &on, day);
    return (struct before){belief_share(b, 0.0), belief_share(b, -BELIEF_Z90), belief_share(b, BELIEF_Z90),
                           c ? c->level : LEVEL_NOT_YET};
}

static int by_id(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static enum st one_answer(struct levels *x, struct arena *a, struct learner_state *s, struct idgen *ids, size_t u,
                          size_t row, const char *user, struct err *e)
{
    const struct responses *r = &x->d.r;
    uint32_t item = r->item[row], set = r->item_set[item];
    size_t n = r->set_at[set + 1] - r->set_at[set], nth = row - r->user_at[u];
    /* without a clock all is of one day, a minute apart */
    double at_s = (r->time_s ? r->time_s[row] : 60.0 * (double)nth) + x->shift_s;
    int64_t at_ms = (int64_t)(at_s * 1000.0), competency[BKT_SKILLS_MAX];
    int32_t day = (int32_t)(at_s / DAY_S);
    const struct log_beside *beside = x->d.beside ? &x->d.beside[row] : NULL;
    struct bkt bkt[BKT_SKILLS_MAX];
    double ease[BKT_SKILLS_MAX], ease_var[BKT_SKILLS_MAX];
    const struct mastery_rule *rule[BKT_SKILLS_MAX];
    struct before was[BKT_SKILLS_MAX];
    if (n > BKT_SKILLS_MAX) n = BKT_SKILLS_MAX;
    for (size_t i = 0; i < n; i++) competency[i] = (int64_t)r->set_skill[r->set_at[set] + i] + 1;
    qsort(competency, n, sizeof *competency, by_id);
    for (size_t i = 0; i < n; i++) {
        uint32_t k = (uint32_t)competency[i] - 1;
        bkt[i] = parameters;
        ease[i] = x->belief.ease[k], ease_var[i] = x->belief.ease_var[k];
        rule[i] = policy_rule(&x->policy, "");
        was[i] = look(x, s, k, day);
    }
    struct evidence v = {.learner_id = (int64_t)u + 1,
                         .evidence_id = id_next(ids, at_ms, 0),
                         .client_id = "",
                         .kind = EVIDENCE_RESPONSE,
                         .item_id = (int64_t)item + 1,
                         .variant = (int64_t)nth,
                         .score = r->correct[row],
                         .attempt = 1,
                         .hints = beside && beside->hints > 0 ? beside->hints : 0,
                         .took_ms = beside && beside->took_s >= 0 ? (int64_t)((double)beside->took_s * 1000.0) : 0,
                         .floor_ms = beside && beside->took_s >= 0 ? (int32_t)(x->floor_s * 1000.0) : 0,
                         .answered_at_ms = at_ms,
                         .school_date = day};
    struct fold_fact f = {.evidence = &v,
                          .count = n,
                          .competency_id = competency,
                          .model = bkt,
                          .rule = rule,
                          .belief = &x->belief.params,
                          .ease = ease,
                          .ease_var = ease_var,
                          .question = {0.0, x->belief.hardness[item], x->belief.hardness_var[item]}};
    TRY(fold_fact(a, &f, s, NULL, NULL, e));
    for (size_t i = 0; i < n; i++) {
        const struct competency_state *c = state_find(s, competency[i]);
        struct text name;
        text_init(&name, NAME_BYTES);
        csv_put(&name, x->d.skill_name[competency[i] - 1], false);
        fprintf(x->out, "%s%u,%s%.6f,%.6f,%.6f,%s,%s\n", user, (unsigned)x->d.index[row], text_str(&name), was[i].share,
                was[i].low, was[i].high, level_code(was[i].level), level_code(c ? c->level : LEVEL_NOT_YET));
        bool whole = !name.failed;
        text_release(&name);
        if (!whole) return err_no_memory(e, "a skill's name");
    }
    return ST_OK;
}

static enum st replay(struct levels *x, struct err *e)
{
    enum st st = ST_OK;
    fputs("user,index,skill,p,low,high,level_before,level_after\n", x->out);
    for (size_t u = 0; st == ST_OK && u < x->d.r.users; u++) {
        struct arena a;
        struct learner_state s = {0};
        struct idgen ids = {0};
        struct text name;
        arena_init(&a, STUDENT_BYTES);
        text_init(&name, NAME_BYTES);
        csv_put(&name, x->d.user_name[u], false);
        for (size_t row = x->d.r.user_at[u]; st == ST_OK && row < x->d.r.user_at[u + 1]; row++)
            st = one_answer(x, &a, &s, &ids, u, row, text_str(&name), e);
        text_release(&name);
        arena_release(&a);
    }
    return st;
}

static enum st levels(struct cli *c, struct levels *x, struct err *e)
{
    struct log_columns names = log_columns_of(c);
    const char *path = cli_opt(c, "--out"), *policy = cli_opt(c, "--policy"), *train = cli_opt(c, "--train");
    names.beside = true;
    TRY(model_log_read(c, &names, &x->d, e));
    x->policy = policy_start();
    if (policy) TRY(model_read_policy(policy, &x->policy, e));
    TRY(belief_model_init(&x->belief, &belief_defaults, x->d.r.skills, x->d.r.items, e));
    if (train) TRY(learn_from(c, x, train, e));
    bool early = false;
    for (size_t i = 0; x->d.r.time_s && i < x->d.r.rows; i++) early = early || x->d.r.time_s[i] < earliest_s;
    x->shift_s = early || !x->d.r.time_s ? first_s : 0.0;
    if (!x->d.r.time_s)
        fputs("The log has no times: all answers are of one day, on which nothing can be shown to last.\n", stderr);
    TRY(model_file_open(path, &x->out, e));
    enum st st = replay(x, e), closed = model_file_close(x->out, path, st == ST_OK, e);
    return st == ST_OK ? closed : st;
}

int run_model_levels(struct cli *c)
{
    struct err e = {0};
    struct levels x = {0};
    if (!c->count) return cli_usage(c, "name the files or folders with answers");
    if (!cli_opt(c, "--out")) return cli_usage(c, "--out names the file to write");
    if (!model_number(c, "--floor", 0, 600, 0, &x.floor_s)) return 2;
    enum st st = levels(c, &x, &e);
    belief_model_free(&x.belief);
    log_release(&x.d);
    return st == ST_OK ? 0 : cli_fail(&e);
}
