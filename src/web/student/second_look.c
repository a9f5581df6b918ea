/* Second looks: asked on the page that says why, answered by who teaches the student. */
#include "progress/second_look.h"

#include <string.h>

#include "classroom/class.h"
#include "base/id.h"
#include "frame/page.h"

enum { LOOKS_MAX = 20 };

enum st fill_looks(struct call *c, const struct learner_scope *who, int64_t competency_id, const char *about,
                   struct ui_why_view *w, struct err *e)
{
    struct stmt *q;
    struct ui_look_row *rows;
    TRY(call_alloc(c, LOOKS_MAX * sizeof *rows, (void **)&rows, e));
    TRY(tx_stmt(&c->tx, SQL_look_of, &q, e));
    bind_i64(q, "learner_id", who->learner_id);
    bind_i64(q, "competency_id", competency_id);
    bind_text(q, "about", about);
    for (bool row = true; w->looks_n < LOOKS_MAX;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        struct ui_look_row *r = &rows[w->looks_n++];
        *r = (struct ui_look_row){.at = id_time_ms(col_i64(q, 0)),
                                  .look_id = id_text(c, col_i64(q, 0)),
                                  .note = arena_strdup(c->arena, col_text(q, 1)),
                                  .answered_at = col_i64(q, 3)};
        if (r->answered_at) r->answer = arena_strdup(c->arena, col_text(q, 2));
        if (r->answered_at) r->by = arena_printf(c->arena, "%s %s", col_text(q, 4), col_text(q, 5));
    }
    w->looks = rows;
    return ST_OK;
}

/* What it is about, and where it is answered. */
static void open_at(struct call *c, int64_t class_id, int64_t learner_id, int64_t id, const char *about,
                    struct ui_open_look *row)
{
    const struct competency *k = catalogue_competency(&c->snapshot->catalogue, id);
    long long who = (long long)learner_id, what = (long long)id;
    row->skill = k ? k->name : "";
    if (str_eq(about, "grade")) {
        row->skill = msg(page_lang(c), MSG_reason_grade);
        row->address = arena_printf(c->arena, "/grade/%lld?course=%lld", who, what);
    } else if (strncmp(about, "pace:", 5) == 0) {
        row->skill = msg(page_lang(c), MSG_reason_pace);
        row->address = arena_printf(c->arena, "/pace/%lld?need=%s", who, about + 5);
    } else if (str_eq(about, "next")) {
        row->skill = arena_printf(c->arena, "%s · %s", msg(page_lang(c), MSG_reason_next), row->skill);
        row->address = arena_printf(c->arena, "/suggestion/%lld?c=%lld", who, what);
    } else {
        row->address =
            arena_printf(c->arena, "/class/%lld/cell?learner=%lld&competency=%lld", (long long)class_id, who, what);
    }
}

/* What waits in a class, the longest first. */
enum st fill_open_looks(struct call *c, int64_t class_id, struct ui_open_look *rows, size_t most, size_t *n,
                        struct err *e)
{
    struct stmt *q;
    size_t first = *n;
    int64_t learners[LOOKS_MAX];
    TRY(tx_stmt(&c->tx, SQL_look_open, &q, e));
    bind_i64(q, "class_id", class_id);
    for (bool row = true; *n < most && *n - first < LOOKS_MAX;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        learners[*n - first] = col_i64(q, 1);
        struct ui_open_look *row_ = &rows[(*n)++];
        *row_ = (struct ui_open_look){.at = id_time_ms(col_i64(q, 0)), .note = arena_strdup(c->arena, col_text(q, 3))};
        open_at(c, class_id, col_i64(q, 1), col_i64(q, 2), col_text(q, 4), row_);
    }
    for (size_t i = first; i < *n; i++) {
        struct actor who;
        TRY(actor_load(&c->tx, learners[i - first], &who, e));
        rows[i].name = arena_printf(c->arena, "%s %s", who.given_name, who.family_name);
    }
    return ST_OK;
}

