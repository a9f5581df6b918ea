/* Moderation: the same work scored by several, unseen by each other; then how far they agree, and anchors kept. */
#include "leading/moderation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/list.h"
#include "frame/page.h"

enum { SESSIONS_SHOWN = 60, WORKS_MAX = 60, AGREEMENT_LEAST = 5 };

enum st web_moderation(struct call *c, struct err *e)
{
    struct page *p;
    struct ui_moderation_row *rows;
    struct ui_rule_option *skills;
    struct stmt *q;
    struct reach reach;
    TRY(page_begin(c, "/checkpoints", &p, e));
    TRY(reader_reach(c, &c->tx, &reach, e));
    struct page_moderation page = {.client_id = new_client_id(c), .can_open = reach.all || reach.org_id};
    TRY(fill_skill_options(c, &skills, &page.skills_n, e));
    page.skills = skills;
    TRY(call_alloc(c, SESSIONS_SHOWN * sizeof *rows, (void **)&rows, e));
    TRY(tx_stmt(&c->tx, SQL_moderation_list, &q, e));
    bind_i64(q, "org_id", reach.org_id);
    bind_i64(q, "all_orgs", reach.all);
    for (bool row = true; page.rows_n < SESSIONS_SHOWN;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        const struct competency *k = catalogue_competency(&c->snapshot->catalogue, col_i64(q, 2));
        rows[page.rows_n++] =
            (struct ui_moderation_row){arena_strdup(c->arena, col_text(q, 3)), k ? k->name : "",
                                       SAY(c, MSG_moderation_works, MSG_N("n", col_i64(q, 4))),
                                       arena_printf(c->arena, "/moderation/session?m=%lld", (long long)col_i64(q, 0))};
    }
    page.rows = rows;
    return page_end(p, page_moderation(&p->html, &p->ctx, &page), e);
}

/* Of the reader's school, or of the district. */
static enum st mine(struct call *c, int64_t org_id, struct err *e)
{
    struct reach reach;
    TRY(reader_reach(c, &c->tx, &reach, e));
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
    struct stmt *q;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    TRY(tx_stmt(&c->tx, SQL_moderation_scores, &q, e));
    bind_i64(q, "moderation_id", moderation_id);
    for (bool row;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) return ST_OK;
        struct said *s = LIST_ADD(c->arena, *out, *n, cap);
        if (!s) return err_fail(e, ST_NOMEM, "err.memory", "moderation");
        *s = (struct said){col_i64(q, 0), col_i64(q, 1), (int)col_i64(q, 2), arena_strdup(c->arena, col_text(q, 3))};
    }
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
    struct stmt *q;
    TRY(call_alloc(c, WORKS_MAX * sizeof *rows, (void **)&rows, e));
    TRY(tx_stmt(&c->tx, SQL_moderation_work_list, &q, e));
    bind_i64(q, "moderation_id", moderation_id);
    for (bool row = true; page->rows_n < WORKS_MAX;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        struct ui_work_row *w = &rows[page->rows_n++];
        *w = (struct ui_work_row){.work_id = id_text(c, col_i64(q, 0)),
                                  .label = SAY(c, MSG_moderation_work, MSG_N("n", (int64_t)page->rows_n)),
                                  .body = arena_strdup(c->arena, col_text(q, 1)),
                                  .anchor = col_i64(q, 2) >= 0,
                                  .anchor_level = col_i64(q, 2),
                                  .anchor_note = arena_strdup(c->arena, col_text(q, 3))};
        TRY(fill_scores(c, said, n, col_i64(q, 0), w, e));
    }
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

