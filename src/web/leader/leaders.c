/* The first page of coach, principal and district: the rules in words, who works where, how fresh the data are.
 * No class or teacher is set beside another by results. */
#include <stdio.h>
#include <string.h>

#include "frame/page.h"
#include "frame/route.h"
#include "store/sql/content.h"
#include "store/sql/roster.h"

enum { ORGS_MAX = 200, STAFF_MAX = 2000, CLASSES_MAX = 2000, SOURCES_MAX = 60, LATE_DAYS = 30 };

struct org {
    int64_t org_id;
    const char *name, *type;
};

static enum st orgs_of(struct call *c, struct org *list, size_t *n, struct err *e)
{
    struct sql_org_list_row r;
    struct rows rows;
    *n = 0;
    TRY(sql_org_list(c->tx, &rows, e));
    while (*n < ORGS_MAX && sql_org_list_next(&rows, &r)) {
        bool mine = c->relation == MAY_LEADS_DISTRICT && !str_eq(r.type, "district");
        if (!mine && !actor_holds(&c->who, ROLE_PRINCIPAL | ROLE_COACH, r.org_id)) continue;
        list[*n] = (struct org){r.org_id, arena_strdup(c->arena, r.name), arena_strdup(c->arena, r.type)};
        if (!list[*n].name || !list[*n].type) return err_fail(e, ST_NOMEM, "err.memory", "schools");
        (*n)++;
    }
    return rows_end(&rows);
}

static enum st fill_rules(struct call *c, struct page_school_home *page, struct err *e)
{
    struct ui_rule_row *r;
    enum lang lang = page_lang(c);
    const struct policy_index *all = &c->snapshot->policy_index;
    const struct policy_effective *v = policy_for_district(all, c->now_ms);
    const struct policy *p = &v->policy;
    const char *locked = msg(lang, MSG_rule_locked);
    TRY(call_alloc(c, 4 * sizeof *r, (void **)&r, e));
    r[0] = (struct ui_rule_row){msg(lang, MSG_rule_secure_at),
                                SAY(c, MSG_rule_secure_at_value, MSG_T("p", in_100_words(c, p->rules[0].secure_at))),
                                msg(lang, MSG_rule_secure_at_why), locked};
    r[1] = (struct ui_rule_row){msg(lang, MSG_rule_evidence),
                                SAY(c, MSG_rule_evidence_value, MSG_N("n", p->rules[0].least_evidence)),
                                msg(lang, MSG_rule_evidence_why), locked};
    r[2] = (struct ui_rule_row){
        msg(lang, MSG_rule_hints),
        msg(lang, p->rules[0].after_hint == AFTER_HINT_PRACTICE ? MSG_rule_hints_practice : MSG_rule_hints_not_alone),
        msg(lang, MSG_rule_hints_why), locked};
    r[3] = (struct ui_rule_row){msg(lang, MSG_rule_review),
                                SAY(c, MSG_rule_review_value, MSG_N("n", p->review_after_days)),
                                msg(lang, MSG_rule_review_why), locked};
    page->rules = r;
    page->rules_n = 4;
    page->rules_since = v->effective_at_ms;
    for (size_t i = 0; i < all->policy_count; i++)
        if (all->policies[i].policy_id == v->policy_id) page->rules_version = (int64_t)i + 1;
    return ST_OK;
}

/* The classes that someone teaches in a school, or the school itself. */
static enum st works_where(struct call *c, int64_t user_id, const struct org *o, const char **out, struct err *e)
{
    struct sql_classes_taught_row r;
    struct rows rows = {0};
    struct text t;
    text_init(&t, 4000);
    enum st st =
        sql_classes_taught(c->tx, &(struct sql_classes_taught_in){.user_id = user_id, .org_id = o->org_id}, &rows, e);
    while (sql_classes_taught_next(&rows, &r)) text_printf(&t, "%s%s", t.n ? ", " : "", r.title);
    st = rows_end(&rows);
    *out = t.n ? arena_strdup(c->arena, text_str(&t)) : o->name;
    text_release(&t);
    if (st == ST_OK && !*out) return err_fail(e, ST_NOMEM, "err.memory", "staff");
    return st;
}

static enum msg_id role_name(const char *code) { return msg_find_code("role", code, MSG_role_teacher); }

static enum st fill_staff(struct call *c, const struct org *o, struct ui_staff_row *rows, size_t *n, struct err *e)
{
    struct sql_org_staff_row r;
    struct rows stored;
    int64_t ids[STAFF_MAX];
    size_t first = *n;
    TRY(sql_org_staff(c->tx, o->org_id, &stored, e));
    while (*n < STAFF_MAX && sql_org_staff_next(&stored, &r)) {
        const char *given = *r.preferred_name ? r.preferred_name : r.given_name;
        ids[*n] = r.user_id;
        rows[*n] = (struct ui_staff_row){.name = arena_printf(c->arena, "%s %s", given, r.family_name),
                                         .role = role_name(r.role)};
        if (!rows[(*n)++].name) return err_fail(e, ST_NOMEM, "err.memory", "staff");
    }
    TRY(rows_end(&stored));
    for (size_t i = first; i < *n; i++) TRY(works_where(c, ids[i], o, &rows[i].works, e));
    return ST_OK;
}

