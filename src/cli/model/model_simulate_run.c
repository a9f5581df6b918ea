/* One invented student's year, under one way of choosing. */
#include <stdlib.h>

#include "base/id.h"
#include "model_simulate.h"
#include "rules/fold.h"
#include "rules/lasting.h"

enum { STUDENT_BYTES = 4 << 20, FLOOR_MS = 3000 /* nobody reads one of these questions sooner */ };
/* those that a school begins with: docs/models.md */
static const struct bkt parameters = {.prior = .30, .learn = .15, .guess = .20, .slip = .10};

/* One student under way. */
struct run {
    const struct arm *a;
    uint32_t u;
    struct arena arena;
    struct sim_student student;
    struct learner_state state;
    struct idgen ids;
    struct rng lot;
    bool *claimed, *known_first; /* skills: called secure once; mastered before the first answer */
    size_t *given, *until;       /* skills: answers; of these, up to the first call */
    size_t claims, false_claims, until_claims, answers, wasted, known_before, reviews, taken_back;
};

static struct next_time now_of(const struct run *r)
{
    return (struct next_time){(int64_t)(r->student.clock_s * 1000.0), sim_date(r->student.day)};
}

double sim_guess(const struct sim_item *it) { return it->choices ? 1.0 / it->choices : 0.0; }

/* The next skill by the arm's way; false: nothing is left to do today. Reviews, and what only waits for its day, are
 * the same for all: the ways differ in what they give of the rest. */
static bool choose(struct run *r, uint32_t *skill)
{
    const struct school *s = r->a->s;
    struct next_choice c[SIM_SKILLS_MAX];
    size_t n = next_choose(&s->policy, &r->state, s->candidates, s->w.skills, now_of(r), c, s->w.skills), open = 0;
    uint32_t at[SIM_SKILLS_MAX];
    for (size_t i = 0; i < n; i++) {
        if (c[i].reason == REASON_KEEP_FRESH || c[i].reason == REASON_WAITS) continue;
        if (r->a->way == WAY_PLANNER || c[i].reason == REASON_REVIEW) {
            *skill = c[i].candidate;
            return true;
        }
        at[open++] = c[i].candidate;
    }
    if (!open) return false;
    size_t pick = r->a->way == WAY_RANDOM ? rng_below(&r->lot, (uint32_t)open) : 0;
    for (size_t i = 0; r->a->way == WAY_FIXED && i < open; i++)
        if (at[i] < at[pick]) pick = i;
    *skill = at[pick];
    return true;
}

static void write_row(struct run *r, uint32_t skill, uint32_t item, const struct sim_answer *x)
{
    struct text *t = &r->a->log[r->u];
    const struct competency_state *c = state_find(&r->state, (int64_t)skill + 1);
    text_printf(t, "%u,s%u-i%u,%s,%d,%.3f,%.3f,%u,%u,%s,%.4f,%d,%d,%d,%d,%s,%u\n", (unsigned)r->u, (unsigned)skill + 1,
                (unsigned)item + 1, r->a->s->skill_names[skill], x->right && !x->hints, x->ended_s, x->took_s,
                (unsigned)x->hints, (unsigned)x->hints_there, sim_state_name(x->truth.state), x->truth.chance,
                x->truth.mastered, x->truth.lapsed, x->truth.stuck, x->truth.idle,
                level_code(c ? c->level : LEVEL_NOT_YET), r->a->s->quartile[r->u]);
}

/* Each pair as it stands after the last day. */
static void write_pairs(struct run *r)
{
    const struct school *s = r->a->s;
    struct text *t = &r->a->pairs[r->u];
    for (uint32_t k = 0; k < s->w.skills; k++) {
        const struct competency_state *c = state_find(&r->state, (int64_t)k + 1);
        text_printf(t, "%u,%s,%s,%u", (unsigned)r->u, s->skill_names[k], level_code(c ? c->level : LEVEL_NOT_YET),
                    s->quartile[r->u]);
        if (c && c->belief.var > 0.0) {
            struct belief b = belief_on(&s->belief.params, &r->state.belief, &c->belief, sim_date(s->days));
            text_printf(t, ",%.4f,%.4f,%.4f", belief_share(b, 0.0), belief_share(b, -BELIEF_Z90),
                        belief_share(b, BELIEF_Z90));
        } else text_add(t, ",,,");
        text_printf(t, ",%.4f,%d\n", sim_share(&r->student, k, s->days), sim_mastered(&s->w, &r->student, k, s->days));
    }
}

