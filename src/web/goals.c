/* For leaders: what the state and the district count, with a school's standing in counts; what is asked for to graduate; and, for
 * those who may, who is in which program. */
#include "app/goals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/class.h"
#include "app/policy.h"
#include "base/id.h"
#include "base/json.h"
#include "base/rng.h"
#include "page.h"

enum { SCHOOLS_MAX = 400, TOPS_MAX = 1500, TESTS_MAX = 100, PROGRAM_ROWS = 2000 };

/* Every framework and competency: what a branch can be chosen by. By URI or by id, a framework's with an f before it. */
static enum st fill_tops(struct call *c, bool by_uri, struct ui_rule_option **out, size_t *n, struct err *e)
{
    const struct catalogue *k = &c->snapshot->catalogue;
    TRY(call_alloc(c, (TOPS_MAX + 1) * sizeof **out, (void **)out, e));
    *n = 0;
    for (size_t i = 0; i < k->framework_count && *n < TOPS_MAX; i++)
        (*out)[(*n)++] = (struct ui_rule_option){by_uri ? k->frameworks[i].uri : arena_printf(c->arena, "f%lld", (long long)k->frameworks[i].framework_id), k->frameworks[i].title, false};
    for (size_t i = 0; i < k->competency_count && *n < TOPS_MAX; i++) {
        const struct competency *v = &k->competencies[i];
        if (by_uri && !*v->uri) continue;
        const char *label = *v->code ? arena_printf(c->arena, "%s · %s", v->code, v->name) : v->name;
        (*out)[(*n)++] = (struct ui_rule_option){by_uri ? v->uri : id_text(c, v->competency_id), label ? label : "", false};
    }
    return ST_OK;
}

/* The state's goals --------------------------------------------------------------------------------------------------- */

static enum st choose_school(struct call *c, struct page_goals *page, int64_t *org_id, struct err *e)
{
    struct ui_rule_option *rows;
    struct stmt *q;
    int64_t asked = 0;
    const char *s = http_query(c->http, "school");
    *org_id = 0;
    if (s && *s && !id_parse(s, &asked)) return err_fail(e, ST_NOT_FOUND, "err.no_org", "school is an id");
    TRY(call_alloc(c, SCHOOLS_MAX * sizeof *rows, (void **)&rows, e));
    TRY(tx_stmt(&c->tx, SQL_org_list, &q, e));
    for (bool row = true; page->schools_n < SCHOOLS_MAX;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        if (!str_eq(col_text(q, 2), "school") || !leads_org(c, col_i64(q, 0))) continue;
        const char *name = arena_strdup(c->arena, col_text(q, 3));
        bool chosen = asked ? asked == col_i64(q, 0) : c->relation == MAY_LEADS_SCHOOL && !*org_id;
        if (chosen) {
            *org_id = col_i64(q, 0);
            page->school = name;
        }
        rows[page->schools_n++] = (struct ui_rule_option){id_text(c, col_i64(q, 0)), name, chosen};
    }
    if (!asked && page->schools_n == 1 && !*org_id && id_parse(rows[0].value, org_id)) page->school = rows[0].label;
    if (asked && !*org_id) return err_fail(e, ST_DENIED, "err.denied", "school %lld is not led by user %lld", (long long)asked, (long long)c->who.user_id);
    page->schools = rows;
    page->many = page->schools_n > 1;
    return ST_OK;
}

/* Groups smaller than the rules' number are not shown; when it is a single one, the next smallest goes with it, so that it cannot be
 * had by subtraction. */
