/* Routes of /api/v1. Each is small: the gate has found who asks and what they may. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "learning/answer.h"
#include "progress/grades.h"
#include "plan/help.h"
#include "content/items.h"
#include "learning/learner.h"
#include "plan/next.h"
#include "classroom/queue.h"
#include "plan/reason_text.h"
#include "base/json.h"
#include "gate/live.h"
#include "items/interaction.h"
#include "store/sql/identity.h"
#include "store/sql/roster.h"
#include "openapi.h"
#include "record.h"
#include "shared.h"
#include "core/note.h"
#include "policy/snapshot.h"

static enum lang lang_of(const struct call *c) { return lang_find(c->who.language, lang_find("en", 0)); }

static const char *level_word(enum level l) { return level_code(l); }

/* Shared pieces of replies ----------------------------------------------------------------------------------------- */

static enum st put_next(struct call *c, struct json_out *j, const char *key, const struct next_item *n, struct err *e)
{
    struct text why;
    json_open_obj(j, key);
    json_put_id(j, "item_id", n->item ? n->item->item_id : 0);
    if (n->item) {
        const struct item *it;
        TRY(app_item_variant(c->app, c->tx, c->arena, n->item->item_id, n->item->version, n->variant, ITEM_TO_ASK, &it,
                             e));
        json_put_i64(j, "item_version", n->item->version);
        json_put_i64(j, "variant", n->variant);
        json_open_list(j, "competency_ids");
        for (size_t i = 0; i < n->item->competency_count; i++) json_put_id(j, NULL, n->item->competency_ids[i]);
        json_close_list(j);
        json_put_str(j, "title", it->title_html);
        json_put_str(j, "stimulus", it->stimulus_html);
        json_put_str(j, "body", it->body_html);
        json_open_obj(j, "interaction");
        json_put_str(j, "type", it->question.type->code);
        json_put_str(j, "label", it->question.label);
        json_put_str(j, "unit", it->question.unit);
        it->question.type->put(j, &it->question);
        json_close_obj(j);
        json_put_i64(j, "hints_available", (int64_t)it->hint_count);
        json_put_str(j, "attribution", it->attribution_text);
        json_put_str(j, "licence", it->licence_name);
    }
    text_init(&why, 4096);
    reason_text(&why, lang_of(c), n);
    json_open_obj(j, "reason");
    json_put_str(j, "code", n->item ? reason_code(n->reason) : "nothing_open");
    json_put_str(j, "text", text_str(&why));
    json_close_obj(j);
    json_close_obj(j);
    text_release(&why);
    return ST_OK;
}

/* GET /me ---------------------------------------------------------------------------------------------------------- */

static enum st get_me(struct call *c, struct err *e)
{
    struct sql_class_of_user_row class_of_user;
    struct rows rows;
    struct json_out j = api_start(c);
    json_open_obj(&j, NULL);
    json_put_id(&j, "user_id", c->who.user_id);
    char name[200];
    snprintf(name, sizeof name, "%s%s%s", c->who.given_name, *c->who.family_name ? " " : "", c->who.family_name);
    json_put_str(&j, "name", name);
    json_put_str(&j, "language", c->who.language);
    json_open_list(&j, "roles");
    for (unsigned r = 1; r <= ROLE_LAST; r <<= 1)
        if (c->who.roles & r) json_put_str(&j, NULL, role_code((enum role)r));
    json_close_list(&j);
    json_open_list(&j, "classes");
    TRY(sql_class_of_user(c->tx, c->who.user_id, &rows, e));
    while (sql_class_of_user_next(&rows, &class_of_user)) {
        json_open_obj(&j, NULL);
        json_put_id(&j, "id", class_of_user.class_id);
        json_put_str(&j, "title", class_of_user.title);
        json_put_str(&j, "role", class_of_user.role);
        json_close_obj(&j);
    }
    TRY(rows_end(&rows));
    json_close_list(&j);
    json_close_obj(&j);
    return ST_OK;
}

/* GET /me/next ----------------------------------------------------------------------------------------------------- */

