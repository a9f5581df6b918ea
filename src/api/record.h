/* Handlers of record.c for the route table: standing, observations, second looks. */
#ifndef API_RECORD_H
#define API_RECORD_H
#include "gate/gate.h"
enum st api_standing(struct call *c, struct err *e);
enum st api_observe_parse(struct call *c, struct command **out, struct err *e);
enum st api_observe_reply(struct call *c, struct command *command, struct err *e);
enum st api_look_parse(struct call *c, struct command **out, struct err *e);
enum st api_look_reply(struct call *c, struct command *command, struct err *e);
#endif
