#ifndef DOMAIN_POLICY_PRIVATE_H
#define DOMAIN_POLICY_PRIVATE_H
#include "domain/policy.h"

struct mastery_rule rule_default(enum mastery_kind kind);
/* ST_INVALID, with the clause named. */
enum st policy_clause(struct err *e, const char *msg_id, const char *words, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
