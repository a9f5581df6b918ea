/* What a purpose of the rules is measured by, where the program can say it: counts of a school or the district, of
 * nobody by name. */
#ifndef APP_FIGURE_H
#define APP_FIGURE_H
#include "app/app.h"

struct figure {
    int64_t n, of;
    bool few; /* of fewer than a report may show: n and of are 0 */
};
/* Of students, who are many, counted at most once a minute: the page that shows them is everybody's. code: of
 * policy_figures (domain/policy.h). org_id 0: the district. err ST_NOT_FOUND: no such figure */
enum st figure_of(struct app *app, struct tx *tx, const char *code, int64_t org_id, const struct policy_version *v,
                  int64_t now_ms, struct figure *out, struct err *e) WARN_UNUSED;

struct figures *figures_new(void); /* NULL: no memory */
void figures_free(struct figures *f);

#endif