/* What an answer did to the level, held against the truth. */
static void count(struct run *r, uint32_t skill, const struct sim_truth *truth, enum level before, bool was_review)
{
    const struct competency_state *c = state_find(&r->state, (int64_t)skill + 1);
    enum level level = c ? c->level : LEVEL_NOT_YET;
    r->answers++;
    r->wasted += truth->mastered;
    if (!r->claimed[skill]) r->until[skill]++;
    r->known_before += r->known_first[skill] && !r->claimed[skill];
    r->reviews += was_review && truth->mastered;
    r->taken_back += truth->mastered && before == LEVEL_SECURE && level != LEVEL_SECURE;
    if (level != LEVEL_SECURE || r->claimed[skill]) return;
    r->claimed[skill] = true;
    r->claims++;
    r->until_claims += r->until[skill];
    r->false_claims += !sim_mastered(&r->a->s->w, &r->student, skill, r->student.day);
}

/* A question that is to show something is an ordinary one: of middle hardness, and not to be guessed. */
enum { ORDINARY = 12 };
static uint32_t question_for(struct run *r, uint32_t skill, bool shows)
{
    const struct school *s = r->a->s;
    uint32_t turn = (uint32_t)(hash_mix(r->u, skill) % ITEMS_EACH + r->given[skill]++);
    return shows ? s->ordinary[skill * (size_t)ITEMS_EACH + turn % ORDINARY] : turn % ITEMS_EACH;
}

static enum st keep_row(struct sim_rows *rows, uint32_t item, const struct sim_answer *x)
{
    if (rows->n == rows->cap) {
        size_t cap = rows->cap ? 2 * rows->cap : 512;
        struct sim_row *more = realloc(rows->at, cap * sizeof *more);
        if (!more) return ST_NOMEM;
        rows->at = more;
        rows->cap = cap;
    }
    rows->at[rows->n++] = (struct sim_row){x->ended_s, item, x->right && !x->hints};
    return ST_OK;
}

static enum st one_answer(struct run *r, uint32_t skill)
{
    const struct school *s = r->a->s;
    const struct competency_state *was = state_find(&r->state, (int64_t)skill + 1);
    uint32_t item = question_for(r, skill, was && was->level >= LEVEL_NEARLY);
    size_t place = skill * (size_t)ITEMS_EACH + item;
    const struct competency_state *c = state_find(&r->state, (int64_t)skill + 1);
    enum level before = c ? c->level : LEVEL_NOT_YET;
    bool was_review = before == LEVEL_SECURE && !c->doubted;
    struct sim_answer x = sim_answer(&s->w, &r->student, skill, item);
    int64_t at_ms = (int64_t)(x.ended_s * 1000.0), competency = (int64_t)skill + 1;
    struct evidence v = {.learner_id = r->u,
                         .evidence_id = id_next(&r->ids, at_ms, 0),
                         .client_id = "",
                         .kind = EVIDENCE_RESPONSE,
                         .item_id = (int64_t)place + 1,
                         .variant = (int64_t)r->given[skill],
                         .score = x.right ? 1.0 : 0.0,
                         .attempt = 1,
                         .hints = x.hints,
                         .choices = s->w.item[place].choices,
                         .took_ms = (int64_t)(x.took_s * 1000.0),
                         .floor_ms = s->policy.rules[0].kind == MASTERY_LASTING ? FLOOR_MS : 0,
                         .answered_at_ms = at_ms,
                         .school_date = sim_date(r->student.day)};
    const struct mastery_rule *rule = policy_rule(&s->policy, "");
    struct fold_fact f = {.evidence = &v,
                          .count = 1,
                          .competency_id = &competency,
                          .model = &parameters,
                          .rule = &rule,
                          .belief = &s->belief.params,
                          .ease = &s->belief.ease[skill],
                          .ease_var = &s->belief.ease_var[skill],
                          .question = {0.0, s->belief.hardness[place], s->belief.hardness_var[place]}};
    if (r->given[skill] == 1) r->known_first[skill] = x.truth.mastered;
    TRY(fold_fact(&r->arena, &f, &r->state, NULL, NULL, NULL));
    count(r, skill, &x.truth, before, was_review);
    if (r->a->log) write_row(r, skill, item, &x);
    if (r->a->rows && !fold_is_too_fast(&v)) return keep_row(&r->a->rows[r->u], (uint32_t)place, &x);
    return ST_OK;
}

