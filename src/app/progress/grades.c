#include "progress/grades.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "policy/snapshot.h"
#include "store/sql/grades.h"

enum { REPORT_COURSES = 32, TERMS_MAX = 200, SLICE = 100 };

/* What of a learner's classes counts: those of some day of these. */
struct days {
    int32_t first, last;
};

static enum st list_courses(struct tx *tx, struct arena *a, int64_t learner_id, struct days d, struct report *out,
                            struct err *e)
{
    struct sql_learner_classes_row r;
    struct rows rows;
    out->courses = arena_array(a, REPORT_COURSES, sizeof *out->courses);
    if (!out->courses) return err_no_memory(e, "report");
    TRY(sql_learner_classes(
        tx, &(struct sql_learner_classes_in){.learner_id = learner_id, .first_day = d.first, .last_day = d.last}, &rows,
        e));
    while (out->course_count < REPORT_COURSES && sql_learner_classes_next(&rows, &r)) {
        struct report_course *c = &out->courses[out->course_count++];
        c->title = arena_strdup(a, r.title);
        c->course_id = r.course_id;
        if (!c->title) return err_no_memory(e, "report");
    }
    return rows_end(&rows);
    return ST_OK;
}

static enum st fill_course(const struct snapshot *s, struct arena *a, const struct policy_effective *v,
                           const struct learner_state *state, struct report_course *c, struct err *e)
{
    const struct policy *p = &v->policy;
    const struct course *course = catalogue_course(&s->catalogue, c->course_id);
    size_t n = course ? course->count : 0;
    c->competencies = arena_array(a, n + 1, sizeof *c->competencies);
    c->on = arena_array(a, n + 1, sizeof *c->on);
    if (!c->competencies || !c->on) return err_no_memory(e, "report");
    c->count = n;
    c->policy = p;
    c->policy_id = v->policy_id;
    for (size_t i = 0; i < n; i++) {
        c->competencies[i] = &s->catalogue.competencies[course->competency[i]];
        const struct competency_state *k = state_find(state, c->competencies[i]->competency_id);
        if (k)
            c->on[i] =
                (struct level_value){k->level, mastery_value(mastery_rule_for(&s->catalogue, p, k->competency_id), k)};
    }
    grade_of(p, c->on, n, &c->grade);
    return ST_OK;
}

static enum st list_terms(struct tx *tx, struct arena *a, int64_t learner_id, struct report *out, struct err *e)
{
    struct sql_term_grade_list_row r;
    struct rows rows;
    out->terms = arena_array(a, TERMS_MAX, sizeof *out->terms);
    if (!out->terms) return err_no_memory(e, "report");
    TRY(sql_term_grade_list(tx, learner_id, &rows, e));
    while (out->term_count < TERMS_MAX && sql_term_grade_list_next(&rows, &r)) {
        out->terms[out->term_count++] = (struct term_grade){.term = arena_strdup(a, r.session_title),
                                                            .title = arena_strdup(a, r.title),
                                                            .letter = arena_strdup(a, r.letter),
                                                            .percent = r.percent,
                                                            .gpa = r.gpa,
                                                            .mean = r.mean,
                                                            .shown = r.shown,
                                                            .all = r.competencies,
                                                            .policy_id = r.policy_id,
                                                            .frozen_at_ms = r.frozen_at_ms,
                                                            .session_id = r.session_id,
                                                            .course_id = r.course_id,
                                                            .scale_id = r.scale_id};
    }
    return rows_end(&rows);
    return ST_OK;
}

static enum st report_of(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                         const struct learner_scope *who, int64_t as_of_ms, struct days d, struct report *out,
                         struct err *e)
{
    struct mastery_view m;
    *out = (struct report){0};
    TRY(learner_mastery(app, s, tx, a, who, as_of_ms, &m, e));
    out->policy = m.policy;
    TRY(list_courses(tx, a, who->learner_id, d, out, e));
    for (size_t i = 0; i < out->course_count; i++) TRY(fill_course(s, a, m.policy, &m.state, &out->courses[i], e));
    return list_terms(tx, a, who->learner_id, out, e);
}

/* A class that has ended keeps its place: a report is read after it. One that has not begun has none yet. */
enum st learner_report(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                       const struct learner_scope *who, int64_t as_of_ms, struct report *out, struct err *e)
{
    const struct days d = {0, tz_date(s->zone, as_of_ms ? as_of_ms : app_now_ms(app))};
    return report_of(app, s, tx, a, who, as_of_ms, d, out, e);
}

/* A term, as it was given out -------------------------------------------------------------------------------------- */

