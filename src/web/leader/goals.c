/* For leaders: what the state and the district count, with a school's standing in counts. */
#include "progress/goals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "frame/based_on.h"
#include "frame/route.h"
#include "frame/form.h"
#include "rules/small_group.h"
#include "store/sql/outside.h"
#include "store/sql/roster.h"
#include "branches.h"

enum { SCHOOLS_MAX = 400, TOPS_MAX = 1500, TESTS_MAX = 100 };

/* Every framework and competency: what a branch can be chosen by. By URI or by id, a framework's with an f before
 * it. */
enum st fill_branches(struct call *c, bool by_uri, struct ui_rule_option **out, size_t *n, struct err *e)
{
    const struct catalogue *k = &c->snapshot->catalogue;
    TRY(call_alloc(c, (TOPS_MAX + 1) * sizeof **out, (void **)out, e));
    *n = 0;
    for (size_t i = 0; i < k->framework_count && *n < TOPS_MAX; i++)
        (*out)[(*n)++] = (struct ui_rule_option){
            by_uri ? k->frameworks[i].uri : arena_printf(c->arena, "f%lld", (long long)k->frameworks[i].framework_id),
            k->frameworks[i].title, false};
    for (size_t i = 0; i < k->competency_count && *n < TOPS_MAX; i++) {
        const struct competency *v = &k->competencies[i];
        if (by_uri && !*v->uri) continue;
        const char *label = *v->code ? arena_printf(c->arena, "%s · %s", v->code, v->name) : v->name;
        (*out)[(*n)++] =
            (struct ui_rule_option){by_uri ? v->uri : id_text(c, v->competency_id), label ? label : "", false};
    }
    return ST_OK;
}

/* The state's goals ------------------------------------------------------------------------------------------------ */

static enum st choose_school(struct call *c, struct page_goals *page, int64_t *org_id, struct err *e)
{
    struct ui_rule_option *rows;
    struct sql_org_list_row r;
    struct rows stored;
    int64_t asked = 0;
    const char *s = http_query(c->http, "school");
    *org_id = 0;
    if (s && *s && !id_parse(s, &asked)) return err_fail(e, ST_NOT_FOUND, "err.no_org", "school is an id");
    TRY(call_alloc(c, SCHOOLS_MAX * sizeof *rows, (void **)&rows, e));
    TRY(sql_org_list(c->tx, &stored, e));
    while (page->schools_n < SCHOOLS_MAX && sql_org_list_next(&stored, &r)) {
        if (!str_eq(r.type, "school") || !leads_org(c, r.org_id)) continue;
        const char *name = arena_strdup(c->arena, r.name);
        bool chosen = asked ? asked == r.org_id : c->relation == MAY_LEADS_SCHOOL && !*org_id;
        if (chosen) {
            *org_id = r.org_id;
            page->school = name;
        }
        rows[page->schools_n++] = (struct ui_rule_option){id_text(c, r.org_id), name, chosen};
    }
    TRY(rows_end(&stored));
    if (!asked && page->schools_n == 1 && !*org_id && id_parse(rows[0].value, org_id)) page->school = rows[0].label;
    if (asked && !*org_id)
        return err_fail(e, ST_DENIED, "err.denied", "school %lld is not led by user %lld", (long long)asked,
                        (long long)c->who.user_id);
    page->schools = rows;
    page->many = page->schools_n > 1;
    return ST_OK;
}

/* Groups smaller than the rules' number are not shown, nor what they could be had from by subtraction. */
static enum st fill_cells(struct call *c, const char *by, const size_t counts[STANDING_COUNT], int64_t smallest,
                          struct ui_counted_by *out)
{
    bool hide[STANDING_COUNT];
    const char *cell[STANDING_COUNT];
    int64_t parts[STANDING_COUNT];
    for (size_t i = 0; i < STANDING_COUNT; i++) parts[i] = (int64_t)counts[i];
    small_groups_hide(parts, STANDING_COUNT, smallest, hide);
    for (size_t i = 0; i < STANDING_COUNT; i++) {
        cell[i] = hide[i] ? msg(page_lang(c), MSG_goals_hidden) : arena_printf(c->arena, "%zu", counts[i]);
        if (!cell[i]) cell[i] = "";
    }
    *out = (struct ui_counted_by){by, cell[STANDING_MEETS], cell[STANDING_CLOSE], cell[STANDING_BELOW],
                                  cell[STANDING_UNKNOWN]};
    return ST_OK;
}

