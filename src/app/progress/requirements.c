/* Graduation and promotion: what is asked for, what is there, and whether the present pace gets there in time. */
#include <string.h>

#include "progress/goals.h"
#include "core/note.h"
#include "base/exact.h"
#include "base/id.h"
#include "base/json.h"
#include "base/list.h"
#include "policy/snapshot.h"
#include "store/sql/outside.h"

enum { PACE_DAYS = 56, SCHOOL_DAYS_A_WEEK = 5, YEAR_DAYS = 365, HOURS_MOST = 1000 };

enum st requirements_in_force(const struct snapshot *s, int64_t now_ms, struct requirement list[REQUIREMENTS_MAX],
                              size_t *n, struct err *e)
{
    const struct policy_effective *v = policy_for_district(&s->policy_index, now_ms);
    json_t *doc = json_loads(v->doc, 0, NULL);
    enum st st = doc ? requirements_read(doc, list, n, e) : err_no_memory(e, "requirements");
    json_decref(doc);
    return st;
}

/* The last day of the school year under way; 0: there is none. */
static enum st year_ends(struct tx *tx, int32_t today, int32_t *out, struct err *e)
{
    struct sql_session_year_row r;
    TRY(sql_session_year(tx, today, &r, NULL, e));
    *out = (int32_t)r.ends_on;
    return ST_OK;
}

struct credits {
    char requirement[REQUIREMENT_ID];
    double amount;
};

static enum st load_credits(struct tx *tx, struct arena *a, int64_t learner_id, int64_t at_ms, struct credits **out,
                            size_t *n, struct err *e)
{
    struct sql_credit_list_row r;
    struct rows rows;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(sql_credit_list(tx, learner_id, &rows, e));
    while (sql_credit_list_next(&rows, &r)) {
        if (id_time_ms(r.credit_id) > at_ms) continue;
        struct credits *k = LIST_ADD(a, *out, *n, cap);
        if (!k) return err_no_memory(e, "requirements");
        snprintf(k->requirement, sizeof k->requirement, "%s", r.requirement);
        k->amount = r.amount;
    }
    return rows_end(&rows);
}

struct standard_subtree branch_by_uri(const struct catalogue *c, const char *uri)
{
    for (size_t i = 0; i < c->competency_count; i++)
        if (strcmp(c->competencies[i].uri, uri) == 0) return (struct standard_subtree){.top = &c->competencies[i]};
    for (size_t i = 0; i < c->framework_count; i++)
        if (strcmp(c->frameworks[i].uri, uri) == 0) return (struct standard_subtree){.framework = &c->frameworks[i]};
    return (struct standard_subtree){0};
}

static size_t secure_of(const struct learner_state *state, const struct competency *const *list, size_t n)
{
    size_t secure = 0;
    for (size_t i = 0; i < n; i++) {
        const struct competency_state *k = state_find(state, list[i]->competency_id);
        secure += k && k->level == LEVEL_SECURE;
    }
    return secure;
}

struct pace {
    struct mastery_view now, before;
    int64_t away;
    double weeks; /* attended, between the two */
};

/* What was secure eight weeks ago, by the rules of then, beside now; days away do not count as time. */
static enum st load_pace(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                         const struct learner_scope *who, int64_t as_of_ms, struct pace *p, struct err *e)
{
    int64_t now = as_of_ms ? as_of_ms : app_now_ms(app);
    int32_t today = tz_date(s->zone, now);
    TRY(learner_mastery(app, s, tx, a, who, as_of_ms, &p->now, e));
    TRY(learner_mastery(app, s, tx, a, who, now - PACE_DAYS * INT64_C(86400000), &p->before, e));
    TRY(days_away(tx, who->learner_id, today - PACE_DAYS + 1, today, &p->away, e));
    p->weeks = (double)PACE_DAYS / 7 - (double)p->away / SCHOOL_DAYS_A_WEEK;
    return ST_OK;
}

static enum st stand_competencies(const struct snapshot *s, struct arena *a, const struct pace *p,
                                  struct requirement_progress *v, struct err *e)
{
    const struct competency **list;
    const struct standard_subtree b = branch_by_uri(&s->catalogue, v->asked.competencies);
    TRY(subtree_standards(&s->catalogue, a, &b, &list, &v->standards, e));
    size_t now = secure_of(&p->now.state, list, v->standards), before = secure_of(&p->before.state, list, v->standards);
    v->have = (double)now;
    v->before = (int64_t)before;
    v->away = p->away;
    v->gained = now > before ? (double)(now - before) : 0;
    v->weeks = p->weeks;
    v->to_go = weeks_to_go(v->have, v->asked.need, v->gained, v->weeks);
    return ST_OK;
}

