/* model explain: the parts of a prediction, or of what is known of a skill, which add up to it; and a sentence. */
#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"
#include "model_put.h"
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

static bool lowest_of(const struct model_use *x, uint32_t item, double share)
{
    size_t below = 0;
    for (size_t i = 0; i < x->d.r.items; i++) below += x->m.item[i] < x->m.item[item];
    return (double)below < share * (double)x->d.r.items;
}

/* The weightiest facts in words. */
static void sentence(const struct model_use *x, const struct features *f, const uint8_t *last, size_t last_count, uint32_t item, const uint32_t *skills, size_t n, double now, struct text *t)
{
    for (size_t i = 0; i < n; i++) {
        const struct skill_tally *k = &f->skill[skills[i]];
        if (i) text_add(t, "; ");
        if (!k->all.n) {
            text_printf(t, "no answer yet about %s", x->d.skill_name[skills[i]]);
            continue;
        }
        text_printf(t, "right on %u of %u about %s", (unsigned)k->all.wins, (unsigned)k->all.n, x->d.skill_name[skills[i]]);
        if (i == 0 && last_count) {
            unsigned right = 0;
            for (size_t q = 0; q < last_count && q < 3; q++) right += last[q];
            text_printf(t, ", %u of the last %zu", right, last_count);
        }
        double days = (now - k->last_s) / 86400.0;
        if (x->d.r.time_s && days >= 1.0) text_printf(t, ", %.0f day%s ago", days, days < 1.5 ? "" : "s");
    }
    if (!n) text_printf(t, "right on %u of %u in all", (unsigned)f->total.wins, (unsigned)f->total.n);
    if (x->m.terms & TERM_ITEM) {
        if (x->m.item[item] == 0.0) text_add(t, "; this item is new");
        else if (lowest_of(x, item, 1.0 / 3)) text_add(t, "; this item is harder than most");
        else if (!lowest_of(x, item, 2.0 / 3)) text_add(t, "; this item is easier than most");
    }
}

/* What the student's answers up to `end` on each set of skills add for an answer on `now`; for the caller to free. */
static enum st earlier_answers(const struct model_use *x, uint32_t user, size_t end, uint32_t now, double **out, struct err *e)
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

static enum st why(struct cli *c, const struct model_use *x, uint32_t user, uint32_t item, bool given, struct err *e)
{
    const struct responses *r = &x->d.r;
    struct features f;
    size_t end = r->user_at[user + 1], last_count = 0;
    uint8_t last[3] = {0};
    if (!given) item = r->item[--end]; /* the answer before which we stand */
    uint32_t set = r->item_set[item];
    const uint32_t *skills = r->set_skill + r->set_at[set];
    size_t n = r->set_at[set + 1] - r->set_at[set];
    TRY(features_init(&f, r->skills, r->items, true, e));
    enum st st = ST_OK;
    for (size_t i = r->user_at[user]; st == ST_OK && i < end; i++) {
        uint32_t s = r->item_set[r->item[i]];
        st = features_learn(&f, r->item[i], r->set_skill + r->set_at[s], r->set_at[s + 1] - r->set_at[s], r->correct[i], r->time_s ? r->time_s[i] : 0.0, e);
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
    double now = !r->time_s ? 0.0 : !given ? r->time_s[end] : f.last_s;
    float values[LOGISTIC_LOCAL_MAX];
    struct logistic_part parts[LOGISTIC_PARTS_MAX];
    features_at(&f, skills, n, now);
    logistic_values(x->m.terms, &f, item, skills, n, now, values);
    size_t count = logistic_explain(&x->m, item, skills, n, values, parts);
    double logit = 0.0, own = 0.0, *earlier = NULL;
    for (size_t i = 0; i < count; i++) logit = logit + parts[i].logit;
    if (x->top.sets) {
        st = earlier_answers(x, user, end, set, &earlier, e);
        if (st != ST_OK) {
            features_free(&f);
            return st;
        }
        own = (double)x->top.own[set];
        logit = logit + own;
        for (size_t s = 0; s < r->sets; s++) logit = logit + earlier[s];
    }
    struct text words;
    text_init(&words, 1 << 16);
    sentence(x, &f, last, last_count, item, skills, n, now, &words);
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    json_put_str(j, "student", x->d.user_name[user]);
    json_put_str(j, "item", x->d.item_name[item]);
    json_put_f64(j, "p", num_logistic(logit));
    json_put_f64(j, "logit", logit);
    json_put_str(j, "sentence", text_str(&words));
    json_open_list(j, "parts");
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
        printf("student %s, item %s: %.1f %%\n%s\n", x->d.user_name[user], x->d.item_name[item], 100.0 * num_logistic(logit), text_str(&words));
        for (size_t i = 0; i < count; i++)
            printf("  %+8.4f  %s%s%s\n", parts[i].logit, term_name(parts[i].term), parts[i].skill == UINT32_MAX ? "" : " ", parts[i].skill == UINT32_MAX ? "" : x->d.skill_name[parts[i].skill]);
        for (size_t q = 0; earlier && q < r->sets; q++) {
            if (earlier[q] > -.005 && earlier[q] < .005) continue;
            model_set_name(&x->d, q, &words);
            printf("  %+8.4f  earlier answers on %s\n", earlier[q], text_str(&words));
        }
    }
    free(earlier);
    text_release(&words);
    features_free(&f);
    return st;
}

