#include "app/class.h"

#include <stdlib.h>
#include <string.h>

#include "app/learner.h"
#include "base/id.h"

static enum st no_memory(struct err *e) { return err_fail(e, ST_NOMEM, "err.memory", "class"); }

enum { LEARNERS_MAX = 2000 };

static enum st load_learners(struct tx *tx, struct arena *a, int64_t class_id, struct class_view *v, struct err *e)
{
    struct stmt *q;
    size_t cap = 64;
    struct class_learner *list = arena_array(a, cap, sizeof *list);
    TRY(tx_stmt(tx, SQL_class_students, &q, e));
    bind_i64(q, "class_id", class_id);
    for (bool row = true; list;) {
        TRY(stmt_step(q, &row, e));
        if (!row || v->learner_count == LEARNERS_MAX) break;
        if (v->learner_count == cap) {
            struct class_learner *more = arena_array(a, cap * 2, sizeof *more);
            if (!more) return no_memory(e);
            memcpy(more, list, cap * sizeof *list);
            list = more;
            cap *= 2;
        }
        const char *given = *col_text(q, 3) ? col_text(q, 3) : col_text(q, 1);
        struct class_learner *l = &list[v->learner_count++];
        l->learner_id = col_i64(q, 0);
        l->name = arena_printf(a, "%s%s%s", given, *given && *col_text(q, 2) ? " " : "", col_text(q, 2));
        l->sort_name = arena_printf(a, "%s, %s", col_text(q, 2), given);
        l->username = arena_strdup(a, col_text(q, 4));
        l->cells = arena_array(a, v->competency_count + 1, sizeof *l->cells);
        if (!l->name || !l->sort_name || !l->username || !l->cells) return no_memory(e);
    }
    v->learners = list;
    return list ? ST_OK : no_memory(e);
}

