#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/taught.h"
#include "base/json.h"
#include "base/text.h"
#include "rules/grade.h"
#include "policy/snapshot.h"
#include "store/sql/answer.h"
#include "store/sql/roster.h"

/* The documents that a check needs; all owned. */
struct documents {
    const struct policy_version *base;  /* of the scope, in force at the time; NULL: none */
    json_t *given, *before, *upper;     /* upper: what holds above the scope */
    json_t *after;                      /* given over before */
    json_t *before_whole, *after_whole; /* the same over upper */
};

static void documents_free(struct documents *d)
{
    json_t *all[] = {d->given, d->before, d->upper, d->after, d->before_whole, d->after_whole};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) json_decref(all[i]);
    *d = (struct documents){0};
}

/* For a version that comes into force at a time. */
static enum st documents_make(const struct snapshot *s, const struct policy_save *p, int64_t at_ms, struct documents *d,
                              struct err *e)
{
    const struct policy_version *district = policy_version_current(&s->policy_index, SCOPE_DISTRICT, 0, at_ms);
    const char *upper = district ? district->doc : "{}";
    documents_free(d);
    d->base = policy_version_current(&s->policy_index, p->scope, p->scope_id, at_ms);
    TRY(json_read_owned(p->doc, strlen(p->doc), &d->given, e));
    if (!json_is_object(d->given)) return err_fail(e, ST_INVALID, "policy.shape", "the policy must be a JSON object");
    d->before = d->base ? json_loads(d->base->doc, 0, NULL) : json_object();
    if (p->scope > SCOPE_SCHOOL) upper = policy_for_school(&s->policy_index, p->org_id, at_ms)->doc;
    json_t *above = p->scope == SCOPE_DISTRICT ? json_object() : json_loads(upper, 0, NULL);
    d->upper = policy_opened(above, p->scope == SCOPE_SCHOOL ? p->scope_id : p->org_id);
    json_decref(above);
    d->after = policy_merge(d->before, d->given);
    d->before_whole = policy_applied(d->upper, d->before, p->scope);
    d->after_whole = policy_applied(d->upper, d->after, p->scope);
    return d->after && d->before_whole && d->after_whole ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "policy");
}

/* The next term's first morning, or 0. */
static enum st next_term(struct app *app, const struct snapshot *s, struct tx *tx, int64_t *at_ms, struct err *e)
{
    struct sql_session_next_row r;
    bool row;
    int64_t now = app_now_ms(app);
    TRY(sql_session_next(tx, tz_date(s->zone, now), &r, &row, e));
    int64_t midnight = row ? r.starts_on * 86400000 : 0;
    *at_ms = row ? midnight - (int64_t)tz_offset_s(s->zone, midnight) * 1000 : 0;
    return ST_OK;
}

static enum st policy_whole(const json_t *upper, const struct policy_version *school, struct policy *out, struct err *e)
{
    json_t *own = json_loads(school->doc, 0, NULL), *above = policy_opened(upper, school->scope_id),
           *whole = policy_applied(above, own, SCOPE_SCHOOL);
    enum st st = whole ? policy_from_json(whole, out, e) : err_fail(e, ST_NOMEM, "err.memory", "policy");
    json_decref(own);
    json_decref(above);
    json_decref(whole);
    return st;
}

/* A school with rules of its own, under the district's before and after. */
static enum st compare_school(struct arena *a, const struct policy_version *v, const struct documents *d,
                              struct policy_saved *out, struct err *e)
{
    struct policy before = {0}, after = {0};
    struct policy_change *changes;
    size_t n;
    enum st st = policy_whole(d->after, v, &after, e);
    if (st == ST_INVALID) {
        char words[sizeof e->detail];
        snprintf(words, sizeof words, "%s", e->detail);
        return err_fail(e, ST_INVALID, "policy.school", "with the rules that school %lld has of its own: %.180s",
                        (long long)v->scope_id, words);
    }
    TRY(st);
    TRY(policy_whole(d->before, v, &before, e));
    TRY(policy_diff(a, &before, &after, &changes, &n, e));
    out->re_derives = out->re_derives || policy_changes_re_derive(changes, n); /* a lock alone may do that */
    return ST_OK;
}

