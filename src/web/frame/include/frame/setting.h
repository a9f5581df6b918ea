/* Fields of settings as people read and write them: shares in 100. */
#ifndef FRAME_SETTING_H
#define FRAME_SETTING_H
#include "domain/policy.h"
#include "frame/page.h"

bool rules_in_100(const struct setting *s);
const char *rules_number(struct call *c, const struct setting *s, double value);
const char *rules_field(struct call *c, const struct setting *s); /* "mastery.secure_at" */

#endif
