/* What personalized learning means here: the current policy, worded for the reader's role. */
#include "leading/barrier.h"

#include <string.h>

#include "base/json.h"
#include "frame/scale.h"
#include "frame/route.h"
#include "policy_page.h"
#include "store/sql/together.h"

static enum st fill_purposes(struct call *c, const struct policy_effective *v, int64_t org_id,
                             struct page_definition *page, struct err *e)
{
    struct ui_rule_purpose *rows;
    json_t *doc;
    TRY(json_read(c->arena, v->doc, strlen(v->doc), &doc, e));
    const json_t *list = json_object_get(doc, "purposes");
    TRY(call_alloc(c, (json_array_size(list) + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *p = json_array_get(list, i);
        struct ui_rule_purpose *row = &rows[page->purposes_n++];
        *row =
            (struct ui_rule_purpose){.id = "", .text = json_str(p, "text", ""), .measure = json_str(p, "measure", "")};
        TRY(figure_words(c, c->tx, json_str(p, "figure", ""), org_id, v, &row->now, e));
    }
    page->purposes = rows;
    page->drafters = drafters_words(c, doc);
    return ST_OK;
}

/* One sentence for each thing that a reader meets. */
static enum st fill_lines(struct call *c, const struct policy *p, struct page_definition *page, struct err *e)
{
    struct ui_definition_line *l;
    enum lang lang = page_lang(c);
    bool adult = c->relation != MAY_OWN_RECORD;
    TRY(call_alloc(c, 12 * sizeof *l, (void **)&l, e));
    size_t n = 0;
#define LINE(head_, words_) l[n++] = (struct ui_definition_line){msg(lang, head_), (words_)}
    LINE(MSG_definition_levels, rule_words(c, &p->rules[0]));
    LINE(MSG_definition_hints,
         msg(lang, p->rules[0].after_hint == AFTER_HINT_PRACTICE ? MSG_definition_hints_practice
                                                                 : MSG_definition_hints_not_alone));
    LINE(MSG_definition_review, SAY(c, MSG_definition_review_words, MSG_N("n", p->review_after_days)));
    if (policy_scale_is_own(p)) LINE(MSG_setting_grades_scale, scale_said(c, scale_levels_words, p));
    LINE(MSG_definition_grades,
         SAY(c, MSG_definition_grades_words, MSG_N("n", (int64_t)(p->incomplete_share * 100 + 0.5))));
    if (adult) LINE(MSG_definition_behind, SAY(c, MSG_definition_behind_words, MSG_N("n", p->behind_weeks)));
#undef LINE
    page->lines = l;
    page->lines_n = n;
    return ST_OK;
}

static enum st fill_readers(struct call *c, const struct policy_effective *v, int64_t org_id,
                            struct page_definition *page, struct err *e)
{
    struct sql_figure_row reader_count;
    bool row;
    if (c->relation == MAY_OWN_RECORD || c->relation == MAY_GUARDIAN_OF) return ST_OK;
    page->staff = true;
    if (c->relation == MAY_TEACHES) {
        TRY(sql_reader_has(c->tx, &(struct sql_reader_has_in){.policy_id = v->policy_id, .user_id = c->who.user_id},
                           &row, e));
        page->has_read = row;
        page->may_confirm = !row;
        page->policy_id = id_text(c, v->policy_id);
        return ST_OK;
    }
    TRY(sql_reader_count(c->tx, &(struct sql_reader_count_in){.policy_id = v->policy_id, .org_id = org_id},
                         &reader_count, &row, e));
    if (row)
        page->readers = SAY(c, MSG_definition_readers, MSG_N("n", reader_count.part), MSG_N("all", reader_count.total));
    return ST_OK;
}

static enum st web_definition(struct call *c, struct err *e)
{
    struct page *p;
    int64_t org_id;
    TRY(page_begin(c, "/definition", &p, e));
    TRY(reader_school(c, c->tx, &org_id, e));
    const struct policy_effective *v = policy_for_school(&c->snapshot->policy_index, org_id, c->now_ms);
    struct page_definition page = {.school = c->snapshot->name,
                                   .since = v->effective_at_ms,
                                   .reason = *v->reason ? v->reason : NULL,
                                   .lead =
                                       msg(page_lang(c), c->relation == MAY_OWN_RECORD    ? MSG_definition_lead_student
                                                         : c->relation == MAY_GUARDIAN_OF ? MSG_definition_lead_family
                                                                                          : MSG_definition_lead_staff)};
    if (v->recorder_id) {
        struct actor who;
        TRY(actor_load(c->tx, v->recorder_id, &who, e));
        page.by = arena_printf(c->arena, "%s %s", who.given_name, who.family_name);
    }
    TRY(fill_purposes(c, v, org_id, &page, e));
    TRY(fill_lines(c, &v->policy, &page, e));
    TRY(fill_readers(c, v, org_id, &page, e));
    return page_end(p, page_definition(&p->html, &p->ctx, &page), e);
}

struct web_policy_read {
    struct record_cmd cmd;
    struct fact_policy_read read;
};

static enum st web_definition_read_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_policy_read *r;
    const char *id = http_form(c->http, "policy_id", 0);
    TRY(call_alloc(c, sizeof *r, (void **)&r, e));
    if (!id || !id_parse(id, &r->read.policy_id) ||
        !policy_version_by_id(&c->snapshot->policy_index, r->read.policy_id))
        return err_fail(e, ST_INVALID, "err.not_found", "policy_id names no version");
    /* once is enough: the id of the request is that of the version */
    TRY(call_record(c, &r->cmd, &fact_policy_read, c->who.user_id, arena_printf(c->arena, "policy-%s", id), &r->read,
                    e));
    *out = &r->cmd.command;
    return ST_OK;
}

static enum st web_definition_read_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    call_redirect(c, "/definition");
    return ST_OK;
}

const struct route definition_routes[] = {
    GET("/definition", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | LEADERS | MAY_COUNSELS | MAY_SEES_PROGRAMS,
        web_definition, .menu = MENU_MY_WORK | MENU_LIBRARY | MENU_HOW_WE_WORK, .title = MSG_nav_definition,
        .summary = "What personalized learning means here"),
    WRITE("/definition/read", MAY_TEACHES, web_definition_read_parse, web_definition_read_reply,
          .summary = "A teacher has read the version in force", .sample = "policy_id={policy}"),
    {0},
};