static enum st fill_cells(struct call *c, const char *by, const size_t counts[STANDING_COUNT], int64_t smallest, struct ui_counted_by *out)
{
    bool hide[STANDING_COUNT] = {false};
    const char *cell[STANDING_COUNT];
    size_t hidden = 0, next = STANDING_COUNT;
    for (size_t i = 0; i < STANDING_COUNT; i++) {
        hide[i] = counts[i] && (int64_t)counts[i] < smallest;
        hidden += hide[i];
    }
    for (size_t i = 0; i < STANDING_COUNT; i++)
        if (!hide[i] && counts[i] && (next == STANDING_COUNT || counts[i] < counts[next])) next = i;
    if (hidden == 1 && next < STANDING_COUNT) hide[next] = true;
    for (size_t i = 0; i < STANDING_COUNT; i++) {
        cell[i] = hide[i] ? msg(page_lang(c), MSG_goals_hidden) : arena_printf(c->arena, "%zu", counts[i]);
        if (!cell[i]) cell[i] = "";
    }
    *out = (struct ui_counted_by){by, cell[STANDING_MEETS], cell[STANDING_CLOSE], cell[STANDING_BELOW], cell[STANDING_UNKNOWN]};
    return ST_OK;
}

static enum st fill_counts(struct call *c, const struct goal *g, const struct goal_counts *k, int64_t smallest, struct ui_goal_entry *out, struct err *e)
{
    struct ui_counted_by *rows;
    TRY(call_alloc(c, 2 * sizeof *rows, (void **)&rows, e));
    out->counts = rows;
    if (*g->test) TRY(fill_cells(c, SAY(c, MSG_goals_by_test, MSG_T("test", g->test)), k->by_test, smallest, &rows[out->counts_n++]));
    if (g->count) TRY(fill_cells(c, msg(page_lang(c), MSG_goals_by_ours), k->ours, smallest, &rows[out->counts_n++]));
    if ((int64_t)k->disagree >= smallest) out->differ = SAY(c, MSG_goals_differ, MSG_N("n", (int64_t)k->disagree));
    return ST_OK;
}

static const char *what_counts(struct call *c, const struct goal *g)
{
    const char *standards = g->of ? SAY(c, MSG_goals_what_standards, MSG_T("name", g->of), MSG_N("n", (int64_t)g->count), MSG_N("share", (int64_t)(g->share * 100 + 0.5))) : NULL;
    if (!*g->test) return standards;
    struct text mark;
    text_init(&mark, 100);
    if (g->has_score) words_decimal(&mark, page_lang(c), g->meets_score, 0);
    else text_printf(&mark, "%d", (int)g->meets_level);
    const char *test = SAY(c, g->has_score ? MSG_goals_what_score : MSG_goals_what_level, MSG_T("test", g->test), MSG_T("mark", text_str(&mark)));
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
    TRY(goals_list(c->snapshot, &c->tx, c->arena, &goals, &n, e));
    page->smallest = regime_policy_for(&c->snapshot->regime, org_id, c->now_ms)->policy.smallest_group;
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    if (org_id && n) TRY(goals_of_school(&c->tx, c->arena, org_id, goals, n, counts, e));
    page->counted = org_id && n;
    for (size_t i = 0; i < n; i++) {
        rows[i] = (struct ui_goal_entry){.goal_id = id_text(c, goals[i].goal_id), .title = goals[i].title, .by = str_eq(goals[i].counted_by, "state") ? MSG_goals_by_state : MSG_goals_by_district, .what = what_counts(c, &goals[i]), .can_end = page->can_add};
        if (org_id) TRY(fill_counts(c, &goals[i], &counts[i], page->smallest, &rows[i], e));
    }
    page->rows = rows;
    page->rows_n = n;
    return ST_OK;
}

static enum st fill_tests(struct call *c, struct page_goals *page, struct err *e)
{
    struct stmt *q;
    const char **list;
    TRY(call_alloc(c, TESTS_MAX * sizeof *list, (void **)&list, e));
    TRY(tx_stmt(&c->tx, SQL_test_list, &q, e));
    for (bool row = true; page->tests_n < TESTS_MAX;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        list[page->tests_n++] = arena_strdup(c->arena, col_text(q, 0));
    }
    page->tests = list;
    return ST_OK;
}