enum st term_policy(const struct snapshot *s, struct tx *tx, struct arena *a, const struct term_grade *t,
                    const struct policy **out, struct err *e)
{
    struct sql_report_scale_get_row r;
    bool row;
    json_t *grades;
    struct policy *p = arena_alloc(a, sizeof *p);
    if (!p) return err_no_memory(e, "report");
    *out = p;
    *p = policy_by_id(&s->policy_index, t->policy_id)->policy;
    if (!t->scale_id) return ST_OK;
    TRY(sql_report_scale_get(tx, t->scale_id, &r, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "scale %lld", (long long)t->scale_id);
    TRY(json_read(a, r.doc, strlen(r.doc), &grades, e));
    return policy_grades_read(grades, p, e);
}

static enum level level_read(const char *code)
{
    int l = LEVEL_SECURE;
    while (l > LEVEL_NOT_YET && strcmp(level_code((enum level)l), code) != 0) l--;
    return (enum level)l;
}

enum st term_course(const struct snapshot *s, struct tx *tx, struct arena *a, const struct learner_scope *who,
                    const struct term_grade *t, struct report_course *out, struct err *e)
{
    struct sql_term_grade_levels_row r;
    bool row;
    json_t *levels;
    *out = (struct report_course){.course_id = t->course_id, .title = t->title, .policy_id = t->policy_id};
    TRY(term_policy(s, tx, a, t, &out->policy, e));
    TRY(sql_term_grade_levels(tx,
                              &(struct sql_term_grade_levels_in){.learner_id = who->learner_id,
                                                                 .session_id = t->session_id,
                                                                 .course_id = t->course_id},
                              &r, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "term %lld", (long long)t->session_id);
    TRY(json_read(a, r.levels, strlen(r.levels), &levels, e));
    size_t n = json_array_size(levels);
    struct competency *named = arena_array(a, n + 1, sizeof *named);
    out->competencies = arena_array(a, n + 1, sizeof *out->competencies);
    out->on = arena_array(a, n + 1, sizeof *out->on);
    if (!named || !out->competencies || !out->on) return err_no_memory(e, "report");
    out->count = n;
    for (size_t i = 0; i < n; i++) { /* in the words of that time: a framework may have changed since */
        const json_t *k = json_array_get(levels, i);
        named[i] = (struct competency){.code = json_str(k, "code", ""), .name = json_str(k, "name", "")};
        out->competencies[i] = &named[i];
        out->on[i] = (struct level_value){level_read(json_str(k, "level", "")), json_f64(k, "value", 0)};
    }
    struct grade_cut *cut = arena_alloc(a, sizeof *cut);
    if (!cut) return err_no_memory(e, "report");
    grade_of(out->policy, out->on, n, &out->grade); /* where in the conversion it fell */
    *cut = out->grade.cut ? *out->grade.cut : (struct grade_cut){0};
    cut->percent = t->percent;
    cut->gpa = t->gpa;
    snprintf(cut->letter, sizeof cut->letter, "%s", t->letter);
    out->grade = (struct grade){.all = (size_t)t->all,
                                .shown = (size_t)t->shown,
                                .mean = t->mean,
                                .incomplete = !*t->letter,
                                .cut = *t->letter ? cut : NULL};
    return ST_OK;
}

/* Giving out ------------------------------------------------------------------------------------------------------- */

/* [{"code", "name", "level", "value", "report"}] of a course; the scale says what each level of reports means. */
static char *levels_json(const struct report_course *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->count; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:f,s:s}", "code", c->competencies[i]->code, "name",
                                              c->competencies[i]->name, "level", level_code(c->on[i].level), "value",
                                              c->on[i].value, "report", report_level_of(c->policy, &c->on[i])->name));
    char *s = json_dumps(list, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(list);
    return s;
}

