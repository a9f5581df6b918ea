#include "rules/fold.h"

#include <string.h>

#include "base/id.h"
#include "engine/elo.h"

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

/* An answer is right or not; what a person saw is right from where the rule says. */
static bool is_right(const struct mastery_rule *r, const struct evidence *v)
{
    return v->hints == 0 && v->score >= (v->kind == EVIDENCE_RESPONSE ? 1.0 : r->seen_right_at);
}

enum bkt_answer fold_answer(const struct mastery_rule *r, const struct evidence *v)
{
    if (v->hints > 0) return r->after_hint == AFTER_HINT_PRACTICE ? BKT_PRACTICE : BKT_WRONG;
    return is_right(r, v) ? BKT_RIGHT : BKT_WRONG;
}

static void note(const struct mastery_rule *r, const struct evidence *v, int64_t at_ms, struct competency_state *c)
{
    bool alone = v->hints == 0, not_yet = !alone && r->after_hint == AFTER_HINT_NOT_ALONE;
    struct mark m = {.score = alone ? v->score : 0, .counts = alone || not_yet, .right = is_right(r, v),
                     .off_screen = v->kind == EVIDENCE_OBSERVATION, .checkpoint = v->checkpoint_id != 0,
                     .judgement = v->kind == EVIDENCE_JUDGEMENT, .since_last_ms = c->last_evidence_id ? at_ms - c->last_at_ms : -1};
    mastery_note(r, &m, c);
}

enum st fold_fact(struct arena *a, const struct fold_fact *f, struct learner_state *s,
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

    bool judgement = v->kind == EVIDENCE_JUDGEMENT;
    bool counts = v->kind == EVIDENCE_OBSERVATION || judgement ||
                  (v->kind == EVIDENCE_RESPONSE && !state_seen(s, v->item_id, v->variant));
    double before[BKT_SKILLS_MAX], after[BKT_SKILLS_MAX];
    struct elo_estimate elo[BKT_SKILLS_MAX];
    size_t moved = counts ? f->count : 0;
    for (size_t i = 0; i < moved; i++) {
        const struct competency_state *c = state_find(s, f->competency_id[i]);
        before[i] = c ? c->p_known : capped(f->model[i].prior);
        elo[i] = c ? (struct elo_estimate){c->elo, c->past.all.n} : (struct elo_estimate){0};
    }
    if (judgement) memcpy(after, before, moved * sizeof *after); /* it says a level, and nothing of how an answer would go */
    else if (moved && bkt_update(f->model, before, moved, fold_answer(f->rule[0], v), after) != ST_OK)
        return err_fail(e, ST_INVALID, "fold.model", "evidence %lld: the model refuses these numbers",
                        (long long)v->evidence_id);
    enum bkt_answer answer = moved && v->kind == EVIDENCE_RESPONSE ? fold_answer(f->rule[0], v) : BKT_PRACTICE;
    double surprise = answer == BKT_PRACTICE ? 0.0 : elo_surprise((struct elo_estimate){s->elo, s->past.total.n}, elo, moved, answer == BKT_RIGHT);
    for (size_t i = 0; i < moved; i++) {
        struct competency_state *c = state_entry(a, s, f->competency_id[i], before[i]);
        if (!c) return err_fail(e, ST_NOMEM, "err.memory", "state of learner %lld", (long long)v->learner_id);
        enum level level_before = c->level;
        const struct mastery_rule *r = f->rule[i];
        bool right = is_right(r, v);
        note(r, v, at_ms, c);
        c->p_known = after[i] = capped(after[i]);
        c->last_at_ms = at_ms;
        c->last_evidence_id = v->evidence_id;
        if (!judgement) {
            c->opportunities++;
            c->alone += v->hints == 0;
            c->right += right;
            c->right_in_row = right ? c->right_in_row + 1 : 0;
        }
        if (answer != BKT_PRACTICE) {
            c->past = skill_past_of(c);
            c->elo = elo_moved(elo[i], elo_defaults.skill_step, elo_defaults.skill_slow, surprise).logit;
            skill_past_learn(&c->past, answer == BKT_RIGHT);
        }
        c->level = mastery_level(r, c);
        if (steps) steps[i] = (struct fold_step){f->competency_id[i], before[i], after[i], level_before, c->level};
    }
    if (answer != BKT_PRACTICE) {
        s->elo = elo_moved((struct elo_estimate){s->elo, s->past.total.n}, elo_defaults.student_step, elo_defaults.student_slow, surprise).logit;
        s->past = student_past_of(s);
        student_past_learn(&s->past, answer == BKT_RIGHT);
    }
    if (nsteps) *nsteps = moved;
    if (v->kind == EVIDENCE_RESPONSE) remember(s, v);
    s->last_evidence_id = v->evidence_id;
    s->last_at_ms = at_ms;
    s->facts++;
    return ST_OK;
}
