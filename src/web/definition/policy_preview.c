/* A policy change: previewed on all evidence, then saved. */
#include "policy_form.h"
#include "policy_page.h"
#include "rules/small_group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy_draft.h"
#include "derive/rebuild.h"
#include "base/json.h"
#include "frame/route.h"

/* Trying ----------------------------------------------------------------------------------------------------------- */

static enum st effective_at(struct call *c, int64_t *at_ms, struct err *e)
{
    const char *when = http_form(c->http, "when", 0), *date = http_form(c->http, "date", 0);
    int32_t day;
    *at_ms = str_eq(when, "now") ? c->now_ms : 0;
    if (!str_eq(when, "date")) return ST_OK;
    if (!date || !date_parse(date, &day))
        return err_fail(e, ST_INVALID, "why.bad_date", "date must be a date such as 2026-03-01");
    int64_t midnight = (int64_t)day * 86400000;
    *at_ms = midnight - (int64_t)tz_offset_s(c->snapshot->zone, midnight) * 1000;
    return ST_OK;
}

static enum st dump(struct call *c, const json_t *doc, const char **out, struct err *e)
{
    char *text = json_dumps(doc, JSON_COMPACT);
    *out = text ? arena_strdup(c->arena, text) : NULL;
    free(text);
    return *out ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "rules");
}

/* The levels that would change, learner by learner, in the order in which they come. */
struct moves {
    int64_t last, learners;
    struct {
        int64_t last, learners;
    } cell[LEVEL_COUNT][LEVEL_COUNT]; /* by level before and after: of how many students */
    bool names;
    struct moved_level {
        int64_t learner_id, competency_id;
        enum level before, after;
    } kept[PEOPLE_SHOWN * 8];
    size_t kept_n;
};

static void on_level_change(void *ctx, int64_t learner_id, int64_t competency_id, enum level before, enum level after)
{
    struct moves *m = ctx;
    if (learner_id != m->last) {
        m->learners++;
        m->last = learner_id;
    }
    if (m->cell[before][after].last != learner_id) m->cell[before][after].learners++;
    m->cell[before][after].last = learner_id;
    if (m->names && m->learners <= PEOPLE_SHOWN && m->kept_n < sizeof m->kept / sizeof *m->kept)
        m->kept[m->kept_n++] = (struct moved_level){learner_id, competency_id, before, after};
}

