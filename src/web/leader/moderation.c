/* Moderation: the same work scored by several, unseen by each other; then how far they agree, and anchors kept. */
#include "leading/moderation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/list.h"
#include "frame/page.h"
#include "frame/route.h"
#include "store/sql/rigor.h"

enum { SESSIONS_SHOWN = 60, WORKS_MAX = 60, AGREEMENT_LEAST = 5 };

static enum st web_moderation(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_moderation_row *rows;
    struct ui_rule_option *skills;
    struct sql_moderation_list_row r;
    struct rows stored;
    struct reach reach;
    TRY(page_begin(c, "/checkpoints", &p, e));
    TRY(reader_reach(c, c->tx, &reach, e));
    struct page_moderation page = {.client_id = new_client_id(c), .can_open = reach.all || reach.org_id};
    TRY(fill_skill_options(c, &skills, &page.skills_n, e));
    page.skills = skills;
    TRY(call_alloc(c, SESSIONS_SHOWN * sizeof *rows, (void **)&rows, e));
    TRY(sql_moderation_list(c->tx, &(struct sql_moderation_list_in){.all_orgs = reach.all, .org_id = reach.org_id},
                            &stored, e));
    while (page.rows_n < SESSIONS_SHOWN && sql_moderation_list_next(&stored, &r)) {
        const struct competency *k = catalogue_competency(&c->snapshot->catalogue, r.competency_id);
        rows[page.rows_n++] = (struct ui_moderation_row){
            arena_strdup(c->arena, r.title), k ? k->name : "", SAY(c, MSG_moderation_works, MSG_N("n", r.works)),
            arena_printf(c->arena, "/moderation/session?m=%lld", (long long)r.moderation_id)};
    }
    TRY(rows_end(&stored));
    page.rows = rows;
    return page_end(p, page_moderation(&p->html, &p->ctx, &page), e);
}

/* Of the reader's school, or of the district. */
static enum st mine(struct call *c, int64_t org_id, struct err *e)
{
    struct reach reach;
    TRY(reader_reach(c, c->tx, &reach, e));
    return reach_holds(&reach, org_id) ? ST_OK : err_fail(e, ST_DENIED, "err.denied", "of another school");
}

/* One session ------------------------------------------------------------------------------------------------------ */

struct said {
    int64_t work_id, scorer_id;
    int level;
    const char *note;
};

static enum st load_said(struct call *c, int64_t moderation_id, struct said **out, size_t *n, struct err *e)
{
    struct sql_moderation_scores_row r;
    struct rows rows;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(sql_moderation_scores(c->tx, moderation_id, &rows, e));
    while (sql_moderation_scores_next(&rows, &r)) {
        struct said *s = LIST_ADD(c->arena, *out, *n, cap);
        if (!s) return err_fail(e, ST_NOMEM, "err.memory", "moderation");
        *s = (struct said){r.work_id, r.recorder_id, (int)r.level, arena_strdup(c->arena, r.note)};
    }
    return rows_end(&rows);
}

/* What the others said shows only to who has scored the work; levels and reasons, no names. */
static enum st fill_scores(struct call *c, const struct said *said, size_t n, int64_t work_id, struct ui_work_row *w,
                           struct err *e)
{
    struct ui_work_score *rows;
    const char **notes;
    TRY(call_alloc(c, LEVEL_COUNT * sizeof *rows, (void **)&rows, e));
    TRY(call_alloc(c, (n + LEVEL_COUNT) * sizeof *notes, (void **)&notes, e));
    for (size_t i = 0; i < n; i++)
        if (said[i].work_id == work_id && said[i].scorer_id == c->who.user_id) {
            w->scored = true;
            w->mine = said[i].level;
        }
    w->scores = rows;
    for (int level = LEVEL_SECURE; w->scored && level >= LEVEL_NOT_YET; level--) {
        struct ui_work_score v = {.level = level, .notes = notes};
        for (size_t i = 0; i < n; i++) {
            if (said[i].work_id != work_id || said[i].level != level) continue;
            v.n++;
            if (*said[i].note) *notes++ = said[i].note;
        }
        v.notes_n = (size_t)(notes - v.notes);
        if (v.n) rows[w->scores_n++] = v;
    }
    return ST_OK;
}

static enum st fill_works(struct call *c, int64_t moderation_id, const struct said *said, size_t n,
                          struct page_moderation_session *page, struct err *e)
{
    struct ui_work_row *rows;
    struct sql_moderation_work_list_row r;
    struct rows stored;
    TRY(call_alloc(c, WORKS_MAX * sizeof *rows, (void **)&rows, e));
    TRY(sql_moderation_work_list(c->tx, moderation_id, &stored, e));
    while (page->rows_n < WORKS_MAX && sql_moderation_work_list_next(&stored, &r)) {
        struct ui_work_row *w = &rows[page->rows_n++];
        *w = (struct ui_work_row){.work_id = id_text(c, r.work_id),
                                  .label = SAY(c, MSG_moderation_work, MSG_N("n", (int64_t)page->rows_n)),
                                  .body = arena_strdup(c->arena, r.body),
                                  .anchor = r.anchor_level >= 0,
                                  .anchor_level = r.anchor_level,
                                  .anchor_note = arena_strdup(c->arena, r.anchor_note)};
        TRY(fill_scores(c, said, n, r.work_id, w, e));
    }
    TRY(rows_end(&stored));
    page->rows = rows;
    return ST_OK;
}

