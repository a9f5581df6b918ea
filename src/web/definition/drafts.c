/* Drafts of the rules: what would change, what staff say to it, and what the drafters answer. */
#include "policy/policy_draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "core/note.h"
#include "base/json.h"
#include "policy_page.h"
#include "store/sql/together.h"
#include "frame/route.h"

enum { DRAFTS_SHOWN = 20, COMMENTS_SHOWN = 200 };

/* The settings that it would change, each once: what a comment may be about. */
static enum st fill_subjects(struct call *c, const struct policy_change *changes, size_t n, struct ui_draft_row *row,
                             struct err *e)
{
    struct ui_rule_option *list;
    TRY(call_alloc(c, (n + 1) * sizeof *list, (void **)&list, e));
    for (size_t i = 0; i < n; i++) {
        const char *path = changes[i].setting ? rules_field(c, changes[i].setting) : NULL;
        for (size_t k = 0; path && k < row->subjects_n; k++)
            if (str_eq(list[k].value, path)) path = NULL;
        if (path)
            list[row->subjects_n++] =
                (struct ui_rule_option){path, setting_words(page_lang(c), changes[i].setting), false};
    }
    row->subjects = list;
    return ST_OK;
}

/* What a draft would change in what is in force now; nothing when it no longer fits. */
static enum st fill_changes(struct call *c, int64_t org_id, const char *text, struct ui_draft_row *row, struct err *e)
{
    const struct policy_effective *now = policy_for_school(&c->snapshot->policy_index, org_id, c->now_ms);
    struct policy after = {0};
    struct policy_change *changes;
    struct err why;
    size_t n;
    json_t *doc = json_loads(text, 0, NULL), *before = json_loads(now->doc, 0, NULL), *both = policy_merge(before, doc);
    enum st st = both ? policy_from_json(both, &after, &why) : ST_NOMEM;
    json_decref(doc);
    json_decref(before);
    json_decref(both);
    if (st != ST_OK) return ST_OK;
    TRY(policy_diff(c->arena, &now->policy, &after, &changes, &n, e));
    row->changes_n = n;
    TRY(fill_subjects(c, changes, n, row, e));
    return rules_changes(c, changes, n, &row->changes, e);
}

static enum st fill_comments(struct call *c, int64_t org_id, int64_t draft_id, struct ui_draft_row *row, struct err *e)
{
    struct ui_draft_comment *list;
    struct sql_draft_comment_list_row r;
    struct rows rows;
    TRY(call_alloc(c, COMMENTS_SHOWN * sizeof *list, (void **)&list, e));
    TRY(sql_draft_comment_list(c->tx, &(struct sql_draft_comment_list_in){.org_id = org_id, .draft_id = draft_id},
                               &rows, e));
    while (row->comments_n < COMMENTS_SHOWN && sql_draft_comment_list_next(&rows, &r)) {
        list[row->comments_n++] =
            (struct ui_draft_comment){.comment_id = id_text(c, r.comment_id),
                                      .at = id_time_ms(r.comment_id),
                                      .by = arena_printf(c->arena, "%s %s", r.given_name, r.family_name),
                                      .note = arena_strdup(c->arena, r.note),
                                      .answer = *r.answer ? arena_strdup(c->arena, r.answer) : NULL,
                                      .can_answer = row->can_lead};
        const struct setting *about = setting_by_path(r.setting);
        if (about) list[row->comments_n - 1].about = setting_words(page_lang(c), about);
    }
    TRY(rows_end(&rows));
    row->comments = list;
    return ST_OK;
}