enum st web_moderation_session(struct call *c, struct err *e)
{
    struct page *p;
    struct stmt *q;
    struct said *said;
    int64_t id, org_id;
    size_t n;
    bool row;
    const char *s = http_query(c->http, "m");
    if (!s || !id_parse(s, &id)) return err_fail(e, ST_NOT_FOUND, "err.not_found", "m is the id of a session");
    TRY(page_begin(c, "/checkpoints", &p, e));
    TRY(tx_stmt(&c->tx, SQL_moderation_get, &q, e));
    bind_i64(q, "moderation_id", id);
    TRY(stmt_step(q, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "there is no session %lld", (long long)id);
    org_id = col_i64(q, 0);
    const struct competency *k = catalogue_competency(&c->snapshot->catalogue, col_i64(q, 1));
    struct page_moderation_session page = {.title = arena_strdup(c->arena, col_text(q, 2)),
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

enum st web_moderation_parse(struct call *c, struct command **out, struct err *e)
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
    TRY(reader_reach(c, &c->tx, &reach, e));
    TRY(reach_check(&reach, e));
    m->org_id = reach.org_id;
    TRY(moderation_check(c->snapshot, m, e));
    *out = &m->command;
    return ST_OK;
}

enum st web_moderation_reply(struct call *c, struct command *command, struct err *e)
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
    struct moderation_score_cmd cmd;
    int64_t session_id;
};

static void to_session(struct call *c, int64_t id)
{
    const char *to = arena_printf(c->arena, "/moderation/session?m=%lld", (long long)id);
    call_redirect(c, to ? to : "/moderation");
}

enum st web_moderation_work_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_work *w;
    struct stmt *q;
    bool row;
    const char *id = http_form(c->http, "moderation_id", 0);
    TRY(call_alloc(c, sizeof *w, (void **)&w, e));
    w->cmd = (struct moderation_work_cmd){.client_id = http_form(c->http, "client_id", 0),
                                          .body = http_form(c->http, "body", 0),
                                          .author_id = c->who.user_id};
    if (!id || !id_parse(id, &w->cmd.moderation_id))
        return err_fail(e, ST_NOT_FOUND, "err.not_found", "moderation_id must be an id");
    TRY(tx_stmt(&c->tx, SQL_moderation_get, &q, e));
    bind_i64(q, "moderation_id", w->cmd.moderation_id);
    TRY(stmt_step(q, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "there is no session %s", id);
    TRY(mine(c, col_i64(q, 0), e));
    TRY(moderation_work_check(&w->cmd, e));
    w->session_id = w->cmd.moderation_id;
    *out = &w->cmd.command;
    return ST_OK;
}

enum st web_moderation_work_reply(struct call *c, struct command *command, struct err *e)
{
    (void)e;
    to_session(c, ((const struct web_work *)command)->session_id);
    return ST_OK;
}

static enum st score_from_form(struct call *c, bool anchor, struct command **out, struct err *e)
{
    struct web_score *w;
    struct stmt *q;
    bool row;
    const char *id = http_form(c->http, "work_id", 0), *level = http_form(c->http, "level", 0);
    TRY(call_alloc(c, sizeof *w, (void **)&w, e));
    w->cmd = (struct moderation_score_cmd){.scorer_id = c->who.user_id,
                                           .note = http_form(c->http, "note", 0),
                                           .anchor = anchor,
                                           .level = level && strlen(level) == 1 && *level >= '0' && *level <= '3'
                                                        ? (enum level)(*level - '0')
                                                        : LEVEL_COUNT};
    if (!id || !id_parse(id, &w->cmd.work_id))
        return err_fail(e, ST_NOT_FOUND, "err.not_found", "work_id must be an id");
    TRY(tx_stmt(&c->tx, SQL_moderation_work_get, &q, e));
    bind_i64(q, "work_id", w->cmd.work_id);
    TRY(stmt_step(q, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "there is no work %s", id);
    w->session_id = col_i64(q, 0);
    TRY(mine(c, col_i64(q, 1), e));
    TRY(moderation_score_check(&w->cmd, e));
    *out = &w->cmd.command;
    return ST_OK;
}

enum st web_moderation_score_parse(struct call *c, struct command **out, struct err *e)
{
    return score_from_form(c, false, out, e);
}
enum st web_moderation_anchor_parse(struct call *c, struct command **out, struct err *e)
{
    return score_from_form(c, true, out, e);
}

enum st web_moderation_score_reply(struct call *c, struct command *command, struct err *e)
{
    (void)e;
    to_session(c, ((const struct web_score *)command)->session_id);
    return ST_OK;
}
