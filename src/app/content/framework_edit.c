#include "content/framework_edit.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/note.h"
#include "base/id.h"

enum { NAME_BYTES = 200, CODE_BYTES = 60, LAST_POSITION = 100000, ALIGN_AFTER_MS = 60000 };

const char *framework_edit_code(enum framework_edit k)
{
    static const char *const codes[FRAMEWORK_EDITS] = {"add", "change", "link", "unlink", "align"};
    return k < FRAMEWORK_EDITS ? codes[k] : "";
}

static const struct competency *skill(const struct framework_cmd *f, int64_t id)
{
    return catalogue_competency(f->catalogue, id);
}

char *framework_words_json(const char *code, const char *name, const char *statement, const char *home)
{
    json_t *o = json_pack("{s:s,s:s,s:s,s:s}", "code", code, "name", name, "statement", statement, "try_at_home", home);
    char *s = o ? json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(o);
    return s;
}

/* *fresh false: the same form was sent before. */
static enum st put_on_record(struct app *app, struct tx *tx, struct framework_cmd *f, bool *fresh, struct err *e)
{
    struct stmt *q;
    int64_t rows = 0;
    const struct competency *k = skill(f, f->competency_id);
    char *before =
        f->kind == FRAMEWORK_CHANGE ? framework_words_json(k->code, k->name, k->statement, k->try_at_home) : NULL;
    char *after =
        f->kind <= FRAMEWORK_CHANGE ? framework_words_json(f->code, f->name, f->statement, f->try_at_home) : NULL;
    enum st st = tx_stmt(tx, SQL_framework_edit_insert, &q, e);
    if (st == ST_OK) {
        bind_i64(q, "edit_id", app_id(app));
        bind_i64(q, "framework_id", f->framework_id);
        bind_text(q, "client_id", f->client_id);
        bind_text(q, "kind", framework_edit_code(f->kind));
        bind_i64(q, "competency_id", f->kind == FRAMEWORK_ADD ? f->made_id : f->competency_id);
        bind_id(q, "other_id", f->other_id);
        bind_text(q, "before", before ? before : "");
        bind_text(q, "after", after ? after : "");
        bind_i64(q, "author_id", f->author_id);
        st = stmt_run(q, &rows, e);
    }
    free(before);
    free(after);
    *fresh = rows > 0;
    return st;
}

static enum st add(struct app *app, struct tx *tx, struct framework_cmd *f, struct err *e)
{
    struct stmt *q;
    char uri[80];
    const struct competency *parent = skill(f, f->competency_id);
    (void)app;
    snprintf(uri, sizeof uri, "urn:waymark:skill:%lld", (long long)f->made_id);
    TRY(tx_stmt(tx, SQL_skill_insert, &q, e));
    bind_i64(q, "competency_id", f->made_id);
    bind_i64(q, "framework_id", f->framework_id);
    bind_id(q, "parent_id", f->competency_id);
    bind_text(q, "uri", uri);
    bind_text(q, "code", f->code);
    bind_text(q, "statement", f->statement);
    bind_text(q, "name", f->name);
    bind_text(q, "grades", parent ? parent->grades : "");
    bind_i64(q, "position", LAST_POSITION);
    bind_text(q, "try_at_home", f->try_at_home);
    TRY(stmt_run(q, NULL, e));
    if (!f->course_id) return ST_OK;
    TRY(tx_stmt(tx, SQL_course_competency_insert, &q, e));
    bind_i64(q, "course_id", f->course_id);
    bind_i64(q, "competency_id", f->made_id);
    bind_i64(q, "position", LAST_POSITION);
    return stmt_run(q, NULL, e);
}

static enum st own_row(struct stmt *q, struct err *e)
{
    int64_t rows = 0;
    TRY(stmt_run(q, &rows, e));
    return rows ? ST_OK : err_fail(e, ST_DENIED, "framework.shared", "it comes from outside and is changed there");
}

static enum st change(struct tx *tx, const struct framework_cmd *f, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_skill_change, &q, e));
    bind_i64(q, "competency_id", f->competency_id);
    bind_text(q, "code", f->code);
    bind_text(q, "statement", f->statement);
    bind_text(q, "name", f->name);
    bind_text(q, "try_at_home", f->try_at_home);
    return own_row(q, e);
}

static enum st link_skills(struct app *app, struct tx *tx, const struct framework_cmd *f, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, f->kind == FRAMEWORK_LINK ? SQL_link_add : SQL_link_end, &q, e));
    bind_i64(q, "from_id", f->other_id);
    bind_i64(q, "to_id", f->competency_id);
    if (f->kind == FRAMEWORK_UNLINK) {
        bind_i64(q, "now_ms", app_now_ms(app));
        return own_row(q, e);
    }
    bind_i64(q, "link_id", app_id(app));
    return stmt_run(q, NULL, e);
}

/* From a minute ahead: by then every process that serves the district has read it, and what is stored is what a
 * rebuild gives. */
