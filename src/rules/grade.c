#include "rules/grade.h"

#include <string.h>

#include "base/exact.h"

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

/* In billionths: means of levels are compared exactly. */
static int64_t sum_of(const struct policy *p, const struct level_value *on, size_t n)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        if (on[i].level != LEVEL_NOT_YET) sum += exact_units(report_level_of(p, &on[i])->points);
    return sum;
}

static bool too_little(const struct policy *p, size_t shown, size_t n)
{
    return shown == 0 || !exact_share_reached((int64_t)shown, p->incomplete_share, (int64_t)n);
}

void grade_of(const struct policy *p, const struct level_value *on, size_t n, struct grade *out)
{
    *out = (struct grade){.all = n};
    for (size_t i = 0; i < n; i++) out->shown += on[i].level != LEVEL_NOT_YET;
    out->incomplete = too_little(p, out->shown, n);
    int64_t sum = sum_of(p, on, n), shown = (int64_t)out->shown;
    if (shown) out->mean = (double)sum / (1e9 * (double)shown);
    for (size_t i = 0; !out->incomplete && i < p->cut_count; i++)
        if (exact_mean_cmp(sum, shown, p->cuts[i].from) >= 0 &&
            (exact_mean_cmp(sum, shown, p->cuts[i].to) < 0 || i + 1 == p->cut_count))
            out->cut = &p->cuts[i];
}

/* How far apart the levels are, in billionths; 0: not equally. */
static int64_t step_of(const struct policy *p)
{
    int64_t step = exact_units(p->scale[1].points) - exact_units(p->scale[0].points);
    for (size_t i = 2; i < p->scale_count; i++)
        if (exact_units(p->scale[i].points) - exact_units(p->scale[i - 1].points) != step) return 0;
    return step;
}

void grade_outlook(const struct policy *p, const struct level_value *on, size_t n, struct grade_outlook *out)
{
    struct grade g;
    *out = (struct grade_outlook){0};
    grade_of(p, on, n, &g);
    for (size_t shown = g.shown; g.incomplete && shown < n && too_little(p, shown, n); shown++) out->more++;
    if (g.incomplete || !g.cut || g.cut + 1 == p->cuts + p->cut_count) return;
    int64_t sum = sum_of(p, on, n), step = step_of(p), shown = (int64_t)g.shown;
    out->next = g.cut + 1;
    out->points = (double)(exact_units(out->next->from) * shown - sum) / 1e9;
    if (step <= 0) out->steps = -1;
    else
        while (exact_mean_cmp(sum + out->steps * step, shown, out->next->from) < 0) out->steps++;
}
