/* CFPackage JSON. Exports of 2017 carry http://localhost URIs: taken as they are, since the GUID is what stays. */
#include "interop/case.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "framework_private.h"
#include "interop/report.h"

static const char *text_of(struct framework_reader *x, const json_t *o, const char *key)
{
    return keep_text(x, json_str(o, key, ""));
}

/* A list of texts, or one text, joined by commas. */
static const char *joined(struct framework_reader *x, const json_t *v)
{
    if (json_is_string(v)) return keep_text(x, json_string_value(v));
    struct text t;
    text_init(&t, 4096);
    size_t i;
    json_t *m;
    json_array_foreach ((json_t *)v, i, m)
        if (json_is_string(m)) text_printf(&t, "%s%s", t.n ? "," : "", json_string_value(m));
    const char *kept = keep_text(x, text_str(&t));
    text_release(&t);
    return kept;
}

/* {"title", "identifier", "uri"} in 1.0 and 1.1; a bare text in some servers. */
static const char *link_key(const json_t *v, bool identifier)
{
    if (json_is_string(v)) return json_string_value(v);
    return json_str(v, identifier ? "identifier" : "uri", json_str(v, identifier ? "uri" : "identifier", ""));
}

/* Wrapped: {"CFPackage": {...}}, {"data": {...}}, a list of one. */
static const json_t *unwrap(const json_t *v)
{
    for (int i = 0; i < 4; i++) {
        if (json_is_array(v) && json_array_size(v) >= 1) v = json_array_get(v, 0);
        if (json_object_get(v, "CFDocument") || json_object_get(v, "CFItems")) return v;
        const json_t *in = json_object_get(v, "CFPackage");
        if (!in) in = json_object_get(v, "data");
        if (!in) return v;
        v = in;
    }
    return v;
}

static const json_t *members(const json_t *package, const char *key)
{
    const json_t *v = json_object_get(package, key);
    if (json_is_object(v) && json_object_get(v, key)) v = json_object_get(v, key); /* {"CFItems": {"CFItems": [...]}} */
    return v;
}

static void read_licence(struct framework_reader *x, const json_t *package, const json_t *document)
{
    struct framework_document *d = &x->f->document;
    const json_t *uri = json_object_get(document, "licenseURI");
    const char *want = link_key(uri, true);
    d->licence = keep_text(x, json_str(uri, "title", ""));
    d->licence_url = keep_text(x, json_is_string(uri) ? json_string_value(uri) : json_str(uri, "uri", ""));
    const json_t *all = members(json_object_get(package, "CFDefinitions"), "CFLicenses");
    size_t i;
    json_t *v;
    json_array_foreach ((json_t *)all, i, v) {
        if (*want && strcmp(json_str(v, "identifier", ""), want) != 0 && strcmp(json_str(v, "uri", ""), want) != 0)
            continue;
        if (*json_str(v, "title", "")) d->licence = text_of(x, v, "title");
        d->notice = text_of(x, v, "licenseText");
        if (!*d->licence_url) d->licence_url = text_of(x, v, "uri");
        if (*want) break;
    }
}

static void read_document(struct framework_reader *x, const json_t *package, const json_t *v)
{
    struct framework_document *d = &x->f->document;
    d->identifier = text_of(x, v, "identifier");
    d->uri = text_of(x, v, "uri");
    d->title = text_of(x, v, "title");
    d->creator = text_of(x, v, "creator");
    d->publisher = text_of(x, v, "publisher");
    d->description = text_of(x, v, "description");
    d->language = text_of(x, v, "language");
    d->subject = joined(x, json_object_get(v, "subject"));
    d->adoption_status = text_of(x, v, "adoptionStatus");
    d->version = text_of(x, v, "version");
    d->source_url = text_of(x, v, "officialSourceURL");
    read_licence(x, package, v);
    const char *notes = text_of(x, v, "notes");
    if (!*d->notice && (strstr(notes, "opyright") || strstr(notes, "©"))) d->notice = notes;
    if (!*d->uri && *d->identifier) d->uri = arena_printf(x->a, "urn:uuid:%s", d->identifier);
    if (!*d->title) {
        d->title = d->uri;
        report_problem(x->r, x->file, 0, "CFDocument.title", "case.title",
                       "The document has no title; its URI is shown instead.");
    }
}