static double log_odds(double p) { return num_log(p / (1.0 - p)); }

/* Why mastery is what it is: where it began, and how far each answer on the same skills moved it, in log-odds of P(known). They add up. */
static enum st why_known(struct cli *c, const struct model_use *x, uint32_t user, uint32_t item, bool given, struct err *e)
{
    const struct responses *r = &x->d.r;
    size_t begin = r->user_at[user], end = r->user_at[user + 1], n = 0, right = 0;
    if (!given) item = r->item[end - 1];
    uint32_t set = r->item_set[item];
    const struct bkt *m = &x->bkt[set].p;
    if (!(m->prior > 0.0 && m->prior < 1.0)) return err_fail(e, ST_INVALID, "model.file", "the prior of these skills is certain: nothing moves it");
    struct text name;
    struct model_out out;
    struct json_out *j = model_out_open(&out);
    text_init(&name, 1 << 16);
    model_set_name(&x->d, set, &name);
    json_put_str(j, "student", x->d.user_name[user]);
    json_put_str(j, "skill", text_str(&name));
    json_open_list(j, "parts");
    double known = m->prior, logit = log_odds(known);
    json_open_obj(j, NULL);
    json_put_str(j, "term", "prior");
    json_put_f64(j, "logit", logit);
    json_close_obj(j);
    if (!c->json) printf("  %+8.4f  before any answer\n", logit);
    for (size_t i = begin; i < end; i++) {
        double after;
        if (r->item_set[r->item[i]] != set) continue;
        if (bkt_update(m, &known, 1, r->correct[i] ? BKT_RIGHT : BKT_WRONG, &after) != ST_OK || !(after > 0.0 && after < 1.0)) continue;
        double part = log_odds(after) - log_odds(known);
        known = after;
        logit = logit + part;
        n++;
        right += r->correct[i];
        json_open_obj(j, NULL);
        json_put_str(j, "term", "answer");
        json_put_i64(j, "index", (int64_t)(i - begin));
        json_put_str(j, "item", x->d.item_name[r->item[i]]);
        json_put_i64(j, "correct", r->correct[i]);
        json_put_f64(j, "logit", part);
        json_close_obj(j);
        if (!c->json) printf("  %+8.4f  answer %zu, item %s, %s\n", part, i - begin + 1, x->d.item_name[r->item[i]], r->correct[i] ? "right" : "wrong");
    }
    json_close_list(j);
    known = num_logistic(logit);
    json_put_f64(j, "logit", logit);
    json_put_f64(j, "p_known", known);
    json_put_f64(j, "p", bkt_predict(m, &known, 1));
    struct text words;
    text_init(&words, 1 << 12);
    if (n) text_printf(&words, "right on %zu of %zu about %s; the chance that it is known went from %.0f %% to %.0f %%", right, n, text_str(&name), 100.0 * m->prior, 100.0 * known);
    else text_printf(&words, "no answer yet about %s; %.0f %% of students know it before the first", text_str(&name), 100.0 * m->prior);
    json_put_str(j, "sentence", text_str(&words));
    enum st st = model_out_close(&out, c, NULL, ST_OK, e);
    if (st == ST_OK && !c->json) printf("student %s: %s\n", x->d.user_name[user], text_str(&words));
    text_release(&words);
    text_release(&name);
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
    uint32_t user = 0, item = 0;
    const char *student = cli_opt(c, "--student"), *question = cli_opt(c, "--question");
    if (!c->count || !cli_opt(c, "--model") || !student) return cli_usage(c, "name the answers, the student with --student, and with --model what model fit --out wrote");
    enum st st = model_use_load(c, &x, &e);
    if (st == ST_OK && x.general) st = err_fail(&e, ST_INVALID, "model.option", "explain is for bkt, the logistic family and transfer");
    if (st == ST_OK && !find_name(x.d.user_name, x.d.r.users, student, &user)) st = err_fail(&e, ST_NOT_FOUND, "model.row", "no answer of student \"%.60s\"", student);
    if (st == ST_OK && question && !find_name(x.d.item_name, x.d.r.items, question, &item)) st = err_fail(&e, ST_NOT_FOUND, "model.row", "no answer on item \"%.60s\"", question);
    if (st == ST_OK) st = x.bkt ? why_known(c, &x, user, item, question != NULL, &e) : why(c, &x, user, item, question != NULL, &e);
    model_use_release(&x);
    return st == ST_OK ? 0 : cli_fail(&e);
}
