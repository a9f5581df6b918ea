/* The waivers that a page of the rules lists. */
#ifndef DEFINITION_POLICY_WAIVER_H
#define DEFINITION_POLICY_WAIVER_H
#include "policy_place.h"

enum st rules_waivers(struct call *c, struct tx *tx, const struct rules_of *w, struct page_rules *page,
                      struct err *e) WARN_UNUSED;

#endif
