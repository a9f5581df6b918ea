/* The levels of reports and the conversion to grades, as pages show them. */
#include "frame/scale.h"

#include <stdio.h>

#include "policy/policy.h"

const char *scale_said(struct call *c, void (*words)(struct text *, enum lang, const struct policy *),
                       const struct policy *p)
{
    struct text t;
    text_init(&t, 4000);
    words(&t, page_lang(c), p);
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

const char *grade_number_words(struct call *c, int places, double x)
{
    char s[40];
    snprintf(s, sizeof s, "%.*f", places, x);
    const char *out = arena_strdup(c->arena, s);
    return out ? out : "";
}

const char *points_words(struct call *c, double points)
{
    const char *s = arena_printf(c->arena, "%.10g", points);
    return s ? s : "";
}

enum st fill_report_levels(struct call *c, const struct policy *p, const struct ui_report_level **out, size_t *n,
                           struct err *e)
{
    struct ui_report_level *rows;
    TRY(call_alloc(c, SCALE_MOST * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < p->scale_count; i++) { /* the highest first */
        size_t at = p->scale_count - 1 - i;
        const struct report_level *k = &p->scale[at];
        rows[i] = (struct ui_report_level){
            .level = (int64_t)k->level, .name = scale_name(page_lang(c), k), .means = scale_means(page_lang(c), k)};
        if (report_level_counts(p, at))
            rows[i].points = SAY(c, MSG_report_points, MSG_T("n", points_words(c, k->points)));
    }
    *out = rows;
    *n = p->scale_count;
    return ST_OK;
}

static enum st fill_cuts(struct call *c, const struct policy *p, struct ui_report_scale *out, struct err *e)
{
    struct ui_report_cut *rows;
    TRY(call_alloc(c, (p->cut_count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < p->cut_count; i++) { /* the best first */
        const struct grade_cut *k = &p->cuts[p->cut_count - 1 - i];
        rows[i] = (struct ui_report_cut){.letter = k->letter,
                                         .from = grade_number_words(c, 2, k->from),
                                         .to = grade_number_words(c, 2, k->to),
                                         .percent = grade_number_words(c, 0, k->percent),
                                         .gpa = grade_number_words(c, 1, k->gpa)};
    }
    out->cuts = rows;
    out->cuts_n = p->cut_count;
    return ST_OK;
}

enum st fill_report_scale(struct call *c, const struct policy *p, const char *title, struct ui_report_scale *out,
                          struct err *e)
{
    *out = (struct ui_report_scale){
        .title = title,
        .how = SAY(c, MSG_report_scale_how, MSG_N("n", (int64_t)p->scale_count),
                   MSG_T("levels", scale_said(c, scale_levels_words, p))),
        .incomplete =
            SAY(c, MSG_report_scale_incomplete, MSG_T("share", grade_number_words(c, 0, p->incomplete_share * 100)))};
    if (policy_scale_is_own(p))
        out->begins = SAY(c, MSG_report_scale_begins, MSG_T("levels", scale_said(c, scale_begin_words, p)));
    TRY(fill_report_levels(c, p, &out->levels, &out->levels_n, e));
    return fill_cuts(c, p, out, e);
}

enum st fill_report_rows(struct call *c, const struct report_course *k, const struct ui_map_row **out, struct err *e)
{
    struct ui_map_row *rows;
    TRY(call_alloc(c, (k->count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < k->count; i++) rows[i] = report_row(c, k, i);
    *out = rows;
    return ST_OK;
}

struct ui_map_row report_row(struct call *c, const struct report_course *k, size_t i)
{
    const struct report_level *l = report_level_of(k->policy, &k->on[i]);
    return (struct ui_map_row){
        .title = k->competencies[i]->name, .level = (int64_t)l->level, .words = scale_name(page_lang(c), l)};
}
