/* A transcript: terms as they were given out, what is under way, and a page that tells a college how to read them. */
#include <stdio.h>
#include <string.h>

#include "progress/goals.h"
#include "progress/grades.h"
#include "frame/learner.h"
#include "frame/scale.h"
#include "frame/route.h"

enum { SCALES_MOST = 12 };

/* Terms come in order, with their courses; the mean of a term's grade points leaves what is incomplete out. */
static enum st fill_terms(struct call *c, const struct report *r, struct page_transcript *page, struct err *e)
{
    struct ui_transcript_term *terms;
    struct ui_transcript_course *rows;
    double all = 0;
    size_t counted = 0;
    TRY(call_alloc(c, (r->term_count + 1) * sizeof *terms, (void **)&terms, e));
    TRY(call_alloc(c, (r->term_count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < r->term_count;) {
        struct ui_transcript_term *t = &terms[page->terms_n++];
        double sum = 0;
        size_t n = 0;
        *t = (struct ui_transcript_term){.title = r->terms[i].term, .rows = &rows[i]};
        for (int64_t session = r->terms[i].session_id; i < r->term_count && r->terms[i].session_id == session; i++) {
            const struct term_grade *g = &r->terms[i];
            rows[i] = (struct ui_transcript_course){
                .title = g->title,
                .letter = *g->letter ? g->letter : NULL,
                .percent = grade_number_words(c, 0, g->percent),
                .gpa = grade_number_words(c, 1, g->gpa),
                .shown = SAY(c, MSG_transcript_of, MSG_N("n", g->shown), MSG_N("all", g->all)),
                .at = g->frozen_at_ms,
                .version = policy_number(c, g->policy_id)};
            t->rows_n++;
            if (!*g->letter) continue;
            sum += g->gpa;
            n++;
        }
        if (n) t->gpa = grade_number_words(c, 2, sum / (double)n);
        all += sum;
        counted += n;
    }
    page->terms = terms;
    if (counted) page->gpa = grade_number_words(c, 2, all / (double)counted);
    return ST_OK;
}

static enum st fill_now(struct call *c, const struct report *r, struct page_transcript *page, struct err *e)
{
    struct ui_transcript_course *rows;
    TRY(call_alloc(c, (r->course_count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < r->course_count; i++) {
        const struct report_course *k = &r->courses[i];
        rows[i] = (struct ui_transcript_course){.title = k->title,
                                                .graded = k->policy->cut_count > 0,
                                                .letter = k->grade.cut ? k->grade.cut->letter : NULL,
                                                .shown = SAY(c, MSG_transcript_of, MSG_N("n", (int64_t)k->grade.shown),
                                                             MSG_N("all", (int64_t)k->grade.all))};
    }
    page->now_rows = rows;
    page->now_rows_n = r->course_count;
    return ST_OK;
}

static enum st fill_needs(struct call *c, const char *grade, struct page_transcript *page, struct err *e)
{
    struct requirement_progress *list;
    struct ui_need_row *rows;
    size_t n;
    TRY(requirements_progress(c->app, c->snapshot, c->tx, c->arena, &c->learner, grade, 0, &list, &n, e));
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct ui_need_row){.title = arena_strdup(c->arena, list[i].asked.title),
                                       .kind = MSG_needs_graduation,
                                       .have = need_words(c, &list[i])};
    page->needs = rows;
    page->needs_n = n;
    return ST_OK;
}

/* Each scale and conversion by which something here was given out, and the one in force; a college reads each grade
 * by its own. */
static enum st fill_scales(struct call *c, const struct report *r, struct page_transcript *page, struct err *e)
{
    const struct policy *by[SCALES_MOST] = {&r->policy->policy};
    const char *terms[SCALES_MOST] = {msg(page_lang(c), MSG_transcript_scale_now)};
    struct ui_report_scale *rows;
    size_t n = 1;
    TRY(call_alloc(c, SCALES_MOST * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < r->term_count; i++) {
        const struct policy *p;
        size_t at = 0;
        TRY(term_policy(c->snapshot, c->tx, c->arena, &r->terms[i], &p, e));
        while (at < n && !policy_same_grades(by[at], p)) at++;
        if (at == SCALES_MOST) break;
        if (at < n && (at == 0 || strstr(terms[at], r->terms[i].term))) continue;
        terms[at] = at < n ? arena_printf(c->arena, "%s, %s", terms[at], r->terms[i].term) : r->terms[i].term;
        if (!terms[at]) return err_fail(e, ST_NOMEM, "err.memory", "transcript");
        by[at] = p;
        n += at == n;
    }
    for (size_t i = 0; i < n; i++)
        TRY(fill_report_scale(c, by[i],
                              n == 1   ? NULL
                              : i == 0 ? terms[0]
                                       : SAY(c, MSG_transcript_scale_of, MSG_T("terms", terms[i])),
                              &rows[i], e));
    page->scales = rows;
    page->scales_n = n;
    return ST_OK;
}

static enum st web_transcript(struct call *c, struct err *e)
{
    struct page *p;
    struct report r;
    struct actor who;
    TRY(page_begin(c,
                   c->relation == MAY_OWN_RECORD    ? "/map"
                   : c->relation == MAY_GUARDIAN_OF ? "/children"
                                                    : "/classes",
                   &p, e));
    TRY(actor_load(c->tx, c->learner.learner_id, &who, e));
    TRY(learner_report(c->app, c->snapshot, c->tx, c->arena, &c->learner, 0, &r, e));
    struct page_transcript page = {
        .name = arena_printf(c->arena, "%s %s", who.given_name, who.family_name),
        .school = c->snapshot->name,
        .grade = *who.grade ? arena_strdup(c->arena, who.grade + (who.grade[0] == '0' && who.grade[1])) : NULL,
        .rule = rule_words(c, &r.policy->policy.rules[0]),
        .version = policy_number(c, r.policy->policy_id),
        .since = r.policy->effective_at_ms,
        .back_url = page_home(c->who.roles)};
    TRY(school_name(c, c->learner.learner_id, &page.school, e));
    TRY(fill_terms(c, &r, &page, e));
    TRY(fill_now(c, &r, &page, e));
    TRY(fill_needs(c, who.grade, &page, e));
    TRY(fill_scales(c, &r, &page, e));
    return page_end(p, page_transcript(&p->html, &p->ctx, &page), e);
}

const struct route transcript_routes[] = {
    GET("/transcript/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_LEADS_SCHOOL | MAY_COUNSELS,
        web_transcript, OF_LEARNER, .summary = "A transcript, with how to read it, to print",
        .part = MSG_views_part_transcript),
    {0},
};
