#include "leading/together.h"

#include <string.h>

#include "core/note.h"
#include "base/text.h"

const char *const barrier_kinds[BARRIER_KINDS] = {"policy",   "schedule",   "money",
                                                  "staffing", "curriculum", "accountability"};

static enum st run_reader(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct reader_cmd *r = (const struct reader_cmd *)command;
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_reader_add, &q, e));
    bind_i64(q, "policy_id", r->policy_id);
    bind_i64(q, "user_id", r->user_id);
    bind_i64(q, "now_ms", app_now_ms(app));
    return stmt_run(q, NULL, e);
}

void reader_ready(struct reader_cmd *r)
{
    r->command.run = run_reader;
    r->command.leaves_memory = true;
}

static enum st run_barrier(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct barrier_cmd *b = (const struct barrier_cmd *)command;
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_barrier_insert, &q, e));
    bind_i64(q, "barrier_id", app_id(app));
    bind_i64(q, "org_id", b->org_id);
    bind_text(q, "kind", b->kind);
    bind_text(q, "note", b->note);
    bind_i64(q, "filer_id", b->filer_id);
    bind_text(q, "client_id", b->client_id);
    return stmt_run(q, NULL, e);
}

enum st barrier_check(struct barrier_cmd *b, struct err *e)
{
    bool known = false;
    TRY(client_id_check(b->client_id, e));
    TRY(note_check(b->note, e));
    for (size_t i = 0; i < BARRIER_KINDS; i++) known = known || str_eq(b->kind, barrier_kinds[i]);
    if (!known)
        return err_fail(e, ST_INVALID, "barrier.kind_unknown",
                        "kind is one of policy, schedule, money, staffing, curriculum, accountability");
    b->command.run = run_barrier;
    b->command.leaves_memory = true;
    return ST_OK;
}

static enum st run_answer(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct barrier_answer_cmd *b = (const struct barrier_answer_cmd *)command;
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_barrier_own, &q, e));
    bind_i64(q, "barrier_id", b->barrier_id);
    bind_text(q, "owner", b->owner);
    bind_id(q, "due_date", b->due_date);
    TRY(stmt_run(q, NULL, e));
    if (!b->answer || !*b->answer) return ST_OK;
    TRY(tx_stmt(tx, SQL_barrier_answer, &q, e));
    bind_i64(q, "barrier_id", b->barrier_id);
    bind_text(q, "answer", b->answer);
    bind_i64(q, "user_id", b->user_id);
    bind_i64(q, "now_ms", app_now_ms(app));
    return stmt_run(q, NULL, e);
}

enum st barrier_answer_check(struct barrier_answer_cmd *b, struct err *e)
{
    TRY(note_check(b->owner, e));
    if (b->answer && *b->answer) TRY(note_check(b->answer, e));
    b->command.run = run_answer;
    b->command.leaves_memory = true;
    return ST_OK;
}
