/* The graph of hints and scaffolds. Ids are kept; what leads nowhere or in a circle is left out and named. */
#include <stdio.h>
#include <string.h>

#include "oatutor_private.h"

enum { HINTS_MAX = 256 };

struct graph {
    struct oatutor *x;
    const char *ids[HINTS_MAX]; /* as given out */
    size_t count;
};

/* A fresh id: the second of the same name gets a number behind it. */
static const char *fresh_id(struct graph *g, const char *id)
{
    struct oatutor *x = g->x;
    const char *v = keep_text(&x->framework, id);
    for (unsigned k = 2;; k++) {
        bool taken = false;
        for (size_t i = 0; i < g->count; i++) taken = taken || strcmp(g->ids[i], v) == 0;
        if (!taken) break;
        if (k == 2)
            report_problem(x->r, x->now_file, 0, "id", "oatutor.hint_twice",
                           "The hint id \"%.80s\" is here twice; the second was given a number.", id);
        v = arena_printf(x->a, "%s-%u", id, k);
        if (!v) return "";
    }
    if (g->count < HINTS_MAX) g->ids[g->count++] = v;
    return v;
}

static json_t *hint(struct graph *g, const json_t *from, bool nested);

static json_t *hint_list(struct graph *g, const json_t *from, bool nested)
{
    json_t *out = json_array(), *v;
    size_t i;
    json_array_foreach ((json_t *)from, i, v) {
        if (g->count >= HINTS_MAX) {
            report_problem(g->x->r, g->x->now_file, 0, NULL, "oatutor.hints_many",
                           "There are more than %d hints; the rest was left out.", HINTS_MAX);
            break;
        }
        json_t *h = json_is_object(v) ? hint(g, v, nested) : NULL;
        if (h) json_array_append_new(out, h);
    }
    return out;
}

static json_t *hint(struct graph *g, const json_t *from, bool nested)
{
    struct oatutor *x = g->x;
    const char *type = json_str(from, "type", "hint"), *title = json_str(from, "title", ""),
               *text = json_str(from, "text", "");
    const char *id = fresh_id(g, json_str(from, "id", "hint"));
    bool scaffold = strcmp(type, "scaffold") == 0;
    json_t *h = json_object(), *depends = json_array(), *v;
    size_t i;
    json_object_set_new(h, "id", json_string(id));
    if (*title) json_object_set_new(h, "title", oatutor_markdown(x, title, id, "title"));
    json_object_set_new(h, "body", oatutor_markdown(x, text, id, "text"));
    json_array_foreach (json_object_get(from, "dependencies"), i, v)
        if (json_is_string(v)) json_array_append_new(depends, json_string(json_string_value(v)));
    json_object_set_new(h, "depends", depends);
    if (scaffold && !oatutor_answer(x, h, from, "hintAnswer", title, text, id)) scaffold = false; /* stays as a hint */
    if (!scaffold && strcmp(type, "hint") != 0 && strcmp(type, "scaffold") != 0)
        report_problem(x->r, x->now_file, 0, "type", "oatutor.hint_type",
                       "\"%.30s\" of \"%s\" is no kind of hint; it was taken as a hint.", type, id);
    json_object_set_new(h, "type", json_string(scaffold ? "scaffold" : "hint"));
    const json_t *sub = json_object_get(from, "subHints");
    if (json_array_size(sub) && nested) {
        report_problem(x->r, x->now_file, 0, "subHints", "oatutor.hint_depth",
                       "\"%s\" is a sub-hint with sub-hints of its own; those were left out.", id);
    } else if (json_array_size(sub)) {
        json_object_set_new(h, "hints", hint_list(g, sub, true));
    }
    return h;
}

static int index_of(const json_t *list, const char *id)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_str(json_array_get(list, i), "id", ""), id) == 0) return (int)i;
    return -1;
}

/* Dependencies on ids that are not among the siblings go, each with a report. */
static void cut_dangling(struct oatutor *x, json_t *list)
{
    size_t i;
    json_t *h;
    json_array_foreach (list, i, h) {
        json_t *depends = json_object_get(h, "depends");
        for (size_t k = json_array_size(depends); k-- > 0;) {
            const char *id = json_string_value(json_array_get(depends, k));
            if (index_of(list, id) >= 0 && strcmp(id, json_str(h, "id", "")) != 0) continue;
            report_problem(
                x->r, x->now_file, 0, "dependencies", "oatutor.hint_dangling",
                "The hint \"%s\" depends on \"%.80s\", which is not among its hints; it is shown without it.",
                json_str(h, "id", ""), id);
            json_array_remove(depends, k);
        }
        json_t *sub = json_object_get(h, "hints");
        if (sub) cut_dangling(x, sub);
    }
}

static bool ready(const json_t *list, const json_t *h, const bool *shown)
{
    size_t k;
    json_t *v;
    json_array_foreach (json_object_get(h, "depends"), k, v) {
        int at = index_of(list, json_string_value(v));
        if (at >= 0 && !shown[at]) return false;
    }
    return true;
}

/* Show hints as they become ready; where none does, the first that waits loses its dependencies. */
static void cut_cycles(struct oatutor *x, json_t *list)
{
    bool shown[HINTS_MAX] = {false};
    size_t n = json_array_size(list), done = 0;
    if (n > HINTS_MAX) return;
    while (done < n) {
        size_t before = done;
        for (size_t i = 0; i < n; i++) {
            if (shown[i] || !ready(list, json_array_get(list, i), shown)) continue;
            shown[i] = true;
            done++;
        }
        if (done > before) continue;
        for (size_t i = 0; i < n; i++) {
            if (shown[i]) continue;
            json_t *h = json_array_get(list, i);
            report_problem(x->r, x->now_file, 0, "dependencies", "oatutor.hint_cycle",
                           "The hint \"%s\" waits for itself by way of others; it is shown at once.",
                           json_str(h, "id", ""));
            json_array_clear(json_object_get(h, "depends"));
            break;
        }
    }
    for (size_t i = 0; i < n; i++) {
        json_t *sub = json_object_get(json_array_get(list, i), "hints");
        if (sub) cut_cycles(x, sub);
    }
}

json_t *oatutor_hints(struct oatutor *x, const struct oatutor_step *s, const char **also_by)
{
    int at = strmap_get(&x->pathways, s->id);
    json_t *list, *v;
    struct err e;
    size_t i;
    if (at < 0) return NULL;
    x->now_file = package_name(x->p, (size_t)at);
    if (oatutor_json(x, (size_t)at, &list, &e) != ST_OK) return NULL;
    if (!json_is_array(list)) {
        report_problem(x->r, x->now_file, 0, NULL, "oatutor.file", "The file holds no list of hints; it was left out.");
        return NULL;
    }
    struct graph g = {.x = x};
    json_t *out = hint_list(&g, list, false);
    x->pack->hint_count += json_array_size(out);
    cut_dangling(x, out);
    cut_cycles(x, out);
    json_array_foreach (list, i, v) {
        const char *url, *name;
        oatutor_link(x, json_str(v, "oer", ""), &url, &name);
        if (*name) *also_by = name;
    }
    return out;
}
