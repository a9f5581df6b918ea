/* Where one student stands on what counts: what is asked for to graduate or move up, what the state counts, and beside
 * it what the student is working on. Adults with a duty read of a risk; the student and the family read the step that
 * gets there. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "progress/goals.h"
#include "plan/next.h"
#include "base/id.h"
#include "frame/learner.h"
#include "frame/route.h"
#include "frame/form.h"
#include "store/sql/outside.h"

enum { CREDITS_SHOWN = 60, AWAY_DAYS = 90 };

static bool may_record(const struct call *c) { return c->relation == MAY_TEACHES || c->relation == MAY_LEADS_SCHOOL; }

static enum msg_id standing_words(enum goal_status s)
{
    static const enum msg_id ids[STANDING_COUNT] = {MSG_standing_unknown, MSG_standing_below, MSG_standing_close,
                                                    MSG_standing_meets};
    return ids[s < STANDING_COUNT ? s : STANDING_UNKNOWN];
}

/* What the state counts -------------------------------------------------------------------------------------------- */

static const char *test_words(struct call *c, const struct goal *g, const struct test_result *r)
{
    const char *what = r->has_score && r->has_error
                           ? SAY(c, MSG_standing_score_give, MSG_T("score", amount_words(c, r->score)),
                                 MSG_T("give", amount_words(c, r->standard_error)))
                       : r->has_score ? amount_words(c, r->score)
                                      : r->level_name;
    const char *said = SAY(c, MSG_standing_test, MSG_T("test", r->test), MSG_T("day", date_words(c, r->taken_on)),
                           MSG_T("result", what));
    if (!g->has_score || !r->has_score) return said;
    return arena_printf(c->arena, "%s %s", said,
                        SAY(c, MSG_standing_mark, MSG_T("score", amount_words(c, g->meets_score))));
}

static enum st fill_goals(struct call *c, const struct learner_state *state, struct page_standing *page, struct err *e)
{
    struct goal *goals;
    struct goal_progress *list;
    struct ui_counted_row *rows;
    size_t n;
    TRY(goals_list(c->snapshot, c->tx, c->arena, &goals, &n, e));
    TRY(goals_of_learner(c->tx, c->arena, &c->learner, state, goals, n, &list, e));
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < n; i++) {
        const struct goal_progress *v = &list[i];
        enum goal_status shown = v->by_test != STANDING_UNKNOWN ? v->by_test : v->ours; /* tests first */
        struct ui_counted_row *r = &rows[i];
        *r = (struct ui_counted_row){.title = v->goal->title,
                                     .by = str_eq(v->goal->counted_by, "state") ? MSG_goals_by_state
                                                                                : MSG_goals_by_district,
                                     .state = standing_words(shown),
                                     .known = shown != STANDING_UNKNOWN};
        if (v->latest) r->test = test_words(c, v->goal, v->latest);
        if (v->goal->count)
            r->ours = SAY(c, MSG_standing_ours, MSG_T("state", msg(page_lang(c), standing_words(v->ours))),
                          MSG_N("secure", (int64_t)v->secure), MSG_N("n", (int64_t)v->goal->count),
                          MSG_N("unseen", (int64_t)(v->goal->count - v->seen)));
        if (v->disagree)
            r->note =
                msg(page_lang(c), c->relation == MAY_OWN_RECORD ? MSG_standing_disagree_own : MSG_standing_disagree);
    }
    page->goals = rows;
    page->goals_n = n;
    return ST_OK;
}

/* What is asked for ------------------------------------------------------------------------------------------------ */

static enum st fill_credits(struct call *c, struct ui_need_row *needs, size_t n, struct err *e)
{
    struct sql_credit_list_row r;
    struct rows stored;
    struct ui_credit_row *rows[REQUIREMENTS_MAX] = {0};
    TRY(sql_credit_list(c->tx, c->learner.learner_id, &stored, e));
    while (sql_credit_list_next(&stored, &r)) {
        for (size_t i = 0; i < n; i++) {
            if (!str_eq(needs[i].id, r.requirement) || needs[i].credits_n == CREDITS_SHOWN) continue;
            if (!rows[i]) TRY(call_alloc(c, CREDITS_SHOWN * sizeof *rows[i], (void **)&rows[i], e));
            bool hours = str_eq(r.kind, "hours");
            const char *note = arena_strdup(c->arena, r.note);
            rows[i][needs[i].credits_n++] =
                (struct ui_credit_row){.credit_id = id_text(c, r.credit_id),
                                       .day = date_words(c, (int32_t)r.done_on),
                                       .words = hours ? SAY(c, MSG_standing_hours_of,
                                                            MSG_T("n", amount_words(c, r.amount)), MSG_T("note", note))
                                                      : note,
                                       .by = arena_printf(c->arena, "%s %s", r.given_name, r.family_name)};
            needs[i].credits = rows[i];
        }
    }
    return rows_end(&stored);
}