static enum st class_teacher(struct call *c, int64_t class_id, const char **out, struct err *e)
{
    struct sql_class_teachers_row r;
    struct rows rows;
    *out = NULL;
    TRY(sql_class_teachers(c->tx, class_id, &rows, e));
    while (sql_class_teachers_next(&rows, &r)) {
        const char *given = *r.preferred_name ? r.preferred_name : r.given_name;
        *out = *out ? arena_printf(c->arena, "%s, %s %s", *out, given, r.family_name)
                    : arena_printf(c->arena, "%s %s", given, r.family_name);
        if (!*out) return err_fail(e, ST_NOMEM, "err.memory", "classes");
    }
    return rows_end(&rows);
}

static enum st fill_classes(struct call *c, const struct org *o, struct ui_class_row *rows, size_t *n, struct err *e)
{
    struct sql_class_org_row r;
    struct rows stored;
    int64_t ids[CLASSES_MAX];
    size_t first = *n;
    TRY(sql_class_org(c->tx, o->org_id, &stored, e));
    while (*n < CLASSES_MAX && sql_class_org_next(&stored, &r)) {
        ids[*n] = r.class_id;
        rows[*n] = (struct ui_class_row){.title = arena_strdup(c->arena, r.title), .students = r.students};
        if (!rows[(*n)++].title) return err_fail(e, ST_NOMEM, "err.memory", "classes");
    }
    TRY(rows_end(&stored));
    for (size_t i = first; i < *n; i++) TRY(class_teacher(c, ids[i], &rows[i].note, e));
    return ST_OK;
}

/* What the kinds of import bring, in words, school_source.KIND; any other kind brings content. */
static enum st fill_sources(struct call *c, struct ui_source_row *rows, size_t *n, struct err *e)
{
    struct sql_import_latest_row r;
    struct rows stored;
    enum lang lang = page_lang(c);
    TRY(sql_import_latest(c->tx, &stored, e));
    while (*n < SOURCES_MAX && sql_import_latest_next(&stored, &r)) {
        const char *kind = r.kind;
        bool roster = str_eq(kind, "oneroster");
        enum msg_id what = msg_find_code("school_source", kind, MSG_school_source_content);
        rows[*n] = (struct ui_source_row){
            .name = msg(lang, what),
            .what = SAY(c, MSG_school_source_from, MSG_T("source", arena_strdup(c->arena, r.source))),
            .at = r.at_ms,
            .late = roster && c->now_ms - r.at_ms > LATE_DAYS * INT64_C(86400000)};
        if (!rows[(*n)++].name) return err_fail(e, ST_NOMEM, "err.memory", "sources");
    }
    return rows_end(&stored);
}

static enum st fill_schools(struct call *c, const struct org *orgs, size_t n, struct page_school_home *page,
                            struct err *e)
{
    struct ui_school_row *rows;
    struct sql_org_counts_row r;
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(orgs[i].type, "school")) continue;
        TRY(sql_org_counts(c->tx, orgs[i].org_id, &r, NULL, e));
        rows[page->schools_n++] = (struct ui_school_row){orgs[i].name, r.students, r.teachers, r.classes};
    }
    page->schools = rows;
    return ST_OK;
}

static enum st web_school(struct call *c, struct err *e)
{
    struct page *p;
    struct org orgs[ORGS_MAX];
    struct ui_staff_row *staff;
    struct ui_class_row *classes;
    struct ui_source_row *sources;
    size_t n;
    bool district = c->relation == MAY_LEADS_DISTRICT;
    struct page_school_home page = {.intro = district                     ? MSG_school_intro_district
                                             : c->relation == MAY_COACHES ? MSG_school_intro_coach
                                                                          : MSG_school_intro_principal};
    TRY(page_begin(c, "/school", &p, e));
    TRY(orgs_of(c, orgs, &n, e));
    TRY(call_alloc(c, STAFF_MAX * sizeof *staff, (void **)&staff, e));
    TRY(call_alloc(c, CLASSES_MAX * sizeof *classes, (void **)&classes, e));
    TRY(call_alloc(c, SOURCES_MAX * sizeof *sources, (void **)&sources, e));
    TRY(fill_rules(c, &page, e));
    page.title = !district && n ? orgs[0].name : c->snapshot->name;
    for (size_t i = 0; i < n; i++) {
        TRY(fill_staff(c, &orgs[i], staff, &page.staff_n, e));
        if (!district) TRY(fill_classes(c, &orgs[i], classes, &page.classes_n, e));
    }
    if (district) TRY(fill_schools(c, orgs, n, &page, e));
    TRY(fill_sources(c, sources, &page.sources_n, e));
    page.staff = staff;
    page.classes = classes;
    page.sources = sources;
    return page_end(p, page_school_home(&p->html, &p->ctx, &page), e);
}

const struct route leaders_routes[] = {
    GET("/school", LEADERS, web_school, .menu = MENU_SCHOOL, .title = MSG_nav_school,
        .summary = "The rules, who works where, how fresh the data are"),
    {0},
};