/* What differs, and whether levels or grades do. */
static enum st compare(struct arena *a, const struct policy_index *r, const struct policy_save *p,
                       const struct documents *d, struct policy_saved *out, struct err *e)
{
    struct policy before = {0}, after = {0};
    TRY(policy_from_json(d->before_whole, &before, e));
    TRY(policy_from_json(d->after_whole, &after, e));
    TRY(policy_diff(a, &before, &after, &out->changes, &out->change_count, e));
    out->re_derives = policy_changes_re_derive(out->changes, out->change_count);
    for (size_t i = 0; p->scope == SCOPE_DISTRICT && i < r->policy_count; i++) {
        const struct policy_version *v = &r->policies[i];
        if (v->scope == SCOPE_SCHOOL &&
            (v->effective_at_ms > out->effective_at_ms ||
             policy_version_current(r, SCOPE_SCHOOL, v->scope_id, out->effective_at_ms) == v))
            TRY(compare_school(a, v, d, out, e));
    }
    return ST_OK;
}

/* A version of the same scope that waits for a later day, and is the one of its day. */
static bool is_scheduled(const struct policy_index *r, const struct policy_version *v, const struct policy_save *p,
                         int64_t at_ms)
{
    if (p->until_ms && v->effective_at_ms >= p->until_ms) return false;
    return v->scope == p->scope && v->scope_id == p->scope_id && v->effective_at_ms > at_ms &&
           policy_version_current(r, v->scope, v->scope_id, v->effective_at_ms) == v;
}

/* The same change in a version that waits; NULL with the error. */
static json_t *carried(const struct policy_version *v, const struct documents *d, enum policy_scope scope,
                       struct err *e)
{
    struct policy p = {0};
    json_t *old = json_loads(v->doc, 0, NULL), *doc = policy_rebase(old, d->before, d->given),
           *whole = doc ? policy_applied(d->upper, doc, scope) : NULL;
    enum st st = whole ? policy_from_json(whole, &p, e) : err_fail(e, ST_NOMEM, "err.memory", "policy");
    json_decref(old);
    json_decref(whole);
    if (st == ST_OK) return doc;
    char words[sizeof e->detail];
    snprintf(words, sizeof words, "%s", e->detail);
    if (st == ST_INVALID)
        (void)err_fail(e, ST_INVALID, "policy.waiting", "with version %lld, which waits for its day: %.180s",
                       (long long)v->policy_id, words);
    json_decref(doc);
    return NULL;
}

/* Error: a class's document forbids this. Gives the class and the clause. */
static enum st class_refuses(struct tx *tx, int64_t class_id, const struct err *why, struct err *e)
{
    struct sql_class_get_row r;
    char path[100], clause[100], title[100];
    const char *arg = strchr(why->user, '\x1f');
    bool locked = strncmp(why->user, "policy.locked", 13) == 0;
    snprintf(clause, sizeof clause, "%s", arg ? arg + 1 : "");
    TRY(sql_class_get(tx, class_id, &r, NULL, e));
    snprintf(title, sizeof title, "%s", r.title);
    snprintf(path, sizeof path, "%s", clause + (*clause == '/'));
    char *slash = strchr(path, '/');
    if (slash) *slash = '.';
    (void)err_fail(e, ST_DENIED, locked ? "policy.class_locked" : "policy.class_outside",
                   "policy %s: the class %s %s (/about/%s/%s)", clause, title,
                   locked ? "has locked it for its students" : "has other bounds for its students", path,
                   locked ? "lock" : "least, most");
    err_arg(e, title);
    err_arg(e, clause);
    return ST_DENIED;
}

