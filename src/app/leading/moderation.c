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

static enum st run_score(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct moderation_score_cmd *m = (const struct moderation_score_cmd *)command;
    const char *note = m->note ? m->note : "";
    if (m->anchor)
        return sql_moderation_anchor(
            tx, &(struct sql_moderation_anchor_in){.work_id = m->work_id, .level = m->level, .note = note}, NULL, e);
    return sql_moderation_score_insert(tx,
                                       &(struct sql_moderation_score_insert_in){.work_id = m->work_id,
                                                                                .scorer_id = m->scorer_id,
                                                                                .level = m->level,
                                                                                .note = note,
                                                                                .now_ms = app_now_ms(app)},
                                       NULL, e);
}

enum st moderation_score_check(struct moderation_score_cmd *m, struct err *e)
{
    if (m->level >= LEVEL_COUNT)
        return err_fail(e, ST_INVALID, "observe.level_missing", "choose one of the four levels");
    if (m->anchor || (m->note && *m->note)) TRY(note_check(m->note, e));
    m->command.run = run_score;
    m->command.leaves_memory = true;
    return ST_OK;
}
