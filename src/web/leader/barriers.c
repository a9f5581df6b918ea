/* Barriers: what no setting can express, filed by staff, answered in public. Nobody's name stands beside what they
 * filed. */
#include "leading/barrier.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "core/note.h"
#include "frame/page.h"
#include "frame/route.h"
#include "store/sql/together.h"

enum { BARRIERS_SHOWN = 300 };

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum st fill_rows(struct call *c, struct page_barriers *page, struct err *e)
{
    struct ui_barrier_row *rows;
    struct sql_barrier_list_row r;
    struct rows stored;
    int64_t took[BARRIERS_SHOWN], late = 0;
    size_t answered = 0;
    int32_t today = tz_date(c->snapshot->zone, c->now_ms);
    TRY(call_alloc(c, BARRIERS_SHOWN * sizeof *rows, (void **)&rows, e));
    TRY(sql_barrier_list(c->tx, &stored, e));
    while (page->rows_n < BARRIERS_SHOWN && sql_barrier_list_next(&stored, &r)) {
        char day[16];
        int64_t at = id_time_ms(r.barrier_id), due = r.due_date,
                answered_at = r.answered_id ? id_time_ms(r.answered_id) : 0;
        if (answered_at) took[answered++] = (answered_at - at) / 86400000;
        date_format((int32_t)due, day);
        bool overdue = due && !answered_at && due < today;
        late += overdue;
        rows[page->rows_n++] =
            (struct ui_barrier_row){.barrier_id = id_text(c, r.barrier_id),
                                    .org_id = arena_printf(c->arena, "%lld", (long long)r.org_id),
                                    .at = at,
                                    .school = *r.name ? arena_strdup(c->arena, r.name) : c->snapshot->name,
                                    .kind = msg_find_code("barrier.kind", r.kind, MSG_barrier_kind_policy),
                                    .note = arena_strdup(c->arena, r.note),
                                    .owner = *r.owner ? arena_strdup(c->arena, r.owner) : NULL,
                                    .due = due ? arena_strdup(c->arena, day) : NULL,
                                    .late = overdue,
                                    .answer = *r.answer ? arena_strdup(c->arena, r.answer) : NULL,
                                    .answered_at = answered_at,
                                    .can_answer = leads_org(c, r.org_id)};
    }
    TRY(rows_end(&stored));
    page->rows = rows;
    qsort(took, answered, sizeof *took, by_size);
    if (answered)
        page->times = SAY(c, MSG_barrier_times, MSG_N("n", (int64_t)answered), MSG_N("median", took[answered / 2]),
                          MSG_N("longest", took[answered - 1]));
    if (late) page->late = SAY(c, MSG_barrier_late, MSG_N("n", late));
    return ST_OK;
}

static enum st web_barriers(struct call *c, struct err *e)
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

struct web_barrier {
    struct record_cmd cmd;
    struct fact_barrier_reported reported;
};

static enum st web_barrier_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_barrier *b;
    int64_t org_id;
    TRY(call_alloc(c, sizeof *b, (void **)&b, e));
    b->reported.kind = http_form(c->http, "kind", 0);
    b->reported.note = http_form(c->http, "note", 0);
    TRY(barrier_check(&b->reported, e));
    TRY(reader_school(c, c->tx, &org_id, e));
    TRY(call_record(c, &b->cmd, &fact_barrier_reported, org_id, http_form(c->http, "client_id", 0), &b->reported, e));
    *out = &b->cmd.command;
    return ST_OK;
}

static enum st web_barrier_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    call_redirect(c, "/barriers?saved=1");
    return ST_OK;
}

struct web_barrier_answer {
    struct record_cmd cmd;
    struct fact_barrier_answered answered;
};

static enum st web_barrier_answer_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_barrier_answer *b;
    struct sql_barrier_get_row r;
    bool found;
    int64_t org_id;
    const char *id = http_form(c->http, "barrier_id", 0), *org = http_form(c->http, "org_id", 0),
               *due = http_form(c->http, "due", 0);
    TRY(call_alloc(c, sizeof *b, (void **)&b, e));
    if (!id || !id_parse(id, &b->answered.barrier_id) || !org || !parse_i64(org, &org_id) || org_id < 0)
        return err_fail(e, ST_INVALID, "err.not_found", "barrier_id and org_id must be ids");
    if (due && *due && !date_parse(due, &b->answered.due_date))
        return err_fail(e, ST_INVALID, "why.bad_date", "due must be a date such as 2026-03-01");
    TRY(sql_barrier_get(c->tx, &(struct sql_barrier_get_in){.org_id = org_id, .barrier_id = b->answered.barrier_id}, &r,
                        &found, e));
    if (!found || !leads_org(c, org_id))
        return err_fail(e, ST_DENIED, "err.denied", "barrier %s is not of a school that user %lld leads", id,
                        (long long)c->who.user_id);
    b->answered.owner = http_form(c->http, "owner", 0);
    b->answered.answer = http_form(c->http, "answer", 0);
    TRY(note_check(b->answered.owner, e));
    TRY(call_record(c, &b->cmd, &fact_barrier_answered, org_id, http_form(c->http, "client_id", 0), &b->answered, e));
    *out = &b->cmd.command;
    return ST_OK;
}

static enum st web_barrier_answer_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    call_redirect(c, "/barriers");
    return ST_OK;
}

const struct route barriers_routes[] = {
    GET("/barriers", LEADERS | MAY_TEACHES, web_barriers, .menu = MENU_WORK | MENU_VOICES, .title = MSG_nav_barriers,
        .summary = "What no setting can express, with its answers"),
    WRITE("/barriers", LEADERS | MAY_TEACHES, web_barrier_parse, web_barrier_reply, .summary = "File a barrier",
          .sample = "client_id={new}&kind=schedule&note=periods+of+40+minutes"),
    WRITE("/barriers/answer", RULERS, web_barrier_answer_parse, web_barrier_answer_reply,
          .summary = "Give a barrier an owner, a day and an answer",
          .sample = "client_id={new}&barrier_id={barrier}&org_id={org}&owner=the+schedule+office&due=2099-01-31&answer="
                    "from+autumn+on"),
    {0},
};
