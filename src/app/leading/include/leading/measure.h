/* Measures for a policy's purposes, where Waymark can count them. Whole schools or the district; never a named
 * person. */
#ifndef LEADING_MEASURE_H
#define LEADING_MEASURE_H
#include "policy/policy_index.h"
#include "core/app.h"

struct measure {
    int64_t n, of;
    bool few; /* of fewer than a report may show: n and of are 0 */
};
/* Counts over students are cached for a minute, because everyone can open the page that shows them. code: of
 * policy_measures (domain/policy.h). org_id 0: the district. err ST_NOT_FOUND: no such figure */
enum st measure_count(struct app *app, struct tx *tx, const char *code, int64_t org_id,
                      const struct policy_effective *v, int64_t now_ms, struct measure *out, struct err *e) WARN_UNUSED;

struct measure_cache *measure_cache_new(void); /* NULL: no memory */
void measure_cache_free(struct measure_cache *f);

#endif
