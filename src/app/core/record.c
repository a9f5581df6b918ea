#include "core/record.h"

#include <stdlib.h>
#include <string.h>

#include "core/app.h"
#include "core/hub.h"
#include "core/note.h"

/* The facts of a whole batch, one after the other, with what is known under their keys. */
struct batch {
    struct record **records;
    struct fact_lookup *found;
    size_t count;
};

static size_t count_all(struct command **cmds, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += ((struct record_cmd *)cmds[i])->count;
    return count;
}

static enum st load(struct tx *tx, struct batch *b, struct command **cmds, size_t n, struct err *e)
{
    b->records = calloc(b->count, sizeof *b->records);
    b->found = calloc(b->count, sizeof *b->found);
    if (!b->records || !b->found) return err_fail(e, ST_NOMEM, "err.memory", "facts");
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        struct record_cmd *c = (struct record_cmd *)cmds[i];
        for (size_t k = 0; k < c->count; k++, at++) {
            struct record *r = &c->list[k];
            b->records[at] = r;
            b->found[at] = (struct fact_lookup){
                .kind = r->kind, .subject_id = r->subject_id, .recorder_id = r->recorder_id, .client_id = r->client_id};
        }
    }
    return facts_find(tx, b->found, b->count, e);
}

/* The same key earlier in this batch counts as recorded. */
static void look_back(const struct batch *b, size_t at)
{
    const struct record *r = b->records[at];
    struct fact_lookup *f = &b->found[at];
    for (size_t i = 0; i < at; i++) {
        const struct record *o = b->records[i];
        if (o->subject_id != r->subject_id || !o->fact_id) continue;
        if (o->fact_id > f->last_id) f->last_id = o->fact_id;
        if (f->fact_id || o->kind != r->kind || o->recorder_id != r->recorder_id ||
            strcmp(o->client_id, r->client_id) != 0)
            continue;
        f->fact_id = o->fact_id;
        f->body_hash = o->body_hash;
    }
}

/* Which of a command's facts are there already; a client id that was used for another body refuses all of them. */
static enum st settle(const struct batch *b, size_t first, size_t n, struct err *e)
{
    for (size_t i = first; i < first + n; i++) {
        struct record *r = b->records[i];
        r->fact_id = 0;
        r->duplicate = false;
        look_back(b, i);
        const struct fact_lookup *f = &b->found[i];
        if (!f->fact_id) continue;
        if (f->body_hash && f->body_hash != r->body_hash)
            return err_fail(e, ST_CONFLICT, "answer.client_id_reused", "client_id was used for another %s",
                            r->kind->name);
        r->duplicate = true;
    }
    return ST_OK;
}

static enum st write(struct app *app, struct tx *tx, const struct batch *b, size_t first, size_t n, struct err *e)
{
    int64_t now = app_now_ms(app);
    for (size_t i = first; i < first + n; i++) {
        struct record *r = b->records[i];
        look_back(b, i); /* ids rise within a subject, also over the facts of one command */
        if (r->duplicate) {
            r->fact_id = b->found[i].fact_id;
            continue;
        }
        r->fact_id = id_next(&app->fact_ids, now, b->found[i].last_id);
        struct fact_row row = {.key = {fact_bucket(r->subject_id), r->subject_id, r->fact_id},
                               .kind = r->kind,
                               .fields = r->fields,
                               .recorder_id = r->recorder_id,
                               .body_hash = r->body_hash,
                               .happened_at_ms = r->happened_at_ms ? r->happened_at_ms : now,
                               .received_at_ms = now,
                               .replaces_id = r->replaces_id,
                               .client_id = r->client_id,
                               .school_date = r->school_date};
        TRY(fact_insert(tx, &row, e));
    }
    return ST_OK;
}

static enum st run_all(struct app *app, struct tx *tx, struct batch *b, struct command **cmds, size_t n, struct err *e)
{
    TRY(load(tx, b, cmds, n, e));
    size_t first = 0;
    for (size_t i = 0; i < n; i++) {
        struct record_cmd *c = (struct record_cmd *)cmds[i];
        c->command.st = settle(b, first, c->count, &c->command.err);
        bool known = c->command.st == ST_OK;
        for (size_t k = 0; known && k < c->count; k++) known = c->list[k].duplicate;
        if (c->command.st == ST_OK && c->check && !known) c->command.st = c->check(tx, c, &c->command.err);
        if (c->command.st == ST_OK) TRY(write(app, tx, b, first, c->count, e));
        first += c->count;
    }
    return ST_OK;
}

static enum st run(struct app *app, struct tx *tx, struct command **cmds, size_t n, struct err *e)
{
    struct batch b = {.count = count_all(cmds, n)};
    enum st st = run_all(app, tx, &b, cmds, n, e);
    free(b.records);
    free(b.found);
    return st;
}

static void publish(struct app *app, const struct command *command)
{
    const struct record_cmd *c = (const struct record_cmd *)command;
    for (size_t i = 0; app->hub && i < c->count; i++)
        if (c->list[i].kind->event && !c->list[i].duplicate)
            hub_publish(app->hub, c->list[i].subject_id, c->list[i].kind->event, "{}");
}

static const struct command_set record_set = {run, publish};

enum st record_check(struct record_cmd *c, struct err *e)
{
    if (!c->list) {
        c->list = &c->one;
        c->count = 1;
    }
    if (!c->count || c->count > RECORDS_MAX)
        return err_fail(e, ST_INVALID, "record.nothing", "1 to %d facts at once", RECORDS_MAX);
    for (size_t i = 0; i < c->count; i++) {
        struct record *r = &c->list[i];
        TRY(client_id_check(r->client_id, e));
        TRY(fact_check_fields(r->kind, r->fields, e));
        r->body_hash = fact_hash(r->kind, r->fields);
    }
    c->command.set = &record_set;
    return ST_OK;
}