static enum st web_drafts(struct call *c, struct err *e)
{
    struct page *p;
    struct sql_draft_rules_list_row r;
    struct rows stored;
    struct ui_draft_row *rows;
    int64_t ids[DRAFTS_SHOWN], orgs[DRAFTS_SHOWN];
    const char *docs[DRAFTS_SHOWN];
    struct page_drafts page = {.client_id = new_client_id(c)};
    int32_t today = tz_date(c->snapshot->zone, c->now_ms);
    TRY(page_begin(c, "/drafts", &p, e));
    TRY(call_alloc(c, DRAFTS_SHOWN * sizeof *rows, (void **)&rows, e));
    TRY(sql_draft_rules_list(c->tx, &stored, e));
    while (page.rows_n < DRAFTS_SHOWN && sql_draft_rules_list_next(&stored, &r)) {
        char day[16];
        size_t i = page.rows_n++;
        ids[i] = r.draft_id;
        orgs[i] = r.org_id;
        docs[i] = arena_strdup(c->arena, r.doc);
        if (!docs[i]) return err_fail(e, ST_NOMEM, "err.memory", "drafts");
        date_format((int32_t)r.until_date, day);
        rows[i] = (struct ui_draft_row){.draft_id = id_text(c, ids[i]),
                                        .at = id_time_ms(ids[i]),
                                        .reason = arena_strdup(c->arena, r.reason),
                                        .by = arena_printf(c->arena, "%s %s", r.given_name, r.family_name),
                                        .until = arena_strdup(c->arena, day),
                                        .open = !r.policy_id && r.until_date >= today,
                                        .adopted = r.policy_id != 0,
                                        .can_lead = leads_org(c, orgs[i])};
    }
    TRY(rows_end(&stored));
    for (size_t i = 0; i < page.rows_n; i++) {
        if (!rows[i].adopted) TRY(fill_changes(c, orgs[i], docs[i], &rows[i], e));
        TRY(fill_comments(c, orgs[i], ids[i], &rows[i], e));
        int64_t waiting = 0;
        for (size_t k = 0; k < rows[i].comments_n; k++) waiting += rows[i].comments[k].answer == NULL;
        rows[i].may_adopt = rows[i].can_lead && !rows[i].adopted && !rows[i].open && !waiting;
        if (rows[i].can_lead && !rows[i].adopted && !rows[i].may_adopt)
            rows[i].not_yet = rows[i].open ? SAY(c, MSG_draft_not_before, MSG_T("day", rows[i].until))
                                           : SAY(c, MSG_draft_first_answer, MSG_N("n", waiting));
    }
    page.rows = rows;
    return page_end(p, page_drafts(&p->html, &p->ctx, &page), e);
}

/* The school of a draft, 0 the district. err ST_NOT_FOUND */
static enum st draft_org(struct call *c, struct tx *tx, int64_t draft_id, int64_t *org_id, struct err *e)
{
    struct sql_draft_rules_get_row r;
    bool found;
    (void)c;
    TRY(sql_draft_rules_get(tx, draft_id, &r, &found, e));
    *org_id = r.org_id;
    return found ? ST_OK : err_fail(e, ST_NOT_FOUND, "err.not_found", "there is no draft %lld", (long long)draft_id);
}

/* Only for whoever leads the school. */
static enum st draft_led(struct call *c, struct tx *tx, int64_t draft_id, int64_t *org_id, struct err *e)
{
    TRY(draft_org(c, tx, draft_id, org_id, e));
    if (leads_org(c, *org_id)) return ST_OK;
    return err_fail(e, ST_DENIED, "err.denied", "user %lld may not settle draft %lld", (long long)c->who.user_id,
                    (long long)draft_id);
}

struct web_comment {
    struct record_cmd cmd;
    struct fact_policy_commented comment;
};

static enum st web_draft_comment_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_comment *k;
    int64_t org_id;
    const char *id = http_form(c->http, "draft_id", 0);
    TRY(call_alloc(c, sizeof *k, (void **)&k, e));
    if (!id || !id_parse(id, &k->comment.draft_id))
        return err_fail(e, ST_INVALID, "err.not_found", "draft_id must be an id");
    k->comment.note = http_form(c->http, "note", 0);
    k->comment.setting = http_form(c->http, "about", 0);
    TRY(draft_comment_check(&k->comment, e));
    TRY(draft_org(c, c->tx, k->comment.draft_id, &org_id, e));
    k->cmd.check = draft_is_open;
    TRY(call_record(c, &k->cmd, &fact_policy_commented, org_id, http_form(c->http, "client_id", 0), &k->comment, e));
    *out = &k->cmd.command;
    return ST_OK;
}