/* Both are said by their month: what gets done in the month in which it is due is in time. */
static bool is_later_month(int32_t today, double weeks, int32_t due)
{
    int y, m, d, due_y, due_m;
    if (weeks * 7 > 1e6) return true;
    date_to_ymd(today + (int32_t)(weeks * 7), &y, &m, &d);
    date_to_ymd(due, &due_y, &due_m, &d);
    return y * 12 + m > due_y * 12 + due_m;
}

enum st requirements_progress(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                              const struct learner_scope *who, const char *grade, int64_t as_of_ms,
                              struct requirement_progress **out, size_t *n, struct err *e)
{
    struct requirement asked[REQUIREMENTS_MAX];
    struct credits *credits;
    struct pace pace;
    size_t count;
    int64_t now = as_of_ms ? as_of_ms : app_now_ms(app);
    int32_t today = tz_date(s->zone, now), ends;
    int at = grade_number(grade);
    TRY(requirements_in_force(s, now, asked, n, e));
    *out = arena_array(a, *n + 1, sizeof **out);
    if (!*out) return err_no_memory(e, "requirements");
    if (!*n) return ST_OK;
    TRY(year_ends(tx, today, &ends, e));
    TRY(load_credits(tx, a, who->learner_id, now, &credits, &count, e));
    TRY(load_pace(app, s, tx, a, who, as_of_ms, &pace, e));
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        struct requirement_progress *v = &(*out)[kept];
        *v = (struct requirement_progress){.asked = asked[i], .to_go = -1};
        if (at > asked[i].by_grade) continue; /* of a year that has gone by */
        if (at >= 0 && ends) v->due = ends + (asked[i].by_grade - at) * YEAR_DAYS;
        if (asked[i].kind == REQUIREMENT_COMPETENCIES) TRY(stand_competencies(s, a, &pace, v, e));
        for (size_t k = 0; asked[i].kind != REQUIREMENT_COMPETENCIES && k < count; k++)
            if (strcmp(credits[k].requirement, asked[i].id) == 0) v->have += credits[k].amount;
        v->done = exact_units(v->have) >= exact_units(asked[i].need); /* three times 0.1 hours are 0.3 */
        v->weeks_left = v->due > today ? (double)(v->due - today) / 7 : 0;
        v->at_risk = !v->done && v->due && v->to_go > v->weeks_left && is_later_month(today, v->to_go, v->due);
        kept++;
    }
    *n = kept;
    return ST_OK;
}

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct credit_cmd *k = (const struct credit_cmd *)command;
    return sql_credit_insert(
        tx,
        &(struct sql_credit_insert_in){.learner_id = k->learner_id,
                                       .credit_id = app_id(app),
                                       .client_id = k->client_id,
                                       .kind = k->replaces_id ? "taken_back" : requirement_kind_code(k->kind),
                                       .requirement = k->requirement,
                                       .amount = k->amount,
                                       .done_on = k->done_on,
                                       .note = k->note,
                                       .recorder_id = k->recorder_id,
                                       .replaces_id = k->replaces_id},
        NULL, e);
}

enum st credit_check(struct app *app, const struct snapshot *s, struct credit_cmd *k, struct err *e)
{
    struct requirement asked[REQUIREMENTS_MAX];
    size_t n;
    int64_t now = app_now_ms(app);
    int32_t today = tz_date(s->zone, now);
    const struct requirement *r = NULL;
    TRY(client_id_check(k->client_id, e));
    k->command.run = run;
    k->command.leaves_memory = true;
    if (k->replaces_id) {
        k->requirement = k->note = "";
        k->amount = 0;
        k->done_on = today;
        return ST_OK;
    }
    TRY(requirements_in_force(s, now, asked, &n, e));
    for (size_t i = 0; k->requirement && i < n; i++)
        if (strcmp(asked[i].id, k->requirement) == 0 && asked[i].kind != REQUIREMENT_COMPETENCIES) r = &asked[i];
    if (!r) return err_fail(e, ST_INVALID, "goals.requirement", "requirement is one that asks for hours or projects");
    k->kind = r->kind;
    if (k->kind == REQUIREMENT_PROJECTS) k->amount = 1;
    TRY(note_check(k->note, e));
    if (!(k->amount > 0 && k->amount <= HOURS_MOST))
        return err_fail(e, ST_INVALID, "goals.amount", "hours: over 0, at most %d", HOURS_MOST);
    if (k->done_on > today) return err_fail(e, ST_INVALID, "goals.day", "the day is yet to come");
    return ST_OK;
}
