/* Branches of the frameworks, to choose from. */
#ifndef LEADER_BRANCHES_H
#define LEADER_BRANCHES_H
#include "frame/page.h"

enum st fill_branches(struct call *c, bool by_uri, struct ui_rule_option **out, size_t *n, struct err *e);

#endif
