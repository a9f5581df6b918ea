#include "refit_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "learning/derived.h"
#include "learning/histories.h"
#include "policy/snapshot.h"
#include "learning/folding.h"

static const uint64_t held_back_salt = 0x68656c64;

bool refit_is_held_back(int64_t learner_id) { return hash_mix((uint64_t)learner_id, held_back_salt) % HELD_BACK == 0; }

void refit_data_release(struct refit_data *h)
{
    free(h->learner_id), free(h->at), free(h->question), free(h->answer), free(h->of), free(h->skill), free(h->of_item),
        free(h->of_competency);
    *h = (struct refit_data){0};
}

static uint64_t question_digest(const struct refit_data *h, const struct catalogue *c, const struct refit_question *q)
{
    uint64_t d = hash_mix((uint64_t)q->item_id, q->count);
    for (uint32_t i = 0; i < q->count; i++)
        d = hash_mix((uint64_t)c->competencies[h->skill[q->first + i]].competency_id, d);
    return d;
}

uint64_t refit_data_digest(const struct refit_data *h, const struct catalogue *c)
{
    uint64_t d = 0, question = 0;
    uint32_t last = UINT32_MAX;
    for (size_t u = 0; u < h->learners; u++) {
        d = hash_mix((uint64_t)h->learner_id[u], d);
        for (size_t i = h->at[u]; i < h->at[u + 1]; i++) {
            if (h->question[i] != last) question = question_digest(h, c, &h->of[last = h->question[i]]);
            d = hash_mix(question + h->answer[i], d);
        }
    }
    return d;
}

/* Half as much again: what is packed is most of the memory that a refit needs. */
static size_t cap_for(size_t need, size_t cap)
{
    size_t next = cap ? cap + cap / 2 : 1024;
    return need <= cap ? cap : next < need ? need : next;
}

static void *grown(void *p, size_t cap, size_t size, bool *ok)
{
    void *q = realloc(p, cap * size);
    if (q) return q;
    *ok = false;
    return p; /* as it was */
}

static bool room_for_rows(struct refit_data *h, size_t need)
{
    bool ok = need < UINT32_MAX;
    size_t cap = cap_for(need, h->row_cap);
    if (ok && cap > h->row_cap) {
        h->question = grown(h->question, cap, sizeof *h->question, &ok);
        h->answer = grown(h->answer, cap, sizeof *h->answer, &ok);
        if (ok) h->row_cap = cap;
    }
    return ok;
}

static bool room_for_learners(struct refit_data *h, size_t need)
{
    bool ok = true;
    size_t cap = cap_for(need, h->learner_cap);
    if (cap > h->learner_cap) {
        h->learner_id = grown(h->learner_id, cap, sizeof *h->learner_id, &ok);
        h->at = grown(h->at, cap, sizeof *h->at, &ok);
        if (ok) h->learner_cap = cap;
    }
    return ok;
}

static bool room_for_question(struct refit_data *h, size_t skills)
{
    bool ok = true;
    size_t cap = cap_for(h->questions + 1, h->question_cap), skill_cap = cap_for(h->skill_count + skills, h->skill_cap);
    if (cap > h->question_cap) h->of = grown(h->of, cap, sizeof *h->of, &ok);
    if (ok) h->question_cap = cap;
    if (skill_cap > h->skill_cap) h->skill = grown(h->skill, skill_cap, sizeof *h->skill, &ok);
    if (ok) h->skill_cap = skill_cap;
    return ok;
}

enum { MET_BITS = 12 };
struct reading {
    const struct snapshot *s;
    struct refit_data *h;
    struct folding_views *views;
    bool failed;
    uint32_t met[1 << MET_BITS]; /* by item: one more than its question that was met last; 0: none */
};

static uint32_t *met_of(struct reading *r, int64_t item_id)
{
    return &r->met[(uint64_t)item_id * UINT64_C(0x9E3779B97F4A7C15) >> (64 - MET_BITS)];
}