static enum st get_next(struct call *c, struct err *e)
{
    struct taught courses[COURSES_MAX];
    int64_t competency = 0;
    size_t n;
    struct mastery_view m;
    struct next_item next;
    const char *want = http_query(c->http, "competency");
    if (want && *want && !id_parse(want, &competency))
        return err_fail(e, ST_INVALID, "api.competency", "competency must be an id");
    TRY(call_courses(c, c->learner.learner_id, courses, &n, e));
    TRY(learner_mastery(c->app, c->snapshot, c->tx, c->arena, &c->learner, 0, &m, e));
    next_item(c->snapshot, &m.state, c->learner.learner_id, courses, n, competency, c->now_ms, &next);
    struct json_out j = api_start(c);
    return put_next(c, &j, NULL, &next, e);
}

/* POST /me/answers ------------------------------------------------------------------------------------------------- */

struct api_answer {
    struct answer_cmd cmd;
    struct verdict verdict;
    const struct item *item;
    struct taught courses[COURSES_MAX];
    size_t course_count;
};

static enum st whole(const json_t *o, const char *key, int64_t low, int64_t high, int64_t dflt, int64_t *out,
                     struct err *e)
{
    const json_t *v = json_object_get(o, key);
    *out = dflt;
    if (!v || json_is_null(v)) return ST_OK;
    if (!json_is_integer(v) || json_integer_value(v) < low || json_integer_value(v) > high)
        return err_fail(e, ST_INVALID, "answer.number", "%s must be a whole number from %lld to %lld", key,
                        (long long)low, (long long)high);
    *out = json_integer_value(v);
    return ST_OK;
}

static enum st answer_parse(struct call *c, struct command **out, struct err *e)
{
    json_t *body, *response;
    struct api_answer *a;
    int64_t item_id, hints, version;
    TRY(call_alloc(c, sizeof *a, (void **)&a, e));
    TRY(json_read(c->arena, c->http->body, c->http->body_n, &body, e));
    if (!json_is_object(body)) return err_fail(e, ST_INVALID, "answer.shape", "the body must be an object");
    response = json_object_get(body, "response");
    if (!id_parse(json_str(body, "item_id", ""), &item_id))
        return err_fail(e, ST_INVALID, "answer.item_id", "item_id must be the string that `next` gave");
    if (!response) return err_fail(e, ST_INVALID, "answer.response", "response is missing");
    struct answer_cmd *cmd = &a->cmd;
    cmd->client_id = json_str(body, "client_id", NULL);
    TRY(client_id_check(cmd->client_id, e));
    if (!json_is_integer(json_object_get(body, "variant")))
        return err_fail(e, ST_INVALID, "answer.variant", "variant must be the number that `next` gave");
    TRY(whole(body, "variant", 0, INT64_C(1) << 40, 0, &cmd->variant, e));
    TRY(whole(body, "hints", 0, 100, 0, &hints, e));
    TRY(whole(body, "took_ms", 0, 86400000, 0, &cmd->took_ms, e));
    TRY(whole(body, "answered_at_ms", 0, INT64_C(1) << 45, c->now_ms, &cmd->answered_at_ms, e));
    cmd->hints = (int32_t)hints;
    TRY(call_courses(c, c->learner.learner_id, a->courses, &a->course_count, e));
    TRY(whole(body, "item_version", 1, INT32_MAX, 0, &version, e));
    TRY(answer_item(c->app, c->snapshot, c->tx, c->arena, a->courses, a->course_count, item_id, (int32_t)version,
                    cmd->variant, ITEM_TO_SCORE, &cmd->item, &a->item, e));
    cmd->item_version = version ? (int32_t)version : cmd->item->version;
    cmd->snapshot = c->snapshot;
    cmd->arena = c->arena;
    cmd->learner_id = c->learner.learner_id;
    TRY(answer_prepare(cmd, a->item, response, &a->verdict, e));
    *out = &cmd->command;
    return ST_OK;
}

/* The estimate beside the value of the rule in force: the share of middle questions that would be right on a day, with
 * the ends of its 90 % interval. k NULL, or nothing asked yet: none. */
static void put_estimate(struct json_out *j, const struct learner_state *s, const struct competency_state *k,
                         int32_t day)
{
    if (!k || k->belief.var <= 0.0) return;
    struct belief b = belief_on(&belief_defaults, &s->belief, &k->belief, day);
    /* in ten-thousandths: nobody knows a student better */
    json_put_f64(j, "p", share_of(ten_thousandths(belief_share(b, 0.0))));
    json_put_f64(j, "low", share_of(ten_thousandths(belief_share(b, -BELIEF_Z90))));
    json_put_f64(j, "high", share_of(ten_thousandths(belief_share(b, BELIEF_Z90))));
}

