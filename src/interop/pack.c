#include "interop/pack.h"

#include <string.h>

#include "content_private.h"
#include "framework_private.h"

struct pack {
    struct arena *a;
    struct import_report *r;
    const char *file;
    const json_t *root; /* pack.json */
    struct content_pack *out;
    struct framework_reader framework;
    struct strmap ids;
};

/* The file as JSON, or NULL with a problem in the report. */
static enum st load(struct pack *x, struct package *p, size_t i, json_t **out, struct err *e)
{
    const char *bytes;
    size_t n;
    struct err own = {0};
    x->file = package_name(p, i);
    enum st st = package_read(p, i, x->a, &bytes, &n, &own);
    if (st == ST_OK) st = json_read(x->a, bytes, n, out, &own);
    if (st == ST_NOMEM) return err_no_memory(e, "pack");
    if (st == ST_OK) return ST_OK;
    *out = NULL;
    report_problem(x->r, x->file, 0, NULL, "pack.file", "The file cannot be read (%s); it was left out.", own.detail);
    return ST_OK;
}

static const char *joined(struct pack *x, const json_t *list)
{
    const char *out = "";
    for (size_t i = 0; out && i < json_array_size(list); i++) {
        const char *s = json_string_value(json_array_get(list, i));
        if (s) out = arena_printf(x->a, "%s%s%s", out, *out ? "," : "", s);
    }
    return out ? out : "";
}

static enum st competency(struct pack *x, const json_t *o, size_t i, struct err *e)
{
    struct source_ref ref = {x->file, (int64_t)i + 1};
    struct framework_competency *c;
    const char *id = json_str(o, "id", NULL), *statement = json_str(o, "statement", "");
    if (!id || !*id || strlen(id) > 255) {
        report_problem(x->r, x->file, ref.line, "id", "pack.id",
                       "Competency %zu has no id of at most 255 bytes; it was left out.", i + 1);
        return ST_OK;
    }
    if (!*statement)
        report_problem(x->r, x->file, ref.line, "statement", "pack.statement",
                       "\"%s\" has no statement; its short title stands for it.", id);
    const char *uri = keep_text(&x->framework, id);
    TRY(framework_add(&x->framework, uri, "", ref, &c, e));
    if (!c) return ST_OK;
    c->code = keep_text(&x->framework, json_str(o, "code", ""));
    c->statement = keep_text(&x->framework, *statement ? statement : json_str(o, "short", id));
    c->abbreviated = keep_text(&x->framework, json_str(o, "short", ""));
    c->try_at_home = keep_text(&x->framework, json_str(o, "try_at_home", ""));
    c->type = "Skill";
    c->language = keep_text(&x->framework, json_str(x->root, "language", "en"));
    c->grades = keep_grades(&x->framework, joined(x, json_object_get(o, "grades")), ref, "grades");
    c->sequence = (int64_t)i + 1;
    return ST_OK;
}

static enum st prerequisites(struct pack *x, const json_t *o, struct err *e)
{
    size_t i;
    json_t *v;
    const char *to = json_str(o, "id", "");
    json_array_foreach (json_object_get(o, "prerequisites"), i, v) {
        const char *from = json_string_value(v);
        if (!from || framework_find(&x->framework, from) < 0 || framework_find(&x->framework, to) < 0) {
            report_problem(x->r, x->file, 0, "prerequisites", "pack.prerequisite",
                           "\"%s\" names \"%s\", which is no competency of this pack.", to, from ? from : "?");
            continue;
        }
        if (!framework_relate(&x->framework, ASSOCIATION_PRECEDES, "precedes", keep_text(&x->framework, from),
                              keep_text(&x->framework, to)))
            return err_no_memory(e, "pack");
    }
    return ST_OK;
}

