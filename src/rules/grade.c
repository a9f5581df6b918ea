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