static enum st fill_needs(struct call *c, const char *grade, struct page_standing *page, struct err *e)
{
    struct requirement_progress *list;
    struct ui_need_row *rows;
    struct ui_rule_option *options;
    size_t n;
    TRY(requirements_progress(c->app, c->snapshot, c->tx, c->arena, &c->learner, grade, 0, &list, &n, e));
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    TRY(call_alloc(c, (n + 1) * sizeof *options, (void **)&options, e));
    for (size_t i = 0; i < n; i++) {
        const struct requirement_progress *v = &list[i];
        const char *id = arena_strdup(c->arena, v->asked.id), *title = arena_strdup(c->arena, v->asked.title);
        rows[i] = (struct ui_need_row){
            .id = id,
            .title = title,
            .kind = v->asked.promotion ? MSG_needs_promotion : MSG_needs_graduation,
            .have = need_words(c, v),
            .words = pace_words(c, v),
            .done = v->done,
            .why_url = arena_printf(c->arena, "/pace/%lld?need=%s", (long long)c->learner.learner_id, v->asked.id)};
        if (v->at_risk && has_duty(c)) rows[i].risk = SAY(c, MSG_standing_risk, MSG_T("day", month_words(c, v->due)));
        if (page->can_record && v->asked.kind != REQUIREMENT_COMPETENCIES)
            options[page->record_options_n++] = (struct ui_rule_option){.value = id, .label = title};
    }
    page->needs = rows;
    page->needs_n = n;
    form_chosen(c, "requirement", 0, options, page->record_options_n);
    page->record_options = options;
    return fill_credits(c, rows, n, e);
}

/* The rest --------------------------------------------------------------------------------------------------------- */

static enum st fill_working(struct call *c, const struct learner_state *state, struct page_standing *page,
                            struct err *e)
{
    struct next_item next;
    struct taught courses[COURSES_MAX];
    size_t n;
    TRY(call_courses(c, c->learner.learner_id, courses, &n, e));
    next_item(c->snapshot, state, c->learner.learner_id, courses, n, 0, c->now_ms, &next);
    if (!next.item || !next.competency) return ST_OK;
    page->working = next.competency->name;
    if (c->relation == MAY_OWN_RECORD) page->working_url = item_address(c, &next);
    return ST_OK;
}

static enum st fill_away(struct call *c, struct page_standing *page, struct err *e)
{
    int32_t today = tz_date(c->snapshot->zone, c->now_ms);
    int64_t n;
    TRY(days_away(c->tx, c->learner.learner_id, today - AWAY_DAYS, today, &n, e));
    if (n) page->away = SAY(c, MSG_standing_away, MSG_N("n", n));
    return ST_OK;
}

/* Those who may: the family of the child, and whoever holds the permission. */
static enum st fill_programs(struct call *c, struct page_standing *page, struct err *e)
{
    struct learner_scope may;
    struct ui_program_row *rows;
    struct sql_program_list_row r;
    struct rows stored;
    struct err no;
    enum { MOST = 20 };
    if (call_scope(c, MAY_GUARDIAN_OF | MAY_SEES_PROGRAMS, c->learner.learner_id, &may, &no) != ST_OK)
        return no.st == ST_DENIED ? ST_OK : (*e = no, no.st);
    TRY(call_alloc(c, MOST * sizeof *rows, (void **)&rows, e));
    TRY(sql_program_list(c->tx, may.learner_id, &stored, e));
    while (page->programs_n < MOST && sql_program_list_next(&stored, &r)) {
        rows[page->programs_n++] = (struct ui_program_row){
            arena_strdup(c->arena, r.program), r.starts_on_is_null ? NULL : date_words(c, (int32_t)r.starts_on),
            r.ends_on_is_null ? NULL : date_words(c, (int32_t)r.ends_on)};
    }
    TRY(rows_end(&stored));
    page->programs = rows;
    return ST_OK;
}

