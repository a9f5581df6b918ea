#include "refit_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"
#include "store/sql/models.h"

enum { GROUPS_MAX = 64 };

enum st judged_init(struct judged *j, const struct refit_data *h, struct err *e)
{
    size_t most = 1;
    *j = (struct judged){.h = h};
    for (size_t u = 0; u < h->learners; u++)
        if (refit_is_held_back(h->learner_id[u])) most += h->at[u + 1] - h->at[u];
    j->candidate = malloc(most * sizeof *j->candidate);
    j->in_force = malloc(most * sizeof *j->in_force);
    j->right = malloc(most);
    j->learner = malloc(most * sizeof *j->learner);
    j->question = malloc(most * sizeof *j->question);
    return j->candidate && j->in_force && j->right && j->learner && j->question ? ST_OK : err_no_memory(e, "judging");
}

void judged_release(struct judged *j)
{
    free(j->candidate), free(j->in_force), free(j->right), free(j->learner), free(j->question);
    *j = (struct judged){0};
}

void judged_add(struct judged *j, size_t learner, size_t row, double candidate, double in_force)
{
    j->learners += j->n == 0 || j->learner[j->n - 1] != learner;
    j->candidate[j->n] = candidate;
    j->in_force[j->n] = in_force;
    j->right[j->n] = (j->h->answer[row] & REFIT_ANSWER) == BKT_RIGHT;
    j->question[j->n] = j->h->question[row];
    j->learner[j->n++] = (uint32_t)learner;
}

void judge_step(const struct refit_data *h, size_t row, const struct bkt *by_skill, double *known, double *p_right)
{
    const struct refit_question *q = &h->of[h->question[row]];
    struct bkt m[BKT_SKILLS_MAX];
    double p[BKT_SKILLS_MAX];
    for (uint32_t i = 0; i < q->count; i++) {
        uint32_t skill = h->skill[q->first + i];
        m[i] = by_skill[skill];
        p[i] = known[skill] < 0.0 ? (m[i].prior > P_KNOWN_MAX ? P_KNOWN_MAX : m[i].prior) : known[skill];
    }
    *p_right = bkt_predict(m, p, q->count);
    if (bkt_update(m, p, q->count, (enum bkt_answer)(h->answer[row] & REFIT_ANSWER), p) != ST_OK) return;
    for (uint32_t i = 0; i < q->count; i++) known[h->skill[q->first + i]] = p[i] > P_KNOWN_MAX ? P_KNOWN_MAX : p[i];
}

enum st judge_bkt(struct judged *j, size_t skills, const struct bkt *candidate, const struct bkt *in_force,
                  struct err *e)
{
    const struct refit_data *h = j->h;
    double *a = malloc((skills + 1) * sizeof *a), *b = malloc((skills + 1) * sizeof *b);
    if (!a || !b) {
        free(a), free(b);
        return err_no_memory(e, "judging");
    }
    j->n = j->learners = 0;
    for (size_t u = 0; u < h->learners; u++) {
        if (!refit_is_held_back(h->learner_id[u])) continue;
        for (size_t i = 0; i < skills; i++) a[i] = b[i] = -1.0;
        for (size_t row = h->at[u]; row < h->at[u + 1]; row++) {
            double x, y;
            judge_step(h, row, candidate, a, &x);
            judge_step(h, row, in_force, b, &y);
            if (h->answer[row] & REFIT_OFF_SCREEN || (h->answer[row] & REFIT_ANSWER) == BKT_PRACTICE) continue;
            judged_add(j, u, row, x, y);
        }
    }
    free(a), free(b);
    return ST_OK;
}

static double loss(double p, bool right)
{
    double q = p < 1e-6 ? 1e-6 : p > 1.0 - 1e-6 ? 1.0 - 1e-6 : p;
    return -num_log(right ? q : 1.0 - q);
}

/* The judged answers as the engine reads them. */
struct judging {
    struct responses r;
    uint32_t *user_at, *who, *item_set; /* who: users, place in the data */
    uint32_t *group;                    /* users: 0, or UINT32_MAX: not of the group in hand */
    double *x;                          /* answers: more loss by the candidate */
    uint8_t *pick;                      /* answers: of the group in hand */
};

static void judging_free(struct judging *s)
{
    free(s->user_at), free(s->who), free(s->item_set), free(s->group), free(s->x), free(s->pick);
}

