#include "refit_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"

enum { GROUPS_MAX = 64 };

static enum st no_memory(struct err *e) { return err_fail(e, ST_NOMEM, "err.memory", "judging"); }

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
    return j->candidate && j->in_force && j->right && j->learner ? ST_OK : no_memory(e);
}

void judged_release(struct judged *j)
{
    free(j->candidate), free(j->in_force), free(j->right), free(j->learner);
    *j = (struct judged){0};
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

enum st judge_bkt(struct judged *j, size_t skills, const struct bkt *candidate, const struct bkt *in_force, struct err *e)
{
    const struct refit_data *h = j->h;
    double *a = malloc((skills + 1) * sizeof *a), *b = malloc((skills + 1) * sizeof *b);
    if (!a || !b) {
        free(a), free(b);
        return no_memory(e);
    }
    j->n = j->learners = 0;
    for (size_t u = 0; u < h->learners; u++) {
        if (!refit_is_held_back(h->learner_id[u])) continue;
        size_t before = j->n;
        for (size_t i = 0; i < skills; i++) a[i] = b[i] = -1.0;
        for (size_t row = h->at[u]; row < h->at[u + 1]; row++) {
            double x, y;
            judge_step(h, row, candidate, a, &x);
            judge_step(h, row, in_force, b, &y);
            if (h->answer[row] & REFIT_OFF_SCREEN || (h->answer[row] & REFIT_ANSWER) == BKT_PRACTICE) continue;
            j->candidate[j->n] = x;
            j->in_force[j->n] = y;
            j->right[j->n] = (h->answer[row] & REFIT_ANSWER) == BKT_RIGHT;
            j->learner[j->n++] = (uint32_t)u;
        }
        j->learners += j->n > before;
    }
    free(a), free(b);
    return ST_OK;
}

static double loss(double p, bool right)
{
    double q = p < 1e-6 ? 1e-6 : p > 1.0 - 1e-6 ? 1.0 - 1e-6 : p;
    return -num_log(right ? q : 1.0 - q);
}

struct scratch {
    double *x;
    uint8_t *pick;
};

static enum st difference(const struct judged *j, const struct scratch *s, const uint8_t *pick, struct metrics_mean *out, struct err *e)
{
    for (size_t i = 0; i < j->n; i++) s->x[i] = loss(j->candidate[i], j->right[i]) - loss(j->in_force[i], j->right[i]);
    return metrics_mean(s->x, pick, j->learner, j->n, j->h->learners, out, e);
}

static void put_mean(struct json_out *out, const char *key, const struct metrics_mean *m)
{
    json_open_obj(out, key);
    json_put_f64(out, "mean", m->mean);
    json_put_f64(out, "low", m->low);
    json_put_f64(out, "high", m->high);
    json_close_obj(out);
}

static void put_metrics(struct json_out *out, const struct metrics *m)
{
    json_put_i64(out, "rows", (int64_t)m->rows);
    json_put_f64(out, "log_loss", m->log_loss);
    json_put_f64(out, "auc", m->auc);
    json_put_f64(out, "auc_low", m->auc - 1.96 * m->auc_se < 0.0 ? 0.0 : m->auc - 1.96 * m->auc_se);
    json_put_f64(out, "auc_high", m->auc + 1.96 * m->auc_se > 1.0 ? 1.0 : m->auc + 1.96 * m->auc_se);
    json_put_f64(out, "rmse", m->rmse);
    json_put_f64(out, "ece", m->ece);
}

/* Mean prediction less share right: above 0 it believes too much of the group, below too little. */
static enum st put_one(const struct judged *j, const struct scratch *s, const char *key, const double *p, const uint8_t *pick, struct json_out *out, struct err *e)
{
    struct metrics m;
    struct metrics_mean bias;
    TRY(metrics_of(p, j->right, pick, j->n, &m, e));
    for (size_t i = 0; i < j->n; i++) s->x[i] = p[i] - (double)j->right[i];
    TRY(metrics_mean(s->x, pick, j->learner, j->n, j->h->learners, &bias, e));
    json_open_obj(out, key);
    put_metrics(out, &m);
    put_mean(out, "bias", &bias);
    json_close_obj(out);
    return ST_OK;
}

/* Which program each learner of the data is in, as bits; groups in order of name. */
struct groups {
    size_t count;
    char name[GROUPS_MAX][64];
    uint64_t *member; /* learners of the data */
};

static enum st read_groups(const struct refit_data *h, struct tx *tx, struct groups *g, struct err *e)
{
    struct stmt *q;
    g->member = calloc(h->learners + 1, sizeof *g->member);
    if (!g->member) return no_memory(e);
    TRY(tx_stmt(tx, SQL_programs_all, &q, e));
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) return ST_OK;
        char name[sizeof g->name[0]];
        snprintf(name, sizeof name, "%s", col_text(q, 0));
        if (!g->count || strcmp(g->name[g->count - 1], name) != 0) {
            if (g->count == GROUPS_MAX) return ST_OK;
            memcpy(g->name[g->count++], name, sizeof name);
        }
        int64_t id = col_i64(q, 1);
        size_t lo = 0, hi = h->learners;
        while (lo < hi) {
            size_t mid = (lo + hi) / 2;
            if (h->learner_id[mid] < id) lo = mid + 1;
            else hi = mid;
        }
        if (lo < h->learners && h->learner_id[lo] == id) g->member[lo] |= UINT64_C(1) << (g->count - 1);
    }
}

