/* What every page handler needs: the frame, words in the arena, and where one goes. */
#ifndef FRAME_PAGE_H
#define FRAME_PAGE_H
#include <jansson.h>

#include "gate/gate.h"
#include "policy/snapshot.h"
#include "ui/pages.h"

struct page {
    struct page_ctx ctx;
    struct html html;
};

/* Fill the frame for the person who asks; current is the path of the menu entry that is open. */
enum st page_begin(struct call *c, const char *current, struct page **out, struct err *e) WARN_UNUSED;
enum st page_end(struct page *p, enum st st, struct err *e) WARN_UNUSED; /* after page_NAME() */
enum lang page_lang(struct call *c);
/* The school whose rules hold for whoever asks; 0: the district. Of a guardian, the first child's. */
enum st reader_school(struct call *c, struct tx *tx, int64_t *org_id, struct err *e) WARN_UNUSED;
/* Whose checkpoints and moderations somebody works with. all: every school's, which only who leads the district may.
 * org_id 0 otherwise: no school is known, and then none's but the district's own. */
struct reach {
    bool all;
    int64_t org_id;
};
enum st reader_reach(struct call *c, struct tx *tx, struct reach *out, struct err *e) WARN_UNUSED;
bool reach_holds(const struct reach *r, int64_t org_id); /* may see what belongs to this org; 0: to the district */
/* ST_DENIED: nothing can be made for a school that is not known. */
enum st reach_check(const struct reach *r, struct err *e) WARN_UNUSED;
/* Of the school that a learner goes to; the district's when it is not known. */
enum st school_name(struct call *c, int64_t learner_id, const char **out, struct err *e) WARN_UNUSED;
/* The district leads all; a principal the own school. */
bool leads_org(const struct call *c, int64_t org_id);
const char *page_home(unsigned roles);

/* A message with its arguments, in arena; "" when there is no memory. */
const char *say(struct call *c, enum msg_id id, const struct msg_arg *args, size_t n);
/* A share of 1 as "95%", or "" out of memory; in arena. */
const char *in_100_words(struct call *c, double p);
#define SAY(c, id, ...) say((c), (id), MSG_ARGS(__VA_ARGS__))
const char *day_words(struct call *c, int64_t at_ms);
const char *words_of_error(struct call *c, const struct err *why); /* for a form that is shown again */
enum msg_id level_words(enum level l);
const char *id_text(struct call *c, int64_t id);
struct safe_html trusted(const char *compiled_html); /* of an item document: made by the renderer's allow-list */

void web_render_error(struct call *c); /* a page for c->err */
void web_render_form(struct call *c);  /* frame/form.h: the form that was refused */

