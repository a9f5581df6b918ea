/* What people record and ask about a learner, and where the learner stands on what counts. */
#include "record.h"
#include "shared.h"

#include <stdio.h>
#include <string.h>

#include "access/access_record.h"
#include "progress/goals.h"
#include "progress/second_look.h"
#include "learning/observe.h"
#include "policy/policy.h"
#include "progress/reason.h"
#include "plan/reason_text.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "policy/snapshot.h"
#include "store/sql/roster.h"

/* GET /learners/:learner/standing ---------------------------------------------------------------------------------- */

static void put_date(struct json_out *j, const char *key, int32_t date)
{
    char s[16];
    date_format(date, s);
    json_put_str(j, key, date ? s : NULL);
}

static void put_requirement(struct json_out *j, const struct requirement_progress *v)
{
    json_open_obj(j, NULL);
    json_put_str(j, "id", v->asked.id);
    json_put_str(j, "title", v->asked.title);
    json_put_str(j, "for", v->asked.promotion ? "promotion" : "graduation");
    json_put_str(j, "kind", requirement_kind_code(v->asked.kind));
    json_put_f64(j, "have", v->have);
    json_put_f64(j, "need", v->asked.need);
    put_date(j, "due", v->due);
    json_put_bool(j, "done", v->done);
    if (v->asked.kind == REQUIREMENT_COMPETENCIES) {
        json_put_f64(j, "gained", v->gained);
        json_put_f64(j, "weeks", v->weeks);
        if (v->to_go >= 0) json_put_f64(j, "weeks_to_go", v->to_go);
    }
    json_close_obj(j);
}

static void put_goal(struct json_out *j, const struct goal_progress *v)
{
    json_open_obj(j, NULL);
    json_put_id(j, "goal_id", v->goal->goal_id);
    json_put_str(j, "title", v->goal->title);
    json_put_str(j, "counted_by", v->goal->counted_by);
    json_put_str(j, "by_test", goal_status_code(v->by_test));
    json_put_str(j, "ours", goal_status_code(v->ours));
    json_put_i64(j, "standards", (int64_t)v->goal->count);
    json_put_i64(j, "seen", (int64_t)v->seen);
    json_put_i64(j, "secure", (int64_t)v->secure);
    json_put_bool(j, "disagree", v->disagree);
    if (v->latest) {
        json_open_obj(j, "latest");
        json_put_str(j, "test", v->latest->test);
        put_date(j, "taken_on", v->latest->taken_on);
        if (v->latest->has_score) json_put_f64(j, "score", v->latest->score);
        if (v->latest->has_error) json_put_f64(j, "standard_error", v->latest->standard_error);
        if (v->latest->level) json_put_i64(j, "level", v->latest->level);
        json_close_obj(j);
    }
    json_close_obj(j);
}

enum st api_standing(struct call *c, struct err *e)
{
    struct actor who;
    struct mastery_view m;
    struct requirement_progress *needs;
    struct goal *goals;
    struct goal_progress *list;
    size_t needs_n, n;
    TRY(actor_load(c->tx, c->learner.learner_id, &who, e));
    TRY(learner_mastery(c->app, c->snapshot, c->tx, c->arena, &c->learner, 0, &m, e));
    TRY(requirements_progress(c->app, c->snapshot, c->tx, c->arena, &c->learner, who.grade, 0, &needs, &needs_n, e));
    TRY(goals_list(c->snapshot, c->tx, c->arena, &goals, &n, e));
    TRY(goals_of_learner(c->tx, c->arena, &c->learner, &m.state, goals, n, &list, e));
    struct json_out j = api_start(c);
    json_open_obj(&j, NULL);
    json_put_id(&j, "learner_id", c->learner.learner_id);
    json_open_list(&j, "requirements");
    for (size_t i = 0; i < needs_n; i++) put_requirement(&j, &needs[i]);
    json_close_list(&j);
    json_open_list(&j, "goals");
    for (size_t i = 0; i < n; i++) put_goal(&j, &list[i]);
    json_close_list(&j);
    json_close_obj(&j);
    return ST_OK;
}

/* GET /learners/:learner/access ------------------------------------------------------------------------------------ */

