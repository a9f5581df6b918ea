/* Why a grade, a pace or a suggestion is what it is: the rule in words, what it rests on, what would change it, as of
 * any day, and a second look that is answered on record. For the student, the family and whoever teaches or leads. */
#include "progress/reason.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/exact.h"
#include "progress/goals.h"
#include "frame/learner.h"
#include "frame/scale.h"
#include "frame/route.h"

enum { FACTS_MOST = 6 };

static bool own(const struct call *c) { return c->relation == MAY_OWN_RECORD; }

static const char *number(struct call *c, double x)
{
    const char *s = arena_printf(c->arena, "%.10g", round(x * 10) / 10);
    return s ? s : "";
}

/* Rounded down: what is not reached does not read as if it were. */
static const char *in_100(struct call *c, double value)
{
    const char *s = arena_printf(c->arena, "%.10g", floor(value * 1000 + 1e-9) / 10);
    return s ? s : "";
}

/* What the three pages have in common. */
static enum st begin(struct call *c, const char *address, const char *field, const char *subject, struct page **p,
                     struct page_reason *page, int64_t *at_ms, struct err *e)
{
    struct actor who;
    TRY(page_begin(c, own(c) ? "/map" : c->relation == MAY_GUARDIAN_OF ? "/children" : "/classes", p, e));
    TRY(query_as_of(c, at_ms, &page->as_of, e));
    TRY(actor_load(c->tx, c->learner.learner_id, &who, e));
    page->name = own(c) ? NULL : arena_printf(c->arena, "%s %s", who.given_name, who.family_name);
    page->form_url = arena_printf(c->arena, "%s/%lld", address, (long long)c->learner.learner_id);
    page->field = field;
    page->subject = subject;
    page->client_id = new_client_id(c);
    page->may_answer = c->relation == MAY_TEACHES;
    page->answer_back =
        arena_printf(c->arena, "%s/%lld?%s=%s", address, (long long)c->learner.learner_id, field, subject);
    page->post_url = own(c) ? "/look"
                     : c->relation == MAY_GUARDIAN_OF
                         ? arena_printf(c->arena, "/why/%lld/look", (long long)c->learner.learner_id)
                         : NULL;
    return ST_OK;
}

static enum st finish(struct call *c, struct page *p, const char *about, int64_t id, struct page_reason *page,
                      struct err *e)
{
    struct ui_why_view w = {0};
    page->about = about;
    page->competency_id = id_text(c, id);
    TRY(fill_looks(c, &c->learner, id, about, &w, e));
    page->looks = w.looks;
    page->looks_n = w.looks_n;
    return page_end(p, page_reason(&p->html, &p->ctx, page), e);
}

/* A grade ---------------------------------------------------------------------------------------------------------- */

