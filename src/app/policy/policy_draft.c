#include "policy/policy_draft.h"

#include <string.h>

#include "core/note.h"
#include "store/sql/together.h"

static enum st run_put(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct policy_draft_cmd *d = (struct policy_draft_cmd *)command;
    struct policy_saved saved;
    const int64_t now = app_now_ms(app);
    const struct policy_effective *current = policy_for_school(&d->snapshot->policy_index, d->save.scope_id, now);
    TRY(policy_check(app, d->snapshot, tx, d->arena, &d->save, &saved, e));
    return sql_draft_rules_insert(tx,
                                  &(struct sql_draft_rules_insert_in){.draft_id = app_id(app),
                                                                      .org_id = d->save.scope_id,
                                                                      .doc = d->save.doc,
                                                                      .reason = d->save.reason,
                                                                      .author_id = d->save.recorder_id,
                                                                      .until_date = tz_date(d->snapshot->zone, now) +
                                                                                    current->policy.comment_days},
                                  NULL, e);
}

void draft_rules_ready(struct policy_draft_cmd *d)
{
    d->command.run = run_put;
    d->command.leaves_memory = true;
}

static enum st get(struct tx *tx, int64_t draft_id, struct sql_draft_rules_get_row *r, struct err *e)
{
    bool found;
    TRY(sql_draft_rules_get(tx, draft_id, r, &found, e));
    return found ? ST_OK : err_fail(e, ST_NOT_FOUND, "err.not_found", "draft %lld", (long long)draft_id);
}

enum st draft_comment_check(const struct fact_policy_commented *k, struct err *e)
{
    TRY(note_check(k->note, e));
    if (k->setting && *k->setting && !setting_by_path(k->setting))
        return err_fail(e, ST_INVALID, "draft.about_missing", "there is no setting %s", k->setting);
    return ST_OK;
}

enum st draft_is_open(struct tx *tx, const struct record_cmd *c, struct err *e)
{
    const struct fact_policy_commented *k = c->list[0].fields;
    struct sql_draft_rules_get_row r;
    TRY(get(tx, k->draft_id, &r, e));
    if (r.until_date >= c->list[0].school_date && !r.policy_id) return ST_OK;
    return err_fail(e, ST_INVALID, "draft.closed", "draft %lld is no longer open for comments", (long long)k->draft_id);
}

static enum st run_adopt(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct sql_draft_open_comments_row draft_open_comments;
    struct draft_adopt_cmd *d = (struct draft_adopt_cmd *)command;
    struct sql_draft_rules_get_row r;
    TRY(get(tx, d->draft_id, &r, e));
    if (r.policy_id)
        return err_fail(e, ST_CONFLICT, "draft.closed", "draft %lld has been adopted", (long long)d->draft_id);
    if (r.until_date >= d->today)
        return err_fail(e, ST_INVALID, "draft.still_open", "draft %lld is still open for comments",
                        (long long)d->draft_id);
    struct policy_save p = {.scope = r.org_id ? SCOPE_SCHOOL : SCOPE_DISTRICT,
                            .scope_id = r.org_id,
                            .doc = arena_strdup(d->arena, r.doc),
                            .reason = arena_strdup(d->arena, r.reason),
                            .recorder_id = d->user_id};
    if (!p.doc || !p.reason) return err_fail(e, ST_NOMEM, "err.memory", "draft");
    bool row;
    TRY(sql_draft_open_comments(tx, &(struct sql_draft_open_comments_in){.org_id = r.org_id, .draft_id = d->draft_id},
                                &draft_open_comments, &row, e));
    if (row && draft_open_comments.count)
        return err_fail(e, ST_INVALID, "draft.unanswered", "draft %lld: %lld comments have no answer yet",
                        (long long)d->draft_id, (long long)draft_open_comments.count);
    TRY(policy_is_latest(d->snapshot, tx, e));
    TRY(policy_save(app, d->snapshot, tx, d->arena, &p, &d->saved, e));
    return sql_draft_rules_adopt(
        tx, &(struct sql_draft_rules_adopt_in){.policy_id = d->saved.policy_id, .draft_id = d->draft_id}, NULL, e);
}

void draft_adopt_ready(struct draft_adopt_cmd *d) { d->command.run = run_adopt; }