/* handlers, by file */
enum st web_home(struct call *c, struct err *e);
enum st web_sign_in_page(struct call *c, struct err *e);
enum st web_sign_in(struct call *c, struct err *e);
enum st web_sign_out(struct call *c, struct err *e);
enum st web_account(struct call *c, struct err *e);
enum st web_password(struct call *c, struct err *e);
enum st web_today(struct call *c, struct err *e);
enum st web_map(struct call *c, struct err *e);
enum st web_why(struct call *c, struct err *e);
enum st web_student(struct call *c, struct err *e);
enum st web_item(struct call *c, struct err *e);
enum st web_answer_parse(struct call *c, struct command **out, struct err *e);
enum st web_answer_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_draft_parse(struct call *c, struct command **out, struct err *e);
enum st web_draft_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_hint_parse(struct call *c, struct command **out, struct err *e);
enum st web_scaffold_parse(struct call *c, struct command **out, struct err *e);
enum st web_hint_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_help_parse(struct call *c, struct command **out, struct err *e);
enum st web_help_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_now(struct call *c, struct err *e);
enum st web_classes(struct call *c, struct err *e);
enum st web_class(struct call *c, struct err *e);
enum st web_class_csv(struct call *c, struct err *e);
enum st web_cards(struct call *c, struct err *e);
enum st web_cell(struct call *c, struct err *e);
enum st web_second_look_parse(struct call *c, struct command **out, struct err *e);
enum st web_second_look_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_second_look_answer_parse(struct call *c, struct command **out, struct err *e);
enum st web_second_look_answer_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_grade_why(struct call *c, struct err *e);
enum st web_pace_why(struct call *c, struct err *e);
enum st web_next_why(struct call *c, struct err *e);
enum st web_report(struct call *c, struct err *e);
enum st web_observe(struct call *c, struct err *e);
enum st web_observe_parse(struct call *c, struct command **out, struct err *e);
enum st web_observe_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_help_close_parse(struct call *c, struct command **out, struct err *e);
enum st web_help_close_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_school(struct call *c, struct err *e);
enum st web_changes(struct call *c, struct err *e);
enum st web_views(struct call *c, struct err *e);
enum st web_letter(struct call *c, struct err *e);
enum st web_definition(struct call *c, struct err *e);
enum st web_definition_read_parse(struct call *c, struct command **out, struct err *e);
enum st web_definition_read_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_barriers(struct call *c, struct err *e);
enum st web_barrier_parse(struct call *c, struct command **out, struct err *e);
enum st web_barrier_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_barrier_answer_parse(struct call *c, struct command **out, struct err *e);
enum st web_barrier_answer_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_rules_put(struct call *c, struct err *e);
enum st web_drafts(struct call *c, struct err *e);
enum st web_draft_comment_parse(struct call *c, struct command **out, struct err *e);
enum st web_draft_answer_parse(struct call *c, struct command **out, struct err *e);
enum st web_drafts_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_draft_adopt(struct call *c, struct err *e);
enum st web_rules(struct call *c, struct err *e);
enum st web_rules_export(struct call *c, struct err *e);
enum st web_rules_try(struct call *c, struct err *e);
enum st web_rules_save(struct call *c, struct err *e);
enum st web_waiver_parse(struct call *c, struct command **out, struct err *e);
enum st web_waiver_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_waiver_answer(struct call *c, struct err *e);
enum st web_models(struct call *c, struct err *e);
enum st web_model_revert(struct call *c, struct err *e);
enum st web_children(struct call *c, struct err *e);
enum st web_try(struct call *c, struct err *e);
enum st web_asset(struct call *c, struct err *e);
enum st web_figure(struct call *c, struct err *e);
enum st web_style(struct call *c, struct err *e);
enum st web_language(struct call *c, struct err *e);
enum st web_icon(struct call *c, struct err *e);

/* goals, requirements, programs */
enum st fill_branches(struct call *c, bool by_uri, struct ui_rule_option **out, size_t *n, struct err *e);
const char *date_words(struct call *c, int32_t date);
struct requirement_progress;
const char *pace_words(struct call *c, const struct requirement_progress *v); /* NULL: done */
const char *need_words(struct call *c, const struct requirement_progress *v); /* "8 of 20 skills secure." */
enum st web_student_goals(struct call *c, struct err *e);
enum st web_credit_parse(struct call *c, struct command **out, struct err *e);
enum st web_credit_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_goals(struct call *c, struct err *e);
enum st web_goal_parse(struct call *c, struct command **out, struct err *e);
enum st web_goal_end_parse(struct call *c, struct command **out, struct err *e);
enum st web_goal_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_requirements(struct call *c, struct err *e);
enum st web_requirements_save(struct call *c, struct err *e);
enum st web_class_standing(struct call *c, struct err *e);
enum st web_counselor(struct call *c, struct err *e); /* counselor.c */
enum st web_programs(struct call *c, struct err *e);