/* The rows of a group (GROUPS_MAX: in no program), and how many learners they are of. */
static size_t pick_group(const struct judged *j, const struct groups *g, size_t which, uint8_t *pick)
{
    size_t learners = 0;
    for (size_t i = 0; i < j->n; i++) {
        uint64_t of = g->member[j->learner[i]];
        pick[i] = (uint8_t)(which == GROUPS_MAX ? of == 0 : of >> which & 1);
        learners += pick[i] && (i == 0 || j->learner[i] != j->learner[i - 1]);
    }
    return learners;
}

static enum st put_group(const struct judged *j, const struct scratch *s, const char *name, size_t learners, struct json_out *out, struct judgement *v, struct err *e)
{
    struct metrics_mean d;
    json_open_obj(out, NULL);
    json_put_str(out, "group", name); /* null: in no program */
    json_put_i64(out, "learners", (int64_t)learners);
    TRY(put_one(j, s, "candidate", j->candidate, s->pick, out, e));
    TRY(put_one(j, s, "in_force", j->in_force, s->pick, out, e));
    TRY(difference(j, s, s->pick, &d, e));
    put_mean(out, "difference", &d);
    json_close_obj(out);
    if (d.low > 0.0 && !*v->worse_for) snprintf(v->worse_for, sizeof v->worse_for, "%s", name ? name : "-");
    return ST_OK;
}

/* A group that is not shown must not follow from those that are: all less those in no program, when only one small group is left. */
static enum st put_groups(const struct judged *j, const struct scratch *s, struct tx *tx, size_t smallest, struct json_out *out, struct judgement *v, struct err *e)
{
    struct groups g = {0};
    size_t hidden = 0, small = 0;
    enum st st = read_groups(j->h, tx, &g, e);
    json_open_list(out, "groups");
    for (size_t k = 0; st == ST_OK && k < g.count; k++) {
        size_t learners = pick_group(j, &g, k, s->pick);
        if (learners >= smallest) st = put_group(j, s, g.name[k], learners, out, v, e);
        else if (learners) {
            hidden++;
            small += learners;
        }
    }
    if (st == ST_OK && g.count) {
        size_t learners = pick_group(j, &g, GROUPS_MAX, s->pick);
        if (learners >= smallest && (!small || small >= smallest)) st = put_group(j, s, NULL, learners, out, v, e);
        else hidden += learners > 0;
    }
    json_close_list(out);
    json_put_i64(out, "groups_hidden", (int64_t)hidden);
    json_put_i64(out, "smallest_group", (int64_t)smallest);
    free(g.member);
    return st;
}

enum st judge(const struct judged *j, struct tx *tx, size_t smallest, struct json_out *out, struct judgement *v, struct err *e)
{
    struct scratch s = {malloc((j->n + 1) * sizeof *s.x), malloc(j->n + 1)};
    *v = (struct judgement){0};
    enum st st = s.x && s.pick ? ST_OK : no_memory(e);
    if (st == ST_OK) st = metrics_of(j->candidate, j->right, NULL, j->n, &v->candidate, e);
    if (st == ST_OK) st = metrics_of(j->in_force, j->right, NULL, j->n, &v->in_force, e);
    if (st == ST_OK) st = put_one(j, &s, "candidate", j->candidate, NULL, out, e);
    if (st == ST_OK) st = put_one(j, &s, "in_force", j->in_force, NULL, out, e);
    if (st == ST_OK) st = difference(j, &s, NULL, &v->difference, e);
    if (st == ST_OK) {
        put_mean(out, "difference", &v->difference);
        st = put_groups(j, &s, tx, smallest, out, v, e);
    }
    free(s.x), free(s.pick);
    return st;
}
