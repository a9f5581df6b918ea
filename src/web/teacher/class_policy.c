/* The rules of one class, or of one student: what is left open above, within the bounds given there, with the reason
 * on record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/next.h"
#include "frame/form.h"
#include "base/json.h"
#include "frame/based_on.h"
#include "frame/setting.h"
#include "frame/route.h"
#include "policy/policy.h"
#include "store/sql/roster.h"

enum { VERSIONS_SHOWN = 20 };

/* Whose rules: a class's, or a student's. */
struct narrow {
    enum policy_scope scope;
    int64_t id, org_id, class_id; /* class_id: of a student, the class whose rules are above, 0 for none */
    const char *title, *back_url, *post_url;
    size_t class_count; /* of a student: all classes, each of which may bind */
    struct above {
        const char *title;
        const json_t *doc; /* of what holds there; in arena */
    } classes[COURSES_MAX];
};

static enum st load_classes(struct call *c, struct tx *tx, const struct taught *courses, size_t n, struct narrow *w,
                            struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct sql_class_get_row r;
        bool row;
        json_t *doc;
        const char *text =
            policy_for_class(&c->snapshot->policy_index, courses[i].org_id, courses[i].class_id, c->now_ms)->doc;
        TRY(json_read(c->arena, text, strlen(text), &doc, e));
        TRY(sql_class_get(tx, courses[i].class_id, &r, &row, e));
        w->classes[w->class_count++] = (struct above){row ? arena_strdup(c->arena, r.title) : "", doc};
    }
    return ST_OK;
}

static enum st find_narrow(struct call *c, struct tx *tx, struct narrow *w, struct err *e)
{
    *w = (struct narrow){.scope = c->class_.class_id ? SCOPE_CLASS : SCOPE_LEARNER,
                         .id = c->class_.class_id ? c->class_.class_id : c->learner.learner_id};
    if (w->scope == SCOPE_CLASS) {
        struct sql_class_get_row r;
        bool row;
        TRY(sql_class_get(tx, w->id, &r, &row, e));
        w->org_id = r.org_id;
        w->title = row ? arena_strdup(c->arena, r.title) : "";
        w->back_url = arena_printf(c->arena, "/class/%lld", (long long)w->id);
        w->post_url = arena_printf(c->arena, "/class/%lld/rules", (long long)w->id);
        return ST_OK;
    }
    struct actor who;
    struct taught courses[COURSES_MAX];
    size_t n;
    TRY(actor_load(tx, w->id, &who, e));
    TRY(learner_courses(tx, w->id, courses, COURSES_MAX, &n, e));
    TRY(learner_school(tx, w->id, &w->org_id, e));
    /* of several, each has its own above it: what is shown is the school's */
    if (n == 1) w->class_id = courses[0].class_id;
    w->title = arena_printf(c->arena, "%s %s", who.given_name, who.family_name);
    w->back_url = arena_printf(c->arena, "/student/%lld", (long long)w->id);
    w->post_url = arena_printf(c->arena, "/student/%lld/rules", (long long)w->id);
    return load_classes(c, tx, courses, n, w, e);
}

static bool is_offered(const struct narrow *w, const struct setting *s)
{
    return s->narrowest >= w->scope && s->type != SETTING_CHOICE && !s->unused;
}

static const json_t *about_of(struct call *c, const struct setting *s, const json_t *doc)
{
    return json_object_get(json_object_get(doc, "about"), rules_field(c, s));
}
static bool is_locked(const json_t *about) { return !str_eq(json_str(about, "lock", "open"), "open"); }

/* Is it locked above? And between what it may be set; by whom, where that is a class. */
static void fill_bounds(struct call *c, const struct narrow *w, const struct setting *s, const json_t *upper,
                        struct ui_class_setting *r)
{
    const json_t *about = about_of(c, s, upper);
    double least = json_f64(about, "least", s->least), most = json_f64(about, "most", s->most);
    r->locked = is_locked(about);
    if (r->locked) r->by = msg(page_lang(c), MSG_class_rules_locked);
    for (size_t i = 0; !r->locked && i < w->class_count; i++) {
        const json_t *here = about_of(c, s, w->classes[i].doc);
        double from = json_f64(here, "least", least), to = json_f64(here, "most", most);
        r->locked = is_locked(here);
        if (r->locked) r->by = SAY(c, MSG_class_rules_locked_by, MSG_T("name", w->classes[i].title));
        else if (from > least || to < most)
            r->by = SAY(c, MSG_class_rules_bounds_by, MSG_T("name", w->classes[i].title));
        if (from > least) least = from;
        if (to < most) most = to;
    }
    if (!r->locked)
        r->bounds = SAY(c, rules_in_100(s) ? MSG_class_rules_bounds_in_100 : MSG_class_rules_bounds,
                        MSG_T("least", rules_number(c, s, least)), MSG_T("most", rules_number(c, s, most)));
}

