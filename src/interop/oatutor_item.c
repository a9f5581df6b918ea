/* One step -> one item document. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "markup.h"
#include "oatutor_private.h"

static const char *kept(struct oatutor *x, const char *s) { return keep_text(&x->framework, s); }

json_t *oatutor_markdown(struct oatutor *x, const char *s, const char *id, const char *field)
{
    struct text t;
    text_init(&t, 1 << 20);
    if (!markdown_from_oatutor(&t, s, oatutor_figure, x))
        report_problem(x->r, x->now_file, 0, field, "oatutor.tex",
                       "In \"%s\" a $$ is not closed; what follows it was taken as words.", id);
    if (strstr(s, "@{"))
        report_problem(x->r, x->now_file, 0, field, "oatutor.variable",
                       "\"%s\" has a variable (@{...}), which is shown as it is written.", id);
    json_t *v = json_string(text_str(&t));
    text_release(&t);
    return v;
}

static void choice_id(size_t i, char id[8])
{
    if (i < 26) snprintf(id, 8, "%c", (char)('a' + i));
    else snprintf(id, 8, "a%zu", i);
}

static bool same_choice(const char *a, const char *b) /* apart from spaces */
{
    for (;; a++, b++) {
        while (*a == ' ') a++;
        while (*b == ' ') b++;
        if (*a != *b) return false;
        if (!*a) return true;
    }
}

static bool add_choices(struct oatutor *x, json_t *out, const json_t *choices, const json_t *answers, const char *id)
{
    json_t *list = json_array(), *right = json_array(), *v;
    const char *seen[64];
    bool found[64] = {false};
    size_t n = 0, i;
    json_array_foreach ((json_t *)choices, i, v) {
        const char *s = json_string_value(v);
        bool twice = false;
        if (!s || n >= 64) continue;
        for (size_t k = 0; k < n; k++) twice = twice || same_choice(seen[k], s);
        if (twice) {
            report_problem(x->r, x->now_file, 0, "choices", "oatutor.choice_twice",
                           "\"%s\" lists the choice \"%.60s\" twice; it is shown once.", id, s);
            continue;
        }
        char cid[8];
        choice_id(n, cid);
        json_array_append_new(list, json_pack("{s:s, s:o}", "id", cid, "body", oatutor_markdown(x, s, id, "choices")));
        json_t *answer;
        size_t k;
        json_array_foreach ((json_t *)answers, k, answer) {
            if (k >= 64 || found[k] || !json_is_string(answer) || !same_choice(json_string_value(answer), s)) continue;
            found[k] = true;
            json_array_append_new(right, json_string(cid));
        }
        seen[n++] = s;
    }
    if (n < 2 || json_array_size(right) != json_array_size(answers) || !json_array_size(right)) {
        report_problem(x->r, x->now_file, 0, "choices", "oatutor.choice_missing",
                       "The answer of \"%s\" is not among its choices; it was left out.", id);
        json_decref(list);
        json_decref(right);
        return false;
    }
    json_object_set_new(out, "interaction",
                        json_pack("{s:s, s:o, s:b}", "type", json_array_size(right) > 1 ? "choices" : "choice",
                                  "choices", list, "shuffle", 0));
    json_object_set_new(out, "key", json_pack("{s:s, s:o}", "kind", "choice", "values", right));
    return true;
}

bool oatutor_answer(struct oatutor *x, json_t *out, const json_t *from, const char *answers_key, const char *title,
                    const char *prompt, const char *id)
{
    const json_t *answers = json_object_get(from, answers_key), *choices = json_object_get(from, "choices");
    const char *type = json_str(from, "problemType", "TextBox");
    if (!json_is_array(answers) || !json_array_size(answers)) {
        report_problem(x->r, x->now_file, 0, answers_key, "oatutor.answer_missing",
                       "\"%s\" has no answer; it was left out.", id);
        return false;
    }
    if (strcmp(type, "MultipleChoice") == 0) return add_choices(x, out, choices, answers, id);
    if (strcmp(type, "TextBox") != 0)
        report_problem(x->r, x->now_file, 0, "problemType", "oatutor.problem_type",
                       "\"%s\" asks for \"%.40s\"; it was taken as a typed answer.", id, type);
    if (json_array_size(choices))
        report_problem(x->r, x->now_file, 0, "choices", "oatutor.choices_unused",
                       "\"%s\" is typed but lists choices; they were left out.", id);
    json_t *key = NULL, *v;
    size_t i;
    struct answer_clues clues = {.title = title, .prompt = prompt};
    json_array_foreach ((json_t *)answers, i, v) {
        const char *s = json_string_value(v);
        if (!s || !*s) continue;
        json_t *k = answer_key(s, &clues);
        if (clues.odd_exponent)
            report_problem(x->r, x->now_file, 0, answers_key, "oatutor.exponent",
                           "The exponent in the answer of \"%s\" (%.60s) swallows a factor; it was taken apart.", id,
                           s);
        if (clues.unreadable)
            report_problem(x->r, x->now_file, 0, answers_key, "oatutor.answer_text",
                           "The answer of \"%s\" (%.80s) is compared as text: it is no number, expression, equation, "
                           "list or interval that can be read.",
                           id, s);
        if (!key) key = k;
        else if (k) {
            json_array_extend(json_object_get(key, "values"), json_object_get(k, "values"));
            json_decref(k);
        }
    }
    if (!key) {
        report_problem(x->r, x->now_file, 0, answers_key, "oatutor.answer_missing",
                       "\"%s\" has no answer; it was left out.", id);
        return false;
    }
    json_t *interaction = json_pack("{s:s}", "type", "text_entry");
    if (clues.advice) json_object_set_new(interaction, "label", json_string(clues.advice));
    const char *unit = json_str(key, "unit", NULL);
    if (unit) json_object_set_new(interaction, "unit", json_string(unit));
    json_object_set_new(out, "interaction", interaction);
    json_object_set_new(out, "key", key);
    return true;
}

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
