/* Second looks that wait in a class, and their answers by who teaches the student. */
#include "progress/second_look.h"

#include <string.h>

#include "base/id.h"
#include "core/note.h"
#include "store/sql/answer.h"
#include "looks.h"
#include "frame/route.h"

enum { LOOKS_MAX = 20 };

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
    struct sql_look_open_row r;
    struct rows stored;
    size_t first = *n;
    int64_t learners[LOOKS_MAX];
    TRY(sql_look_open(c->tx, class_id, &stored, e));
    while (*n < most && *n - first < LOOKS_MAX && sql_look_open_next(&stored, &r)) {
        learners[*n - first] = r.learner_id;
        struct ui_open_look *row_ = &rows[(*n)++];
        *row_ = (struct ui_open_look){.at = id_time_ms(r.look_id), .note = arena_strdup(c->arena, r.note)};
        open_at(c, class_id, r.learner_id, r.competency_id, r.matter, row_);
    }
    TRY(rows_end(&stored));
    for (size_t i = first; i < *n; i++) {
        struct actor who;
        TRY(actor_load(c->tx, learners[i - first], &who, e));
        rows[i].name = arena_printf(c->arena, "%s %s", who.given_name, who.family_name);
    }
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

struct web_look_answer {
    struct record_cmd cmd;
    struct fact_second_look_answered answered;
    const char *back;
};

static enum st web_second_look_answer_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_look_answer *l;
    struct learner_scope who;
    struct sql_look_get_row r;
    bool found;
    int64_t learner_id;
    const char *id = http_form(c->http, "look_id", 0), *learner = http_form(c->http, "learner_id", 0),
               *back = http_form(c->http, "back", 0);
    TRY(call_alloc(c, sizeof *l, (void **)&l, e));
    if (!id || !id_parse(id, &l->answered.asked_id) || !learner || !id_parse(learner, &learner_id))
        return err_fail(e, ST_INVALID, "err.not_found", "look_id and learner_id must be ids");
    TRY(call_scope(c, MAY_TEACHES, learner_id, &who, e));
    TRY(sql_look_get(c->tx, &(struct sql_look_get_in){.learner_id = who.learner_id, .look_id = l->answered.asked_id},
                     &r, &found, e));
    if (!found) return err_fail(e, ST_NOT_FOUND, "err.not_found", "this learner did not ask that");
    l->answered.answer = http_form(c->http, "answer", 0);
    l->back = leads_back(back) ? back : "/now";
    TRY(note_check(l->answered.answer, e));
    TRY(call_record(c, &l->cmd, &fact_second_look_answered, who.learner_id,
                    arena_printf(c->arena, "answered-%lld", (long long)l->answered.asked_id), &l->answered, e));
    *out = &l->cmd.command;
    return ST_OK;
}

static enum st web_second_look_answer_reply(struct call *c, struct command *command, struct err *e)
{
    (void)e;
    call_redirect(c, ((const struct web_look_answer *)command)->back);
    return ST_OK;
}

const struct route look_answer_routes[] = {
    WRITE("/look/answer", MAY_TEACHES, web_second_look_answer_parse, web_second_look_answer_reply,
          .summary = "Answer a second look", .sample = "look_id={look}&learner_id={learner}&answer=I+looked+again"),
    {0},
};
