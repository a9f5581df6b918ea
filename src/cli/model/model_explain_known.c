/* model explain of the BKT kinds: where P(known) began, what --edges made of that, and how far each answer on the same
 * skills, and what was forgotten before it, moved it,
 * in log-odds. They add up. */
#include <string.h>

#include "engine/numeric.h"
#include "model_out.h"
#include "model_use.h"

struct path {
    const struct cli *c;
    const struct model_question *q;
    struct json_out *j;
    double known, logit;         /* P(known), and the sum of the parts */
    size_t answers, right, gaps; /* on the skills; how often something was forgotten */
    double last_s;               /* of the last of them */
    const char *by;              /* the skill for which it started lower, at `start`; NULL: none */
    double start;
    char by_known[32]; /* in %, how likely that skill was known then */
};

static double log_odds(double p) { return num_log(p / (1.0 - p)); }

/* What is certain moves no further: a step to 0 or 1 is no part. */
static bool move(struct path *p, double to, double *part)
{
    if (!(to > 0.0 && to < 1.0)) return false;
    *part = log_odds(to) - log_odds(p->known);
    p->known = to;
    p->logit = p->logit + *part;
    return true;
}

static void line(const struct path *p, double part, enum msg_id id, size_t nth, const char *item)
{
    struct text t;
    if (p->c->json) return;
    text_init(&t, 1 << 16);
    msg_format(&t, p->q->lang, id, MSG_ARGS(MSG_N("n", (int64_t)nth), MSG_T("item", item)));
    printf("  %+8.4f  %s\n", part, text_str(&t));
    text_release(&t);
}

/* nth: of the answer before which it was forgotten, from 0; SIZE_MAX: of one to come. */
static void forget(struct path *p, double faded, size_t nth)
{
    double part;
    if (!move(p, faded, &part)) return;
    p->gaps++;
    json_open_obj(p->j, NULL);
    json_put_str(p->j, "term", "forgetting");
    if (nth != SIZE_MAX) json_put_i64(p->j, "index", (int64_t)nth);
    json_put_f64(p->j, "logit", part);
    json_close_obj(p->j);
    line(p, part, nth == SIZE_MAX ? MSG_explain_forgot_next : MSG_explain_forgot, nth + 1, NULL);
}

static void answer(struct path *p, double next, size_t nth, uint32_t item, bool right)
{
    const struct model_use *x = p->q->use;
    double part;
    if (!move(p, next, &part)) return;
    p->answers++;
    p->right += right;
    json_open_obj(p->j, NULL);
    json_put_str(p->j, "term", "answer");
    json_put_i64(p->j, "index", (int64_t)nth);
    json_put_str(p->j, "item", x->d.item_name[item]);
    if (x->general && x->general_options.classes > 1) json_put_i64(p->j, "class", x->item_class[item]);
    json_put_i64(p->j, "correct", right);
    json_put_f64(p->j, "logit", part);
    json_close_obj(p->j);
    line(p, part, right ? MSG_explain_answer_right : MSG_explain_answer_wrong, nth + 1, x->d.item_name[item]);
}

/* One answer of the log, on the skills in question. */
static void follow(struct path *p, uint32_t set, size_t row, size_t nth)
{
    const struct model_use *x = p->q->use;
    const struct responses *r = &x->d.r;
    uint32_t item = r->item[row];
    bool right = r->correct[row];
    if (x->general) {
        const struct bkt_general *m = &x->general[set];
        bool gap = p->answers && bkt_general_is_gap(&x->general_options, r->time_s ? r->time_s[row] - p->last_s : 0.0);
        if (gap) forget(p, bkt_general_step(m, x->item_class[item], true, p->known, right).faded, nth);
        answer(p, bkt_general_step(m, x->item_class[item], false, p->known, right).next, nth, item, right);
    } else {
        double next;
        if (bkt_update(&x->bkt[set].p, &p->known, 1, right ? BKT_RIGHT : BKT_WRONG, &next) == ST_OK)
            answer(p, next, nth, item, right);
    }
    if (r->time_s) p->last_s = r->time_s[row];
}

/* Where the first answer on the skills found it, by what was known then of those before them. */
static void start(struct path *p, double begin, uint32_t by, double by_known)
{
    double part;
    if (!move(p, begin, &part)) return;
    p->by = p->q->use->d.skill_name[p->q->use->d.r.set_skill[p->q->use->d.r.set_at[by]]];
    p->start = begin;
    snprintf(p->by_known, sizeof p->by_known, "%.0f", 100.0 * by_known);
    json_open_obj(p->j, NULL);
    json_put_str(p->j, "term", "start");
    json_put_str(p->j, "skill", p->by);
    json_put_f64(p->j, "known", by_known);
    json_put_f64(p->j, "logit", part);
    json_close_obj(p->j);
    if (p->c->json) return;
    struct text t;
    text_init(&t, 1 << 16);
    msg_format(&t, p->q->lang, MSG_explain_start, MSG_ARGS(MSG_T("skill", p->by), MSG_T("known", p->by_known)));
    printf("  %+8.4f  %s\n", part, text_str(&t));
    text_release(&t);
}

