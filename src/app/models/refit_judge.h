/* Two versions on the same held-back answers, one step ahead. */
#ifndef MODELS_REFIT_JUDGE_H
#define MODELS_REFIT_JUDGE_H
#include "base/json.h"
#include "engine/fairness.h"
#include "refit_data.h"

struct judged {
    const struct refit_data *h;
    size_t n, learners;
    double *candidate, *in_force; /* n: P(right) */
    uint8_t *right;
    uint32_t *learner, *question; /* n: places in the data; a learner's stand together */
};
struct judgement {
    struct metrics candidate, in_force;
    struct metrics_mean difference; /* log-loss of the candidate less that in force, per answer */
    char worse_for[64];             /* a group for which the candidate is worse beyond doubt; "": none */
};

/* How one learner's rows play through the rules' own functions: known is P(known) by skill, negative while there is
 * no answer. */
void judge_step(const struct refit_data *h, size_t row, const struct bkt *by_skill, double *known, double *p_right);

enum st judged_init(struct judged *j, const struct refit_data *h, struct err *e) WARN_UNUSED;
void judged_release(struct judged *j);
/* One more answer of the held-back learner: a row of the data, and what both foresaw. */
void judged_add(struct judged *j, size_t learner, size_t row, double candidate, double in_force);
/* candidate, in_force: by place of the competency in the catalogue. ST_NOMEM */
enum st judge_bkt(struct judged *j, size_t skills, const struct bkt *candidate, const struct bkt *in_force,
                  struct err *e) WARN_UNUSED;
/* Figures of both (engine/fairness.h), and by program group; groups under `smallest` students, and what would give them
 * away, are counted and not shown. watch: asked between groups. err ST_BUSY: told to stop */
enum st judge(const struct judged *j, struct tx *tx, size_t smallest, const struct fit_watch *watch,
              struct json_out *out, struct judgement *verdict, struct err *e) WARN_UNUSED;

#endif
