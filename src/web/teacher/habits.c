/* Habits of work: a teacher says once a term how each student works. Apart from grades. */
#include "progress/habits.h"

#include <stdlib.h>
#include <string.h>

#include "classroom/class.h"
#include "core/note.h"
#include "frame/learner.h"
#include "frame/based_on.h"
#include "frame/route.h"
#include "frame/form.h"
#include "store/sql/grades.h"

static enum st this_term(struct call *c, int64_t *session_id, const char **title, struct err *e)
{
    struct sql_session_row r;
    bool row;
    *session_id = 0;
    *title = NULL;
    TRY(sql_session_now(c->tx, tz_date(c->snapshot->zone, c->now_ms), &r, &row, e));
    if (!row) return ST_OK;
    *session_id = r.session_id;
    *title = arena_strdup(c->arena, r.title);
    return ST_OK;
}

static enum st school_habits(struct call *c, const char *list[HABITS_MAX], size_t *n, struct err *e)
{
    int64_t org_id;
    TRY(reader_school(c, c->tx, &org_id, e));
    return habits_asked(c->arena, policy_for_school(&c->snapshot->policy_index, org_id, c->now_ms), list, n, e);
}

static enum st fill_row(struct call *c, const struct class_learner *l, int64_t session_id, const char *const *habits,
                        size_t n, struct ui_habit_row *out, struct err *e)
{
    struct habit_rating *said;
    struct ui_habit_cell *cells;
    size_t count;
    const struct learner_scope who = {l->learner_id, c->class_.relation};
    TRY(habits_of(c->tx, c->arena, &who, &said, &count, e));
    TRY(call_alloc(c, (n + 1) * sizeof *cells, (void **)&cells, e));
    for (size_t j = 0; j < n; j++) {
        struct ui_habit_choice *choices;
        int32_t now = 0;
        TRY(call_alloc(c, HABIT_RATINGS * sizeof *choices, (void **)&choices, e));
        for (size_t i = 0; i < count; i++)
            if (said[i].session_id == session_id && said[i].class_id == c->class_.class_id &&
                str_eq(said[i].habit, habits[j]))
                now = said[i].rating;
        for (int32_t m = 1; m <= HABIT_RATINGS; m++)
            choices[m - 1] = (struct ui_habit_choice){m, habit_mark_words(m), now == m};
        cells[j] = (struct ui_habit_cell){arena_printf(c->arena, "h%zu_%lld", j, (long long)l->learner_id),
                                          arena_printf(c->arena, "%s: %s", l->name, habit_words(c, habits[j])), choices,
                                          HABIT_RATINGS};
    }
    *out = (struct ui_habit_row){l->name, cells, n};
    return ST_OK;
}

/* All cells of the page with their ratings. */
static enum st habits_basis(struct call *c, const struct class_view *v, int64_t session_id, const char *const *habits,
                            size_t n, struct basis *b, struct err *e)
{
    struct ui_rule_option *ratings;
    *b = (struct basis){.title = v->title,
                        .only_cells = true,
                        .post_url = arena_printf(c->arena, "/class/%lld/habits", (long long)c->class_.class_id),
                        .back_url = arena_printf(c->arena, "/class/%lld/habits", (long long)c->class_.class_id)};
    TRY(call_alloc(c, (HABIT_RATINGS + 1) * sizeof *ratings, (void **)&ratings, e));
    for (int32_t m = 1; m <= HABIT_RATINGS; m++)
        ratings[m] = (struct ui_rule_option){id_text(c, m), msg(page_lang(c), habit_mark_words(m)), false};
    ratings[0] = (struct ui_rule_option){"", "", false};
    for (size_t i = 0; session_id && i < v->learner_count; i++) {
        struct ui_habit_row row;
        TRY(fill_row(c, &v->learners[i], session_id, habits, n, &row, e));
        for (size_t j = 0; j < n; j++) {
            const char *now = "";
            for (size_t k = 0; k < row.cells[j].choices_n; k++)
                if (row.cells[j].choices[k].chosen) now = ratings[k + 1].value;
            TRY(basis_field(c, b, row.cells[j].name, row.cells[j].label, now, e));
            basis_choice(b, ratings, HABIT_RATINGS + 1);
        }
    }
    return ST_OK;
}

