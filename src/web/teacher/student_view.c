/* One student, for the teacher and the counselor: the pages of the student, read only. */
#include "frame/learner.h"
#include "frame/route.h"

/* As the student sees it, read only. */
static enum st web_student(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_map_group *groups;
    struct page_student_view page = {.back_url = page_home(c->who.roles)};
    int64_t skills, secure;
    TRY(page_begin(c, "/classes", &p, e));
    p->ctx.read_only = true;
    TRY(fill_today(c, &c->learner, &page.t, e));
    TRY(fill_map(c, &c->learner, NULL, &groups, &page.groups_n, &skills, &secure, e));
    page.groups = groups;
    page.class_title = page.t.class_title;
    page.report_url = arena_printf(c->arena, "/report/%lld", (long long)c->learner.learner_id);
    page.standing_url = arena_printf(c->arena, "/standing/%lld", (long long)c->learner.learner_id);
    if (c->relation == MAY_COUNSELS) page.class_title = msg(page_lang(c), MSG_nav_counselor);
    if (c->relation == MAY_COUNSELS)
        page.transcript_url = arena_printf(c->arena, "/transcript/%lld", (long long)c->learner.learner_id);
    else page.rules_url = arena_printf(c->arena, "/student/%lld/rules", (long long)c->learner.learner_id);
    page.next_url = arena_printf(c->arena, "/suggestion/%lld", (long long)c->learner.learner_id);
    page.letter_url = arena_printf(c->arena, "/letter/%lld", (long long)c->learner.learner_id);
    return page_end(p, page_student_view(&p->html, &p->ctx, &page), e);
}

const struct route student_view_routes[] = {
    GET("/student/:learner", MAY_TEACHES | MAY_COUNSELS, web_student, OF_LEARNER,
        .summary = "As the student sees it, read only", .part = MSG_views_part_student),
    {0},
};
