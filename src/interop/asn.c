#include "interop/asn.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "framework_private.h"
#include "interop/grade.h"
#include "interop/report.h"

#define RDF_TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
#define ASN "http://purl.org/ASN/schema/core/"
#define DCT "http://purl.org/dc/terms/"
#define DC "http://purl.org/dc/elements/1.1/"
#define GEMQ "http://purl.org/gem/qualifiers/"
#define CC "http://creativecommons.org/ns#"

static const json_t *nth(const json_t *subject, const char *predicate, size_t i)
{
    return json_array_get(json_object_get(subject, predicate), i);
}
static const char *value_of(const json_t *v)
{
    return json_is_string(v) ? json_string_value(v) : json_str(v, "value", "");
}
static const char *first(const json_t *subject, const char *predicate) { return value_of(nth(subject, predicate, 0)); }

static const char *last_part(const char *uri)
{
    const char *slash = strrchr(uri, '/');
    return slash ? slash + 1 : uri;
}

/* How long a tag of plain markup is; 0 when there is none. */
static size_t markup(const char *p)
{
    static const char *const tags[] = {"ul", "ol",  "li",  "br",   "p",   "i",     "b",  "em", "strong",
                                       "u",  "sup", "sub", "span", "div", "table", "tr", "td"};
    if (*p != '<') return 0;
    const char *name = p + 1 + (p[1] == '/'), *close = strchr(p, '>');
    size_t n = 0;
    while (isalpha((unsigned char)name[n])) n++;
    if (!close || !n || close - p > 200) return 0;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strlen(tags[i]) == n && strncasecmp(name, tags[i], n) == 0) return (size_t)(close - p) + 1;
    return 0;
}

static const char *unescape(struct framework_reader *x, const char *s)
{
    static const struct {
        const char *name, *text;
    } known[] = {{"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&#39;", "'"}, {"&nbsp;", " "}};
    if (!strpbrk(s, "&<")) return keep_text(x, s);
    struct text t;
    text_init(&t, 1 << 20);
    for (const char *p = s; *p;) {
        size_t k = markup(p);
        if (k) { /* lists and emphasis in some statements: words only */
            if (t.n && t.p[t.n - 1] != ' ') text_char(&t, ' ');
            if (strncasecmp(p, "<li", 3) == 0) text_add(&t, "• ");
            p += k;
            continue;
        }
        while (k < sizeof known / sizeof *known && strncmp(p, known[k].name, strlen(known[k].name)) != 0) k++;
        if (k < sizeof known / sizeof *known) {
            text_add(&t, known[k].text);
            p += strlen(known[k].name);
        } else {
            text_char(&t, *p++);
        }
    }
    while (t.n && t.p[t.n - 1] == ' ') t.p[--t.n] = 0;
    const char *v = keep_text(x, text_str(&t));
    text_release(&t);
    return v;
}

static const char *joined(struct framework_reader *x, const json_t *list, bool last)
{
    struct text t;
    text_init(&t, 8192);
    size_t i;
    json_t *v;
    json_array_foreach ((json_t *)list, i, v) {
        const char *s = value_of(v);
        text_printf(&t, "%s%s", t.n ? (last ? "," : "; ") : "", last ? last_part(s) : s);
    }
    const char *kept = keep_text(x, text_str(&t));
    text_release(&t);
    return kept;
}

/* urn:guid:FBCBB7C6... and other spellings -> the 8-4-4-4-12 form of CASE; "" when it is none. */
static const char *guid_of(struct framework_reader *x, const char *s)
{
    if (strncasecmp(s, "urn:guid:", 9) == 0) s += 9;
    else if (strncasecmp(s, "urn:uuid:", 9) == 0) s += 9;
    else return "";
    char hex[33], out[37];
    size_t n = 0;
    for (; *s; s++) {
        if (*s == '-') continue;
        if (!isxdigit((unsigned char)*s) || n == 32) return "";
        hex[n++] = (char)tolower((unsigned char)*s);
    }
    if (n != 32) return "";
    for (size_t i = 0, o = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20) out[o++] = '-';
        out[o++] = hex[i];
    }
    out[36] = 0;
    return keep_text(x, out);
}

