/* What pages of several readers show of one student. All words are in arena. */
#ifndef FRAME_LEARNER_H
#define FRAME_LEARNER_H
#include "frame/page.h"

struct next_item;
struct requirement_progress;
struct mastery_rule;

enum st fill_today(struct call *c, const struct learner_scope *who, struct ui_today_view *t, struct err *e);
enum st fill_map(struct call *c, const struct learner_scope *who, const char *why_base, struct ui_map_group **groups,
                 size_t *n, int64_t *skills, int64_t *secure, struct err *e);
enum st fill_why(struct call *c, const struct learner_scope *who, int64_t competency_id, bool for_student,
                 struct ui_why_view *w, struct err *e);
/* about: progress/second_look.h, "" of a level */
enum st fill_looks(struct call *c, const struct learner_scope *who, int64_t competency_id, const char *about,
                   struct ui_why_view *w, struct err *e);
enum st fill_notice(struct call *c, int64_t learner_id, const char *name, struct ui_rules_line *out, struct err *e);

extern const struct ui_help_kind web_help_kinds[];
enum { WEB_HELP_KINDS = 4 };
enum msg_id help_kind_words(const char *code);

const char *rule_words(struct call *c, const struct mastery_rule *r); /* the rule as a sentence */
const char *reason_words(struct call *c, const struct next_item *n);
const char *card_words(struct call *c, const struct next_item *n);            /* short, and to whoever reads */
const char *item_address(struct call *c, const struct next_item *n);          /* NULL: nothing is open */
bool has_duty(const struct call *c);                                          /* reads of a risk, not of a step */
const char *pace_words(struct call *c, const struct requirement_progress *v); /* NULL: done */
const char *need_words(struct call *c, const struct requirement_progress *v); /* "8 of 20 skills secure." */
const char *habit_words(struct call *c, const char *habit);
enum msg_id habit_mark_words(int32_t mark);
const char *amount_words(struct call *c, double x);
const char *date_words(struct call *c, int32_t date);
const char *month_words(struct call *c, int32_t date);
int64_t policy_number(const struct call *c, int64_t policy_id);       /* of a version, from 1 */
int64_t model_version_number(const struct call *c, int64_t model_id); /* the same */
/* ?as_of=2026-03-01: the end of that school day; 0: now */
enum st query_as_of(struct call *c, int64_t *at_ms, const char **date, struct err *e);

#endif
