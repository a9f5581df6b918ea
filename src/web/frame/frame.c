/* The frame of a page: who, which language, where one may go. */
#include <stdio.h>
#include <string.h>

#include "plan/next.h"
#include "base/id.h"
#include "frame/menu.h"
#include "frame/page.h"
#include "store/sql/answer.h"
#include "store/sql/roster.h"

enum lang page_lang(struct call *c)
{
    enum lang dflt = lang_from_accept(http_header_in(c->http, "Accept-Language"), lang_find("en", 0));
    const char *chosen = http_cookie(c->http, "lang");
    if (chosen && *chosen) return lang_find(chosen, dflt);
    return c->who.user_id && *c->who.language ? lang_find(c->who.language, dflt) : dflt;
}

static const char *role_words(enum lang lang, unsigned roles)
{
    static const struct {
        unsigned role;
        enum msg_id id;
    } names[] = {{ROLE_STUDENT, MSG_role_student},     {ROLE_TEACHER, MSG_role_teacher},
                 {ROLE_COACH, MSG_role_coach},         {ROLE_COUNSELOR, MSG_role_counselor},
                 {ROLE_PRINCIPAL, MSG_role_principal}, {ROLE_DISTRICT, MSG_role_district},
                 {ROLE_GUARDIAN, MSG_role_guardian},   {ROLE_PROGRAMS, MSG_role_programs}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (roles & names[i].role) return msg(lang, names[i].id);
    return "";
}

static void release_html(void *h) { html_release(h); }

enum st page_begin(struct call *c, const char *current, struct page **out, struct err *e)
{
    struct page *p;
    struct ui_link *other;
    TRY(call_alloc(c, sizeof *p, (void **)&p, e));
    TRY(call_alloc(c, sizeof *other, (void **)&other, e));
    enum lang lang = page_lang(c);
    const char *code = lang_code(lang);
    bool english = str_eq(code, "en");
    *other = (struct ui_link){english ? "Español" : "English", english ? "/language?to=es" : "/language?to=en"};
    p->ctx = (struct page_ctx){.lang = lang,
                               .now_ms = c->now_ms,
                               .tz = c->snapshot ? c->snapshot->zone : NULL,
                               .csrf = c->csrf,
                               .school = c->snapshot ? c->snapshot->name : "Waymark",
                               .home = page_home(c->who.roles),
                               .languages = other,
                               .languages_n = 1};
    if (c->who.user_id) {
        TRY(menu_fill(c, current, &p->ctx, e));
        p->ctx.user_name =
            arena_printf(c->arena, "%s%s%s", c->who.given_name, *c->who.family_name ? " " : "", c->who.family_name);
        p->ctx.role = role_words(lang, c->who.roles);
        if (c->who.roles & ROLE_STUDENT) p->ctx.learner_id = id_text(c, c->who.user_id);
        int64_t grade;
        p->ctx.big = (c->who.roles & ROLE_STUDENT) && (!parse_i64(c->who.grade, &grade) || grade <= 5);
    }
    html_init(&p->html, &c->out);
    if (arena_on_release(c->arena, release_html, &p->html)) return err_fail(e, ST_NOMEM, "err.memory", "page");
    *out = p;
    return ST_OK;
}

enum st page_end(struct page *p, enum st st, struct err *e)
{
    if (st == ST_OK) st = html_done(&p->html);
    return st == ST_OK ? ST_OK : err_fail(e, st, "err.memory", "the page does not fit");
}

const char *in_100_words(struct call *c, double p)
{
    struct text t;
    text_init(&t, 64);
    format_in_100(&t, page_lang(c), p);
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

const char *say(struct call *c, enum msg_id id, const struct msg_arg *args, size_t n)
{
    struct text t;
    text_init(&t, 16384);
    msg_format(&t, page_lang(c), id, args, n);
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

const char *day_words(struct call *c, int64_t at_ms)
{
    struct text t;
    const struct tz *tz = c->snapshot->zone;
    text_init(&t, 512);
    format_day(&t, page_lang(c), tz_date(tz, at_ms), tz_date(tz, c->now_ms));
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

enum msg_id level_words(enum level l)
{
    static const enum msg_id ids[LEVEL_COUNT] = {MSG_level_not_yet, MSG_level_started, MSG_level_nearly,
                                                 MSG_level_secure};
    return ids[l < LEVEL_COUNT ? l : LEVEL_NOT_YET];
}

const char *id_text(struct call *c, int64_t id)
{
    const char *s = arena_printf(c->arena, "%lld", (long long)id);
    return s ? s : "";
}

struct safe_html trusted(const char *h) { return h ? safe_html_trust(h, strlen(h)) : (struct safe_html){0}; }

const char *new_client_id(struct call *c)
{
    char token[TOKEN_TEXT];
    token_new(token);
    const char *s = arena_strdup(c->arena, token);
    return s ? s : "";
}

enum st fill_skill_options(struct call *c, struct ui_rule_option **out, size_t *n, struct err *e)
{
    const struct catalogue *k = &c->snapshot->catalogue;
    TRY(call_alloc(c, (k->competency_count + 1) * sizeof **out, (void **)out, e));
    for (size_t i = 0; i < k->competency_count; i++)
        (*out)[i] =
            (struct ui_rule_option){id_text(c, k->competencies[i].competency_id), k->competencies[i].name, false};
    *n = k->competency_count;
    return ST_OK;
}

enum st reader_school(struct call *c, struct tx *tx, int64_t *org_id, struct err *e)
{
    struct sql_teacher_school_row school;
    *org_id = 0;
    if (c->relation == MAY_OWN_RECORD) return learner_school(tx, c->who.user_id, org_id, e);
    if (c->relation == MAY_GUARDIAN_OF) {
        struct sql_children_of_row child = {0};
        struct rows rows;
        TRY(sql_children_of(tx, c->who.user_id, &rows, e));
        bool found = sql_children_of_next(&rows, &child);
        TRY(rows_end(&rows));
        return found ? learner_school(tx, child.user_id, org_id, e) : ST_OK;
    }
    if (c->relation == MAY_TEACHES) {
        TRY(sql_teacher_school(tx, c->who.user_id, &school, NULL, e));
        *org_id = school.org_id;
    } else if (c->relation != MAY_LEADS_DISTRICT && c->who.org_count) {
        *org_id = c->who.orgs[0].org_id;
    }
    return ST_OK;
}

enum st reader_reach(struct call *c, struct tx *tx, struct reach *out, struct err *e)
{
    *out = (struct reach){.all = c->relation == MAY_LEADS_DISTRICT};
    return out->all ? ST_OK : reader_school(c, tx, &out->org_id, e);
}

bool reach_holds(const struct reach *r, int64_t org_id) { return r->all || !org_id || org_id == r->org_id; }

enum st reach_check(const struct reach *r, struct err *e)
{
    return r->all || r->org_id ? ST_OK : err_fail(e, ST_DENIED, "err.denied", "no school of this person is known");
}

enum st school_name(struct call *c, int64_t learner_id, const char **out, struct err *e)
{
    struct sql_org_get_row r;
    bool row = false;
    int64_t org_id;
    *out = c->snapshot->name;
    TRY(learner_school(c->tx, learner_id, &org_id, e));
    if (!org_id) return ST_OK;
    TRY(sql_org_get(c->tx, org_id, &r, &row, e));
    if (row) *out = arena_strdup(c->arena, r.name);
    return ST_OK;
}

const char *words_of_error(struct call *c, const struct err *why)
{
    struct text t;
    text_init(&t, 2000);
    msg_err(&t, page_lang(c), why->user);
    const char *s = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

bool leads_org(const struct call *c, int64_t org_id)
{
    return c->relation == MAY_LEADS_DISTRICT ||
           (c->relation == MAY_LEADS_SCHOOL && actor_holds(&c->who, ROLE_PRINCIPAL, org_id));
}