static enum st align(struct app *app, struct tx *tx, const struct framework_cmd *f, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_align_add, &q, e));
    bind_i64(q, "item_id", f->other_id);
    bind_i64(q, "version", catalogue_item(f->catalogue, f->other_id)->version);
    bind_i64(q, "competency_id", f->competency_id);
    bind_i64(q, "since_id", id_first_at(app_now_ms(app) + ALIGN_AFTER_MS));
    return stmt_run(q, NULL, e);
}

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct framework_cmd *f = (struct framework_cmd *)command;
    bool fresh;
    if (f->kind == FRAMEWORK_ADD) f->made_id = app_id(app);
    TRY(put_on_record(app, tx, f, &fresh, e));
    if (!fresh) return ST_OK;
    switch (f->kind) {
    case FRAMEWORK_ADD: return add(app, tx, f, e);
    case FRAMEWORK_CHANGE: return change(tx, f, e);
    case FRAMEWORK_LINK:
    case FRAMEWORK_UNLINK: return link_skills(app, tx, f, e);
    case FRAMEWORK_ALIGN: return align(app, tx, f, e);
    case FRAMEWORK_EDITS: break;
    }
    return err_fail(e, ST_BUG, "err.bug", "framework edit %d", (int)f->kind);
}

/* Does `from` need `to`, directly or through others? seen: a place for each competency. */
static bool needs(const struct catalogue *c, const struct competency *from, const struct competency *to, bool *seen)
{
    if (from == to) return true;
    seen[from - c->competencies] = true;
    for (size_t i = 0; i < from->prerequisite_count; i++)
        if (!seen[from->prerequisite[i]] && needs(c, &c->competencies[from->prerequisite[i]], to, seen)) return true;
    return false;
}

static enum st check_words(struct framework_cmd *f, struct err *e)
{
    if (!f->code) f->code = "";
    if (!f->try_at_home) f->try_at_home = "";
    if (!f->statement || !*f->statement) f->statement = f->name;
    TRY(note_check(f->name, e));
    TRY(note_check(f->statement, e));
    if (strlen(f->name) > NAME_BYTES || strlen(f->code) > CODE_BYTES || strlen(f->try_at_home) > NOTE_BYTES)
        return err_fail(e, ST_INVALID, "framework.long", "name: at most %d bytes, code: %d", NAME_BYTES, CODE_BYTES);
    return ST_OK;
}

static enum st check_link(const struct framework_cmd *f, const struct competency *k, struct err *e)
{
    const struct catalogue *c = f->catalogue;
    const struct competency *before = skill(f, f->other_id);
    if (!before) return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency %lld", (long long)f->other_id);
    for (size_t i = 0; f->kind == FRAMEWORK_LINK && i < k->prerequisite_count; i++)
        if (&c->competencies[k->prerequisite[i]] == before)
            return err_fail(e, ST_INVALID, "framework.linked", "the link is there already");
    bool *seen = calloc(c->competency_count, sizeof *seen);
    if (!seen) return err_fail(e, ST_NOMEM, "err.memory", "framework");
    bool round = f->kind == FRAMEWORK_LINK && needs(c, before, k, seen);
    free(seen);
    if (round)
        return err_fail(e, ST_INVALID, "framework.circle", "%lld needs %lld already", (long long)f->other_id,
                        (long long)f->competency_id);
    return ST_OK;
}

static enum st check_item(const struct framework_cmd *f, struct err *e)
{
    const struct item_ref *it = catalogue_item(f->catalogue, f->other_id);
    if (!it || !it->open) return err_fail(e, ST_NOT_FOUND, "err.no_item", "item %lld", (long long)f->other_id);
    for (size_t i = 0; i < it->competency_count; i++)
        if (it->competency_ids[i] == f->competency_id)
            return err_fail(e, ST_INVALID, "framework.aligned", "the item is aligned already");
    return ST_OK;
}

enum st framework_check(struct framework_cmd *f, struct err *e)
{
    const struct catalogue *c = f->catalogue;
    const struct competency *k = skill(f, f->competency_id);
    TRY(client_id_check(f->client_id, e));
    if (!k && (f->kind != FRAMEWORK_ADD || f->competency_id))
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency %lld", (long long)f->competency_id);
    if (k) f->framework_id = k->framework_id;
    if (!catalogue_framework(c, f->framework_id))
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "framework %lld", (long long)f->framework_id);
    if (f->course_id && !catalogue_course(c, f->course_id))
        return err_fail(e, ST_NOT_FOUND, "err.not_found", "course %lld", (long long)f->course_id);
    if (f->kind <= FRAMEWORK_CHANGE) TRY(check_words(f, e));
    if (f->kind == FRAMEWORK_LINK || f->kind == FRAMEWORK_UNLINK) TRY(check_link(f, k, e));
    if (f->kind == FRAMEWORK_ALIGN) TRY(check_item(f, e));
    f->command.run = run;
    f->command.leaves_memory = true;
    return ST_OK;
}