static enum st fill_counts(struct call *c, const struct goal *g, const struct goal_counts *k, int64_t smallest,
                           struct ui_goal_entry *out, struct err *e)
{
    struct ui_counted_by *rows;
    TRY(call_alloc(c, 2 * sizeof *rows, (void **)&rows, e));
    out->counts = rows;
    if (*g->test)
        TRY(fill_cells(c, SAY(c, MSG_goals_by_test, MSG_T("test", g->test)), k->by_test, smallest,
                       &rows[out->counts_n++]));
    if (g->count) TRY(fill_cells(c, msg(page_lang(c), MSG_goals_by_ours), k->ours, smallest, &rows[out->counts_n++]));
    if (k->disagree && !small_group((int64_t)k->disagree, (int64_t)k->students, smallest))
        out->differ = SAY(c, MSG_goals_differ, MSG_N("n", (int64_t)k->disagree));
    return ST_OK;
}

static const char *what_counts(struct call *c, const struct goal *g)
{
    const char *standards = g->of ? SAY(c, MSG_goals_what_standards, MSG_T("name", g->of),
                                        MSG_N("n", (int64_t)g->count), MSG_N("share", (int64_t)(g->share * 100 + 0.5)))
                                  : NULL;
    if (!*g->test) return standards;
    struct text mark;
    text_init(&mark, 100);
    if (g->has_score) format_decimal(&mark, page_lang(c), g->meets_score, 0);
    else text_printf(&mark, "%d", (int)g->meets_level);
    const char *test = SAY(c, g->has_score ? MSG_goals_what_score : MSG_goals_what_level, MSG_T("test", g->test),
                           MSG_T("mark", text_str(&mark)));
    text_release(&mark);
    return standards ? arena_printf(c->arena, "%s · %s", standards, test) : test;
}

static enum st fill_rows(struct call *c, struct page_goals *page, struct err *e)
{
    struct goal *goals;
    struct goal_counts counts[GOALS_MAX];
    struct ui_goal_entry *rows;
    size_t n;
    int64_t org_id = 0;
    if (c->relation != MAY_TEACHES && c->relation != MAY_COACHES) TRY(choose_school(c, page, &org_id, e));
    TRY(goals_list(c->snapshot, c->tx, c->arena, &goals, &n, e));
    page->smallest = policy_for_school(&c->snapshot->policy_index, org_id, c->now_ms)->policy.smallest_group;
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    if (org_id && n) TRY(goals_of_school(c->tx, c->arena, org_id, goals, n, counts, e));
    page->counted = org_id && n;
    for (size_t i = 0; i < n; i++) {
        rows[i] = (struct ui_goal_entry){.goal_id = id_text(c, goals[i].goal_id),
                                         .title = goals[i].title,
                                         .by = str_eq(goals[i].counted_by, "state") ? MSG_goals_by_state
                                                                                    : MSG_goals_by_district,
                                         .what = what_counts(c, &goals[i]),
                                         .can_end = page->can_add};
        if (org_id) TRY(fill_counts(c, &goals[i], &counts[i], page->smallest, &rows[i], e));
    }
    page->rows = rows;
    page->rows_n = n;
    return ST_OK;
}

static enum st fill_tests(struct call *c, struct page_goals *page, struct err *e)
{
    struct sql_test_list_row r;
    struct rows rows;
    const char **list;
    TRY(call_alloc(c, TESTS_MAX * sizeof *list, (void **)&list, e));
    TRY(sql_test_list(c->tx, &rows, e));
    while (page->tests_n < TESTS_MAX && sql_test_list_next(&rows, &r)) {
        list[page->tests_n++] = arena_strdup(c->arena, r.test);
    }
    TRY(rows_end(&rows));
    page->tests = list;
    return ST_OK;
}

/* The list that the forms add to or take from. */
static enum st goals_basis(struct call *c, struct basis *b, struct err *e)
{
    struct goal *goals;
    struct ui_rule_option *titles;
    size_t n;
    *b = (struct basis){.title = msg(page_lang(c), MSG_goals_title), .post_url = c->route->path, .back_url = "/goals"};
    TRY(goals_list(c->snapshot, c->tx, c->arena, &goals, &n, e));
    TRY(call_alloc(c, (n + 1) * sizeof *titles, (void **)&titles, e));
    for (size_t i = 0; i < n; i++)
        titles[i] = (struct ui_rule_option){id_text(c, goals[i].goal_id), goals[i].title, false};
    TRY(basis_sent(c, b, "title", msg(page_lang(c), MSG_goals_name), e));
    TRY(basis_sent(c, b, "goal_id", msg(page_lang(c), MSG_goals_end), e));
    basis_choice(b, titles, n);
    for (size_t i = 0; i < n; i++) {
        TRY(basis_field(c, b, NULL, goals[i].title, what_counts(c, &goals[i]), e));
        basis_stored(b, titles[i].value);
    }
    return ST_OK;
}

