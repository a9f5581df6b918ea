/* waymark policy: the school's rules, shown, checked, compared and changed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "progress/grades.h"
#include "policy/policy.h"
#include "derive/rebuild.h"
#include "base/json.h"
#include "cli/cli.h"
#include "policy/snapshot.h"
#include "ops/ops.h"
#include "store/sql/identity.h"
#include "store/sql/roster.h"

/* --school NAME|ID, --class TITLE|ID or --learner NAME|ID: whose rules. org_id: the school above a class or a
 * learner. */
static enum st find_school(struct tx *tx, const char *school, int64_t *id, struct err *e)
{
    struct sql_org_list_row r;
    struct rows rows;
    *id = 0;
    TRY(sql_org_list(tx, &rows, e));
    while (sql_org_list_next(&rows, &r)) {
        char text[24];
        snprintf(text, sizeof text, "%lld", (long long)r.org_id);
        if (strcmp(text, school) == 0 || strcmp(r.name, school) == 0) *id = r.org_id;
    }
    TRY(rows_end(&rows));
    return *id ? ST_OK : err_fail(e, ST_NOT_FOUND, "err.not_found", "no school named %s", school);
}

static enum st find_class(struct tx *tx, const char *name, int64_t *id, int64_t *org_id, struct err *e)
{
    struct sql_class_find_row r;
    struct sql_class_school_row school;
    struct rows rows;
    int64_t asked = 0;
    (void)id_parse(name, &asked);
    TRY(sql_class_find(tx, &(struct sql_class_find_in){.class_id = asked, .title = name}, &rows, e));
    bool found = sql_class_find_next(&rows, &r);
    TRY(rows_end(&rows));
    if (!found) return err_fail(e, ST_NOT_FOUND, "err.not_found", "no class named %s", name);
    *id = r.class_id;
    TRY(sql_class_school(tx, *id, &school, NULL, e));
    *org_id = school.org_id;
    return ST_OK;
}

static enum st find_scope(struct cli *c, struct tx *tx, enum policy_scope *scope, int64_t *id, int64_t *org_id,
                          struct err *e)
{
    const char *school = cli_opt(c, "--school"), *class = cli_opt(c, "--class"), *learner = cli_opt(c, "--learner");
    *scope = learner ? SCOPE_LEARNER : class ? SCOPE_CLASS : school ? SCOPE_SCHOOL : SCOPE_DISTRICT;
    *id = *org_id = 0;
    if (learner) {
        TRY(cli_find_user(tx, learner, id, e));
        return learner_school(tx, *id, org_id, e);
    }
    if (class) return find_class(tx, class, id, org_id, e);
    return school ? find_school(tx, school, id, e) : ST_OK;
}

static enum st scope_of(struct cli *c, struct cli_app *a, enum policy_scope *scope, int64_t *id, int64_t *org_id,
                        struct err *e)
{
    struct tx *tx;
    TRY(tx_read(a->conn, a->app.snapshot->district_id, &tx, e));
    enum st st = find_scope(c, tx, scope, id, org_id, e);
    tx_rollback(tx);
    return st;
}

enum st cli_scope(struct cli *c, struct cli_app *a, enum policy_scope *scope, int64_t *id, struct err *e)
{
    int64_t org_id;
    return scope_of(c, a, scope, id, &org_id, e);
}

/* A version as it was recorded: what applies is merged of it and of those above. */
static void put_version(struct json_out *j, const struct policy_version *v, const char *doc)
{
    json_open_obj(j, NULL);
    json_put_id(j, "policy_id", v->policy_id);
    json_put_str(j, "scope", scope_code(v->scope));
    json_put_id(j, "scope_id", v->scope_id);
    json_put_time(j, "effective_at", v->effective_at_ms);
    json_put_time(j, "recorded_at", v->recorded_at_ms);
    if (v->base_id) json_put_id(j, "base_id", v->base_id);
    if (v->recorder_id) json_put_id(j, "recorder_id", v->recorder_id);
    json_put_bool(j, "derived", v->derived);
    json_put_str(j, "reason", v->reason);
    json_put_raw(j, "doc", doc);
    json_close_obj(j);
}