static const char *field_of(struct call *c, const struct setting *s, const char *what)
{
    const char *name = arena_printf(c->arena, "%s.%s", rules_field(c, s), what);
    return name ? name : "";
}

/* The class's limits on student settings. Keeps what was typed when the form is shown again. */
static void fill_bind(struct call *c, const struct setting *s, const json_t *own, struct ui_class_setting *r)
{
    const json_t *about = about_of(c, s, own);
    const char *lock = http_form(c->http, field_of(c, s, "lock"), 0),
               *least = http_form(c->http, field_of(c, s, "least"), 0),
               *most = http_form(c->http, field_of(c, s, "most"), 0);
    r->binds = true;
    r->students_locked = lock ? str_eq(lock, "locked") : is_locked(about);
    r->least = least ? least : json_object_get(about, "least") ? rules_number(c, s, json_f64(about, "least", 0)) : "";
    r->most = most ? most : json_object_get(about, "most") ? rules_number(c, s, json_f64(about, "most", 0)) : "";
    if (r->students_locked) r->students = msg(page_lang(c), MSG_class_rules_students_locked);
    else if (*r->least || *r->most)
        r->students = SAY(c, rules_in_100(s) ? MSG_class_rules_bounds_in_100 : MSG_class_rules_bounds,
                          MSG_T("least", *r->least ? r->least : rules_number(c, s, s->least)),
                          MSG_T("most", *r->most ? r->most : rules_number(c, s, s->most)));
    else r->students = msg(page_lang(c), MSG_class_rules_open);
}

static enum st fill_settings(struct call *c, const struct narrow *w, struct page_class_rules *page, struct err *e)
{
    struct ui_class_setting *rows;
    const struct policy_index *r_ = &c->snapshot->policy_index;
    const struct policy_effective *school = policy_for_school(r_, w->org_id, c->now_ms);
    const struct policy_version *own = policy_version_current(r_, w->scope, w->id, c->now_ms);
    const struct policy above =
        w->scope == SCOPE_CLASS ? school->policy : policy_for_class(r_, w->org_id, w->class_id, c->now_ms)->policy;
    const struct policy here = w->scope == SCOPE_CLASS
                                   ? policy_for_class(r_, w->org_id, w->id, c->now_ms)->policy
                                   : policy_for_learner(r_, w->org_id, w->class_id, w->id, c->now_ms);
    json_t *upper, *doc = NULL;
    TRY(call_alloc(c, policy_setting_count * sizeof *rows, (void **)&rows, e));
    TRY(json_read(c->arena, school->doc, strlen(school->doc), &upper, e));
    if (own) TRY(json_read(c->arena, own->doc, strlen(own->doc), &doc, e));
    for (size_t i = 0; i < policy_setting_count; i++) {
        const struct setting *s = &policy_settings[i];
        if (!is_offered(w, s)) continue;
        struct ui_class_setting *r = &rows[page->rows_n++];
        /* a form that is shown again keeps what was typed */
        const char *sent = http_form(c->http, rules_field(c, s), 0);
        *r = (struct ui_class_setting){.name = rules_field(c, s),
                                       .title = setting_words(page_lang(c), s),
                                       .school = rules_number(c, s, setting_value(s, &above, &above.rules[0])),
                                       .in_100 = rules_in_100(s)};
        if (sent) r->own = sent;
        else if (json_object_get(json_object_get(doc, s->group), s->name))
            r->own = rules_number(c, s, setting_value(s, &here, &here.rules[0]));
        fill_bounds(c, w, s, upper, r);
        if (w->scope == SCOPE_CLASS && s->narrowest > SCOPE_CLASS && !r->locked) fill_bind(c, s, doc, r);
    }
    page->rows = rows;
    return ST_OK;
}

static enum st fill_history(struct call *c, const struct narrow *w, struct page_class_rules *page, struct err *e)
{
    const struct policy_index *r = &c->snapshot->policy_index;
    struct ui_edit_row *rows;
    TRY(call_alloc(c, VERSIONS_SHOWN * sizeof *rows, (void **)&rows, e));
    for (size_t i = r->policy_count; i-- > 0 && page->versions_n < VERSIONS_SHOWN;) {
        const struct policy_version *v = &r->policies[i];
        struct actor who = {0};
        if (v->scope != w->scope || v->scope_id != w->id) continue;
        if (v->recorder_id) TRY(actor_load(c->tx, v->recorder_id, &who, e));
        rows[page->versions_n++] = (struct ui_edit_row){
            v->recorded_at_ms, v->reason,
            v->recorder_id ? arena_printf(c->arena, "%s %s", who.given_name, who.family_name) : ""};
    }
    page->versions = rows;
    return ST_OK;
}

