#include "app/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

static const struct policy_version *latest_of(const struct regime *r, enum policy_scope scope, int64_t scope_id)
{
    const struct policy_version *best = NULL;
    for (size_t i = 0; i < r->policy_count; i++)
        if (r->policies[i].scope == scope && r->policies[i].scope_id == scope_id) best = &r->policies[i];
    return best;
}

/* The documents that a check needs; all owned. */
struct documents {
    json_t *given, *before, *upper; /* upper: of the district, for a school */
    json_t *after;                  /* given over before */
    json_t *before_whole, *after_whole; /* the same over upper */
};

static void documents_free(struct documents *d)
{
    json_t *all[] = {d->given, d->before, d->upper, d->after, d->before_whole, d->after_whole};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) json_decref(all[i]);
}

static enum st documents_make(const struct snapshot *s, const struct policy_save *p, struct documents *d, struct err *e)
{
    const struct policy_version *before = latest_of(&s->regime, p->scope, p->scope_id), *upper = latest_of(&s->regime, SCOPE_DISTRICT, 0);
    TRY(json_read_owned(p->doc, strlen(p->doc), &d->given, e));
    if (!json_is_object(d->given)) return err_fail(e, ST_INVALID, "policy.shape", "the policy must be a JSON object");
    d->before = before ? json_loads(before->doc, 0, NULL) : json_object();
    d->upper = p->scope == SCOPE_DISTRICT || !upper ? json_object() : json_loads(upper->doc, 0, NULL);
    d->after = policy_merge(d->before, d->given);
    d->before_whole = policy_merge(d->upper, d->before);
    d->after_whole = policy_merge(d->upper, d->after);
    return d->after && d->before_whole && d->after_whole ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "policy");
}

/* The next term's first morning, or 0. */
static enum st next_term(struct app *app, const struct snapshot *s, struct tx *tx, int64_t *at_ms, struct err *e)
{
    struct stmt *q;
    bool row;
    int64_t now = app_now_ms(app);
    TRY(tx_stmt(tx, SQL_session_next, &q, e));
    bind_i64(q, "today", tz_date(s->zone, now));
    TRY(stmt_step(q, &row, e));
    int64_t midnight = row ? col_i64(q, 0) * 86400000 : 0;
    *at_ms = row ? midnight - (int64_t)tz_offset_s(s->zone, midnight) * 1000 : 0;
    return ST_OK;
}

static enum st look(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a, const struct policy_save *p, const struct documents *d, struct policy_saved *out, struct err *e)
{
    struct policy before = {0}, after = {0};
    *out = (struct policy_saved){.effective_at_ms = p->effective_at_ms};
    if (!p->reason || !*p->reason) return err_fail(e, ST_INVALID, "policy.reason", "say why: a version of the rules is kept with its reason");
    if (p->scope > SCOPE_SCHOOL) return err_fail(e, ST_INVALID, "policy.scope_unknown", "rules are kept for the district and for schools");
    TRY(policy_may_set(d->upper, d->given, p->scope, e));
    if (json_object_get(d->after_whole, "purposes")) TRY(policy_check_purposes(d->after_whole, e));
    TRY(policy_from_json(d->before_whole, &before, e));
    TRY(policy_from_json(d->after_whole, &after, e));
    TRY(policy_diff(a, &before, &after, &out->changes, &out->change_count, e));
    if (!out->change_count && json_equal(d->before, d->after)) return err_fail(e, ST_INVALID, "policy.nothing", "this changes nothing");
    bool re_derives = false;
    for (size_t i = 0; i < out->change_count; i++) re_derives = re_derives || !out->changes[i].setting || out->changes[i].setting->re_derives;
    if (out->effective_at_ms) return ST_OK;
    if (!re_derives) {
        out->effective_at_ms = app_now_ms(app);
        return ST_OK;
    }
    TRY(next_term(app, s, tx, &out->effective_at_ms, e));
    if (!out->effective_at_ms) return err_fail(e, ST_INVALID, "policy.no_term", "levels or grades would change, and no next term is known: say from when, and why then");
    return ST_OK;
}

static enum st write(struct app *app, struct tx *tx, const struct policy_save *p, const struct documents *d, struct policy_saved *out, struct err *e)
{
    struct stmt *q;
    char *doc = json_dumps(d->after, JSON_COMPACT | JSON_SORT_KEYS);
    if (!doc) return err_fail(e, ST_NOMEM, "err.memory", "policy");
    out->policy_id = app_id(app);
    enum st st = tx_stmt(tx, SQL_policy_insert, &q, e);
    if (st == ST_OK) {
        bind_i64(q, "policy_id", out->policy_id);
        bind_text(q, "scope", scope_code(p->scope));
        bind_i64(q, "scope_id", p->scope_id);
        bind_text(q, "doc", doc);
        bind_i64(q, "effective_at_ms", out->effective_at_ms);
        bind_i64(q, "recorded_at_ms", app_now_ms(app));
        bind_id(q, "recorder_id", p->recorder_id);
        bind_text(q, "reason", p->reason);
        st = stmt_run(q, NULL, e);
    }
    free(doc);
    return st;
}

static enum st check_and(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a, const struct policy_save *p, bool save, struct policy_saved *out, struct err *e)
{
    struct documents d = {0};
    enum st st = documents_make(s, p, &d, e);
    if (st == ST_OK) st = look(app, s, tx, a, p, &d, out, e);
    if (st == ST_OK && save) st = write(app, tx, p, &d, out, e);
    documents_free(&d);
    return st;
}

enum st policy_check(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a, const struct policy_save *p, struct policy_saved *out, struct err *e)
{
    return check_and(app, s, tx, a, p, false, out, e);
}

enum st policy_save(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a, const struct policy_save *p, struct policy_saved *out, struct err *e)
{
    return check_and(app, s, tx, a, p, true, out, e);
}

const char *setting_words(enum lang lang, const struct setting *s)
{
    char path[80];
    snprintf(path, sizeof path, "%s.%s", s->group, s->name);
    return msg(lang, msg_find_code("setting", path, MSG_setting_other));
}

void setting_value_words(struct text *out, enum lang lang, const struct setting *s, double value)
{
    char code[80];
    if (s->type != SETTING_CHOICE) {
        text_printf(out, "%.10g", value);
        return;
    }
    snprintf(code, sizeof code, "%s.%s", s->name, s->choices[(int)value]);
    text_add(out, msg(lang, msg_find_code("choice", code, MSG_setting_other)));
}

void policy_change_words(struct text *out, enum lang lang, const struct policy_change *c)
{
    if (!c->setting) {
        text_add(out, msg(lang, MSG_policy_change_conversion));
        return;
    }
    struct text before, after;
    text_init(&before, 400);
    text_init(&after, 400);
    setting_value_words(&before, lang, c->setting, c->before);
    setting_value_words(&after, lang, c->setting, c->after);
    const struct msg_arg args[] = {{.name = "setting", .text = setting_words(lang, c->setting)}, {.name = "after", .text = text_str(&after)}, {.name = "before", .text = text_str(&before)}, {.name = "type", .text = c->type}};
    msg_format(out, lang, *c->type ? MSG_policy_change_of_type : MSG_policy_change, args, 4);
    text_release(&before);
    text_release(&after);
}
