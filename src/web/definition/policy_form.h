/* The form of the rules, read. */
#ifndef DEFINITION_POLICY_FORM_H
#define DEFINITION_POLICY_FORM_H
#include "policy_place.h"

/* What a form or a document asks for, over what is in force: a partial document, owned by the arena; an empty object
 * when nothing
 * differs.  err ST_INVALID, with the clause: a field that cannot be read */
enum st rules_form(struct call *c, const struct rules_of *w, json_t **out, struct err *e) WARN_UNUSED;

/* A level of reports as the form has it: shares in 100, empty where nothing is said. */
struct scale_row {
    const char *name, *means, *level, *from, *points;
};
/* The rows that were sent, in the order in which they begin; rows without a name and a meaning are none. */
size_t rules_scale_sent(struct call *c, struct scale_row rows[SCALE_MOST + 1]);
struct scale_row rules_scale_row(struct call *c, const struct report_level *k);

#endif