static enum st school_year(struct run *r)
{
    const struct school *s = r->a->s;
    uint32_t skill;
    for (int32_t day = 0; day < s->days; day++)
        for (unsigned left = sim_day(&s->w, &r->student, day); left > 0; left--) {
            if (!choose(r, &skill)) break; /* what only waits for its day is for another one */
            TRY(one_answer(r, skill));
        }
    return ST_OK;
}

static void tell_figures(const struct run *r)
{
    const struct arm *a = r->a;
    const struct school *s = a->s;
    double skills = (double)s->w.skills, mastered = 0.0, found = 0.0, secure = 0.0, wrong = 0.0, met = 0.0, held = 0.0;
    for (uint32_t k = 0; k < s->w.skills; k++) {
        const struct competency_state *c = state_find(&r->state, (int64_t)k + 1);
        bool truth = sim_mastered(&s->w, &r->student, k, s->days), says = c && c->level == LEVEL_SECURE;
        mastered += truth, secure += says, found += truth && says, wrong += says && !truth;
        if (!c || c->belief.var <= 0.0) continue;
        struct belief b = belief_on(&s->belief.params, &r->state.belief, &c->belief, sim_date(s->days));
        double share = sim_share(&r->student, k, s->days);
        met++;
        held += share >= belief_share(b, -BELIEF_Z90) && share <= belief_share(b, BELIEF_Z90);
    }
    const double top[FIGURES] = {[ITEMS_TO_MASTERY] = (double)r->until_claims,
                                 [FALSE_MASTERY] = (double)r->false_claims,
                                 [FALSE_AT_END] = wrong,
                                 [FOUND] = found,
                                 [WASTED_PRACTICE] = (double)r->wasted,
                                 [KNOWN_BEFORE] = (double)r->known_before,
                                 [TAKEN_BACK] = (double)r->taken_back,
                                 [COVERED] = held,
                                 [SECURE_SHARE] = secure,
                                 [MASTERED_SHARE] = mastered,
                                 [ANSWERS] = (double)r->answers};
    const double bottom[FIGURES] = {[ITEMS_TO_MASTERY] = (double)r->claims,
                                    [FALSE_MASTERY] = (double)r->claims,
                                    [FALSE_AT_END] = secure,
                                    [FOUND] = mastered,
                                    [WASTED_PRACTICE] = (double)r->answers,
                                    [KNOWN_BEFORE] = (double)r->answers,
                                    [TAKEN_BACK] = (double)r->reviews,
                                    [COVERED] = met,
                                    [SECURE_SHARE] = skills,
                                    [MASTERED_SHARE] = skills,
                                    [ANSWERS] = 1.0};
    for (size_t i = 0; i < FIGURES; i++) a->top[i][r->u] = top[i], a->bottom[i][r->u] = bottom[i];
}

void sim_run_student(void *arg, size_t u)
{
    struct arm *a = arg;
    size_t skills = a->s->w.skills;
    struct run r = {.a = a, .u = (uint32_t)u};
    double done = (double)atomic_fetch_add(&a->done, 1) / (double)a->s->students;
    if (!fit_goes_on(a->watch, a->from + a->share * done)) {
        a->st[u] = ST_BUSY;
        return;
    }
    arena_init(&r.arena, STUDENT_BYTES);
    struct sim_memory *memory = arena_array(&r.arena, skills, sizeof *memory);
    r.claimed = arena_array(&r.arena, 2 * skills, sizeof *r.claimed);
    r.given = arena_array(&r.arena, 2 * skills, sizeof *r.given);
    a->st[u] = memory && r.claimed && r.given ? ST_OK : ST_NOMEM;
    if (a->st[u] == ST_OK) {
        r.known_first = r.claimed + skills;
        r.until = r.given + skills;
        sim_student_draw(&a->s->w, a->s->seed, a->s->first + (uint32_t)u, memory, &r.student);
        rng_seed(&r.lot, hash_mix(hash_mix(a->s->seed, 3), u));
        if (a->log) text_init(&a->log[u], LOG_BYTES_MAX);
        if (a->pairs) text_init(&a->pairs[u], LOG_BYTES_MAX);
        a->st[u] = school_year(&r);
        tell_figures(&r);
        if (a->pairs) write_pairs(&r);
    }
    arena_release(&r.arena);
}