static bool same_skills(const struct reading *r, const struct refit_question *q, const struct fold_step *steps,
                        size_t n)
{
    bool same = q->count == n;
    for (size_t i = 0; same && i < n; i++)
        same = r->s->catalogue.competencies[r->h->skill[q->first + i]].competency_id == steps[i].competency_id;
    return same;
}

/* The question of a fact: an item with the competencies that it then had, or one competency that was seen off the
 * screen. */
static uint32_t question_looked_up(struct reading *r, const struct evidence *v, const struct fold_step *steps, size_t n)
{
    struct refit_data *h = r->h;
    const struct catalogue *c = &r->s->catalogue;
    const struct item_ref *item = v->kind == EVIDENCE_RESPONSE ? catalogue_item(c, v->item_id) : NULL;
    const struct competency *k = catalogue_competency(c, steps[0].competency_id);
    if (!k || (v->kind == EVIDENCE_RESPONSE && !item)) return UINT32_MAX;
    uint32_t *head = item ? &h->of_item[item - c->items] : &h->of_competency[k - c->competencies];
    for (uint32_t q = *head; q != UINT32_MAX; q = h->of[q].next)
        if (same_skills(r, &h->of[q], steps, n)) return q;
    for (size_t i = 0; i < n; i++)
        if (!catalogue_competency(c, steps[i].competency_id)) return UINT32_MAX;
    if (!room_for_question(h, n)) {
        r->failed = true;
        return UINT32_MAX;
    }
    h->of[h->questions] =
        (struct refit_question){item ? item->item_id : 0, (uint32_t)h->skill_count, (uint32_t)n, *head};
    for (size_t i = 0; i < n; i++)
        h->skill[h->skill_count++] = (uint32_t)(catalogue_competency(c, steps[i].competency_id) - c->competencies);
    *head = (uint32_t)h->questions++;
    return *head;
}

static uint32_t question_of(struct reading *r, const struct evidence *v, const struct fold_step *steps, size_t n)
{
    if (v->kind != EVIDENCE_RESPONSE) return question_looked_up(r, v, steps, n);
    uint32_t *met = met_of(r, v->item_id);
    if (*met && r->h->of[*met - 1].item_id == v->item_id && same_skills(r, &r->h->of[*met - 1], steps, n))
        return *met - 1;
    uint32_t q = question_looked_up(r, v, steps, n);
    if (q != UINT32_MAX) *met = q + 1;
    return q;
}

struct one {
    struct reading *r;
    const struct policy *policy;
};

/* What moved a competency counted; a judgement names a level and says nothing of how an answer would go. */
static void take(void *ctx, const struct evidence *v, const struct fold_step *steps, size_t n)
{
    const struct one *o = ctx;
    struct refit_data *h = o->r->h;
    if (!n || v->kind == EVIDENCE_JUDGEMENT || o->r->failed) return;
    uint32_t q = question_of(o->r, v, steps, n);
    if (q == UINT32_MAX) return;
    if (!room_for_rows(h, h->rows + 1)) {
        o->r->failed = true;
        return;
    }
    h->question[h->rows] = q;
    h->answer[h->rows++] =
        (uint8_t)((unsigned)fold_answer(mastery_rule_for(&o->r->s->catalogue, o->policy, steps[0].competency_id), v) |
                  (v->kind == EVIDENCE_OBSERVATION ? REFIT_OFF_SCREEN : 0U));
    if (!h->first_id || v->evidence_id < h->first_id) h->first_id = v->evidence_id;
    if (v->evidence_id > h->last_id) h->last_id = v->evidence_id;
}

/* From the rows themselves, where nothing is packed or it is not sound. */
static enum st read_rows(struct one *o, struct tx *tx, struct arena *a, int64_t learner_id, struct err *e)
{
    const struct snapshot *s = o->r->s;
    struct learner_state state = {0};
    struct evidence *facts;
    size_t n;
    TRY(evidence_to_fold(tx, a, learner_id, 0, &facts, &n, e));
    return facts_fold(&s->policy_index, &s->catalogue, o->policy, a, facts, n, &state, take, o, e);
}

