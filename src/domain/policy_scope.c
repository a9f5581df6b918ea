/* Documents above and below each other: merging, locks and bounds, purposes, differences. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "policy_private.h"

static const char *const scopes[] = {"district", "school", "class", "learner"};

const char *scope_code(enum policy_scope s) { return s < SCOPE_COUNT ? scopes[s] : ""; }

bool scope_parse(const char *code, enum policy_scope *out)
{
    for (int i = 0; i < SCOPE_COUNT; i++)
        if (strcmp(scopes[i], code) == 0) {
            *out = (enum policy_scope)i;
            return true;
        }
    return false;
}

/* One member over another; null takes it away (RFC 7396). */
static bool put(json_t *into, const char *key, const json_t *v)
{
    if (json_is_null(v)) {
        (void)json_object_del(into, key);
        return true;
    }
    return json_object_set_new(into, key, json_deep_copy(v)) == 0;
}

static bool merge_into(json_t *into, const json_t *over)
{
    const char *key;
    json_t *v;
    json_object_foreach ((json_t *)(uintptr_t)over, key, v) {
        if (json_is_object(v)) {
            if (!json_is_object(json_object_get(into, key)) && json_object_set_new(into, key, json_object()) != 0)
                return false;
            if (!merge_into(json_object_get(into, key), v)) return false;
        } else if (!put(into, key, v)) {
            return false;
        }
    }
    return true;
}

static bool must_last(const json_t *rule, bool otherwise)
{
    const char *kind = json_str(rule, "rule", NULL);
    return kind ? strcmp(kind, mastery_kind_code(MASTERY_LASTING)) == 0 : otherwise;
}

/* The cuts of the rule that it must last are shares by a careful estimate, and those of every other rule are not: where
 * a document takes one for the other, what was said for the one does not hold for the other, and the usual values do
 * until something is said. */
static void forget_cuts(json_t *rule, const json_t *over, bool otherwise)
{
    static const char *const of_kind[] = {"secure_at", "nearly_at", "least_evidence", "after_hint",
                                          "times",     "of_last",   "newest_weight",  "gap_days"};
    if (!json_is_object(rule) || !json_is_object(over) ||
        must_last(rule, otherwise) == must_last(over, must_last(rule, otherwise)))
        return;
    for (size_t i = 0; i < sizeof of_kind / sizeof *of_kind; i++) (void)json_object_del(rule, of_kind[i]);
}

static void forget_cuts_of_all(json_t *mastery, const json_t *over)
{
    bool lasts = must_last(mastery, false);
    const json_t *types = json_object_get(over, "by_type");
    const char *type;
    json_t *v;
    json_object_foreach ((json_t *)(uintptr_t)types, type, v)
        forget_cuts(json_object_get(json_object_get(mastery, "by_type"), type), v, lasts);
    forget_cuts(mastery, over, false);
}

json_t *policy_merge(const json_t *upper, const json_t *lower)
{
    json_t *m = json_is_object(upper) ? json_deep_copy(upper) : json_object();
    forget_cuts_of_all(json_object_get(m, "mastery"), json_object_get(lower, "mastery"));
    if (m && json_is_object(lower) && !merge_into(m, lower)) {
        json_decref(m);
        return NULL;
    }
    return m;
}

static enum st denied(struct err *e, const char *msg_id, const char *words, const char *clause)
{
    (void)policy_clause(e, msg_id, words, "%s", clause);
    e->st = ST_DENIED;
    return ST_DENIED;
}

/* Mastery and grades are locked for schools unless the district opens them; the rest is open unless it is locked. */
static enum st check_lock(const json_t *upper, const struct setting *s, const char *path, const char *clause,
                          const json_t *value, struct err *e)
{
    const json_t *about = json_object_get(json_object_get(upper, "about"), path);
    const char *lock = json_str(about, "lock", s->re_derives ? "locked" : "open");
    double least = json_f64(about, "least", s->least), most = json_f64(about, "most", s->most);
    if (strcmp(lock, "open") != 0)
        return denied(e, "policy.locked", "is locked above; a waiver can be asked for", clause);
    if (json_is_number(value) && (json_number_value(value) < least || json_number_value(value) > most))
        return denied(e, "policy.outside", "is outside the bounds given above", clause);
    return ST_OK;
}

static enum st check_member(const json_t *upper, const char *group, const char *name, const char *where,
                            const json_t *value, enum policy_scope at, struct err *e)
{
    char path[80], clause[160];
    const struct setting *s = setting_find(group, name);
    snprintf(path, sizeof path, "%s.%s", group, name);
    snprintf(clause, sizeof clause, "%s/%s", where, name);
    if (!s) return policy_clause(e, "policy.unknown", "there is no such setting", "%s", clause);
    if (json_is_null(value)) return ST_OK; /* back to what holds above */
    if (at > s->narrowest) return denied(e, "policy.scope", "may not differ at this level", clause);
    return at == SCOPE_DISTRICT ? ST_OK : check_lock(upper, s, path, clause, value, e);
}

