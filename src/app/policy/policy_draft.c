#include "policy/policy_draft.h"

#include <string.h>

#include "core/note.h"

static enum st run_put(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct policy_draft_cmd *d = (struct policy_draft_cmd *)command;
    struct policy_saved saved;
    struct stmt *q;
    TRY(policy_check(app, d->snapshot, tx, d->arena, &d->save, &saved, e));
    TRY(tx_stmt(tx, SQL_draft_rules_insert, &q, e));
    bind_i64(q, "draft_id", app_id(app));
    bind_i64(q, "org_id", d->save.scope_id);
    bind_text(q, "doc", d->save.doc);
    bind_text(q, "reason", d->save.reason);
    bind_i64(q, "author_id", d->save.recorder_id);
    bind_i64(q, "until_date", d->until_date);
    return stmt_run(q, NULL, e);
}

void draft_rules_ready(struct policy_draft_cmd *d)
{
    d->command.run = run_put;
    d->command.leaves_memory = true;
}

static enum st get(struct tx *tx, int64_t draft_id, struct stmt **q, struct err *e)
{
    bool row;
    TRY(tx_stmt(tx, SQL_draft_rules_get, q, e));
    bind_i64(*q, "draft_id", draft_id);
    TRY(stmt_step(*q, &row, e));
    return row ? ST_OK : err_fail(e, ST_NOT_FOUND, "err.not_found", "draft %lld", (long long)draft_id);
}

static enum st run_comment(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct draft_comment_cmd *d = (const struct draft_comment_cmd *)command;
    struct stmt *q;
    TRY(get(tx, d->draft_id, &q, e));
    if (col_i64(q, 3) < d->today || col_i64(q, 4))
        return err_fail(e, ST_INVALID, "draft.closed", "draft %lld is no longer open for comments",
                        (long long)d->draft_id);
    TRY(tx_stmt(tx, SQL_draft_comment_insert, &q, e));
    bind_i64(q, "comment_id", app_id(app));
    bind_i64(q, "draft_id", d->draft_id);
    bind_i64(q, "author_id", d->author_id);
    bind_text(q, "client_id", d->client_id);
    bind_text(q, "note", d->note);
    bind_text(q, "about", d->about && *d->about ? d->about : NULL);
    return stmt_run(q, NULL, e);
}

enum st draft_comment_check(struct draft_comment_cmd *d, struct err *e)
{
    TRY(client_id_check(d->client_id, e));
    TRY(note_check(d->note, e));
    if (d->about && *d->about && !setting_by_path(d->about))
        return err_fail(e, ST_INVALID, "draft.about_missing", "there is no setting %s", d->about);
    d->command.run = run_comment;
    d->command.leaves_memory = true;
    return ST_OK;
}

static enum st run_answer(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct draft_answer_cmd *d = (const struct draft_answer_cmd *)command;
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_draft_comment_answer, &q, e));
    bind_i64(q, "comment_id", d->comment_id);
    bind_text(q, "answer", d->answer);
    bind_i64(q, "user_id", d->user_id);
    bind_i64(q, "now_ms", app_now_ms(app));
    return stmt_run(q, NULL, e);
}

enum st draft_answer_check(struct draft_answer_cmd *d, struct err *e)
{
    TRY(note_check(d->answer, e));
    d->command.run = run_answer;
    d->command.leaves_memory = true;
    return ST_OK;
}

static enum st run_adopt(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct draft_adopt_cmd *d = (struct draft_adopt_cmd *)command;
    struct stmt *q;
    TRY(get(tx, d->draft_id, &q, e));
    if (col_i64(q, 4))
        return err_fail(e, ST_CONFLICT, "draft.closed", "draft %lld has been adopted", (long long)d->draft_id);
    if (col_i64(q, 3) >= d->today)
        return err_fail(e, ST_INVALID, "draft.still_open", "draft %lld is still open for comments",
                        (long long)d->draft_id);
    struct policy_save p = {.scope = col_i64(q, 0) ? SCOPE_SCHOOL : SCOPE_DISTRICT,
                            .scope_id = col_i64(q, 0),
                            .doc = arena_strdup(d->arena, col_text(q, 1)),
                            .reason = arena_strdup(d->arena, col_text(q, 2)),
                            .recorder_id = d->user_id};
    if (!p.doc || !p.reason) return err_fail(e, ST_NOMEM, "err.memory", "draft");
    bool row;
    TRY(tx_stmt(tx, SQL_draft_open_comments, &q, e));
    bind_i64(q, "draft_id", d->draft_id);
    TRY(stmt_step(q, &row, e));
    if (row && col_i64(q, 0))
        return err_fail(e, ST_INVALID, "draft.unanswered", "draft %lld: %lld comments have no answer yet",
                        (long long)d->draft_id, (long long)col_i64(q, 0));
    TRY(policy_save(app, d->snapshot, tx, d->arena, &p, &d->saved, e));
    TRY(tx_stmt(tx, SQL_draft_rules_adopt, &q, e));
    bind_i64(q, "policy_id", d->saved.policy_id);
    bind_i64(q, "draft_id", d->draft_id);
    return stmt_run(q, NULL, e);
}

void draft_adopt_ready(struct draft_adopt_cmd *d) { d->command.run = run_adopt; }
