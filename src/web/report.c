/* The report: standards by level, the course grade with its published conversion, and the terms given out. Made to be printed. */
#include <stdio.h>
#include <string.h>

#include "app/grades.h"
#include "page.h"

static const char *number(struct call *c, int places, double x)
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
    *out = (struct ui_report_course){.title = k->title, .rows = rows, .rows_n = k->count, .shown = (int64_t)k->grade.shown, .all = (int64_t)k->grade.all};
    if (!k->grade.cut) return ST_OK;
    out->letter = k->grade.cut->letter;
    out->percent = number(c, 0, k->grade.cut->percent);
    out->gpa = number(c, 1, k->grade.cut->gpa);
    out->mean = number(c, 2, k->grade.mean);
    return ST_OK;
}

static enum st fill_terms(struct call *c, const struct report *r, struct page_report *page, struct err *e)
{
    struct ui_report_term *rows;
    TRY(call_alloc(c, (r->term_count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < r->term_count; i++) {
        const struct term_grade *t = &r->terms[i];
        rows[i] = (struct ui_report_term){.term = t->term, .title = t->title, .letter = *t->letter ? t->letter : NULL, .percent = number(c, 0, t->percent), .gpa = number(c, 1, t->gpa), .at = t->frozen_at_ms};
    }
    page->terms = rows;
    page->terms_n = r->term_count;
    return ST_OK;
}

static enum st fill_scale(struct call *c, const struct policy *p, struct page_report *page, struct err *e)
{
    struct ui_report_cut *rows;
    TRY(call_alloc(c, (p->cut_count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < p->cut_count; i++) { /* the best first */
        const struct grade_cut *k = &p->cuts[p->cut_count - 1 - i];
        rows[i] = (struct ui_report_cut){.letter = k->letter, .from = number(c, 2, k->from), .to = number(c, 2, k->to), .percent = number(c, 0, k->percent), .gpa = number(c, 1, k->gpa)};
    }
    page->scale = rows;
    page->scale_n = p->cut_count;
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
    int64_t version = 0;
    for (size_t i = 0; i < c->snapshot->regime.policy_count; i++) version += c->snapshot->regime.policies[i].policy_id <= r.policy->policy_id;
    struct page_report page = {.name = arena_printf(c->arena, "%s %s", who.given_name, who.family_name), .school = c->snapshot->name, .courses = courses, .courses_n = r.course_count,
                               .version = version ? version : 1, .since = r.policy->effective_at_ms, .back_url = page_home(c->who.roles),
                               .share = number(c, 0, r.policy->policy.incomplete_share * 100)};
    TRY(fill_terms(c, &r, &page, e));
    TRY(fill_scale(c, &r.policy->policy, &page, e));
    return page_end(p, page_report(&p->html, &p->ctx, &page), e);
}
