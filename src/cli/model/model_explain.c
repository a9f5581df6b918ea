/* model explain: the parts of a prediction, or of what is known of a skill, which add up to it; and a sentence. */
#include <math.h> /* llrint */
#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"
#include "model_out.h"
#include "model_use.h"

static const char *term_name(unsigned term)
{
    switch (term) {
    case 0: return "intercept";
    case TERM_ITEM: return "item";
    case TERM_SKILL: return "skill";
    case TERM_WINS: return "skill_wins";
    case TERM_ATTEMPTS: return "skill_attempts";
    case TERM_WINDOWS: return "skill_window";
    case TERM_RECENT: return "skill_recent";
    case TERM_ITEM_COUNTS: return "item_counts";
    case TERM_TOTAL: return "all_counts";
    case TERM_AVERAGES: return "all_recent";
    case TERM_GAP: return "gap";
    case TERM_MEAN: return "mean";
    default: return "other";
    }
}

/* Of which of the few parts a term is one. */
static enum model_part part_of(const struct logistic_part *p)
{
    switch (p->term) {
    case 0: return PART_START;
    case TERM_SKILL: return PART_SKILL;
    case TERM_ITEM: return PART_ITEM;
    case TERM_TOTAL:
    case TERM_AVERAGES: return PART_ALL;
    case TERM_GAP: return PART_TIME;
    case TERM_MEAN: return p->skill == UINT32_MAX ? PART_ALL : PART_OWN;
    default: return PART_OWN;
    }
}

static bool share_a_skill(const struct responses *r, uint32_t a, uint32_t b)
{
    bool share = a == b;
    for (size_t i = r->set_at[a]; i < r->set_at[a + 1]; i++)
        for (size_t k = r->set_at[b]; k < r->set_at[b + 1]; k++) share = share || r->set_skill[i] == r->set_skill[k];
    return share;
}

static bool lowest_of(const struct model_use *x, uint32_t item, double share)
{
    size_t below = 0;
    for (size_t i = 0; i < x->d.r.items; i++) below += x->m.item[i] < x->m.item[item];
    return (double)below < share * (double)x->d.r.items;
}

/* The weightiest facts in words. */
static void sentence(const struct model_use *x, const struct features *f, const uint8_t *last, size_t last_count,
                     uint32_t item, const uint32_t *skills, size_t n, double now, enum lang lang, struct text *t)
{
    for (size_t i = 0; i < n; i++) {
        const struct skill_tally *k = &f->skill[skills[i]];
        const char *name = x->d.skill_name[skills[i]];
        if (i) text_add(t, "; ");
        if (!k->all.n) {
            msg_format(t, lang, MSG_explain_about_none, MSG_ARGS(MSG_T("skill", name)));
            continue;
        }
        msg_format(t, lang, MSG_explain_about,
                   MSG_ARGS(MSG_N("right", (int64_t)k->all.wins), MSG_N("n", (int64_t)k->all.n), MSG_T("skill", name)));
        if (i == 0 && last_count) {
            unsigned right = 0;
            for (size_t q = 0; q < last_count && q < 3; q++) right += last[q];
            msg_format(t, lang, MSG_explain_of_last, MSG_ARGS(MSG_N("right", right), MSG_N("n", (int64_t)last_count)));
        }
        double days = (now - k->last_s) / 86400.0;
        if (x->d.r.time_s && days >= 1.0) msg_format(t, lang, MSG_explain_days, MSG_ARGS(MSG_N("n", llrint(days))));
    }
    if (!n)
        msg_format(t, lang, MSG_explain_in_all,
                   MSG_ARGS(MSG_N("right", (int64_t)f->total.wins), MSG_N("n", (int64_t)f->total.n)));
    if (x->m.terms & TERM_ITEM) {
        if (x->m.item[item] == 0.0) text_add(t, msg(lang, MSG_explain_item_new));
        else if (lowest_of(x, item, 1.0 / 3)) text_add(t, msg(lang, MSG_explain_item_harder));
        else if (!lowest_of(x, item, 2.0 / 3)) text_add(t, msg(lang, MSG_explain_item_easier));
    }
}

