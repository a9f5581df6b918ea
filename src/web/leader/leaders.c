/* The first page of coach, principal and district: the rules in words, who works where, how fresh the data are.
 * No class or teacher is set beside another by results. */
#include <stdio.h>
#include <string.h>

#include "frame/page.h"

enum { ORGS_MAX = 200, STAFF_MAX = 2000, CLASSES_MAX = 2000, SOURCES_MAX = 60, LATE_DAYS = 30 };

struct org {
    int64_t org_id;
    const char *name, *type;
};

static enum st orgs_of(struct call *c, struct org *list, size_t *n, struct err *e)
{
    struct stmt *q;
    *n = 0;
    TRY(tx_stmt(&c->tx, SQL_org_list, &q, e));
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row || *n == ORGS_MAX) return ST_OK;
        bool mine = c->relation == MAY_LEADS_DISTRICT && !str_eq(col_text(q, 2), "district");
        if (!mine && !actor_holds(&c->who, ROLE_PRINCIPAL | ROLE_COACH, col_i64(q, 0))) continue;
        list[*n] =
            (struct org){col_i64(q, 0), arena_strdup(c->arena, col_text(q, 3)), arena_strdup(c->arena, col_text(q, 2))};
        if (!list[*n].name || !list[*n].type) return err_fail(e, ST_NOMEM, "err.memory", "schools");
        (*n)++;
    }
}

static const char *in_100(struct call *c, double p)
{
    struct text t;
    text_init(&t, 64);
    format_in_100(&t, page_lang(c), p);
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

static enum st fill_rules(struct call *c, struct page_school_home *page, struct err *e)
{
    struct ui_rule_row *r;
    enum lang lang = page_lang(c);
    const struct policy_index *all = &c->snapshot->policy_index;
    const struct policy_version *v = policy_for_district(all, c->now_ms);
    const struct policy *p = &v->policy;
    const char *locked = msg(lang, MSG_rule_locked);
    TRY(call_alloc(c, 4 * sizeof *r, (void **)&r, e));
    r[0] = (struct ui_rule_row){msg(lang, MSG_rule_secure_at),
                                SAY(c, MSG_rule_secure_at_value, MSG_T("p", in_100(c, p->rules[0].secure_at))),
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
        if (&all->policies[i] == v) page->rules_version = (int64_t)i + 1;
    return ST_OK;
}

/* The classes that someone teaches in a school, or the school itself. */
static enum st works_where(struct call *c, int64_t user_id, const struct org *o, const char **out, struct err *e)
{
    struct stmt *q;
    struct text t;
    enum st st;
    text_init(&t, 4000);
    st = tx_stmt(&c->tx, SQL_classes_taught, &q, e);
    if (st == ST_OK) {
        bind_i64(q, "user_id", user_id);
        bind_i64(q, "org_id", o->org_id);
    }
    for (bool row = true; st == ST_OK && row;) {
        st = stmt_step(q, &row, e);
        if (st == ST_OK && row) text_printf(&t, "%s%s", t.n ? ", " : "", col_text(q, 0));
    }
    *out = t.n ? arena_strdup(c->arena, text_str(&t)) : o->name;
    text_release(&t);
    if (st == ST_OK && !*out) return err_fail(e, ST_NOMEM, "err.memory", "staff");
    return st;
}

static enum msg_id role_name(const char *code) { return msg_find_code("role", code, MSG_role_teacher); }

static enum st fill_staff(struct call *c, const struct org *o, struct ui_staff_row *rows, size_t *n, struct err *e)
{
    struct stmt *q;
    int64_t ids[STAFF_MAX];
    size_t first = *n;
    TRY(tx_stmt(&c->tx, SQL_org_staff, &q, e));
    bind_i64(q, "org_id", o->org_id);
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row || *n == STAFF_MAX) break;
        const char *given = *col_text(q, 3) ? col_text(q, 3) : col_text(q, 1);
        ids[*n] = col_i64(q, 0);
        rows[*n] = (struct ui_staff_row){.name = arena_printf(c->arena, "%s %s", given, col_text(q, 2)),
                                         .role = role_name(col_text(q, 4))};
        if (!rows[(*n)++].name) return err_fail(e, ST_NOMEM, "err.memory", "staff");
    }
    for (size_t i = first; i < *n; i++) TRY(works_where(c, ids[i], o, &rows[i].works, e));
    return ST_OK;
}