/* A skill is a set of its own, and so is a question of several. */
static void number_sets(const struct refit_data *h, uint32_t *of_skill, struct judging *s)
{
    for (size_t i = 0; i < h->skill_count; i++) of_skill[h->skill[i]] = UINT32_MAX;
    for (size_t q = 0; q < h->questions; q++) {
        uint32_t one = UINT32_MAX, *set = h->of[q].count == 1 ? &of_skill[h->skill[h->of[q].first]] : &one;
        if (*set == UINT32_MAX) *set = (uint32_t)s->r.sets++;
        s->item_set[q] = *set;
    }
}

static enum st judging_make(const struct judged *j, struct judging *s, struct err *e)
{
    const struct refit_data *h = j->h;
    uint32_t skills = 0;
    for (size_t i = 0; i < h->skill_count; i++) skills = h->skill[i] >= skills ? h->skill[i] + 1 : skills;
    uint32_t *of_skill = malloc((skills + (size_t)1) * sizeof *of_skill);
    *s = (struct judging){.user_at = malloc((j->learners + 1) * sizeof *s->user_at),
                          .who = malloc((j->learners + 1) * sizeof *s->who),
                          .item_set = malloc((h->questions + 1) * sizeof *s->item_set),
                          .group = calloc(j->learners + 1, sizeof *s->group),
                          .x = malloc((j->n + 1) * sizeof *s->x),
                          .pick = malloc(j->n + 1)};
    bool made = of_skill && s->user_at && s->who && s->item_set && s->group && s->x && s->pick;
    if (made) {
        size_t users = 0;
        for (size_t i = 0; i < j->n; i++) {
            if (i == 0 || j->learner[i] != j->learner[i - 1]) {
                s->user_at[users] = (uint32_t)i;
                s->who[users++] = j->learner[i];
            }
            s->x[i] = loss(j->candidate[i], j->right[i]) - loss(j->in_force[i], j->right[i]);
        }
        s->user_at[users] = (uint32_t)j->n;
        number_sets(h, of_skill, s);
        s->r = (struct responses){.rows = j->n,
                                  .users = users,
                                  .items = h->questions,
                                  .sets = s->r.sets,
                                  .user_at = s->user_at,
                                  .item = j->question,
                                  .correct = j->right,
                                  .item_set = s->item_set};
    }
    free(of_skill);
    return made ? ST_OK : err_no_memory(e, "judging");
}

static enum st difference(const struct judged *j, const struct judging *s, struct metrics_mean *out, struct err *e)
{
    for (size_t u = 0; u < s->r.users; u++)
        memset(s->pick + s->user_at[u], s->group[u] == 0, s->user_at[u + 1] - s->user_at[u]);
    return metrics_mean(s->x, s->pick, j->learner, j->n, j->h->learners, out, e);
}

static void put_span(struct json_out *out, const char *key, double mean, double low, double high)
{
    json_open_obj(out, key);
    json_put_f64(out, "mean", mean);
    json_put_f64(out, "low", low);
    json_put_f64(out, "high", high);
    json_close_obj(out);
}

static void put_interval(struct json_out *out, const char *key, const struct interval95 *v)
{
    if (v->known) put_span(out, key, v->value, v->low, v->high);
    else json_put_null(out, key);
}

static void put_one(struct json_out *out, const char *key, const struct fairness_group *g)
{
    const struct metrics *m = &g->metrics;
    json_open_obj(out, key);
    json_put_i64(out, "rows", (int64_t)m->rows);
    json_put_f64(out, "log_loss", m->log_loss);
    json_put_f64(out, "auc", m->auc);
    json_put_f64(out, "auc_low", m->auc - 1.96 * m->auc_se < 0.0 ? 0.0 : m->auc - 1.96 * m->auc_se);
    json_put_f64(out, "auc_high", m->auc + 1.96 * m->auc_se > 1.0 ? 1.0 : m->auc + 1.96 * m->auc_se);
    json_put_f64(out, "rmse", m->rmse);
    json_put_f64(out, "ece", m->ece);
    put_interval(out, "bias", &g->bias);
    put_interval(out, "false_mastery", &g->false_mastery);
    put_interval(out, "false_non_mastery", &g->false_non_mastery);
    json_close_obj(out);
}

/* Both versions on the group in hand, and how much more the candidate loses there; none of it when the group is
 * hidden. */
struct both {
    struct fairness_group candidate, in_force;
    struct metrics_mean difference;
};

static enum st look_at(const struct judged *j, const struct judging *s, size_t smallest, struct both *b, struct err *e)
{
    struct fairness_options o = fairness_defaults;
    o.smallest = smallest;
    TRY(fairness_of(&s->r, j->candidate, s->group, 1, &o, &b->candidate, e));
    TRY(fairness_of(&s->r, j->in_force, s->group, 1, &o, &b->in_force, e));
    return b->candidate.hidden ? ST_OK : difference(j, s, &b->difference, e);
}

