/* What is asked for to graduate or to move up: for leaders to read and change, and for a teacher by student. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classroom/class.h"
#include "progress/goals.h"
#include "policy/policy.h"
#include "base/json.h"
#include "base/rng.h"
#include "frame/based_on.h"
#include "frame/route.h"
#include "branches.h"
#include "frame/form.h"

static enum st fill_asked(struct call *c, struct page_needs *page, struct err *e)
{
    struct requirement asked[REQUIREMENTS_MAX];
    struct ui_asked_row *rows;
    size_t n;
    TRY(requirements_in_force(c->snapshot, c->now_ms, asked, &n, e));
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < n; i++) {
        const struct requirement *r = &asked[i];
        const char *need = arena_printf(c->arena, "%.10g", r->need), *of = "";
        const struct standard_subtree b = branch_by_uri(&c->snapshot->catalogue, r->competencies);
        if (r->kind == REQUIREMENT_COMPETENCIES)
            of = b.top ? b.top->name : b.framework ? b.framework->title : r->competencies;
        rows[i] = (struct ui_asked_row){.title = arena_strdup(c->arena, r->title),
                                        .kind = r->promotion ? MSG_needs_promotion : MSG_needs_graduation,
                                        .what = SAY(c,
                                                    r->kind == REQUIREMENT_HOURS      ? MSG_needs_what_hours
                                                    : r->kind == REQUIREMENT_PROJECTS ? MSG_needs_what_projects
                                                                                      : MSG_needs_what_secure,
                                                    MSG_T("n", need), MSG_T("of", of)),
                                        .until = SAY(c, MSG_needs_until, MSG_N("grade", r->by_grade)),
                                        .remove_id = arena_strdup(c->arena, r->id)};
    }
    page->rows = rows;
    page->rows_n = n;
    const struct policy_index *all = &c->snapshot->policy_index;
    const struct policy_effective *v = policy_for_district(all, c->now_ms);
    for (size_t i = 0; i < all->policy_count; i++) page->version += all->policies[i].policy_id <= v->policy_id;
    return ST_OK;
}

/* The list that the form adds to or takes from. */
static enum st needs_basis(struct call *c, struct tx *tx, struct basis *b, struct err *e)
{
    struct page_needs page = {0};
    struct ui_rule_option *titles;
    const struct policy_effective *v = policy_for_district(&c->snapshot->policy_index, c->now_ms);
    *b = (struct basis){
        .title = msg(page_lang(c), MSG_needs_title), .post_url = "/requirements", .back_url = "/requirements"};
    TRY(fill_asked(c, &page, e));
    TRY(basis_sent(c, b, "title", msg(page_lang(c), MSG_needs_name), e));
    TRY(basis_sent(c, b, "need", msg(page_lang(c), MSG_needs_need), e));
    TRY(basis_sent(c, b, "remove", msg(page_lang(c), MSG_needs_remove), e));
    TRY(call_alloc(c, (page.rows_n + 1) * sizeof *titles, (void **)&titles, e));
    for (size_t i = 0; i < page.rows_n; i++)
        titles[i] = (struct ui_rule_option){page.rows[i].remove_id, page.rows[i].title, false};
    basis_choice(b, titles, page.rows_n);
    for (size_t i = 0; i < page.rows_n; i++)
        TRY(basis_field(c, b, NULL, page.rows[i].title,
                        arena_printf(c->arena, "%s %s", page.rows[i].what, page.rows[i].until), e));
    return basis_changed(c, tx, b, v->recorder_id, v->recorded_at_ms, e);
}

/* A field of the form that adds a requirement, as it was typed; a reason for removing one is not its own. */
static const char *typed(struct call *c, const char *name, const char *otherwise)
{
    return http_form(c->http, "remove", 0) ? otherwise : form_value(c, name, 0, otherwise);
}

