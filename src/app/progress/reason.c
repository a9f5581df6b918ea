#include "progress/reason.h"
#include "policy/snapshot.h"

enum st learner_grade_why(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                          const struct learner_scope *who, int64_t course_id, int64_t as_of_ms, struct grade_why *out,
                          struct err *e)
{
    struct report r;
    TRY(learner_report(app, s, tx, a, who, as_of_ms, &r, e));
    for (size_t i = 0; i < r.course_count; i++) {
        const struct report_course *k = &r.courses[i];
        if (k->course_id != course_id) continue;
        *out = (struct grade_why){.policy = r.policy, .course = k};
        grade_outlook(&r.policy->policy, k->on, k->count, &out->outlook);
        return ST_OK;
    }
    return err_fail(e, ST_NOT_FOUND, "err.not_found", "course %lld", (long long)course_id);
}

/* The class of the learner's that teaches a competency; the first, where none does. */
static struct taught taught_in(const struct snapshot *s, const struct taught *courses, size_t n, int64_t competency_id)
{
    for (size_t i = 0; i < n; i++) {
        const struct course *k = catalogue_course(&s->catalogue, courses[i].course_id);
        for (size_t j = 0; k && j < k->count; j++)
            if (s->catalogue.competencies[k->competency[j]].competency_id == competency_id) return courses[i];
    }
    return n ? courses[0] : (struct taught){0};
}

enum st learner_next_why(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                         const struct learner_scope *who, int64_t competency_id, int64_t as_of_ms, struct next_why *out,
                         struct err *e)
{
    struct taught courses[COURSES_MAX];
    struct mastery_view m;
    size_t n;
    *out = (struct next_why){.days = -1};
    TRY(learner_courses(tx, who->learner_id, courses, COURSES_MAX, &n, e));
    TRY(learner_mastery(app, s, tx, a, who, as_of_ms, &m, e));
    out->policy = m.policy;
    out->count = next_items(s, &m.state, who->learner_id, courses, n, m.as_of_ms, out->list, NEXT_MAX);
    if (!competency_id && out->count) competency_id = out->list[0].competency->competency_id;
    out->competency = catalogue_competency(&s->catalogue, competency_id);
    if (!out->competency)
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency %lld", (long long)competency_id);
    while (out->place < out->count && out->list[out->place].competency != out->competency) out->place++;
    const struct taught in = taught_in(s, courses, n, competency_id);
    out->rules = policy_for_learner(&s->policy_index, in.org_id, in.class_id, who->learner_id, m.as_of_ms);
    struct learner_state *kept = arena_alloc(a, sizeof *kept);
    if (!kept) return err_fail(e, ST_NOMEM, "err.memory", "why");
    *kept = m.state;
    out->state = state_find(kept, competency_id);
    const struct bkt *model = model_bkt(model_current(&s->policy_index, m.as_of_ms), competency_id);
    const struct competency_state nothing = {.competency_id = competency_id, .p_known = model->prior};
    out->outlook = mastery_outlook(mastery_rule_for(&s->catalogue, &m.policy->policy, competency_id), model,
                                   out->state ? out->state : &nothing);
    if (out->state && out->state->opportunities) out->days = (m.as_of_ms - out->state->last_at_ms) / 86400000;
    return ST_OK;
}
