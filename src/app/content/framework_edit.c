#include "content/framework_edit.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/note.h"
#include "base/id.h"
#include "store/sql/content.h"
#include "store/sql/framework.h"

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
    int64_t rows = 0;
    const struct competency *k = skill(f, f->competency_id);
    char *before =
        f->kind == FRAMEWORK_CHANGE ? framework_words_json(k->code, k->name, k->statement, k->try_at_home) : NULL;
    char *after =
        f->kind <= FRAMEWORK_CHANGE ? framework_words_json(f->code, f->name, f->statement, f->try_at_home) : NULL;
    enum st st =
        sql_framework_edit_insert(tx,
                                  &(struct sql_framework_edit_insert_in){
                                      .edit_id = app_id(app),
                                      .framework_id = f->framework_id,
                                      .client_id = f->client_id,
                                      .kind = framework_edit_code(f->kind),
                                      .competency_id = f->kind == FRAMEWORK_ADD ? f->made_id : f->competency_id,
                                      .other_id = f->other_id,
                                      .before = before ? before : "",
                                      .after = after ? after : "",
                                      .author_id = f->author_id},
                                  &rows, e);
    free(before);
    free(after);
    *fresh = rows > 0;
    return st;
}

static enum st add(struct app *app, struct tx *tx, struct framework_cmd *f, struct err *e)
{
    char uri[80];
    const struct competency *parent = skill(f, f->competency_id);
    (void)app;
    snprintf(uri, sizeof uri, "urn:waymark:skill:%lld", (long long)f->made_id);
    TRY(sql_skill_insert(tx,
                         &(struct sql_skill_insert_in){.competency_id = f->made_id,
                                                       .framework_id = f->framework_id,
                                                       .parent_id = f->competency_id,
                                                       .uri = uri,
                                                       .code = f->code,
                                                       .statement = f->statement,
                                                       .name = f->name,
                                                       .grades = parent ? parent->grades : "",
                                                       .position = LAST_POSITION,
                                                       .try_at_home = f->try_at_home},
                         NULL, e));
    if (!f->course_id) return ST_OK;
    return sql_course_competency_insert(tx,
                                        &(struct sql_course_competency_insert_in){.course_id = f->course_id,
                                                                                  .competency_id = f->made_id,
                                                                                  .position = LAST_POSITION},
                                        NULL, e);
}

static enum st check_own(int64_t changed, struct err *e)
{
    return changed ? ST_OK : err_fail(e, ST_DENIED, "framework.shared", "it comes from outside and is changed there");
}

static enum st change(struct tx *tx, const struct framework_cmd *f, struct err *e)
{
    int64_t changed;
    TRY(sql_skill_change(tx,
                         &(struct sql_skill_change_in){.competency_id = f->competency_id,
                                                       .code = f->code,
                                                       .statement = f->statement,
                                                       .name = f->name,
                                                       .try_at_home = f->try_at_home},
                         &changed, e));
    return check_own(changed, e);
}

static enum st link_skills(struct app *app, struct tx *tx, const struct framework_cmd *f, struct err *e)
{
    int64_t changed;
    if (f->kind == FRAMEWORK_LINK)
        return sql_link_add(
            tx, &(struct sql_link_add_in){.link_id = app_id(app), .from_id = f->other_id, .to_id = f->competency_id},
            NULL, e);
    TRY(sql_link_end(
        tx, &(struct sql_link_end_in){.now_ms = app_now_ms(app), .from_id = f->other_id, .to_id = f->competency_id},
        &changed, e));
    return check_own(changed, e);
}

/* From a minute ahead: by then every process that serves the district has read it, and what is stored is what a
 * rebuild gives. */
static enum st align(struct app *app, struct tx *tx, const struct framework_cmd *f, struct err *e)
{
    return sql_align_add(tx,
                         &(struct sql_align_add_in){.item_id = f->other_id,
                                                    .version = catalogue_item(f->catalogue, f->other_id)->version,
                                                    .competency_id = f->competency_id,
                                                    .since_id = id_first_at(app_now_ms(app) + ALIGN_AFTER_MS)},
                         NULL, e);
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
