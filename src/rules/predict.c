#include "rules/predict.h"

#include "engine/elo.h"
#include "engine/numeric.h"

double predict_by_weights(const struct logistic *m, const struct student_past *who, const struct skill_past *skill,
                          const uint32_t *place, size_t n, uint32_t item)
{
    struct skill_tally tally[BKT_SKILLS_MAX];
    uint32_t own[BKT_SKILLS_MAX];
    float x[LOGISTIC_LOCAL_MAX];
    if (n > BKT_SKILLS_MAX) n = BKT_SKILLS_MAX;
    for (size_t i = 0; i < n; i++) {
        tally[i].past = skill[i];
        own[i] = (uint32_t)i;
    }
    struct features f = {.skills = n, .skill = tally, .past = *who};
    logistic_values(PREDICT_TERMS, &f, 0, own, n, 0.0, x);
    return num_logistic(logistic_logit(m, item, place, n, x));
}

double predict_by_elo(double who, const double *skill, size_t n)
{
    struct elo_estimate on[BKT_SKILLS_MAX];
    if (n > BKT_SKILLS_MAX) n = BKT_SKILLS_MAX;
    if (!n) return num_logistic(who);
    for (size_t i = 0; i < n; i++) on[i] = (struct elo_estimate){.logit = skill[i]};
    return -elo_surprise((struct elo_estimate){.logit = who}, on, n, false);
}

double predict_right(const struct logistic *m, const struct learner_state *s, const int64_t *competency_id,
                     const uint32_t *place, size_t n, uint32_t item)
{
    struct student_past who = student_past_of(s);
    struct skill_past past[BKT_SKILLS_MAX];
    double elo[BKT_SKILLS_MAX];
    if (n > BKT_SKILLS_MAX) n = BKT_SKILLS_MAX;
    for (size_t i = 0; i < n; i++) {
        const struct competency_state *c = state_find(s, competency_id[i]);
        past[i] = skill_past_of(c);
        elo[i] = c ? c->elo : 0.0;
    }
    return m ? predict_by_weights(m, &who, past, place, n, item) : predict_by_elo(s->elo, elo, n);
}