enum st api_access(struct call *c, struct err *e)
{
    struct access_views *v;
    int64_t before = 0;
    const char *asked = http_query(c->http, "before");
    if (asked && !id_parse(asked, &before)) return err_fail(e, ST_INVALID, "err.not_found", "before must be an id");
    TRY(call_alloc(c, sizeof *v, (void **)&v, e));
    TRY(access_views(c->tx, c->arena, &c->learner, before, v, e));
    struct json_out j = api_start(c);
    json_open_obj(&j, NULL);
    json_put_id(&j, "learner_id", c->learner.learner_id);
    json_open_list(&j, "views");
    for (size_t i = 0; i < v->count; i++) {
        const struct access_view *x = &v->list[i];
        json_open_obj(&j, NULL);
        json_put_id(&j, "access_id", x->access_id);
        json_put_time(&j, "at", x->at_ms);
        json_put_str(&j, "name", x->name);
        json_put_str(&j, "scope", x->scope);
        if (*x->class_title) json_put_str(&j, "class", x->class_title);
        json_put_str(&j, "route", x->route);
        json_put_str(&j, "relation", x->relation);
        json_close_obj(&j);
    }
    json_close_list(&j);
    if (v->older_than) json_put_id(&j, "older_than", v->older_than);
    else json_put_str(&j, "older_than", NULL);
    json_close_obj(&j);
    return ST_OK;
}

/* GET …/why of a grade, a pace, a suggestion ----------------------------------------------------------------------- */

static struct json_out begin_why(struct call *c, const struct policy_effective *p, int64_t at_ms)
{
    struct json_out j = api_start(c);
    char version[24];
    json_open_obj(&j, NULL);
    json_put_id(&j, "learner_id", c->learner.learner_id);
    snprintf(version, sizeof version, "%lld", (long long)p->policy_id);
    json_put_str(&j, "policy_version", version);
    json_put_time(&j, "as_of", at_ms ? at_ms : c->now_ms);
    return j;
}

void api_put_scale(struct json_out *j, const struct policy *p, enum lang lang)
{
    json_open_list(j, "scale");
    for (size_t i = 0; i < p->scale_count; i++) {
        const struct report_level *k = &p->scale[i];
        json_open_obj(j, NULL);
        json_put_str(j, "name", scale_name(lang, k));
        json_put_str(j, "means", scale_means(lang, k));
        json_put_str(j, "level", level_code(k->level));
        json_put_f64(j, "from", k->from);
        json_put_f64(j, "points", k->points);
        json_close_obj(j);
    }
    json_close_list(j);
}

void api_put_levels(struct json_out *j, const struct report_course *c, enum lang lang)
{
    json_open_list(j, "levels");
    for (size_t i = 0; i < c->count; i++) {
        const struct report_level *k = report_level_of(c->policy, &c->on[i]);
        json_open_obj(j, NULL);
        /* of a term: as it was named then */
        if (c->competencies[i]->competency_id) json_put_id(j, "competency_id", c->competencies[i]->competency_id);
        json_put_str(j, "code", c->competencies[i]->code);
        json_put_str(j, "name", c->competencies[i]->name);
        json_put_str(j, "level", level_code(c->on[i].level));
        json_put_f64(j, "value", c->on[i].value);
        json_put_str(j, "reported", scale_name(lang, k));
        if (c->on[i].level == LEVEL_NOT_YET) json_put_null(j, "counts");
        else json_put_f64(j, "counts", k->points);
        json_close_obj(j);
    }
    json_close_list(j);
}

enum st api_grade_why(struct call *c, struct err *e)
{
    struct grade_why w;
    int64_t course_id, at;
    TRY(call_id(c, "course", &course_id, e));
    TRY(api_as_of(c, &at, e));
    TRY(learner_grade_why(c->app, c->snapshot, c->tx, c->arena, &c->learner, course_id, at, &w, e));
    const struct grade *g = &w.course->grade;
    enum lang lang = lang_find(c->who.language, lang_find("en", 0));
    struct json_out j = begin_why(c, w.policy, at);
    json_put_id(&j, "course_id", course_id);
    json_put_str(&j, "title", w.course->title);
    json_put_bool(&j, "incomplete", g->incomplete);
    json_put_str(&j, "letter", g->cut ? g->cut->letter : NULL);
    json_put_f64(&j, "mean", g->mean);
    json_put_f64(&j, "incomplete_share", w.policy->policy.incomplete_share);
    api_put_levels(&j, w.course, lang);
    api_put_scale(&j, &w.policy->policy, lang);
    json_open_list(&j, "conversion");
    for (size_t i = 0; i < w.policy->policy.cut_count; i++) {
        const struct grade_cut *k = &w.policy->policy.cuts[i];
        json_open_obj(&j, NULL);
        json_put_str(&j, "letter", k->letter);
        json_put_f64(&j, "from", k->from);
        json_put_f64(&j, "to", k->to);
        json_close_obj(&j);
    }
    json_close_list(&j);
    json_open_obj(&j, "missing");
    json_put_i64(&j, "skills_with_evidence", w.outlook.more);
    json_put_f64(&j, "points", w.outlook.points);
    if (w.outlook.steps >= 0) json_put_i64(&j, "levels", w.outlook.steps);
    else json_put_null(&j, "levels");
    json_put_str(&j, "for", w.outlook.next ? w.outlook.next->letter : NULL);
    json_close_obj(&j);
    json_close_obj(&j);
    return ST_OK;
}