static enum st check_group(const json_t *upper, const char *group, const char *where, const json_t *o,
                           enum policy_scope at, struct err *e)
{
    const char *name;
    json_t *v;
    if (json_is_null(o)) return ST_OK;
    if (!json_is_object(o)) return policy_clause(e, "policy.shape", "must be an object", "%s", where);
    json_object_foreach ((json_t *)(uintptr_t)o, name, v) {
        if (strcmp(group, "mastery") == 0 && strcmp(name, "by_type") == 0) {
            const char *type;
            json_t *rule;
            json_object_foreach (v, type, rule) {
                char below[120];
                snprintf(below, sizeof below, "/mastery/by_type/%.60s", type);
                TRY(check_group(upper, group, below, rule, at, e));
            }
            continue;
        }
        TRY(check_member(upper, group, name, where, v, at, e));
    }
    return ST_OK;
}

/* What stands beside the settings. */
static bool is_around(const char *key)
{
    static const char *const around[] = {"about", "purposes", "requirements", "habits",
                                         "title", "text",     "drafted_by",   "version"};
    for (size_t i = 0; i < sizeof around / sizeof *around; i++)
        if (strcmp(around[i], key) == 0) return true;
    return false;
}

/* How a scope's word beside a setting may bind those below it: not looser than it is bound itself. */
static bool tightens(const json_t *upper, const char *path, const char *member, const json_t *value)
{
    const struct setting *s = setting_by_path(path);
    const json_t *above = json_object_get(json_object_get(upper, "about"), path);
    if (json_is_null(value)) return true; /* as above */
    if (strcmp(member, "open_for") == 0) return false;
    if (!s) return strcmp(member, "lock") != 0;
    if (strcmp(member, "lock") == 0)
        return strcmp(json_string_value(value) ? json_string_value(value) : "", "open") != 0 ||
               strcmp(json_str(above, "lock", s->re_derives ? "locked" : "open"), "open") == 0;
    if (strcmp(member, "least") == 0)
        return json_is_number(value) && json_number_value(value) >= json_f64(above, "least", s->least);
    if (strcmp(member, "most") == 0)
        return json_is_number(value) && json_number_value(value) <= json_f64(above, "most", s->most);
    return true;
}

static bool binds(const char *member)
{
    return strcmp(member, "lock") == 0 || strcmp(member, "least") == 0 || strcmp(member, "most") == 0;
}

static enum st check_about(const json_t *upper, const json_t *about, enum policy_scope at, struct err *e)
{
    const char *path, *member;
    json_t *entry, *v;
    json_object_foreach ((json_t *)(uintptr_t)about, path, entry) {
        const struct setting *s = setting_by_path(path);
        json_object_foreach (entry, member, v) {
            char clause[160];
            snprintf(clause, sizeof clause, "/about/%.60s/%.30s", path, member);
            if (s && at >= s->narrowest && binds(member) && !json_is_null(v))
                return denied(e, "policy.scope", "binds nobody: it may not differ further down", clause);
            if (!tightens(upper, path, member, v))
                return denied(e, "policy.outside", "would open to those below what is closed or bounded above", clause);
        }
    }
    return ST_OK;
}

enum st policy_check_bounds(const json_t *whole, struct err *e)
{
    const char *path;
    json_t *entry;
    json_object_foreach (json_object_get(whole, "about"), path, entry) {
        const struct setting *s = setting_by_path(path);
        if (!s || s->type == SETTING_LIST || s->type == SETTING_CHOICE) continue;
        if (json_f64(entry, "least", s->least) > json_f64(entry, "most", s->most))
            return policy_clause(e, "policy.bounds_order", "the least is above the most: nothing is left between them",
                                 "/about/%.60s/least", path);
    }
    return ST_OK;
}

static void prune_about(const json_t *upper, json_t *about)
{
    const char *path, *member;
    void *next;
    json_t *entry, *v;
    json_object_foreach (about, path, entry) {
        json_object_foreach_safe(entry, next, member, v)
        {
            if (!tightens(upper, path, member, v)) (void)json_object_del(entry, member);
        }
    }
}

enum st policy_may_set(const json_t *upper, const json_t *doc, enum policy_scope at, struct err *e)
{
    const char *group;
    json_t *o;
    if (!json_is_object(doc)) return policy_clause(e, "policy.shape", "the document must be an object", "/");
    json_object_foreach ((json_t *)(uintptr_t)doc, group, o) {
        char where[80];
        if (at != SCOPE_DISTRICT && strcmp(group, "requirements") == 0)
            return denied(e, "policy.scope", "may not differ at this level", "/requirements");
        if (at != SCOPE_DISTRICT && strcmp(group, "about") == 0) TRY(check_about(upper, o, at, e));
        if (is_around(group)) continue;
        snprintf(where, sizeof where, "/%.60s", group);
        TRY(check_group(upper, group, where, o, at, e));
    }
    return ST_OK;
}