static enum st read_item(struct framework_reader *x, const json_t *v, size_t at, struct err *e)
{
    const char *identifier = text_of(x, v, "identifier"), *uri = text_of(x, v, "uri");
    char field[48];
    snprintf(field, sizeof field, "CFItems[%zu]", at);
    struct source_ref ref = {x->file, 0};
    const char *where = arena_strdup(x->a, field);
    if (!*identifier && !*uri) {
        report_problem(x->r, x->file, 0, where, "case.key",
                       "The item has neither identifier nor uri and was left out.");
        return ST_OK;
    }
    if (!*uri) uri = arena_printf(x->a, "urn:uuid:%s", identifier);
    if (!uri || !where) return err_fail(e, ST_NOMEM, "err.memory", "case");
    struct framework_competency *c;
    TRY(framework_add(x, uri, identifier, ref, &c, e));
    if (!c) return ST_OK;
    c->code = text_of(x, v, "humanCodingScheme");
    c->alt_code = text_of(x, v, "alternativeLabel");
    c->statement = text_of(x, v, "fullStatement");
    c->abbreviated = text_of(x, v, "abbreviatedStatement");
    c->notes = text_of(x, v, "notes");
    c->type = text_of(x, v, "CFItemType");
    if (!*c->type) c->type = keep_text(x, json_str(json_object_get(v, "CFItemTypeURI"), "title", ""));
    c->language = text_of(x, v, "language");
    c->list_label = text_of(x, v, "listEnumeration");
    c->grades = keep_grades(x, joined(x, json_object_get(v, "educationLevel")), ref, where);
    if (!*c->statement)
        report_problem(x->r, x->file, 0, where, "case.statement",
                       "The item has no fullStatement; its code or its URI is shown instead.");
    return ST_OK;
}

/* An end of an association as a uri that is known here where there is one: exports mix GUIDs and URIs. */
static const char *end_of(struct framework_reader *x, const json_t *v, int *at)
{
    const char *identifier = link_key(v, true), *uri = link_key(v, false);
    *at = framework_find(x, uri);
    if (*at < 0) *at = framework_find(x, identifier);
    return *at >= 0 ? x->f->competencies[*at].uri : keep_text(x, *uri ? uri : identifier);
}

static bool is_document(const struct framework_reader *x, const json_t *v)
{
    const struct framework_document *d = &x->f->document;
    return (*d->identifier && strcmp(link_key(v, true), d->identifier) == 0) ||
           (*d->uri && strcmp(link_key(v, false), d->uri) == 0);
}

static enum st read_association(struct framework_reader *x, const json_t *v, size_t index, struct err *e)
{
    char where[48];
    snprintf(where, sizeof where, "CFAssociations[%zu]", index);
    const char *field = arena_strdup(x->a, where), *word = text_of(x, v, "associationType");
    const json_t *from = json_object_get(v, "originNodeURI"), *to = json_object_get(v, "destinationNodeURI");
    enum association_kind kind = association_kind_of(word);
    int origin, target;
    const char *from_uri = end_of(x, from, &origin), *to_uri = end_of(x, to, &target);
    if (!*from_uri || !*to_uri) {
        report_problem(x->r, x->file, 0, field, "case.association", "The association misses an end and was left out.");
        return ST_OK;
    }
    if (kind == ASSOCIATION_IS_CHILD_OF) {
        if (origin < 0) {
            report_problem(x->r, x->file, 0, field, "framework.reference",
                           "The child \"%.100s\" is not in this package; the association was left out.", from_uri);
            return ST_OK;
        }
        struct framework_competency *c = &x->f->competencies[origin];
        if (target < 0 && !is_document(x, to)) {
            report_problem(x->r, x->file, 0, field, "framework.parent",
                           "The parent \"%.100s\" is not in this package; the item was put at the top.", to_uri);
            return ST_OK;
        }
        if (c->parent >= 0 && c->parent != target) {
            report_problem(x->r, x->file, 0, field, "framework.parents",
                           "\"%.100s\" has a second parent; the first one counts.", from_uri);
            return ST_OK;
        }
        c->parent = target;
        c->sequence = json_i64(v, "sequenceNumber", 0);
        return ST_OK;
    }
    if (kind == ASSOCIATION_OTHER)
        report_problem(x->r, x->file, 0, field, "case.association_type",
                       "\"%.40s\" is no association type of CASE; it was kept as a note.", word);
    struct framework_association *s = framework_relate(x, kind, word, from_uri, to_uri);
    if (!s) return err_fail(e, ST_NOMEM, "err.memory", "case");
    s->sequence = json_i64(v, "sequenceNumber", 0);
    return ST_OK;
}

enum st case_read(struct arena *a, const char *bytes, size_t n, const char *file, struct import_report *r,
                  struct cf_package **out, struct err *e)
{
    struct framework_reader x;
    json_t *root, *v;
    size_t i;
    TRY(framework_begin(&x, a, file, r, e));
    TRY(json_read(a, bytes, n, &root, e));
    const json_t *p = unwrap(root), *document = json_object_get(p, "CFDocument");
    if (!json_is_object(document))
        return err_fail(e, ST_INVALID, "case.unknown", "%s: there is no CFDocument; this is not a CASE package", file);
    read_document(&x, p, document);
    if (!*x.f->document.uri)
        return err_fail(e, ST_INVALID, "case.unknown", "%s: the CFDocument has neither identifier nor uri", file);
    json_array_foreach ((json_t *)members(p, "CFItems"), i, v) TRY(read_item(&x, v, i, e));
    json_array_foreach ((json_t *)members(p, "CFAssociations"), i, v) TRY(read_association(&x, v, i, e));
    if (!x.f->competency_count)
        report_problem(r, x.file, 0, NULL, "case.empty", "The package holds no items; only the document was taken.");
    TRY(framework_finish(&x, e));
    *out = x.f;
    return ST_OK;
}
