/* The words of a step or a scaffold, and its interaction and key. */
#include <stdio.h>
#include <string.h>

#include "markup.h"
#include "oatutor_private.h"

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