static void put_mastery(struct json_out *j, const struct answer_cmd *cmd, int32_t today)
{
    json_open_list(j, "mastery");
    for (size_t i = 0; i < cmd->item->competency_count; i++) {
        const struct competency_state *k = state_find(&cmd->state, cmd->item->competency_ids[i]);
        if (!k) continue;
        json_open_obj(j, NULL);
        json_put_id(j, "competency_id", k->competency_id);
        json_put_f64(j, "p_known", k->p_known);
        put_estimate(j, &cmd->state, k, today);
        json_put_str(j, "level", level_word(k->level));
        json_put_i64(j, "evidence_count", k->opportunities);
        json_close_obj(j);
    }
    json_close_list(j);
}

static enum st answer_reply(struct call *c, struct command *command, struct err *e)
{
    struct api_answer *a = (struct api_answer *)command;
    struct json_out j = api_start(c);
    struct next_item next;
    json_open_obj(&j, NULL);
    json_put_id(&j, "evidence_id", a->cmd.evidence_id);
    if (a->verdict.readable && !a->cmd.too_fast) json_put_f64(&j, "score", a->verdict.score);
    else json_put_null(&j, "score");
    json_put_bool(&j, "readable", a->verdict.readable);
    json_put_bool(&j, "too_fast", a->cmd.too_fast);
    if (a->cmd.too_fast) json_put_str(&j, "feedback", msg(lang_of(c), MSG_feedback_too_fast_words));
    else if (a->verdict.readable) json_put_str(&j, "feedback", a->verdict.feedback_html);
    else
        json_put_str(&j, "feedback",
                     msg(lang_of(c), msg_find_code("", a->verdict.unreadable ? a->verdict.unreadable : "",
                                                   msg_find("score.cannot_read"))));
    put_mastery(&j, &a->cmd, tz_date(c->snapshot->zone, c->now_ms));
    next_item(c->snapshot, &a->cmd.state, a->cmd.learner_id, a->courses, a->course_count, 0, c->now_ms, &next);
    TRY(put_next(c, &j, "next", &next, e));
    json_close_obj(&j);
    return ST_OK;
}

/* POST /me/help ---------------------------------------------------------------------------------------------------- */

struct help_request {
    struct record_cmd cmd;
    struct fact_help_asked asked;
};

static enum st help_parse(struct call *c, struct command **out, struct err *e)
{
    json_t *body;
    struct help_request *h;
    TRY(call_alloc(c, sizeof *h, (void **)&h, e));
    TRY(json_read(c->arena, c->http->body, c->http->body_n, &body, e));
    const char *item = json_str(body, "item_id", NULL);
    if (item && !id_parse(item, &h->asked.item_id))
        return err_fail(e, ST_INVALID, "answer.item_id", "item_id must be an id");
    TRY(call_item_is_theirs(c, h->asked.item_id, e));
    h->asked.kind = json_str(body, "kind", NULL);
    h->asked.note = json_str(body, "note", "");
    TRY(help_check(&h->asked, e));
    TRY(call_record(c, &h->cmd, &fact_help_asked, c->learner.learner_id, json_str(body, "client_id", NULL), &h->asked,
                    e));
    *out = &h->cmd.command;
    return ST_OK;
}

static enum st help_reply(struct call *c, struct command *command, struct err *e)
{
    const struct help_request *h = (const struct help_request *)command;
    int64_t place;
    TRY(help_place(c->tx, c->learner.learner_id, h->cmd.one.fact_id, &place, e));
    struct json_out j = api_start(c);
    json_open_obj(&j, NULL);
    json_put_id(&j, "help_id", h->cmd.one.fact_id);
    json_put_i64(&j, "place", place);
    json_close_obj(&j);
    return ST_OK;
}

/* GET /learners/:learner/mastery ----------------------------------------------------------------------------------- */

