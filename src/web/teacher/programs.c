/* Who is in which program, for those with the permission; every look leaves a record. */
#include "frame/learner.h"
#include "frame/route.h"
#include "store/sql/outside.h"

enum { PROGRAM_ROWS = 2000 };

static enum st web_programs(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_program_person *rows;
    struct sql_program_people_row r;
    struct rows stored;
    struct page_programs page = {0};
    TRY(page_begin(c, "/programs", &p, e));
    TRY(call_alloc(c, PROGRAM_ROWS * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < c->who.org_count; i++) {
        if (!(c->who.orgs[i].roles & ROLE_PROGRAMS)) continue;
        TRY(call_record_access(c, "school", c->who.orgs[i].org_id, e));
        TRY(sql_program_people(c->tx, c->who.orgs[i].org_id, &stored, e));
        while (page.rows_n < PROGRAM_ROWS && sql_program_people_next(&stored, &r)) {
            rows[page.rows_n++] = (struct ui_program_person){
                arena_printf(c->arena, "%s %s", r.given_name, r.family_name), arena_strdup(c->arena, r.program),
                r.starts_on_is_null ? NULL : date_words(c, (int32_t)r.starts_on),
                r.ends_on_is_null ? NULL : date_words(c, (int32_t)r.ends_on)};
        }
        TRY(rows_end(&stored));
    }
    page.rows = rows;
    return page_end(p, page_programs(&p->html, &p->ctx, &page), e);
}

const struct route programs_routes[] = {
    GET("/programs", MAY_SEES_PROGRAMS, web_programs, .menu = MENU_PEOPLE, .title = MSG_nav_programs,
        .summary = "Who is in which program"),
    {0},
};