enum st web_goals(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_rule_option *tops;
    TRY(page_begin(c, "/goals", &p, e));
    struct page_goals page = {.can_add = c->relation == MAY_LEADS_DISTRICT, .client_id = new_client_id(c), .saved = http_query(c->http, "saved") != NULL};
    if (page.can_add) {
        TRY(fill_tops(c, false, &tops, &page.tops_n, e));
        page.tops = tops;
        TRY(fill_tests(c, &page, e));
    }
    TRY(fill_rows(c, &page, e));
    return page_end(p, page_goals(&p->html, &p->ctx, &page), e);
}

static enum st form_number(struct call *c, const char *name, bool *has, double *out, struct err *e)
{
    const char *s = http_form(c->http, name, 0);
    *has = s && *s;
    if (!*has || parse_f64(s, out)) return ST_OK;
    return err_fail(e, ST_INVALID, "goals.number", "%s must be a number", name);
}

enum st web_goal_parse(struct call *c, struct command **out, struct err *e)
{
    struct goal_cmd *g;
    double share = 0, level = 0;
    bool has;
    const char *competency = http_form(c->http, "competency", 0);
    TRY(call_alloc(c, sizeof *g, (void **)&g, e));
    *g = (struct goal_cmd){.client_id = http_form(c->http, "client_id", 0), .title = http_form(c->http, "title", 0), .counted_by = http_form(c->http, "counted_by", 0), .test = http_form(c->http, "test", 0),
                           .subject = http_form(c->http, "subject", 0), .author_id = c->who.user_id};
    bool framework = competency && *competency == 'f';
    if (competency && *competency && !id_parse(competency + framework, framework ? &g->framework_id : &g->competency_id)) return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency is an id");
    TRY(form_number(c, "share", &has, &share, e));
    g->share = has ? share / 100 : 1;
    TRY(form_number(c, "score", &g->has_score, &g->meets_score, e));
    TRY(form_number(c, "level", &has, &level, e));
    if (has && !(level >= 1 && level <= 20)) return err_fail(e, ST_INVALID, "goals.number", "level must be 1 to 20");
    g->meets_level = (int32_t)level;
    TRY(goal_check(c->snapshot, g, e));
    *out = &g->command;
    return ST_OK;
}

enum st web_goal_end_parse(struct call *c, struct command **out, struct err *e)
{
    struct goal_end_cmd *g;
    const char *id = http_form(c->http, "goal_id", 0);
    TRY(call_alloc(c, sizeof *g, (void **)&g, e));
    if (!id || !id_parse(id, &g->goal_id)) return err_fail(e, ST_INVALID, "err.not_found", "goal_id must be an id");
    goal_end_ready(g);
    *out = &g->command;
    return ST_OK;
}

enum st web_goal_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    call_redirect(c, "/goals?saved=1");
    return ST_OK;
}

/* What is asked for to graduate or to move up -------------------------------------------------------------------------- */