static int by_learner(const void *x, const void *y)
{
    const struct class_learner *a = *(const struct class_learner *const *)x, *b = *(const struct class_learner *const *)y;
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

static enum st load_cells(struct tx *tx, struct arena *a, int64_t class_id, struct class_view *v, struct err *e)
{
    struct stmt *q;
    struct class_learner **order = arena_array(a, v->learner_count + 1, sizeof *order);
    struct column *columns = arena_array(a, v->competency_count + 1, sizeof *columns);
    if (!order || !columns) return no_memory(e);
    for (size_t i = 0; i < v->learner_count; i++) order[i] = &v->learners[i];
    qsort(order, v->learner_count, sizeof *order, by_learner);
    for (size_t i = 0; i < v->competency_count; i++) columns[i] = (struct column){v->competencies[i]->competency_id, i};
    qsort(columns, v->competency_count, sizeof *columns, by_competency);
    TRY(tx_stmt(tx, SQL_class_mastery, &q, e));
    bind_i64(q, "class_id", class_id);
    size_t at = 0;
    for (bool row = true;;) { /* rows come in order of learner */
        TRY(stmt_step(q, &row, e));
        if (!row) return ST_OK;
        int64_t learner = col_i64(q, 0);
        while (at < v->learner_count && order[at]->learner_id < learner) at++;
        if (at == v->learner_count || order[at]->learner_id != learner) continue;
        struct column want = {.competency_id = col_i64(q, 1)};
        const struct column *k = bsearch(&want, columns, v->competency_count, sizeof want, by_competency);
        if (!k) continue;
        struct mastery_row *m = arena_alloc(a, sizeof *m);
        if (!m) return no_memory(e);
        *m = (struct mastery_row){.learner_id = learner, .competency_id = want.competency_id, .p_known = col_f64(q, 2),
                                  .level = (int32_t)col_i64(q, 3), .evidence_count = (int32_t)col_i64(q, 4), .last_evidence_id = col_i64(q, 5)};
        order[at]->cells[k->at] = m;
    }
}

enum st class_view(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                   const struct class_scope *which, struct class_view *out, struct err *e)
{
    struct stmt *q;
    bool row;
    struct class_view v = {0};
    (void)app;
    TRY(tx_stmt(tx, SQL_class_get, &q, e));
    bind_i64(q, "class_id", which->class_id);
    TRY(stmt_step(q, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "class %lld", (long long)which->class_id);
    v.title = arena_strdup(a, col_text(q, 0));
    v.course_id = col_i64(q, 1);
    v.org_id = col_i64(q, 2);
    v.grades = arena_strdup(a, col_text(q, 3));
    v.periods = arena_strdup(a, col_text(q, 4));
    const struct course *course = catalogue_course(&s->catalogue, v.course_id);
    v.competency_count = course ? course->count : 0;
    v.competencies = arena_array(a, v.competency_count + 1, sizeof *v.competencies);
    if (!v.title || !v.grades || !v.periods || !v.competencies) return no_memory(e);
    for (size_t i = 0; i < v.competency_count; i++) v.competencies[i] = &s->catalogue.competencies[course->competency[i]];
    TRY(load_learners(tx, a, which->class_id, &v, e));
    TRY(load_cells(tx, a, which->class_id, &v, e));
    *out = v;
    return ST_OK;
}

static const char *learner_name(const struct class_view *v, int64_t id)
{
    for (size_t i = 0; i < v->learner_count; i++)
        if (v->learners[i].learner_id == id) return v->learners[i].name;
    return "";
}

static const char *sentence(struct arena *a, enum lang lang, const char *id, const char *name, const char *skill, int64_t n)
{
    struct text t;
    enum msg_id m = msg_find(id);
    text_init(&t, 2000);
    if (m != MSG_NONE) msg_format(&t, lang, m, MSG_ARGS(MSG_T("name", name), MSG_T("skill", skill), MSG_N("n", n)));
    const char *s = arena_strdup(a, text_str(&t));
    text_release(&t);
    return s ? s : "";
}

enum st class_queue(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                    const struct class_scope *which, enum lang lang, struct queue_entry **out, size_t *n, struct err *e)
{
    struct class_view v;
    struct stmt *q;
    int64_t now = app_now_ms(app);
    const struct policy *p = &regime_policy(&s->regime, now)->policy;
    TRY(class_view(app, s, tx, a, which, &v, e));
    size_t cap = 200 + v.learner_count * 2, count = 0;
    struct queue_entry *list = arena_array(a, cap, sizeof *list);
    if (!list) return no_memory(e);
    TRY(tx_stmt(tx, SQL_help_open, &q, e));
    bind_i64(q, "class_id", which->class_id);
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        struct queue_entry *x = &list[count++];
        char id[64] = "queue.help_";
        strncat(id, col_text(q, 2), 40);
        *x = (struct queue_entry){.learner_id = col_i64(q, 1), .help_id = col_i64(q, 0), .code = "help", .action = "see", .since_ms = id_time_ms(col_i64(q, 0))};
        x->name = learner_name(&v, x->learner_id);
        x->text = sentence(a, lang, msg_find(id) != MSG_NONE ? id : "queue.help", x->name, "", 0);
        if (*col_text(q, 4)) x->text = arena_printf(a, "%s “%s”", x->text, col_text(q, 4));
        if (!x->text) return no_memory(e);
    }
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < v.learner_count && count < cap; i++) {
            const struct class_learner *l = &v.learners[i];
            const struct competency *stuck = NULL;
            int32_t tries = 0;
            int64_t last = 0;
            for (size_t k = 0; k < v.competency_count; k++) {
                const struct mastery_row *m = l->cells[k];
                if (!m) continue;
                if (m->last_evidence_id > last) last = m->last_evidence_id;
                if (m->evidence_count >= p->stuck_after && m->p_known < p->stuck_below && m->evidence_count > tries) {
                    stuck = v.competencies[k];
                    tries = m->evidence_count;
                }
            }
            int64_t days = last ? (now - id_time_ms(last)) / 86400000 : 0;
            if (pass == 0 && stuck)
                list[count++] = (struct queue_entry){.learner_id = l->learner_id, .competency_id = stuck->competency_id, .name = l->name, .code = "stuck",
                                                     .action = "see", .text = sentence(a, lang, "queue.stuck", l->name, stuck->name, tries)};
            if (pass == 1 && last && days >= 10)
                list[count++] = (struct queue_entry){.learner_id = l->learner_id, .name = l->name, .code = "away", .action = "check_in",
                                                     .text = sentence(a, lang, "queue.away", l->name, "", days)};
        }
    *out = list;
    *n = count;
    return ST_OK;
}
