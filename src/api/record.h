/* Handlers of record.c for the route table: standing, observations, second looks. */
#ifndef API_RECORD_H
#define API_RECORD_H
#include "progress/grades.h"
#include "policy/policy.h"
#include "base/json.h"
#include "gate/gate.h"
/* "scale": the levels of reports; "levels": those of the skills of a course in it. */
void api_put_scale(struct json_out *j, const struct policy *p, enum lang lang);
void api_put_levels(struct json_out *j, const struct report_course *c, enum lang lang);
enum st api_standing(struct call *c, struct err *e);
enum st api_access(struct call *c, struct err *e);
enum st api_grade_why(struct call *c, struct err *e);
enum st api_pace_why(struct call *c, struct err *e);
enum st api_next_why(struct call *c, struct err *e);
enum st api_observe_parse(struct call *c, struct command **out, struct err *e);
enum st api_observe_reply(struct call *c, struct command *command, struct err *e);
enum st api_look_parse(struct call *c, struct command **out, struct err *e);
enum st api_look_reply(struct call *c, struct command *command, struct err *e);
#endif