static void match(struct framework_reader *x, struct framework_competency *c, const char *to)
{
    const char *guid = guid_of(x, to);
    if (*guid && !*c->identifier) c->identifier = guid;
    framework_relate(x, ASSOCIATION_EXACT_MATCH, "exactMatch", c->uri,
                     *guid ? (arena_printf(x->a, "urn:uuid:%s", guid)) : keep_text(x, to));
}

static const char *language(struct framework_reader *x, const char *uri)
{
    const char *w = last_part(uri);
    return strcmp(w, "eng") == 0 || strcasecmp(w, "english") == 0 ? "en"
           : strcmp(w, "spa") == 0                                ? "es"
                                                                  : keep_text(x, w);
}

static void common_core(struct framework_reader *x)
{
    struct framework_document *d = &x->f->document;
    bool common = strstr(d->title, "Common Core") || strstr(d->publisher, "National Governors Association");
    for (size_t i = 0; !common && i < x->f->competency_count && i < 40; i++)
        common = strncmp(x->f->competencies[i].code, "CCSS.", 5) == 0;
    if (common && !*d->notice)
        d->notice = "© Copyright 2010. National Governors Association Center for Best Practices and Council of Chief "
                    "State School Officers. All rights reserved.";
}

static void read_document(struct framework_reader *x, const json_t *root, const char *uri, const json_t *s)
{
    struct framework_document *d = &x->f->document;
    d->uri = keep_text(x, uri);
    d->identifier = keep_text(x, first(s, ASN "identifier"));
    d->title = keep_text(x, *first(s, DC "title") ? first(s, DC "title") : first(s, DCT "title"));
    d->description = unescape(x, first(s, DCT "description"));
    if (!*d->title) d->title = d->description;
    const json_t *publisher = json_object_get(s, DC "publisher");
    d->publisher = joined(x, publisher ? publisher : json_object_get(s, DCT "publisher"), false);
    d->creator = joined(x, json_object_get(s, "http://www.loc.gov/loc.terms/relators/aut"), false);
    d->language = language(x, first(s, DCT "language"));
    d->subject = joined(x, json_object_get(s, DCT "subject"), true);
    d->adoption_status = keep_text(x, last_part(first(s, ASN "publicationStatus")));
    d->version = keep_text(x, first(s, DCT "valid"));
    d->source_url = keep_text(x, first(s, DCT "source"));
    d->notice = keep_text(x, first(s, DCT "rights"));
    d->licence_url = keep_text(x, first(s, CC "license"));
    const char *key, *by = "";
    json_t *v;
    json_object_foreach ((json_t *)root, key, v) { /* the export says about itself, in a subject of its own */
        if (!*d->licence_url) d->licence_url = keep_text(x, first(v, CC "license"));
        if (!*by) by = first(v, CC "attributionName");
        if (!*d->creator) d->creator = keep_text(x, first(v, DC "creator"));
    }
    if (strstr(d->licence_url, "/licenses/by/3.0/us")) d->licence = "CC BY 3.0 US";
    else if (*d->licence_url) d->licence = d->licence_url;
    if (*by) {
        const char *who = arena_printf(x->a, "%s%sStatements by %s, Achievement Standards Network, %s.", d->notice,
                                       *d->notice ? " " : "", by, *d->licence ? d->licence : "licence as stated");
        if (who) d->notice = who;
    }
}

static enum st read_statement(struct framework_reader *x, const char *uri, const json_t *s, struct err *e)
{
    struct framework_competency *c;
    struct source_ref ref = {x->file, 0};
    const char *key = keep_text(x, uri);
    TRY(framework_add(x, key, "", ref, &c, e));
    if (!c) return ST_OK;
    c->code = keep_text(x, first(s, ASN "statementNotation"));
    c->alt_code = keep_text(x, first(s, ASN "altStatementNotation"));
    c->statement = unescape(x, first(s, DCT "description"));
    c->notes = unescape(x, first(s, ASN "comment"));
    c->type = keep_text(x, first(s, ASN "statementLabel"));
    c->list_label = keep_text(x, first(s, ASN "listID"));
    c->language = language(x, first(s, DCT "language"));
    c->grades = keep_grades(x, joined(x, json_object_get(s, DCT "educationLevel"), true), ref, key);
    if (!*c->statement)
        report_problem(x->r, x->file, 0, key, "asn.statement",
                       "The statement has no text; its code or URI is shown instead.");
    size_t i;
    json_t *v;
    json_array_foreach (json_object_get(s, "http://www.w3.org/2004/02/skos/core#exactMatch"), i, v)
        match(x, c, value_of(v));
    return ST_OK;
}