static enum st get_mastery(struct call *c, struct err *e)
{
    int64_t at, limit, after, last = 0;
    struct mastery_view m;
    char version[24];
    TRY(api_as_of(c, &at, e));
    TRY(api_paging(c, &limit, &after, e));
    TRY(learner_mastery(c->app, c->snapshot, c->tx, c->arena, &c->learner, at, &m, e));
    struct json_out j = api_start(c);
    json_open_obj(&j, NULL);
    json_put_id(&j, "learner_id", c->learner.learner_id);
    json_put_time(&j, "as_of", m.as_of_ms);
    snprintf(version, sizeof version, "%lld", (long long)m.policy->policy_id);
    json_put_str(&j, "policy_version", version);
    json_open_list(&j, "competencies");
    for (size_t i = 0; i < m.state.count; i++) {
        const struct competency_state *k = &m.state.competency[i];
        const struct competency *about = catalogue_competency(&c->snapshot->catalogue, k->competency_id);
        if (k->competency_id <= after) continue;
        if (limit-- == 0) {
            last = m.state.competency[i - 1].competency_id;
            break;
        }
        json_open_obj(&j, NULL);
        json_put_id(&j, "competency_id", k->competency_id);
        json_put_str(&j, "name", about ? about->name : "");
        json_put_str(&j, "uri", about ? about->uri : "");
        json_put_f64(&j, "p_known", k->p_known);
        put_estimate(&j, &m.state, k, tz_date(c->snapshot->zone, m.as_of_ms ? m.as_of_ms : c->now_ms));
        json_put_str(&j, "level", level_word(k->level));
        json_put_i64(&j, "evidence_count", k->opportunities);
        json_close_obj(&j);
    }
    json_close_list(&j);
    json_put_id(&j, "after", last);
    json_close_obj(&j);
    return ST_OK;
}

/* What stands between the learner and "secure". */
static void put_missing(struct json_out *j, const struct why_view *w)
{
    static const struct {
        enum mastery_need need;
        const char *code;
    } codes[] = {{NEED_VALUE, "value"}, {NEED_EVIDENCE, "evidence"},     {NEED_OFF_SCREEN, "off_screen"},
                 {NEED_GAP, "gap"},     {NEED_CHECKPOINT, "checkpoint"}, {NEED_JUDGEMENT, "judgement"},
                 {NEED_DAYS, "days"}};
    json_open_obj(j, "missing");
    if (w->outlook.right >= 0) json_put_i64(j, "right_answers", w->outlook.right);
    else json_put_null(j, "right_answers");
    json_open_list(j, "also");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (w->outlook.needs & codes[i].need) json_put_str(j, NULL, codes[i].code);
    json_close_list(j);
    json_close_obj(j);
}