/* Over all pairs of scorers of the same work. Shown when the reader has scored everything, so that it moves nobody. */
static void fill_agreement(struct call *c, const struct said *said, size_t n, struct page_moderation_session *page)
{
    struct agreement g = {.categories = LEVEL_COUNT};
    double kappa;
    size_t scorers = 0;
    char k[16];
    for (size_t i = 0; i < page->rows_n; i++)
        if (!page->rows[i].scored) return;
    for (size_t i = 0; i < n; i++) {
        bool new = true;
        for (size_t j = 0; j < i; j++) {
            if (said[j].work_id == said[i].work_id) agreement_add(&g, said[i].level, said[j].level);
            new = new &&said[j].scorer_id != said[i].scorer_id;
        }
        scorers += new;
    }
    if (g.pairs < AGREEMENT_LEAST) return;
    if (weighted_kappa(&g, &kappa)) snprintf(k, sizeof k, "%.2f", kappa);
    else snprintf(k, sizeof k, "–");
    page->agreement =
        SAY(c, MSG_moderation_agree, MSG_N("same", (int64_t)(agreement_exact(&g) * 100 + 0.5)), MSG_T("kappa", k));
    page->scorers = SAY(c, MSG_moderation_scorers, MSG_N("n", (int64_t)scorers), MSG_N("pairs", (int64_t)g.pairs));
}

static enum st web_moderation_session(struct call *c, struct err *e)
{
    struct page *p;
    struct sql_moderation_get_row r;
    struct said *said;
    int64_t id, org_id;
    size_t n;
    bool row;
    const char *s = http_query(c->http, "m");
    if (!s || !id_parse(s, &id)) return err_fail(e, ST_NOT_FOUND, "err.not_found", "m is the id of a session");
    TRY(page_begin(c, "/checkpoints", &p, e));
    TRY(sql_moderation_get(c->tx, id, &r, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "there is no session %lld", (long long)id);
    org_id = r.org_id;
    const struct competency *k = catalogue_competency(&c->snapshot->catalogue, r.competency_id);
    struct page_moderation_session page = {.title = arena_strdup(c->arena, r.title),
                                           .skill = k ? k->name : "",
                                           .client_id = new_client_id(c),
                                           .moderation_id = id_text(c, id),
                                           .can_add = true,
                                           .can_score = true,
                                           .can_anchor = true};
    TRY(mine(c, org_id, e));
    TRY(load_said(c, id, &said, &n, e));
    TRY(fill_works(c, id, said, n, &page, e));
    fill_agreement(c, said, n, &page);
    return page_end(p, page_moderation_session(&p->html, &p->ctx, &page), e);
}

/* Saving ----------------------------------------------------------------------------------------------------------- */

static enum st web_moderation_parse(struct call *c, struct command **out, struct err *e)
{
    struct moderation_cmd *m;
    const char *skill = http_form(c->http, "skill", 0);
    TRY(call_alloc(c, sizeof *m, (void **)&m, e));
    *m = (struct moderation_cmd){.client_id = http_form(c->http, "client_id", 0),
                                 .title = http_form(c->http, "title", 0),
                                 .author_id = c->who.user_id};
    if (!skill || !id_parse(skill, &m->competency_id))
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "skill must be an id");
    struct reach reach;
    TRY(reader_reach(c, c->tx, &reach, e));
    TRY(reach_check(&reach, e));
    m->org_id = reach.org_id;
    TRY(moderation_check(c->snapshot, m, e));
    *out = &m->command;
    return ST_OK;
}

static enum st web_moderation_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    call_redirect(c, "/moderation");
    return ST_OK;
}

struct web_work {
    struct moderation_work_cmd cmd;
    int64_t session_id;
};
struct web_score {
    struct record_cmd cmd;
    struct fact_work_scored scored;
};
struct web_anchor {
    struct moderation_anchor_cmd cmd;
    int64_t session_id;
};

static void to_session(struct call *c, int64_t id)
{
    const char *to = arena_printf(c->arena, "/moderation/session?m=%lld", (long long)id);
    call_redirect(c, to ? to : "/moderation");
}