static enum st read_learner(struct reading *r, struct tx *tx, struct arena *a, struct packed_slice *slice,
                            int64_t learner_id, int64_t now_ms, struct err *e)
{
    struct refit_data *h = r->h;
    const struct policy_effective *v;
    const size_t begin = h->rows;
    const int64_t first_id = h->first_id, last_id = h->last_id;
    bool sound;
    struct packed p = packed_of(slice, learner_id);
    TRY(policy_for_learners_school(&r->s->policy_index, tx, learner_id, now_ms, &v, e));
    struct one o = {r, &v->policy};
    TRY(history_watch(r->s, a, &p, &v->policy, r->views, take, &o, &sound, e));
    if (!sound) {
        h->rows = begin, h->first_id = first_id, h->last_id = last_id;
        TRY(read_rows(&o, tx, a, learner_id, e));
    }
    if (r->failed || !room_for_learners(h, h->learners + 2)) return err_no_memory(e, "the answers for a refit");
    if (h->rows == begin) return ST_OK;
    h->at[h->learners] = (uint32_t)begin;
    h->learner_id[h->learners++] = learner_id;
    h->at[h->learners] = (uint32_t)h->rows;
    return ST_OK;
}

static enum st read_all(struct reading *r, struct tx *tx, int64_t now_ms, refit_read_told *told, void *ctx,
                        struct err *e)
{
    struct arena a, of_slice;
    struct packed_slice slice = {0};
    int64_t ids[PACKED_AT_ONCE], after = 0;
    enum st st = ST_OK;
    arena_init(&a, LEARNER_BYTES);
    arena_init(&of_slice, LEARNER_BYTES);
    for (size_t n = PACKED_AT_ONCE; st == ST_OK && n == PACKED_AT_ONCE;) {
        st = learner_ids(tx, LEARNERS_WITH_EVIDENCE, after, ids, PACKED_AT_ONCE, &n, e);
        if (st == ST_OK && n) st = packed_read(tx, &of_slice, ids[0], ids[n - 1], &slice, e);
        for (size_t i = 0; st == ST_OK && i < n; i++) {
            st = read_learner(r, tx, &a, &slice, ids[i], now_ms, e);
            arena_reset(&a);
        }
        arena_reset(&of_slice);
        if (st == ST_OK && n) after = ids[n - 1];
        if (st == ST_OK && told && !told(ctx, r->h->learners, r->h->rows))
            st = err_fail(e, ST_BUSY, "err.busy", "stopped before the end");
    }
    arena_release(&a);
    arena_release(&of_slice);
    return st;
}

enum st refit_data_read(const struct snapshot *s, struct conn *c, int64_t now_ms, refit_read_told *told, void *ctx,
                        struct refit_data *out, struct err *e)
{
    struct tx *tx;
    *out = (struct refit_data){0};
    struct reading r = {.s = s, .h = out};
    out->of_item = malloc((s->catalogue.item_count + 1) * sizeof *out->of_item);
    out->of_competency = malloc((s->catalogue.competency_count + 1) * sizeof *out->of_competency);
    if (!out->of_item || !out->of_competency || !room_for_learners(out, 1) || !room_for_rows(out, 1))
        return err_no_memory(e, "the answers for a refit");
    memset(out->of_item, 0xff, (s->catalogue.item_count + 1) * sizeof *out->of_item);
    memset(out->of_competency, 0xff, (s->catalogue.competency_count + 1) * sizeof *out->of_competency);
    out->at[0] = 0;
    TRY(tx_read(c, s->district_id, &tx, e));
    r.views = folding_views_new();
    enum st st = read_all(&r, tx, now_ms, told, ctx, e);
    folding_views_free(r.views);
    tx_rollback(tx);
    return st;
}