static enum st get_why(struct call *c, struct err *e)
{
    static const char *const kinds[] = {"", "response", "observation", "withdrawal", "judgement"};
    int64_t competency, at;
    struct why_view w;
    char version[24];
    TRY(call_id(c, "competency", &competency, e));
    TRY(api_as_of(c, &at, e));
    TRY(learner_why(c->app, c->snapshot, c->tx, c->arena, &c->learner, competency, at, &w, e));
    struct json_out j = api_start(c);
    json_open_obj(&j, NULL);
    json_put_id(&j, "learner_id", c->learner.learner_id);
    json_put_id(&j, "competency_id", competency);
    json_put_str(&j, "name", w.competency->name);
    json_put_str(&j, "level", level_word(w.state ? w.state->level : LEVEL_NOT_YET));
    json_put_f64(&j, "p_known", w.state ? w.state->p_known : w.prior);
    json_put_f64(&j, "prior", w.prior);
    snprintf(version, sizeof version, "%lld", (long long)w.policy->policy_id);
    json_put_str(&j, "policy_version", version);
    json_put_id(&j, "model_version", why_model(&w));
    json_put_time(&j, "as_of", at ? at : c->now_ms);
    json_open_obj(&j, "rule");
    json_put_str(&j, "rule", mastery_kind_code((enum mastery_kind)w.rule.kind));
    json_put_str(&j, "type", w.rule.type);
    json_put_f64(&j, "value", w.value);
    json_put_i64(&j, "times", w.rule.times);
    json_put_i64(&j, "of_last", w.rule.of_last);
    json_put_f64(&j, "newest_weight", w.rule.newest_weight);
    json_put_f64(&j, "seen_right_at", w.rule.seen_right_at);
    json_put_i64(&j, "off_screen", w.rule.off_screen);
    json_put_i64(&j, "gap_days", w.rule.gap_days);
    json_put_bool(&j, "checkpoint", w.rule.checkpoint);
    json_put_f64(&j, "secure_at", w.rule.secure_at);
    json_put_f64(&j, "nearly_at", w.rule.nearly_at);
    json_put_i64(&j, "least_evidence", w.rule.least_evidence);
    json_put_str(&j, "after_hint", w.rule.after_hint == AFTER_HINT_PRACTICE ? "practice" : "not_alone");
    json_close_obj(&j);
    json_open_obj(&j, "model");
    json_put_f64(&j, "prior", w.model.prior);
    json_put_f64(&j, "learn", w.model.learn);
    json_put_f64(&j, "guess", w.model.guess);
    json_put_f64(&j, "slip", w.model.slip);
    json_close_obj(&j);
    put_missing(&j, &w);
    json_put_i64(&j, "steps_total", (int64_t)w.total); /* the latest of them follow */
    json_open_list(&j, "steps");
    for (size_t i = 0; i < w.count; i++) {
        const struct why_step *s = &w.steps[i];
        json_open_obj(&j, NULL);
        json_put_id(&j, "evidence_id", s->evidence.evidence_id);
        json_put_time(&j, "at", s->evidence.answered_at_ms);
        json_put_str(&j, "kind", kinds[s->evidence.kind <= EVIDENCE_JUDGEMENT ? s->evidence.kind : 0]);
        json_put_id(&j, "item_id", s->evidence.item_id);
        json_put_f64(&j, "score", s->evidence.score);
        json_put_i64(&j, "attempt", s->evidence.attempt);
        json_put_i64(&j, "hints", s->evidence.hints);
        json_put_i64(&j, "took_ms", s->evidence.took_ms);
        json_put_raw(&j, "response", s->response ? s->response : "null");
        json_put_bool(&j, "counted", s->moved);
        json_put_id(&j, "model_version", s->evidence.model_id);
        if (s->moved) json_put_f64(&j, "before", s->before);
        else json_put_null(&j, "before");
        if (s->moved) json_put_f64(&j, "after", s->after);
        else json_put_null(&j, "after");
        json_close_obj(&j);
    }
    json_close_list(&j);
    json_close_obj(&j);
    return ST_OK;
}

/* GET /learners/:learner/grades ------------------------------------------------------------------------------------ */

static void put_grade(struct json_out *j, const struct grade *g)
{
    json_put_bool(j, "incomplete", g->incomplete);
    if (g->cut) {
        json_put_str(j, "letter", g->cut->letter);
        json_put_f64(j, "percent", g->cut->percent);
        json_put_f64(j, "gpa", g->cut->gpa);
    }
    if (g->shown) json_put_f64(j, "mean", g->mean);
    json_put_i64(j, "shown", (int64_t)g->shown);
    json_put_i64(j, "competencies", (int64_t)g->all);
}

/* With the levels and the scale of its time. */
static enum st put_term(struct call *c, struct json_out *j, const struct term_grade *t, enum lang lang, struct err *e)
{
    struct report_course k;
    TRY(term_course(c->snapshot, c->tx, c->arena, &c->learner, t, &k, e));
    json_open_obj(j, NULL);
    json_put_str(j, "term", t->term);
    json_put_id(j, "course_id", t->course_id);
    json_put_str(j, "title", t->title);
    json_put_bool(j, "incomplete", !*t->letter);
    if (*t->letter) {
        json_put_str(j, "letter", t->letter);
        json_put_f64(j, "percent", t->percent);
        json_put_f64(j, "gpa", t->gpa);
    }
    json_put_time(j, "frozen_at", t->frozen_at_ms);
    api_put_levels(j, &k, lang);
    api_put_scale(j, k.policy, lang);
    json_close_obj(j);
    return ST_OK;
}

