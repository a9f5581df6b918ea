/* Drafts of the rules: what would change, what staff say to it, and what the drafters answer. */
#include "policy/policy_draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "policy_page.h"

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
    const struct policy_version *now = policy_for_school(&c->snapshot->policy_index, org_id, c->now_ms);
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

static enum st fill_comments(struct call *c, int64_t draft_id, struct ui_draft_row *row, struct err *e)
{
    struct ui_draft_comment *list;
    struct stmt *q;
    TRY(call_alloc(c, COMMENTS_SHOWN * sizeof *list, (void **)&list, e));
    TRY(tx_stmt(&c->tx, SQL_draft_comment_list, &q, e));
    bind_i64(q, "draft_id", draft_id);
    for (bool more = true; row->comments_n < COMMENTS_SHOWN;) {
        TRY(stmt_step(q, &more, e));
        if (!more) break;
        list[row->comments_n++] =
            (struct ui_draft_comment){.comment_id = id_text(c, col_i64(q, 0)),
                                      .at = id_time_ms(col_i64(q, 0)),
                                      .by = arena_printf(c->arena, "%s %s", col_text(q, 4), col_text(q, 5)),
                                      .note = arena_strdup(c->arena, col_text(q, 1)),
                                      .answer = *col_text(q, 2) ? arena_strdup(c->arena, col_text(q, 2)) : NULL,
                                      .can_answer = row->can_lead};
        const struct setting *about = setting_by_path(col_text(q, 6));
        if (about) list[row->comments_n - 1].about = setting_words(page_lang(c), about);
    }
    row->comments = list;
    return ST_OK;
}

enum st web_drafts(struct call *c, struct err *e)
{
    struct page *p;
    struct stmt *q;
    struct ui_draft_row *rows;
    int64_t ids[DRAFTS_SHOWN], orgs[DRAFTS_SHOWN];
    const char *docs[DRAFTS_SHOWN];
    struct page_drafts page = {.client_id = new_client_id(c)};
    int32_t today = tz_date(c->snapshot->zone, c->now_ms);
    TRY(page_begin(c, "/drafts", &p, e));
    TRY(call_alloc(c, DRAFTS_SHOWN * sizeof *rows, (void **)&rows, e));
    TRY(tx_stmt(&c->tx, SQL_draft_rules_list, &q, e));
    for (bool more = true; page.rows_n < DRAFTS_SHOWN;) {
        char day[16];
        TRY(stmt_step(q, &more, e));
        if (!more) break;
        size_t i = page.rows_n++;
        ids[i] = col_i64(q, 0);
        orgs[i] = col_i64(q, 1);
        docs[i] = arena_strdup(c->arena, col_text(q, 2));
        if (!docs[i]) return err_fail(e, ST_NOMEM, "err.memory", "drafts");
        date_format((int32_t)col_i64(q, 4), day);
        rows[i] = (struct ui_draft_row){.draft_id = id_text(c, ids[i]),
                                        .at = id_time_ms(ids[i]),
                                        .reason = arena_strdup(c->arena, col_text(q, 3)),
                                        .by = arena_printf(c->arena, "%s %s", col_text(q, 6), col_text(q, 7)),
                                        .until = arena_strdup(c->arena, day),
                                        .open = !col_i64(q, 5) && col_i64(q, 4) >= today,
                                        .adopted = col_i64(q, 5) != 0,
                                        .can_lead = leads_org(c, orgs[i])};
    }
    for (size_t i = 0; i < page.rows_n; i++) {
        if (!rows[i].adopted) TRY(fill_changes(c, orgs[i], docs[i], &rows[i], e));
        TRY(fill_comments(c, ids[i], &rows[i], e));
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

enum st web_draft_comment_parse(struct call *c, struct command **out, struct err *e)
{
    struct draft_comment_cmd *d;
    const char *id = http_form(c->http, "draft_id", 0);
    TRY(call_alloc(c, sizeof *d, (void **)&d, e));
    *d = (struct draft_comment_cmd){.client_id = http_form(c->http, "client_id", 0),
                                    .note = http_form(c->http, "note", 0),
                                    .about = http_form(c->http, "about", 0),
                                    .author_id = c->who.user_id,
                                    .today = tz_date(c->snapshot->zone, c->now_ms)};
    if (!id || !id_parse(id, &d->draft_id)) return err_fail(e, ST_INVALID, "err.not_found", "draft_id must be an id");
    TRY(draft_comment_check(d, e));
    *out = &d->command;
    return ST_OK;
}

static enum st draft_org(struct call *c, struct tx *tx, int64_t draft_id, struct err *e)
{
    struct stmt *q;
    bool row;
    TRY(tx_stmt(tx, SQL_draft_rules_get, &q, e));
    bind_i64(q, "draft_id", draft_id);
    TRY(stmt_step(q, &row, e));
    if (row && leads_org(c, col_i64(q, 0))) return ST_OK;
    return err_fail(e, ST_DENIED, "err.denied", "user %lld may not settle draft %lld", (long long)c->who.user_id,
                    (long long)draft_id);
}

enum st web_draft_answer_parse(struct call *c, struct command **out, struct err *e)
{
    struct draft_answer_cmd *d;
    struct stmt *q;
    bool row;
    const char *id = http_form(c->http, "comment_id", 0);
    TRY(call_alloc(c, sizeof *d, (void **)&d, e));
    *d = (struct draft_answer_cmd){.answer = http_form(c->http, "answer", 0), .user_id = c->who.user_id};
    if (!id || !id_parse(id, &d->comment_id))
        return err_fail(e, ST_INVALID, "err.not_found", "comment_id must be an id");
    TRY(tx_stmt(&c->tx, SQL_draft_comment_of, &q, e));
    bind_i64(q, "comment_id", d->comment_id);
    TRY(stmt_step(q, &row, e));
    TRY(draft_org(c, &c->tx, row ? col_i64(q, 0) : 0, e));
    TRY(draft_answer_check(d, e));
    *out = &d->command;
    return ST_OK;
}

enum st web_drafts_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    call_redirect(c, "/drafts");
    return ST_OK;
}

enum st web_draft_adopt(struct call *c, struct err *e)
{
    struct conn *conn;
    struct tx tx;
    const char *id = http_form(c->http, "draft_id", 0);
    struct draft_adopt_cmd d = {.snapshot = c->snapshot,
                                .arena = c->arena,
                                .user_id = c->who.user_id,
                                .today = tz_date(c->snapshot->zone, c->now_ms)};
    if (!id || !id_parse(id, &d.draft_id)) return err_fail(e, ST_INVALID, "err.not_found", "draft_id must be an id");
    TRY(app_read_conn(c->app, &conn, e));
    TRY(tx_read(conn, c->snapshot->district_id, &tx, e));
    enum st st = draft_org(c, &tx, d.draft_id, e);
    tx_rollback(&tx);
    TRY(st);
    draft_adopt_ready(&d);
    TRY(writer_run(c->app, &d.command, e));
    TRY(snapshot_reload(c->app, conn, e));
    call_redirect(c, "/rules?saved=1#history");
    return ST_OK;
}
