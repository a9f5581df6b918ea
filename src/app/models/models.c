#include "models/models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/jobs.h"
#include "core/note.h"
#include "base/id.h"
#include "base/list.h"
#include "store/sql/answer.h"
#include "store/sql/models.h"

enum st model_fit_insert(struct tx *tx, const struct model_fit *f, struct err *e)
{
    return sql_model_fit_insert(tx,
                                &(struct sql_model_fit_insert_in){.fit_id = f->fit_id,
                                                                  .kind = f->kind,
                                                                  .verdict = f->verdict,
                                                                  .reason = f->reason,
                                                                  .model_id = f->model_id,
                                                                  .against_id = f->against_id,
                                                                  .learners = f->learners,
                                                                  .answers = f->answers,
                                                                  .held_learners = f->held_learners,
                                                                  .held_answers = f->held_answers,
                                                                  .first_id = f->first_id,
                                                                  .last_id = f->last_id,
                                                                  .report = f->report ? f->report : "{}",
                                                                  .note = f->note ? f->note : "",
                                                                  .recorder_id = f->recorder_id,
                                                                  .client_id = f->client_id},
                                NULL, e);
}

enum st model_fits(struct tx *tx, struct arena *a, size_t most, struct model_fit **out, size_t *n, struct err *e)
{
    struct sql_model_fit_list_row r;
    struct rows rows;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(sql_model_fit_list(tx, (int64_t)most, &rows, e));
    while (sql_model_fit_list_next(&rows, &r)) {
        struct model_fit *f = LIST_ADD(a, *out, *n, cap);
        if (!f) return err_no_memory(e, "models");
        *f = (struct model_fit){.fit_id = r.fit_id,
                                .kind = arena_strdup(a, r.kind),
                                .verdict = arena_strdup(a, r.verdict),
                                .reason = arena_strdup(a, r.reason),
                                .model_id = r.model_id,
                                .against_id = r.against_id,
                                .learners = r.learners,
                                .answers = r.answers,
                                .held_learners = r.held_learners,
                                .held_answers = r.held_answers,
                                .first_id = r.first_id,
                                .last_id = r.last_id,
                                .report = arena_strdup(a, r.report),
                                .note = arena_strdup(a, r.note),
                                .recorder_id = r.recorder_id,
                                .recorder = arena_printf(a, "%s %s", r.given_name, r.family_name)};
        if (!f->kind || !f->verdict || !f->reason || !f->report || !f->note || !f->recorder)
            return err_no_memory(e, "models");
    }
    return rows_end(&rows);
}

enum st model_fit_last(struct tx *tx, const char *kind, const char *verdict, int64_t *fit_id, int64_t *last_id,
                       int64_t *model_id, struct err *e)
{
    struct sql_model_fit_last_row r;
    bool row;
    *fit_id = *last_id = *model_id = 0;
    TRY(sql_model_fit_last(tx, &(struct sql_model_fit_last_in){.kind = kind, .verdict = verdict}, &r, &row, e));
    if (!row) return ST_OK;
    *fit_id = r.fit_id;
    *last_id = r.last_id;
    *model_id = r.model_id;
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

static enum st keep_version(const struct sql_model_row *r, struct arena *a, struct model_row *out, struct err *e)
{
    *out = (struct model_row){0};
    if (!r->model_id) return ST_OK;
    *out = (struct model_row){r->model_id, r->effective_at_ms, arena_strdup(a, r->doc)};
    return out->doc ? ST_OK : err_no_memory(e, "models");
}

enum st model_in_force(struct tx *tx, struct arena *a, const char *kind, int64_t now_ms, struct model_row *out,
                       struct err *e)
{
    struct sql_model_row r;
    TRY(sql_model_latest(tx, &(struct sql_model_latest_in){.kind = kind, .at_ms = now_ms}, &r, NULL, e));
    return keep_version(&r, a, out, e);
}

enum st model_row_by_id(struct tx *tx, struct arena *a, int64_t id, struct model_row *out, struct err *e)
{
    struct sql_model_row r;
    TRY(sql_model_get(tx, id, &r, NULL, e));
    TRY(keep_version(&r, a, out, e));
    return out->model_id
               ? ST_OK
               : err_fail(e, ST_NOT_FOUND, "err.not_found", "there is no version %lld of the model", (long long)id);
}

enum st model_insert(struct app *app, struct tx *tx, const char *kind, const char *doc, int64_t *model_id,
                     struct err *e)
{
    *model_id = app_id(app);
    return sql_model_insert(tx,
                            &(struct sql_model_insert_in){.model_id = *model_id,
                                                          .kind = kind,
                                                          .doc = doc,
                                                          .effective_at_ms = app_now_ms(app),
                                                          .recorded_at_ms = app_now_ms(app)},
                            NULL, e);
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
    return *doc ? ST_OK : err_no_memory(e, "models");
}

static enum st seen_before(struct tx *tx, struct model_revert_cmd *t, bool *again, struct err *e)
{
    struct sql_model_fit_by_client_row r;
    *again = false;
    if (!t->client_id) return ST_OK;
    TRY(sql_model_fit_by_client(
        tx, &(struct sql_model_fit_by_client_in){.recorder_id = t->recorder_id, .client_id = t->client_id}, &r, again,
        e));
    if (*again) t->fit_id = r.fit_id;
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