static enum st get_grades(struct call *c, struct err *e)
{
    struct report r;
    int64_t at;
    char version[24];
    enum lang lang = lang_find(c->who.language, lang_find("en", 0));
    TRY(api_as_of(c, &at, e));
    TRY(learner_report(c->app, c->snapshot, c->tx, c->arena, &c->learner, at, &r, e));
    struct json_out j = api_start(c);
    json_open_obj(&j, NULL);
    json_put_id(&j, "learner_id", c->learner.learner_id);
    snprintf(version, sizeof version, "%lld", (long long)r.policy->policy_id);
    json_put_str(&j, "policy_version", version);
    json_put_time(&j, "as_of", at ? at : c->now_ms);
    json_open_list(&j, "courses");
    for (size_t i = 0; i < r.course_count; i++) {
        json_open_obj(&j, NULL);
        json_put_id(&j, "course_id", r.courses[i].course_id);
        json_put_str(&j, "title", r.courses[i].title);
        put_grade(&j, &r.courses[i].grade);
        api_put_levels(&j, &r.courses[i], lang);
        json_close_obj(&j);
    }
    json_close_list(&j);
    api_put_scale(&j, &r.policy->policy, lang);
    json_open_list(&j, "terms");
    for (size_t i = 0; i < r.term_count; i++) TRY(put_term(c, &j, &r.terms[i], lang, e));
    json_close_list(&j);
    json_close_obj(&j);
    return ST_OK;
}

/* GET /classes/:class/… -------------------------------------------------------------------------------------------- */

static enum st get_class_mastery(struct call *c, struct err *e)
{
    struct class_view v;
    int64_t limit, after, last = 0;
    TRY(api_paging(c, &limit, &after, e));
    TRY(class_view(c->app, c->snapshot, c->tx, c->arena, &c->class_, &v, e));
    struct json_out j = api_start(c);
    json_open_obj(&j, NULL);
    json_put_id(&j, "class_id", c->class_.class_id);
    json_open_list(&j, "competencies");
    for (size_t i = 0; i < v.competency_count; i++) {
        json_open_obj(&j, NULL);
        json_put_id(&j, "competency_id", v.competencies[i]->competency_id);
        json_put_str(&j, "name", v.competencies[i]->name);
        json_close_obj(&j);
    }
    json_close_list(&j);
    json_open_list(&j, "learners");
    for (size_t i = 0; i < v.learner_count; i++) {
        const struct class_learner *l = &v.learners[i];
        if (after && (int64_t)i < after) continue;
        if (limit-- == 0) {
            last = (int64_t)i;
            break;
        }
        json_open_obj(&j, NULL);
        json_put_id(&j, "learner_id", l->learner_id);
        json_put_str(&j, "name", l->name);
        json_open_list(&j, "mastery");
        for (size_t k = 0; k < v.competency_count; k++) {
            const struct mastery_row *m = l->cells[k];
            if (!m) continue;
            json_open_obj(&j, NULL);
            json_put_id(&j, "competency_id", m->competency_id);
            json_put_f64(&j, "p_known", m->p_known);
            json_put_str(&j, "level", level_word((enum level)m->level));
            json_put_i64(&j, "evidence_count", m->evidence_count);
            json_close_obj(&j);
        }
        json_close_list(&j);
        json_close_obj(&j);
    }
    json_close_list(&j);
    json_put_id(&j, "after", last);
    json_close_obj(&j);
    return ST_OK;
}

static enum st get_queue(struct call *c, struct err *e)
{
    struct queue_entry *list;
    size_t n;
    TRY(class_queue(c->app, c->snapshot, c->tx, c->arena, &c->class_, lang_of(c), &list, &n, e));
    struct json_out j = api_start(c);
    json_open_obj(&j, NULL);
    json_put_id(&j, "class_id", c->class_.class_id);
    json_open_list(&j, "entries");
    for (size_t i = 0; i < n; i++) {
        json_open_obj(&j, NULL);
        json_put_id(&j, "learner_id", list[i].learner_id);
        json_put_str(&j, "name", list[i].name);
        json_open_obj(&j, "reason");
        json_put_str(&j, "code", list[i].code);
        json_put_str(&j, "text", list[i].text);
        json_close_obj(&j);
        json_put_str(&j, "action", queue_action_code(list[i].action));
        json_put_id(&j, "competency_id", list[i].competency_id);
        json_put_id(&j, "help_id", list[i].help_id);
        json_close_obj(&j);
    }
    json_close_list(&j);
    json_close_obj(&j);
    return ST_OK;
}

/* Health and the description --------------------------------------------------------------------------------------- */