struct web_comment_answer {
    struct record_cmd cmd;
    struct fact_policy_comment_answered answered;
};

static enum st web_draft_answer_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_comment_answer *a;
    struct sql_draft_comment_of_row r;
    bool found;
    int64_t draft_id, org_id;
    const char *id = http_form(c->http, "comment_id", 0), *draft = http_form(c->http, "draft_id", 0);
    TRY(call_alloc(c, sizeof *a, (void **)&a, e));
    if (!id || !id_parse(id, &a->answered.comment_id) || !draft || !id_parse(draft, &draft_id))
        return err_fail(e, ST_INVALID, "err.not_found", "comment_id and draft_id must be ids");
    TRY(draft_led(c, c->tx, draft_id, &org_id, e));
    TRY(sql_draft_comment_of(c->tx,
                             &(struct sql_draft_comment_of_in){.org_id = org_id, .comment_id = a->answered.comment_id},
                             &r, &found, e));
    if (!found || r.draft_id != draft_id)
        return err_fail(e, ST_NOT_FOUND, "err.not_found", "there is no such comment on the draft");
    a->answered.answer = http_form(c->http, "answer", 0);
    TRY(note_check(a->answered.answer, e));
    TRY(call_record(c, &a->cmd, &fact_policy_comment_answered, org_id, http_form(c->http, "client_id", 0), &a->answered,
                    e));
    *out = &a->cmd.command;
    return ST_OK;
}

static enum st web_drafts_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    call_redirect(c, "/drafts");
    return ST_OK;
}

static enum st web_draft_adopt(struct call *c, struct err *e)
{
    struct conn *conn;
    struct tx *tx;
    const char *id = http_form(c->http, "draft_id", 0);
    struct draft_adopt_cmd d = {.snapshot = c->snapshot,
                                .arena = c->arena,
                                .user_id = c->who.user_id,
                                .today = tz_date(c->snapshot->zone, c->now_ms)};
    if (!id || !id_parse(id, &d.draft_id)) return err_fail(e, ST_INVALID, "err.not_found", "draft_id must be an id");
    TRY(app_read_conn(c->app, &conn, e));
    TRY(tx_read(conn, c->snapshot->district_id, &tx, e));
    int64_t org_id;
    enum st st = draft_led(c, tx, d.draft_id, &org_id, e);
    tx_rollback(tx);
    TRY(st);
    draft_adopt_ready(&d);
    TRY(writer_run(c->app, &d.command, e));
    TRY(snapshot_reload(c->app, conn, e));
    call_redirect(c, "/rules?saved=1#history");
    return ST_OK;
}

const struct route drafts_routes[] = {
    GET("/drafts", LEADERS | MAY_TEACHES, web_drafts, .menu = MENU_WORK | MENU_VOICES, .title = MSG_nav_drafts,
        .summary = "Drafts of the rules, with comments and answers"),
    WRITE("/drafts/comment", LEADERS | MAY_TEACHES, web_draft_comment_parse, web_drafts_reply,
          .summary = "Comment on a draft", .sample = "client_id={new}&draft_id={draft}&note=yes"),
    WRITE("/drafts/answer", RULERS, web_draft_answer_parse, web_drafts_reply, .summary = "Answer a comment",
          .sample = "client_id={new}&draft_id={draft}&comment_id={comment}&answer=thank+you"),
    WORK("/drafts/adopt", RULERS, web_draft_adopt, .summary = "Make a draft a version of the rules",
         .sample = "draft_id={settled}"),
    {0},
};
