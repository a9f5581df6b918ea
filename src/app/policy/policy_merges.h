/* Policies merged on demand and kept as long as their index: most versions of years are never asked for again. */
#ifndef POLICY_POLICY_MERGES_H
#define POLICY_POLICY_MERGES_H
#include "policy/policy_version.h"

struct policy_merges *policy_merges_new(void); /* NULL: no memory */
void policy_merges_free(struct policy_merges *m);

/* `own` (of a school or a class) merged over `upper`, within what upper leaves open there. Where the two do not go
 * together, what upper says; where there is no memory, upper itself, which is not kept. Any thread. */
const struct policy_effective *policy_merged(struct policy_merges *m, const struct policy_effective *upper,
                                             const struct policy_version *own);
/* A version of the district by itself. err ST_INVALID: its document cannot be read; then *out is the defaults. */
enum st policy_alone(struct policy_merges *m, const struct policy_version *v, const struct policy_effective **out,
                     struct err *e) WARN_UNUSED;

#endif
