/* What `model fit --out` wrote, as an invented school: each fitted skill with where it begins and how it grows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/logistic.h"
#include "engine/numeric.h"
#include "engine/simulate.h"
#include "lab/lab.h"

enum { STEPS = 10 };
/* logits an opportunity: outside it a fit says more about who stayed than about learning */
static const double gain_least = .005, gain_most = .5;

/* The logit of being right when trying and without a slip, from the share right that was seen: guesses on the choice
 * items give some of it, slips, hints and moods take some of it. (Share right seen = floor + rest x share known, as in
 * the invented school.) */
static double skill_logit(double seen)
{
    static const double floor = .10, rest = .72;
    double p = (seen - floor) / rest;
    p = p < .02 ? .02 : p > .98 ? .98 : p;
    return num_log(p / (1.0 - p));
}

static void set(struct sim_skill *s, double first_right, double later_right)
{
    double first = skill_logit(first_right), gain = (skill_logit(later_right) - first) / STEPS;
    *s = (struct sim_skill){.ease = first,
                            .gain = gain < gain_least  ? gain_least
                                    : gain > gain_most ? gain_most
                                                       : gain};
}

/* BKT: the logits of its first answer and of the one after STEPS opportunities. */
static enum st from_bkt(struct arena *a, const json_t *list, struct sim_skill *out, const char **names, size_t n,
                        struct err *e)
{
    for (size_t k = 0; k < n; k++) {
        const json_t *v = json_array_get(list, k);
        double prior = json_f64(v, "prior", -1), learn = json_f64(v, "learn", -1), guess = json_f64(v, "guess", -1),
               slip = json_f64(v, "slip", -1), missing = 1.0 - prior;
        names[k] = arena_strdup(a, json_str(v, "skill", ""));
        if (!(prior >= 0 && prior <= 1 && learn >= 0 && learn <= 1 && guess >= 0 && guess <= 1 && slip >= 0 &&
              slip <= 1))
            return err_fail(e, ST_INVALID, "model.file",
                            "the model's parameters for skill \"%.60s\" are not probabilities", names[k]);
        double first = guess + (1.0 - guess - slip) * prior;
        for (int i = 0; i < STEPS; i++) missing *= 1.0 - learn;
        set(&out[k], first, guess + (1.0 - guess - slip) * (1.0 - missing));
    }
    return ST_OK;
}

/* The logistic family: its own prediction for a student without a past, and for one with STEPS answers of which it
 * foresees the share right. */
static enum st from_logistic(struct arena *a, const json_t *p, unsigned terms, struct sim_skill *out,
                             const char **names, size_t n, struct err *e)
{
    struct logistic m;
    struct features f;
    float x[LOGISTIC_LOCAL_MAX];
    const char *name;
    json_t *weights;
    uint32_t k = 0;
    TRY(logistic_init(&m, terms, 1, n, e));
    enum st st = features_init(&f, n, 1, (terms & TERM_WINDOWS) != 0, e);
    if (st != ST_OK) {
        logistic_free(&m);
        return st;
    }
    m.dense[0] = json_f64(p, "intercept", 0.0);
    for (size_t i = 0; i < m.per_student; i++)
        m.dense[1 + n * m.per_skill + i] = json_number_value(json_array_get(json_object_get(p, "student"), i));
    json_object_foreach ((json_t *)(uintptr_t)json_object_get(p, "skills"), name, weights) {
        names[k] = arena_strdup(a, name);
        for (size_t i = 0; i < m.per_skill; i++)
            m.dense[1 + k * m.per_skill + i] = json_number_value(json_array_get(weights, i));
        k++;
    }
    for (k = 0; st == ST_OK && k < n; k++) {
        double z[2], owed = 0.0;
        features_clear(&f);
        for (int i = 0; i <= STEPS && st == ST_OK; i++) {
            features_at(&f, &k, 1, i);
            logistic_values(terms, &f, 1, &k, 1, i, x); /* item 1 of one: a new one each time, of middle hardness */
            z[i > 0] = logistic_logit(&m, 1, &k, 1, x);
            owed += num_logistic(z[i > 0]);
            bool right = owed >= .5;
            if (right) owed -= 1.0;
            if (i < STEPS) st = features_learn(&f, 0, &k, 1, right, i, e);
        }
        set(&out[k], num_logistic(z[0]), num_logistic(z[1]));
    }
    features_free(&f);
    logistic_free(&m);
    return st;
}

static void item_spread(const json_t *items, struct sim_population *p)
{
    const char *name;
    json_t *v;
    double n = 0.0, sum = 0.0, squares = 0.0;
    json_object_foreach ((json_t *)(uintptr_t)items, name, v) {
        double w = json_number_value(v);
        n += 1.0, sum += w, squares += w * w;
    }
    if (n >= 20.0) p->hardness_sd = sqrt(squares / n - (sum / n) * (sum / n));
}

enum st model_population_from(struct arena *a, const char *path, struct sim_population *p, struct sim_skill **skills,
                              const char ***names, size_t *n, struct err *e)
{
    struct sheet t;
    json_t *doc;
    TRY(sheet_open(&t, a, path, e));
    TRY(json_read(a, t.p, (size_t)(t.end - t.p), &doc, e));
    const char *kind = json_str(doc, "kind", "");
    const json_t *given = json_object_get(doc, "parameters");
    bool bkt = strcmp(kind, "bkt") == 0;
    unsigned terms = model_terms(kind);
    size_t count = bkt ? json_array_size(given) : json_object_size(json_object_get(given, "skills"));
    if ((!bkt && !(terms & TERM_ATTEMPTS)) || !count)
        return err_fail(e, ST_INVALID, "model.file",
                        "%s: \"%.40s\" does not model learning; use bkt, afm, pfa, best-lr or a similar kind", path,
                        kind);
    if (count > SIM_SKILLS_MAX) count = SIM_SKILLS_MAX;
    *skills = arena_array(a, count, sizeof **skills);
    *names = arena_array(a, bkt ? count : json_object_size(json_object_get(given, "skills")), sizeof **names);
    struct sim_skill *all =
        bkt ? *skills : arena_array(a, json_object_size(json_object_get(given, "skills")), sizeof *all);
    if (!*skills || !*names || !all) return err_fail(e, ST_NOMEM, "err.memory", "skills");
    if (bkt) TRY(from_bkt(a, given, *skills, *names, count, e));
    else TRY(from_logistic(a, given, terms, all, *names, json_object_size(json_object_get(given, "skills")), e));
    if (!bkt) memcpy(*skills, all, count * sizeof *all);
    if (count < *n) *n = count;
    item_spread(json_object_get(given, "items"), p);
    return ST_OK;
}