/* Takes out of a group what may not be said; where: as in check_group. */
static bool prune_group(const json_t *upper, const char *group, const char *where, json_t *o, enum policy_scope at)
{
    const char *name;
    void *next;
    json_t *v;
    json_object_foreach_safe(o, next, name, v)
    {
        struct err e;
        if (strcmp(group, "mastery") == 0 && strcmp(name, "by_type") == 0 && json_is_object(v)) {
            const char *type;
            json_t *rule;
            json_object_foreach (v, type, rule) {
                if (!prune_group(upper, group, where, rule, at)) return false;
            }
        } else if (check_member(upper, group, name, where, v, at, &e) != ST_OK && json_object_del(o, name) != 0) {
            return false;
        }
    }
    return true;
}

json_t *policy_within(const json_t *upper, const json_t *doc, enum policy_scope at)
{
    const char *group;
    json_t *o, *kept = json_is_object(doc) ? json_deep_copy(doc) : json_object();
    bool fine = kept != NULL;
    json_object_foreach (kept, group, o) {
        if (at != SCOPE_DISTRICT && strcmp(group, "about") == 0) prune_about(upper, o);
        if (fine && !is_around(group)) fine = prune_group(upper, group, group, o, at);
    }
    if (fine) return kept;
    json_decref(kept);
    return NULL;
}

json_t *policy_opened(const json_t *upper, int64_t org_id)
{
    json_t *m = json_is_object(upper) ? json_deep_copy(upper) : json_object(), *about;
    const char *path;
    char id[24];
    bool fine = m != NULL;
    snprintf(id, sizeof id, "%lld", (long long)org_id);
    json_object_foreach (json_object_get(m, "about"), path, about) {
        if (json_is_true(json_object_get(json_object_get(about, "open_for"), id)))
            fine = fine && json_object_set_new(about, "lock", json_string("open")) == 0;
    }
    if (fine) return m;
    json_decref(m);
    return NULL;
}

static bool rebase_into(json_t *into, const json_t *before, const json_t *change)
{
    const char *key;
    json_t *v;
    json_object_foreach ((json_t *)(uintptr_t)change, key, v) {
        json_t *own = json_object_get(into, key), *was = json_object_get(before, key);
        if (json_is_object(v) && !own && !was) {
            if (json_object_set_new(into, key, json_object()) != 0) return false;
            own = json_object_get(into, key);
        }
        if (json_is_object(own) && json_is_object(v)) {
            if (!rebase_into(own, was, v)) return false;
        } else if ((own == NULL ? was == NULL : json_equal(own, was)) && !put(into, key, v)) {
            return false;
        }
    }
    return true;
}

json_t *policy_rebase(const json_t *waiting, const json_t *before, const json_t *change)
{
    json_t *m = json_deep_copy(waiting);
    if (m && rebase_into(m, before, change)) return m;
    json_decref(m);
    return NULL;
}

const char *const policy_measures[POLICY_MEASURES] = {"shown_lately", "secure_each", "off_screen", "looks_answered",
                                                      "read"};

enum st policy_check_drafters(const json_t *doc, struct err *e)
{
    enum { DRAFTERS_MOST = 30, NAME_MOST = 100 };
    const json_t *list = json_object_get(doc, "drafted_by");
    if (!list) return ST_OK;
    if (!json_is_array(list) || json_array_size(list) > DRAFTERS_MOST)
        return policy_clause(e, "policy.drafters", "is a list of up to 30 names", "/drafted_by");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (!name || !*name || strlen(name) > NAME_MOST)
            return policy_clause(e, "policy.drafters", "is a list of up to 30 names", "/drafted_by/%zu", i);
    }
    return ST_OK;
}

static bool has_purpose(const json_t *purposes, const char *id)
{
    for (size_t i = 0; i < json_array_size(purposes); i++)
        if (strcmp(json_str(json_array_get(purposes, i), "id", ""), id) == 0) return true;
    return false;
}

