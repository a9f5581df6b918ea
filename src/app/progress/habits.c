#include "progress/habits.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/list.h"
#include "base/text.h"
#include "core/note.h"
#include "store/sql/grades.h"

static enum st no_memory(struct err *e) { return err_fail(e, ST_NOMEM, "err.memory", "habits"); }

enum st habits_asked(struct arena *a, const struct policy_effective *v, const char *list[HABITS_MAX], size_t *n,
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
    struct sql_habit_list_row r;
    struct rows rows;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(sql_habit_list(tx, who->learner_id, &rows, e));
    while (sql_habit_list_next(&rows, &r)) {
        size_t at = 0;
        while (at < *n && ((*out)[at].session_id != r.session_id || (*out)[at].class_id != r.class_id ||
                           !str_eq((*out)[at].habit, r.habit)))
            at++;
        struct habit_rating *h = at < *n ? &(*out)[at] : LIST_ADD(a, *out, *n, cap);
        if (!h) return no_memory(e);
        *h = (struct habit_rating){r.session_id,
                                   r.class_id,
                                   arena_strdup(a, r.session_title),
                                   arena_strdup(a, r.class_title),
                                   arena_strdup(a, r.habit),
                                   (int32_t)r.mark};
        if (!h->term || !h->class_title || !h->habit) return no_memory(e);
    }
    return rows_end(&rows);
}

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct habits_cmd *m = (const struct habits_cmd *)command;
    for (size_t i = 0; i < m->count; i++) {
        char client_id[100];
        snprintf(client_id, sizeof client_id, "%s.%zu", m->client_id, i);
        TRY(sql_habit_insert(tx,
                             &(struct sql_habit_insert_in){.learner_id = m->cells[i].learner_id,
                                                           .mark_id = app_id(app),
                                                           .session_id = m->session_id,
                                                           .class_id = m->class_id,
                                                           .habit = m->cells[i].habit,
                                                           .mark = m->cells[i].mark,
                                                           .client_id = client_id,
                                                           .recorder_id = m->recorder_id},
                             NULL, e));
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