/* hasChild gives order and, with isChildOf, the parent. Where they disagree, isChildOf counts. */
static void read_tree(struct framework_reader *x, const json_t *root, const char *document)
{
    const char *uri;
    json_t *s, *v;
    size_t i;
    json_object_foreach ((json_t *)root, uri, s) {
        int at = framework_find(x, uri);
        const char *parent = first(s, GEMQ "isChildOf");
        if (at < 0 || !*parent || strcmp(parent, document) == 0) continue;
        x->f->competencies[at].parent = framework_find(x, parent);
        if (x->f->competencies[at].parent < 0)
            report_problem(x->r, x->file, 0, x->f->competencies[at].uri, "framework.parent",
                           "The parent \"%.100s\" is not in this file; the statement was put at the top.", parent);
    }
    json_object_foreach ((json_t *)root, uri, s) {
        int at = framework_find(x, uri);
        json_array_foreach (json_object_get(s, GEMQ "hasChild"), i, v) {
            int child = framework_find(x, value_of(v));
            if (child < 0) {
                report_problem(x->r, x->file, 0, at >= 0 ? x->f->competencies[at].uri : NULL, "framework.reference",
                               "The child \"%.100s\" is not in this file.", value_of(v));
                continue;
            }
            struct framework_competency *c = &x->f->competencies[child];
            const char *says = first(json_object_get(root, value_of(v)), GEMQ "isChildOf");
            if (*says && strcmp(says, uri) != 0) {
                report_problem(x->r, x->file, 0, c->uri, "framework.parents",
                               "Two statements call it their child; isChildOf counts.");
                continue;
            }
            if (!*says && c->parent >= 0 && c->parent != at) {
                report_problem(x->r, x->file, 0, c->uri, "framework.parents",
                               "Two statements call it their child; the first one counts.");
                continue;
            }
            c->parent = at;
            c->sequence = (int64_t)i + 1;
        }
    }
}

static enum st read_rdf(struct framework_reader *x, const json_t *root, struct err *e)
{
    const char *uri, *document = NULL;
    json_t *s;
    json_object_foreach ((json_t *)root, uri, s) {
        const char *type = last_part(first(s, RDF_TYPE));
        if (strcmp(type, "StandardDocument") == 0 && !document) {
            document = uri;
            read_document(x, root, uri, s);
        } else if (strcmp(type, "Statement") == 0) {
            TRY(read_statement(x, uri, s, e));
        }
    }
    if (!document) return err_fail(e, ST_INVALID, "asn.unknown", "%s: there is no StandardDocument in it", x->file);
    read_tree(x, root, document);
    common_core(x);
    return framework_finish(x, e);
}

/* A member that is a text, {"literal"} or {"uri", "prefLabel"}. */
static const char *label(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (json_is_array(v)) v = json_array_get(v, 0);
    return json_is_string(v) ? json_string_value(v) : json_str(v, "literal", json_str(v, "prefLabel", ""));
}