static enum st read_framework(struct pack *x, struct err *e)
{
    size_t i;
    json_t *v, *list = json_object_get(x->root, "competencies");
    const json_t *licence = json_object_get(x->root, "licence"), *by = json_object_get(x->root, "attribution");
    TRY(framework_begin(&x->framework, x->a, x->file, x->r, e));
    struct framework_document *d = &x->framework.f->document;
    d->uri = d->identifier = keep_text(&x->framework, json_str(x->root, "id", "pack"));
    d->title = keep_text(&x->framework, json_str(x->root, "title", d->uri));
    d->creator = d->publisher = keep_text(&x->framework, json_str(by, "text", ""));
    d->language = keep_text(&x->framework, json_str(x->root, "language", "en"));
    d->version = keep_text(&x->framework, json_str(x->root, "version", ""));
    d->licence = keep_text(&x->framework, json_str(licence, "name", ""));
    d->licence_url = keep_text(&x->framework, json_str(licence, "url", ""));
    json_array_foreach (list, i, v) TRY(competency(x, v, i, e));
    json_array_foreach (list, i, v) TRY(prerequisites(x, v, e));
    TRY(framework_finish(&x->framework, e));
    x->out->framework = x->framework.f;
    return ST_OK;
}

/* What an item does not say for itself, the pack says. */
static bool inherit(struct pack *x, json_t *item)
{
    static const char *const members[] = {"licence", "attribution", "language"};
    for (size_t i = 0; i < 3; i++) {
        json_t *v = json_object_get(x->root, members[i]);
        if (v && !json_object_get(item, members[i]) && json_object_set(item, members[i], v) != 0) return false;
    }
    return true;
}

static enum st one_item(struct pack *x, json_t *o, size_t i, struct err *e)
{
    struct source_ref ref = {x->file, (int64_t)i + 1};
    const char *id = json_is_object(o) ? arena_strdup(x->a, json_str(o, "source_id", "")) : "";
    if (!id) return err_no_memory(e, "pack");
    if (!*id || strlen(id) > 255) {
        report_problem(x->r, x->file, ref.line, "source_id", "pack.id",
                       "Item %zu has no source_id of at most 255 bytes; it was left out.", i + 1);
        return ST_OK;
    }
    int at = (int)x->out->item_count, seen = strmap_put(&x->ids, id, at);
    if (seen < 0) return err_no_memory(e, "pack");
    if (seen != at) {
        report_problem(x->r, x->file, ref.line, "source_id", "content.twice",
                       "\"%s\" is here twice; the first one counts.", id);
        return ST_OK;
    }
    size_t k;
    json_t *v;
    json_array_foreach (json_object_get(o, "competencies"), k, v)
        if (framework_find(&x->framework, json_string_value(v) ? json_string_value(v) : "") < 0)
            report_problem(x->r, x->file, ref.line, "competencies", "pack.competency",
                           "\"%s\" names a competency that this pack does not have.", id);
    json_t *copy = json_deep_copy(o);
    if (!copy || !inherit(x, copy)) {
        json_decref(copy);
        return err_no_memory(e, "pack");
    }
    x->out->problem_count++;
    x->out->hint_count += json_array_size(json_object_get(o, "hints"));
    return content_add(x->a, x->out, ref, id, copy, e);
}

enum st pack_read(struct arena *a, struct package *p, struct import_report *r, struct content_pack **out, struct err *e)
{
    struct pack x = {.a = a, .r = r, .out = content_new(a), .ids.arena = a};
    json_t *root = NULL;
    int at = package_find(p, "pack.json");
    if (!x.out) return err_no_memory(e, "pack");
    if (at >= 0) TRY(load(&x, p, (size_t)at, &root, e));
    if (!root || !json_is_array(json_object_get(root, "competencies")))
        return err_fail(e, ST_INVALID, "pack.unknown",
                        "there is no pack.json with a list of competencies here; see docs/pack-format.md");
    x.root = root;
    TRY(read_framework(&x, e));
    for (size_t i = 0; i < package_count(p); i++) {
        const char *name = package_name(p, i);
        size_t n = strlen(name);
        if (strncmp(name, "items/", 6) != 0 || n < 12 || strcmp(name + n - 5, ".json") != 0) continue;
        json_t *list;
        TRY(load(&x, p, i, &list, e));
        if (list && json_is_object(list)) TRY(one_item(&x, list, 0, e));
        size_t k;
        json_t *v;
        json_array_foreach (list, k, v) TRY(one_item(&x, v, k, e));
    }
    *out = x.out;
    return ST_OK;
}
