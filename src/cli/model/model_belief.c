/* model fit and model explain of kind belief. */
#include <stdlib.h>
#include <string.h>

#include "engine/belief_fit.h"
#include "engine/metrics.h"
#include "engine/numeric.h"
#include "model_out.h"
#include "model_use.h"

static enum st print(struct cli *c, const struct log_data *d, const struct belief_model *m,
                     const struct belief_report *rep, double log_likelihood, double read_s, double fit_s, struct err *e)
{
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    json_put_str(j, "kind", "belief");
    /* the search goes by answers that were kept out of it, and may end lower on those that it was fitted to */
    model_put_fit(j, rep->log_loss, log_likelihood, !rep->stopped, rep->rounds, rep->rows);
    json_put_f64(j, "seconds", read_s + fit_s);
    json_put_f64(j, "seconds_fit", fit_s);
    model_put_log(j, d);
    json_put_i64(j, "peak_rss_kib", model_peak_kib());
    model_put_belief(j, d, m);
    enum st st = model_out_close(&out, c, cli_opt(c, "--out"), ST_OK, e);
    if (st == ST_OK && !c->json)
        printf("belief: %zu answers, log-loss %.4f of those kept out of the search, %d rounds%s; read %.3f s, fit %.3f "
               "s\n",
               rep->rows, rep->log_loss, rep->rounds, rep->stopped ? " (stopped)" : "", read_s, fit_s);
    return st;
}

enum st model_fit_belief(struct cli *c, const struct log_data *d, double begin, struct err *e)
{
    struct parallel par = model_parallel(c);
    struct belief_fit_options o = {.rounds = BELIEF_ROUNDS};
    struct belief_model m = {0};
    struct belief_report rep = {0};
    struct model_progress progress;
    struct metrics all = {0};
    json_t *doc = NULL;
    double read = model_seconds(), *p = malloc((d->r.rows + 1) * sizeof *p);
    enum st st = p ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "predictions");
    if (st == ST_OK) st = model_start(c, "belief", &doc, e);
    if (st == ST_OK)
        st = doc ? model_load_belief(doc, d, &m, e)
                 : belief_model_init(&m, &belief_defaults, d->r.skills, d->r.items, e);
    json_decref(doc);
    model_progress_begin(&progress, "model fit");
    o.watch = &progress.watch;
    if (st == ST_OK) st = belief_fit(&d->r, &o, &par, &m, &rep, e);
    model_progress_end(&progress);
    if (st == ST_OK) st = belief_predict_rows(&d->r, &m, NULL, 0, 0, &par, p, e);
    if (st == ST_OK) st = metrics_of(p, d->r.correct, NULL, d->r.rows, &all, e);
    if (st == ST_OK)
        st = print(c, d, &m, &rep, -all.log_loss * (double)all.rows, read - begin, model_seconds() - read, e);
    if (st == ST_OK) st = model_if_stopped(c, e);
    belief_model_free(&m);
    free(p);
    return st;
}

/* --- why --- */

struct replay {
    const struct belief_model *m;
    struct belief_student who;
    struct belief_skill *skill; /* of the log */
    const uint32_t *asked;      /* skills of the question */
    size_t n;
    double own, others, time; /* by how much the mean on these skills moved, and by what */
    size_t answers, right;    /* on them */
};

/* The mean on the skills in question. day INT32_MIN: as of when each was last asked, without what time has taken */
static double mean_of(const struct replay *x, int32_t day)
{
    double sum = 0.0;
    for (size_t i = 0; i < x->n; i++)
        sum += belief_on(&x->m->params, &x->who, &x->skill[x->asked[i]], day).mean / (double)x->n;
    return sum;
}

static size_t skills_of(const struct responses *r, uint32_t item, const uint32_t **skills)
{
    uint32_t set = r->item_set[item];
    size_t n = r->set_at[set + 1] - r->set_at[set];
    *skills = r->set_skill + r->set_at[set];
    return n < BKT_SKILLS_MAX ? n : BKT_SKILLS_MAX;
}

static bool is_asked(const struct replay *x, uint32_t skill)
{
    bool is = false;
    for (size_t i = 0; i < x->n; i++) is = is || x->asked[i] == skill;
    return is;
}

static void follow(struct replay *x, const struct responses *r, size_t row)
{
    const struct belief_params *p = &x->m->params;
    uint32_t item = r->item[row];
    int32_t day = r->time_s ? belief_day(r->time_s[row]) : 0;
    const uint32_t *skills;
    size_t n = skills_of(r, item, &skills);
    struct belief_skill s[BKT_SKILLS_MAX];
    struct belief_question q = {0.0, x->m->hardness[item], x->m->hardness_var[item]};
    double before = mean_of(x, INT32_MIN), faded = 0.0;
    bool mine = false;
    for (size_t i = 0; i < n; i++) {
        s[i] = x->skill[skills[i]];
        if (!is_asked(x, skills[i])) continue;
        mine = true;
        faded += (belief_on(p, &x->who, &s[i], day).mean - belief_on(p, &x->who, &s[i], INT32_MIN).mean) / (double)x->n;
    }
    belief_learn(p, &x->who, s, n, &q, day, r->correct[row] ? BKT_RIGHT : BKT_WRONG);
    for (size_t i = 0; i < n; i++) x->skill[skills[i]] = s[i];
    double moved = mean_of(x, INT32_MIN) - before - faded;
    x->time += faded;
    *(mine ? &x->own : &x->others) += moved;
    x->answers += mine;
    x->right += mine && r->correct[row];
}

