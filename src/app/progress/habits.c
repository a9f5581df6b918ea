#include "progress/habits.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/list.h"
#include "base/text.h"
#include "core/note.h"

static enum st no_memory(struct err *e) { return err_fail(e, ST_NOMEM, "err.memory", "habits"); }

enum st habits_asked(struct arena *a, const struct policy_version *v, const char *list[HABITS_MAX], size_t *n,
                     struct err *e)
{
    static const char *const ours[] = {"prepared", "persists", "together"};
    json_t *doc = json_loads(v->doc, 0, NULL), *own = json_object_get(doc, "habits");
    enum st st = ST_OK;
    *n = 0;
    for (size_t i = 0; i < json_array_size(own) && *n < HABITS_MAX; i++) {
        const char *s = json_string_value(json_array_get(own, i));
        if (!s || !*s || strlen(s) > HABIT_BYTES) continue;
        list[*n] = arena_strdup(a, s);
        if (!list[(*n)++]) st = no_memory(e);
    }
    json_decref(doc);
    for (size_t i = 0; !*n && i < sizeof ours / sizeof *ours; i++) list[i] = ours[i];
    if (!*n) *n = sizeof ours / sizeof *ours;
    return st;
}

enum st habits_of(struct tx *tx, struct arena *a, const struct learner_scope *who, struct habit_rating **out, size_t *n,
                  struct err *e)
{
    struct stmt *q;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(tx_stmt(tx, SQL_habit_list, &q, e));
    bind_i64(q, "learner_id", who->learner_id);
    for (bool row;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) return ST_OK;
        size_t at = 0;
        while (at < *n && ((*out)[at].session_id != col_i64(q, 0) || (*out)[at].class_id != col_i64(q, 2) ||
                           !str_eq((*out)[at].habit, col_text(q, 4))))
            at++;
        struct habit_rating *h = at < *n ? &(*out)[at] : LIST_ADD(a, *out, *n, cap);
        if (!h) return no_memory(e);
        *h = (struct habit_rating){col_i64(q, 0),
                                   col_i64(q, 2),
                                   arena_strdup(a, col_text(q, 1)),
                                   arena_strdup(a, col_text(q, 3)),
                                   arena_strdup(a, col_text(q, 4)),
                                   (int32_t)col_i64(q, 5)};
        if (!h->term || !h->class_title || !h->habit) return no_memory(e);
    }
}

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct habits_cmd *m = (const struct habits_cmd *)command;
    for (size_t i = 0; i < m->count; i++) {
        struct stmt *q;
        char client_id[100];
        snprintf(client_id, sizeof client_id, "%s.%zu", m->client_id, i);
        TRY(tx_stmt(tx, SQL_habit_insert, &q, e));
        bind_i64(q, "learner_id", m->cells[i].learner_id);
        bind_i64(q, "mark_id", app_id(app));
        bind_i64(q, "session_id", m->session_id);
        bind_i64(q, "class_id", m->class_id);
        bind_text(q, "habit", m->cells[i].habit);
        bind_i64(q, "mark", m->cells[i].mark);
        bind_text(q, "client_id", client_id);
        bind_i64(q, "recorder_id", m->recorder_id);
        TRY(stmt_run(q, NULL, e));
    }
    return ST_OK;
}

enum st habits_check(struct habits_cmd *m, struct err *e)
{
    TRY(client_id_check(m->client_id, e));
    if (!m->count) return err_fail(e, ST_INVALID, "checkpoint.nothing", "nothing was said");
    for (size_t i = 0; i < m->count; i++)
        if (m->cells[i].mark < 1 || m->cells[i].mark > HABIT_RATINGS)
            return err_fail(e, ST_INVALID, "habits.mark", "a mark is 1 to %d", HABIT_RATINGS);
    m->command.run = run;
    m->command.leaves_memory = true;
    return ST_OK;
}