/* checkpoints, moderation */
enum st fill_skill_options(struct call *c, struct ui_rule_option **out, size_t *n, struct err *e);
enum st web_checkpoints(struct call *c, struct err *e);
enum st web_checkpoint_parse(struct call *c, struct command **out, struct err *e);
enum st web_checkpoint_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_checkpoint_print(struct call *c, struct err *e);
enum st web_checkpoint_enter(struct call *c, struct err *e);
enum st web_checkpoint_enter_parse(struct call *c, struct command **out, struct err *e);
enum st web_checkpoint_enter_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_calibration(struct call *c, struct err *e);
enum st web_moderation(struct call *c, struct err *e);
enum st web_moderation_session(struct call *c, struct err *e);
enum st web_moderation_parse(struct call *c, struct command **out, struct err *e);
enum st web_moderation_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_moderation_work_parse(struct call *c, struct command **out, struct err *e);
enum st web_moderation_work_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_moderation_score_parse(struct call *c, struct command **out, struct err *e);
enum st web_moderation_anchor_parse(struct call *c, struct command **out, struct err *e);
enum st web_moderation_anchor_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_moderation_score_reply(struct call *c, struct command *cmd, struct err *e);

enum st web_frameworks(struct call *c, struct err *e);
enum st web_framework_tree(struct call *c, struct err *e);
enum st web_framework_map(struct call *c, struct err *e);
enum st web_framework_skill(struct call *c, struct err *e);
enum st web_framework_edit(struct call *c, struct err *e);

/* reports, habits, transcripts */
const char *grade_number_words(struct call *c, int places, double x);
int64_t policy_number(const struct call *c, int64_t policy_id);       /* of a version, from 1 */
int64_t model_version_number(const struct call *c, int64_t model_id); /* the same */
const char *habit_words(struct call *c, const char *habit);
enum msg_id habit_mark_words(int32_t mark);
enum st web_habits(struct call *c, struct err *e);
enum st web_habits_parse(struct call *c, struct command **out, struct err *e);
enum st web_habits_reply(struct call *c, struct command *cmd, struct err *e);
enum st web_class_rules(struct call *c, struct err *e);
enum st web_class_rules_save(struct call *c, struct err *e);
enum st web_transcript(struct call *c, struct err *e);

/* shared by the pages of students, teachers and families */
enum st fill_today(struct call *c, const struct learner_scope *who, struct ui_today_view *t, struct err *e);
enum st fill_map(struct call *c, const struct learner_scope *who, const char *why_base, struct ui_map_group **groups,
                 size_t *n, int64_t *skills, int64_t *secure, struct err *e);
enum st fill_why(struct call *c, const struct learner_scope *who, int64_t competency_id, bool for_student,
                 struct ui_why_view *w, struct err *e);
/* about: progress/second_look.h, "" of a level */
enum st fill_looks(struct call *c, const struct learner_scope *who, int64_t competency_id, const char *about,
                   struct ui_why_view *w, struct err *e);
enum st fill_open_looks(struct call *c, int64_t class_id, struct ui_open_look *rows, size_t most, size_t *n,
                        struct err *e);
enum st fill_notice(struct call *c, int64_t learner_id, const char *name, struct ui_rules_line *out, struct err *e);
extern const struct ui_help_kind web_help_kinds[];
enum { WEB_HELP_KINDS = 4 };
enum msg_id help_kind_words(const char *code);
const char *new_client_id(struct call *c);
struct policy_effective;
enum st figure_words(struct call *c, struct tx *tx, const char *code, int64_t org_id, const struct policy_effective *v,
                     const char **out, struct err *e);
const char *drafters_words(struct call *c, const json_t *doc); /* NULL: nobody is named */
/* ?as_of=2026-03-01: the end of that school day; 0: now */
enum st query_as_of(struct call *c, int64_t *at_ms, const char **date, struct err *e);
struct next_item;
const char *rule_words(struct call *c, const struct mastery_rule *r); /* the rule as a sentence */
const char *reason_words(struct call *c, const struct next_item *n);
const char *card_words(struct call *c, const struct next_item *n);   /* short, and to whoever reads */
const char *item_address(struct call *c, const struct next_item *n); /* NULL: nothing is open */

#endif