static enum st tell(const struct cli *c, const struct model_question *q, const struct replay *x, uint32_t item,
                    const struct model_parts *few, double p, struct err *e)
{
    const struct model_use *use = q->use;
    double logit = model_parts_sum(few);
    struct text name, words, line;
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    text_init(&name, 1 << 16), text_init(&words, 1 << 17), text_init(&line, 1 << 16);
    model_set_name(&use->d, use->d.r.item_set[item], &name);
    if (x->answers)
        msg_format(&words, q->lang, MSG_explain_about,
                   MSG_ARGS(MSG_N("right", (int64_t)x->right), MSG_N("n", (int64_t)x->answers),
                            MSG_T("skill", text_str(&name))));
    else msg_format(&words, q->lang, MSG_explain_about_none, MSG_ARGS(MSG_T("skill", text_str(&name))));
    json_put_str(j, "student", use->d.user_name[q->user]);
    json_put_str(j, "item", use->d.item_name[item]);
    json_put_str(j, "skill", text_str(&name));
    json_put_f64(j, "p", p);
    json_put_f64(j, "slip", x->m->params.slip);
    json_put_f64(j, "logit", logit); /* p is 1 - slip of its logistic */
    json_put_str(j, "sentence", text_str(&words));
    model_parts_put(few, q->lang, j);
    enum st st = model_out_close(&out, c, NULL, ST_OK, e);
    if (st == ST_OK && !c->json) {
        char share[32];
        snprintf(share, sizeof share, "%.1f", 100.0 * p);
        msg_format(&line, q->lang, MSG_explain_student_item,
                   MSG_ARGS(MSG_T("student", use->d.user_name[q->user]), MSG_T("item", use->d.item_name[item]),
                            MSG_T("p", share)));
        printf("%s\n%s\n", text_str(&line), text_str(&words));
        model_parts_say(few, p, q->lang);
    }
    text_release(&name), text_release(&words), text_release(&line);
    return st;
}

enum st model_explain_belief(const struct cli *c, const struct model_question *q, struct err *e)
{
    const struct model_use *use = q->use;
    const struct responses *r = &use->d.r;
    const struct belief_model *m = &use->belief;
    size_t begin = r->user_at[q->user], end = r->user_at[q->user + 1], last = end - 1;
    uint32_t item = q->to_come ? q->item : r->item[--end]; /* the answer before which we stand */
    struct replay x = {.m = m, .who = belief_student_new(&m->params)};
    x.n = skills_of(r, item, &x.asked);
    if (!x.n)
        return err_fail(e, ST_INVALID, "model.row", "item \"%.60s\" names no skill, and a belief is about skills",
                        use->d.item_name[item]);
    if (!(x.skill = malloc((r->skills + 1) * sizeof *x.skill)))
        return err_fail(e, ST_NOMEM, "err.memory", "beliefs about %zu skills", r->skills);
    for (size_t k = 0; k < r->skills; k++) x.skill[k] = belief_skill_new(&m->params, m->ease[k], m->ease_var[k]);
    double start = mean_of(&x, INT32_MIN);
    for (size_t row = begin; row < end; row++) follow(&x, r, row);
    int32_t day = r->time_s ? belief_day(r->time_s[last]) : 0;
    struct belief_skill s[BKT_SKILLS_MAX];
    struct belief_question question = {0.0, m->hardness[item], m->hardness_var[item]};
    for (size_t i = 0; i < x.n; i++) s[i] = x.skill[x.asked[i]];
    struct belief_view v = belief_look(&m->params, &x.who, s, x.n, &question, day);
    double p = belief_right(&m->params, &x.who, s, x.n, &question, day);
    x.time += v.skill - mean_of(&x, INT32_MIN);
    /* A skill's first questions are harder: that is the question's part too. */
    struct model_parts few = {0};
    model_part_add(&few, PART_ITEM, v.narrow * (start - question.hardness - v.newness));
    model_part_add(&few, PART_OWN, v.narrow * x.own);
    model_part_add(&few, PART_OTHERS, v.narrow * x.others);
    model_part_add(&few, PART_TODAY, v.narrow * (x.time + v.warm));
    enum st st = tell(c, q, &x, item, &few, p, e);
    free(x.skill);
    return st;
}
