/* How hard each question is: a weight for each, beside weights for what a student did on the skill and at all
 * (rules/predict.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/elo.h"
#include "refit_work.h"
#include "policy/snapshot.h"

struct found {
    struct item_layer layer;
    uint32_t *answers; /* fitted to, by place of the question in the catalogue */
    uint8_t *skill;    /* whether there were any on the skill, by its place */
    size_t own, few;
    bool fitted;
};

/* Rows that are an observation of an answer: what the fold keeps its averages of. */
static bool is_observed(const struct refit_data *h, size_t row)
{
    return !(h->answer[row] & REFIT_OFF_SCREEN) && (h->answer[row] & REFIT_ANSWER) != BKT_PRACTICE;
}

/* The answers as the engine reads them; skills that were never asked take no room in the fit. */
struct flat {
    uint32_t *user_at, *item, *item_set, *set_at, *set_skill;
    uint32_t *place, *of; /* skill -> number in the fit, UINT32_MAX: none; and back */
    uint8_t *right;
    struct responses r;
};

static void flat_free(struct flat *f)
{
    free(f->user_at), free(f->item), free(f->item_set), free(f->set_at), free(f->set_skill), free(f->place),
        free(f->of), free(f->right);
}

static enum st flat_alloc(const struct work *w, size_t rows, struct flat *f, struct err *e)
{
    const struct refit_data *h = &w->h;
    size_t skills = w->s->catalogue.competency_count;
    *f = (struct flat){0};
    f->user_at = malloc((h->learners + 1) * sizeof *f->user_at);
    f->item = malloc((rows + 1) * sizeof *f->item);
    f->right = malloc(rows + 1);
    f->item_set = malloc((h->questions + 1) * sizeof *f->item_set);
    f->set_at = malloc((h->questions + 2) * sizeof *f->set_at);
    f->set_skill = malloc((h->skill_count + 1) * sizeof *f->set_skill);
    f->place = malloc((skills + 1) * sizeof *f->place);
    f->of = malloc((skills + 1) * sizeof *f->of);
    if (!f->user_at || !f->item || !f->right || !f->item_set || !f->set_at || !f->set_skill || !f->place || !f->of)
        return err_no_memory(e, "weights of questions");
    memset(f->place, 0xff, (skills + 1) * sizeof *f->place);
    return ST_OK;
}

static enum st flatten(struct work *w, struct flat *f, struct err *e)
{
    const struct refit_data *h = &w->h;
    size_t rows = 0, users = 0, skills = 0, at = 0;
    for (size_t i = 0; i < h->rows; i++) rows += is_observed(h, i);
    TRY(flat_alloc(w, rows, f, e));
    for (size_t q = 0; q < h->questions; q++) {
        f->item_set[q] = (uint32_t)q;
        f->set_at[q] = (uint32_t)at;
        for (uint32_t k = 0; k < h->of[q].count; k++) {
            uint32_t skill = h->skill[h->of[q].first + k];
            if (f->place[skill] == UINT32_MAX) {
                f->of[skills] = skill;
                f->place[skill] = (uint32_t)skills++;
            }
            f->set_skill[at++] = f->place[skill];
        }
    }
    f->set_at[h->questions] = (uint32_t)at;
    rows = 0;
    for (size_t u = 0; u < h->learners; u++) {
        if (refit_is_held_back(h->learner_id[u])) continue;
        size_t begin = rows;
        for (size_t i = h->at[u]; i < h->at[u + 1]; i++) {
            if (!is_observed(h, i)) continue;
            f->item[rows] = h->question[i];
            f->right[rows++] = (h->answer[i] & REFIT_ANSWER) == BKT_RIGHT;
        }
        if (rows > begin) f->user_at[users++] = (uint32_t)begin;
    }
    f->user_at[users] = (uint32_t)rows;
    f->r = (struct responses){.rows = rows,
                              .users = users,
                              .items = h->questions,
                              .skills = skills,
                              .sets = h->questions,
                              .user_at = f->user_at,
                              .item = f->item,
                              .correct = f->right,
                              .item_set = f->item_set,
                              .set_at = f->set_at,
                              .set_skill = f->set_skill};
    w->learners = users;
    w->answers = rows;
    return ST_OK;
}

/* Does the fact match the item's current alignment? Answers given under another alignment do not tell how hard it is
 * now. */
static bool is_current(const struct refit_data *h, const struct catalogue *c, const struct refit_question *q,
                       const struct item_ref *it)
{
    bool same = it->competency_count == q->count;
    for (uint32_t i = 0; same && i < q->count; i++)
        same = c->competencies[h->skill[q->first + i]].competency_id == it->competency_ids[i];
    return same;
}