static void print_values(const struct policy *p)
{
    for (size_t r = 0; r < p->rule_count; r++)
        for (size_t i = 0; i < policy_setting_count; i++) {
            const struct setting *s = &policy_settings[i];
            struct text t;
            if (s->unused || (r && !s->of_rule)) continue;
            text_init(&t, 400);
            setting_value_words(&t, LANG_EN, s, setting_value(s, p, &p->rules[r]));
            printf("%-12s %-20s %-10s %s%s%s\n", s->group, s->name, text_str(&t), setting_words(LANG_EN, s),
                   r ? ", for " : "", p->rules[r].type);
            text_release(&t);
        }
    for (size_t i = 0; i < p->scale_count; i++)
        printf("%-12s %-20s %-10.10g %s, from %s %g: %s\n", "grades", "scale", p->scale[i].points,
               scale_name(LANG_EN, &p->scale[i]), level_code(p->scale[i].level), p->scale[i].from,
               scale_means(LANG_EN, &p->scale[i]));
    for (size_t i = 0; i < p->cut_count; i++)
        printf("%-12s %-20s %-10s mean of points from %g to %g: %g %%, GPA %g\n", "grades", "conversion",
               p->cuts[i].letter, p->cuts[i].from, p->cuts[i].to, p->cuts[i].percent, p->cuts[i].gpa);
}

static int run_show(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    enum policy_scope scope;
    int64_t school, at;
    const char *as_of = cli_opt(c, "--as-of");
    if (as_of && !time_parse_utc(as_of, &at))
        return cli_usage(c, "--as-of takes a time such as 2026-03-01T08:00:00Z, or a date");
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    if (!as_of) at = app_now_ms(&a.app);
    enum st st = cli_scope(c, &a, &scope, &school, &e);
    if (st != ST_OK) {
        cli_close(&a);
        return cli_fail(&e);
    }
    const struct policy_index *r = &a.app.snapshot->policy_index;
    const struct policy_effective *v = policy_for_school(r, school, at);
    struct text t;
    struct json_out j;
    text_init(&t, 16u << 20);
    json_out_init(&j, &t);
    if (cli_opt(c, "--history")) {
        json_open_list(&j, NULL);
        for (size_t i = 0; i < r->policy_count; i++)
            if (r->policies[i].scope == scope && r->policies[i].scope_id == school)
                put_version(&j, &r->policies[i], r->policies[i].doc);
        json_close_list(&j);
        cli_print_json(&t);
    } else if (c->json) {
        put_version(&j, policy_version_by_id(r, v->policy_id), v->doc);
        cli_print_json(&t);
    } else {
        text_release(&t);
        printf("Version %" PRId64 "%s%s\n", v->policy_id, *v->reason ? ": " : "", v->reason);
        print_values(&v->policy);
    }
    cli_close(&a);
    return 0;
}

static void print_changes(const struct policy_saved *saved, bool json, struct json_out *j)
{
    for (size_t i = 0; i < saved->change_count; i++) {
        struct text t;
        text_init(&t, 8000);
        policy_change_words(&t, LANG_EN, &saved->changes[i]);
        if (json) json_put_str(j, NULL, text_str(&t));
        else printf("  %s\n", text_str(&t));
        text_release(&t);
    }
}

static int tell(const struct cli *c, const struct policy_saved *saved, const struct rebuild_report *derived)
{
    struct text t;
    struct json_out j;
    char at[32];
    time_format_utc(saved->effective_at_ms, at);
    if (!c->json) {
        printf("%zu settings differ; in effect from %s\n", saved->change_count, at);
        print_changes(saved, false, NULL);
        if (saved->carried) printf("%zu scheduled versions get this change too.\n", saved->carried);
        if (derived)
            printf("Recomputed %lld levels and states.\n",
                   (long long)(derived->rows_differed + derived->states_differed));
        return 0;
    }
    text_init(&t, 1 << 20);
    json_out_init(&j, &t);
    json_open_obj(&j, NULL);
    if (saved->policy_id) json_put_id(&j, "policy_id", saved->policy_id);
    json_put_str(&j, "effective_at", at);
    json_open_list(&j, "changes");
    print_changes(saved, true, &j);
    json_close_list(&j);
    if (saved->base_id) json_put_id(&j, "base_id", saved->base_id);
    json_put_i64(&j, "carried", (int64_t)saved->carried);
    if (derived) json_put_i64(&j, "rows_differed", derived->rows_differed);
    json_close_obj(&j);
    cli_print_json(&t);
    return 0;
}

/* --effective now | next-term | TIME */
static bool read_effective(const struct cli *c, const struct app *app, int64_t *out)
{
    const char *s = cli_opt(c, "--effective");
    *out = 0;
    if (!s || strcmp(s, "next-term") == 0) return true;
    if (strcmp(s, "now") == 0) {
        *out = app_now_ms(app);
        return true;
    }
    return time_parse_utc(s, out);
}