static enum st web_habits(struct call *c, struct err *e)
{
    struct page *p;
    struct class_view v;
    struct ui_habit_row *rows;
    const char *habits[HABITS_MAX], **heads;
    size_t n;
    int64_t session_id;
    TRY(page_begin(c, "/classes", &p, e));
    TRY(class_view(c->app, c->snapshot, c->tx, c->arena, &c->class_, &v, e));
    struct page_habits page = {.class_title = v.title,
                               .back_url = arena_printf(c->arena, "/class/%lld", (long long)c->class_.class_id),
                               .post_url = arena_printf(c->arena, "/class/%lld/habits", (long long)c->class_.class_id),
                               .client_id = new_client_id(c),
                               .saved = http_query(c->http, "saved") != NULL};
    TRY(this_term(c, &session_id, &page.term, e));
    TRY(school_habits(c, habits, &n, e));
    TRY(call_alloc(c, (n + 1) * sizeof *heads, (void **)&heads, e));
    TRY(call_alloc(c, (v.learner_count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t j = 0; j < n; j++) heads[j] = habit_words(c, habits[j]);
    for (size_t i = 0; session_id && i < v.learner_count; i++)
        TRY(fill_row(c, &v.learners[i], session_id, habits, n, &rows[page.rows_n++], e));
    struct basis b;
    TRY(habits_basis(c, &v, session_id, habits, n, &b, e));
    page.based_on = based_on(c, &b);
    page.heads = heads;
    page.heads_n = n;
    page.rows = rows;
    return page_end(p, page_habits(&p->html, &p->ctx, &page), e);
}

struct web_habits {
    struct record_cmd cmd;
    struct record records[HABIT_CELLS_MAX];
    struct fact_habit_rated ratings[HABIT_CELLS_MAX];
};

/* One cell of the form, if it is filled. */
static enum st add_rating(struct call *c, struct web_habits *m, int64_t learner_id, size_t column, const char *habit,
                          int64_t session_id, struct err *e)
{
    const char *name = arena_printf(c->arena, "h%zu_%lld", column, (long long)learner_id),
               *s = name ? http_form(c->http, name, 0) : NULL;
    int64_t rating;
    if (!s || !*s) return ST_OK;
    if (!form_whole(s, &rating) || rating < 1 || rating > HABIT_RATINGS)
        return err_fail(e, ST_INVALID, "habits.mark", "%s: a rating is 1 to %d", name, HABIT_RATINGS);
    if (m->cmd.count == HABIT_CELLS_MAX)
        return err_fail(e, ST_INVALID, "record.many", "at most %d at once", HABIT_CELLS_MAX);
    size_t at = m->cmd.count++;
    m->ratings[at] = (struct fact_habit_rated){session_id, c->class_.class_id, habit, (int32_t)rating};
    return call_fact(c, &m->records[at], &fact_habit_rated, learner_id,
                     arena_printf(c->arena, "%s.%zu", http_form(c->http, "client_id", 0), at), &m->ratings[at], e);
}

static enum st web_habits_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_habits *m;
    struct class_view v;
    const char *habits[HABITS_MAX], *term;
    int64_t session_id;
    size_t n;
    TRY(call_alloc(c, sizeof *m, (void **)&m, e));
    TRY(client_id_check(http_form(c->http, "client_id", 0), e));
    TRY(this_term(c, &session_id, &term, e));
    if (!session_id) return err_fail(e, ST_INVALID, "habits.no_term", "no term is under way");
    /* whoever is not in the class has no field */
    TRY(class_view(c->app, c->snapshot, c->tx, c->arena, &c->class_, &v, e));
    TRY(school_habits(c, habits, &n, e));
    struct basis b;
    TRY(habits_basis(c, &v, session_id, habits, n, &b, e));
    TRY(based_on_check(c, &b, e));
    m->cmd.list = m->records;
    for (size_t i = 0; i < v.learner_count; i++)
        for (size_t j = 0; j < n; j++) TRY(add_rating(c, m, v.learners[i].learner_id, j, habits[j], session_id, e));
    TRY(record_check(&m->cmd, e));
    *out = &m->cmd.command;
    return ST_OK;
}

static enum st web_habits_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    const char *to = arena_printf(c->arena, "/class/%lld/habits?saved=1", (long long)c->class_.class_id);
    call_redirect(c, to ? to : "/classes");
    return ST_OK;
}

const struct route habits_routes[] = {
    GET("/class/:class/habits", MAY_TEACHES, web_habits, OF_CLASS, .summary = "Habits of work this term",
        .part = MSG_views_part_habits),
    LARGE_WRITE("/class/:class/habits", MAY_TEACHES, web_habits_parse, web_habits_reply, OF_CLASS,
                .summary = "Say how students work", .part = MSG_views_part_habits,
                .sample = "client_id={new}&h0_{learner}=3"),
    {0},
};
