/* Waivers: asked for by a school, answered by the district, on the page of the rules. */
#include "policy/waiver.h"

#include "base/id.h"
#include "policy_waiver.h"
#include "store/sql/answer.h"
#include "frame/route.h"

enum { WAIVERS_SHOWN = 50 };

static const char *path_words(struct call *c, const char *path)
{
    return msg(page_lang(c), msg_find_code("setting", path, MSG_setting_other));
}

enum st rules_waivers(struct call *c, struct tx *tx, const struct rules_of *w, struct page_rules *page, struct err *e)
{
    struct ui_rule_waiver *rows;
    struct sql_waiver_list_row r;
    struct rows stored;
    TRY(call_alloc(c, WAIVERS_SHOWN * sizeof *rows, (void **)&rows, e));
    TRY(sql_waiver_list(tx, &stored, e));
    while (page->waivers_n < WAIVERS_SHOWN && sql_waiver_list_next(&stored, &r)) {
        char day[16];
        if (w->org_id && r.org_id != w->org_id) continue;
        date_format((int32_t)r.until_date, day);
        int64_t granted = r.granted;
        rows[page->waivers_n++] =
            (struct ui_rule_waiver){.waiver_id = id_text(c, r.waiver_id),
                                    .at = id_time_ms(r.waiver_id),
                                    .school = arena_strdup(c->arena, r.name),
                                    .setting = path_words(c, r.setting),
                                    .reason = arena_strdup(c->arena, r.reason),
                                    .until = arena_strdup(c->arena, day),
                                    .state = granted < 0 ? 0
                                             : granted   ? 1
                                                         : 2,
                                    .answer = arena_strdup(c->arena, r.answer),
                                    .by = arena_printf(c->arena, "%s %s", r.given_name, r.family_name),
                                    .can_answer = w->may_answer};
    }
    TRY(rows_end(&stored));
    page->waivers = rows;
    const char *asked = http_query(c->http, "waiver");
    if (asked && w->may_edit && w->org_id && waiver_needed(c->snapshot, w->org_id, asked, c->now_ms)) {
        page->waiver_path = asked;
        page->waiver_setting = path_words(c, asked);
        page->client_id = new_client_id(c);
    }
    return ST_OK;
}

static enum st web_waiver_parse(struct call *c, struct command **out, struct err *e)
{
    struct waiver_cmd *w;
    struct rules_of rules;
    const char *until = http_form(c->http, "until", 0);
    TRY(call_alloc(c, sizeof *w, (void **)&w, e));
    TRY(rules_find(c, c->tx, &rules, e));
    if (!rules.may_edit || !rules.org_id)
        return err_fail(e, ST_DENIED, "err.denied", "user %lld leads no school", (long long)c->who.user_id);
    *w = (struct waiver_cmd){.client_id = http_form(c->http, "client_id", 0),
                             .setting = http_form(c->http, "setting", 0),
                             .reason = http_form(c->http, "reason", 0),
                             .org_id = rules.org_id,
                             .asker_id = c->who.user_id};
    if (!until || !date_parse(until, &w->until_date))
        return err_fail(e, ST_INVALID, "why.bad_date", "until must be a date such as 2026-03-01");
    TRY(waiver_check(c->app, c->snapshot, w, e));
    *out = &w->command;
    return ST_OK;
}

static enum st web_waiver_reply(struct call *c, struct command *command, struct err *e)
{
    (void)e;
    const char *to = arena_printf(c->arena, "/rules?school=%lld&saved=waiver#waivers",
                                  (long long)((const struct waiver_cmd *)command)->org_id);
    call_redirect(c, to ? to : "/rules");
    return ST_OK;
}

static enum st web_waiver_answer(struct call *c, struct err *e)
{
    struct conn *conn;
    const char *id = http_form(c->http, "waiver_id", 0);
    struct waiver_answer_cmd w = {.snapshot = c->snapshot,
                                  .arena = c->arena,
                                  .user_id = c->who.user_id,
                                  .answer = http_form(c->http, "answer", 0),
                                  .grant = str_eq(http_form(c->http, "grant", 0), "1")};
    if (!id || !id_parse(id, &w.waiver_id)) return err_fail(e, ST_INVALID, "err.not_found", "waiver_id must be an id");
    TRY(waiver_answer_check(&w, e));
    TRY(app_read_conn(c->app, &conn, e));
    TRY(writer_run(c->app, &w.command, e));
    if (w.grant) TRY(snapshot_reload(c->app, conn, e));
    call_redirect(c, "/rules?saved=answer#waivers");
    return ST_OK;
}

const struct route policy_waiver_routes[] = {
    WRITE("/rules/waiver", MAY_LEADS_SCHOOL, web_waiver_parse, web_waiver_reply,
          .summary = "Ask the district to open a setting",
          .sample = "client_id={new}&setting=mastery.secure_at&reason=we+ask&until=2099-06-30"),
    WORK("/rules/waiver/answer", MAY_LEADS_DISTRICT, web_waiver_answer,
         .summary = "Answer a school that asks for a waiver", .sample = "waiver_id={waiver}&answer=no&grant=0"),
    {0},
};