enum st api_pace_why(struct call *c, struct err *e)
{
    struct requirement_progress *list;
    struct actor who;
    size_t n, i = 0;
    int64_t at;
    const char *id = http_query(c->http, "need");
    TRY(api_as_of(c, &at, e));
    TRY(actor_load(c->tx, c->learner.learner_id, &who, e));
    TRY(requirements_progress(c->app, c->snapshot, c->tx, c->arena, &c->learner, who.grade, at, &list, &n, e));
    while (i < n && strcmp(list[i].asked.id, id ? id : "") != 0) i++;
    if (i == n) return err_fail(e, ST_NOT_FOUND, "err.not_found", "need is the id of a requirement");
    struct json_out j = begin_why(c, policy_for_district(&c->snapshot->policy_index, at ? at : c->now_ms), at);
    json_open_list(&j, "requirements");
    put_requirement(&j, &list[i]);
    json_close_list(&j);
    json_put_i64(&j, "secure_before", list[i].before);
    json_put_i64(&j, "days_away", list[i].away);
    json_put_f64(&j, "weeks_left", list[i].weeks_left);
    json_put_bool(&j, "at_risk", list[i].at_risk);
    json_close_obj(&j);
    return ST_OK;
}

enum st api_next_why(struct call *c, struct err *e)
{
    struct next_why w;
    int64_t competency_id = 0, at;
    const char *id = http_query(c->http, "competency");
    if (id && *id && !id_parse(id, &competency_id))
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency is an id");
    TRY(api_as_of(c, &at, e));
    TRY(learner_next_why(c->app, c->snapshot, c->tx, c->arena, &c->learner, competency_id, at, &w, e));
    struct json_out j = begin_why(c, w.policy, at);
    json_put_id(&j, "competency_id", w.competency->competency_id);
    json_put_str(&j, "name", w.competency->name);
    json_put_str(&j, "level", level_code(w.state ? w.state->level : LEVEL_NOT_YET));
    if (w.days >= 0) json_put_i64(&j, "days_since", w.days);
    else json_put_null(&j, "days_since");
    json_put_i64(&j, "review_after_days", w.rules.review_after_days);
    json_put_i64(&j, "stuck_after", w.rules.stuck_after);
    json_put_f64(&j, "stuck_below", w.rules.stuck_below);
    json_open_list(&j, "weighed");
    for (size_t i = 0; i < w.count; i++) {
        struct text t;
        text_init(&t, 4096);
        reason_text(&t, lang_find(c->who.language, lang_find("en", 0)), &w.list[i]);
        json_open_obj(&j, NULL);
        json_put_id(&j, "competency_id", w.list[i].competency->competency_id);
        json_open_obj(&j, "reason");
        json_put_str(&j, "code", reason_code(w.list[i].reason));
        json_put_str(&j, "text", text_str(&t));
        json_close_obj(&j);
        json_close_obj(&j);
        text_release(&t);
    }
    json_close_list(&j);
    json_close_obj(&j);
    return ST_OK;
}

/* POST /classes/:class/observations -------------------------------------------------------------------------------- */

static enum st body_id(const json_t *body, const char *name, int64_t *out, struct err *e)
{
    return id_parse(json_str(body, name, ""), out) ? ST_OK
                                                   : err_fail(e, ST_INVALID, "err.not_found", "%s must be an id", name);
}

