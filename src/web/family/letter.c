/* A letter to the family of one student: one printed page in plain words, made of what the why panel and the report
 * say. */
#include <stdio.h>
#include <string.h>

#include "progress/goals.h"
#include "progress/grades.h"
#include "plan/next.h"
#include "base/id.h"
#include "frame/learner.h"
#include "frame/scale.h"
#include "frame/route.h"
#include "store/sql/answer.h"
#include "store/sql/roster.h"

enum { LETTER_SKILLS = 5, LETTER_WEEK_DAYS = 7, LETTER_TEACHERS = 6 };

/* Not yet secure first, as the course goes: what is under way says more than what is long done. */
static enum st fill_course(struct call *c, const char *name, const struct report_course *k,
                           struct ui_letter_course *out, struct err *e)
{
    struct ui_map_row *rows;
    const struct policy *p = k->policy;
    const size_t sound = policy_place(p, LEVEL_SECURE, policy_rule(p, "")->secure_at);
    size_t n = 0, secure = 0, reached = 0;
    TRY(call_alloc(c, LETTER_SKILLS * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < k->count; i++) {
        secure += k->on[i].level == LEVEL_SECURE;
        reached += k->on[i].level != LEVEL_NOT_YET && policy_place(p, k->on[i].level, k->on[i].value) >= sound;
    }
    for (int level = LEVEL_NEARLY; level >= LEVEL_STARTED; level--)
        for (size_t i = 0; i < k->count && n < LETTER_SKILLS; i++)
            if ((int)k->on[i].level == level) rows[n++] = report_row(c, k, i);
    *out = (struct ui_letter_course){.title = k->title, .rows = rows, .rows_n = n};
    if (policy_scale_is_own(p))
        out->stands = SAY(c, MSG_letter_stands_at, MSG_T("name", name), MSG_N("reached", (int64_t)reached),
                          MSG_N("n", (int64_t)k->count), MSG_T("level", scale_name(page_lang(c), &p->scale[sound])));
    else
        out->stands = SAY(c, MSG_letter_stands, MSG_T("name", name), MSG_N("secure", (int64_t)secure),
                          MSG_N("n", (int64_t)k->count));
    if (k->grade.cut) out->grade = SAY(c, MSG_letter_grade, MSG_T("letter", k->grade.cut->letter));
    else if (k->policy->cut_count) out->grade = msg(page_lang(c), MSG_letter_no_grade);
    return ST_OK;
}

static enum st fill_week(struct call *c, struct page_letter *page, struct err *e)
{
    struct sql_evidence_week_row r;
    struct rows rows;
    int64_t minutes = 0, answers = 0, seen = 0;
    TRY(sql_evidence_week(
        c->tx,
        &(struct sql_evidence_week_in){.learner_id = c->learner.learner_id,
                                       .first = id_first_at(c->now_ms - LETTER_WEEK_DAYS * INT64_C(86400000))},
        &rows, e));
    while (sql_evidence_week_next(&rows, &r)) {
        if (r.kind == EVIDENCE_RESPONSE) {
            answers = r.count;
            minutes = (r.took_ms + 30000) / 60000;
        } else if (r.kind == EVIDENCE_OBSERVATION) {
            seen = r.count;
        }
    }
    TRY(rows_end(&rows));
    page->week = answers ? SAY(c, MSG_letter_week, MSG_N("n", minutes), MSG_N("answers", answers))
                         : msg(page_lang(c), MSG_letter_week_none);
    page->seen = seen ? SAY(c, MSG_letter_seen, MSG_N("n", seen)) : msg(page_lang(c), MSG_letter_seen_none);
    return ST_OK;
}

static enum st fill_teachers(struct call *c, struct page_letter *page, struct err *e)
{
    struct sql_class_of_user_row class_of_user;
    struct sql_class_teachers_row class_teachers;
    struct rows rows = {0};
    struct text t;
    int64_t classes[LETTER_TEACHERS];
    size_t n = 0;
    enum st st = sql_class_of_user(c->tx, c->learner.learner_id, &rows, e);
    while (n < LETTER_TEACHERS && sql_class_of_user_next(&rows, &class_of_user)) {
        classes[n++] = class_of_user.class_id;
    }
    if (st == ST_OK) st = rows_end(&rows);
    text_init(&t, 2000);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        st = sql_class_teachers(c->tx, classes[i], &rows, e);
        while (sql_class_teachers_next(&rows, &class_teachers)) {
            const char *name = arena_printf(c->arena, "%s %s", class_teachers.given_name, class_teachers.family_name);
            if (name && !strstr(text_str(&t), name)) text_printf(&t, "%s%s", t.n ? ", " : "", name);
        }
        if (st == ST_OK) st = rows_end(&rows);
    }
    if (st == ST_OK && t.n) page->teachers = SAY(c, MSG_letter_call, MSG_T("names", text_str(&t)));
    text_release(&t);
    return st;
}

/* By when the right answers that are missing come at the pace of the last four weeks; NULL where that cannot be
 * said, or is far off. */
