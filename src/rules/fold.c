#include "rules/fold.h"

#include <string.h>

#include "base/id.h"
#include "engine/elo.h"
#include "rules/lasting.h"

int32_t fold_attempt(const struct learner_state *s, int64_t item_id, int64_t variant)
{
    const struct seen_item *v = state_seen(s, item_id, variant);
    return v ? v->attempts + 1 : 1;
}

static size_t place_of(const struct learner_state *s, const struct evidence *v)
{
    const struct seen_item *latest = state_latest(s);
    size_t at = 0;
    while (at < s->seen_count && (latest[at].item_id != v->item_id || latest[at].variant != v->variant)) at++;
    return at;
}

/* at: its place among those seen, or seen_count. */
static void remember(struct learner_state *s, const struct evidence *v, size_t at)
{
    bool right = v->score >= 1.0, hinted = v->hints > 0;
    if (at == s->seen_count) {
        *state_push_seen(s) = (struct seen_item){v->item_id, v->variant, 1, right, hinted};
        return;
    }
    struct seen_item *latest = s->seen_room + s->seen_from, it = latest[at];
    it.attempts++;
    it.right = it.right || right;
    it.hinted = it.hinted || hinted;
    memmove(latest + 1, latest, at * sizeof it);
    latest[0] = it;
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
    struct scored_fact m = {.score = alone ? v->score : 0,
                            .counts = alone || not_yet,
                            .right = is_right(r, v),
                            .off_screen = v->kind == EVIDENCE_OBSERVATION,
                            .checkpoint = v->checkpoint_id != 0,
                            .judgement = v->kind == EVIDENCE_JUDGEMENT,
                            .since_last_ms = c->last_evidence_id ? at_ms - c->last_at_ms : -1};
    mastery_note(r, &m, c);
}

/* The entries that a fact moves, as they are before it. */
struct moved {
    size_t n;
    bool all_there; /* none is to be made: the places stay what they are */
    size_t at[BKT_SKILLS_MAX];
    double before[BKT_SKILLS_MAX], after[BKT_SKILLS_MAX];
    struct elo_estimate elo[BKT_SKILLS_MAX];
};

static bool stands_at(const struct learner_state *s, size_t at, int64_t competency_id)
{
    return at < s->count && s->competency[at].competency_id == competency_id;
}

static void find_moved(const struct fold_fact *f, const struct learner_state *s, size_t n, struct moved *m)
{
    m->n = n;
    m->all_there = true;
    for (size_t i = 0; i < m->n; i++) {
        /* students of a course have the same skills, and so the same places */
        m->at[i] = f->place ? f->place[i] : s->count;
        if (!stands_at(s, m->at[i], f->competency_id[i])) m->at[i] = state_place(s, f->competency_id[i]);
        if (f->place) f->place[i] = (uint32_t)m->at[i];
        bool there = stands_at(s, m->at[i], f->competency_id[i]);
        const struct competency_state *c = there ? &s->competency[m->at[i]] : NULL;
        m->before[i] = c ? c->p_known : capped(f->model[i].prior);
        m->elo[i] = c ? (struct elo_estimate){c->elo, c->past.all.n} : (struct elo_estimate){0};
        m->all_there = m->all_there && there;
    }
}

static void move(const struct fold_fact *f, size_t i, const struct moved *m, int64_t at_ms, struct competency_state *c)
{
    const struct evidence *v = f->evidence;
    const struct mastery_rule *r = f->rule[i];
    bool right = is_right(r, v);
    note(r, v, at_ms, c);
    c->p_known = capped(m->after[i]);
    c->last_at_ms = at_ms;
    c->last_evidence_id = v->evidence_id;
    if (v->kind == EVIDENCE_JUDGEMENT) return;
    c->opportunities++;
    c->alone += v->hints == 0;
    c->right += right;
    c->right_in_row = right ? c->right_in_row + 1 : 0;
}

/* The school's day of a fact; of one that does not tell, that of Greenwich. */
static int32_t day_of(const struct evidence *v, int64_t at_ms)
{
    return v->school_date ? v->school_date : (int32_t)(at_ms / 86400000);
}

/* The belief as it is before the fact, and for each skill after it. */
struct believed {
    const struct belief_params *p;
    struct belief_student who;
    struct belief_skill s[BKT_SKILLS_MAX];
};

/* day: of the fact, where the school is */
static void believe(const struct fold_fact *f, const struct learner_state *s, const struct moved *m,
                    enum bkt_answer answer, int32_t day, struct believed *b)
{
    const struct belief_params *p = f->belief ? f->belief : &belief_defaults;
    struct belief_question q = f->question;
    if (f->evidence->choices > 1) q.guess = 1.0 / f->evidence->choices;
    if (q.var <= 0.0) q.var = p->hardness_sd * p->hardness_sd;
    b->p = p;
    b->who = s->belief.var > 0.0 ? s->belief : belief_student_new(p);
    for (size_t i = 0; i < m->n; i++) {
        const struct competency_state *c =
            stands_at(s, m->at[i], f->competency_id[i]) ? &s->competency[m->at[i]] : NULL;
        b->s[i] = c && c->belief.var > 0.0 ? c->belief
                                           : belief_skill_new(p, f->ease ? f->ease[i] : p->ease,
                                                              f->ease ? f->ease_var[i] : p->ease_sd * p->ease_sd);
    }
    belief_learn(p, &b->who, b->s, m->n, &q, day, answer);
}

