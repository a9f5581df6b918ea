/* A second look, asked on the page that says why. teacher/second_look.c has the answers. */
#include "progress/second_look.h"

#include <string.h>

#include "base/id.h"
#include "frame/page.h"
#include "frame/route.h"

struct web_look {
    struct record_cmd cmd;
    struct fact_second_look_asked asked;
    const char *back;
};

static enum st web_second_look_parse(struct call *c, struct command **out, struct err *e)
{
    struct web_look *l;
    const char *id = http_form(c->http, "competency", 0), *matter = http_form(c->http, "about", 0);
    TRY(call_alloc(c, sizeof *l, (void **)&l, e));
    bool pace = matter && strncmp(matter, "pace:", 5) == 0, grade = matter && str_eq(matter, "grade");
    if (!pace && (!id || !id_parse(id, &l->asked.competency_id) ||
                  !(grade ? catalogue_course(&c->snapshot->catalogue, l->asked.competency_id) != NULL
                          : catalogue_competency(&c->snapshot->catalogue, l->asked.competency_id) != NULL)))
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency is an id");
    l->asked.matter = matter;
    l->asked.note = http_form(c->http, "note", 0);
    long long who = (long long)c->learner.learner_id;
    l->back = c->relation == MAY_OWN_RECORD ? arena_printf(c->arena, "/why?c=%s", id)
                                            : arena_printf(c->arena, "/why/%lld?c=%s", who, id);
    if (grade) l->back = arena_printf(c->arena, "/grade/%lld?course=%s", who, id);
    else if (pace) l->back = arena_printf(c->arena, "/pace/%lld?need=%s", who, matter + 5);
    else if (matter && str_eq(matter, "next")) l->back = arena_printf(c->arena, "/suggestion/%lld?c=%s", who, id);
    TRY(second_look_check(&l->asked, e));
    TRY(call_record(c, &l->cmd, &fact_second_look_asked, c->learner.learner_id, http_form(c->http, "client_id", 0),
                    &l->asked, e));
    *out = &l->cmd.command;
    return ST_OK;
}

static enum st web_second_look_reply(struct call *c, struct command *command, struct err *e)
{
    (void)e;
    const struct web_look *l = (const struct web_look *)command;
    call_redirect(c, l->back ? l->back : "/map");
    return ST_OK;
}

const struct route second_look_routes[] = {
    WRITE("/look", STUDENT, web_second_look_parse, web_second_look_reply, .summary = "Ask for a second look at a level",
          .sample = "client_id={new}&competency={competency}&note=look+again"),
    WRITE("/why/:learner/look", MAY_GUARDIAN_OF, web_second_look_parse, web_second_look_reply, OF_LEARNER,
          .summary = "A family asks for a second look at a level", .part = MSG_views_part_skill,
          .sample = "client_id={new}&competency={competency}&note=look+again"),
    {0},
};
