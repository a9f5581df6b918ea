/* Who has which skills: latent classes over all combinations, by EM. */
#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"
#include "engine/prerequisite.h"

enum { ITERATIONS_MAX = 3000, SKILLS_OF_ITEM_MAX = 1 << CLASS_SKILLS_MAX };
static const double tolerance = 1e-7, pull = 1.0; /* one person each way behind every chance and class */

struct fit {
    const struct irt_matrix *m;
    const uint32_t *q;
    size_t classes;
    double *p;         /* items x classes: P(right) */
    double *right, *n; /* items x classes: expected counts, by the combination of needed skills (class & q) */
    double *log_p, *log_not;
};

static int bits(uint32_t x)
{
    int n = 0;
    for (; x; x &= x - 1) n++;
    return n;
}

static double e_step(struct fit *f, double *share, double *next)
{
    double sum = 0.0, w[1 << CLASS_SKILLS_MAX], log_share[1 << CLASS_SKILLS_MAX];
    size_t classes = f->classes, items = f->m->items;
    memset(next, 0, classes * sizeof *next);
    memset(f->right, 0, items * classes * sizeof *f->right);
    memset(f->n, 0, items * classes * sizeof *f->n);
    for (size_t c = 0; c < classes; c++) log_share[c] = num_log(share[c]);
    for (size_t i = 0; i < items * classes; i++) f->log_p[i] = num_log(f->p[i]), f->log_not[i] = num_log(1.0 - f->p[i]);
    for (size_t j = 0; j < f->m->persons; j++) {
        const uint8_t *y = f->m->score + j * items;
        double most = -1e300, all = 0.0;
        for (size_t c = 0; c < classes; c++) {
            w[c] = log_share[c];
            for (size_t i = 0; i < items; i++)
                if (y[i] != IRT_MISSING) w[c] += y[i] ? f->log_p[i * classes + c] : f->log_not[i * classes + c];
            most = w[c] > most ? w[c] : most;
        }
        for (size_t c = 0; c < classes; c++) all += w[c] = num_exp(w[c] - most);
        sum += most + num_log(all);
        for (size_t c = 0; c < classes; c++) {
            w[c] /= all;
            next[c] += w[c];
            for (size_t i = 0; i < items; i++)
                if (y[i] != IRT_MISSING) {
                    f->n[i * classes + (c & f->q[i])] += w[c];
                    if (y[i]) f->right[i * classes + (c & f->q[i])] += w[c];
                }
        }
    }
    return sum;
}

static void m_step(struct fit *f, double *share, const double *next)
{
    for (size_t c = 0; c < f->classes; c++)
        share[c] = (next[c] + pull / (double)f->classes) / ((double)f->m->persons + pull);
    for (size_t i = 0; i < f->m->items; i++)
        for (size_t c = 0; c < f->classes; c++) {
            size_t at = i * f->classes + (c & f->q[i]);
            f->p[i * f->classes + c] = (f->right[at] + pull) / (f->n[at] + 2.0 * pull);
        }
}

static enum st check(const struct irt_matrix *m, const uint32_t *q, size_t skills, struct err *e)
{
    uint32_t needed = 0;
    if (!m->persons || !m->items) return err_fail(e, ST_INVALID, "model.data", "no person or no item");
    if (!skills || skills > CLASS_SKILLS_MAX)
        return err_fail(e, ST_INVALID, "model.data", "%zu skills; classes are for 1 to %d", skills, CLASS_SKILLS_MAX);
    for (size_t i = 0; i < m->items; i++) {
        needed |= q[i];
        if (q[i] >> skills)
            return err_fail(e, ST_INVALID, "model.data", "item %zu needs a skill that there is not", i + 1);
    }
    if (needed != (1u << skills) - 1)
        return err_fail(e, ST_INVALID, "model.data", "there is a skill that no item needs");
    return ST_OK;
}

enum st skill_classes_fit(const struct irt_matrix *m, const uint32_t *q, size_t skills, struct skill_classes *out,
                          struct err *e)
{
    TRY(check(m, q, skills, e));
    struct fit f = {.m = m, .q = q, .classes = (size_t)1 << skills};
    size_t cells = m->items * f.classes;
    double *all = calloc(5 * cells, sizeof *all), next[1 << CLASS_SKILLS_MAX], before = -1e300;
    if (!all) return err_fail(e, ST_NOMEM, "err.memory", "classes");
    f.p = all, f.right = all + cells, f.n = all + 2 * cells, f.log_p = all + 3 * cells, f.log_not = all + 4 * cells;
    *out = (struct skill_classes){.skills = skills, .persons = m->persons};
    for (size_t c = 0; c < f.classes; c++) out->share[c] = 1.0 / (double)f.classes;
    for (size_t i = 0; i < m->items; i++)
        /* begins with more skills, more often right, so that "has it" means just that */
        for (size_t c = 0; c < f.classes; c++)
            f.p[i * f.classes + c] = q[i] ? .3 + .5 * bits((uint32_t)c & q[i]) / bits(q[i]) : .5;
    for (out->iterations = 1; out->iterations <= ITERATIONS_MAX; out->iterations++) {
        out->log_likelihood = e_step(&f, out->share, next);
        m_step(&f, out->share, next);
        out->converged = out->log_likelihood - before < tolerance * (double)m->persons &&
                         out->log_likelihood - before > -tolerance * (double)m->persons;
        if (out->converged) break;
        before = out->log_likelihood;
    }
    free(all);
    return ST_OK;
}

struct prerequisite_counts skill_classes_counts(const struct skill_classes *c, uint32_t before, uint32_t after)
{
    struct prerequisite_counts n = {0};
    double *const into[4] = {&n.neither, &n.before, &n.after, &n.both};
    for (size_t k = 0; k < (size_t)1 << c->skills; k++)
        *into[(k >> before & 1) | (k >> after & 1) << 1] += c->share[k] * (double)c->persons;
    return n;
}