static enum st get_health(struct call *c, struct err *e)
{
    (void)e;
    struct json_out j = api_start(c);
    json_open_obj(&j, NULL);
    json_put_str(&j, "status", "ok");
    json_close_obj(&j);
    return ST_OK;
}

static enum st get_ready(struct call *c, struct err *e)
{
    struct sql_district_all_row r;
    /* a read begins with its first statement */
    TRY(sql_district_all(c->tx, &r, NULL, e));
    return get_health(c, e);
}

/* Prometheus' text format: numbers of this process, of nobody. */
static enum st get_metrics(struct call *c, struct err *e)
{
    (void)e;
    c->res.content_type = "text/plain; version=0.0.4; charset=utf-8";
    text_printf(&c->out,
                "# HELP waymark_requests_total Requests begun.\n# TYPE waymark_requests_total "
                "counter\nwaymark_requests_total %lld\n",
                (long long)__atomic_load_n(&c->gate->requests, __ATOMIC_RELAXED));
    text_printf(&c->out,
                "# HELP waymark_errors_total Requests answered with an error.\n# TYPE waymark_errors_total "
                "counter\nwaymark_errors_total %lld\n",
                (long long)__atomic_load_n(&c->gate->errors, __ATOMIC_RELAXED));
    return ST_OK;
}

static enum st get_openapi(struct call *c, struct err *e)
{
    (void)e;
    c->res.content_type = "application/json";
    openapi_write(&c->out, api_routes);
    return ST_OK;
}

enum {
    STUDENT = MAY_OWN_RECORD,
    READERS = MAY_OWN_RECORD | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_LEADS_SCHOOL | MAY_COUNSELS
};

