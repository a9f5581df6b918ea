/* A teacher's pages: now, the classes, one class with what lies behind each mark. */
#include <stdio.h>
#include <string.h>

#include "classroom/class.h"
#include "plan/help.h"
#include "content/items.h"
#include "classroom/queue.h"
#include "base/id.h"
#include "frame/learner.h"
#include "frame/route.h"
#include "gate/live.h"
#include "store/sql/answer.h"
#include "store/sql/roster.h"
#include "looks.h"

enum { CLASSES_MAX = 60, WORKING_MINUTES = 10, NOW_ROWS = 12, LOOKS_SHOWN = 40 };

struct taught_class {
    int64_t class_id;
    const char *title;
};

static enum st taught_classes(struct call *c, struct taught_class *list, size_t *n, struct err *e)
{
    struct sql_class_of_user_row r;
    struct rows rows;
    *n = 0;
    TRY(sql_class_of_user(c->tx, c->who.user_id, &rows, e));
    while (*n < CLASSES_MAX && sql_class_of_user_next(&rows, &r)) {
        if (!str_eq(r.role, "teacher")) continue;
        list[*n] = (struct taught_class){r.class_id, arena_strdup(c->arena, r.title)};
        if (!list[(*n)++].title) return err_fail(e, ST_NOMEM, "err.memory", "classes");
    }
    return rows_end(&rows);
}

static enum st class_row(struct call *c, const struct taught_class *k, struct ui_class_row *out, struct err *e)
{
    struct sql_class_pulse_row r;
    TRY(sql_class_pulse(
        c->tx,
        &(struct sql_class_pulse_in){.class_id = k->class_id,
                                     .since = id_first_at(c->now_ms - INT64_C(60000) * WORKING_MINUTES)},
        &r, NULL, e));
    int64_t latest = r.latest_id;
    *out = (struct ui_class_row){.title = k->title,
                                 .address = arena_printf(c->arena, "/class/%lld", (long long)k->class_id),
                                 .students = r.students,
                                 .working = r.lately,
                                 .last_at = latest ? id_time_ms(latest) : 0};
    return ST_OK;
}

