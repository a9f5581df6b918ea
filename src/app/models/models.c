#include "models/models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/jobs.h"
#include "core/note.h"
#include "base/id.h"
#include "base/list.h"

static enum st no_memory(struct err *e) { return err_fail(e, ST_NOMEM, "err.memory", "models"); }

enum st model_fit_insert(struct tx *tx, const struct model_fit *f, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_model_fit_insert, &q, e));
    bind_i64(q, "fit_id", f->fit_id);
    bind_text(q, "kind", f->kind);
    bind_text(q, "verdict", f->verdict);
    bind_text(q, "reason", f->reason);
    bind_id(q, "model_id", f->model_id);
    bind_i64(q, "against_id", f->against_id);
    bind_i64(q, "learners", f->learners);
    bind_i64(q, "answers", f->answers);
    bind_i64(q, "held_learners", f->held_learners);
    bind_i64(q, "held_answers", f->held_answers);
    bind_id(q, "first_id", f->first_id);
    bind_id(q, "last_id", f->last_id);
    bind_text(q, "report", f->report ? f->report : "{}");
    bind_text(q, "note", f->note ? f->note : "");
    bind_id(q, "recorder_id", f->recorder_id);
    bind_text(q, "client_id", f->client_id);
    return stmt_run(q, NULL, e);
}

enum st model_fits(struct tx *tx, struct arena *a, size_t most, struct model_fit **out, size_t *n, struct err *e)
{
    struct stmt *q;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(tx_stmt(tx, SQL_model_fit_list, &q, e));
    bind_i64(q, "limit", (int64_t)most);
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) return ST_OK;
        struct model_fit *f = LIST_ADD(a, *out, *n, cap);
        if (!f) return no_memory(e);
        *f = (struct model_fit){.fit_id = col_i64(q, 0),
                                .kind = arena_strdup(a, col_text(q, 1)),
                                .verdict = arena_strdup(a, col_text(q, 2)),
                                .reason = arena_strdup(a, col_text(q, 3)),
                                .model_id = col_i64(q, 4),
                                .against_id = col_i64(q, 5),
                                .learners = col_i64(q, 6),
                                .answers = col_i64(q, 7),
                                .held_learners = col_i64(q, 8),
                                .held_answers = col_i64(q, 9),
                                .first_id = col_i64(q, 10),
                                .last_id = col_i64(q, 11),
                                .report = arena_strdup(a, col_text(q, 12)),
                                .note = arena_strdup(a, col_text(q, 13)),
                                .recorder_id = col_i64(q, 14),
                                .recorder = arena_printf(a, "%s %s", col_text(q, 15), col_text(q, 16))};
        if (!f->kind || !f->verdict || !f->reason || !f->report || !f->note || !f->recorder) return no_memory(e);
    }
}

enum st model_fit_last(struct tx *tx, const char *kind, const char *verdict, int64_t *fit_id, int64_t *last_id,
                       int64_t *model_id, struct err *e)
{
    struct stmt *q;
    bool row;
    *fit_id = *last_id = *model_id = 0;
    TRY(tx_stmt(tx, SQL_model_fit_last, &q, e));
    bind_text(q, "kind", kind);
    bind_text(q, "verdict", verdict);
    TRY(stmt_step(q, &row, e));
    if (!row) return ST_OK;
    *fit_id = col_i64(q, 0);
    *last_id = col_i64(q, 1);
    *model_id = col_i64(q, 2);
    return ST_OK;
}

void model_fit_json(struct json_out *j, const struct model_fit *f)
{
    json_put_id(j, "fit_id", f->fit_id);
    if (f->fit_id) json_put_time(j, "at", id_time_ms(f->fit_id));
    json_put_str(j, "kind", f->kind);
    json_put_str(j, "verdict", f->verdict);
    json_put_str(j, "reason", f->reason);
    json_put_id(j, "model_id", f->model_id);
    json_put_id(j, "against_id", f->against_id);
    json_put_i64(j, "learners", f->learners);
    json_put_i64(j, "answers", f->answers);
    json_put_i64(j, "held_learners", f->held_learners);
    json_put_i64(j, "held_answers", f->held_answers);
    if (f->first_id) json_put_time(j, "first_at", id_time_ms(f->first_id));
    if (f->last_id) json_put_time(j, "last_at", id_time_ms(f->last_id));
    json_put_raw(j, "report", f->report ? f->report : "{}");
    if (f->note && *f->note) json_put_str(j, "note", f->note);
    if (f->recorder_id) json_put_id(j, "recorder_id", f->recorder_id);
}

/* Log-loss in nats is nobody's unit: as a share of what the version in force had. */
static void better_by(struct text *out, enum lang lang, const json_t *report)
{
    double mean = json_f64(json_object_get(report, "difference"), "mean", 0),
           of = json_f64(json_object_get(report, "in_force"), "log_loss", 0);
    format_decimal(out, lang, of > 0 ? (mean < 0 ? -mean : mean) / of * 100 : 0, 1);
}

void model_fit_words(struct text *out, enum lang lang, struct arena *a, const struct model_fit *f)
{
    struct err ignored;
    json_t *report = NULL;
    struct text share;
    if (json_read(a, f->report ? f->report : "{}", strlen(f->report ? f->report : "{}"), &report, &ignored) != ST_OK)
        report = NULL;
    text_init(&share, 64);
    better_by(&share, lang, report);
    msg_format(out, lang, msg_find_code("model.reason", f->reason, MSG_model_reason_other),
               MSG_ARGS(MSG_N("held", f->held_learners), MSG_N("answers", f->held_answers),
                        MSG_N("learners", f->learners), MSG_T("share", text_str(&share)),
                        MSG_T("group", json_str(report, "worse_for", "")),
                        MSG_N("held_least", json_i64(report, "held_learners_least", 0)),
                        MSG_N("answers_least", json_i64(report, "held_answers_least", 0)),
                        MSG_N("learners_least", json_i64(report, "learners_least", 0)),
                        MSG_N("days", json_i64(report, "hold_days", 0))));
    text_release(&share);
}

