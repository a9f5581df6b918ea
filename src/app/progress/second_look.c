#include "progress/second_look.h"

#include <string.h>

#include "core/hub.h"
#include "core/note.h"

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct second_look_cmd *l = (struct second_look_cmd *)command;
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_look_insert, &q, e));
    bind_i64(q, "look_id", app_id(app));
    bind_i64(q, "learner_id", l->learner_id);
    bind_i64(q, "competency_id", l->competency_id);
    bind_i64(q, "asker_id", l->asker_id);
    bind_text(q, "client_id", l->client_id);
    bind_text(q, "note", l->note);
    bind_text(q, "about", l->about && *l->about ? l->about : NULL);
    TRY(stmt_run(q, NULL, e));
    if (app->hub) hub_stage(app->hub, l->learner_id, "help", "{}");
    return ST_OK;
}

static bool known(const char *about)
{
    enum { MOST = 40 };
    return !about || !*about || strcmp(about, "grade") == 0 || strcmp(about, "next") == 0 ||
           (strncmp(about, "pace:", 5) == 0 && about[5] && strlen(about) < MOST);
}

enum st second_look_check(struct second_look_cmd *l, struct err *e)
{
    TRY(client_id_check(l->client_id, e));
    if (!known(l->about))
        return err_fail(e, ST_INVALID, "err.not_found", "about is nothing, grade, next, or pace: and a requirement");
    TRY(note_check(l->note, e));
    l->command.run = run;
    l->command.leaves_memory = true;
    return ST_OK;
}

static enum st run_answer(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct second_look_answer_cmd *l = (struct second_look_answer_cmd *)command;
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_look_answer, &q, e));
    bind_text(q, "answer", l->answer);
    bind_i64(q, "user_id", l->teacher_id);
    bind_i64(q, "now_ms", app_now_ms(app));
    bind_i64(q, "look_id", l->look_id);
    return stmt_run(q, NULL, e);
}

enum st second_look_answer_check(struct second_look_answer_cmd *l, struct err *e)
{
    TRY(note_check(l->answer, e));
    l->command.run = run_answer;
    l->command.leaves_memory = true;
    return ST_OK;
}
