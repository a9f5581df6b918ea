/* Barriers: what no setting can express, filed by staff, answered in public. Nobody's name stands beside what they
 * filed. */
#include "leading/together.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "frame/page.h"

enum { BARRIERS_SHOWN = 300 };

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum st fill_rows(struct call *c, struct page_barriers *page, struct err *e)
{
    struct ui_barrier_row *rows;
    struct stmt *q;
    int64_t took[BARRIERS_SHOWN], late = 0;
    size_t answered = 0;
    int32_t today = tz_date(c->snapshot->zone, c->now_ms);
    TRY(call_alloc(c, BARRIERS_SHOWN * sizeof *rows, (void **)&rows, e));
    TRY(tx_stmt(&c->tx, SQL_barrier_list, &q, e));
    for (bool row = true; page->rows_n < BARRIERS_SHOWN;) {
        char day[16];
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        int64_t at = id_time_ms(col_i64(q, 0)), due = col_i64(q, 6), answered_at = col_i64(q, 8);
        if (answered_at) took[answered++] = (answered_at - at) / 86400000;
        date_format((int32_t)due, day);
        bool overdue = due && !answered_at && due < today;
        late += overdue;
        rows[page->rows_n++] = (struct ui_barrier_row){
            .barrier_id = id_text(c, col_i64(q, 0)),
            .at = at,
            .school = *col_text(q, 2) ? arena_strdup(c->arena, col_text(q, 2)) : c->snapshot->name,
            .kind = msg_find_code("barrier.kind", col_text(q, 3), MSG_barrier_kind_policy),
            .note = arena_strdup(c->arena, col_text(q, 4)),
            .owner = *col_text(q, 5) ? arena_strdup(c->arena, col_text(q, 5)) : NULL,
            .due = due ? arena_strdup(c->arena, day) : NULL,
            .late = overdue,
            .answer = *col_text(q, 7) ? arena_strdup(c->arena, col_text(q, 7)) : NULL,
            .answered_at = answered_at,
            .can_answer = leads_org(c, col_i64(q, 1))};
    }
    page->rows = rows;
    qsort(took, answered, sizeof *took, by_size);
    if (answered)
        page->times = SAY(c, MSG_barrier_times, MSG_N("n", (int64_t)answered), MSG_N("median", took[answered / 2]),
                          MSG_N("longest", took[answered - 1]));
    if (late) page->late = SAY(c, MSG_barrier_late, MSG_N("n", late));
    return ST_OK;
}

enum st web_barriers(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_rule_option *kinds;
    TRY(page_begin(c, "/barriers", &p, e));
    TRY(call_alloc(c, BARRIER_KINDS * sizeof *kinds, (void **)&kinds, e));
    for (size_t i = 0; i < BARRIER_KINDS; i++)
        kinds[i] = (struct ui_rule_option){
            barrier_kinds[i],
            msg(page_lang(c), msg_find_code("barrier.kind", barrier_kinds[i], MSG_barrier_kind_policy)), false};
    struct page_barriers page = {.kinds = kinds,
                                 .kinds_n = BARRIER_KINDS,
                                 .client_id = new_client_id(c),
                                 .saved = http_query(c->http, "saved") != NULL};
    TRY(fill_rows(c, &page, e));
    return page_end(p, page_barriers(&p->html, &p->ctx, &page), e);
}

enum st web_barrier_parse(struct call *c, struct command **out, struct err *e)
{
    struct barrier_cmd *b;
    TRY(call_alloc(c, sizeof *b, (void **)&b, e));
    *b = (struct barrier_cmd){.client_id = http_form(c->http, "client_id", 0),
                              .kind = http_form(c->http, "kind", 0),
                              .note = http_form(c->http, "note", 0),
                              .filer_id = c->who.user_id};
    TRY(reader_school(c, &c->tx, &b->org_id, e));
    TRY(barrier_check(b, e));
    *out = &b->command;
    return ST_OK;
}

enum st web_barrier_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    call_redirect(c, "/barriers?saved=1");
    return ST_OK;
}

enum st web_barrier_answer_parse(struct call *c, struct command **out, struct err *e)
{
    struct barrier_answer_cmd *b;
    struct stmt *q;
    bool row;
    const char *id = http_form(c->http, "barrier_id", 0), *due = http_form(c->http, "due", 0);
    TRY(call_alloc(c, sizeof *b, (void **)&b, e));
    *b = (struct barrier_answer_cmd){
        .user_id = c->who.user_id, .owner = http_form(c->http, "owner", 0), .answer = http_form(c->http, "answer", 0)};
    if (!id || !id_parse(id, &b->barrier_id))
        return err_fail(e, ST_INVALID, "err.not_found", "barrier_id must be an id");
    if (due && *due && !date_parse(due, &b->due_date))
        return err_fail(e, ST_INVALID, "why.bad_date", "due must be a date such as 2026-03-01");
    TRY(tx_stmt(&c->tx, SQL_barrier_get, &q, e));
    bind_i64(q, "barrier_id", b->barrier_id);
    TRY(stmt_step(q, &row, e));
    if (!row || !leads_org(c, col_i64(q, 0)))
        return err_fail(e, ST_DENIED, "err.denied", "barrier %lld is not of a school that user %lld leads",
                        (long long)b->barrier_id, (long long)c->who.user_id);
    TRY(barrier_answer_check(b, e));
    *out = &b->command;
    return ST_OK;
}

enum st web_barrier_answer_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    call_redirect(c, "/barriers");
    return ST_OK;
}
