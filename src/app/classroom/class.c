#include "classroom/class.h"

#include <stdlib.h>
#include <string.h>

#include "learning/learner_state.h"
#include "rules/state.h"
#include "policy/snapshot.h"
#include "store/sql/answer.h"
#include "store/sql/roster.h"

enum { LEARNERS_MAX = 2000 };

static enum st load_learners(struct tx *tx, struct arena *a, int64_t class_id, struct class_view *v, struct err *e)
{
    struct sql_class_students_row r;
    struct rows rows;
    size_t cap = 64;
    struct class_learner *list = arena_array(a, cap, sizeof *list);
    TRY(sql_class_students(tx, class_id, &rows, e));
    while (list && v->learner_count < LEARNERS_MAX && sql_class_students_next(&rows, &r)) {
        if (v->learner_count == cap) {
            struct class_learner *more = arena_array(a, cap * 2, sizeof *more);
            if (!more) return err_no_memory(e, "class");
            memcpy(more, list, cap * sizeof *list);
            list = more;
            cap *= 2;
        }
        const char *given = *r.preferred_name ? r.preferred_name : r.given_name;
        struct class_learner *l = &list[v->learner_count++];
        l->learner_id = r.user_id;
        l->name = arena_printf(a, "%s%s%s", given, *given && *r.family_name ? " " : "", r.family_name);
        l->sort_name = arena_printf(a, "%s, %s", r.family_name, given);
        l->username = arena_strdup(a, r.username);
        l->cells = arena_array(a, v->competency_count + 1, sizeof *l->cells);
        if (!l->name || !l->sort_name || !l->username || !l->cells) return err_no_memory(e, "class");
    }
    TRY(rows_end(&rows));
    v->learners = list;
    return list ? ST_OK : err_no_memory(e, "class");
}

static int by_learner(const void *x, const void *y)
{
    const struct class_learner *a = *(const struct class_learner *const *)x,
                               *b = *(const struct class_learner *const *)y;
    return a->learner_id < b->learner_id ? -1 : a->learner_id > b->learner_id;
}

struct column {
    int64_t competency_id;
    size_t at;
};

static int by_competency(const void *x, const void *y)
{
    const struct column *a = x, *b = y;
    return a->competency_id < b->competency_id ? -1 : a->competency_id > b->competency_id;
}

/* One learner's states into the class's columns; both are in order of competency. */
static enum st fill_cells(struct arena *a, const struct learner_state *state, const struct column *columns, size_t n,
                          struct class_learner *l, struct err *e)
{
    struct mastery_row *rows = arena_array(a, n + 1, sizeof *rows);
    if (!rows) return err_no_memory(e, "class");
    for (size_t i = 0, k = 0; i < state->count && k < n;) {
        const struct competency_state *c = &state->competency[i];
        if (c->competency_id < columns[k].competency_id) {
            i++;
        } else if (c->competency_id > columns[k].competency_id) {
            k++;
        } else {
            rows[k] = (struct mastery_row){.learner_id = l->learner_id,
                                           .competency_id = c->competency_id,
                                           .p_known = c->p_known,
                                           .level = (int32_t)c->level,
                                           .evidence_count = c->opportunities,
                                           .alone_count = c->alone,
                                           .right_count = c->right,
                                           .last_evidence_id = c->last_evidence_id};
            l->cells[columns[k].at] = &rows[k];
            i++;
            k++;
        }
    }
    return ST_OK;
}

/* From the states, one row a learner: the mastery table says the same in one row a cell. */
static enum st load_cells(const struct snapshot *s, int64_t now_ms, struct tx *tx, struct arena *a, int64_t class_id,
                          struct class_view *v, struct err *e)
{
    struct sql_class_states_row r;
    struct rows rows;
    struct class_learner **order = arena_array(a, v->learner_count + 1, sizeof *order);
    struct column *columns = arena_array(a, v->competency_count + 1, sizeof *columns);
    if (!order || !columns) return err_no_memory(e, "class");
    for (size_t i = 0; i < v->learner_count; i++) order[i] = &v->learners[i];
    qsort(order, v->learner_count, sizeof *order, by_learner);
    for (size_t i = 0; i < v->competency_count; i++) columns[i] = (struct column){v->competencies[i]->competency_id, i};
    qsort(columns, v->competency_count, sizeof *columns, by_competency);
    TRY(sql_class_states(tx, class_id, &rows, e));
    size_t at = 0;
    while (sql_class_states_next(&rows, &r)) { /* in order of learner */
        while (at < v->learner_count && order[at]->learner_id < r.learner_id) at++;
        if (at == v->learner_count || order[at]->learner_id != r.learner_id) continue;
        struct learner_state state;
        struct state_row stored = {.learner_id = r.learner_id, .state = r.state.p, .n = r.state.n};
        TRY(learner_state_from(s, tx, a, now_ms, &stored, &state, NULL, e));
        TRY(fill_cells(a, &state, columns, v->competency_count, order[at], e));
    }
    return rows_end(&rows);
}

enum st class_view(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                   const struct class_scope *which, struct class_view *out, struct err *e)
{
    struct sql_class_get_row r;
    bool row;
    struct class_view v = {0};
    TRY(sql_class_get(tx, which->class_id, &r, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "class %lld", (long long)which->class_id);
    v.title = arena_strdup(a, r.title);
    v.course_id = r.course_id;
    v.org_id = r.org_id;
    v.grades = arena_strdup(a, r.grades);
    v.periods = arena_strdup(a, r.periods);
    const struct course *course = catalogue_course(&s->catalogue, v.course_id);
    v.competency_count = course ? course->count : 0;
    v.competencies = arena_array(a, v.competency_count + 1, sizeof *v.competencies);
    if (!v.title || !v.grades || !v.periods || !v.competencies) return err_no_memory(e, "class");
    for (size_t i = 0; i < v.competency_count; i++)
        v.competencies[i] = &s->catalogue.competencies[course->competency[i]];
    TRY(load_learners(tx, a, which->class_id, &v, e));
    TRY(load_cells(s, app_now_ms(app), tx, a, which->class_id, &v, e));
    *out = v;
    return ST_OK;
}
