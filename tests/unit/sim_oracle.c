/* What must hold, said as simply as can be: a list of what was acknowledged, and the textbook's model over all
 * cases. */
#include <string.h>

#include "derive/rebuild.h"
#include "sim.h"
#include "store/answer.h"
#include "unit.h"
#include "policy/snapshot.h"

enum { WINDOW = SEEN_MAX };

/* One command came back. Acknowledged once, with one id; refused only for another body; failed only for a reason. */
void sim_told(struct sim *s, const struct answer_cmd *c, size_t at, const struct sim_body *b, bool fault)
{
    struct sim_answer *a = &s->answers[at];
    enum st st = c->command.st;
    bool same = a->evidence_id && a->body_hash == c->body_hash;
    if (st == ST_CONFLICT) {
        if (!a->evidence_id || same) sim_fail(s, "answer %zu is refused as another one's", at);
        s->seen.conflicts++;
    } else if (st != ST_OK) {
        if (!fault) sim_fail(s, "answer %zu failed without a fault: %s", at, c->command.err.detail);
        s->seen.failed++;
    } else if (a->evidence_id) {
        if (!same) sim_fail(s, "answer %zu: another body was taken", at);
        if (!c->duplicate || c->evidence_id != a->evidence_id)
            sim_fail(s, "answer %zu was acknowledged as %lld, now as %lld", at, (long long)a->evidence_id,
                     (long long)c->evidence_id);
        s->seen.resent++;
    } else if (!b->readable) {
        if (c->evidence_id || c->duplicate) sim_fail(s, "answer %zu cannot be read, and became a fact", at);
        s->seen.unread++;
    } else {
        if (c->duplicate || c->evidence_id <= s->last_id[a->learner])
            sim_fail(s, "answer %zu: fact %lld after %lld", at, (long long)c->evidence_id,
                     (long long)s->last_id[a->learner]);
        if (c->state.last_evidence_id != c->evidence_id)
            sim_fail(s, "answer %zu: the reply's state ends at another fact", at);
        a->evidence_id = s->last_id[a->learner] = c->evidence_id;
        a->body_hash = c->body_hash;
        a->kept = *b;
        for (size_t i = 0; i < s->model_count; i++)
            if (i == 0 || s->models[i].at_ms <= s->now_ms) a->model = i;
        s->acknowledged++;
    }
    sim_note(s, (uint64_t)st);
    sim_note(s, st == ST_OK ? (uint64_t)c->evidence_id : 0);
}

struct naive {
    int64_t skill;
    double p, off; /* P(known), and how far rounding may have carried it */
    int32_t count, alone, right;
};

struct memory {
    struct naive skills[SIM_SKILLS];
    size_t n;
    struct {
        int64_t item, variant;
    } seen[WINDOW]; /* the latest last */
    size_t seen_count;
};

/* Was this question among the latest ones? It is the latest now. */
static bool again(struct memory *m, int64_t item, int64_t variant)
{
    size_t at = m->seen_count;
    for (size_t i = 0; i < m->seen_count; i++)
        if (m->seen[i].item == item && m->seen[i].variant == variant) at = i;
    bool found = at < m->seen_count;
    if (!found && m->seen_count == WINDOW) at = 0;
    if (at < m->seen_count) {
        for (size_t i = at; i + 1 < m->seen_count; i++) m->seen[i] = m->seen[i + 1];
        m->seen_count--;
    }
    m->seen[m->seen_count].item = item;
    m->seen[m->seen_count++].variant = variant;
    return found;
}

/* Every case of known and not known, weighed: with all known an answer is wrong by a slip, otherwise right by a
 * guess. */
static void weigh(const double *p, size_t n, const struct bkt *m, int right, double *out)
{
    double sum[SIM_SKILLS] = {0}, total = 0;
    for (unsigned c = 0; c < 1U << n; c++) {
        double pr = c == (1U << n) - 1 ? 1 - m->slip : m->guess, w = right ? pr : 1 - pr;
        for (size_t i = 0; i < n; i++) w *= c >> i & 1 ? p[i] : 1 - p[i];
        total += w;
        for (size_t i = 0; i < n; i++) sum[i] += c >> i & 1 ? w : 0;
    }
    for (size_t i = 0; i < n; i++) out[i] = sum[i] / total;
}

static double apart(double a, double b) { return a > b ? a - b : b - a; }

/* The new P(known), and how far the last digit of the old one may carry: close to 1 a wrong answer makes it large. */
static void update(struct naive *const *k, size_t n, const struct bkt *m, int right, bool observed)
{
    double p[SIM_SKILLS], next[SIM_SKILLS], off[SIM_SKILLS] = {0};
    for (size_t i = 0; i < n; i++) next[i] = p[i] = k[i]->p;
    if (observed) weigh(p, n, m, right, next);
    for (unsigned c = 0; c < 1U << n; c++) {
        double edge[SIM_SKILLS], at[SIM_SKILLS];
        for (size_t i = 0; i < n; i++) {
            edge[i] = p[i] + (c >> i & 1 ? k[i]->off : -k[i]->off);
            at[i] = edge[i] = edge[i] < 0 ? 0 : edge[i] > 1 ? 1 : edge[i];
        }
        if (observed) weigh(edge, n, m, right, at);
        for (size_t i = 0; i < n; i++)
            if (apart(at[i], next[i]) > off[i]) off[i] = apart(at[i], next[i]);
    }
    for (size_t i = 0; i < n; i++) {
        k[i]->p = next[i] + (1 - next[i]) * m->learn;
        if (k[i]->p > P_KNOWN_MAX) k[i]->p = P_KNOWN_MAX;
        k[i]->off = off[i] + 1e-15;
    }
}

