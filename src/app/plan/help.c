#include "plan/help.h"

#include <string.h>

#include "core/hub.h"
#include "base/text.h"
#include "core/note.h"

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct help_cmd *h = (struct help_cmd *)command;
    struct stmt *q;
    bool row;
    TRY(tx_stmt(tx, SQL_help_insert, &q, e));
    bind_i64(q, "help_id", app_id(app));
    bind_i64(q, "learner_id", h->learner_id);
    bind_text(q, "client_id", h->client_id);
    bind_text(q, "kind", h->kind);
    bind_id(q, "item_id", h->item_id);
    bind_text(q, "note", h->note);
    TRY(stmt_run(q, NULL, e));
    TRY(tx_stmt(tx, SQL_help_find, &q, e));
    bind_i64(q, "learner_id", h->learner_id);
    bind_text(q, "client_id", h->client_id);
    TRY(stmt_step(q, &row, e));
    if (!row) return err_fail(e, ST_BUG, "err.bug", "help request vanished");
    h->help_id = col_i64(q, 0);
    if (strcmp(col_text(q, 1), h->kind) != 0 || strcmp(col_text(q, 3), h->note) != 0)
        return err_fail(e, ST_CONFLICT, "answer.client_id_reused", "client_id was used for another request");
    TRY(tx_stmt(tx, SQL_help_place, &q, e));
    bind_i64(q, "help_id", h->help_id);
    bind_i64(q, "learner_id", h->learner_id);
    TRY(stmt_step(q, &row, e));
    h->place = row ? col_i64(q, 0) : 1;
    if (app->hub) hub_stage(app->hub, h->learner_id, "help", "{}");
    return ST_OK;
}

enum st help_check(struct help_cmd *h, struct err *e)
{
    TRY(client_id_check(h->client_id, e));
    if (!h->note) h->note = "";
    if (strlen(h->note) > 2000) return err_fail(e, ST_INVALID, "help.note", "note: at most 2,000 bytes");
    h->command.run = run;
    h->command.leaves_memory = true;
    size_t n = h->kind ? strlen(h->kind) : 0;
    if (n < 1 || n > 32 || strspn(h->kind, "abcdefghijklmnopqrstuvwxyz_") != n)
        return err_fail(e, ST_INVALID, "help.kind", "kind must be a word such as hint, explain, check or talk");
    return ST_OK;
}

static enum st run_done(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct help_done_cmd *h = (struct help_done_cmd *)command;
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_help_answer, &q, e));
    bind_i64(q, "now_ms", app_now_ms(app));
    bind_i64(q, "user_id", h->teacher_id);
    bind_i64(q, "help_id", h->help_id);
    return stmt_run(q, NULL, e);
}

void help_done_init(struct help_done_cmd *h)
{
    h->command.run = run_done;
    h->command.leaves_memory = true;
}