/* What the form shows of what is stored: here, and above it. */
static enum st narrow_basis(struct call *c, struct tx *tx, const struct narrow *w, struct basis *b, struct err *e)
{
    const struct policy_index *all = &c->snapshot->policy_index;
    const struct policy_version *own = policy_version_current(all, w->scope, w->id, c->now_ms);
    json_t *doc = NULL;
    *b = (struct basis){.title = w->title, .post_url = w->post_url, .back_url = w->post_url};
    if (own) TRY(json_read(c->arena, own->doc, strlen(own->doc), &doc, e));
    for (size_t i = 0; i < policy_setting_count; i++) {
        const struct setting *s = &policy_settings[i];
        const json_t *v = json_object_get(json_object_get(doc, s->group), s->name), *about = about_of(c, s, doc);
        if (!is_offered(w, s)) continue;
        const char *title = setting_words(page_lang(c), s);
        TRY(basis_field(c, b, rules_field(c, s), title, v ? rules_number(c, s, json_number_value(v)) : "", e));
        if (w->scope != SCOPE_CLASS || s->narrowest <= SCOPE_CLASS) continue;
        TRY(basis_field(c, b, field_of(c, s, "lock"), SAY(c, MSG_class_rules_lock_of, MSG_T("setting", title)),
                        is_locked(about) ? "locked" : "open", e));
        TRY(basis_field(c, b, field_of(c, s, "least"), SAY(c, MSG_class_rules_least_of, MSG_T("setting", title)),
                        json_object_get(about, "least") ? rules_number(c, s, json_f64(about, "least", 0)) : "", e));
        TRY(basis_field(c, b, field_of(c, s, "most"), SAY(c, MSG_class_rules_most_of, MSG_T("setting", title)),
                        json_object_get(about, "most") ? rules_number(c, s, json_f64(about, "most", 0)) : "", e));
    }
    basis_stored(b, own ? own->doc : "");
    return own ? basis_changed(c, tx, b, own->recorder_id, own->recorded_at_ms, e) : ST_OK;
}

static enum st show(struct call *c, const char *error, struct err *e)
{
    struct page *p;
    struct narrow w;
    TRY(page_begin(c, "/classes", &p, e));
    TRY(find_narrow(c, c->tx, &w, e));
    struct page_class_rules page = {.title = w.title,
                                    .back_url = w.back_url,
                                    .post_url = w.post_url,
                                    .of_student = w.scope == SCOPE_LEARNER,
                                    .saved = http_query(c->http, "saved") != NULL,
                                    .error = error,
                                    .reason = http_form(c->http, "reason", 0)};
    struct basis b;
    TRY(narrow_basis(c, c->tx, &w, &b, e));
    page.based_on = based_on(c, &b);
    TRY(fill_settings(c, &w, &page, e));
    TRY(fill_history(c, &w, &page, e));
    return page_end(p, page_class_rules(&p->html, &p->ctx, &page), e);
}

static enum st web_class_rules(struct call *c, struct err *e) { return show(c, NULL, e); }

/* What a class says to bind its students, into the document; empty is as the school has it. */
static enum st bind_from_form(struct call *c, const struct setting *s, const json_t *now, json_t *doc, struct err *e)
{
    static const char *const what[] = {"lock", "least", "most"};
    const json_t *about = about_of(c, s, now);
    json_t *entry;
    TRY(json_keep(c->arena, json_object(), &entry, e));
    for (size_t i = 0; i < 3; i++) {
        const char *text = http_form(c->http, field_of(c, s, what[i]), 0);
        double v = 0;
        bool none = !text || !*text || (i == 0 && str_eq(text, "open"));
        if (!text || (none && !json_object_get(about, what[i]))) continue;
        if (!none && i && !form_number(text, &v)) {
            enum st st = err_fail(e, ST_INVALID, "policy.number", "/about/%s/%s: \"%.40s\" is not a number",
                                  rules_field(c, s), what[i], text);
            err_arg(e, setting_words(page_lang(c), s));
            return st;
        }
        json_t *value = none ? json_null() : i == 0 ? json_string("locked") : json_real(rules_in_100(s) ? v / 100 : v);
        if (json_object_set_new(entry, what[i], value) != 0) return err_fail(e, ST_NOMEM, "err.memory", "rules");
    }
    if (!json_object_size(entry)) return ST_OK;
    json_t *all = json_object_get(doc, "about");
    if (!all && json_object_set_new(doc, "about", all = json_object()) != 0)
        return err_fail(e, ST_NOMEM, "err.memory", "rules");
    return json_object_set(all, rules_field(c, s), entry) == 0 ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "rules");
}