const struct route api_routes[] = {
    {.method = HTTP_GET,
     .path = "/healthz",
     .may = MAY_ANYONE,
     .read = get_health,
     .no_db = true,
     .summary = "Whether the process runs"},
    {.method = HTTP_GET,
     .path = "/readyz",
     .may = MAY_ANYONE,
     .read = get_ready,
     .summary = "Whether the database answers"},
    {.method = HTTP_GET,
     .path = "/metrics",
     .may = MAY_ANYONE,
     .read = get_metrics,
     .no_db = true,
     .summary = "Counters of the process"},
    {.method = HTTP_GET,
     .path = "/api/v1/openapi.json",
     .may = MAY_ANYONE,
     .read = get_openapi,
     .no_db = true,
     .summary = "The description of this API"},
    {.method = HTTP_GET,
     .path = "/api/v1/me",
     .may = MAY_SIGNED_IN,
     .read = get_me,
     .summary = "The signed-in person and their classes",
     .reply_schema = "Me"},
    {.method = HTTP_GET,
     .path = "/api/v1/me/next",
     .may = STUDENT,
     .read = get_next,
     .query = "competency",
     .summary = "The student's next item, the same one until it is answered",
     .reply_schema = "Next"},
    {.method = HTTP_POST,
     .path = "/api/v1/me/answers",
     .may = STUDENT,
     .body_max = 16384,
     .kind = ROUTE_WRITE,
     .parse = answer_parse,
     .reply = answer_reply,
     .summary = "Answer an item",
     .reply_schema = "AnswerReply",
     .body_schema = "Answer"},
    {.method = HTTP_POST,
     .path = "/api/v1/me/help",
     .may = STUDENT,
     .body_max = 8192,
     .kind = ROUTE_WRITE,
     .parse = help_parse,
     .reply = help_reply,
     .summary = "Ask for help",
     .reply_schema = "HelpReply",
     .body_schema = "Help"},
    {.method = HTTP_GET,
     .path = "/api/v1/learners/:learner/mastery",
     .may = READERS,
     .learner_param = "learner",
     .read = get_mastery,
     .query = "as_of limit after",
     .summary = "A student's levels, now or at a given time",
     .reply_schema = "LearnerMastery",
     .part = MSG_views_part_levels,
     .records_access = true},
    {.method = HTTP_GET,
     .path = "/api/v1/learners/:learner/mastery/:competency/why",
     .may = READERS,
     .learner_param = "learner",
     .read = get_why,
     .query = "as_of",
     .summary = "The evidence behind a level",
     .reply_schema = "Why",
     .part = MSG_views_part_skill,
     .records_access = true},
    {.method = HTTP_GET,
     .path = "/api/v1/learners/:learner/grades",
     .may = READERS,
     .learner_param = "learner",
     .read = get_grades,
     .query = "as_of",
     .summary = "A student's course grades, now or at a given time, and posted grades",
     .reply_schema = "Grades",
     .part = MSG_views_part_grades,
     .records_access = true},
    {.method = HTTP_GET,
     .path = "/api/v1/learners/:learner/grades/:course/why",
     .may = READERS,
     .learner_param = "learner",
     .read = api_grade_why,
     .query = "as_of",
     .summary = "What a course grade is made of, and what would change it",
     .reply_schema = "GradeWhy",
     .part = MSG_views_part_grades,
     .records_access = true},
    {.method = HTTP_GET,
     .path = "/api/v1/learners/:learner/pace/why",
     .may = READERS,
     .learner_param = "learner",
     .read = api_pace_why,
     .query = "need as_of",
     .summary = "The evidence behind the pace toward a requirement",
     .reply_schema = "PaceWhy",
     .part = MSG_views_part_goals,
     .sample = "need={requirement}",
     .records_access = true},
    {.method = HTTP_GET,
     .path = "/api/v1/learners/:learner/next/why",
     .may = READERS,
     .learner_param = "learner",
     .read = api_next_why,
     .query = "competency as_of",
     .summary = "Why an item is suggested next, and what was considered",
     .reply_schema = "NextWhy",
     .part = MSG_views_part_next,
     .records_access = true},
    {.method = HTTP_GET,
     .path = "/api/v1/learners/:learner/standing",
     .may = READERS,
     .learner_param = "learner",
     .read = api_standing,
     .summary = "Progress on graduation and promotion requirements and on state goals",
     .reply_schema = "Standing",
     .part = MSG_views_part_goals,
     .records_access = true},
    {.method = HTTP_GET,
     .path = "/api/v1/learners/:learner/access",
     .may = MAY_OWN_RECORD | MAY_GUARDIAN_OF,
     .learner_param = "learner",
     .read = api_access,
     .query = "before",
     .summary = "Who viewed a student's record and lists of their classes and school, latest first",
     .reply_schema = "AccessRecords",
     .part = MSG_views_part_views,
     .records_access = true},
    {.method = HTTP_POST,
     .path = "/api/v1/learners/:learner/looks",
     .may = MAY_OWN_RECORD | MAY_GUARDIAN_OF,
     .learner_param = "learner",
     .body_max = 8192,
     .kind = ROUTE_WRITE,
     .parse = api_look_parse,
     .reply = api_look_reply,
     .summary = "Ask for a second look at a level",
     .reply_schema = "LookReply",
     .body_schema = "Look",
     .part = MSG_views_part_skill,
     .records_access = true},
    {.method = HTTP_POST,
     .path = "/api/v1/classes/:class/observations",
     .may = MAY_TEACHES,
     .class_param = "class",
     .body_max = 16384,
     .kind = ROUTE_WRITE,
     .parse = api_observe_parse,
     .reply = api_observe_reply,
     .summary = "Record an observation or a judgment for one or more students",
     .reply_schema = "Observed",
     .body_schema = "Observation",
     .part = MSG_views_part_observe,
     .records_access = true},
    {.method = HTTP_GET,
     .path = "/api/v1/classes/:class/mastery",
     .may = MAY_TEACHES,
     .class_param = "class",
     .read = get_class_mastery,
     .query = "limit after",
     .summary = "The levels of a class's students",
     .reply_schema = "ClassMastery",
     .part = MSG_views_part_class,
     .records_access = true},
    {.method = HTTP_GET,
     .path = "/api/v1/classes/:class/queue",
     .may = MAY_TEACHES,
     .class_param = "class",
     .read = get_queue,
     .summary = "Which students to see next, and why",
     .reply_schema = "Queue",
     .part = MSG_views_part_class,
     .records_access = true},
    {.method = HTTP_GET,
     .path = "/api/v1/classes/:class/live",
     .may = MAY_TEACHES,
     .class_param = "class",
     .read = gate_live,
     .summary = "Events of a class as they happen (text/event-stream)",
     .part = MSG_views_part_class,
     .records_access = true},
    {0},
};
