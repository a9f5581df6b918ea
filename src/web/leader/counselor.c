/* A counselor's first page: who of a school, in one grade, will not graduate or move up in time at this pace, by what
 * is needed. In order of name: nobody stands before another by a number. */
#include <stdlib.h>
#include <string.h>

#include "progress/goals.h"
#include "base/id.h"
#include "base/list.h"
#include "frame/learner.h"
#include "frame/route.h"
#include "store/sql/outside.h"
#include "store/sql/roster.h"

enum { SCHOOLS_MAX = 16, PERSON_BYTES = 64 << 20, STILL_WEEKS = 2 };

struct person {
    int64_t learner_id;
    const char *name, *grade;
};

/* The schools that someone counsels in, and which is asked for. */
static enum st choose(struct call *c, int64_t *org_id, struct page_counselor *page, struct err *e)
{
    struct sql_org_list_row r;
    struct rows rows;
    struct ui_link *links;
    int64_t asked = 0;
    const char *s = http_query(c->http, "school");
    if (s && *s && !id_parse(s, &asked)) return err_fail(e, ST_NOT_FOUND, "err.not_found", "school is an id");
    TRY(call_alloc(c, SCHOOLS_MAX * sizeof *links, (void **)&links, e));
    TRY(sql_org_list(c->tx, &rows, e));
    while (page->schools_n < SCHOOLS_MAX && sql_org_list_next(&rows, &r)) {
        int64_t id = r.org_id;
        if (!actor_holds(&c->who, ROLE_COUNSELOR, id)) continue;
        const char *name = arena_strdup(c->arena, r.name);
        if (asked ? id == asked : !*org_id) {
            *org_id = id;
            page->school = name;
        }
        links[page->schools_n++] =
            (struct ui_link){name, arena_printf(c->arena, "/counselor?school=%lld", (long long)id)};
    }
    TRY(rows_end(&rows));
    if (!*org_id) return err_fail(e, ST_DENIED, "err.denied", "school %lld", (long long)asked);
    page->schools = links;
    if (page->schools_n < 2) page->schools_n = 0; /* nothing to choose */
    return ST_OK;
}

static enum st list_people(struct call *c, int64_t org_id, struct person **out, size_t *n, struct err *e)
{
    struct sql_org_learner_names_row r;
    struct rows rows;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(sql_org_learner_names(c->tx, org_id, &rows, e));
    while (sql_org_learner_names_next(&rows, &r)) {
        struct person *p = LIST_ADD(c->arena, *out, *n, cap);
        if (!p) return err_fail(e, ST_NOMEM, "err.memory", "counselor");
        *p = (struct person){r.user_id, arena_printf(c->arena, "%s %s", r.given_name, r.family_name),
                             arena_strdup(c->arena, r.grade)};
        if (!p->name || !p->grade) return err_fail(e, ST_NOMEM, "err.memory", "counselor");
    }
    return rows_end(&rows);
}

static const char *grade_text(const char *grade) { return grade + (grade[0] == '0' && grade[1]); }

/* The school's grades, highest first. Shows the grade in the query, or else the highest: it has the least time left. */
static enum st choose_grade(struct call *c, int64_t org_id, const struct person *people, size_t n, const char **grade,
                            struct page_counselor *page, struct err *e)
{
    enum { GRADES_MAX = 20 };
    const char *found[GRADES_MAX], *asked = http_query(c->http, "grade");
    struct ui_link *links;
    size_t count = 0;
    for (size_t i = 0; i < n && count < GRADES_MAX; i++) {
        size_t at = 0;
        while (at < count && strcmp(found[at], people[i].grade) != 0) at++;
        if (at < count) continue;
        for (at = count++; at && grade_number(found[at - 1]) < grade_number(people[i].grade); at--)
            found[at] = found[at - 1];
        found[at] = people[i].grade;
    }
    *grade = count ? found[0] : "";
    for (size_t i = 0; asked && i < count; i++)
        if (str_eq(asked, found[i])) *grade = found[i];
    TRY(call_alloc(c, GRADES_MAX * sizeof *links, (void **)&links, e));
    for (size_t i = 0; i < count; i++) {
        const char *label = *found[i] ? SAY(c, MSG_letter_grade_of, MSG_T("grade", grade_text(found[i])))
                                      : msg(page_lang(c), MSG_counselor_no_grade);
        links[i] =
            (struct ui_link){label, found[i] == *grade ? NULL
                                                       : arena_printf(c->arena, "/counselor?school=%lld&grade=%s",
                                                                      (long long)org_id, found[i])};
    }
    page->grades = links;
    page->grades_n = count;
    return ST_OK;
}

struct page_rows {
    struct ui_counselor_row *list;
    size_t n, cap;
};

/* Who has not met a requirement: late at this pace; at a stand, so that no pace says when; the rest. */
struct need {
    struct page_rows late, still, open;
};