static enum st web_requirements(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_rule_option *tops;
    TRY(page_begin(c, "/requirements", &p, e));
    struct page_needs page = {.can_edit = c->relation == MAY_LEADS_DISTRICT,
                              .saved = http_query(c->http, "saved") != NULL,
                              .error = form_error(c),
                              .form = {.title = typed(c, "title", ""),
                                       .for_what = typed(c, "for", ""),
                                       .by_grade = typed(c, "by_grade", "12"),
                                       .kind = typed(c, "kind", ""),
                                       .need = typed(c, "need", ""),
                                       .need_bad = form_marked(c, "need"),
                                       .reason = typed(c, "reason", "")}};
    if (page.can_edit) {
        TRY(fill_branches(c, true, &tops, &page.tops_n, e));
        form_chosen(c, "competencies", 0, tops, page.tops_n);
        page.tops = tops;
    }
    struct basis b;
    TRY(needs_basis(c, c->tx, &b, e));
    page.based_on = based_on(c, &b);
    TRY(fill_asked(c, &page, e));
    return page_end(p, page_needs(&p->html, &p->ctx, &page), e);
}

static json_t *entry_from_form(struct call *c)
{
    const char *title = http_form(c->http, "title", 0), *for_what = http_form(c->http, "for", 0),
               *kind = http_form(c->http, "kind", 0), *of = http_form(c->http, "competencies", 0),
               *grade = http_form(c->http, "by_grade", 0), *need = http_form(c->http, "need", 0);
    char id[24], ceds[8];
    double n = 0;
    (void)form_number(need, &n);
    snprintf(id, sizeof id, "r%llx",
             (unsigned long long)(hash_mix((uint64_t)c->now_ms, (uint64_t)c->who.user_id) & 0xffffffffffULL));
    snprintf(ceds, sizeof ceds, "%s%.5s", grade && strlen(grade) == 1 && *grade >= '1' ? "0" : "",
             grade ? (str_eq(grade, "0") ? "KG" : grade) : "");
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:f}", "id", id, "title", title ? title : "", "for",
                     for_what ? for_what : "", "kind", kind ? kind : "", "competencies", of ? of : "", "by_grade", ceds,
                     "need", n);
}

/* The list as it is to be: one more, or one less. */
static enum st next_list(struct call *c, char **doc, struct err *e)
{
    const char *remove = http_form(c->http, "remove", 0);
    json_t *now = json_loads(policy_for_district(&c->snapshot->policy_index, c->now_ms)->doc, 0, NULL),
           *list = json_array(), *entry;
    size_t i;
    json_array_foreach (json_object_get(now, "requirements"), i, entry)
        if (!remove || !str_eq(json_str(entry, "id", ""), remove)) json_array_append(list, entry);
    if (!remove) json_array_append_new(list, entry_from_form(c));
    json_t *out = json_pack("{s:o}", "requirements", list);
    char *text = out ? json_dumps(out, JSON_COMPACT) : NULL;
    *doc = text ? arena_strdup(c->arena, text) : NULL;
    free(text);
    json_decref(out);
    json_decref(now);
    return *doc ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "requirements");
}

static enum st shown_again(struct call *c, struct conn *conn, const struct err *why, struct err *e)
{
    TRY(tx_read(conn, c->snapshot->district_id, &c->tx, e));
    TRY(form_again(c, words_of_error(c, why), e));
    c->res.status = 400;
    return web_requirements(c, e);
}

static enum st check_entry(struct call *c, struct err *e)
{
    double n;
    TRY(form_open(c, NULL, e));
    if (!http_form(c->http, "remove", 0) && !form_number(http_form(c->http, "need", 0), &n))
        TRY(form_mark(c, "need", msg(page_lang(c), MSG_form_number), e));
    return form_check(c, e);
}

static enum st web_requirements_save(struct call *c, struct err *e)
{
    struct conn *conn;
    struct basis b;
    struct tx *tx;
    struct err why = {0};
    char *doc;
    TRY(app_read_conn(c->app, &conn, e));
    TRY(based_on_latest(c, conn, e));
    struct policy_cmd p = {.snapshot = c->snapshot, .arena = c->arena};
    TRY(tx_read(conn, c->snapshot->district_id, &tx, e));
    enum st st = needs_basis(c, tx, &b, e);
    tx_rollback(tx);
    TRY(st);
    TRY(based_on_check(c, &b, e));
    st = check_entry(c, &why);
    if (st == ST_INVALID) return shown_again(c, conn, &why, e);
    TRY(st == ST_OK ? ST_OK : (*e = why, st));
    TRY(next_list(c, &doc, e));
    p.save = (struct policy_save){
        .scope = SCOPE_DISTRICT, .doc = doc, .reason = http_form(c->http, "reason", 0), .recorder_id = c->who.user_id};
    policy_ready(&p);
    st = writer_run(c->app, &p.command, &why);
    if (st == ST_INVALID || st == ST_DENIED) return shown_again(c, conn, &why, e);
    if (st != ST_OK) {
        *e = why;
        return st;
    }
    TRY(snapshot_reload(c->app, conn, e));
    call_redirect(c, "/requirements?saved=1");
    return ST_OK;
}