/* A learner's document must stay within what every one of the learner's classes allows. */
static enum st check_classes(const struct snapshot *s, struct tx *tx, const struct policy_save *p, const json_t *given,
                             int64_t at_ms, struct err *e)
{
    struct taught courses[COURSES_MAX];
    size_t n = 0;
    if (p->scope != SCOPE_LEARNER) return ST_OK;
    TRY(learner_courses(tx, p->scope_id, courses, COURSES_MAX, &n, e));
    for (size_t i = 0; i < n; i++) {
        struct err why;
        json_t *upper =
            json_loads(policy_for_class(&s->policy_index, courses[i].org_id, courses[i].class_id, at_ms)->doc, 0, NULL);
        enum st st = upper ? policy_may_set(upper, given, SCOPE_LEARNER, &why)
                           : err_fail(&why, ST_NOMEM, "err.memory", "policy");
        json_decref(upper);
        if (st == ST_DENIED) return class_refuses(tx, courses[i].class_id, &why, e);
        if (st != ST_OK) {
            *e = why;
            return st;
        }
    }
    return ST_OK;
}

static enum st look(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                    const struct policy_save *p, struct documents *d, struct policy_saved *out, struct err *e)
{
    int64_t now = app_now_ms(app), at = p->effective_at_ms > now ? p->effective_at_ms : now;
    *out = (struct policy_saved){.effective_at_ms = at};
    if (!p->reason || !*p->reason)
        return err_fail(e, ST_INVALID, "policy.reason", "say why: a version of the rules is kept with its reason");
    if (p->until_ms && p->until_ms <= at)
        return err_fail(e, ST_INVALID, "policy.until", "it would end before it begins");
    TRY(documents_make(s, p, at, d, e));
    TRY(policy_check_drafters(d->given, e));
    TRY(policy_may_set(d->upper, d->given, p->scope, e));
    TRY(check_classes(s, tx, p, d->given, at, e));
    TRY(compare(a, &s->policy_index, p, d, out, e));
    if (out->re_derives && !p->effective_at_ms) {
        TRY(next_term(app, s, tx, &out->effective_at_ms, e));
        if (!out->effective_at_ms)
            return err_fail(e, ST_INVALID, "policy.no_term",
                            "levels or grades would change, and no next term is known: say from when, and why then");
        TRY(documents_make(s, p, out->effective_at_ms, d, e)); /* what will be in force then may be something else */
        TRY(policy_may_set(d->upper, d->given, p->scope, e));
        TRY(compare(a, &s->policy_index, p, d, out, e));
    }
    TRY(policy_check_bounds(d->after_whole, e));
    out->base_id = d->base ? d->base->policy_id : 0;
    if (json_object_get(d->after_whole, "purposes")) TRY(policy_check_purposes(d->after_whole, e));
    if (!out->change_count && json_equal(d->before, d->after))
        return err_fail(e, ST_INVALID, "policy.nothing", "this changes nothing");
    for (size_t i = 0; i < s->policy_index.policy_count; i++) {
        const struct policy_version *v = &s->policy_index.policies[i];
        if (!is_scheduled(&s->policy_index, v, p, out->effective_at_ms)) continue;
        json_t *doc = carried(v, d, p->scope, e);
        if (!doc) return e->st;
        out->carried++;
        json_decref(doc);
    }
    return ST_OK;
}

struct version {
    int64_t policy_id, base_id, effective_at_ms, derived_at_ms; /* 0: none, not yet */
    const char *reason;
};

static enum st write(struct app *app, struct tx *tx, const struct policy_save *p, const json_t *json,
                     const struct version *v, struct err *e)
{
    char *doc = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    if (!doc) return err_fail(e, ST_NOMEM, "err.memory", "policy");
    enum st st = sql_policy_insert(tx,
                                   &(struct sql_policy_insert_in){.policy_id = v->policy_id,
                                                                  .scope = scope_code(p->scope),
                                                                  .scope_id = p->scope_id,
                                                                  .doc = doc,
                                                                  .effective_at_ms = v->effective_at_ms,
                                                                  .recorded_at_ms = app_now_ms(app),
                                                                  .recorder_id = p->recorder_id,
                                                                  .reason = v->reason},
                                   NULL, e);
    free(doc);
    TRY(st);
    return sql_policy_made_from(tx,
                                &(struct sql_policy_made_from_in){.policy_id = v->policy_id,
                                                                  .base_id = v->base_id,
                                                                  .derived_at_ms = v->derived_at_ms},
                                NULL, e);
}

