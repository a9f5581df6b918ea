#include "leading/together.h"

#include <string.h>

#include "core/note.h"
#include "base/text.h"
#include "store/sql/together.h"

const char *const barrier_kinds[BARRIER_KINDS] = {"policy",   "schedule",   "money",
                                                  "staffing", "curriculum", "accountability"};

static enum st run_reader(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct reader_cmd *r = (const struct reader_cmd *)command;
    return sql_reader_add(
        tx, &(struct sql_reader_add_in){.policy_id = r->policy_id, .user_id = r->user_id, .now_ms = app_now_ms(app)},
        NULL, e);
}

void reader_ready(struct reader_cmd *r)
{
    r->command.run = run_reader;
    r->command.leaves_memory = true;
}

static enum st run_barrier(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct barrier_cmd *b = (const struct barrier_cmd *)command;
    return sql_barrier_insert(tx,
                              &(struct sql_barrier_insert_in){.barrier_id = app_id(app),
                                                              .org_id = b->org_id,
                                                              .kind = b->kind,
                                                              .note = b->note,
                                                              .filer_id = b->filer_id,
                                                              .client_id = b->client_id},
                              NULL, e);
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
    TRY(sql_barrier_own(
        tx, &(struct sql_barrier_own_in){.barrier_id = b->barrier_id, .owner = b->owner, .due_date = b->due_date}, NULL,
        e));
    if (!b->answer || !*b->answer) return ST_OK;
    return sql_barrier_answer(
        tx,
        &(struct sql_barrier_answer_in){
            .barrier_id = b->barrier_id, .answer = b->answer, .user_id = b->user_id, .now_ms = app_now_ms(app)},
        NULL, e);
}

enum st barrier_answer_check(struct barrier_answer_cmd *b, struct err *e)
{
    TRY(note_check(b->owner, e));
    if (b->answer && *b->answer) TRY(note_check(b->answer, e));
    b->command.run = run_answer;
    b->command.leaves_memory = true;
    return ST_OK;
}