/* What the student's answers up to `end` on each set of skills add for an answer on `now`; for the caller to free. */
static enum st earlier_answers(const struct model_use *x, uint32_t user, size_t end, uint32_t now, double **out,
                               struct err *e)
{
    const struct responses *r = &x->d.r;
    size_t begin = r->user_at[user], n = end - begin;
    double *sum = calloc(r->sets + 1, sizeof *sum), *part = malloc((n + 1) * sizeof *part);
    uint32_t *set = malloc((n + 1) * sizeof *set);
    if (!sum || !part || !set) {
        free(sum), free(part), free(set);
        return err_fail(e, ST_NOMEM, "err.memory", "parts");
    }
    for (size_t i = 0; i < n; i++) set[i] = r->item_set[r->item[begin + i]];
    transfer_parts(&x->top, set, r->correct + begin, n, now, part);
    for (size_t i = 0; i < n; i++) sum[set[i]] = sum[set[i]] + part[i];
    free(part), free(set);
    *out = sum;
    return ST_OK;
}

static void put_earlier(const struct model_use *x, uint32_t set, double own, const double *earlier, struct json_out *j)
{
    struct text name;
    text_init(&name, 1 << 16);
    for (size_t s = 0; s <= x->d.r.sets; s++) { /* the set's own first, as it is added first */
        if (s && earlier[s - 1] == 0.0) continue;
        model_set_name(&x->d, s ? s - 1 : set, &name);
        json_open_obj(j, NULL);
        json_put_str(j, "term", s ? "earlier_answers" : "set");
        json_put_str(j, "skill", text_str(&name));
        json_put_f64(j, "logit", s ? earlier[s - 1] : own);
        json_close_obj(j);
    }
    text_release(&name);
}

