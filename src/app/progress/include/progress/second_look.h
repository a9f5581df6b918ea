/* "Ask for a second look": a student or a family questions a level and a teacher answers. Both are kept (the facts
 * second_look_asked and second_look_answered). */
#ifndef PROGRESS_SECOND_LOOK_H
#define PROGRESS_SECOND_LOOK_H
#include "store/fact_kinds.h"

/* matter is "": the level of a skill; "grade": of the course competency_id; "pace:ID" of a requirement; "next": why a
 * skill is suggested. err ST_INVALID: another matter, or no words */
enum st second_look_check(const struct fact_second_look_asked *l, struct err *e) WARN_UNUSED;

#endif