static enum st read_node(struct framework_reader *x, const json_t *node, int parent, int64_t sequence, int depth,
                         struct err *e)
{
    const char *uri = keep_text(x, json_str(node, "id", json_str(node, "asn_identifier", "")));
    struct source_ref ref = {x->file, 0};
    if (!*uri) {
        report_problem(x->r, x->file, 0, "id", "asn.key", "A node has no id; it and what lies below it were left out.");
        return ST_OK;
    }
    struct framework_competency *c;
    TRY(framework_add(x, uri, "", ref, &c, e));
    if (!c) return ST_OK;
    int at = (int)x->f->competency_count - 1;
    c->parent = parent;
    c->sequence = sequence;
    c->code = keep_text(x, label(node, "asn_statementNotation"));
    c->alt_code = keep_text(x, label(node, "asn_altStatementNotation"));
    const char *statement = label(node, "dcterms_description");
    c->statement = unescape(x, *statement ? statement : json_str(node, "text", ""));
    c->notes = unescape(x, label(node, "asn_comment"));
    c->type = keep_text(x, label(node, "asn_statementLabel"));
    c->list_label = keep_text(x, label(node, "asn_listID"));
    c->language = language(x, label(node, "dcterms_language"));
    struct text grades;
    text_init(&grades, 4096);
    size_t i;
    json_t *v;
    const json_t *levels = json_object_get(node, "dcterms_educationLevel");
    if (json_is_object(levels))
        text_add(&grades, json_str(levels, "prefLabel", last_part(json_str(levels, "uri", ""))));
    json_array_foreach ((json_t *)levels, i, v) {
        text_add(&grades, json_str(v, "prefLabel", last_part(json_str(v, "uri", ""))));
        text_char(&grades, ',');
    }
    c->grades = keep_grades(x, text_str(&grades), ref, c->uri);
    text_release(&grades);
    const json_t *same = json_object_get(node, "skos_exactMatch");
    if (json_is_object(same)) match(x, c, json_str(same, "uri", ""));
    json_array_foreach ((json_t *)same, i, v) match(x, c, json_str(v, "uri", value_of(v)));
    json_array_foreach (json_object_get(node, "children"), i, v) TRY(read_node(x, v, at, (int64_t)i + 1, depth + 1, e));
    return ST_OK;
}

/* The manifest has no document: one is made from the file's name, D10003FC being the ASN name of the document. */
static enum st read_manifest(struct framework_reader *x, const json_t *list, struct err *e)
{
    struct framework_document *d = &x->f->document;
    const char *base = strrchr(x->file, '/'), *id = NULL;
    char *stem = arena_strdup(x->a, base ? base + 1 : x->file);
    if (!stem) return err_fail(e, ST_NOMEM, "err.memory", "asn");
    char *dot = strrchr(stem, '.');
    if (dot && dot != stem) *dot = 0;
    for (const char *p = stem; *p; p++)
        if (*p == 'D' && (p == stem || !isalnum((unsigned char)p[-1])) && strlen(p) >= 7 &&
            strspn(p + 1, "0123456789ABCDEF") == strlen(p + 1))
            id = p;
    d->uri = id ? arena_printf(x->a, "http://asn.jesandco.org/resources/%s", id)
                : arena_printf(x->a, "urn:asn:file:%s", stem);
    d->title = stem;
    d->language = "en";
    d->licence = "CC BY 3.0 US";
    d->licence_url = "http://creativecommons.org/licenses/by/3.0/us/";
    if (!d->uri) return err_fail(e, ST_NOMEM, "err.memory", "asn");
    size_t i;
    json_t *v;
    json_array_foreach ((json_t *)list, i, v) TRY(read_node(x, v, -1, (int64_t)i + 1, 0, e));
    common_core(x);
    if (*d->notice && x->f->competency_count && strstr(x->f->competencies[x->f->competency_count - 1].code, "ELA"))
        d->title = "Common Core State Standards for English Language Arts & Literacy";
    const char *who = arena_printf(x->a, "%s%sStatements by the Achievement Standards Network, CC BY 3.0 US.",
                                   d->notice, *d->notice ? " " : "");
    if (who) d->notice = who;
    return framework_finish(x, e);
}

enum st asn_read(struct arena *a, const char *bytes, size_t n, const char *file, struct import_report *r,
                 struct cf_package **out, struct err *e)
{
    struct framework_reader x;
    json_t *root;
    TRY(framework_begin(&x, a, file, r, e));
    TRY(json_read(a, bytes, n, &root, e));
    if (json_is_object(root) && json_is_array(json_object_get(root, "children")))
        TRY(read_manifest(&x, json_object_get(root, "children"), e));
    else if (json_is_array(root) && json_object_get(json_array_get(root, 0), "id")) TRY(read_manifest(&x, root, e));
    else if (json_is_object(root)) TRY(read_rdf(&x, root, e));
    else
        return err_fail(e, ST_INVALID, "asn.unknown",
                        "%s: neither RDF/JSON nor a manifest of the Achievement Standards Network", file);
    *out = x.f;
    return ST_OK;
}