static enum st web_student_goals(struct call *c, struct err *e)
{
    struct page *p;
    struct actor who;
    struct mastery_view m;
    char today[16];
    bool own = c->relation == MAY_OWN_RECORD;
    TRY(page_begin(c, own ? "/map" : c->relation == MAY_GUARDIAN_OF ? "/children" : "/classes", &p, e));
    TRY(actor_load(c->tx, c->learner.learner_id, &who, e));
    TRY(learner_mastery(c->app, c->snapshot, c->tx, c->arena, &c->learner, 0, &m, e));
    date_format(tz_date(c->snapshot->zone, c->now_ms), today);
    struct page_standing page = {.name = arena_printf(c->arena, "%s %s", who.given_name, who.family_name),
                                 .own = own,
                                 .can_record = may_record(c),
                                 .back_url = own ? "/map" : page_home(c->who.roles),
                                 .client_id = new_client_id(c),
                                 .post_url = arena_printf(c->arena, "/standing/%lld", (long long)c->learner.learner_id),
                                 .today = form_value(c, "day", 0, arena_strdup(c->arena, today)),
                                 .error = form_error(c),
                                 .amount = form_value(c, "amount", 0, "1"),
                                 .amount_bad = form_marked(c, "amount"),
                                 .day_bad = form_marked(c, "day"),
                                 .note = form_value(c, "note", 0, ""),
                                 .saved = http_query(c->http, "saved") != NULL,
                                 .lead = msg(page_lang(c), own ? MSG_standing_lead_own : MSG_standing_lead)};
    if (c->relation == MAY_COUNSELS)
        page.student_url = arena_printf(c->arena, "/student/%lld", (long long)c->learner.learner_id);
    TRY(fill_working(c, &m.state, &page, e));
    TRY(fill_needs(c, who.grade, &page, e));
    TRY(fill_goals(c, &m.state, &page, e));
    if (!own) TRY(fill_away(c, &page, e));
    TRY(fill_programs(c, &page, e));
    return page_end(p, page_standing(&p->html, &p->ctx, &page), e);
}

static enum st web_credit_parse(struct call *c, struct command **out, struct err *e)
{
    struct credit_cmd *k;
    const char *back = http_form(c->http, "take_back", 0), *day = http_form(c->http, "day", 0),
               *n = http_form(c->http, "amount", 0);
    TRY(form_open(c, web_student_goals, e));
    TRY(call_alloc(c, sizeof *k, (void **)&k, e));
    *k = (struct credit_cmd){.client_id = http_form(c->http, "client_id", 0),
                             .requirement = http_form(c->http, "requirement", 0),
                             .note = http_form(c->http, "note", 0),
                             .learner_id = c->learner.learner_id,
                             .recorder_id = c->who.user_id};
    if (back && *back && !id_parse(back, &k->replaces_id))
        return err_fail(e, ST_INVALID, "err.not_found", "take_back must be an id");
    if (n && *n && !form_number(n, &k->amount)) TRY(form_mark(c, "amount", msg(page_lang(c), MSG_form_number), e));
    if (!k->replaces_id && (!day || !date_parse(day, &k->done_on)))
        TRY(form_mark(c, "day", msg(page_lang(c), MSG_form_day), e));
    TRY(form_check(c, e));
    TRY(credit_check(c->app, c->snapshot, k, e));
    *out = &k->command;
    return ST_OK;
}

static enum st web_credit_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    const char *to = arena_printf(c->arena, "/standing/%lld?saved=1", (long long)c->learner.learner_id);
    call_redirect(c, to ? to : "/classes");
    return ST_OK;
}

const struct route student_goals_routes[] = {
    GET("/standing/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_LEADS_SCHOOL | MAY_COUNSELS,
        web_student_goals, .menu = MENU_MY_WORK, .title = MSG_nav_goals, OF_LEARNER,
        .summary = "Where a student stands on what counts", .part = MSG_views_part_goals),
    WRITE("/standing/:learner", MAY_TEACHES | MAY_LEADS_SCHOOL, web_credit_parse, web_credit_reply, OF_LEARNER,
          .summary = "Record hours or a project", .part = MSG_views_part_goals,
          .sample = "client_id={new}&requirement={requirement}&amount=2&day=2026-01-05&note=at+the+library"),
    {0},
};
