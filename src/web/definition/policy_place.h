/* The school or the district whose rules a page shows. */
#ifndef DEFINITION_POLICY_PLACE_H
#define DEFINITION_POLICY_PLACE_H
#include "frame/page.h"
#include "policy/policy.h"

/* Whose rules, and what the person who asks may do with them. */
struct rules_of {
    int64_t org_id; /* the school; 0: the district */
    const char *name;
    bool may_edit, sees_names, may_answer;
    const struct policy_effective *version; /* in force */
    const json_t *doc;                      /* of what is in force, whole; of the arena */
    const json_t *upper;                    /* what holds above, opened by waivers; an empty object for the district */
    struct ui_link *schools;                /* to choose from */
    size_t schools_n;
};
/* By ?school=, a form's "school", or where the person works. err ST_DENIED: another's school */
enum st rules_find(struct call *c, struct tx *tx, struct rules_of *out, struct err *e) WARN_UNUSED;

#endif