struct web_look {
    struct second_look_cmd cmd;
    const char *back;
};

enum st web_second_look_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_look *l;
    const char *id = http_form(c->http, "competency", 0);
    TRY(call_alloc(c, sizeof *l, (void **)&l, e));
    l->cmd.learner_id = c->learner.learner_id;
    l->cmd.about = http_form(c->http, "about", 0);
    bool pace = l->cmd.about && strncmp(l->cmd.about, "pace:", 5) == 0,
         grade = l->cmd.about && str_eq(l->cmd.about, "grade");
    if (!pace && (!id || !id_parse(id, &l->cmd.competency_id) ||
                  !(grade ? catalogue_course(&c->snapshot->catalogue, l->cmd.competency_id) != NULL
                          : catalogue_competency(&c->snapshot->catalogue, l->cmd.competency_id) != NULL)))
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency is an id");
    l->cmd.asker_id = c->who.user_id;
    l->cmd.client_id = http_form(c->http, "client_id", 0);
    l->cmd.note = http_form(c->http, "note", 0);
    l->back = c->relation == MAY_OWN_RECORD
                  ? arena_printf(c->arena, "/why?c=%s", id)
                  : arena_printf(c->arena, "/why/%lld?c=%s", (long long)c->learner.learner_id, id);
    long long who = (long long)c->learner.learner_id;
    if (grade) l->back = arena_printf(c->arena, "/grade/%lld?course=%s", who, id);
    else if (pace) l->back = arena_printf(c->arena, "/pace/%lld?need=%s", who, l->cmd.about + 5);
    else if (l->cmd.about && str_eq(l->cmd.about, "next"))
        l->back = arena_printf(c->arena, "/suggestion/%lld?c=%s", who, id);
    TRY(second_look_check(&l->cmd, e));
    *out = &l->cmd.command;
    return ST_OK;
}

/* Pages on which a second look is answered. */
static bool leads_back(const char *back)
{
    static const char *const pages[] = {"/class/", "/grade/", "/pace/", "/suggestion/"};
    for (size_t i = 0; back && i < sizeof pages / sizeof *pages; i++)
        if (strncmp(back, pages[i], strlen(pages[i])) == 0) return true;
    return false;
}

enum st web_second_look_reply(struct call *c, struct command *command, struct err *e)
{
    (void)e;
    const struct web_look *l = (const struct web_look *)command;
    call_redirect(c, l->back ? l->back : "/map");
    return ST_OK;
}

struct web_look_answer {
    struct second_look_answer_cmd cmd;
    const char *back;
};

enum st web_second_look_answer_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_look_answer *l;
    struct learner_scope who;
    struct stmt *q;
    bool row;
    const char *id = http_form(c->http, "look_id", 0), *back = http_form(c->http, "back", 0);
    TRY(call_alloc(c, sizeof *l, (void **)&l, e));
    if (!id || !id_parse(id, &l->cmd.look_id)) return err_fail(e, ST_INVALID, "err.not_found", "look_id must be an id");
    TRY(tx_stmt(&c->tx, SQL_look_get, &q, e));
    bind_i64(q, "look_id", l->cmd.look_id);
    TRY(stmt_step(q, &row, e));
    TRY(call_scope(c, MAY_TEACHES, row ? col_i64(q, 0) : 0, &who, e));
    l->cmd.teacher_id = c->who.user_id;
    l->cmd.answer = http_form(c->http, "answer", 0);
    l->back = leads_back(back) ? back : "/now";
    TRY(second_look_answer_check(&l->cmd, e));
    *out = &l->cmd.command;
    return ST_OK;
}

enum st web_second_look_answer_reply(struct call *c, struct command *command, struct err *e)
{
    (void)e;
    call_redirect(c, ((const struct web_look_answer *)command)->back);
    return ST_OK;
}
