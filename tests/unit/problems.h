/* How often a report has a problem. */
#ifndef PROBLEMS_H
#define PROBLEMS_H
#include <string.h>

#include "domain/import.h"

static inline int64_t report_problems_of(const struct import_report *r, const char *code)
{
    for (size_t i = 0; i < r->code_count; i++)
        if (strcmp(r->codes[i].code, code) == 0) return r->codes[i].count;
    return 0;
}

#endif