/* The version that ends it: end_doc over what will be in force on that day, with what is set now. */
static enum st write_end(struct app *app, const struct policy_index *r, struct tx *tx, const struct policy_save *p,
                         const struct documents *d, const struct policy_saved *saved, struct err *e)
{
    const struct policy_version *then = policy_version_current(r, p->scope, p->scope_id, p->until_ms);
    json_t *was = then ? json_loads(then->doc, 0, NULL) : json_object(),
           *with = policy_rebase(was, d->before, d->given), *end = json_loads(p->end_doc, 0, NULL),
           *doc = end ? policy_merge(with, end) : NULL;
    enum st st = with && doc ? write(app, tx, p, doc,
                                     &(struct version){app_id(app), saved->policy_id, p->until_ms, 0, p->reason}, e)
                             : err_fail(e, ST_NOMEM, "err.memory", "policy");
    json_t *all[] = {was, with, end, doc};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) json_decref(all[i]);
    return st;
}

/* The version, and anew each that waits for a later day: it is to hold what changes now as well. */
static enum st write_all(struct app *app, const struct policy_index *r, struct tx *tx, const struct policy_save *p,
                         const struct documents *d, struct policy_saved *out, struct err *e)
{
    out->policy_id = app_id(app);
    TRY(write(app, tx, p, d->after,
              &(struct version){out->policy_id, out->base_id, out->effective_at_ms,
                                out->re_derives ? 0 : app_now_ms(app), p->reason},
              e));
    for (size_t i = 0; i < r->policy_count; i++) {
        const struct policy_version *v = &r->policies[i];
        if (!is_scheduled(r, v, p, out->effective_at_ms)) continue;
        json_t *doc = carried(v, d, p->scope, e);
        if (!doc) return e->st;
        enum st st =
            write(app, tx, p, doc, &(struct version){app_id(app), v->policy_id, v->effective_at_ms, 0, v->reason}, e);
        json_decref(doc);
        TRY(st);
    }
    return p->until_ms ? write_end(app, r, tx, p, d, out, e) : ST_OK;
}

static enum st check_and(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                         const struct policy_save *p, bool save, struct policy_saved *out, struct err *e)
{
    struct documents d = {0};
    enum st st = look(app, s, tx, a, p, &d, out, e);
    if (st == ST_OK && save) st = write_all(app, &s->policy_index, tx, p, &d, out, e);
    documents_free(&d);
    return st;
}

enum st policy_check(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                     const struct policy_save *p, struct policy_saved *out, struct err *e)
{
    return check_and(app, s, tx, a, p, false, out, e);
}

enum st policy_save(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                    const struct policy_save *p, struct policy_saved *out, struct err *e)
{
    return check_and(app, s, tx, a, p, true, out, e);
}

enum st policy_is_latest(const struct snapshot *s, struct tx *tx, struct err *e)
{
    struct sql_policy_count_row stored;
    TRY(sql_policy_count(tx, &stored, NULL, e));
    return stored.count == (int64_t)s->policy_index.policy_count
               ? ST_OK
               : err_fail(e, ST_CONFLICT, "err.conflict", "a version was saved since the rules were read");
}

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct policy_cmd *p = (struct policy_cmd *)command;
    TRY(policy_is_latest(p->snapshot, tx, e));
    return policy_save(app, p->snapshot, tx, p->arena, &p->save, &p->saved, e);
}

void policy_ready(struct policy_cmd *p) { p->command.run = run; }

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

/* Shares in 100, as people say them. */
static void value_in_words(struct text *out, enum lang lang, const struct setting *s, double value)
{
    char number[40];
    if (s->type != SETTING_NUMBER || s->most > 1) {
        setting_value_words(out, lang, s, value);
        return;
    }
    snprintf(number, sizeof number, "%.10g", value * 100);
    msg_format(out, lang, MSG_rules_value_in_100, MSG_ARGS(MSG_T("value", number)));
}

const char *scale_name(enum lang lang, const struct report_level *k)
{
    static const enum msg_id own[LEVEL_COUNT] = {MSG_level_not_yet, MSG_level_started, MSG_level_nearly,
                                                 MSG_level_secure};
    return *k->name ? k->name : msg(lang, own[k->level]);
}