static enum st read_version(struct stmt *q, struct arena *a, struct model_row *out, struct err *e)
{
    bool row;
    *out = (struct model_row){0};
    TRY(stmt_step(q, &row, e));
    if (!row) return ST_OK;
    *out = (struct model_row){col_i64(q, 0), col_i64(q, 1), arena_strdup(a, col_text(q, 2))};
    return out->doc ? ST_OK : no_memory(e);
}

enum st model_in_force(struct tx *tx, struct arena *a, const char *kind, int64_t now_ms, struct model_row *out,
                       struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_model_latest, &q, e));
    bind_text(q, "kind", kind);
    bind_i64(q, "at_ms", now_ms);
    return read_version(q, a, out, e);
}

enum st model_row_by_id(struct tx *tx, struct arena *a, int64_t id, struct model_row *out, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_model_get, &q, e));
    bind_i64(q, "model_id", id);
    TRY(read_version(q, a, out, e));
    return out->model_id
               ? ST_OK
               : err_fail(e, ST_NOT_FOUND, "err.not_found", "there is no version %lld of the model", (long long)id);
}

enum st model_insert(struct app *app, struct tx *tx, const char *kind, const char *doc, int64_t *model_id,
                     struct err *e)
{
    struct stmt *q;
    *model_id = app_id(app);
    TRY(tx_stmt(tx, SQL_model_insert, &q, e));
    bind_i64(q, "model_id", *model_id);
    bind_text(q, "kind", kind);
    bind_text(q, "doc", doc);
    bind_i64(q, "effective_at_ms", app_now_ms(app));
    bind_i64(q, "recorded_at_ms", app_now_ms(app));
    return stmt_run(q, NULL, e);
}

/* The earlier version's parameters, as a version of its own: what was recorded while another was in force keeps
 * naming that one. */
static enum st back_to(struct arena *a, const struct model_row *now, const struct model_row *before, char **doc,
                       struct err *e)
{
    json_t *o, *from;
    char id[24], of[24];
    snprintf(id, sizeof id, "%lld", (long long)now->model_id);
    snprintf(of, sizeof of, "%lld", (long long)before->model_id);
    TRY(json_read(a, before->doc, strlen(before->doc), &o, e));
    TRY(json_keep(a, json_pack("{ssssss}", "way", "taken_back", "took_back", id, "parameters_of", of), &from, e));
    json_object_set(o, "from", from);
    char *text = json_dumps(o, JSON_COMPACT);
    *doc = text ? arena_strdup(a, text) : NULL;
    free(text);
    return *doc ? ST_OK : no_memory(e);
}

static enum st seen_before(struct tx *tx, struct model_revert_cmd *t, bool *again, struct err *e)
{
    struct stmt *q;
    *again = false;
    if (!t->client_id) return ST_OK;
    TRY(tx_stmt(tx, SQL_model_fit_by_client, &q, e));
    bind_i64(q, "recorder_id", t->recorder_id);
    bind_text(q, "client_id", t->client_id);
    TRY(stmt_step(q, again, e));
    if (*again) t->fit_id = col_i64(q, 0);
    return ST_OK;
}

static enum st take_back(struct app *app, struct tx *tx, struct arena *a, struct model_revert_cmd *t, struct err *e)
{
    struct model_row now, before;
    json_t *doc;
    char *text;
    int64_t before_id;
    bool questions = strcmp(t->kind, "items") == 0;
    TRY(job_lock(tx, job_refit, e));
    TRY(model_in_force(tx, a, t->kind, app_now_ms(app), &now, e));
    TRY(json_read(a, now.doc ? now.doc : "{}", strlen(now.doc ? now.doc : "{}"), &doc, e));
    if (id_parse(json_str(doc, "before", ""), &before_id)) TRY(model_row_by_id(tx, a, before_id, &before, e));
    else if (questions && json_object_get(doc, "items")) before = (struct model_row){.doc = "{}"};
    else
        return err_fail(e, ST_DENIED, "model.first",
                        "the version in force is the first one: there is none to go back to");
    TRY(back_to(a, &now, &before, &text, e));
    TRY(model_insert(app, tx, t->kind, text, &t->model_id, e));
    t->fit_id = app_id(app);
    t->taken_back_id = now.model_id;
    return model_fit_insert(tx,
                            &(struct model_fit){.fit_id = t->fit_id,
                                                .kind = t->kind,
                                                .verdict = "taken_back",
                                                .reason = "taken_back",
                                                .model_id = t->model_id,
                                                .against_id = now.model_id,
                                                .note = t->note,
                                                .recorder_id = t->recorder_id,
                                                .client_id = t->client_id},
                            e);
}

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct model_revert_cmd *t = (struct model_revert_cmd *)command;
    struct arena a;
    bool again;
    TRY(seen_before(tx, t, &again, e));
    if (again) return ST_OK;
    arena_init(&a, 64u << 20);
    enum st st = take_back(app, tx, &a, t, e);
    arena_release(&a);
    return st;
}

enum st model_revert_check(struct model_revert_cmd *t, struct err *e)
{
    if (t->client_id) TRY(client_id_check(t->client_id, e));
    TRY(note_check(t->note, e));
    t->command.run = run;
    t->command.leaves_memory = true;
    return ST_OK;
}