/* Weights of the fit by place in the catalogue. A question's is kept where enough answers stand behind it. */
static void keep(const struct work *w, const struct flat *f, const struct logistic *m, const uint32_t *answers,
                 struct found *x)
{
    const struct refit_data *h = &w->h;
    const struct catalogue *c = &w->s->catalogue;
    struct logistic *to = &x->layer.m;
    to->dense[0] = refit_rounded(m->dense[0]);
    for (size_t s = 0; s < m->skills; s++)
        for (size_t k = 0; k < m->per_skill; k++)
            to->dense[1 + f->of[s] * to->per_skill + k] = refit_rounded(m->dense[1 + s * m->per_skill + k]);
    for (size_t s = 0; s < m->skills; s++) x->skill[f->of[s]] = 1;
    for (size_t k = 0; k < m->per_student; k++)
        to->dense[to->dense_count - to->per_student + k] = refit_rounded(m->dense[m->dense_count - m->per_student + k]);
    for (size_t q = 0; q < h->questions; q++) {
        const struct item_ref *it = h->of[q].item_id ? catalogue_item(c, h->of[q].item_id) : NULL;
        if (!it || !answers[q] || !is_current(h, c, &h->of[q], it)) continue;
        size_t at = (size_t)(it - c->items);
        x->own += answers[q] >= REFIT_ITEM_ANSWERS;
        x->few += answers[q] < REFIT_ITEM_ANSWERS;
        if (answers[q] < REFIT_ITEM_ANSWERS) continue;
        to->item[at] = refit_rounded(m->item[q]);
        x->answers[at] = answers[q];
    }
}

static enum st fit_flat(const struct work *w, const struct flat *f, struct found *x, struct err *e)
{
    struct logistic_design *design = NULL;
    struct logistic m = {0};
    struct logistic_report rep;
    const struct logistic_options o = {.c = 1.0, .tolerance = 1e-4, .iterations_max = 100, .watch = &w->watch};
    uint32_t *answers = calloc(w->h.questions + 1, sizeof *answers);
    if (!answers) return err_no_memory(e, "weights of questions");
    for (size_t i = 0; i < f->r.rows; i++) answers[f->item[i]]++;
    enum st st = logistic_design_make(&f->r, PREDICT_TERMS, NULL, &design, e);
    if (st == ST_OK) st = logistic_init(&m, PREDICT_TERMS, f->r.items, f->r.skills, e);
    if (st == ST_OK) st = logistic_fit(design, &o, NULL, &m, &rep, e);
    if (st == ST_OK) {
        keep(w, f, &m, answers, x);
        x->fitted = true;
    }
    logistic_free(&m);
    logistic_design_free(design);
    free(answers);
    return st;
}

static enum st fit(struct work *w, struct err *e)
{
    const struct catalogue *c = &w->s->catalogue;
    struct found *x = arena_alloc(w->a, sizeof *x);
    struct flat f;
    if (!x) return err_no_memory(e, "weights of questions");
    w->candidate = x;
    struct logistic *m = &x->layer.m;
    *m = (struct logistic){.terms = PREDICT_TERMS,
                           .items = c->item_count,
                           .skills = c->competency_count,
                           .per_skill = 4,
                           .per_student = 4};
    m->dense_count = 1 + m->skills * m->per_skill + m->per_student;
    m->item = arena_array(w->a, m->items + 1, sizeof *m->item);
    m->dense = arena_array(w->a, m->dense_count, sizeof *m->dense);
    x->answers = arena_array(w->a, m->items + 1, sizeof *x->answers);
    x->skill = arena_array(w->a, m->skills + 1, 1);
    if (!m->item || !m->dense || !x->answers || !x->skill) return err_no_memory(e, "weights of questions");
    enum st st = flatten(w, &f, e);
    if (st == ST_OK && f.r.rows) st = fit_flat(w, &f, x, e);
    flat_free(&f);
    return st;
}

/* One held-back student as the fold would keep them, by place of the skill. */
struct student {
    struct student_past past;
    struct skill_past *skill;
    struct elo_estimate all, *elo;
};

static double by_elo(const struct student *u, const uint32_t *place, size_t n)
{
    double on[BKT_SKILLS_MAX];
    for (size_t i = 0; i < n; i++) on[i] = u->elo[place[i]].logit;
    return predict_by_elo(u->all.logit, on, n);
}

static double by(const struct logistic *m, const struct student *u, const uint32_t *place, size_t n, uint32_t item)
{
    struct skill_past past[BKT_SKILLS_MAX];
    if (!m) return by_elo(u, place, n);
    for (size_t i = 0; i < n; i++) past[i] = u->skill[place[i]];
    return predict_by_weights(m, &u->past, past, place, n, item);
}