static enum st by_when(struct call *c, const struct mastery_view *now, const struct why_view *v, const char **out,
                       struct err *e)
{
    enum { PACE_DAYS = 28, FARTHEST_DAYS = 60 };
    struct mastery_view then;
    int64_t right = 0, away;
    int32_t today = tz_date(c->snapshot->zone, c->now_ms);
    *out = NULL;
    if (v->outlook.right <= 0) return ST_OK;
    TRY(learner_mastery(c->app, c->snapshot, c->tx, c->arena, &c->learner, c->now_ms - PACE_DAYS * INT64_C(86400000),
                        &then, e));
    for (size_t i = 0; i < now->state.count; i++) right += now->state.competency[i].right;
    for (size_t i = 0; i < then.state.count; i++) right -= then.state.competency[i].right;
    TRY(days_away(c->tx, c->learner.learner_id, today - PACE_DAYS + 1, today, &away, e));
    int64_t days = right > 0 ? (v->outlook.right * (PACE_DAYS - away) + right - 1) / right : FARTHEST_DAYS + 1;
    if (days < 1) days = 1;
    if (v->outlook.needs & NEED_GAP && days < v->rule.gap_days) days = v->rule.gap_days;
    if (days <= FARTHEST_DAYS)
        *out = SAY(c, MSG_letter_by, MSG_N("n", v->outlook.right), MSG_T("day", date_words(c, today + (int32_t)days)));
    return ST_OK;
}

/* Why the skill under way stands where it does, and what comes next. */
static enum st fill_next(struct call *c, const char *name, struct page_letter *page, struct err *e)
{
    struct mastery_view m;
    struct next_item next;
    struct taught courses[COURSES_MAX];
    size_t n;
    TRY(call_courses(c, c->learner.learner_id, courses, &n, e));
    TRY(learner_mastery(c->app, c->snapshot, c->tx, c->arena, &c->learner, 0, &m, e));
    next_item(c->snapshot, &m.state, c->learner.learner_id, courses, n, 0, c->now_ms, &next);
    if (!next.item || !next.competency) return ST_OK;
    const struct competency_state *k = state_find(&m.state, next.competency->competency_id);
    page->next_skill = next.competency->name;
    page->home = *next.competency->try_at_home ? next.competency->try_at_home : NULL;
    page->next = SAY(c,
                     !k || !k->opportunities    ? MSG_children_next_new
                     : k->level == LEVEL_SECURE ? MSG_children_next_review
                     : k->level == LEVEL_NEARLY ? MSG_children_next_close
                                                : MSG_children_next_words,
                     MSG_T("name", name));
    struct why_view v;
    TRY(learner_why(c->app, c->snapshot, c->tx, c->arena, &c->learner, next.competency->competency_id, 0, &v, e));
    TRY(by_when(c, &m, &v, &page->by, e));
    if (!page->by) page->by = msg(page_lang(c), MSG_letter_by_week);
    if (!k || !k->alone) return ST_OK;
    struct ui_why_view w;
    TRY(fill_why(c, &c->learner, next.competency->competency_id, false, &w, e));
    const struct level_value on = {k->level, v.value};
    page->level = scale_name(page_lang(c), report_level_of(&v.policy->policy, &on));
    page->why = w.summary;
    page->rule = w.rule;
    return ST_OK;
}

static enum st web_letter(struct call *c, struct err *e)
{
    struct page *p;
    struct report r;
    struct actor who;
    struct ui_letter_course *courses;
    TRY(page_begin(c, c->relation == MAY_GUARDIAN_OF ? "/children" : "/classes", &p, e));
    TRY(actor_load(c->tx, c->learner.learner_id, &who, e));
    TRY(learner_report(c->app, c->snapshot, c->tx, c->arena, &c->learner, 0, &r, e));
    TRY(call_alloc(c, (r.course_count + 1) * sizeof *courses, (void **)&courses, e));
    const char *name = arena_strdup(c->arena, who.given_name);
    struct page_letter page = {
        .name = name,
        .full_name = arena_printf(c->arena, "%s %s", who.given_name, who.family_name),
        .grade = *who.grade ? arena_strdup(c->arena, who.grade + (who.grade[0] == '0' && who.grade[1])) : NULL,
        .school = c->snapshot->name,
        .courses = courses,
        .courses_n = r.course_count,
        .back_url = page_home(c->who.roles),
        .report_url = arena_printf(c->arena, "/report/%lld", (long long)c->learner.learner_id)};
    TRY(school_name(c, c->learner.learner_id, &page.school, e));
    for (size_t i = 0; i < r.course_count; i++) TRY(fill_course(c, name ? name : "", &r.courses[i], &courses[i], e));
    if (policy_scale_is_own(&r.policy->policy))
        TRY(fill_report_levels(c, &r.policy->policy, &page.levels, &page.levels_n, e));
    TRY(fill_week(c, &page, e));
    TRY(fill_teachers(c, &page, e));
    TRY(fill_next(c, name ? name : "", &page, e));
    return page_end(p, page_letter(&p->html, &p->ctx, &page), e);
}

const struct route letter_routes[] = {
    GET("/letter/:learner", MAY_TEACHES | MAY_GUARDIAN_OF | MAY_COUNSELS, web_letter, OF_LEARNER,
        .summary = "A letter to a family, to print", .part = MSG_views_part_letter),
    {0},
};
