/* One step -> one item document. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "markup.h"
#include "oatutor_private.h"

static const char *kept(struct oatutor *x, const char *s) { return keep_text(&x->framework, s); }

static json_t *competencies(struct oatutor *x, const char *step)
{
    json_t *list = json_array(), *v;
    const json_t *slugs = json_object_get(x->skills, step);
    size_t i;
    json_array_foreach ((json_t *)slugs, i, v) {
        const char *uri = json_is_string(v) ? oatutor_skill(x, json_string_value(v)) : NULL;
        bool twice = false;
        for (size_t k = 0; uri && k < json_array_size(list); k++)
            twice = twice || strcmp(json_string_value(json_array_get(list, k)), uri) == 0;
        if (uri && !twice) json_array_append_new(list, json_string(uri));
    }
    if (x->skills && !json_array_size(list))
        report_problem(x->r, x->now_file, 0, NULL, "oatutor.skill_missing",
                       "skillModel.json names no skill for \"%s\"; the item moves no mastery until it is aligned.",
                       step);
    return list;
}

static json_t *body_of(struct oatutor *x, const json_t *step, const char *id)
{
    const char *title = json_str(step, "stepTitle", ""), *body = json_str(step, "stepBody", "");
    const char *both = *title && *body ? arena_printf(x->a, "%s\n%s", title, body) : *title ? title : body;
    return oatutor_markdown(x, both ? both : "", id, "stepTitle");
}

static enum st one_item(struct oatutor *x, const struct oatutor_step *s, size_t position, size_t count, struct err *e)
{
    const json_t *problem = x->now->json;
    json_t *step;
    x->now_file = package_name(x->p, s->entry);
    enum st st = oatutor_json(x, s->entry, &step, e);
    if (st != ST_OK) return st == ST_NOMEM ? st : ST_OK;
    const char *id = kept(x, json_str(step, "id", s->id)), *url, *name, *also = NULL;
    if (!*id) id = s->id;
    if (json_object_size(json_object_get(step, "variabilization")))
        report_problem(x->r, x->now_file, 0, "variabilization", "oatutor.variable",
                       "\"%s\" has variables; it was taken as it is written.", id);
    const char *title = arena_printf(x->a, "%s / %s / %s", json_str(problem, "title", ""),
                                     json_str(problem, "body", ""), json_str(step, "stepTitle", ""));
    json_t *doc = json_object();
    if (!doc || !title) {
        json_decref(doc);
        return err_fail(e, ST_NOMEM, "err.memory", "oatutor");
    }
    const char *prompt =
        *json_str(step, "stepTitle", "") ? json_str(step, "stepTitle", "") : json_str(step, "stepBody", "");
    json_object_set_new(doc, "source_id", json_string(id));
    json_object_set_new(doc, "title", oatutor_markdown(x, json_str(problem, "title", ""), id, "title"));
    json_object_set_new(doc, "group",
                        json_pack("{s:s, s:I, s:I, s:s}", "id", x->now->id, "position", (json_int_t)position, "count",
                                  (json_int_t)count, "relation", "step"));
    const char *stimulus = json_str(problem, "body", "");
    json_t *body = body_of(x, step, id);
    if (!*json_string_value(body)) { /* the problem's text is the question */
        json_object_set_new(doc, "body",
                            oatutor_markdown(x, *stimulus ? stimulus : json_str(problem, "title", ""), id, "body"));
        json_decref(body);
    } else {
        if (*stimulus) json_object_set_new(doc, "stimulus", oatutor_markdown(x, stimulus, id, "body"));
        json_object_set_new(doc, "body", body);
    }
    if (!oatutor_answer(x, doc, step, "stepAnswer", title, prompt, id)) {
        json_decref(doc);
        return ST_OK;
    }
    json_t *hints = oatutor_hints(x, s, &also);
    x->now_file = package_name(x->p, s->entry);
    if (hints) json_object_set_new(doc, "hints", hints);
    json_object_set_new(doc, "competencies", competencies(x, s->id));
    json_object_set_new(doc, "language", json_string("en"));
    oatutor_link(x, json_str(problem, "license", ""), &url, &name);
    if (*name) json_object_set_new(doc, "licence", json_pack("{s:s, s:s}", "name", name, "url", url));
    else
        report_problem(x->r, x->now_file, 0, "license", "oatutor.licence",
                       "The problem of \"%s\" states no licence; ask its source before you share it.", id);
    oatutor_link(x, json_str(problem, "oer", ""), &url, &name);
    const char *by =
        also && strcmp(also, name) != 0 ? arena_printf(x->a, "%s%shints by %s", name, *name ? "; " : "", also) : name;
    if (by && *by) json_object_set_new(doc, "attribution", json_pack("{s:s, s:s}", "text", by, "url", url));
    x->pack->step_count++;
    return content_add(x->a, x->pack, (struct source_ref){x->now_file, 0}, id, doc, e);
}

enum st oatutor_problem_items(struct oatutor *x, const struct oatutor_step *steps, size_t n, struct err *e)
{
    int at = strmap_get(&x->by_problem, steps[0].problem);
    if (at < 0 || !x->problems[at].json) {
        report_problem(x->r, package_name(x->p, steps[0].entry), 0, NULL, "oatutor.problem_missing",
                       "The steps of \"%s\" have no problem file; they were left out.", steps[0].problem);
        return ST_OK;
    }
    x->now = &x->problems[at];
    for (size_t i = 0; i < n; i++) TRY(one_item(x, &steps[i], i + 1, n, e));
    return ST_OK;
}
