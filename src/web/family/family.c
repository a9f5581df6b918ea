/* A guardian's page: each child's standing, work and next step in words, and something to try together. */
#include <stdio.h>
#include <string.h>

#include "content/items.h"
#include "learning/learner.h"
#include "plan/next.h"
#include "classroom/queue.h"
#include "frame/learner.h"
#include "frame/route.h"
#include "store/sql/roster.h"

enum { CHILDREN_MAX = 20, WORK_SHOWN = 6, WORK_READ = 40, WORK_DAYS = 14, SKILLS_SHOWN = 12 };

/* A day's answers on one skill are one line: what a family can talk about, and not a list of misses. */
struct day_work {
    int64_t at_ms, day, competency_id, answers, right;
    bool observed;
};

static enum st fill_work(struct call *c, const struct learner_scope *who, struct ui_child *child, struct err *e)
{
    struct recent *r;
    struct day_work days[WORK_SHOWN];
    struct ui_child_work *work;
    size_t n, count = 0;
    TRY(recent_list(c->tx, c->arena, who->learner_id, WORK_READ, &r, &n, e));
    TRY(call_alloc(c, WORK_SHOWN * sizeof *work, (void **)&work, e));
    for (size_t i = 0; i < n && c->now_ms - r[i].answered_at_ms <= WORK_DAYS * INT64_C(86400000); i++) {
        const struct item_ref *it = catalogue_item(&c->snapshot->catalogue, r[i].item_id);
        struct day_work x = {r[i].answered_at_ms,
                             tz_date(c->snapshot->zone, r[i].answered_at_ms),
                             it && it->competency_count ? it->competency_ids[0] : 0,
                             0,
                             0,
                             r[i].observed};
        size_t at = 0;
        while (at < count &&
               (days[at].day != x.day || days[at].competency_id != x.competency_id || days[at].observed != x.observed))
            at++;
        if (at == WORK_SHOWN) continue;
        if (at == count) days[count++] = x;
        days[at].answers++;
        days[at].right += r[i].score >= 1;
    }
    for (size_t i = 0; i < count; i++) {
        const struct competency *k = catalogue_competency(&c->snapshot->catalogue, days[i].competency_id);
        const char *words =
            days[i].observed ? msg(page_lang(c), MSG_ev_observed)
                             : SAY(c, MSG_children_answers, MSG_N("n", days[i].answers), MSG_N("right", days[i].right));
        work[child->work_n++] = (struct ui_child_work){days[i].at_ms, k ? k->name : "", words};
    }
    child->work = work;
    return ST_OK;
}

