#include "leading/moderation.h"

#include <string.h>

#include "core/note.h"
#include "policy/snapshot.h"

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct moderation_cmd *m = (struct moderation_cmd *)command;
    m->moderation_id = app_id(app);
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_moderation_insert, &q, e));
    bind_i64(q, "moderation_id", m->moderation_id);
    bind_text(q, "client_id", m->client_id);
    bind_i64(q, "org_id", m->org_id);
    bind_i64(q, "competency_id", m->competency_id);
    bind_text(q, "title", m->title);
    bind_i64(q, "author_id", m->author_id);
    return stmt_run(q, NULL, e);
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
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_moderation_work_insert, &q, e));
    bind_i64(q, "work_id", app_id(app));
    bind_i64(q, "moderation_id", m->moderation_id);
    bind_text(q, "client_id", m->client_id);
    bind_text(q, "body", m->body);
    bind_i64(q, "author_id", m->author_id);
    return stmt_run(q, NULL, e);
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
    struct stmt *q;
    TRY(tx_stmt(tx, m->anchor ? SQL_moderation_anchor : SQL_moderation_score_insert, &q, e));
    bind_i64(q, "work_id", m->work_id);
    bind_i64(q, "level", m->level);
    bind_text(q, "note", m->note ? m->note : "");
    if (!m->anchor) {
        bind_i64(q, "scorer_id", m->scorer_id);
        bind_i64(q, "now_ms", app_now_ms(app));
    }
    return stmt_run(q, NULL, e);
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
