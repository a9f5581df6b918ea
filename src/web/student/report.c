/* The report: standards by level, the course grade with its published conversion, and the terms given out. Made to
 * be printed. */
#include <stdio.h>
#include <string.h>

#include "progress/grades.h"
#include "progress/habits.h"
#include "base/id.h"
#include "frame/learner.h"
#include "frame/scale.h"
#include "frame/route.h"

enum { SCALES_MOST = 4 };

/* as_of: the day, "" for now; NULL: of a term, whose why is what stands there. */
static enum st fill_course(struct call *c, const struct report_course *k, const char *as_of,
                           struct ui_report_course *out, struct err *e)
{
    *out = (struct ui_report_course){
        .title = k->title, .rows_n = k->count, .shown = (int64_t)k->grade.shown, .all = (int64_t)k->grade.all};
    TRY(fill_report_rows(c, k, &out->rows, e));
    if (as_of)
        out->why_url = arena_printf(c->arena, "/grade/%lld?course=%lld%s%s", (long long)c->learner.learner_id,
                                    (long long)k->course_id, *as_of ? "&as_of=" : "", as_of);
    out->graded = k->policy->cut_count > 0;
    if (!k->grade.cut) return ST_OK;
    out->letter = k->grade.cut->letter;
    out->percent = grade_number_words(c, 0, k->grade.cut->percent);
    out->gpa = grade_number_words(c, 1, k->grade.cut->gpa);
    out->mean = grade_number_words(c, 2, k->grade.mean);
    return ST_OK;
}

static enum st fill_terms(struct call *c, const struct report *r, struct page_report *page, struct err *e)
{
    struct ui_report_term *rows;
    TRY(call_alloc(c, (r->term_count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < r->term_count; i++) {
        const struct term_grade *t = &r->terms[i];
        rows[i] = (struct ui_report_term){.term = t->term,
                                          .title = t->title,
                                          .letter = *t->letter ? t->letter : NULL,
                                          .percent = grade_number_words(c, 0, t->percent),
                                          .gpa = grade_number_words(c, 1, t->gpa),
                                          .at = t->frozen_at_ms,
                                          .address =
                                              arena_printf(c->arena, "/report/%lld?term=%lld",
                                                           (long long)c->learner.learner_id, (long long)t->session_id)};
    }
    page->terms = rows;
    page->terms_n = r->term_count;
    return ST_OK;
}

static enum st fill_habits(struct call *c, struct page_report *page, struct err *e)
{
    struct habit_rating *said;
    struct ui_report_habit *rows;
    size_t n;
    TRY(habits_of(c->tx, c->arena, &c->learner, &said, &n, e));
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct ui_report_habit){said[i].term, said[i].class_title, habit_words(c, said[i].habit),
                                           habit_mark_words(said[i].rating)};
    page->habits = rows;
    page->habits_n = n;
    return ST_OK;
}

/* As it is, or was on a day. */
static enum st fill_now(struct call *c, const struct report *r, const char *as_of, struct page_report *page,
                        struct err *e)
{
    struct ui_report_course *courses;
    struct ui_report_scale *scale;
    TRY(call_alloc(c, (r->course_count + 1) * sizeof *courses, (void **)&courses, e));
    TRY(call_alloc(c, sizeof *scale, (void **)&scale, e));
    for (size_t i = 0; i < r->course_count; i++)
        TRY(fill_course(c, &r->courses[i], as_of ? as_of : "", &courses[i], e));
    TRY(fill_report_scale(c, &r->policy->policy, NULL, scale, e));
    page->courses = courses;
    page->courses_n = r->course_count;
    page->scales = scale;
    page->scales_n = 1;
    page->version = policy_number(c, r->policy->policy_id);
    if (!as_of) TRY(fill_terms(c, r, page, e));
    return as_of ? ST_OK : fill_habits(c, page, e);
}

/* A term as it was given out: its levels, by the scale and the conversion of that time. */
static enum st fill_term(struct call *c, const struct report *r, int64_t session_id, struct page_report *page,
                         struct err *e)
{
    struct ui_report_course *courses;
    struct ui_report_scale *scales;
    const struct policy *by[SCALES_MOST];
    TRY(call_alloc(c, (r->term_count + 1) * sizeof *courses, (void **)&courses, e));
    TRY(call_alloc(c, SCALES_MOST * sizeof *scales, (void **)&scales, e));
    for (size_t i = 0; i < r->term_count; i++) {
        struct report_course k;
        if (r->terms[i].session_id != session_id) continue;
        TRY(term_course(c->snapshot, c->tx, c->arena, &c->learner, &r->terms[i], &k, e));
        TRY(fill_course(c, &k, NULL, &courses[page->courses_n++], e));
        page->term = r->terms[i].term;
        page->given_at = r->terms[i].frozen_at_ms;
        page->version = policy_number(c, k.policy_id);
        size_t at = 0; /* one for all, unless the rules changed while it was given out */
        while (at < page->scales_n && !policy_same_grades(by[at], k.policy)) at++;
        if (at < page->scales_n || at == SCALES_MOST) continue;
        by[at] = k.policy;
        TRY(fill_report_scale(c, k.policy, NULL, &scales[page->scales_n++], e));
    }
    if (!page->term)
        return err_fail(e, ST_NOT_FOUND, "err.not_found", "no grades were given out in term %lld",
                        (long long)session_id);
    page->courses = courses;
    page->scales = scales;
    return ST_OK;
}

static enum st web_report(struct call *c, struct err *e)
{
    struct page *p;
    struct report r;
    struct actor who;
    int64_t at, session_id = 0;
    const char *as_of, *term = http_query(c->http, "term");
    if (term && !id_parse(term, &session_id)) return err_fail(e, ST_NOT_FOUND, "err.not_found", "term is an id");
    TRY(page_begin(c,
                   c->relation == MAY_OWN_RECORD    ? "/map"
                   : c->relation == MAY_GUARDIAN_OF ? "/children"
                                                    : "/classes",
                   &p, e));
    TRY(query_as_of(c, &at, &as_of, e));
    TRY(actor_load(c->tx, c->learner.learner_id, &who, e));
    TRY(learner_report(c->app, c->snapshot, c->tx, c->arena, &c->learner, at, &r, e));
    struct page_report page = {.name = arena_printf(c->arena, "%s %s", who.given_name, who.family_name),
                               .school = c->snapshot->name,
                               .as_of = as_of,
                               .transcript_url =
                                   arena_printf(c->arena, "/transcript/%lld", (long long)c->learner.learner_id),
                               .form_url = arena_printf(c->arena, "/report/%lld", (long long)c->learner.learner_id)};
    page.back_url = term || as_of ? page.form_url : page_home(c->who.roles);
    TRY(school_name(c, c->learner.learner_id, &page.school, e));
    if (term) TRY(fill_term(c, &r, session_id, &page, e));
    else TRY(fill_now(c, &r, as_of, &page, e));
    return page_end(p, page_report(&p->html, &p->ctx, &page), e);
}

const struct route report_routes[] = {
    GET("/report/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_COUNSELS, web_report, .menu = MENU_MY_WORK,
        .title = MSG_report_title, OF_LEARNER, .summary = "Levels and grades, to print", .part = MSG_views_part_report),
    {0},
};
