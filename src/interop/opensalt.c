/* The CSV that OpenSALT imports and exports. Columns of several generations differ only in case and spaces. */
#include <stdio.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "framework_private.h"
#include "interop/case.h"
#include "interop/report.h"
#include "base/list.h"

static const char *kept(struct framework_reader *x, const struct csv *c, const char *name)
{
    return keep_text(x, csv_get(c, name));
}

/* A URI for a row without an identifier: made from the file's name and what the row says, so that it stays the same. */
static const char *made_uri(struct framework_reader *x, const char *code, const char *statement)
{
    unsigned char h[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof h + 1];
    const char *all = arena_printf(x->a, "%s\n%s\n%s", x->f->document.title, code, statement);
    if (!all) return NULL;
    crypto_hash_sha256(h, (const unsigned char *)all, strlen(all));
    sodium_bin2hex(hex, sizeof hex, h, sizeof h);
    hex[32] = 0;
    return arena_printf(x->a, "urn:opensalt:%s", hex);
}

static const char *title_from(struct framework_reader *x)
{
    const char *base = strrchr(x->file, '/');
    char *t = arena_strdup(x->a, base ? base + 1 : x->file);
    if (!t) return "";
    char *dot = strrchr(t, '.');
    if (dot && dot != t) *dot = 0;
    return t;
}

struct level {
    const char *smart, *child_of;
    int64_t sequence;
};

/* The longest code here that this code continues behind a dot. */
static int parent_by_code(const struct framework_reader *x, const struct strmap *codes, const char *code)
{
    char up[256];
    snprintf(up, sizeof up, "%s", code);
    (void)x;
    for (char *dot; (dot = strrchr(up, '.'));) {
        *dot = 0;
        int at = strmap_get(codes, up);
        if (at >= 0) return at;
    }
    return -1;
}

static void find_parents(struct framework_reader *x, const struct level *levels, struct strmap *by_level,
                         const struct strmap *by_code)
{
    for (size_t i = 0; i < x->f->competency_count; i++) {
        struct framework_competency *c = &x->f->competencies[i];
        const struct level *l = &levels[i];
        c->sequence = l->sequence;
        if (*l->smart) {
            const char *dot = strrchr(l->smart, '.');
            const char *up = dot ? arena_copy(x->a, l->smart, (size_t)(dot - l->smart)) : NULL;
            c->sequence = strtoll(dot ? dot + 1 : l->smart, NULL, 10);
            c->parent = up ? strmap_get(by_level, up) : -1;
            if (up && c->parent < 0)
                report_problem(x->r, c->ref.file, c->ref.line, "smartLevel", "framework.parent",
                               "There is no row %s above; the item was put at the top.", up);
        } else if (*l->child_of) {
            c->parent = framework_find(x, l->child_of);
            if (c->parent < 0) c->parent = strmap_get(by_code, l->child_of);
            if (c->parent < 0 && strcmp(l->child_of, x->f->document.identifier) != 0)
                report_problem(x->r, c->ref.file, c->ref.line, "Is Child Of", "framework.parent",
                               "There is no row \"%.80s\"; the item was put at the top.", l->child_of);
        } else {
            c->parent = parent_by_code(x, by_code, c->code);
        }
    }
}

static void relations(struct framework_reader *x, const struct csv *c, const char *from)
{
    static const char *const columns[] = {"isPartOf",       "replacedBy", "exemplar", "hasSkillLevel",
                                          "isExactMatchOf", "precedes",   "isPeerOf", "isRelatedTo"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        char *v = arena_strdup(x->a, csv_get(c, columns[i]));
        for (char *save = NULL, *to = v ? strtok_r(v, ",; ", &save) : NULL; to; to = strtok_r(NULL, ",; ", &save)) {
            struct framework_association *s =
                framework_relate(x, association_kind_of(columns[i]), columns[i], from, to);
            if (s) s->ref.line = (int64_t)c->line;
        }
    }
}

enum st opensalt_read(struct arena *a, const char *bytes, size_t n, const char *file, struct import_report *r,
                      struct cf_package **out, struct err *e)
{
    struct framework_reader x;
    struct csv c;
    struct strmap by_level = {.arena = a}, by_code = {.arena = a};
    struct level *levels = NULL;
    size_t cap = 0;
    TRY(framework_begin(&x, a, file, r, e));
    TRY(csv_open(&c, a, bytes, n, e));
    if (csv_column(&c, "fullStatement") < 0)
        return err_fail(e, ST_INVALID, "case.unknown",
                        "%s: there is no fullStatement column; this is not the CSV of OpenSALT", file);
    struct framework_document *d = &x.f->document;
    d->title = title_from(&x);
    d->uri = arena_printf(a, "urn:opensalt:file:%s", d->title);
    if (!d->uri) return err_fail(e, ST_NOMEM, "err.memory", "opensalt");
    d->identifier = "";
    for (enum csv_step s; (s = csv_next(&c)) != CSV_END;) {
        struct source_ref ref = {x.file, (int64_t)c.line};
        if (s == CSV_BAD) {
            report_problem(r, x.file, ref.line, NULL, "framework.row", "The row was left out: %s.", c.wrong);
            continue;
        }
        const char *identifier = kept(&x, &c, "identifier"), *code = kept(&x, &c, "humanCodingScheme"),
                   *statement = kept(&x, &c, "fullStatement");
        if (!*statement) {
            report_problem(r, x.file, ref.line, "fullStatement", "case.statement",
                           "The row has no statement and was left out.");
            continue;
        }
        const char *uri = *identifier ? arena_printf(a, "urn:uuid:%s", identifier) : made_uri(&x, code, statement);
        struct framework_competency *v;
        if (!uri) return err_fail(e, ST_NOMEM, "err.memory", "opensalt");
        if (!*identifier)
            report_problem(
                r, x.file, ref.line, "identifier", "case.key",
                "The row has no identifier; one was made from its code and statement. Keep them, or give it a GUID.");
        TRY(framework_add(&x, uri, identifier, ref, &v, e));
        if (!v) continue;
        v->code = code;
        v->statement = statement;
        v->abbreviated = kept(&x, &c, "abbreviatedStatement");
        v->notes = kept(&x, &c, "notes");
        v->language = kept(&x, &c, "language");
        v->type = kept(&x, &c, "CFItemType");
        v->list_label = kept(&x, &c, "listEnumeration");
        v->grades = keep_grades(&x, csv_get(&c, "educationLevel"), ref, "educationLevel");
        if (!*d->licence) d->licence = kept(&x, &c, "license");
        if (!*d->language) d->language = v->language;
        size_t at = x.f->competency_count - 1, filled = at;
        struct level *l = LIST_ADD(a, levels, filled, cap);
        if (!l) return err_fail(e, ST_NOMEM, "err.memory", "opensalt");
        *l = (struct level){kept(&x, &c, "smartLevel"), kept(&x, &c, "isChildOf"),
                            strtoll(csv_get(&c, "sequenceNumber"), NULL, 10)};
        if (*l->smart && strmap_put(&by_level, l->smart, (int)at) != (int)at)
            report_problem(r, x.file, ref.line, "smartLevel", "framework.twice", "The place %s is taken twice.",
                           l->smart);
        if (*code) strmap_put(&by_code, code, (int)at);
        relations(&x, &c, uri);
    }
    find_parents(&x, levels, &by_level, &by_code);
    TRY(framework_finish(&x, e));
    *out = x.f;
    return ST_OK;
}
