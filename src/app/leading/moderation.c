#include "leading/moderation.h"

#include <string.h>

#include "core/note.h"
#include "policy/snapshot.h"
#include "store/sql/rigor.h"

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct moderation_cmd *m = (struct moderation_cmd *)command;
    m->moderation_id = app_id(app);
    return sql_moderation_insert(tx,
                                 &(struct sql_moderation_insert_in){.moderation_id = m->moderation_id,
                                                                    .client_id = m->client_id,
                                                                    .org_id = m->org_id,
                                                                    .competency_id = m->competency_id,
                                                                    .title = m->title,
                                                                    .author_id = m->author_id},
                                 NULL, e);
}

enum st moderation_check(const struct snapshot *s, struct moderation_cmd *m, struct err *e)
{
    TRY(client_id_check(m->client_id, e));
    TRY(note_check(m->title, e));
    if (!catalogue_competency(&s->catalogue, m->competency_id))
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency %lld", (long long)m->competency_id);
    m->command.run = run;
    m->command.leaves_memory = true;
    return ST_OK;
}

static enum st run_work(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct moderation_work_cmd *m = (const struct moderation_work_cmd *)command;
    return sql_moderation_work_insert(tx,
                                      &(struct sql_moderation_work_insert_in){.work_id = app_id(app),
                                                                              .moderation_id = m->moderation_id,
                                                                              .client_id = m->client_id,
                                                                              .body = m->body,
                                                                              .author_id = m->author_id},
                                      NULL, e);
}

enum st moderation_work_check(struct moderation_work_cmd *m, struct err *e)
{
    TRY(client_id_check(m->client_id, e));
    TRY(note_check(m->body, e));
    m->command.run = run_work;
    m->command.leaves_memory = true;
    return ST_OK;
}

static enum st run_anchor(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    (void)app;
    const struct moderation_anchor_cmd *m = (const struct moderation_anchor_cmd *)command;
    return sql_moderation_anchor(
        tx, &(struct sql_moderation_anchor_in){.work_id = m->work_id, .level = m->level, .note = m->note}, NULL, e);
}

enum st moderation_level_check(int64_t level, const char *note, bool anchor, struct err *e)
{
    if (level < 0 || level >= LEVEL_COUNT)
        return err_fail(e, ST_INVALID, "observe.level_missing", "choose one of the four levels");
    return anchor || (note && *note) ? note_check(note, e) : ST_OK;
}

enum st moderation_anchor_check(struct moderation_anchor_cmd *m, struct err *e)
{
    TRY(moderation_level_check(m->level, m->note, true, e));
    m->command.run = run_anchor;
    m->command.leaves_memory = true;
    return ST_OK;
}