static enum st body_learners(struct call *c, const json_t *list, struct observe_cmd *o, struct err *e)
{
    size_t i;
    json_t *v;
    json_array_foreach ((json_t *)(uintptr_t)list, i, v) {
        bool row;
        int64_t id;
        if (!json_is_string(v) || !id_parse(json_string_value(v), &id))
            return err_fail(e, ST_INVALID, "observe.students", "learner_ids must be ids");
        if (o->count == OBSERVE_MAX)
            return err_fail(e, ST_INVALID, "observe.students", "1 to %d students", OBSERVE_MAX);
        /* whoever is named must be a student of this class */
        TRY(sql_class_learner(c->tx, &(struct sql_class_learner_in){.class_id = c->class_.class_id, .learner_id = id},
                              &row, e));
        if (!row)
            return err_fail(e, ST_DENIED, "err.denied", "learner %lld is not in class %lld", (long long)id,
                            (long long)c->class_.class_id);
        o->learner_ids[o->count++] = id;
    }
    return ST_OK;
}

static enum st body_score(const json_t *body, double *out, struct err *e)
{
    const char *level = json_str(body, "level", NULL);
    if (!level) {
        *out = json_f64(body, "score", -1);
        return ST_OK; /* observe_check says what is wrong with it */
    }
    for (enum level l = LEVEL_NOT_YET; l < LEVEL_COUNT; l++)
        if (strcmp(level, level_code(l)) == 0) {
            *out = level_score(l);
            return ST_OK;
        }
    return err_fail(e, ST_INVALID, "observe.level_missing", "level is one of not_yet, started, nearly, secure");
}

enum st api_observe_parse(struct call *c, struct command **out, struct err *e)
{
    struct observe_cmd *o;
    json_t *body;
    TRY(call_alloc(c, sizeof *o, (void **)&o, e));
    TRY(json_read(c->arena, c->http->body, c->http->body_n, &body, e));
    *o = (struct observe_cmd){.snapshot = c->snapshot,
                              .client_id = json_str(body, "client_id", NULL),
                              .recorder_id = c->who.user_id,
                              .note = json_str(body, "note", ""),
                              .kind = strcmp(json_str(body, "kind", ""), "judgement") == 0 ? EVIDENCE_JUDGEMENT
                                                                                           : EVIDENCE_OBSERVATION};
    TRY(body_id(body, "competency_id", &o->competency_id, e));
    TRY(body_score(body, &o->score, e));
    TRY(body_learners(c, json_object_get(body, "learner_ids"), o, e));
    TRY(observe_check(o, e));
    *out = &o->command;
    return ST_OK;
}

enum st api_observe_reply(struct call *c, struct command *command, struct err *e)
{
    const struct observe_cmd *o = (const struct observe_cmd *)command;
    struct json_out j = api_start(c);
    (void)e;
    json_open_obj(&j, NULL);
    json_open_list(&j, "evidence");
    for (size_t i = 0; i < o->count; i++) {
        json_open_obj(&j, NULL);
        json_put_id(&j, "learner_id", o->learner_ids[i]);
        json_put_id(&j, "evidence_id", o->evidence_ids[i]);
        json_close_obj(&j);
    }
    json_close_list(&j);
    json_close_obj(&j);
    return ST_OK;
}

/* POST /learners/:learner/looks ------------------------------------------------------------------------------------ */

struct api_look {
    struct record_cmd cmd;
    struct fact_second_look_asked asked;
};

enum st api_look_parse(struct call *c, struct command **out, struct err *e)
{
    struct api_look *l;
    json_t *body;
    TRY(call_alloc(c, sizeof *l, (void **)&l, e));
    TRY(json_read(c->arena, c->http->body, c->http->body_n, &body, e));
    const char *matter = json_str(body, "about", "");
    bool grade = strcmp(matter, "grade") == 0, pace = strncmp(matter, "pace:", 5) == 0;
    l->asked.matter = matter;
    l->asked.note = json_str(body, "note", NULL);
    if (!pace) TRY(body_id(body, grade ? "course_id" : "competency_id", &l->asked.competency_id, e));
    if (grade && !catalogue_course(&c->snapshot->catalogue, l->asked.competency_id))
        return err_fail(e, ST_NOT_FOUND, "err.not_found", "course_id");
    if (!grade && !pace && !catalogue_competency(&c->snapshot->catalogue, l->asked.competency_id))
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency_id");
    TRY(second_look_check(&l->asked, e));
    TRY(call_record(c, &l->cmd, &fact_second_look_asked, c->learner.learner_id, json_str(body, "client_id", NULL),
                    &l->asked, e));
    *out = &l->cmd.command;
    return ST_OK;
}

enum st api_look_reply(struct call *c, struct command *command, struct err *e)
{
    struct json_out j = api_start(c);
    (void)command;
    (void)e;
    json_open_obj(&j, NULL);
    json_put_bool(&j, "asked", true);
    json_close_obj(&j);
    return ST_OK;
}