static void learn(struct student *u, const uint32_t *place, size_t n, bool right)
{
    struct elo_estimate on[BKT_SKILLS_MAX];
    for (size_t i = 0; i < n; i++) on[i] = u->elo[place[i]];
    double surprise = elo_surprise(u->all, on, n, right);
    for (size_t i = 0; i < n; i++) {
        u->elo[place[i]] = elo_moved(on[i], elo_defaults.skill_step, elo_defaults.skill_slow, surprise);
        skill_past_learn(&u->skill[place[i]], right);
    }
    u->all = elo_moved(u->all, elo_defaults.student_step, elo_defaults.student_slow, surprise);
    student_past_learn(&u->past, right);
}

/* item_at: questions, the place of the item in the catalogue, UINT32_MAX: none */
static void play(const struct work *w, struct judged *j, struct student *u, size_t who, const uint32_t *item_at,
                 const struct logistic *in_force)
{
    const struct refit_data *h = &w->h;
    const struct found *x = w->candidate;
    for (size_t row = h->at[who]; row < h->at[who + 1]; row++) {
        const struct refit_question *q = &h->of[h->question[row]];
        const uint32_t *place = h->skill + q->first;
        uint32_t item = item_at[h->question[row]];
        bool right = (h->answer[row] & REFIT_ANSWER) == BKT_RIGHT;
        if (!is_observed(h, row) || item == UINT32_MAX) continue;
        judged_add(j, who, row, by(x->fitted ? &x->layer.m : NULL, u, place, q->count, item),
                   by(in_force, u, place, q->count, item));
        learn(u, place, q->count, right);
    }
}

static enum st predict(struct work *w, struct judged *j, struct err *e)
{
    size_t skills = w->s->catalogue.competency_count;
    struct item_layer in_force = {0};
    struct student u = {.skill = arena_array(w->a, skills + 1, sizeof *u.skill),
                        .elo = arena_array(w->a, skills + 1, sizeof *u.elo)};
    uint32_t *item_at = arena_array(w->a, w->h.questions + 1, sizeof *item_at);
    if (!u.skill || !u.elo || !item_at) return err_no_memory(e, "weights of questions");
    for (size_t q = 0; q < w->h.questions; q++) {
        const struct item_ref *it = catalogue_item(&w->s->catalogue, w->h.of[q].item_id);
        item_at[q] = it ? (uint32_t)(it - w->s->catalogue.items) : UINT32_MAX;
    }
    if (w->base.doc) TRY(item_layer_parse(w->a, &w->s->catalogue, w->base.doc, &in_force, e));
    j->n = j->learners = 0;
    for (size_t who = 0; who < w->h.learners; who++) {
        if (!refit_is_held_back(w->h.learner_id[who])) continue;
        u.past = student_past_none;
        u.all = (struct elo_estimate){0};
        for (size_t k = 0; k < skills; k++) {
            u.skill[k] = skill_past_none;
            u.elo[k] = (struct elo_estimate){0};
        }
        play(w, j, &u, who, item_at, in_force.fitted ? &in_force.m : NULL);
    }
    return ST_OK;
}

static void report(struct work *w)
{
    const struct found *x = w->candidate;
    json_put_i64(&w->j, "questions_own", (int64_t)x->own);
    json_put_i64(&w->j, "questions_few", (int64_t)x->few);
    json_put_i64(&w->j, "question_answers_least", REFIT_ITEM_ANSWERS);
}

static void put_list(struct json_out *j, const char *key, const double *w, size_t n)
{
    json_open_list(j, key);
    for (size_t i = 0; i < n; i++) json_put_f64(j, NULL, w[i]);
    json_close_list(j);
}

static enum st doc(const struct work *w, struct json_out *j, struct err *e)
{
    const struct catalogue *c = &w->s->catalogue;
    const struct found *x = w->candidate;
    const struct logistic *m = &x->layer.m;
    char id[24];
    (void)e;
    json_put_f64(j, "intercept", m->dense[0]);
    json_open_obj(j, "skills");
    for (size_t k = 0; k < m->skills; k++)
        if (x->skill[k]) put_list(j, c->competencies[k].uri, m->dense + 1 + k * m->per_skill, m->per_skill);
    json_close_obj(j);
    put_list(j, "student", m->dense + m->dense_count - m->per_student, m->per_student);
    json_open_obj(j, "items");
    for (size_t i = 0; i < m->items; i++) {
        if (!x->answers[i]) continue;
        snprintf(id, sizeof id, "%lld", (long long)c->items[i].item_id);
        json_put_f64(j, id, m->item[i]);
    }
    json_close_obj(j);
    return ST_OK;
}

const struct refit_kind refit_items = {"items", fit, predict, report, doc};
