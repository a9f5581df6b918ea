/* A teacher records what was seen off the screen, for one student or several. */
#include "learning/observe.h"

#include <stdlib.h>
#include <string.h>

#include "classroom/class.h"
#include "frame/page.h"
#include "frame/route.h"
#include "frame/form.h"
#include "store/sql/roster.h"

static enum st query_competency(struct call *c, const char *s, const struct competency **out, struct err *e)
{
    int64_t id;
    *out = s && id_parse(s, &id) ? catalogue_competency(&c->snapshot->catalogue, id) : NULL;
    return *out ? ST_OK : err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency is an id");
}

/* Is it among the values of the field, where the form is shown again? */
static bool is_typed(struct call *c, const char *name, const char *value)
{
    const char *typed;
    for (size_t i = 0; (typed = form_value(c, name, i, NULL)); i++)
        if (str_eq(typed, value)) return true;
    return false;
}

/* The students of a class with a box each, and the four levels. */
static enum st web_observe(struct call *c, struct err *e)
{
    struct page *p;
    struct class_view v;
    const struct competency *k;
    struct ui_observe_row *rows;
    TRY(query_competency(c, form_value(c, "competency", 0, http_query(c->http, "competency")), &k, e));
    TRY(page_begin(c, "/classes", &p, e));
    TRY(class_view(c->app, c->snapshot, c->tx, c->arena, &c->class_, &v, e));
    TRY(call_alloc(c, (v.learner_count + 1) * sizeof *rows, (void **)&rows, e));
    size_t column = 0;
    while (column < v.competency_count && v.competencies[column] != k) column++;
    for (size_t i = 0; i < v.learner_count; i++) {
        const struct mastery_row *m = column < v.competency_count ? v.learners[i].cells[column] : NULL;
        rows[i] = (struct ui_observe_row){.learner_id = id_text(c, v.learners[i].learner_id),
                                          .name = v.learners[i].name,
                                          .level = m ? m->level : LEVEL_NOT_YET};
        rows[i].chosen = is_typed(c, "learner", rows[i].learner_id);
    }
    struct page_observe page = {.class_title = v.title,
                                .back_url = arena_printf(c->arena, "/class/%lld", (long long)c->class_.class_id),
                                .post_url =
                                    arena_printf(c->arena, "/class/%lld/observe", (long long)c->class_.class_id),
                                .skill = k->name,
                                .code = k->code,
                                .competency_id = id_text(c, k->competency_id),
                                .client_id = new_client_id(c),
                                .error = form_error(c),
                                .form_level = form_value(c, "level", 0, ""),
                                .note = form_value(c, "note", 0, ""),
                                .kind = form_value(c, "kind", 0, ""),
                                .rows = rows,
                                .rows_n = v.learner_count};
    return page_end(p, page_observe(&p->html, &p->ctx, &page), e);
}

static enum st form_level(struct call *c, double *score, struct err *e)
{
    const char *s = http_form(c->http, "level", 0);
    if (!s || strlen(s) != 1 || *s < '0' || *s > '3')
        return err_fail(e, ST_INVALID, "observe.level_missing", "choose one of the four levels");
    *score = level_score((enum level)(*s - '0'));
    return ST_OK;
}

/* Whoever is named must be a student of this class. */
static enum st in_class(struct call *c, int64_t learner_id, struct err *e)
{
    bool row;
    TRY(sql_class_learner(
        c->tx, &(struct sql_class_learner_in){.class_id = c->class_.class_id, .learner_id = learner_id}, &row, e));
    return row ? ST_OK
               : err_fail(e, ST_DENIED, "err.denied", "learner %lld is not in class %lld", (long long)learner_id,
                          (long long)c->class_.class_id);
}

static enum st web_observe_parse(struct call *c, struct command **out, struct err *e)
{
    struct observe_cmd *o;
    const struct competency *k;
    const char *kind = http_form(c->http, "kind", 0), *who;
    TRY(form_open(c, web_observe, e));
    TRY(call_alloc(c, sizeof *o, (void **)&o, e));
    TRY(query_competency(c, http_form(c->http, "competency", 0), &k, e));
    o->snapshot = c->snapshot;
    o->competency_id = k->competency_id;
    o->recorder_id = c->who.user_id;
    o->client_id = http_form(c->http, "client_id", 0);
    o->note = http_form(c->http, "note", 0);
    o->kind = kind && str_eq(kind, "judgement") ? EVIDENCE_JUDGEMENT : EVIDENCE_OBSERVATION;
    TRY(form_level(c, &o->score, e));
    for (size_t i = 0; (who = http_form(c->http, "learner", i)); i++) {
        int64_t id;
        if (!id_parse(who, &id)) return err_fail(e, ST_INVALID, "observe.students", "learner must be an id");
        if (o->count == OBSERVE_MAX)
            return err_fail(e, ST_INVALID, "observe.students", "1 to %d students", OBSERVE_MAX);
        TRY(in_class(c, id, e));
        o->learner_ids[o->count++] = id;
    }
    TRY(observe_check(o, e));
    *out = &o->command;
    return ST_OK;
}

static enum st web_observe_reply(struct call *c, struct command *command, struct err *e)
{
    const struct observe_cmd *o = (const struct observe_cmd *)command;
    (void)e;
    const char *to = arena_printf(c->arena, "/class/%lld?seen=%zu", (long long)c->class_.class_id, o->count);
    call_redirect(c, to ? to : "/classes");
    return ST_OK;
}

const struct route observe_routes[] = {
    GET("/class/:class/observe", MAY_TEACHES, web_observe, OF_CLASS,
        .summary = "Record what was seen, for several students", .part = MSG_views_part_observe,
        .sample = "competency={competency}"),
    WRITE("/class/:class/observe", MAY_TEACHES, web_observe_parse, web_observe_reply, OF_CLASS,
          .summary = "Record what was seen", .part = MSG_views_part_observe,
          .sample = "client_id={new}&competency={competency}&learner={learner}&level=2&kind=observation"),
    {0},
};
