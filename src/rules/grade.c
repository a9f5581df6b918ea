#include "rules/grade.h"

void grade_of(const struct policy *p, const enum level *levels, size_t n, struct grade *out)
{
    double sum = 0;
    *out = (struct grade){.all = n};
    for (size_t i = 0; i < n; i++) {
        if (levels[i] == LEVEL_NOT_YET) continue;
        out->shown++;
        sum += 1 + (double)levels[i];
    }
    out->incomplete = out->shown == 0 || (double)out->shown < p->incomplete_share * (double)n;
    if (out->shown) out->mean = sum / (double)out->shown;
    for (size_t i = 0; !out->incomplete && i < p->cut_count; i++)
        if (out->mean >= p->cuts[i].from && (out->mean < p->cuts[i].to || i + 1 == p->cut_count)) out->cut = &p->cuts[i];
}

void grade_outlook(const struct policy *p, const enum level *levels, size_t n, struct grade_outlook *out)
{
    struct grade g;
    double sum = 0;
    *out = (struct grade_outlook){0};
    grade_of(p, levels, n, &g);
    for (size_t shown = g.shown; g.incomplete && shown < n && (shown == 0 || (double)shown < p->incomplete_share * (double)n); shown++) out->more++;
    if (g.incomplete || !g.cut || g.cut + 1 == p->cuts + p->cut_count) return;
    out->next = g.cut + 1;
    for (size_t i = 0; i < n; i++)
        if (levels[i] != LEVEL_NOT_YET) sum += 1 + (double)levels[i];
    while ((sum + out->steps) / (double)g.shown < out->next->from) out->steps++;
}