static void put_both(struct json_out *out, const struct both *b)
{
    put_one(out, "candidate", &b->candidate);
    put_one(out, "in_force", &b->in_force);
    put_span(out, "difference", b->difference.mean, b->difference.low, b->difference.high);
}

/* Which program each learner of the data is in, as bits; groups in order of name. */
struct groups {
    size_t count;
    char name[GROUPS_MAX][64];
    uint64_t *member; /* learners of the data */
};

static enum st read_groups(const struct refit_data *h, struct tx *tx, struct groups *g, struct err *e)
{
    struct sql_programs_all_row r;
    struct rows rows;
    g->member = calloc(h->learners + 1, sizeof *g->member);
    if (!g->member) return err_no_memory(e, "judging");
    TRY(sql_programs_all(tx, &rows, e));
    while (sql_programs_all_next(&rows, &r)) {
        char name[sizeof g->name[0]];
        snprintf(name, sizeof name, "%s", r.program);
        if (!g->count || strcmp(g->name[g->count - 1], name) != 0) {
            if (g->count == GROUPS_MAX) break;
            memcpy(g->name[g->count++], name, sizeof name);
        }
        int64_t id = r.learner_id;
        size_t lo = 0, hi = h->learners;
        while (lo < hi) {
            size_t mid = (lo + hi) / 2;
            if (h->learner_id[mid] < id) lo = mid + 1;
            else hi = mid;
        }
        if (lo < h->learners && h->learner_id[lo] == id) g->member[lo] |= UINT64_C(1) << (g->count - 1);
    }
    return rows_end(&rows);
}

/* Those of a group (GROUPS_MAX: in no program). */
static void choose(const struct judging *s, const struct groups *g, size_t which)
{
    for (size_t u = 0; u < s->r.users; u++) {
        uint64_t of = g->member[s->who[u]];
        s->group[u] = (which == GROUPS_MAX ? of == 0 : of >> which & 1) ? 0 : UINT32_MAX;
    }
}

static void put_group(const char *name, const struct both *b, struct json_out *out, struct judgement *v)
{
    json_open_obj(out, NULL);
    json_put_str(out, "group", name); /* null: in no program */
    json_put_i64(out, "learners", (int64_t)b->candidate.students);
    put_both(out, b);
    json_close_obj(out);
    if (b->difference.low > 0.0 && !*v->worse_for) snprintf(v->worse_for, sizeof v->worse_for, "%s", name ? name : "-");
}

/* Programs overlap, so each is looked at by itself. A group that is not shown must not follow from those that are: all
 * less those in no program, when few are in those that are hidden. */
static enum st put_groups(const struct judged *j, const struct judging *s, struct tx *tx, size_t smallest,
                          const struct fit_watch *watch, struct json_out *out, struct judgement *v, struct err *e)
{
    struct groups g = {0};
    size_t hidden = 0, small = 0;
    enum st st = read_groups(j->h, tx, &g, e);
    json_open_list(out, "groups");
    for (size_t k = 0; st == ST_OK && g.count && k <= g.count; k++) {
        bool last = k == g.count; /* those in no program */
        struct both b;
        choose(s, &g, last ? GROUPS_MAX : k);
        st = fit_goes_on(watch, 0.0) ? look_at(j, s, smallest, &b, e)
                                     : err_fail(e, ST_BUSY, "err.busy", "stopped before the end");
        if (st != ST_OK || !b.candidate.students) continue;
        if (!b.candidate.hidden && !(last && small && small < smallest)) {
            put_group(last ? NULL : g.name[k], &b, out, v);
            continue;
        }
        hidden++;
        small += b.candidate.students;
    }
    json_close_list(out);
    json_put_i64(out, "groups_hidden", (int64_t)hidden);
    json_put_i64(out, "smallest_group", (int64_t)smallest);
    free(g.member);
    return st;
}

enum st judge(const struct judged *j, struct tx *tx, size_t smallest, const struct fit_watch *watch,
              struct json_out *out, struct judgement *v, struct err *e)
{
    struct judging s;
    struct both all;
    *v = (struct judgement){0};
    enum st st = judging_make(j, &s, e);
    if (st == ST_OK) st = look_at(j, &s, 1, &all, e); /* everyone is of group 0 */
    if (st == ST_OK) {
        *v = (struct judgement){
            .candidate = all.candidate.metrics, .in_force = all.in_force.metrics, .difference = all.difference};
        put_both(out, &all);
        st = put_groups(j, &s, tx, smallest, watch, out, v, e);
    }
    judging_free(&s);
    return st;
}