const char *scale_means(enum lang lang, const struct report_level *k)
{
    static const enum msg_id own[LEVEL_COUNT] = {MSG_transcript_means_0, MSG_transcript_means_1, MSG_transcript_means_2,
                                                 MSG_transcript_means_3};
    return *k->means ? k->means : msg(lang, own[k->level]);
}

void scale_points_words(struct text *out, enum lang lang, const struct policy *p)
{
    bool more = false;
    for (size_t i = 0; i < p->scale_count; i++) {
        if (!report_level_counts(p, i)) continue;
        text_printf(out, "%s%s %.10g", more ? ", " : "", scale_name(lang, &p->scale[i]), p->scale[i].points);
        more = true;
    }
}

void scale_levels_words(struct text *out, enum lang lang, const struct policy *p)
{
    for (size_t i = 0; i < p->scale_count; i++) {
        text_printf(out, "%s%s", i ? ", " : "", scale_name(lang, &p->scale[i]));
        if (report_level_counts(p, i)) text_printf(out, " (%.10g)", p->scale[i].points);
    }
}

/* "Beginning 1 (from not yet), Exceeding 5 (from secure, 98 in 100)" */
static void scale_in_words(struct text *out, enum lang lang, const struct report_level *k, size_t n)
{
    static const enum msg_id levels[LEVEL_COUNT] = {MSG_level_not_yet, MSG_level_started, MSG_level_nearly,
                                                    MSG_level_secure};
    for (size_t i = 0; i < n; i++) {
        char points[40], value[40];
        snprintf(points, sizeof points, "%.10g", k[i].points);
        snprintf(value, sizeof value, "%.10g", k[i].from * 100);
        if (i) text_add(out, ", ");
        const struct msg_arg args[] = {{.name = "name", .text = scale_name(lang, &k[i])},
                                       {.name = "points", .text = points},
                                       {.name = "level", .text = msg(lang, levels[k[i].level])},
                                       {.name = "value", .text = value}};
        msg_format(out, lang, k[i].from > 0 ? MSG_policy_scale_level_from : MSG_policy_scale_level, args,
                   k[i].from > 0 ? 4 : 3);
    }
}

void scale_begin_words(struct text *out, enum lang lang, const struct policy *p)
{
    scale_in_words(out, lang, p->scale, p->scale_count);
}

static void scale_change_words(struct text *out, enum lang lang, const struct policy_change *c)
{
    struct text before, after;
    text_init(&before, 4000);
    text_init(&after, 4000);
    scale_in_words(&before, lang, c->scale_before, c->scale_before_count);
    scale_in_words(&after, lang, c->scale_after, c->scale_after_count);
    bool meanings = strcmp(text_str(&before), text_str(&after)) == 0; /* the same but for the sentences */
    if (meanings) text_add(out, msg(lang, MSG_policy_change_scale_means));
    else
        msg_format(out, lang, MSG_policy_change_scale,
                   MSG_ARGS(MSG_T("after", text_str(&after)), MSG_T("before", text_str(&before))));
    text_release(&before);
    text_release(&after);
}

void policy_change_words(struct text *out, enum lang lang, const struct policy_change *c)
{
    if (!c->setting && c->scale_after_count) {
        scale_change_words(out, lang, c);
        return;
    }
    if (!c->setting) {
        text_add(out, msg(lang, MSG_policy_change_conversion));
        return;
    }
    struct text before, after;
    text_init(&before, 400);
    text_init(&after, 400);
    value_in_words(&before, lang, c->setting, c->before);
    value_in_words(&after, lang, c->setting, c->after);
    const struct msg_arg args[] = {{.name = "setting", .text = setting_words(lang, c->setting)},
                                   {.name = "after", .text = text_str(&after)},
                                   {.name = "before", .text = text_str(&before)},
                                   {.name = "type", .text = c->type}};
    msg_format(out, lang, *c->type ? MSG_policy_change_of_type : MSG_policy_change, args, 4);
    text_release(&before);
    text_release(&after);
}