enum st policy_check_purposes(const json_t *doc, struct err *e)
{
    const json_t *purposes = json_object_get(doc, "purposes");
    const char *path;
    json_t *about;
    size_t n = json_array_size(purposes);
    if (n < 3 || n > 7)
        return policy_clause(e, "policy.purposes", "a definition opens with 3 to 7 purposes", "/purposes");
    for (size_t i = 0; i < n; i++) {
        const json_t *p = json_array_get(purposes, i);
        if (!*json_str(p, "id", "") || !*json_str(p, "text", "") || !*json_str(p, "measure", ""))
            return policy_clause(e, "policy.purpose", "needs an id, a text (so that our students can …) and a measure",
                                 "/purposes/%zu", i);
        const char *figure = json_str(p, "figure", "");
        bool known = !*figure;
        for (size_t k = 0; k < POLICY_MEASURES; k++) known = known || strcmp(policy_measures[k], figure) == 0;
        if (!known)
            return policy_clause(e, "policy.figure", "names no figure that is computed here", "/purposes/%zu/figure",
                                 i);
    }
    json_object_foreach (json_object_get(doc, "about"), path, about) {
        if (json_object_get(about, "open_for") && json_object_size(about) == 1) continue; /* opened by a waiver alone */
        if (!has_purpose(purposes, json_str(about, "purpose", "")))
            return policy_clause(e, "policy.serves", "names none of the purposes that it serves", "/about/%s/purpose",
                                 path);
    }
    return ST_OK;
}

static enum st add(struct arena *a, struct policy_change **list, size_t *n, size_t *cap, struct policy_change c,
                   struct err *e)
{
    if (*n == *cap) {
        struct policy_change *more = arena_array(a, *cap ? *cap * 2 : 16, sizeof *more);
        if (!more) return err_fail(e, ST_NOMEM, "err.memory", "differences");
        if (*n) memcpy(more, *list, *n * sizeof *more);
        *cap = *cap ? *cap * 2 : 16;
        *list = more;
    }
    (*list)[(*n)++] = c;
    return ST_OK;
}

static bool has_rule(const struct policy *p, const char *type)
{
    for (size_t i = 0; i < p->rule_count; i++)
        if (strcmp(p->rules[i].type, type) == 0) return true;
    return false;
}

static enum st diff_rule(struct arena *a, const char *type, const struct policy *before, const struct policy *after,
                         struct policy_change **list, size_t *n, size_t *cap, struct err *e)
{
    const struct mastery_rule *x = policy_rule(before, type), *y = policy_rule(after, type);
    for (size_t i = 0; i < policy_setting_count; i++) {
        const struct setting *s = &policy_settings[i];
        struct policy_change c = {.setting = s};
        if (!s->of_rule) continue;
        c.before = setting_value(s, before, x);
        c.after = setting_value(s, after, y);
        snprintf(c.type, sizeof c.type, "%s", type);
        if (c.before < c.after || c.before > c.after) TRY(add(a, list, n, cap, c, e));
    }
    return ST_OK;
}

static enum st add_scales(struct arena *a, const struct policy *before, const struct policy *after,
                          struct policy_change **list, size_t *n, size_t *cap, struct err *e)
{
    struct report_level *was = arena_array(a, SCALE_MOST, sizeof *was),
                        *will = arena_array(a, SCALE_MOST, sizeof *will);
    if (!was || !will) return err_fail(e, ST_NOMEM, "err.memory", "differences");
    memcpy(was, before->scale, sizeof before->scale);
    memcpy(will, after->scale, sizeof after->scale);
    return add(a, list, n, cap,
               (struct policy_change){.scale_before = was,
                                      .scale_before_count = before->scale_count,
                                      .scale_after = will,
                                      .scale_after_count = after->scale_count},
               e);
}

json_t *policy_applied(const json_t *upper, const json_t *doc, enum policy_scope scope)
{
    json_t *within = policy_within(upper, doc, scope), *whole = within ? policy_merge(upper, within) : NULL;
    json_decref(within);
    return whole;
}

bool policy_changes_re_derive(const struct policy_change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!changes[i].setting || changes[i].setting->re_derives) return true;
    return false;
}

enum st policy_diff(struct arena *a, const struct policy *before, const struct policy *after,
                    struct policy_change **out, size_t *n, struct err *e)
{
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    for (size_t i = 0; i < after->rule_count; i++)
        TRY(diff_rule(a, after->rules[i].type, before, after, out, n, &cap, e));
    for (size_t i = 1; i < before->rule_count; i++)
        if (!has_rule(after, before->rules[i].type))
            TRY(diff_rule(a, before->rules[i].type, before, after, out, n, &cap, e));
    for (size_t i = 0; i < policy_setting_count; i++) {
        const struct setting *s = &policy_settings[i];
        if (s->of_rule || s->unused) continue;
        double x = setting_value(s, before, NULL), y = setting_value(s, after, NULL);
        if (x < y || x > y) TRY(add(a, out, n, &cap, (struct policy_change){.setting = s, .before = x, .after = y}, e));
    }
    if (!policy_same_scale(before, after)) TRY(add_scales(a, before, after, out, n, &cap, e));
    if (policy_same_conversion(before, after)) return ST_OK;
    return add(a, out, n, &cap,
               (struct policy_change){.before = (double)before->cut_count, .after = (double)after->cut_count}, e);
}
