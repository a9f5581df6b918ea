/* Today, the map and why: a student's own pages. What others may see of them is in frame/learner.h. */
#include "base/id.h"
#include "frame/learner.h"
#include "frame/route.h"

static enum st web_today(struct call *c, struct err *e)
{
    struct page *p;
    struct page_today page;
    TRY(page_begin(c, "/today", &p, e));
    TRY(fill_today(c, &c->learner, &page.t, e));
    TRY(fill_notice(c, c->learner.learner_id, NULL, &page.rules, e));
    if (http_query(c->http, "helped")) page.t.help_waiting = msg(page_lang(c), MSG_help_sent);
    return page_end(p, page_today(&p->html, &p->ctx, &page), e);
}

static enum st web_map(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_map_group *groups;
    struct page_map page = {0};
    TRY(page_begin(c, "/map", &p, e));
    TRY(fill_map(c, &c->learner, "/why?c=", &groups, &page.groups_n, &page.skills, &page.secure, e));
    page.groups = groups;
    page.report_url = arena_printf(c->arena, "/report/%lld", (long long)c->learner.learner_id);
    page.standing_url = arena_printf(c->arena, "/standing/%lld", (long long)c->learner.learner_id);
    page.views_url = arena_printf(c->arena, "/views/%lld", (long long)c->learner.learner_id);
    return page_end(p, page_map(&p->html, &p->ctx, &page), e);
}

/* Why -------------------------------------------------------------------------------------------------------------- */

static enum st query_id(struct call *c, const char *name, int64_t *id, struct err *e)
{
    const char *s = http_query(c->http, name);
    if (s && id_parse(s, id)) return ST_OK;
    return err_fail(e, ST_NOT_FOUND, "err.not_found", "%s is not an id", name);
}

static enum st web_why(struct call *c, struct err *e)
{
    struct page *p;
    bool own = c->relation == MAY_OWN_RECORD;
    struct page_why page = {
        .back_url = own ? "/map" : "/children",
        .post_url = own ? "/look" : arena_printf(c->arena, "/why/%lld/look", (long long)c->learner.learner_id)};
    int64_t id;
    TRY(query_id(c, "c", &id, e));
    TRY(page_begin(c, page.back_url, &p, e));
    TRY(fill_why(c, &c->learner, id, own, &page.w, e));
    if (own) page.practise_url = arena_printf(c->arena, "/item?c=%lld", (long long)id);
    if (!own) { /* a family reads words, not steps; and its date leads back here */
        page.w.form_url = arena_printf(c->arena, "/why/%lld", (long long)c->learner.learner_id);
        page.w.learner_id = NULL;
        page.w.show_steps = false;
    }
    page.client_id = new_client_id(c);
    return page_end(p, page_why(&p->html, &p->ctx, &page), e);
}

const struct route student_routes[] = {
    GET("/today", STUDENT, web_today, .menu = MENU_TODAY, .title = MSG_nav_today, .summary = "A student's day"),
    GET("/map", STUDENT, web_map, .menu = MENU_MAP, .title = MSG_nav_map,
        .summary = "All skills, with where one stands"),
    GET("/why", STUDENT, web_why, .summary = "What one's own level rests on", .sample = "c={competency}"),
    GET("/why/:learner", MAY_GUARDIAN_OF, web_why, OF_LEARNER, .summary = "What a child's level rests on",
        .part = MSG_views_part_skill, .sample = "c={competency}"),
    {0},
};
