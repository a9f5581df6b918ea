#include "policy/waiver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/note.h"
#include "base/json.h"
#include "policy/snapshot.h"
#include "store/sql/answer.h"

bool waiver_needed(const struct snapshot *s, int64_t org_id, const char *setting, int64_t at_ms)
{
    const struct setting *t = setting_by_path(setting);
    struct err e;
    if (!t || t->narrowest == SCOPE_DISTRICT) return false;
    json_t *district = json_loads(policy_for_district(&s->policy_index, at_ms)->doc, 0, NULL),
           *upper = policy_opened(district, org_id);
    json_t *doc = json_pack("{s:{s:i}}", t->group, t->name, 0);
    bool locked = upper && doc && policy_may_set(upper, doc, SCOPE_SCHOOL, &e) != ST_OK &&
                  strncmp(e.user, "policy.locked", 13) == 0;
    json_decref(district);
    json_decref(upper);
    json_decref(doc);
    return locked;
}

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct waiver_cmd *w = (struct waiver_cmd *)command;
    return sql_waiver_insert(tx,
                             &(struct sql_waiver_insert_in){.waiver_id = app_id(app),
                                                            .org_id = w->org_id,
                                                            .setting = w->setting,
                                                            .reason = w->reason,
                                                            .until_date = w->until_date,
                                                            .asker_id = w->asker_id,
                                                            .client_id = w->client_id},
                             NULL, e);
}

enum st waiver_check(struct app *app, const struct snapshot *s, struct waiver_cmd *w, struct err *e)
{
    TRY(client_id_check(w->client_id, e));
    TRY(note_check(w->reason, e));
    if (w->until_date <= tz_date(s->zone, app_now_ms(app)))
        return err_fail(e, ST_INVALID, "policy.until", "the last day has gone by");
    if (!waiver_needed(s, w->org_id, w->setting, app_now_ms(app)))
        return err_fail(e, ST_INVALID, "waiver.open", "%s is not locked for the school", w->setting ? w->setting : "");
    w->command.run = run;
    w->command.leaves_memory = true;
    return ST_OK;
}

/* {"about": {setting: {"open_for": {school: open}}}}: a member for each school, so that one that ends leaves the
 * others. */
static char *opening(const char *setting, int64_t org_id, bool open)
{
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)org_id);
    json_t *doc = json_pack("{s:{s:{s:{s:b}}}}", "about", setting, "open_for", id, open);
    char *text = doc ? json_dumps(doc, JSON_COMPACT) : NULL;
    json_decref(doc);
    return text;
}

static enum st grant(struct app *app, struct tx *tx, struct waiver_answer_cmd *w, int64_t org_id, const char *setting,
                     int32_t until_date, struct err *e)
{
    const struct snapshot *s = w->snapshot;
    int64_t day_after = ((int64_t)until_date + 1) * 86400000, now = app_now_ms(app);
    char *doc = opening(setting, org_id, true), *end = opening(setting, org_id, false);
    struct policy_save p = {.scope = SCOPE_DISTRICT,
                            .doc = doc,
                            .reason = w->answer,
                            .recorder_id = w->user_id,
                            .effective_at_ms = now,
                            .until_ms = day_after - (int64_t)tz_offset_s(s->zone, day_after) * 1000,
                            .end_doc = end};
    enum st st = policy_is_latest(s, tx, e);
    if (st == ST_OK)
        st = doc && end ? policy_save(app, s, tx, w->arena, &p, &w->saved, e)
                        : err_fail(e, ST_NOMEM, "err.memory", "waiver");
    free(doc);
    free(end);
    return st;
}

static enum st run_answer(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct waiver_answer_cmd *w = (struct waiver_answer_cmd *)command;
    struct sql_waiver_get_row waiver;
    bool row;
    w->saved = (struct policy_saved){0};
    TRY(sql_waiver_get(tx, w->waiver_id, &waiver, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "waiver %lld", (long long)w->waiver_id);
    if (waiver.granted >= 0) return err_fail(e, ST_CONFLICT, "waiver.answered", "it has been answered");
    int64_t org_id = waiver.org_id;
    int32_t until = (int32_t)waiver.until_date;
    const char *setting = arena_strdup(w->arena, waiver.setting);
    if (!setting) return err_fail(e, ST_NOMEM, "err.memory", "waiver");
    if (w->grant && until < tz_date(w->snapshot->zone, app_now_ms(app)))
        return err_fail(e, ST_INVALID, "policy.until", "the last day that it was asked for has gone by");
    if (w->grant) TRY(grant(app, tx, w, org_id, setting, until, e));
    return sql_waiver_answer(tx,
                             &(struct sql_waiver_answer_in){.waiver_id = w->waiver_id,
                                                            .granted = w->grant,
                                                            .answer = w->answer,
                                                            .user_id = w->user_id,
                                                            .now_ms = app_now_ms(app),
                                                            .policy_id = w->saved.policy_id},
                             NULL, e);
}

enum st waiver_answer_check(struct waiver_answer_cmd *w, struct err *e)
{
    TRY(note_check(w->answer, e));
    w->command.run = run_answer;
    return ST_OK;
}