static enum st web_moderation_work_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_work *w;
    struct sql_moderation_get_row r;
    bool row;
    const char *id = http_form(c->http, "moderation_id", 0);
    TRY(call_alloc(c, sizeof *w, (void **)&w, e));
    w->cmd = (struct moderation_work_cmd){.client_id = http_form(c->http, "client_id", 0),
                                          .body = http_form(c->http, "body", 0),
                                          .author_id = c->who.user_id};
    if (!id || !id_parse(id, &w->cmd.moderation_id))
        return err_fail(e, ST_NOT_FOUND, "err.not_found", "moderation_id must be an id");
    TRY(sql_moderation_get(c->tx, w->cmd.moderation_id, &r, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "there is no session %s", id);
    TRY(mine(c, r.org_id, e));
    TRY(moderation_work_check(&w->cmd, e));
    w->session_id = w->cmd.moderation_id;
    *out = &w->cmd.command;
    return ST_OK;
}

static enum st web_moderation_work_reply(struct call *c, struct command *command, struct err *e)
{
    (void)e;
    to_session(c, ((const struct web_work *)command)->session_id);
    return ST_OK;
}

/* The paper and level that a form names, of a session that the caller may see. level -1: none */
static enum st paper_from_form(struct call *c, int64_t *work_id, int64_t *session_id, int32_t *level, struct err *e)
{
    struct sql_moderation_work_get_row r;
    bool found;
    const char *id = http_form(c->http, "work_id", 0), *s = http_form(c->http, "level", 0);
    *level = s && strlen(s) == 1 && *s >= '0' && *s <= '3' ? *s - '0' : -1;
    if (!id || !id_parse(id, work_id)) return err_fail(e, ST_NOT_FOUND, "err.not_found", "work_id must be an id");
    TRY(sql_moderation_work_get(c->tx, *work_id, &r, &found, e));
    if (!found) return err_fail(e, ST_NOT_FOUND, "err.not_found", "there is no work %s", id);
    *session_id = r.moderation_id;
    return mine(c, r.org_id, e);
}

static enum st web_moderation_score_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_score *w;
    int64_t session_id;
    TRY(call_alloc(c, sizeof *w, (void **)&w, e));
    TRY(paper_from_form(c, &w->scored.work_id, &session_id, &w->scored.level, e));
    w->scored.note = http_form(c->http, "note", 0);
    TRY(moderation_level_check(w->scored.level, w->scored.note, false, e));
    /* the first score stands: a second one has the same id and is refused */
    TRY(call_record(c, &w->cmd, &fact_work_scored, session_id,
                    arena_printf(c->arena, "work-%lld", (long long)w->scored.work_id), &w->scored, e));
    *out = &w->cmd.command;
    return ST_OK;
}

static enum st web_moderation_anchor_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_anchor *w;
    int32_t level;
    TRY(call_alloc(c, sizeof *w, (void **)&w, e));
    TRY(paper_from_form(c, &w->cmd.work_id, &w->session_id, &level, e));
    w->cmd.level = level < 0 ? LEVEL_COUNT : (enum level)level;
    w->cmd.note = http_form(c->http, "note", 0);
    TRY(moderation_anchor_check(&w->cmd, e));
    *out = &w->cmd.command;
    return ST_OK;
}

static enum st web_moderation_score_reply(struct call *c, struct command *command, struct err *e)
{
    (void)e;
    to_session(c, ((const struct web_score *)command)->cmd.one.subject_id);
    return ST_OK;
}

static enum st web_moderation_anchor_reply(struct call *c, struct command *command, struct err *e)
{
    (void)e;
    to_session(c, ((const struct web_anchor *)command)->session_id);
    return ST_OK;
}

const struct route moderation_routes[] = {
    GET("/moderation", MAY_TEACHES | LEADERS, web_moderation, .menu = MENU_WORK | MENU_LEARNING,
        .title = MSG_moderation_title, .summary = "Work that several score, unseen by each other"),
    WRITE("/moderation", MAY_TEACHES | LEADERS, web_moderation_parse, web_moderation_reply,
          .summary = "Open a moderation", .sample = "client_id={new}&title=November&skill={competency}"),
    GET("/moderation/session", MAY_TEACHES | LEADERS, web_moderation_session, .summary = "One moderation",
        .sample = "m={moderation}"),
    WRITE("/moderation/work", MAY_TEACHES | LEADERS, web_moderation_work_parse, web_moderation_work_reply,
          .summary = "Put in a piece of work", .sample = "client_id={new}&moderation_id={moderation}&body=Therefore."),
    WRITE("/moderation/score", MAY_TEACHES | LEADERS, web_moderation_score_parse, web_moderation_score_reply,
          .summary = "Score a piece of work", .sample = "work_id={work}&level=2"),
    WRITE("/moderation/anchor", MAY_TEACHES | LEADERS, web_moderation_anchor_parse, web_moderation_anchor_reply,
          .summary = "Keep a piece of work as an anchor", .sample = "work_id={work}&level=2&note=says+why"),
    {0},
};
