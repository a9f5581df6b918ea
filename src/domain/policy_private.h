#ifndef DOMAIN_POLICY_PRIVATE_H
#define DOMAIN_POLICY_PRIVATE_H
#include "domain/policy.h"

struct mastery_rule rule_default(enum mastery_kind kind);
/* ST_INVALID, with the clause named. */
enum st policy_clause(struct err *e, const char *msg_id, const char *words, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* "/grades/scale" and "/grades/conversion" into *p; list NULL: as it is in *p. The second goes by the scale. */
enum st policy_read_scale(const json_t *list, struct policy *p, struct err *e) WARN_UNUSED;
enum st policy_read_conversion(const json_t *list, struct policy *p, struct err *e) WARN_UNUSED;
/* Can each level of the scale be reached under each mastery rule, and is whoever is secure above the lowest? */
enum st policy_check_scale(const struct policy *p, struct err *e) WARN_UNUSED;
bool policy_same_scale(const struct policy *a, const struct policy *b);
bool policy_same_conversion(const struct policy *a, const struct policy *b);

#endif
