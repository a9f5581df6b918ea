#include "progress/notice.h"

#include "base/id.h"
#include "learning/derived.h"
#include "rules/grade.h"
#include "policy/snapshot.h"

/* Does anything that counts differ for a school on either side of a moment? */
static enum st look_at(const struct policy_index *r, struct arena *a, int64_t org_id, int64_t at_ms, struct notice *out,
                       bool *differs, struct err *e)
{
    struct notice n = {.before = policy_for_school(r, org_id, at_ms - 1),
                       .after = policy_for_school(r, org_id, at_ms),
                       .at_ms = at_ms};
    *differs = false;
    if (n.before == n.after) return ST_OK;
    TRY(policy_diff(a, &n.before->policy, &n.after->policy, &n.rules, &n.rule_count, e));
    *differs = policy_changes_re_derive(n.rules, n.rule_count);
    if (*differs) *out = n;
    return ST_OK;
}

enum st notice_find(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a, int64_t learner_id,
                    struct notice *out, struct err *e)
{
    const struct policy_index *r = &s->policy_index;
    const struct policy_version *first = &r->policies[0];
    int64_t now = app_now_ms(app), oldest = now - NOTICE_DAYS * INT64_C(86400000), org_id = 0;
    bool asked = false, waits = false;
    *out = (struct notice){0};
    for (size_t i = 0; i < r->policy_count; i++) {
        const struct policy_version *v = &r->policies[i];
        struct notice found;
        bool differs;
        if (v->scope > SCOPE_SCHOOL) continue;                   /* moves neither levels nor grades */
        if (v == first || v->effective_at_ms < oldest) continue; /* before the first there were no rules */
        if (!asked && r->school_count) TRY(learner_school(tx, learner_id, &org_id, e));
        asked = true;
        if (v->scope == SCOPE_SCHOOL && v->scope_id != org_id) continue;
        TRY(look_at(r, a, org_id, v->effective_at_ms > v->recorded_at_ms ? v->effective_at_ms : v->recorded_at_ms,
                    &found, &differs, e));
        if (!differs) continue;
        bool later = found.at_ms > now;
        if (out->after && (later ? waits && found.at_ms >= out->at_ms : waits || found.at_ms <= out->at_ms)) continue;
        *out = found;
        waits = later;
    }
    return ST_OK;
}

static struct level_value stands(const struct catalogue *c, const struct policy *p, const struct derived *d,
                                 int64_t competency_id)
{
    const struct competency_state *k = state_find(&d->state, competency_id);
    return k ? (struct level_value){k->level, mastery_value(mastery_rule_for(c, p, competency_id), k)}
             : (struct level_value){LEVEL_NOT_YET, 0};
}

static enum st compare_levels(const struct snapshot *s, struct arena *a, const struct derived *before,
                              const struct derived *after, struct notice *out, struct err *e)
{
    out->levels = arena_array(a, after->row_count + 1, sizeof *out->levels);
    if (!out->levels) return err_fail(e, ST_NOMEM, "err.memory", "notice");
    for (size_t i = 0; i < after->row_count; i++) {
        int64_t id = after->rows[i].competency_id;
        const struct policy *was = &out->before->policy, *will = &out->after->policy;
        const struct level_value x = stands(&s->catalogue, was, before, id), y = stands(&s->catalogue, will, after, id);
        const struct level_change k = {catalogue_competency(&s->catalogue, id), x.level, y.level,
                                       report_level_of(was, &x), report_level_of(will, &y)};
        if (k.competency && (k.before != k.after || report_level_other(k.called_before, k.called_after)))
            out->levels[out->count++] = k;
    }
    return ST_OK;
}

enum st notice_levels(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                      const struct learner_scope *who, struct notice *out, struct err *e)
{
    struct derived before = {0}, after = {0};
    TRY(notice_find(app, s, tx, a, who->learner_id, out, e));
    if (!out->after) return ST_OK;
    int64_t until = out->at_ms > app_now_ms(app) ? INT64_MAX : id_first_at(out->at_ms);
    struct arena past; /* all facts, twice: not in the request's memory */
    arena_init(&past, 512u << 20);
    enum st st = derive(s, tx, &past, who->learner_id, &out->before->policy, until, &before, e);
    if (st == ST_OK) st = derive(s, tx, &past, who->learner_id, &out->after->policy, until, &after, e);
    if (st == ST_OK) st = compare_levels(s, a, &before, &after, out, e);
    arena_release(&past);
    return st;
}
