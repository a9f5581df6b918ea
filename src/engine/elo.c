#include "engine/elo.h"

#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"

const struct elo_options elo_defaults = {.3, .02, .4, .02, .8, .05, .3, .05};

static double step_of(double step, double slow, uint32_t n) { return step / (1.0 + slow * (double)n); }

static double logit_sum(double base, double all, double skills, double item, double hard)
{
    return base + all + skills - item - hard;
}

static double logit_of(const struct elo_items *m, const struct elo_student *s, uint32_t item, const uint32_t *skills,
                       size_t n)
{
    double theta = 0.0, hard = 0.0;
    for (size_t i = 0; i < n; i++) {
        theta = theta + s->skill[skills[i]].logit;
        hard = hard + m->skill[skills[i]].logit;
    }
    double of = n ? (double)n : 1.0;
    return logit_sum(m->base, s->all.logit, theta / of, m->item[item].logit, hard / of);
}

double elo_predict(const struct elo_items *m, const struct elo_student *s, uint32_t item, const uint32_t *skills,
                   size_t n)
{
    return num_logistic(logit_of(m, s, item, skills, n));
}

struct elo_estimate elo_moved(struct elo_estimate x, double step, double slow, double by)
{
    return (struct elo_estimate){x.logit + step_of(step, slow, x.n) * by, x.n + 1};
}
static void move(struct elo_estimate *x, double step, double slow, double by) { *x = elo_moved(*x, step, slow, by); }

double elo_surprise(struct elo_estimate all, const struct elo_estimate *skill, size_t n, bool correct)
{
    double theta = 0.0;
    for (size_t i = 0; i < n; i++) theta = theta + skill[i].logit;
    return (correct ? 1.0 : 0.0) - num_logistic(logit_sum(0.0, all.logit, theta / (double)n, 0.0, 0.0));
}

void elo_update(struct elo_items *m, struct elo_student *s, const struct elo_options *o, uint32_t item,
                const uint32_t *skills, size_t n, bool correct, bool learn_items)
{
    double error = (correct ? 1.0 : 0.0) - elo_predict(m, s, item, skills, n);
    move(&s->all, o->student_step, o->student_slow, error);
    for (size_t i = 0; i < n; i++) move(&s->skill[skills[i]], o->skill_step, o->skill_slow, error);
    if (!learn_items) return;
    move(&m->item[item], o->item_step, o->item_slow, -error);
    for (size_t i = 0; i < n; i++) move(&m->skill[skills[i]], o->topic_step, o->topic_slow, -error);
}

struct run {
    const struct responses *r;
    const struct elo_options *o;
    struct elo_items items;
    struct elo_student student;
    double *p;
};

static void play(struct run *x, size_t u, bool learn)
{
    const struct responses *r = x->r;
    x->student.all = (struct elo_estimate){0};
    memset(x->student.skill, 0, r->skills * sizeof *x->student.skill);
    for (size_t row = r->user_at[u]; row < r->user_at[u + 1]; row++) {
        uint32_t item = r->item[row], set = r->item_set[item];
        const uint32_t *skills = r->set_skill + r->set_at[set];
        size_t n = r->set_at[set + 1] - r->set_at[set];
        if (x->p) {
            double p = elo_predict(&x->items, &x->student, item, skills, n);
            x->p[row] = p < 1e-6 ? 1e-6 : p > 1.0 - 1e-6 ? 1.0 - 1e-6 : p;
        }
        elo_update(&x->items, &x->student, x->o, item, skills, n, r->correct[row], learn);
    }
}

enum st elo_run(const struct responses *r, const struct elo_options *o, size_t folds, size_t hold_out, double *p,
                struct err *e)
{
    struct run x = {.r = r, .o = o};
    TRY(responses_check(r, e));
    x.items.item = calloc(r->items + 1, sizeof *x.items.item);
    x.items.skill = calloc(r->skills + 1, sizeof *x.items.skill);
    x.student.skill = calloc(r->skills + 1, sizeof *x.student.skill);
    enum st st = x.items.item && x.items.skill && x.student.skill
                     ? ST_OK
                     : err_fail(e, ST_NOMEM, "err.memory", "Elo of %zu items", r->items);
    if (st == ST_OK) {
        double right = .5, rows = 1.0;
        for (size_t u = 0; u < r->users; u++)
            for (size_t row = r->user_at[u]; row < r->user_at[u + 1]; row++)
                if (!folds || r->user_fold[u] % folds != hold_out) {
                    right = right + (double)r->correct[row];
                    rows = rows + 1.0;
                }
        x.items.base = num_log(right / (rows - right));
        x.p = folds ? NULL : p;
        for (size_t u = 0; u < r->users; u++)
            if (!folds || r->user_fold[u] % folds != hold_out) play(&x, u, true);
        x.p = p;
        for (size_t u = 0; folds && u < r->users; u++)
            if (r->user_fold[u] % folds == hold_out) play(&x, u, false);
    }
    free(x.items.item), free(x.items.skill), free(x.student.skill);
    return st;
}