static void note_lasting(const struct fold_fact *f, size_t i, const struct believed *b, struct competency_state *c)
{
    const struct evidence *v = f->evidence;
    c->belief = b->s[i];
    int32_t day = c->belief.day;
    struct lasting_fact m = {.right = is_right(f->rule[i], v),
                             .helped = v->hints > 0,
                             .asked = v->kind == EVIDENCE_RESPONSE,
                             .checkpoint = v->checkpoint_id != 0,
                             .day = day,
                             .nth = c->belief.today,
                             .today = lasting_share(belief_on(b->p, &b->who, &c->belief, day)),
                             .lasts = lasting_share(belief_on(b->p, &b->who, &c->belief, day + LASTING_AHEAD_DAYS))};
    lasting_note(f->rule[i], &m, c);
}

bool fold_is_too_fast(const struct evidence *v)
{
    return v->kind == EVIDENCE_RESPONSE && v->took_ms > 0 && v->took_ms < v->floor_ms;
}

/* What predictions go by; elo as it was before. */
static void learn_past(struct competency_state *c, struct elo_estimate elo, double surprise, bool right)
{
    c->past = skill_past_of(c);
    c->elo = elo_moved(elo, elo_defaults.skill_step, elo_defaults.skill_slow, surprise).logit;
    skill_past_learn(&c->past, right);
}

static enum st fold_one(struct arena *a, const struct fold_fact *f, struct learner_state *s, bool find_levels,
                        bool predicts, struct fold_step *steps, size_t *nsteps, struct err *e)
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

    bool judgement = v->kind == EVIDENCE_JUDGEMENT, response = v->kind == EVIDENCE_RESPONSE;
    size_t place = response ? place_of(s, v) : 0;
    bool counts =
        v->kind == EVIDENCE_OBSERVATION || judgement || (response && place == s->seen_count && !fold_is_too_fast(v));
    struct moved m;
    find_moved(f, s, counts ? f->count : 0, &m);
    /* it says a level, and nothing of how an answer would go */
    if (judgement) memcpy(m.after, m.before, m.n * sizeof *m.after);
    else if (m.n && bkt_update(f->model, m.before, m.n, fold_answer(f->rule[0], v), m.after) != ST_OK)
        return err_fail(e, ST_INVALID, "fold.model", "evidence %lld: the model refuses these numbers",
                        (long long)v->evidence_id);
    struct believed b;
    bool believes = m.n && !judgement;
    if (believes) believe(f, s, &m, fold_answer(f->rule[0], v), day_of(v, at_ms), &b);
    enum bkt_answer answer = predicts && m.n && response ? fold_answer(f->rule[0], v) : BKT_PRACTICE;
    double surprise = answer == BKT_PRACTICE ? 0.0
                                             : elo_surprise((struct elo_estimate){s->elo, s->past.total.n}, m.elo, m.n,
                                                            answer == BKT_RIGHT);
    for (size_t i = 0; i < m.n; i++) {
        struct competency_state *c =
            m.all_there ? &s->competency[m.at[i]] : state_entry(a, s, f->competency_id[i], m.before[i]);
        if (!c) return err_fail(e, ST_NOMEM, "err.memory", "state of learner %lld", (long long)v->learner_id);
        enum level level_before = c->level;
        move(f, i, &m, at_ms, c);
        if (believes) note_lasting(f, i, &b, c);
        if (answer != BKT_PRACTICE) learn_past(c, m.elo[i], surprise, answer == BKT_RIGHT);
        if (find_levels) c->level = mastery_level(f->rule[i], c);
        if (steps) steps[i] = (struct fold_step){f->competency_id[i], m.before[i], c->p_known, level_before, c->level};
    }
    if (believes) s->belief = b.who;
    if (answer != BKT_PRACTICE) {
        s->elo = elo_moved((struct elo_estimate){s->elo, s->past.total.n}, elo_defaults.student_step,
                           elo_defaults.student_slow, surprise)
                     .logit;
        s->past = student_past_of(s);
        student_past_learn(&s->past, answer == BKT_RIGHT);
    }
    if (nsteps) *nsteps = m.n;
    if (response) remember(s, v, place);
    s->last_evidence_id = v->evidence_id;
    s->last_at_ms = at_ms;
    s->facts++;
    return ST_OK;
}

enum st fold_fact(struct arena *a, const struct fold_fact *f, struct learner_state *s, struct fold_step *steps,
                  size_t *nsteps, struct err *e)
{
    return fold_one(a, f, s, true, true, steps, nsteps, e);
}

enum st fold_fact_only(struct arena *a, const struct fold_fact *f, struct learner_state *s, struct err *e)
{
    return fold_one(a, f, s, false, true, NULL, NULL, e);
}

enum st fold_fact_for_levels(struct arena *a, const struct fold_fact *f, struct learner_state *s,
                             struct fold_step *steps, size_t *nsteps, struct err *e)
{
    return fold_one(a, f, s, false, false, steps, nsteps, e);
}
