#include "rules/grade.h"

#include <string.h>

const struct report_level *report_level_of(const struct policy *p, const struct level_value *on)
{
    return &p->scale[policy_place(p, on->level, on->value)];
}

bool report_level_other(const struct report_level *a, const struct report_level *b)
{
    return strcmp(*a->name ? a->name : level_code(a->level), *b->name ? b->name : level_code(b->level)) != 0;
}

bool report_level_counts(const struct policy *p, size_t place)
{
    const struct report_level *second = &p->scale[1];
    return place > 0 || second->level > LEVEL_STARTED || second->from > 0;
}

static double sum_of(const struct policy *p, const struct level_value *on, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (on[i].level != LEVEL_NOT_YET) sum += report_level_of(p, &on[i])->points;
    return sum;
}

void grade_of(const struct policy *p, const struct level_value *on, size_t n, struct grade *out)
{
    *out = (struct grade){.all = n};
    for (size_t i = 0; i < n; i++) out->shown += on[i].level != LEVEL_NOT_YET;
    out->incomplete = out->shown == 0 || (double)out->shown < p->incomplete_share * (double)n;
    if (out->shown) out->mean = sum_of(p, on, n) / (double)out->shown;
    for (size_t i = 0; !out->incomplete && i < p->cut_count; i++)
        if (out->mean >= p->cuts[i].from && (out->mean < p->cuts[i].to || i + 1 == p->cut_count))
            out->cut = &p->cuts[i];
}

/* How far apart the levels are; 0: not equally. */
static double step_of(const struct policy *p)
{
    double step = p->scale[1].points - p->scale[0].points;
    for (size_t i = 2; i < p->scale_count; i++) {
        double off = p->scale[i].points - p->scale[i - 1].points - step;
        if (off > 1e-9 || off < -1e-9) return 0;
    }
    return step;
}

void grade_outlook(const struct policy *p, const struct level_value *on, size_t n, struct grade_outlook *out)
{
    struct grade g;
    *out = (struct grade_outlook){0};
    grade_of(p, on, n, &g);
    for (size_t shown = g.shown;
         g.incomplete && shown < n && (shown == 0 || (double)shown < p->incomplete_share * (double)n); shown++)
        out->more++;
    if (g.incomplete || !g.cut || g.cut + 1 == p->cuts + p->cut_count) return;
    double sum = sum_of(p, on, n), step = step_of(p);
    out->next = g.cut + 1;
    out->points = out->next->from * (double)g.shown - sum;
    if (!(step > 0)) out->steps = -1;
    else
        while ((sum + out->steps * step) / (double)g.shown < out->next->from) out->steps++;
}