static enum st fill_asked(struct call *c, struct page_needs *page, struct err *e)
{
    struct requirement asked[REQUIREMENTS_MAX];
    struct ui_asked_row *rows;
    size_t n;
    TRY(asked_for(c->snapshot, c->now_ms, asked, &n, e));
    TRY(call_alloc(c, (n + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < n; i++) {
        const struct requirement *r = &asked[i];
        const char *need = arena_printf(c->arena, "%.10g", r->need), *of = "";
        const struct branch b = branch_by_uri(&c->snapshot->catalogue, r->competencies);
        if (r->kind == REQUIREMENT_COMPETENCIES) of = b.top ? b.top->name : b.framework ? b.framework->title : r->competencies;
        rows[i] = (struct ui_asked_row){.title = arena_strdup(c->arena, r->title), .kind = r->promotion ? MSG_needs_promotion : MSG_needs_graduation,
                                        .what = SAY(c, r->kind == REQUIREMENT_HOURS ? MSG_needs_what_hours : r->kind == REQUIREMENT_PROJECTS ? MSG_needs_what_projects : MSG_needs_what_secure, MSG_T("n", need), MSG_T("of", of)),
                                        .until = SAY(c, MSG_needs_until, MSG_N("grade", r->by_grade)), .remove_id = arena_strdup(c->arena, r->id)};
    }
    page->rows = rows;
    page->rows_n = n;
    const struct regime *all = &c->snapshot->regime;
    const struct policy_version *v = regime_policy(all, c->now_ms);
    for (size_t i = 0; i < all->policy_count; i++) page->version += all->policies[i].policy_id <= v->policy_id;
    return ST_OK;
}

static enum st needs_page(struct call *c, const char *error, struct err *e)
{
    struct page *p;
    struct ui_rule_option *tops;
    TRY(page_begin(c, "/requirements", &p, e));
    struct page_needs page = {.can_edit = c->relation == MAY_LEADS_DISTRICT, .saved = http_query(c->http, "saved") != NULL, .error = error};
    if (page.can_edit) {
        TRY(fill_tops(c, true, &tops, &page.tops_n, e));
        page.tops = tops;
    }
    TRY(fill_asked(c, &page, e));
    return page_end(p, page_needs(&p->html, &p->ctx, &page), e);
}

enum st web_needs(struct call *c, struct err *e) { return needs_page(c, NULL, e); }

static json_t *entry_from_form(struct call *c)
{
    const char *title = http_form(c->http, "title", 0), *for_what = http_form(c->http, "for", 0), *kind = http_form(c->http, "kind", 0), *of = http_form(c->http, "competencies", 0), *grade = http_form(c->http, "by_grade", 0), *need = http_form(c->http, "need", 0);
    char id[24], ceds[8];
    double n = 0;
    if (need) (void)parse_f64(need, &n);
    snprintf(id, sizeof id, "r%llx", (unsigned long long)(hash_mix((uint64_t)c->now_ms, (uint64_t)c->who.user_id) & 0xffffffffffULL));
    snprintf(ceds, sizeof ceds, "%s%.5s", grade && strlen(grade) == 1 && *grade >= '1' ? "0" : "", grade ? (str_eq(grade, "0") ? "KG" : grade) : "");
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:f}", "id", id, "title", title ? title : "", "for", for_what ? for_what : "", "kind", kind ? kind : "", "competencies", of ? of : "", "by_grade", ceds, "need", n);
}

/* The list as it is to be: one more, or one less. */
static enum st next_list(struct call *c, char **doc, struct err *e)
{
    const char *remove = http_form(c->http, "remove", 0);
    json_t *now = json_loads(regime_policy(&c->snapshot->regime, c->now_ms)->doc, 0, NULL), *list = json_array(), *entry;
    size_t i;
    json_array_foreach(json_object_get(now, "requirements"), i, entry)
        if (!remove || !str_eq(json_str(entry, "id", ""), remove)) json_array_append(list, entry);
    if (!remove) json_array_append_new(list, entry_from_form(c));
    json_t *out = json_pack("{s:o}", "requirements", list);
    char *text = out ? json_dumps(out, JSON_COMPACT) : NULL;
    *doc = text ? arena_strdup(c->arena, text) : NULL;
    free(text);
    json_decref(out);
    json_decref(now);
    return *doc ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "requirements");
}

enum st web_needs_save(struct call *c, struct err *e)
{
    struct conn *conn;
    struct policy_cmd p = {.snapshot = c->snapshot, .arena = c->arena};
    struct err why = {0};
    char *doc;
    TRY(app_read_conn(c->app, &conn, e));
    TRY(next_list(c, &doc, e));
    p.save = (struct policy_save){.scope = SCOPE_DISTRICT, .doc = doc, .reason = http_form(c->http, "reason", 0), .recorder_id = c->who.user_id};
    policy_ready(&p);
    enum st st = writer_run(c->app, &p.command, &why);
    if (st == ST_INVALID || st == ST_DENIED) {
        TRY(tx_read(conn, c->snapshot->district_id, &c->tx, e));
        c->res.status = 400;
        return needs_page(c, words_of_error(c, &why), e);
    }
    if (st != ST_OK) {
        *e = why;
        return st;
    }
    TRY(app_reload(c->app, conn, e));
    call_redirect(c, "/requirements?saved=1");
    return ST_OK;
}

