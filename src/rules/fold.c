#include "rules/fold.h"

#include <string.h>

#include "base/id.h"

enum level fold_level(const struct policy *p, const struct competency_state *c)
{
    if (c->opportunities == 0) return LEVEL_NOT_YET;
    if (c->p_known >= p->secure_at && c->alone >= p->least_evidence) return LEVEL_SECURE;
    if (c->p_known >= p->nearly_at) return LEVEL_NEARLY;
    return LEVEL_STARTED;
}

int32_t fold_attempt(const struct learner_state *s, int64_t item_id, int64_t variant)
{
    const struct seen_item *v = state_seen(s, item_id, variant);
    return v ? v->attempts + 1 : 1;
}

static void remember(struct learner_state *s, const struct evidence *v)
{
    struct seen_item it = {.item_id = v->item_id, .variant = v->variant};
    size_t at = s->seen_count;
    for (size_t i = 0; i < s->seen_count; i++)
        if (s->seen[i].item_id == v->item_id && s->seen[i].variant == v->variant) at = i;
    if (at < s->seen_count) it = s->seen[at];
    else if (s->seen_count < SEEN_MAX) s->seen_count++;
    else at = SEEN_MAX - 1;
    it.attempts++;
    it.right = it.right || v->score >= 1.0;
    it.hinted = it.hinted || v->hints > 0;
    memmove(s->seen + 1, s->seen, at * sizeof it);
    s->seen[0] = it;
}

static double capped(double p) { return p > P_KNOWN_MAX ? P_KNOWN_MAX : p; }

static enum bkt_answer answer_of(const struct policy *p, const struct evidence *v)
{
    if (v->hints > 0) return p->after_hint == AFTER_HINT_PRACTICE ? BKT_PRACTICE : BKT_WRONG;
    return v->score >= 1.0 ? BKT_RIGHT : BKT_WRONG;
}

enum st fold_fact(struct arena *a, const struct policy *p, const struct fold_fact *f, struct learner_state *s,
                  struct fold_step *steps, size_t *nsteps, struct err *e)
{
    const struct evidence *v = f->evidence;
    if (v->evidence_id <= s->last_evidence_id)
        return err_fail(e, ST_INVALID, "fold.order", "evidence %lld after %lld", (long long)v->evidence_id,
                        (long long)s->last_evidence_id);
    if (f->count > BKT_SKILLS_MAX)
        return err_fail(e, ST_INVALID, "fold.competencies", "item %lld has %zu competencies, at most %d fold",
                        (long long)v->item_id, f->count, BKT_SKILLS_MAX);
    int64_t reached_ms = id_time_ms(v->evidence_id), at_ms = v->answered_at_ms;
    if (at_ms > reached_ms) at_ms = reached_ms;
    if (at_ms < s->last_at_ms) at_ms = s->last_at_ms;

    bool counts = v->kind == EVIDENCE_OBSERVATION ||
                  (v->kind == EVIDENCE_RESPONSE && !state_seen(s, v->item_id, v->variant));
    double before[BKT_SKILLS_MAX], after[BKT_SKILLS_MAX];
    size_t moved = counts ? f->count : 0;
    for (size_t i = 0; i < moved; i++) {
        const struct competency_state *c = state_find(s, f->competency_id[i]);
        before[i] = c ? c->p_known : capped(f->model[i].prior);
    }
    if (moved && bkt_update(f->model, before, moved, answer_of(p, v), after) != ST_OK)
        return err_fail(e, ST_INVALID, "fold.model", "evidence %lld: the model refuses these numbers",
                        (long long)v->evidence_id);
    for (size_t i = 0; i < moved; i++) {
        struct competency_state *c = state_entry(a, s, f->competency_id[i], before[i]);
        if (!c) return err_fail(e, ST_NOMEM, "err.memory", "state of learner %lld", (long long)v->learner_id);
        enum level level_before = c->level;
        c->p_known = after[i] = capped(after[i]);
        c->last_at_ms = at_ms;
        c->last_evidence_id = v->evidence_id;
        c->opportunities++;
        if (v->hints == 0) {
            c->alone++;
            c->right += v->score >= 1.0;
        }
        c->right_in_row = v->score >= 1.0 && v->hints == 0 ? c->right_in_row + 1 : 0;
        c->level = fold_level(p, c);
        if (steps) steps[i] = (struct fold_step){f->competency_id[i], before[i], after[i], level_before, c->level};
    }
    if (nsteps) *nsteps = moved;
    if (v->kind == EVIDENCE_RESPONSE) remember(s, v);
    s->last_evidence_id = v->evidence_id;
    s->last_at_ms = at_ms;
    s->facts++;
    return ST_OK;
}