static enum st class_teacher(struct call *c, int64_t class_id, const char **out, struct err *e)
{
    struct stmt *q;
    *out = NULL;
    TRY(tx_stmt(&c->tx, SQL_class_teachers, &q, e));
    bind_i64(q, "class_id", class_id);
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) return ST_OK;
        const char *given = *col_text(q, 3) ? col_text(q, 3) : col_text(q, 1);
        *out = *out ? arena_printf(c->arena, "%s, %s %s", *out, given, col_text(q, 2))
                    : arena_printf(c->arena, "%s %s", given, col_text(q, 2));
        if (!*out) return err_fail(e, ST_NOMEM, "err.memory", "classes");
    }
}

static enum st fill_classes(struct call *c, const struct org *o, struct ui_class_row *rows, size_t *n, struct err *e)
{
    struct stmt *q;
    int64_t ids[CLASSES_MAX];
    size_t first = *n;
    TRY(tx_stmt(&c->tx, SQL_class_org, &q, e));
    bind_i64(q, "org_id", o->org_id);
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row || *n == CLASSES_MAX) break;
        ids[*n] = col_i64(q, 0);
        rows[*n] = (struct ui_class_row){.title = arena_strdup(c->arena, col_text(q, 1)), .students = col_i64(q, 3)};
        if (!rows[(*n)++].title) return err_fail(e, ST_NOMEM, "err.memory", "classes");
    }
    for (size_t i = first; i < *n; i++) TRY(class_teacher(c, ids[i], &rows[i].note, e));
    return ST_OK;
}

static enum st fill_sources(struct call *c, struct ui_source_row *rows, size_t *n, struct err *e)
{
    struct stmt *q;
    enum lang lang = page_lang(c);
    TRY(tx_stmt(&c->tx, SQL_import_latest, &q, e));
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row || *n == SOURCES_MAX) return ST_OK;
        const char *kind = col_text(q, 0);
        bool roster = str_eq(kind, "oneroster");
        enum msg_id what = roster                                        ? MSG_school_source_roster
                           : str_eq(kind, "case") || str_eq(kind, "asn") ? MSG_school_source_framework
                                                                         : MSG_school_source_content;
        rows[*n] = (struct ui_source_row){
            .name = msg(lang, what),
            .what = SAY(c, MSG_school_source_from, MSG_T("source", arena_strdup(c->arena, col_text(q, 1)))),
            .at = col_i64(q, 2),
            .late = roster && c->now_ms - col_i64(q, 2) > LATE_DAYS * INT64_C(86400000)};
        if (!rows[(*n)++].name) return err_fail(e, ST_NOMEM, "err.memory", "sources");
    }
}

static enum st fill_schools(struct call *c, const struct org *orgs, size_t n, struct page_school_home *page,
                            struct err *e)
{
    struct ui_school_row *rows;
    struct stmt *q;
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < n; i++) {
        bool row;
        if (!str_eq(orgs[i].type, "school")) continue;
        TRY(tx_stmt(&c->tx, SQL_org_counts, &q, e));
        bind_i64(q, "org_id", orgs[i].org_id);
        TRY(stmt_step(q, &row, e));
        rows[page->schools_n++] = (struct ui_school_row){orgs[i].name, row ? col_i64(q, 0) : 0, row ? col_i64(q, 1) : 0,
                                                         row ? col_i64(q, 2) : 0};
    }
    page->schools = rows;
    return ST_OK;
}

enum st web_school(struct call *c, struct err *e)
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