static enum st fill_people(struct call *c, struct tx *tx, const struct moves *m, struct ui_rule_preview *v,
                           struct err *e)
{
    struct ui_rule_person *rows;
    TRY(call_alloc(c, PEOPLE_SHOWN * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < m->kept_n && v->people_n < PEOPLE_SHOWN;) {
        struct actor who;
        struct text t;
        int64_t learner = m->kept[i].learner_id;
        TRY(actor_load(tx, learner, &who, e));
        text_init(&t, 2000);
        for (; i < m->kept_n && m->kept[i].learner_id == learner; i++) {
            const struct competency *k = catalogue_competency(&c->snapshot->catalogue, m->kept[i].competency_id);
            text_printf(&t, "%s%s: %s → %s", t.n ? "; " : "", k ? k->name : "",
                        msg(page_lang(c), level_words(m->kept[i].before)),
                        msg(page_lang(c), level_words(m->kept[i].after)));
        }
        rows[v->people_n++] = (struct ui_rule_person){arena_printf(c->arena, "%s %s", who.given_name, who.family_name),
                                                      arena_strdup(c->arena, text_str(&t))};
        text_release(&t);
    }
    v->people = rows;
    v->people_more = m->learners > (int64_t)v->people_n ? m->learners - (int64_t)v->people_n : 0;
    return ST_OK;
}

/* From one level to another: not of few students, nor so that few are left of those whose level changes. */
static enum st fill_cells(struct call *c, const struct moves *m, const struct rebuild_report *r, int64_t smallest,
                          struct ui_rule_preview *v, struct err *e)
{
    enum { CELLS = LEVEL_COUNT * LEVEL_COUNT };
    struct ui_rule_move *rows;
    int64_t learners[CELLS];
    bool hide[CELLS] = {false}, any = false;
    for (int i = 0; i < CELLS; i++) learners[i] = m->cell[i / LEVEL_COUNT][i % LEVEL_COUNT].learners;
    if (!m->names) small_groups_hide(learners, CELLS, smallest, hide);
    TRY(call_alloc(c, CELLS * sizeof *rows, (void **)&rows, e));
    for (int i = 0; i < CELLS; i++) {
        int from = i / LEVEL_COUNT, to = i % LEVEL_COUNT;
        any = any || hide[i];
        if (from != to && r->moved[from][to] && !hide[i])
            rows[v->moves_n++] = (struct ui_rule_move){r->moved[from][to], from, to};
    }
    v->moves = rows;
    if (any) v->few = SAY(c, MSG_rules_moves_hidden, MSG_N("n", smallest));
    return ST_OK;
}

/* Counts: those that tell about fewer learners than a report shows, directly or by what is left, are told as few. */
static enum st fill_moves(struct call *c, const struct rules_of *w, const struct moves *m,
                          const struct rebuild_report *r, struct ui_rule_preview *v, struct err *e)
{
    int64_t smallest = w->version->policy.smallest_group;
    const char *hidden = SAY(c, MSG_rules_number_hidden, MSG_N("n", smallest));
    bool few = !m->names && m->learners > 0 && m->learners < smallest,
         rest = !m->names && small_group(m->learners, r->learners, smallest);
    v->facts = r->facts;
    v->learners = few    ? SAY(c, MSG_rules_few, MSG_N("n", smallest))
                  : rest ? hidden
                         : SAY(c, MSG_rules_learners, MSG_N("n", m->learners));
    if (!few) TRY(fill_cells(c, m, r, smallest, v, e));
    if (m->names || !small_group(r->grades_changed, r->grades, smallest))
        v->grades = SAY(c, MSG_rules_grades, MSG_N("n", r->grades_changed), MSG_N("all", r->grades));
    else v->grades = r->grades_changed < smallest ? SAY(c, MSG_rules_grades_few, MSG_N("n", smallest)) : hidden;
    if (!r->reported_changed) return ST_OK;
    if (!m->names && r->learners < smallest) v->reported = SAY(c, MSG_rules_reported_few, MSG_N("n", smallest));
    else if (!m->names && small_group(r->reported_changed, r->reported, smallest)) v->reported = hidden;
    else v->reported = SAY(c, MSG_rules_reported, MSG_N("n", r->reported_changed), MSG_N("all", r->reported));
    return ST_OK;
}

static enum st try_it(struct call *c, struct tx *tx, struct conn *conn, const struct rules_of *w,
                      struct ui_rule_preview *v, struct err *e)
{
    json_t *doc;
    struct policy_saved saved;
    struct policy_save p = {.scope = w->org_id ? SCOPE_SCHOOL : SCOPE_DISTRICT,
                            .scope_id = w->org_id,
                            .reason = "-",
                            .recorder_id = c->who.user_id};
    struct rebuild_report r = {0};
    struct moves *m;
    TRY(rules_form(c, w, &doc, e));
    TRY(dump(c, doc, &p.doc, e));
    TRY(effective_at(c, &p.effective_at_ms, e));
    TRY(policy_check(c->app, c->snapshot, tx, c->arena, &p, &saved, e));
    TRY(rules_changes(c, saved.changes, saved.change_count, &v->changes, e));
    v->changes_n = saved.change_count;
    v->at = saved.effective_at_ms;
    v->levels = saved.re_derives;
    v->carried = (int64_t)saved.carried;
    if (!saved.re_derives) return ST_OK;
    TRY(call_alloc(c, sizeof *m, (void **)&m, e));
    *m = (struct moves){.names = w->sees_names};
    tx_rollback(tx);
    enum st st = what_if(c->app, conn, p.scope, p.scope_id, p.doc, on_level_change, m, &r, e);
    struct err why = {0};
    /* the caller goes on reading, whatever was found */
    if (tx_read(conn, c->snapshot->district_id, &tx, &why) != ST_OK && st == ST_OK) {
        *e = why;
        st = why.st;
    }
    TRY(st);
    TRY(fill_moves(c, w, m, &r, v, e));
    if (!w->sees_names || !m->learners) return ST_OK;
    TRY(call_record_access(c, "school", w->org_id, e)); /* names are shown: that leaves a record */
    return fill_people(c, tx, m, v, e);
}

/* The setting that a clause names: "/mastery/secure_at". NULL: none. */
static const struct setting *clause_setting(const char *clause)
{
    char group[40], name[60];
    if (sscanf(clause, "/%39[^/]/%59[^/ ]", group, name) != 2) return NULL;
    return setting_find(group, name);
}

/* The same words that the command line says, with the setting as people call it. */
static const char *error_words(struct call *c, const struct err *e)
{
    struct text t;
    struct err said = *e;
    const char *arg = strchr(e->user, '\x1f');
    const struct setting *s = arg ? clause_setting(arg + 1) : NULL;
    int row;
    if (s && s == &policy_lists[0] && sscanf(arg + 1, "/grades/scale/%d", &row) == 1) {
        said.user[arg - e->user] = 0;
        err_arg(&said, SAY(c, MSG_rules_scale_level, MSG_N("n", row + 1)));
    } else if (s) {
        said.user[arg - e->user] = 0;
        err_arg(&said, arena_printf(c->arena, "“%s”", setting_words(page_lang(c), s)));
    }
    text_init(&t, 4096);
    msg_err(&t, page_lang(c), said.user);
    const char *words = arena_strdup(c->arena, text_str(&t));
    text_release(&t);
    return words ? words : "";
}

static void mark_list(const struct ui_rule_setting *s, const char *clause, const char *words, const struct err *e)
{
    if (s && strstr(e->detail, clause)) ((struct ui_rule_setting *)(uintptr_t)s)->error = words;
}

/* Where the error names a setting, beside it as well. */
static void mark_error(struct page_rules *page, const struct err *e)
{
    for (size_t g = 0; g < page->groups_n; g++) {
        mark_list(page->groups[g].scale_head, "/grades/scale", page->error, e);
        mark_list(page->groups[g].cuts_head, "/grades/conversion", page->error, e);
        for (size_t i = 0; i < page->groups[g].settings_n; i++) {
            struct ui_rule_setting *s = &((struct ui_rule_setting *)(uintptr_t)page->groups[g].settings)[i];
            char clause[100];
            const char *dot = strchr(s->name, '.');
            snprintf(clause, sizeof clause, "/%.*s/%s", (int)(dot - s->name), s->name, dot + 1);
            if (strstr(e->detail, clause)) s->error = page->error;
        }
    }
}

static enum st tried_page(struct call *c, struct tx *tx, struct conn *conn, struct page *p, struct err *e)
{
    struct rules_of w;
    struct page_rules page = {0};
    struct ui_rule_preview preview = {0};
    struct err why = {0};
    TRY(rules_find(c, tx, &w, e));
    if (!w.may_edit)
        return err_fail(e, ST_DENIED, "err.denied", "user %lld may not change these rules", (long long)c->who.user_id);
    enum st st = try_it(c, tx, conn, &w, &preview, &why);
    if (st != ST_OK && st != ST_INVALID && st != ST_DENIED) {
        *e = why;
        return st;
    }
    if (st == ST_OK) page.preview = &preview;
    else page.error = error_words(c, &why);
    TRY(rules_page(c, tx, &w, &page, e));
    if (page.error) {
        mark_error(&page, &why);
        c->res.status = 400;
    }
    return page_end(p, page_rules(&p->html, &p->ctx, &page), e);
}

static enum st web_rules_try(struct call *c, struct err *e)
{
    struct page *p;
    struct conn *conn;
    struct tx *tx;
    TRY(app_read_conn(c->app, &conn, e));
    TRY(page_begin(c, "/rules", &p, e));
    TRY(tx_read(conn, c->snapshot->district_id, &tx, e));
    enum st st = tried_page(c, tx, conn, p, e);
    tx_rollback(tx);
    return st;
}

/* Saving ----------------------------------------------------------------------------------------------------------- */

static enum st save_from_form(struct call *c, struct conn *conn, struct policy_cmd *p, int64_t *org_id, struct err *e)
{
    struct rules_of w;
    struct basis b;
    struct tx *tx;
    json_t *doc;
    TRY(based_on_latest(c, conn, e));
    p->snapshot = c->snapshot;
    TRY(tx_read(conn, c->snapshot->district_id, &tx, e));
    enum st st = rules_find(c, tx, &w, e);
    if (st == ST_OK) st = rules_basis(c, tx, &w, &b, e);
    tx_rollback(tx);
    TRY(st);
    if (!w.may_edit)
        return err_fail(e, ST_DENIED, "err.denied", "user %lld may not change these rules", (long long)c->who.user_id);
    TRY(based_on_check(c, &b, e));
    *org_id = w.org_id;
    p->save = (struct policy_save){.scope = w.org_id ? SCOPE_SCHOOL : SCOPE_DISTRICT,
                                   .scope_id = w.org_id,
                                   .reason = http_form(c->http, "reason", 0),
                                   .recorder_id = c->who.user_id};
    TRY(rules_form(c, &w, &doc, e));
    TRY(dump(c, doc, &p->save.doc, e));
    return effective_at(c, &p->save.effective_at_ms, e);
}

/* The form again, with what is wrong and all that was written. */
static enum st form_again(struct call *c, struct conn *conn, const struct err *why, struct err *e)
{
    struct tx *tx;
    struct page *page;
    struct rules_of w;
    struct page_rules v = {.error = error_words(c, why)};
    struct ui_rule_preview preview = {0};
    struct err again = {0};
    TRY(page_begin(c, "/rules", &page, e));
    TRY(tx_read(conn, c->snapshot->district_id, &tx, e));
    enum st st = rules_find(c, tx, &w, e);
    if (st == ST_OK && try_it(c, tx, conn, &w, &preview, &again) == ST_OK) v.preview = &preview;
    if (st == ST_OK) st = rules_page(c, tx, &w, &v, e);
    tx_rollback(tx);
    TRY(st);
    mark_error(&v, why);
    c->res.status = 400;
    return page_end(page, page_rules(&page->html, &page->ctx, &v), e);
}

static enum st web_rules_save(struct call *c, struct err *e)
{
    struct conn *conn;
    struct policy_cmd p = {.snapshot = c->snapshot, .arena = c->arena};
    struct err why = {0};
    int64_t org_id = 0;
    TRY(app_read_conn(c->app, &conn, e));
    enum st st = save_from_form(c, conn, &p, &org_id, &why);
    policy_ready(&p);
    if (st == ST_OK) st = writer_run(c->app, &p.command, &why);
    if (st == ST_INVALID || st == ST_DENIED) return form_again(c, conn, &why, e);
    if (st != ST_OK) {
        *e = why;
        return st;
    }
    TRY(snapshot_reload(c->app, conn, e));
    const char *to = org_id ? arena_printf(c->arena, "/rules?school=%lld&saved=1#history", (long long)org_id)
                            : "/rules?saved=1#history";
    call_redirect(c, to ? to : "/rules");
    return ST_OK;
}

/* The same form, put to the staff instead: nothing changes before it is adopted. */
static enum st web_rules_put(struct call *c, struct err *e)
{
    struct conn *conn;
    struct policy_cmd p = {.snapshot = c->snapshot, .arena = c->arena};
    struct policy_draft_cmd d = {.arena = c->arena};
    struct err why = {0};
    int64_t org_id = 0;
    TRY(app_read_conn(c->app, &conn, e));
    enum st st = save_from_form(c, conn, &p, &org_id, &why);
    if (st == ST_OK) {
        d.snapshot = c->snapshot;
        d.save = p.save;
        d.save.effective_at_ms = c->now_ms; /* checked as if now; when it is adopted it has its own day */
        draft_rules_ready(&d);
        st = writer_run(c->app, &d.command, &why);
    }
    if (st == ST_INVALID || st == ST_DENIED) return form_again(c, conn, &why, e);
    if (st != ST_OK) {
        *e = why;
        return st;
    }
    call_redirect(c, "/drafts");
    return ST_OK;
}

const struct route policy_preview_routes[] = {
    LARGE_WORK("/rules/try", RULERS, web_rules_try, .summary = "What a change of the rules would change"),
    LARGE_WORK("/rules", RULERS, web_rules_save, .summary = "Change the rules"),
    LARGE_WORK("/rules/draft", RULERS, web_rules_put, .summary = "Put a draft of the rules to the staff"),
    {0},
};
