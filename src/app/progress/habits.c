#include "progress/habits.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/list.h"
#include "base/text.h"
#include "store/sql/grades.h"

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
        if (!list[(*n)++]) st = err_no_memory(e, "habits");
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
        if (!h) return err_no_memory(e, "habits");
        *h = (struct habit_rating){r.session_id,
                                   r.class_id,
                                   arena_strdup(a, r.session_title),
                                   arena_strdup(a, r.class_title),
                                   arena_strdup(a, r.habit),
                                   (int32_t)r.rating};
        if (!h->term || !h->class_title || !h->habit) return err_no_memory(e, "habits");
    }
    return rows_end(&rows);
}