/* Scale and conversion, written once for all grades that are given out by them. */
static enum st freeze_scale(struct app *app, struct tx *tx, const struct policy *p, int64_t *scale_id, struct err *e)
{
    struct sql_report_scale_find_row r = {0};
    bool found = false;
    json_t *grades = policy_grades_json(p);
    char *doc = grades ? json_dumps(grades, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    enum st st = doc ? sql_report_scale_find(tx, doc, &r, &found, e) : err_no_memory(e, "report");
    *scale_id = found ? r.scale_id : app_id(app);
    if (st == ST_OK && !found) {
        st = sql_report_scale_insert(tx, &(struct sql_report_scale_insert_in){.scale_id = *scale_id, .doc = doc}, NULL,
                                     e);
    }
    free(doc);
    json_decref(grades);
    return st;
}

static enum st freeze_course(struct app *app, struct tx *tx, int64_t session_id, int64_t learner_id,
                             const struct report_course *c, int64_t *written, struct err *e)
{
    int64_t rows = 0;
    int64_t scale_id;
    TRY(freeze_scale(app, tx, c->policy, &scale_id, e));
    char *levels = levels_json(c);
    if (!levels) return err_no_memory(e, "report");
    const struct grade_cut *cut = c->grade.cut; /* NULL: too little is known for a grade */
    enum st st = sql_term_grade_insert(tx,
                                       &(struct sql_term_grade_insert_in){.session_id = session_id,
                                                                          .learner_id = learner_id,
                                                                          .course_id = c->course_id,
                                                                          .title = c->title,
                                                                          .letter = cut ? cut->letter : "",
                                                                          .percent = cut ? cut->percent : 0,
                                                                          .percent_is_null = !cut,
                                                                          .gpa = cut ? cut->gpa : 0,
                                                                          .gpa_is_null = !cut,
                                                                          .mean = c->grade.mean,
                                                                          .shown = (int64_t)c->grade.shown,
                                                                          .competencies = (int64_t)c->grade.all,
                                                                          .levels = levels,
                                                                          .policy_id = c->policy_id,
                                                                          .scale_id = scale_id,
                                                                          .frozen_at_ms = app_now_ms(app)},
                                       &rows, e);
    free(levels);
    *written += rows > 0;
    return st;
}

struct term {
    int64_t session_id;
    struct days days;
};

static enum st freeze_learner(struct app *app, const struct snapshot *s, struct tx *tx, const struct term *t,
                              int64_t learner_id, int64_t *written, struct err *e)
{
    struct arena a;
    struct report r;
    arena_init(&a, 64u << 20);
    const struct learner_scope who = {learner_id, MAY_LEADS_DISTRICT}; /* the operator's, for all */
    enum st st = report_of(app, s, tx, &a, &who, 0, t->days, &r, e);
    for (size_t i = 0; st == ST_OK && i < r.course_count; i++)
        st = freeze_course(app, tx, t->session_id, learner_id, &r.courses[i], written, e);
    arena_release(&a);
    return st;
}

static enum st find_term(struct app *app, const struct snapshot *s, struct conn *c, const char *title, struct term *t,
                         char out[120], struct err *e)
{
    struct tx *tx;
    struct sql_session_row r;
    bool found = false;
    TRY(tx_read(c, s->district_id, &tx, e));
    enum st st = title ? sql_session_by_title(tx, title, &r, &found, e)
                       : sql_session_now(tx, tz_date(s->zone, app_now_ms(app)), &r, &found, e);
    if (st == ST_OK && found) {
        *t = (struct term){r.session_id, {(int32_t)r.starts_on, (int32_t)r.ends_on}};
        snprintf(out, 120, "%s", r.title);
    } else if (st == ST_OK) {
        st = title ? err_fail(e, ST_NOT_FOUND, "grades.no_term", "there is no term %s", title)
                   : err_fail(e, ST_NOT_FOUND, "grades.no_term", "no term is under way today: name one");
    }
    tx_rollback(tx);
    return st;
}

static enum st term_students(struct tx *tx, const struct term *t, int64_t after, int64_t ids[SLICE], size_t *n,
                             struct err *e)
{
    struct sql_student_list_row r;
    struct rows rows;
    *n = 0;
    TRY(sql_student_list(tx,
                         &(struct sql_student_list_in){
                             .after = after, .first_day = t->days.first, .last_day = t->days.last, .limit = SLICE},
                         &rows, e));
    while (*n < SLICE && sql_student_list_next(&rows, &r)) ids[(*n)++] = r.user_id;
    return rows_end(&rows);
}

enum st grades_freeze(struct app *app, struct conn *c, const char *title, int64_t *written, char term[120],
                      struct err *e)
{
    struct term t = {0};
    int64_t after = 0, ids[SLICE];
    struct snapshot *s = snapshot_hold(app);
    *written = 0;
    enum st st = find_term(app, s, c, title, &t, term, e);
    for (size_t n = SLICE; st == ST_OK && n == SLICE;) {
        struct tx *tx;
        st = tx_write(c, s->district_id, &tx, e);
        if (st != ST_OK) break;
        st = term_students(tx, &t, after, ids, &n, e);
        for (size_t i = 0; st == ST_OK && i < n; i++) st = freeze_learner(app, s, tx, &t, ids[i], written, e);
        if (n) after = ids[n - 1];
        if (st == ST_OK) st = tx_commit(tx, e);
        else tx_rollback(tx);
    }
    snapshot_drop(s);
    return st;
}
