/* Who viewed a record: for the student whose it is, and for the family. */
#include "access/access_record.h"

#include <string.h>

#include "base/id.h"
#include "frame/page.h"
#include "frame/route.h"

/* The words are the row's; a page that is no more has none. */
static enum msg_id part_words(const struct call *c, const char *path)
{
    for (size_t t = 0; c->gate->tables[t]; t++)
        for (const struct route *r = c->gate->tables[t]; r->path; r++)
            if (r->part && str_eq(r->path, path)) return r->part;
    return MSG_views_part_other;
}

static enum msg_id viewer_words(const char *relation)
{
    static const struct {
        enum relation relation;
        enum msg_id id;
    } roles[] = {{MAY_OWN_RECORD, MSG_role_student},   {MAY_TEACHES, MSG_role_teacher},
                 {MAY_GUARDIAN_OF, MSG_role_guardian}, {MAY_LEADS_SCHOOL, MSG_role_principal},
                 {MAY_COACHES, MSG_role_coach},        {MAY_LEADS_DISTRICT, MSG_role_district},
                 {MAY_COUNSELS, MSG_role_counselor},   {MAY_SEES_PROGRAMS, MSG_role_programs}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (str_eq(relation_code(roles[i].relation), relation)) return roles[i].id;
    return MSG_views_role_other;
}

/* Views of the same part by the same person on one day are one line, with how many they were. */
static enum st fill_rows(struct call *c, const struct access_views *v, struct page_views *page, struct err *e)
{
    struct ui_view_row *rows;
    const struct access_view *last = NULL;
    TRY(call_alloc(c, (v->count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < v->count; i++) {
        const struct access_view *x = &v->list[i];
        enum msg_id part = str_eq(x->scope, "school") ? MSG_views_part_school : part_words(c, x->route);
        if (last && last->actor_id == x->actor_id && str_eq(last->relation, x->relation) &&
            rows[page->rows_n - 1].part == part && str_eq(last->class_title, x->class_title) &&
            tz_date(c->snapshot->zone, last->at_ms) == tz_date(c->snapshot->zone, x->at_ms)) {
            rows[page->rows_n - 1].times++;
        } else {
            rows[page->rows_n++] =
                (struct ui_view_row){.name = x->actor_id == c->who.user_id ? msg(page_lang(c), MSG_views_you) : x->name,
                                     .role = viewer_words(x->relation),
                                     .part = part,
                                     .class_title = *x->class_title ? x->class_title : NULL,
                                     .at = x->at_ms,
                                     .times = 1};
        }
        last = x;
    }
    page->rows = rows;
    return ST_OK;
}

static enum st web_views(struct call *c, struct err *e)
{
    struct page *p;
    struct actor who;
    struct access_views *v;
    int64_t before = 0;
    const char *asked = http_query(c->http, "before");
    if (asked && *asked && !id_parse(asked, &before))
        return err_fail(e, ST_INVALID, "err.not_found", "before must be an id");
    bool own = c->relation == MAY_OWN_RECORD;
    TRY(page_begin(c, own ? "/map" : "/children", &p, e));
    TRY(actor_load(c->tx, c->learner.learner_id, &who, e));
    TRY(call_alloc(c, sizeof *v, (void **)&v, e));
    TRY(access_views(c->tx, c->arena, &c->learner, before, v, e));
    struct page_views page = {.back_url = own ? "/map" : "/children",
                              .own = own,
                              .later = before != 0,
                              .name = arena_strdup(c->arena, who.given_name)};
    TRY(fill_rows(c, v, &page, e));
    if (v->older_than)
        page.older_url = arena_printf(c->arena, "/views/%lld?before=%lld", (long long)c->learner.learner_id,
                                      (long long)v->older_than);
    return page_end(p, page_views(&p->html, &p->ctx, &page), e);
}

const struct route views_routes[] = {
    GET("/views/:learner", STUDENT | MAY_GUARDIAN_OF, web_views, .menu = MENU_MY_WORK, .title = MSG_nav_views,
        OF_LEARNER, .summary = "Who viewed a student's record", .part = MSG_views_part_views),
    {0},
};