/* A class, for its teacher: who needs what to get there in time ----------------------------------------------------------- */

static enum st fill_need(struct call *c, const struct class_learner *l, struct ui_class_need *out, struct err *e)
{
    struct actor who;
    struct requirement_standing *list;
    const char **risks;
    size_t n, done = 0;
    const struct learner_scope scope = {l->learner_id, c->class_.relation};
    TRY(actor_load(&c->tx, l->learner_id, &who, e));
    TRY(requirements_of(c->app, c->snapshot, &c->tx, c->arena, &scope, who.grade, &list, &n, e));
    TRY(call_alloc(c, (n + 1) * sizeof *risks, (void **)&risks, e));
    *out = (struct ui_class_need){.name = l->name, .address = arena_printf(c->arena, "/standing/%lld", (long long)l->learner_id), .risks = risks};
    for (size_t i = 0; i < n; i++) {
        done += list[i].done;
        if (list[i].at_risk) risks[out->risks_n++] = SAY(c, MSG_class_standing_risk, MSG_T("title", list[i].asked.title));
    }
    out->words = n ? SAY(c, MSG_class_standing_done, MSG_N("done", (int64_t)done), MSG_N("n", (int64_t)n)) : "";
    return ST_OK;
}

enum st web_class_standing(struct call *c, struct err *e)
{
    struct page *p;
    struct class_view v;
    struct ui_class_need *rows;
    struct requirement asked[REQUIREMENTS_MAX];
    size_t n;
    TRY(page_begin(c, "/classes", &p, e));
    TRY(asked_for(c->snapshot, c->now_ms, asked, &n, e));
    TRY(class_view(c->app, c->snapshot, &c->tx, c->arena, &c->class_, &v, e));
    TRY(call_alloc(c, (v.learner_count + 1) * sizeof *rows, (void **)&rows, e));
    struct page_class_standing page = {.title = v.title, .back_url = arena_printf(c->arena, "/class/%lld", (long long)c->class_.class_id), .rows = rows};
    for (size_t i = 0; n && i < v.learner_count; i++) TRY(fill_need(c, &v.learners[i], &rows[page.rows_n++], e));
    return page_end(p, page_class_standing(&p->html, &p->ctx, &page), e);
}

/* Programs: a permission of their own ----------------------------------------------------------------------------------- */

enum st web_programs(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_program_person *rows;
    struct stmt *q;
    struct page_programs page = {0};
    TRY(page_begin(c, "/programs", &p, e));
    TRY(call_alloc(c, PROGRAM_ROWS * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < c->who.org_count; i++) {
        if (!(c->who.orgs[i].roles & ROLE_PROGRAMS)) continue;
        TRY(call_look(c, "school", c->who.orgs[i].org_id, e));
        TRY(tx_stmt(&c->tx, SQL_program_people, &q, e));
        bind_i64(q, "org_id", c->who.orgs[i].org_id);
        for (bool row = true; page.rows_n < PROGRAM_ROWS;) {
            TRY(stmt_step(q, &row, e));
            if (!row) break;
            rows[page.rows_n++] = (struct ui_program_person){arena_printf(c->arena, "%s %s", col_text(q, 1), col_text(q, 2)), arena_strdup(c->arena, col_text(q, 3)), col_is_null(q, 4) ? NULL : date_words(c, (int32_t)col_i64(q, 4)), col_is_null(q, 5) ? NULL : date_words(c, (int32_t)col_i64(q, 5))};
        }
    }
    page.rows = rows;
    return page_end(p, page_programs(&p->html, &p->ctx, &page), e);
}