static enum st add_row(struct call *c, struct page_rows *r, const struct person *p, const char *words, struct err *e)
{
    struct ui_counselor_row *row = LIST_ADD(c->arena, r->list, r->n, r->cap);
    if (!row) return err_fail(e, ST_NOMEM, "err.memory", "counselor");
    *row = (struct ui_counselor_row){
        p->name, arena_printf(c->arena, words ? "/standing/%lld" : "/student/%lld", (long long)p->learner_id), words};
    return ST_OK;
}

static const char *missing_words(struct call *c, const struct requirement_progress *v)
{
    const char *pace = pace_words(c, v);
    const char *words = arena_printf(c->arena, "%s %s", need_words(c, v), pace ? pace : "");
    return words ? words : "";
}

/* One student: into the rows of each requirement that is not met yet; *all: every one is. */
static enum st place(struct call *c, struct arena *a, const struct person *p, const struct requirement *asked, size_t n,
                     struct need *needs, bool *all, struct err *e)
{
    struct learner_scope may;
    struct requirement_progress *list;
    size_t count;
    *all = true;
    TRY(call_scope(c, MAY_COUNSELS, p->learner_id, &may, e));
    TRY(requirements_progress(c->app, c->snapshot, c->tx, a, &may, p->grade, 0, &list, &count, e));
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < n && strcmp(asked[at].id, list[i].asked.id) != 0) at++;
        if (list[i].done || at == n) continue;
        struct need *k = &needs[at];
        bool still =
            list[i].asked.kind == REQUIREMENT_COMPETENCIES && list[i].gained <= 0 && list[i].weeks >= STILL_WEEKS;
        *all = false;
        TRY(add_row(c, list[i].at_risk ? &k->late : still ? &k->still : &k->open, p, missing_words(c, &list[i]), e));
    }
    return ST_OK;
}

static bool needs_someone(const struct need *k) { return k->late.n + k->still.n > 0; }

/* What nobody is late with comes after what someone is. */
static enum st fill_needs(struct call *c, const struct requirement *asked, size_t n, const struct need *needs,
                          struct page_counselor *page, struct err *e)
{
    struct ui_counselor_need *rows;
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    for (int late = 1; late >= 0; late--)
        for (size_t i = 0; i < n; i++) {
            const struct need *k = &needs[i];
            if (needs_someone(k) != (late > 0) || (!needs_someone(k) && !k->open.n)) continue;
            const char *what = arena_printf(
                c->arena, "%s · %s", msg(page_lang(c), asked[i].promotion ? MSG_needs_promotion : MSG_needs_graduation),
                SAY(c, MSG_needs_until, MSG_N("grade", asked[i].by_grade)));
            rows[page->needs_n++] = (struct ui_counselor_need){
                .title = arena_strdup(c->arena, asked[i].title),
                .what = what,
                .late = k->late.list,
                .late_n = k->late.n,
                .still = k->still.list,
                .still_n = k->still.n,
                .open = k->open.list,
                .open_n = k->open.n,
                .open_words = k->open.n ? SAY(c, MSG_counselor_open, MSG_N("n", (int64_t)k->open.n)) : NULL};
        }
    page->needs = rows;
    return ST_OK;
}

static enum st fill(struct call *c, const struct person *people, size_t n, const char *grade,
                    struct page_counselor *page, struct err *e)
{
    struct requirement asked[REQUIREMENTS_MAX];
    struct need needs[REQUIREMENTS_MAX] = {0};
    struct page_rows done = {0};
    size_t asked_n;
    TRY(requirements_in_force(c->snapshot, c->now_ms, asked, &asked_n, e));
    page->none = asked_n == 0;
    for (size_t i = 0; asked_n && i < n; i++) {
        struct arena own; /* a student's year of answers is looked at and forgotten */
        bool all;
        if (!str_eq(people[i].grade, grade)) continue;
        arena_init(&own, PERSON_BYTES);
        enum st st = place(c, &own, &people[i], asked, asked_n, needs, &all, e);
        arena_release(&own);
        if (st == ST_DENIED) continue; /* enrolled elsewhere by now */
        TRY(st);
        page->students++;
        if (all) TRY(add_row(c, &done, &people[i], NULL, e));
    }
    page->done = done.list;
    page->done_n = done.n;
    return fill_needs(c, asked, asked_n, needs, page, e);
}

static enum st web_counselor(struct call *c, struct err *e)
{
    struct page *p;
    struct person *people;
    struct page_counselor page = {0};
    const char *grade;
    int64_t org_id = 0;
    size_t n;
    TRY(page_begin(c, "/counselor", &p, e));
    TRY(choose(c, &org_id, &page, e));
    TRY(list_people(c, org_id, &people, &n, e));
    TRY(choose_grade(c, org_id, people, n, &grade, &page, e));
    TRY(fill(c, people, n, grade, &page, e));
    TRY(call_record_access(c, "school", org_id, e)); /* names are shown: that leaves a record */
    return page_end(p, page_counselor(&p->html, &p->ctx, &page), e);
}

const struct route counselor_routes[] = {
    GET("/counselor", MAY_COUNSELS, web_counselor, .menu = MENU_PEOPLE, .title = MSG_nav_counselor,
        .summary = "Who of a school needs what to graduate or move up in time"),
    {0},
};