static enum st grade_rows(struct call *c, const struct report_course *k, struct page_reason *page, struct err *e)
{
    struct ui_reason_row *rows;
    TRY(call_alloc(c, (k->count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < k->count; i++) {
        const struct report_level *l = report_level_of(k->policy, &k->on[i]);
        const char *word = scale_name(page_lang(c), l);
        struct ui_reason_row *r = &rows[i];
        r->title = k->competencies[i]->name;
        r->level = (int64_t)l->level;
        if (k->on[i].level == LEVEL_NOT_YET) r->value = SAY(c, MSG_reason_left_out, MSG_T("level", word));
        else if (policy_scale_is_own(k->policy))
            r->value = SAY(c, MSG_reason_counts_own, MSG_T("name", word), MSG_T("n", points_words(c, l->points)),
                           MSG_T("level", msg(page_lang(c), level_words(k->on[i].level))),
                           MSG_T("value", in_100(c, k->on[i].value)));
        else r->value = SAY(c, MSG_reason_counts, MSG_T("level", word), MSG_T("n", points_words(c, l->points)));
        if (own(c)) r->address = arena_printf(c->arena, "/why?c=%lld", (long long)k->competencies[i]->competency_id);
        else if (c->relation == MAY_GUARDIAN_OF)
            r->address = arena_printf(c->arena, "/why/%lld?c=%lld", (long long)c->learner.learner_id,
                                      (long long)k->competencies[i]->competency_id);
    }
    page->rows = rows;
    page->rows_n = k->count;
    page->rows_head = MSG_reason_grade_rows;
    page->levels = true;
    return ST_OK;
}

static const char *grade_change(struct call *c, const struct grade_why *w)
{
    const struct grade *g = &w->course->grade;
    if (w->outlook.more) return SAY(c, MSG_reason_grade_more, MSG_N("n", w->outlook.more));
    if (w->outlook.next && w->outlook.steps < 0)
        return SAY(c, MSG_reason_grade_up_points,
                   MSG_T("points", points_words(c, ceil(w->outlook.points * 100 - 1e-9) / 100)),
                   MSG_T("letter", w->outlook.next->letter));
    if (w->outlook.next)
        return SAY(c, MSG_reason_grade_up, MSG_N("n", w->outlook.steps), MSG_T("letter", w->outlook.next->letter));
    return g->cut ? SAY(c, MSG_reason_grade_best, MSG_T("from", grade_number_words(c, 2, g->cut->from))) : NULL;
}

static enum st web_grade_why(struct call *c, struct err *e)
{
    struct page *p;
    struct page_reason page = {.kicker = MSG_reason_grade};
    struct grade_why w;
    struct ui_fact *f;
    int64_t course_id, at;
    const char *id = http_query(c->http, "course");
    if (!id || !id_parse(id, &course_id)) return err_fail(e, ST_NOT_FOUND, "err.not_found", "course is an id");
    TRY(begin(c, "/grade", "course", id, &p, &page, &at, e));
    TRY(learner_grade_why(c->app, c->snapshot, c->tx, c->arena, &c->learner, course_id, at, &w, e));
    TRY(call_alloc(c, FACTS_MOST * sizeof *f, (void **)&f, e));
    const struct report_course *k = w.course;
    const struct policy *rules = &w.policy->policy;
    int64_t need = 0;
    while (need < (int64_t)k->count && !exact_share_reached(need, rules->incomplete_share, (int64_t)k->count)) need++;
    page.title = k->title;
    page.rule = SAY(c, MSG_reason_grade_rule, MSG_T("levels", scale_said(c, scale_points_words, rules)),
                    MSG_T("share", grade_number_words(c, 0, rules->incomplete_share * 100)));
    if (policy_scale_is_own(rules)) {
        page.scale_how = SAY(c, MSG_report_scale_begins, MSG_T("levels", scale_said(c, scale_begin_words, rules)));
        TRY(fill_report_levels(c, rules, &page.scale, &page.scale_n, e));
    }
    page.rule_version = policy_number(c, w.policy->policy_id);
    if (k->grade.cut)
        page.answer = SAY(c, MSG_reason_grade_is, MSG_T("letter", k->grade.cut->letter),
                          MSG_T("mean", grade_number_words(c, 2, k->grade.mean)),
                          MSG_T("from", grade_number_words(c, 2, k->grade.cut->from)),
                          MSG_T("to", grade_number_words(c, 2, k->grade.cut->to)));
    else
        page.answer = SAY(c, MSG_report_incomplete_why, MSG_N("shown", (int64_t)k->grade.shown),
                          MSG_N("n", (int64_t)k->grade.all));
    size_t n = 0;
    if (k->grade.shown)
        f[n++] =
            (struct ui_fact){msg(page_lang(c), MSG_report_mean), grade_number_words(c, 2, k->grade.mean), NULL, true};
    f[n++] = (struct ui_fact){
        msg(page_lang(c), MSG_reason_grade_shown),
        SAY(c, MSG_reason_of, MSG_N("n", (int64_t)k->grade.shown), MSG_N("all", (int64_t)k->grade.all)),
        SAY(c, MSG_words_needs, MSG_T("value", id_text(c, need))), !k->grade.incomplete};
    page.facts = f;
    page.facts_n = n;
    page.change = grade_change(c, &w);
    TRY(grade_rows(c, k, &page, e));
    page.back_url = arena_printf(c->arena, "/report/%lld", (long long)c->learner.learner_id);
    return finish(c, p, "grade", course_id, &page, e);
}

/* A pace ----------------------------------------------------------------------------------------------------------- */

static void pace_facts(struct call *c, const struct requirement_progress *v, struct page_reason *page,
                       struct ui_fact *f)
{
    size_t n = 0;
    enum lang lang = page_lang(c);
    bool skills = v->asked.kind == REQUIREMENT_COMPETENCIES;
    f[n++] = (struct ui_fact){msg(lang, skills ? MSG_reason_pace_secure : MSG_reason_pace_recorded), number(c, v->have),
                              SAY(c, MSG_words_needs, MSG_T("value", number(c, v->asked.need))), v->done};
    if (skills) {
        f[n++] = (struct ui_fact){msg(lang, MSG_reason_pace_before), number(c, (double)v->before), NULL, true};
        f[n++] = (struct ui_fact){msg(lang, MSG_reason_pace_weeks), number(c, v->weeks),
                                  v->away ? SAY(c, MSG_reason_pace_away, MSG_N("n", v->away)) : NULL, true};
        if (!v->done && v->to_go > 0 && v->to_go < 1000)
            f[n++] = (struct ui_fact){msg(lang, MSG_reason_pace_to_go), number(c, v->to_go), NULL, !v->at_risk};
    }
    if (!v->done && v->due)
        f[n++] = (struct ui_fact){msg(lang, MSG_reason_pace_left), number(c, floor(v->weeks_left)), NULL, true};
    page->facts = f;
    page->facts_n = n;
}

static enum st web_pace_why(struct call *c, struct err *e)
{
    struct page *p;
    struct page_reason page = {.kicker = MSG_reason_pace};
    struct requirement_progress *list;
    struct actor who;
    struct ui_fact *f;
    size_t n, i = 0;
    int64_t at;
    const char *id = http_query(c->http, "need");
    TRY(begin(c, "/pace", "need", id ? id : "", &p, &page, &at, e));
    TRY(actor_load(c->tx, c->learner.learner_id, &who, e));
    TRY(requirements_progress(c->app, c->snapshot, c->tx, c->arena, &c->learner, who.grade, at, &list, &n, e));
    while (i < n && !str_eq(list[i].asked.id, id ? id : "")) i++;
    if (i == n) return err_fail(e, ST_NOT_FOUND, "err.not_found", "need is the id of a requirement");
    const struct requirement_progress *v = &list[i];
    TRY(call_alloc(c, FACTS_MOST * sizeof *f, (void **)&f, e));
    page.title = v->asked.title;
    const char *words = pace_words(c, v);
    page.answer = arena_printf(c->arena, "%s%s%s", need_words(c, v), words ? " " : "", words ? words : "");
    page.rule = msg(page_lang(c),
                    v->asked.kind == REQUIREMENT_COMPETENCIES ? MSG_reason_pace_rule : MSG_reason_pace_rule_recorded);
    page.rule_version =
        policy_number(c, policy_for_district(&c->snapshot->policy_index, at ? at : c->now_ms)->policy_id);
    pace_facts(c, v, &page, f);
    page.change = v->done ? NULL
                          : SAY(c,
                                v->asked.kind == REQUIREMENT_COMPETENCIES ? MSG_reason_pace_change
                                                                          : MSG_reason_pace_change_recorded,
                                MSG_T("n", number(c, v->asked.need - v->have)));
    page.back_url = arena_printf(c->arena, "/standing/%lld", (long long)c->learner.learner_id);
    return finish(c, p, arena_printf(c->arena, "pace:%s", v->asked.id), 0, &page, e);
}

/* A suggestion ----------------------------------------------------------------------------------------------------- */

static const char *next_rule(struct call *c, const struct next_why *w)
{
    const struct next_item *n = w->place < w->count ? &w->list[w->place] : NULL;
    enum msg_id id = n ? msg_find_code("next_rule", reason_code(n->reason), MSG_next_rule_other) : MSG_next_rule_other;
    return SAY(c, id, MSG_N("days", w->rules.review_after_days), MSG_N("tries", w->rules.stuck_after),
               MSG_T("other", n && n->about ? n->about->name : ""));
}

static const char *next_change(struct call *c, const struct next_why *w)
{
    const char *offer = msg(page_lang(c), MSG_reason_next_offer);
    if (w->place < w->count && w->list[w->place].reason == REASON_REVIEW)
        return arena_printf(c->arena, "%s %s", SAY(c, MSG_reason_next_rest, MSG_N("days", w->rules.review_after_days)),
                            offer);
    if (w->outlook.right > 0)
        return arena_printf(c->arena, "%s. %s", SAY(c, MSG_words_secure_more, MSG_N("n", w->outlook.right)), offer);
    return offer;
}

static enum st next_rows(struct call *c, const struct next_why *w, struct page_reason *page, struct err *e)
{
    struct ui_reason_row *rows;
    TRY(call_alloc(c, (w->count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < w->count; i++)
        rows[i] = (struct ui_reason_row){.title = w->list[i].competency->name,
                                         .value = card_words(c, &w->list[i]),
                                         .address = arena_printf(c->arena, "/suggestion/%lld?c=%lld",
                                                                 (long long)c->learner.learner_id,
                                                                 (long long)w->list[i].competency->competency_id)};
    page->rows = rows;
    page->rows_n = w->count;
    page->rows_head = MSG_reason_next_rows;
    return ST_OK;
}

static enum st web_next_why(struct call *c, struct err *e)
{
    struct page *p;
    struct page_reason page = {.kicker = MSG_reason_next};
    struct next_why w;
    struct ui_fact *f;
    int64_t competency_id = 0, at;
    size_t n = 0;
    const char *id = http_query(c->http, "c");
    if (id && *id && !id_parse(id, &competency_id)) return err_fail(e, ST_NOT_FOUND, "err.no_competency", "c is an id");
    TRY(begin(c, "/suggestion", "c", id ? id : "", &p, &page, &at, e));
    TRY(learner_next_why(c->app, c->snapshot, c->tx, c->arena, &c->learner, competency_id, at, &w, e));
    TRY(call_alloc(c, FACTS_MOST * sizeof *f, (void **)&f, e));
    bool suggested = w.place < w.count;
    page.title = w.competency->name;
    page.subject = id_text(c, w.competency->competency_id);
    page.answer_back = arena_printf(c->arena, "/suggestion/%lld?c=%s", (long long)c->learner.learner_id, page.subject);
    page.answer = suggested ? own(c) ? reason_words(c, &w.list[w.place]) : card_words(c, &w.list[w.place])
                            : msg(page_lang(c), MSG_reason_next_not);
    page.rule = next_rule(c, &w);
    page.rule_version = policy_number(c, w.policy->policy_id);
    f[n++] = (struct ui_fact){msg(page_lang(c), MSG_reason_next_level),
                              msg(page_lang(c), level_words(w.state ? w.state->level : LEVEL_NOT_YET)), NULL, true};
    if (w.days >= 0)
        f[n++] = (struct ui_fact){msg(page_lang(c), MSG_reason_next_days), id_text(c, w.days),
                                  w.state->level == LEVEL_SECURE
                                      ? SAY(c, MSG_reason_next_after, MSG_N("days", w.rules.review_after_days))
                                      : NULL,
                                  true};
    if (suggested)
        f[n++] = (struct ui_fact){
            msg(page_lang(c), MSG_reason_next_place),
            SAY(c, MSG_reason_of, MSG_N("n", (int64_t)w.place + 1), MSG_N("all", (int64_t)w.count)), NULL, true};
    page.facts = f;
    page.facts_n = n;
    page.change = next_change(c, &w);
    TRY(next_rows(c, &w, &page, e));
    page.back_url = own(c) ? "/today"
                    : c->relation == MAY_GUARDIAN_OF
                        ? "/children"
                        : arena_printf(c->arena, "/student/%lld", (long long)c->learner.learner_id);
    return finish(c, p, "next", w.competency->competency_id, &page, e);
}

const struct route reason_routes[] = {
    GET("/grade/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_LEADS_SCHOOL | MAY_COUNSELS, web_grade_why,
        OF_LEARNER, .summary = "Why a grade is what it is", .part = MSG_views_part_grades, .sample = "course={course}"),
    GET("/pace/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_LEADS_SCHOOL | MAY_COUNSELS, web_pace_why,
        OF_LEARNER, .summary = "Why a pace is what it is", .part = MSG_views_part_goals,
        .sample = "need={requirement}"),
    GET("/suggestion/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_COUNSELS, web_next_why, OF_LEARNER,
        .summary = "Why this is suggested next", .part = MSG_views_part_next, .sample = "c={competency}"),
    {0},
};