/* The student's answers up to the first on the set, or all: what is known of what comes before it. */
static enum st begin_by_edges(struct path *p, uint32_t set, size_t begin, size_t end, struct err *e)
{
    const struct model_use *x = p->q->use;
    const struct responses *r = &x->d.r;
    struct bkt_prerequisites s;
    uint32_t by;
    enum st st = bkt_prerequisites_init(&s, x->bkt, &x->edges.g, e);
    if (st == ST_OK) {
        bkt_prerequisites_begin(&s);
        for (size_t i = begin; i < end && r->item_set[r->item[i]] != set; i++)
            bkt_prerequisites_answer(&s, r->item_set[r->item[i]], r->correct[i]);
        double known = bkt_prerequisites_known(&s, set, &by);
        if (by != UINT32_MAX) start(p, known, by, bkt_prerequisites_known(&s, by, NULL));
    }
    bkt_prerequisites_free(&s);
    return st;
}

static double right_next(const struct model_use *x, uint32_t set, uint32_t item, double known)
{
    return x->general ? bkt_general_step(&x->general[set], x->item_class[item], false, known, true).right
                      : bkt_predict(&x->bkt[set].p, &known, 1);
}

static void sentence(const struct path *p, const char *skill, double prior, struct text *t)
{
    const struct model_use *x = p->q->use;
    char from[32], to[32], share[32];
    snprintf(from, sizeof from, "%.0f", 100.0 * prior);
    snprintf(to, sizeof to, "%.0f", 100.0 * p->known);
    if (p->answers)
        msg_format(t, p->q->lang, MSG_explain_known,
                   MSG_ARGS(MSG_N("right", (int64_t)p->right), MSG_N("n", (int64_t)p->answers), MSG_T("skill", skill),
                            MSG_T("from", from), MSG_T("to", to)));
    else msg_format(t, p->q->lang, MSG_explain_known_none, MSG_ARGS(MSG_T("skill", skill), MSG_T("from", from)));
    if (p->by) {
        snprintf(to, sizeof to, "%.0f", 100.0 * p->start);
        msg_format(t, p->q->lang, MSG_explain_starts_lower,
                   MSG_ARGS(MSG_T("skill", p->by), MSG_T("from", to), MSG_T("known", p->by_known)));
    }
    if (!p->gaps) return;
    snprintf(share, sizeof share, "%.1f", 100.0 * x->general[x->d.r.item_set[p->q->item]].forget);
    msg_format(t, p->q->lang, MSG_explain_breaks, MSG_ARGS(MSG_N("n", (int64_t)p->gaps), MSG_T("part", share)));
}

enum st model_explain_known(const struct cli *c, const struct model_question *question, struct err *e)
{
    const struct model_use *x = question->use;
    const struct responses *r = &x->d.r;
    struct model_question q = *question;
    size_t begin = r->user_at[q.user], end = r->user_at[q.user + 1];
    if (!q.to_come) q.item = r->item[end - 1];
    uint32_t set = r->item_set[q.item];
    double prior = x->general ? x->general[set].prior : x->bkt[set].p.prior;
    if (!(prior > 0.0 && prior < 1.0))
        return err_fail(e, ST_INVALID, "model.file", "the prior of these skills is certain: nothing moves it");
    struct text name, words, whole;
    struct model_out out;
    struct path p = {.c = c, .q = &q, .j = model_out_open(&out), .known = prior, .logit = log_odds(prior)};
    text_init(&name, 1 << 16);
    text_init(&words, 1 << 17);
    text_init(&whole, 1 << 18);
    model_set_name(&x->d, set, &name);
    json_put_str(p.j, "student", x->d.user_name[q.user]);
    json_put_str(p.j, "skill", text_str(&name));
    json_open_list(p.j, "parts");
    json_open_obj(p.j, NULL);
    json_put_str(p.j, "term", "prior");
    json_put_f64(p.j, "logit", p.logit);
    json_close_obj(p.j);
    line(&p, p.logit, MSG_explain_before, 0, NULL);
    enum st st = x->with_edges ? begin_by_edges(&p, set, begin, end, e) : ST_OK;
    for (size_t i = begin; i < end; i++)
        if (r->item_set[r->item[i]] == set) follow(&p, set, i, i - begin);
    /* An answer to come is given now or later: what the time that has passed on other skills took is gone by then. */
    if (x->general && p.answers &&
        bkt_general_is_gap(&x->general_options, r->time_s ? r->time_s[end - 1] - p.last_s : 0.0))
        forget(&p, bkt_general_step(&x->general[set], 0, true, p.known, true).faded, SIZE_MAX);
    json_close_list(p.j);
    p.known = num_logistic(p.logit);
    json_put_f64(p.j, "logit", p.logit);
    json_put_f64(p.j, "p_known", p.known);
    json_put_f64(p.j, "p", right_next(x, set, q.item, p.known));
    sentence(&p, text_str(&name), prior, &words);
    json_put_str(p.j, "sentence", text_str(&words));
    st = model_out_close(&out, c, NULL, st, e);
    msg_format(&whole, q.lang, MSG_explain_student,
               MSG_ARGS(MSG_T("student", x->d.user_name[q.user]), MSG_T("sentence", text_str(&words))));
    if (st == ST_OK && !c->json) printf("%s\n", text_str(&whole));
    text_release(&name), text_release(&words), text_release(&whole);
    return st;
}