/* Skills that are under way or were, the latest first: a page for a family is no list of everything. */
static enum st fill_skills(struct call *c, const struct learner_scope *who, const struct mastery_view *m,
                           struct ui_child *child, struct err *e)
{
    const struct competency_state *order[SKILLS_SHOWN];
    struct ui_map_row *rows;
    size_t n = 0;
    TRY(call_alloc(c, SKILLS_SHOWN * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < m->state.count; i++) {
        const struct competency_state *k = &m->state.competency[i];
        if (!k->opportunities || !catalogue_competency(&c->snapshot->catalogue, k->competency_id)) continue;
        if (n == SKILLS_SHOWN && order[n - 1]->last_at_ms >= k->last_at_ms) continue;
        size_t at = n < SKILLS_SHOWN ? n++ : n - 1;
        while (at > 0 && order[at - 1]->last_at_ms < k->last_at_ms) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = k;
    }
    for (size_t i = 0; i < n; i++)
        rows[i] =
            (struct ui_map_row){.title = catalogue_competency(&c->snapshot->catalogue, order[i]->competency_id)->name,
                                .level = (int64_t)order[i]->level,
                                .address = arena_printf(c->arena, "/why/%lld?c=%lld", (long long)who->learner_id,
                                                        (long long)order[i]->competency_id)};
    child->skills = rows;
    child->skills_n = n;
    return ST_OK;
}

static enum st fill_child(struct call *c, const struct learner_scope *who, const char *name, struct ui_child *child,
                          struct err *e)
{
    struct mastery_view m;
    struct next_item next;
    struct sql_class_of_user_row first;
    struct rows rows;
    struct taught courses[COURSES_MAX];
    int64_t secure = 0, all = 0;
    size_t n;
    TRY(call_courses(c, who->learner_id, courses, &n, e));
    TRY(learner_mastery(c->app, c->snapshot, c->tx, c->arena, who, 0, &m, e));
    TRY(sql_class_of_user(c->tx, who->learner_id, &rows, e));
    *child = (struct ui_child){.letter_url = arena_printf(c->arena, "/letter/%lld", (long long)who->learner_id),
                               .standing_url = arena_printf(c->arena, "/standing/%lld", (long long)who->learner_id),
                               .report_url = arena_printf(c->arena, "/report/%lld", (long long)who->learner_id),
                               .views_url = arena_printf(c->arena, "/views/%lld", (long long)who->learner_id),
                               .name = name,
                               .class_title =
                                   sql_class_of_user_next(&rows, &first) ? arena_strdup(c->arena, first.title) : NULL};
    TRY(rows_end(&rows));
    for (size_t i = 0; i < n; i++) {
        const struct course *k = catalogue_course(&c->snapshot->catalogue, courses[i].course_id);
        for (size_t j = 0; k && j < k->count; j++) {
            const struct competency_state *st =
                state_find(&m.state, c->snapshot->catalogue.competencies[k->competency[j]].competency_id);
            all++;
            secure += st && st->level == LEVEL_SECURE;
        }
    }
    next_item(c->snapshot, &m.state, who->learner_id, courses, n, 0, c->now_ms, &next);
    TRY(fill_notice(c, who->learner_id, name, &child->rules, e));
    TRY(fill_work(c, who, child, e));
    TRY(fill_skills(c, who, &m, child, e));
    if (!m.state.facts) child->summary = SAY(c, MSG_children_not_started, MSG_T("name", name));
    else if (all && secure == all)
        child->summary = SAY(c, MSG_children_all_secure, MSG_T("name", name), MSG_N("n", all));
    else
        child->summary = SAY(c, MSG_children_summary, MSG_T("name", name), MSG_N("secure", secure), MSG_N("n", all),
                             MSG_T("skill", next.competency ? next.competency->name : ""));
    if (!next.item) return ST_OK;
    const struct competency_state *k = state_find(&m.state, next.competency->competency_id);
    child->next_title = next.competency->name;
    child->next_words = SAY(c,
                            !k || !k->opportunities    ? MSG_children_next_new
                            : k->level == LEVEL_SECURE ? MSG_children_next_review
                            : k->level == LEVEL_NEARLY ? MSG_children_next_close
                                                       : MSG_children_next_words,
                            MSG_T("name", name));
    child->next_url = arena_printf(c->arena, "/suggestion/%lld?c=%lld", (long long)who->learner_id,
                                   (long long)next.competency->competency_id);
    child->try_title = msg(page_lang(c), MSG_children_try_go);
    child->try_words = msg(page_lang(c), MSG_children_try_words);
    child->try_url = arena_printf(c->arena, "/try/%lld", (long long)next.item->item_id);
    child->home_words = *next.competency->try_at_home ? next.competency->try_at_home : NULL;
    return ST_OK;
}

static enum st web_children(struct call *c, struct err *e)
{
    struct page *p;
    struct sql_children_of_row r;
    struct rows rows;
    struct ui_child *children;
    int64_t ids[CHILDREN_MAX];
    const char *names[CHILDREN_MAX];
    size_t n = 0;
    TRY(page_begin(c, "/children", &p, e));
    TRY(sql_children_of(c->tx, c->who.user_id, &rows, e));
    while (n < CHILDREN_MAX && sql_children_of_next(&rows, &r)) {
        ids[n] = r.user_id;
        names[n++] = arena_strdup(c->arena, *r.preferred_name ? r.preferred_name : r.given_name);
    }
    TRY(rows_end(&rows));
    TRY(call_alloc(c, (n + 1) * sizeof *children, (void **)&children, e));
    for (size_t i = 0; i < n; i++) {
        struct learner_scope who;
        TRY(call_scope(c, MAY_GUARDIAN_OF, ids[i], &who, e));
        TRY(fill_child(c, &who, names[i] ? names[i] : "", &children[i], e));
    }
    struct page_children page = {.children = children, .children_n = n, .school = c->snapshot->name};
    return page_end(p, page_children(&p->html, &p->ctx, &page), e);
}

const struct route family_routes[] = {
    GET("/children", MAY_GUARDIAN_OF, web_children, .menu = MENU_CHILDREN, .title = MSG_nav_children,
        .summary = "Where one's children stand"),
    {0},
};