static enum st why(const struct cli *c, const struct model_question *q, struct err *e)
{
    const struct model_use *x = q->use;
    const struct responses *r = &x->d.r;
    uint32_t user = q->user, item = q->item;
    struct features f;
    size_t end = r->user_at[user + 1], last_count = 0;
    uint8_t last[3] = {0};
    if (!q->to_come) item = r->item[--end]; /* the answer before which we stand */
    uint32_t set = r->item_set[item];
    const uint32_t *skills = r->set_skill + r->set_at[set];
    size_t n = r->set_at[set + 1] - r->set_at[set];
    TRY(features_init(&f, r->skills, r->items, true, e));
    enum st st = ST_OK;
    for (size_t i = r->user_at[user]; st == ST_OK && i < end; i++) {
        uint32_t s = r->item_set[r->item[i]];
        st = features_learn(&f, r->item[i], r->set_skill + r->set_at[s], r->set_at[s + 1] - r->set_at[s], r->correct[i],
                            r->time_s ? r->time_s[i] : 0.0, e);
        bool same = false;
        for (size_t k = r->set_at[s]; n && k < r->set_at[s + 1]; k++) same = same || r->set_skill[k] == skills[0];
        if (!same) continue;
        if (last_count == 3) memmove(last, last + 1, 2);
        else last_count++;
        last[last_count - 1] = r->correct[i];
    }
    if (st != ST_OK) {
        features_free(&f);
        return st;
    }
    double now = !r->time_s ? 0.0 : !q->to_come ? r->time_s[end] : f.last_s;
    float values[LOGISTIC_LOCAL_MAX];
    struct logistic_part parts[LOGISTIC_PARTS_MAX];
    features_at(&f, skills, n, now);
    logistic_values(x->m.terms, &f, item, skills, n, now, values);
    size_t count = logistic_explain(&x->m, item, skills, n, values, parts);
    double own = 0.0, *earlier = NULL;
    struct model_parts few = {0};
    for (size_t i = 0; i < count; i++) model_part_add(&few, part_of(&parts[i]), parts[i].logit);
    if (x->top.sets) {
        st = earlier_answers(x, user, end, set, &earlier, e);
        if (st != ST_OK) {
            features_free(&f);
            return st;
        }
        own = (double)x->top.own[set];
        model_part_add(&few, PART_SKILL, own);
        for (size_t s = 0; s < r->sets; s++)
            model_part_add(&few, share_a_skill(r, (uint32_t)s, set) ? PART_OWN : PART_OTHERS, earlier[s]);
    }
    double logit = model_parts_sum(&few);
    struct text words;
    text_init(&words, 1 << 16);
    sentence(x, &f, last, last_count, item, skills, n, now, q->lang, &words);
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    json_put_str(j, "student", x->d.user_name[user]);
    json_put_str(j, "item", x->d.item_name[item]);
    json_put_f64(j, "p", num_logistic(logit));
    json_put_f64(j, "logit", logit);
    json_put_str(j, "sentence", text_str(&words));
    model_parts_put(&few, q->lang, j);
    json_open_list(j, "detail"); /* of which the parts are made */
    for (size_t i = 0; i < count; i++) {
        json_open_obj(j, NULL);
        json_put_str(j, "term", term_name(parts[i].term));
        if (parts[i].skill != UINT32_MAX) json_put_str(j, "skill", x->d.skill_name[parts[i].skill]);
        json_put_i64(j, "which", parts[i].which);
        json_put_f64(j, "value", parts[i].value);
        json_put_f64(j, "weight", parts[i].weight);
        json_put_f64(j, "logit", parts[i].logit);
        json_close_obj(j);
    }
    if (earlier) put_earlier(x, set, own, earlier, j);
    json_close_list(j);
    st = model_out_close(&out, c, NULL, ST_OK, e);
    if (st == ST_OK && !c->json) {
        struct text t;
        char p[32];
        snprintf(p, sizeof p, "%.1f", 100.0 * num_logistic(logit));
        text_init(&t, 1 << 16);
        msg_format(
            &t, q->lang, MSG_explain_student_item,
            MSG_ARGS(MSG_T("student", x->d.user_name[user]), MSG_T("item", x->d.item_name[item]), MSG_T("p", p)));
        printf("%s\n%s\n", text_str(&t), text_str(&words));
        model_parts_say(&few, num_logistic(logit), q->lang);
        text_release(&t);
    }
    free(earlier);
    text_release(&words);
    features_free(&f);
    return st;
}

static bool find_name(const char *const *names, size_t n, const char *name, uint32_t *out)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (uint32_t)i;
            return true;
        }
    return false;
}

int run_model_explain(struct cli *c)
{
    struct err e = {0};
    struct model_use x;
    const char *student = cli_opt(c, "--student"), *question = cli_opt(c, "--question"),
               *language = cli_opt(c, "--language");
    struct model_question q = {.use = &x, .to_come = question != NULL, .lang = lang_find(language, LANG_EN)};
    if (!c->count || !cli_opt(c, "--model") || !student)
        return cli_usage(c, "name the file of answers, the student with --student and, with --model, the file that "
                            "model fit --out wrote");
    if (language && strcmp(lang_code(q.lang), language) != 0) return cli_usage(c, "--language takes en or es");
    enum st st = model_use_load(c, &x, &e);
    if (st == ST_OK && !find_name(x.d.user_name, x.d.r.users, student, &q.user))
        st = err_fail(&e, ST_NOT_FOUND, "model.row", "no answer of student \"%.60s\"", student);
    if (st == ST_OK && question && !find_name(x.d.item_name, x.d.r.items, question, &q.item))
        st = err_fail(&e, ST_NOT_FOUND, "model.row", "no answer on item \"%.60s\"", question);
    if (st == ST_OK)
        st = x.bkt || x.general ? model_explain_known(c, &q, &e)
             : x.belief.items   ? model_explain_belief(c, &q, &e)
                                : why(c, &q, &e);
    model_use_release(&x);
    return st == ST_OK ? 0 : cli_fail(&e);
}
