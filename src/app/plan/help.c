#include "plan/help.h"

#include <string.h>

#include "core/hub.h"
#include "base/text.h"
#include "core/note.h"
#include "store/sql/answer.h"

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct help_cmd *h = (struct help_cmd *)command;
    struct sql_help_find_row help;
    struct sql_help_place_row help_place;
    bool row;
    TRY(sql_help_insert(tx,
                        &(struct sql_help_insert_in){.help_id = app_id(app),
                                                     .learner_id = h->learner_id,
                                                     .client_id = h->client_id,
                                                     .kind = h->kind,
                                                     .item_id = h->item_id,
                                                     .note = h->note},
                        NULL, e));
    TRY(sql_help_find(tx, &(struct sql_help_find_in){.learner_id = h->learner_id, .client_id = h->client_id}, &help,
                      &row, e));
    if (!row) return err_fail(e, ST_BUG, "err.bug", "help request vanished");
    h->help_id = help.help_id;
    if (strcmp(help.kind, h->kind) != 0 || strcmp(help.note, h->note) != 0)
        return err_fail(e, ST_CONFLICT, "answer.client_id_reused", "client_id was used for another request");
    TRY(sql_help_place(tx, &(struct sql_help_place_in){.help_id = h->help_id, .learner_id = h->learner_id}, &help_place,
                       &row, e));
    h->place = row ? help_place.count : 1;
    if (app->hub) hub_publish(app->hub, h->learner_id, "help", "{}");
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
    return sql_help_answer(
        tx, &(struct sql_help_answer_in){.now_ms = app_now_ms(app), .user_id = h->teacher_id, .help_id = h->help_id},
        NULL, e);
}

void help_done_init(struct help_done_cmd *h)
{
    h->command.run = run_done;
    h->command.leaves_memory = true;
}