/* A class, for its teacher: who needs what to get there in time ---------------------------------------------------- */

/* Whole weeks late at the current pace. */
static int64_t weeks_behind(const struct requirement_progress *v)
{
    return v->at_risk ? (int64_t)(v->to_go - v->weeks_left) : 0;
}

static enum st fill_need(struct call *c, int64_t org_id, const struct class_learner *l, struct ui_class_need *out,
                         struct err *e)
{
    struct actor who;
    struct requirement_progress *list;
    const char **risks;
    size_t n, done = 0;
    const struct learner_scope scope = {l->learner_id, c->class_.relation};
    TRY(actor_load(c->tx, l->learner_id, &who, e));
    TRY(requirements_progress(c->app, c->snapshot, c->tx, c->arena, &scope, who.grade, 0, &list, &n, e));
    TRY(call_alloc(c, (n + 1) * sizeof *risks, (void **)&risks, e));
    *out = (struct ui_class_need){
        .name = l->name, .address = arena_printf(c->arena, "/standing/%lld", (long long)l->learner_id), .risks = risks};
    const struct policy here =
        policy_for_learner(&c->snapshot->policy_index, org_id, c->class_.class_id, l->learner_id, c->now_ms);
    int64_t most = 0;
    for (size_t i = 0; i < n; i++) {
        done += list[i].done;
        if (list[i].at_risk)
            risks[out->risks_n++] = SAY(c, MSG_class_standing_risk, MSG_T("title", list[i].asked.title));
        if (weeks_behind(&list[i]) > most) most = weeks_behind(&list[i]);
    }
    if (most >= here.behind_weeks)
        out->act = SAY(c, MSG_class_standing_act, MSG_N("n", most), MSG_N("after", here.behind_weeks));
    out->words = n ? SAY(c, MSG_class_standing_done, MSG_N("done", (int64_t)done), MSG_N("n", (int64_t)n)) : "";
    return ST_OK;
}

static enum st web_class_standing(struct call *c, struct err *e)
{
    struct page *p;
    struct class_view v;
    struct ui_class_need *rows;
    struct requirement asked[REQUIREMENTS_MAX];
    size_t n;
    TRY(page_begin(c, "/classes", &p, e));
    TRY(requirements_in_force(c->snapshot, c->now_ms, asked, &n, e));
    TRY(class_view(c->app, c->snapshot, c->tx, c->arena, &c->class_, &v, e));
    TRY(call_alloc(c, (v.learner_count + 1) * sizeof *rows, (void **)&rows, e));
    struct page_class_standing page = {.title = v.title,
                                       .back_url = arena_printf(c->arena, "/class/%lld", (long long)c->class_.class_id),
                                       .rows = rows};
    for (size_t i = 0; n && i < v.learner_count; i++)
        TRY(fill_need(c, v.org_id, &v.learners[i], &rows[page.rows_n++], e));
    return page_end(p, page_class_standing(&p->html, &p->ctx, &page), e);
}

const struct route requirements_routes[] = {
    GET("/class/:class/standing", MAY_TEACHES, web_class_standing, OF_CLASS,
        .summary = "Who needs what to graduate or move up in time", .part = MSG_views_part_class_goals),
    GET("/requirements", LEADERS | MAY_TEACHES | MAY_COUNSELS, web_requirements,
        .menu = MENU_LIBRARY | MENU_HOW_WE_WORK, .title = MSG_nav_needs,
        .summary = "What is asked for to graduate or move up"),
    WORK("/requirements", MAY_LEADS_DISTRICT, web_requirements_save, .summary = "Change what is asked for",
         .sample = "title=Service&for=graduation&by_grade=12&kind=hours&need=30&reason=as+agreed"),
    {0},
};
