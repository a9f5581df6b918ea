/* Who is in which program, for those with the permission; every look leaves a record. */
#include "frame/page.h"

enum { PROGRAM_ROWS = 2000 };

enum st web_programs(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_program_person *rows;
    struct stmt *q;
    struct page_programs page = {0};
    TRY(page_begin(c, "/programs", &p, e));
    TRY(call_alloc(c, PROGRAM_ROWS * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < c->who.org_count; i++) {
        if (!(c->who.orgs[i].roles & ROLE_PROGRAMS)) continue;
        TRY(call_look(c, "school", c->who.orgs[i].org_id, e));
        TRY(tx_stmt(&c->tx, SQL_program_people, &q, e));
        bind_i64(q, "org_id", c->who.orgs[i].org_id);
        for (bool row = true; page.rows_n < PROGRAM_ROWS;) {
            TRY(stmt_step(q, &row, e));
            if (!row) break;
            rows[page.rows_n++] = (struct ui_program_person){
                arena_printf(c->arena, "%s %s", col_text(q, 1), col_text(q, 2)), arena_strdup(c->arena, col_text(q, 3)),
                col_is_null(q, 4) ? NULL : date_words(c, (int32_t)col_i64(q, 4)),
                col_is_null(q, 5) ? NULL : date_words(c, (int32_t)col_i64(q, 5))};
        }
    }
    page.rows = rows;
    return page_end(p, page_programs(&p->html, &p->ctx, &page), e);
}