static enum st web_goals(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_rule_option *tops;
    TRY(page_begin(c, "/goals", &p, e));
    struct page_goals page = {.can_add = c->relation == MAY_LEADS_DISTRICT,
                              .client_id = new_client_id(c),
                              .error = form_error(c),
                              .form = {.title = form_value(c, "title", 0, ""),
                                       .counted_by = form_value(c, "counted_by", 0, ""),
                                       .share = form_value(c, "share", 0, "70"),
                                       .share_bad = form_marked(c, "share"),
                                       .test = form_value(c, "test", 0, ""),
                                       .subject = form_value(c, "subject", 0, ""),
                                       .score = form_value(c, "score", 0, ""),
                                       .score_bad = form_marked(c, "score"),
                                       .level = form_value(c, "level", 0, ""),
                                       .level_bad = form_marked(c, "level")},
                              .saved = http_query(c->http, "saved") != NULL};
    if (page.can_add) {
        TRY(fill_branches(c, false, &tops, &page.tops_n, e));
        form_chosen(c, "competency", 0, tops, page.tops_n);
        page.tops = tops;
        TRY(fill_tests(c, &page, e));
    }
    struct basis b;
    TRY(goals_basis(c, &b, e));
    page.based_on = based_on(c, &b);
    TRY(fill_rows(c, &page, e));
    return page_end(p, page_goals(&p->html, &p->ctx, &page), e);
}

static enum st read_number(struct call *c, const char *name, bool *has, double *out, struct err *e)
{
    const char *s = http_form(c->http, name, 0);
    *has = s && *s;
    if (!*has || form_number(s, out)) return ST_OK;
    return form_mark(c, name, msg(page_lang(c), MSG_form_number), e);
}

static enum st web_goal_parse(struct call *c, struct command **out, struct err *e)
{
    struct goal_cmd *g;
    struct basis b;
    double share = 0, level = 0;
    bool has;
    const char *competency = http_form(c->http, "competency", 0);
    TRY(form_open(c, web_goals, e));
    TRY(goals_basis(c, &b, e));
    TRY(based_on_check(c, &b, e));
    TRY(call_alloc(c, sizeof *g, (void **)&g, e));
    *g = (struct goal_cmd){.client_id = http_form(c->http, "client_id", 0),
                           .title = http_form(c->http, "title", 0),
                           .counted_by = http_form(c->http, "counted_by", 0),
                           .test = http_form(c->http, "test", 0),
                           .subject = http_form(c->http, "subject", 0),
                           .author_id = c->who.user_id};
    bool framework = competency && *competency == 'f';
    if (competency && *competency &&
        !id_parse(competency + framework, framework ? &g->framework_id : &g->competency_id))
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency is an id");
    TRY(read_number(c, "share", &has, &share, e));
    g->share = has ? share / 100 : 1;
    TRY(read_number(c, "score", &g->has_score, &g->meets_score, e));
    TRY(read_number(c, "level", &has, &level, e));
    if (has && !form_marked(c, "level") && !(level >= 1 && level <= 20))
        TRY(form_mark(c, "level", msg(page_lang(c), MSG_form_level), e));
    TRY(form_check(c, e));
    g->meets_level = (int32_t)level;
    TRY(goal_check(c->snapshot, g, e));
    *out = &g->command;
    return ST_OK;
}

static enum st web_goal_end_parse(struct call *c, struct command **out, struct err *e)
{
    struct goal_end_cmd *g;
    struct basis b;
    const char *id = http_form(c->http, "goal_id", 0);
    TRY(call_alloc(c, sizeof *g, (void **)&g, e));
    if (!id || !id_parse(id, &g->goal_id)) return err_fail(e, ST_INVALID, "err.not_found", "goal_id must be an id");
    TRY(goals_basis(c, &b, e));
    TRY(based_on_check(c, &b, e));
    goal_end_ready(g);
    *out = &g->command;
    return ST_OK;
}

static enum st web_goal_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    call_redirect(c, "/goals?saved=1");
    return ST_OK;
}

const struct route goals_routes[] = {
    GET("/goals", LEADERS | MAY_TEACHES, web_goals, .menu = MENU_LEARNING, .title = MSG_nav_goals,
        .summary = "What the state and the district count", .menu_first = true),
    WRITE("/goals", MAY_LEADS_DISTRICT, web_goal_parse, web_goal_reply, .summary = "Add what counts",
          .sample = "client_id={new}&title=Mathematics&counted_by=state&test=State+test&level=3"),
    WRITE("/goals/end", MAY_LEADS_DISTRICT, web_goal_end_parse, web_goal_reply, .summary = "It counts no longer",
          .sample = "goal_id={nobody}"),
    {0},
};