/* Derived anew when it is in force already. */
static enum st apply(struct cli_app *a, const struct policy_saved *saved, struct rebuild_report *r, bool *derived,
                     struct err *e)
{
    TRY(snapshot_reload(&a->app, a->conn, e));
    *derived = saved->re_derives && saved->effective_at_ms <= app_now_ms(&a->app);
    return *derived ? rebuild(&a->app, a->conn, REBUILD_WRITE, r, e) : ST_OK;
}

/* --author USERNAME: who decided. */
static enum st find_author(struct cli *c, struct tx *tx, int64_t *id, struct err *e)
{
    const char *name = cli_opt(c, "--author");
    struct sql_user_by_name_row r;
    bool row;
    if (!name) return ST_OK;
    TRY(sql_user_by_name(tx, name, &r, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.no_user", "no user named %s", name);
    *id = r.user_id;
    return ST_OK;
}

static int check_or_set(struct cli *c, bool set)
{
    struct err e = {0};
    struct cli_app a;
    struct arena arena;
    struct rebuild_report r = {0};
    struct policy_saved saved = {0};
    struct policy_save p = {.reason = cli_opt(c, "--reason")};
    bool derived = false;
    if (c->count != 1) return cli_usage(c, "name the file");
    if (set && (!p.reason || !*p.reason)) return cli_usage(c, "--reason is required; it is stored with the version");
    if (!set) p.reason = "-";
    char *doc = cli_read_file(c->positional[0]);
    if (!doc) return 3;
    if (cli_open(c, &a, &e) != ST_OK) {
        free(doc);
        return cli_fail(&e);
    }
    p.doc = doc;
    arena_init(&arena, 64u << 20);
    enum st st = scope_of(c, &a, &p.scope, &p.scope_id, &p.org_id, &e);
    bool time_read = read_effective(c, &a.app, &p.effective_at_ms);
    struct snapshot *s = snapshot_hold(&a.app);
    if (st == ST_OK && time_read) {
        struct tx *tx;
        st = set ? tx_write(a.conn, s->district_id, &tx, &e) : tx_read(a.conn, s->district_id, &tx, &e);
        if (st == ST_OK) st = find_author(c, tx, &p.recorder_id, &e);
        if (st == ST_OK)
            st = set ? policy_save(&a.app, s, tx, &arena, &p, &saved, &e)
                     : policy_check(&a.app, s, tx, &arena, &p, &saved, &e);
        if (st == ST_OK && set) st = tx_commit(tx, &e);
        else tx_rollback(tx);
    }
    snapshot_drop(s);
    if (st == ST_OK && set && time_read) st = apply(&a, &saved, &r, &derived, &e);
    int code = !time_read    ? cli_usage(c, "--effective takes now, next-term, or a time such as 2027-01-11T06:00:00Z")
               : st != ST_OK ? cli_fail(&e)
                             : tell(c, &saved, derived ? &r : NULL);
    arena_release(&arena);
    cli_close(&a);
    free(doc);
    return code;
}

static int run_check(struct cli *c) { return check_or_set(c, false); }
static int run_set(struct cli *c) { return check_or_set(c, true); }

static bool is_version(const char *name)
{
    int64_t id;
    return strcmp(name, "now") == 0 || parse_i64(name, &id);
}

/* One side of a comparison: a file; with --db also a version's id (as it is merged over what was above it when it came
 * into force), or "now". */
static enum st read_side(const struct policy_index *r, int64_t now_ms, const char *name, struct policy *out,
                         struct err *e)
{
    int64_t id;
    if (r && strcmp(name, "now") == 0) {
        *out = policy_for_district(r, now_ms)->policy;
        return ST_OK;
    }
    if (r && parse_i64(name, &id)) {
        if (policy_version_by_id(r, id)) {
            *out = policy_by_id(r, id)->policy;
            return ST_OK;
        }
        return err_fail(e, ST_NOT_FOUND, "err.not_found", "no version %s", name);
    }
    char *doc = cli_read_file(name);
    if (!doc)
        return err_fail(e, ST_NOT_FOUND, "err.file", "%s is not a file%s", name,
                        r ? "" : "; a version's id needs --db");
    enum st st = policy_read(doc, strlen(doc), out, e);
    free(doc);
    return st;
}

/* Two documents in words. */
static int run_diff(struct cli *c)
{
    struct err e = {0};
    struct arena arena;
    struct cli_app a = {0};
    struct policy p[2] = {{0}, {0}};
    struct policy_saved d = {0};
    if (c->count != 2) return cli_usage(c, "say which two");
    bool open = c->db && (is_version(c->positional[0]) || is_version(c->positional[1]));
    if (open && cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    arena_init(&arena, 64u << 20);
    enum st st = ST_OK;
    for (size_t i = 0; i < 2 && st == ST_OK; i++)
        st = read_side(open ? &a.app.snapshot->policy_index : NULL, open ? app_now_ms(&a.app) : 0, c->positional[i],
                       &p[i], &e);
    cli_close(&a);
    if (st == ST_OK) st = policy_diff(&arena, &p[0], &p[1], &d.changes, &d.change_count, &e);
    if (st == ST_OK && !c->json) print_changes(&d, false, NULL);
    if (st == ST_OK && c->json) {
        struct text t;
        struct json_out j;
        text_init(&t, 1 << 20);
        json_out_init(&j, &t);
        json_open_list(&j, NULL);
        print_changes(&d, true, &j);
        json_close_list(&j);
        cli_print_json(&t);
    }
    arena_release(&arena);
    return st == ST_OK ? 0 : cli_fail(&e);
}

static const char *const type_words[] = {"number", "whole number", "choice"};

static void print_settings(bool unused)
{
    struct policy d = policy_default();
    puts("| setting | what it is | kind | from | to | default | lowest scope that can set it "
         "|\n|---|---|---|---|---|---|---|");
    for (size_t i = 0; i < policy_setting_count; i++) {
        const struct setting *s = &policy_settings[i];
        struct text t;
        if (s->unused != unused) continue;
        text_init(&t, 1000);
        setting_value_words(&t, LANG_EN, s, setting_value(s, &d, &d.rules[0]));
        printf("| `%s.%s` | %s | %s | ", s->group, s->name, setting_words(LANG_EN, s), type_words[s->type]);
        if (s->type == SETTING_CHOICE) {
            for (int k = 0; s->choices[k]; k++) printf("%s`%s`", k ? ", " : "", s->choices[k]);
            printf(" | | %s | %s |\n", text_str(&t), scope_code(s->narrowest));
        } else {
            printf("%g | %g | %s | %s |\n", s->least, s->most, text_str(&t), scope_code(s->narrowest));
        }
        text_release(&t);
    }
}

/* The tables of settings as a page: docs/policy.md is made of it. */
static int run_settings(struct cli *c)
{
    (void)c;
    print_settings(false);
    puts("\n## Not in use yet\n\nNothing in Waymark obeys these settings yet. A document can hold them: they are "
         "checked, "
         "kept and carried over to new\nversions, and no page or preview shows them.\n");
    print_settings(true);
    return 0;
}

/* A term's grades as they are given out. */
static int run_freeze(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    int64_t written;
    char term[120] = "";
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    enum st st = grades_freeze(&a.app, a.conn, cli_opt(c, "--term"), &written, term, &e);
    cli_close(&a);
    if (st != ST_OK) return cli_fail(&e);
    if (c->json) printf("{\"written\":%lld}\n", (long long)written);
    else printf("%s: %lld grades stored; grades already stored did not change.\n", term, (long long)written);
    return 0;
}

const struct cli_command cli_commands_policy[] = {
    {"policy show",
     "",
     "Print the current policy.",
     run_show,
     true,
     {{"--school", "NAME|ID", "of one school (default: the district)"},
      {"--as-of", "TIME", "as of this time"},
      {"--history", NULL, "all versions, as JSON"}}},
    {"policy check",
     "FILE",
     "Check a policy document and print what it would change. Writes nothing.",
     run_check,
     true,
     {{"--school", "NAME|ID", "for a school"},
      {"--class", "TITLE|ID", "for a class"},
      {"--learner", "NAME|ID", "for a student"},
      {"--effective", "TIME", "now, next-term or a time"}}},
    {"policy set",
     "FILE",
     "Save FILE (complete or partial) as a new policy version.",
     run_set,
     true,
     {{"--reason", "TEXT", "the reason, stored with the version"},
      {"--author", "USERNAME", "who decided (default: the operator)"},
      {"--school", "NAME|ID", "for a school"},
      {"--class", "TITLE|ID", "for a class, within what its school allows"},
      {"--learner", "NAME|ID", "for a student, within what the class allows"},
      {"--effective", "TIME",
       "now, next-term or a time (default: now, or the next term if levels or grades would change)"}}},
    {"policy diff",
     "BEFORE AFTER",
     "Print what differs between two documents. Each is a file; with --db also a version id, or now.",
     run_diff,
     false,
     {{0}}},
    {"grades freeze",
     "",
     "Store final grades for a term, with the policy they were made under. Grades already stored do not change.",
     run_freeze,
     true,
     {{"--term", "TITLE", "the term (default: the current one)"}}},
    {"policy settings", "", "Print every setting and its limits as a table.", run_settings, false, {{0}}},
    {0},
};
