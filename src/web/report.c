/* The report: standards by level, the course grade with its published conversion, and the terms given out. Made to be printed. */
#include <stdio.h>
#include <string.h>

#include "app/grades.h"
#include "app/habits.h"
#include "page.h"

const char *grade_number_words(struct call *c, int places, double x)
{
    char s[40];
    snprintf(s, sizeof s, "%.*f", places, x);
    const char *out = arena_strdup(c->arena, s);
    return out ? out : "";
}

static enum st fill_course(struct call *c, const struct report_course *k, struct ui_report_course *out, struct err *e)
{
    struct ui_map_row *rows;
    TRY(call_alloc(c, (k->count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < k->count; i++) rows[i] = (struct ui_map_row){.title = k->competencies[i]->name, .level = (int64_t)k->levels[i]};
    *out = (struct ui_report_course){.title = k->title, .rows = rows, .rows_n = k->count, .shown = (int64_t)k->grade.shown, .all = (int64_t)k->grade.all,
                                      .why_url = arena_printf(c->arena, "/grade/%lld?course=%lld", (long long)c->learner.learner_id, (long long)k->course_id)};
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
        rows[i] = (struct ui_report_term){.term = t->term, .title = t->title, .letter = *t->letter ? t->letter : NULL, .percent = grade_number_words(c, 0, t->percent), .gpa = grade_number_words(c, 1, t->gpa), .at = t->frozen_at_ms};
    }
    page->terms = rows;
    page->terms_n = r->term_count;
    return ST_OK;
}

enum st fill_grade_scale(struct call *c, const struct policy *p, const struct ui_report_cut **out, size_t *n, struct err *e)
{
    struct ui_report_cut *rows;
    TRY(call_alloc(c, (p->cut_count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < p->cut_count; i++) { /* the best first */
        const struct grade_cut *k = &p->cuts[p->cut_count - 1 - i];
        rows[i] = (struct ui_report_cut){.letter = k->letter, .from = grade_number_words(c, 2, k->from), .to = grade_number_words(c, 2, k->to), .percent = grade_number_words(c, 0, k->percent), .gpa = grade_number_words(c, 1, k->gpa)};
    }
    *out = rows;
    *n = p->cut_count;
    return ST_OK;
}

int64_t policy_number(const struct call *c, int64_t policy_id)
{
    int64_t n = 0;
    for (size_t i = 0; i < c->snapshot->regime.policy_count; i++) n += c->snapshot->regime.policies[i].policy_id <= policy_id;
    return n ? n : 1;
}

static enum st fill_habits(struct call *c, struct page_report *page, struct err *e)
{
    struct habit_said *said;
    struct ui_report_habit *rows;
    size_t n;
    TRY(habits_of(&c->tx, c->arena, &c->learner, &said, &n, e));
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < n; i++) rows[i] = (struct ui_report_habit){said[i].term, said[i].class_title, habit_words(c, said[i].habit), habit_mark_words(said[i].mark)};
    page->habits = rows;
    page->habits_n = n;
    return ST_OK;
}

enum st web_report(struct call *c, struct err *e)
{
    struct page *p;
    struct report r;
    struct actor who;
    struct ui_report_course *courses;
    TRY(page_begin(c, c->relation == MAY_OWN_RECORD ? "/map" : c->relation == MAY_GUARDIAN_OF ? "/children" : "/classes", &p, e));
    TRY(actor_load(&c->tx, c->learner.learner_id, &who, e));
    TRY(learner_report(c->app, c->snapshot, &c->tx, c->arena, &c->learner, 0, &r, e));
    TRY(call_alloc(c, (r.course_count + 1) * sizeof *courses, (void **)&courses, e));
    for (size_t i = 0; i < r.course_count; i++) TRY(fill_course(c, &r.courses[i], &courses[i], e));
    struct page_report page = {.name = arena_printf(c->arena, "%s %s", who.given_name, who.family_name), .school = c->snapshot->name, .courses = courses, .courses_n = r.course_count,
                               .version = policy_number(c, r.policy->policy_id), .transcript_url = arena_printf(c->arena, "/transcript/%lld", (long long)c->learner.learner_id), .since = r.policy->effective_at_ms, .back_url = page_home(c->who.roles),
                               .share = grade_number_words(c, 0, r.policy->policy.incomplete_share * 100)};
    TRY(school_name(c, c->learner.learner_id, &page.school, e));
    TRY(fill_terms(c, &r, &page, e));
    TRY(fill_grade_scale(c, &r.policy->policy, &page.scale, &page.scale_n, e));
    TRY(fill_habits(c, &page, e));
    return page_end(p, page_report(&p->html, &p->ctx, &page), e);
}