static void learn(const struct sim *s, struct memory *m, const struct sim_answer *a)
{
    const struct sim_body *b = &a->kept;
    const struct bkt *model = &s->models[a->model].bkt;
    struct naive *k[SIM_SKILLS];
    size_t n = 0;
    if (again(m, b->item_id, b->variant)) return;
    for (size_t i = 0; i < s->item_count; i++) {
        if (s->items[i].item_id != b->item_id) continue;
        for (size_t j = 0; j < s->items[i].count; j++) {
            size_t x = 0;
            while (x < m->n && m->skills[x].skill != s->items[i].skill[j]) x++;
            if (x == m->n) m->skills[m->n++] = (struct naive){.skill = s->items[i].skill[j], .p = model->prior};
            k[n++] = &m->skills[x];
        }
    }
    for (size_t i = 0; i < n; i++) {
        k[i]->count++;
        k[i]->alone += !b->hints;
        k[i]->right += !b->hints && b->score >= 1;
    }
    update(k, n, model, !b->hints && b->score >= 1, !b->hints || !s->policy.practice);
}

static bool close_to(const struct naive *k, double p) { return apart(k->p, p) <= k->off + 1e-12; }

static void check_mastery(struct sim *s, uint32_t l, const struct memory *m, const struct mastery_row *rows, size_t n)
{
    if (n != m->n) sim_fail(s, "learner %u has %zu mastery rows, not %zu", l, n, m->n);
    for (size_t i = 0; i < n; i++) {
        const struct mastery_row *r = &rows[i];
        size_t x = 0;
        while (x < m->n && m->skills[x].skill != r->competency_id) x++;
        if (x == m->n) sim_fail(s, "learner %u: mastery of what was never practised", l);
        const struct naive *k = &m->skills[x];
        if (!close_to(k, r->p_known) || k->count != r->evidence_count || k->alone != r->alone_count ||
            k->right != r->right_count)
            sim_fail(s, "learner %u: P(known) %.17g of %d %d %d, the oracle has %.17g of %d %d %d", l, r->p_known,
                     r->evidence_count, r->alone_count, r->right_count, k->p, k->count, k->alone, k->right);
        const struct sim_policy *p = &s->policy;
        int level = k->p >= p->secure_at && k->alone >= p->least ? LEVEL_SECURE
                    : k->p >= p->nearly_at                       ? LEVEL_NEARLY
                                                                 : LEVEL_STARTED;
        if (level != r->level && !close_to(k, p->secure_at) && !close_to(k, p->nearly_at))
            sim_fail(s, "learner %u: level %d, the oracle has %d at %.17g", l, r->level, level, k->p);
        uint64_t bits;
        memcpy(&bits, &r->p_known, sizeof bits);
        sim_note(s, bits);
    }
}

/* The facts of one learner in the order of their ids: each acknowledged answer once, and nothing else. */
static void check_learner(struct sim *s, struct tx *tx, struct arena *arena, uint32_t l, size_t *facts)
{
    struct evidence *v;
    struct mastery_row *rows;
    struct memory m = {0};
    struct err e = {0};
    size_t n, k;
    if (evidence_list(tx, arena, sim_learner_id(l), 0, INT64_MAX, &v, &n, &e) != ST_OK ||
        mastery_list(tx, arena, sim_learner_id(l), &rows, &k, &e) != ST_OK)
        sim_fail(s, "%s", e.detail);
    for (size_t i = 0; i < n; i++) {
        int64_t at = -1;
        if (strncmp(v[i].client_id, "sim-", 4) != 0 || !parse_i64(v[i].client_id + 4, &at) || at < 0 ||
            (size_t)at >= s->count)
            sim_fail(s, "fact %lld under %s, which nobody sent", (long long)v[i].evidence_id, v[i].client_id);
        const struct sim_answer *a = &s->answers[at];
        if (a->learner != l || a->evidence_id != v[i].evidence_id)
            sim_fail(s, "answer %lld is stored as %lld, acknowledged as %lld", (long long)at,
                     (long long)v[i].evidence_id, (long long)a->evidence_id);
        const struct sim_body *b = &a->kept;
        if (v[i].item_id != b->item_id || v[i].variant != b->variant || v[i].hints != b->hints ||
            v[i].score < b->score || v[i].score > b->score)
            sim_fail(s, "answer %lld is stored with another body", (long long)at);
        learn(s, &m, a);
    }
    *facts += n;
    check_mastery(s, l, &m, rows, k);
}

void sim_check(struct sim *s)
{
    struct arena a;
    struct tx *tx;
    struct err e = {0};
    struct rebuild_report r;
    char digest[65];
    size_t facts = 0;
    arena_init(&a, 64u << 20);
    if (tx_read(s->conn, s->snapshot->district_id, &tx, &e) != ST_OK) sim_fail(s, "%s", e.detail);
    for (uint32_t l = 0; l < SIM_LEARNERS; l++) check_learner(s, tx, &a, l, &facts);
    tx_rollback(tx);
    arena_release(&a);
    if (facts != s->acknowledged) sim_fail(s, "%zu facts are stored, %zu were acknowledged", facts, s->acknowledged);
    if (rebuild(&s->app, s->conn, REBUILD_COMPARE, &r, &e) != ST_OK ||
        derived_digest(&s->app, s->conn, digest, &e) != ST_OK)
        sim_fail(s, "%s", e.detail);
    if (r.states_differed || r.rows_differed || r.facts != (int64_t)facts)
        sim_fail(s, "%lld states and %lld rows are not what the %lld facts give", (long long)r.states_differed,
                 (long long)r.rows_differed, (long long)r.facts);
    for (size_t i = 0; i < 64; i++) sim_note(s, (unsigned char)digest[i]);
}