/* A field left empty is as the school has it. */
static enum st doc_from_form(struct call *c, const struct narrow *w, char **out, struct err *e)
{
    const struct policy_version *own = policy_version_current(&c->snapshot->policy_index, w->scope, w->id, c->now_ms);
    json_t *doc = json_object(), *now = own ? json_loads(own->doc, 0, NULL) : NULL;
    enum st st = doc ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "rules");
    for (size_t i = 0; st == ST_OK && i < policy_setting_count; i++) {
        const struct setting *s = &policy_settings[i];
        const char *text = http_form(c->http, rules_field(c, s), 0);
        double v = 0;
        if (!is_offered(w, s)) continue;
        if (w->scope == SCOPE_CLASS && s->narrowest > SCOPE_CLASS) st = bind_from_form(c, s, now, doc, e);
        if (st != ST_OK) break;
        if (!text || (!*text && !json_object_get(json_object_get(now, s->group), s->name))) continue;
        if (*text && !form_number(text, &v)) {
            st = err_fail(e, ST_INVALID, "policy.number", "/%s/%s: \"%.40s\" is not a number", s->group, s->name, text);
            err_arg(e, setting_words(page_lang(c), s));
            break;
        }
        if (rules_in_100(s)) v /= 100;
        json_t *group = json_object_get(doc, s->group),
               *value = !*text ? json_null()
                        : s->type == SETTING_WHOLE && v > -1e9 && v < 1e9 && (double)(int64_t)v - v == 0
                            ? json_integer((int64_t)v)
                            : json_real(v);
        if (!group && json_object_set_new(doc, s->group, group = json_object()) != 0) group = NULL;
        if (!group || json_object_set_new(group, s->name, value) != 0)
            st = err_fail(e, ST_NOMEM, "err.memory", "rules");
    }
    char *text = st == ST_OK ? json_dumps(doc, JSON_COMPACT) : NULL;
    *out = text ? arena_strdup(c->arena, text) : NULL;
    free(text);
    json_decref(doc);
    json_decref(now);
    return st != ST_OK || *out ? st : err_fail(e, ST_NOMEM, "err.memory", "rules");
}

static enum st web_class_rules_save(struct call *c, struct err *e)
{
    struct conn *conn;
    struct tx *tx;
    struct policy_cmd p = {.arena = c->arena,
                           .save = {.reason = http_form(c->http, "reason", 0), .recorder_id = c->who.user_id}};
    struct err why = {0};
    char *doc = NULL;
    TRY(app_read_conn(c->app, &conn, e));
    TRY(based_on_latest(c, conn, e));
    p.snapshot = c->snapshot;
    TRY(tx_read(conn, c->snapshot->district_id, &tx, e));
    struct narrow w;
    struct basis b;
    enum st st = find_narrow(c, tx, &w, &why);
    if (st == ST_OK) st = narrow_basis(c, tx, &w, &b, &why);
    if (st == ST_OK) st = based_on_check(c, &b, &why);
    tx_rollback(tx);
    TRY(st == ST_OK ? ST_OK : (*e = why, st));
    p.save.scope = w.scope;
    p.save.scope_id = w.id;
    p.save.org_id = w.org_id;
    st = doc_from_form(c, &w, &doc, &why);
    p.save.doc = doc;
    policy_ready(&p);
    if (st == ST_OK) st = writer_run(c->app, &p.command, &why);
    if (st == ST_INVALID || st == ST_DENIED) {
        TRY(tx_read(conn, c->snapshot->district_id, &c->tx, e));
        c->res.status = st == ST_DENIED ? 403 : 400;
        return show(c, words_of_error(c, &why), e);
    }
    if (st != ST_OK) {
        *e = why;
        return st;
    }
    TRY(snapshot_reload(c->app, conn, e));
    const char *to = arena_printf(c->arena, "%s?saved=1", w.post_url);
    call_redirect(c, to ? to : "/classes");
    return ST_OK;
}

const struct route class_policy_routes[] = {
    GET("/class/:class/rules", MAY_TEACHES, web_class_rules, OF_CLASS, .summary = "The rules of a class",
        .part = MSG_views_part_class_settings),
    WORK("/class/:class/rules", MAY_TEACHES, web_class_rules_save, OF_CLASS, .summary = "Change the rules of a class",
         .part = MSG_views_part_class_settings, .sample = "mastery.review_after_days={days}&reason=short+terms"),
    GET("/student/:learner/rules", MAY_TEACHES, web_class_rules, OF_LEARNER, .summary = "The rules of one student",
        .part = MSG_views_part_settings),
    WORK("/student/:learner/rules", MAY_TEACHES, web_class_rules_save, OF_LEARNER,
         .summary = "Change the rules of one student", .part = MSG_views_part_settings,
         .sample = "mastery.review_after_days={days}&reason=sooner"),
    {0},
};