static enum st class_rows(struct call *c, struct taught_class *list, size_t *n, struct ui_class_row **out,
                          struct err *e)
{
    struct ui_class_row *rows;
    TRY(taught_classes(c, list, n, e));
    TRY(call_alloc(c, (*n + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t i = 0; i < *n; i++) TRY(class_row(c, &list[i], &rows[i], e));
    *out = rows;
    return ST_OK;
}

static enum st web_classes(struct call *c, struct err *e)
{
    struct page *p;
    struct taught_class list[CLASSES_MAX];
    struct ui_class_row *rows;
    struct page_classes page = {0};
    TRY(page_begin(c, "/classes", &p, e));
    TRY(class_rows(c, list, &page.classes_n, &rows, e));
    page.classes = rows;
    return page_end(p, page_classes(&p->html, &p->ctx, &page), e);
}

/* Now -------------------------------------------------------------------------------------------------------------- */

static const char *student_address(struct call *c, int64_t learner_id, int64_t class_id)
{
    return arena_printf(c->arena, "/student/%lld?class=%lld", (long long)learner_id, (long long)class_id);
}

static const char *item_title(struct call *c, int64_t item_id)
{
    const struct item_ref *r = item_id ? catalogue_item(&c->snapshot->catalogue, item_id) : NULL;
    const struct competency *k =
        r && r->competency_count ? catalogue_competency(&c->snapshot->catalogue, r->competency_ids[0]) : NULL;
    return k ? k->name : NULL;
}

static void put_help(struct call *c, const struct queue_entry *x, int64_t class_id, struct ui_help_row *out)
{
    *out = (struct ui_help_row){.name = x->name,
                                .kind = help_kind_words(x->kind),
                                .at = x->since_ms,
                                .about = item_title(c, x->item_id),
                                .note = *x->note ? x->note : NULL,
                                .address = student_address(c, x->learner_id, class_id),
                                .help_id = id_text(c, x->help_id),
                                .learner_id = id_text(c, x->learner_id)};
}

static void put_queue(struct call *c, const struct queue_entry *x, const struct taught_class *k,
                      struct ui_queue_row *out)
{
    static const enum msg_id words[] = {
        [QUEUE_OPEN_EVIDENCE] = MSG_queue_open, [QUEUE_TALK] = MSG_queue_talk, [QUEUE_VIEW_AS] = MSG_queue_view};
    *out = (struct ui_queue_row){
        .who = x->name,
        .class_title = k->title,
        .reason = x->text,
        .action = words[x->action],
        .work = x->work ? SAY(c, MSG_queue_wrote, MSG_T("text", x->work)) : NULL,
        .address = x->action == QUEUE_OPEN_EVIDENCE
                       ? arena_printf(c->arena, "/class/%lld/cell?learner=%lld&competency=%lld", (long long)k->class_id,
                                      (long long)x->learner_id, (long long)x->competency_id)
                       : student_address(c, x->learner_id, k->class_id)};
}

enum { REASONS = 6 };
static const char *const reason_order[REASONS] = {"same_error", "fast", "stuck", "back", "away", "ahead"};

static enum st web_now(struct call *c, struct err *e)
{
    struct page *p;
    struct taught_class list[CLASSES_MAX];
    struct ui_class_row *rows;
    struct queue_entry *queues[CLASSES_MAX];
    size_t counts[CLASSES_MAX], all = 0;
    struct page_now page = {0};
    TRY(page_begin(c, "/now", &p, e));
    TRY(class_rows(c, list, &page.classes_n, &rows, e));
    page.classes = rows;
    for (size_t i = 0; i < page.classes_n; i++) {
        struct class_scope scope;
        TRY(may_class(c->tx, &c->who, MAY_TEACHES, list[i].class_id, &scope, e));
        TRY(class_queue(c->app, c->snapshot, c->tx, c->arena, &scope, page_lang(c), &queues[i], &counts[i], e));
        page.students += rows[i].students;
        all += counts[i];
    }
    struct ui_open_look *looks;
    TRY(call_alloc(c, (LOOKS_SHOWN + 1) * sizeof *looks, (void **)&looks, e));
    for (size_t i = 0; i < page.classes_n; i++)
        TRY(fill_open_looks(c, list[i].class_id, looks, LOOKS_SHOWN, &page.looks_n, e));
    page.looks = looks;
    struct ui_help_row *help;
    struct ui_queue_row *queue;
    struct from {
        const struct queue_entry *entry;
        const struct taught_class *of;
    } * order;
    size_t n = 0;
    TRY(call_alloc(c, (all + 1) * sizeof *order, (void **)&order, e));
    TRY(call_alloc(c, (all + 1) * sizeof *help, (void **)&help, e));
    TRY(call_alloc(c, (all + 1) * sizeof *queue, (void **)&queue, e));
    for (size_t i = 0; i < page.classes_n; i++)
        for (size_t j = 0; j < counts[i]; j++) {
            if (!queues[i][j].help_id) continue;
            size_t at = page.help_n++;
            while (at > 0 && help[at - 1].at > queues[i][j].since_ms) {
                help[at] = help[at - 1];
                at--;
            }
            put_help(c, &queues[i][j], list[i].class_id, &help[at]);
        }
    for (size_t r = 0; r < REASONS; r++)
        for (size_t i = 0; i < page.classes_n; i++)
            for (size_t j = 0; j < counts[i]; j++) {
                const struct queue_entry *x = &queues[i][j];
                if (!str_eq(x->code, reason_order[r])) continue;
                order[n] = (struct from){x, &list[i]};
                for (size_t at = n++;
                     at > 0 && order[at - 1].entry->times < x->times && str_eq(order[at - 1].entry->code, x->code);
                     at--) {
                    order[at] = order[at - 1];
                    order[at - 1] = (struct from){x, &list[i]};
                }
            }
    size_t show = http_query(c->http, "all") || n <= NOW_ROWS + 1 ? n : NOW_ROWS; /* no line that says: one more */
    for (; page.queue_n < show; page.queue_n++)
        put_queue(c, order[page.queue_n].entry, order[page.queue_n].of, &queue[page.queue_n]);
    page.queue_more = (int64_t)(n - show);
    page.help = help;
    page.queue = queue;
    if (page.queue_more) page.more_url = "/now?all=1";
    return page_end(p, page_now(&p->html, &p->ctx, &page), e);
}

/* One class -------------------------------------------------------------------------------------------------------- */

static enum st web_class(struct call *c, struct err *e)
{
    struct page *p;
    struct class_view v;
    struct ui_skill_col *cols;
    struct ui_grid_row *rows;
    TRY(page_begin(c, "/classes", &p, e));
    TRY(class_view(c->app, c->snapshot, c->tx, c->arena, &c->class_, &v, e));
    TRY(call_alloc(c, (v.competency_count + 1) * sizeof *cols, (void **)&cols, e));
    TRY(call_alloc(c, (v.learner_count + 1) * sizeof *rows, (void **)&rows, e));
    for (size_t k = 0; k < v.competency_count; k++)
        cols[k] = (struct ui_skill_col){.id = id_text(c, v.competencies[k]->competency_id),
                                        .title = v.competencies[k]->name,
                                        .code = v.competencies[k]->code};
    for (size_t i = 0; i < v.learner_count; i++) {
        const struct class_learner *l = &v.learners[i];
        struct ui_grid_cell *cells;
        TRY(call_alloc(c, (v.competency_count + 1) * sizeof *cells, (void **)&cells, e));
        for (size_t k = 0; k < v.competency_count; k++) {
            cells[k] = (struct ui_grid_cell){cols[k].id, l->cells[k] ? l->cells[k]->level : LEVEL_NOT_YET};
            cols[k].secure += cells[k].level == LEVEL_SECURE;
        }
        rows[i] = (struct ui_grid_row){.learner_id = id_text(c, l->learner_id),
                                       .name = l->name,
                                       .address = student_address(c, l->learner_id, c->class_.class_id),
                                       .cells = cells,
                                       .cells_n = v.competency_count};
    }
    int64_t seen = 0;
    const char *said = http_query(c->http, "seen");
    if (said && (!parse_i64(said, &seen) || seen < 0 || seen > 1000)) seen = 0;
    struct page_class_grid page = {
        .seen = seen,
        .class_id = id_text(c, c->class_.class_id),
        .title = v.title,
        .as_of = c->now_ms,
        .live = true,
        .roomy = v.competency_count <= 15,
        .cols = cols,
        .cols_n = v.competency_count,
        .rows = rows,
        .rows_n = v.learner_count,
        .csv_url = arena_printf(c->arena, "/class/%lld/mastery.csv", (long long)c->class_.class_id),
        .rules_url = arena_printf(c->arena, "/class/%lld/rules", (long long)c->class_.class_id),
        .habits_url = arena_printf(c->arena, "/class/%lld/habits", (long long)c->class_.class_id),
        .standing_url = arena_printf(c->arena, "/class/%lld/standing", (long long)c->class_.class_id),
        .cards_url = arena_printf(c->arena, "/class/%lld/cards", (long long)c->class_.class_id)};
    return page_end(p, page_class_grid(&p->html, &p->ctx, &page), e);
}

/* A field of CSV; one that a spreadsheet would take for a formula gets a quote before it. */
static void csv_field(struct text *t, const char *s)
{
    text_char(t, '"');
    if (*s && strchr("=+-@\t\r", *s)) text_char(t, '\'');
    for (; *s; s++) {
        if (*s == '"') text_char(t, '"');
        text_char(t, *s);
    }
    text_char(t, '"');
}

static enum st web_class_csv(struct call *c, struct err *e)
{
    struct class_view v;
    TRY(class_view(c->app, c->snapshot, c->tx, c->arena, &c->class_, &v, e));
    c->res.content_type = "text/csv; charset=utf-8";
    http_res_header(&c->res, "Content-Disposition", "attachment; filename=\"mastery.csv\"");
    text_add(&c->out, "student,username,skill,code,level,likely_known,answers\r\n");
    for (size_t i = 0; i < v.learner_count; i++)
        for (size_t k = 0; k < v.competency_count; k++) {
            const struct mastery_row *m = v.learners[i].cells[k];
            const char *fields[] = {v.learners[i].name, v.learners[i].username, v.competencies[k]->name,
                                    v.competencies[k]->code, level_code(m ? (enum level)m->level : LEVEL_NOT_YET)};
            for (size_t f = 0; f < 5; f++) {
                csv_field(&c->out, fields[f]);
                text_char(&c->out, ',');
            }
            if (m) text_printf(&c->out, "%.4f,%d\r\n", m->p_known, m->evidence_count);
            else text_add(&c->out, ",0\r\n");
        }
    return ST_OK;
}

/* What lies behind a mark: a piece for the class page, or a page of its own. */
static enum st web_cell(struct call *c, struct err *e)
{
    struct page *p;
    struct sql_class_get_row class_row;
    bool row;
    int64_t learner_id = c->learner.learner_id, competency_id;
    const char *ks = http_query(c->http, "competency");
    if (!ks || !id_parse(ks, &competency_id)) return err_fail(e, ST_NOT_FOUND, "err.not_found", "competency is an id");
    TRY(sql_class_learner(
        c->tx, &(struct sql_class_learner_in){.class_id = c->class_.class_id, .learner_id = learner_id}, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "no such student in this class");
    TRY(page_begin(c, "/classes", &p, e));
    struct ui_why_view w;
    TRY(fill_why(c, &c->learner, competency_id, false, &w, e));
    w.form_url = arena_printf(c->arena, "/class/%lld/cell", (long long)c->class_.class_id);
    const char *view = student_address(c, learner_id, c->class_.class_id),
               *post = arena_printf(c->arena, "/class/%lld/observe", (long long)c->class_.class_id);
    if (http_header_in(c->http, "X-Fragment")) {
        struct page_cell page = {.w = w,
                                 .view_url = view,
                                 .why_url = arena_printf(c->arena, "/class/%lld/cell?learner=%lld&competency=%lld",
                                                         (long long)c->class_.class_id, (long long)learner_id,
                                                         (long long)competency_id),
                                 .post_url = post,
                                 .learner_id = id_text(c, learner_id),
                                 .competency_id = id_text(c, competency_id),
                                 .client_id = new_client_id(c)};
        return page_end(p, page_cell(&p->html, &p->ctx, &page), e);
    }
    TRY(sql_class_get(c->tx, c->class_.class_id, &class_row, &row, e));
    struct page_cell_page page = {.w = w,
                                  .view_url = view,
                                  .back_url = arena_printf(c->arena, "/class/%lld", (long long)c->class_.class_id),
                                  .class_title = row ? arena_strdup(c->arena, class_row.title) : "",
                                  .post_url = post,
                                  .learner_id = id_text(c, learner_id),
                                  .competency_id = id_text(c, competency_id),
                                  .client_id = new_client_id(c)};
    return page_end(p, page_cell_page(&p->html, &p->ctx, &page), e);
}

/* Cards to sign in with: the name and a picture of the address; passwords are never kept, so never shown. */
static enum st web_cards(struct call *c, struct err *e)
{
    struct page *p;
    struct class_view v;
    struct ui_card *cards;
    TRY(page_begin(c, "/classes", &p, e));
    TRY(class_view(c->app, c->snapshot, c->tx, c->arena, &c->class_, &v, e));
    TRY(call_alloc(c, (v.learner_count + 1) * sizeof *cards, (void **)&cards, e));
    const char *host = http_header_in(c->http, "Host");
    const char *base = arena_printf(c->arena, "%s://%s", c->http->https ? "https" : "http", host ? host : "");
    for (size_t i = 0; i < v.learner_count; i++) {
        struct text qr;
        text_init(&qr, 65536);
        const char *address = arena_printf(c->arena, "%s/sign-in?u=%s", base, v.learners[i].username);
        cards[i] = (struct ui_card){.name = v.learners[i].name, .username = v.learners[i].username};
        if (address && qr_svg(&qr, address, NULL) == ST_OK)
            cards[i].qr = trusted(arena_strdup(c->arena, text_str(&qr)));
        text_release(&qr);
    }
    struct page_cards page = {.class_title = v.title,
                              .address = base,
                              .list = cards,
                              .list_n = v.learner_count,
                              .back_url = arena_printf(c->arena, "/class/%lld", (long long)c->class_.class_id)};
    return page_end(p, page_cards(&p->html, &p->ctx, &page), e);
}

/* Help is closed by who teaches the student. */
struct web_help_close {
    struct record_cmd cmd;
    struct fact_help_answered answered;
};

static enum st web_help_close_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_help_close *h;
    struct sql_help_get_row r;
    struct learner_scope who;
    bool found;
    int64_t learner_id;
    const char *id = http_form(c->http, "help_id", 0), *learner = http_form(c->http, "learner_id", 0);
    TRY(call_alloc(c, sizeof *h, (void **)&h, e));
    if (!id || !id_parse(id, &h->answered.asked_id) || !learner || !id_parse(learner, &learner_id))
        return err_fail(e, ST_INVALID, "err.not_found", "help_id and learner_id must be ids");
    TRY(call_scope(c, MAY_TEACHES, learner_id, &who, e));
    TRY(sql_help_get(c->tx, &(struct sql_help_get_in){.learner_id = who.learner_id, .help_id = h->answered.asked_id},
                     &r, &found, e));
    if (!found) return err_fail(e, ST_NOT_FOUND, "err.not_found", "this learner did not ask that");
    TRY(call_record(c, &h->cmd, &fact_help_answered, who.learner_id,
                    arena_printf(c->arena, "answered-%lld", (long long)h->answered.asked_id), &h->answered, e));
    *out = &h->cmd.command;
    return ST_OK;
}

static enum st web_help_close_reply(struct call *c, struct command *command, struct err *e)
{
    (void)command;
    (void)e;
    call_redirect(c, "/now");
    return ST_OK;
}

const struct route teacher_routes[] = {
    GET("/now", MAY_TEACHES, web_now, .menu = MENU_NOW, .title = MSG_nav_now, .summary = "Who to see, and why"),
    GET("/classes", MAY_TEACHES, web_classes, .menu = MENU_CLASSES, .title = MSG_nav_classes,
        .summary = "The classes one teaches"),
    GET("/class/:class", MAY_TEACHES, web_class, OF_CLASS, .summary = "Students and skills of a class",
        .part = MSG_views_part_class),
    GET("/class/:class/mastery.csv", MAY_TEACHES, web_class_csv, OF_CLASS, .summary = "The same as a table",
        .part = MSG_views_part_class),
    GET("/class/:class/cell", MAY_TEACHES, web_cell, OF_CLASS, .learner_param = "learner",
        .summary = "What lies behind a mark", .part = MSG_views_part_skill,
        .sample = "learner={learner}&competency={competency}"),
    GET("/class/:class/cards", MAY_TEACHES, web_cards, OF_CLASS, .summary = "Sign-in cards",
        .part = MSG_views_part_cards),
    GET("/class/:class/live", MAY_TEACHES, gate_live, OF_CLASS, .summary = "Changes as they happen",
        .part = MSG_views_part_class),
    WRITE("/help/close", MAY_TEACHES, web_help_close_parse, web_help_close_reply, .summary = "Help was given",
          .sample = "help_id={help}&learner_id={learner}"),
    {0},
};
