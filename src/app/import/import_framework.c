/* A framework -> framework, competencies, links between them, and the outside names that mean the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "content/framework_edit.h"
#include "domain/framework.h"
#include "import_sync.h"
#include "interop/asn.h"
#include "interop/case.h"
#include "interop/package.h"
#include "store/sql/framework.h"
#include "store/sql/import.h"

/* A short name for students: the abbreviated statement, or the statement cut at a word. */
static void short_name(const struct framework_competency *c, char out[160])
{
    const char *from = *c->abbreviated ? c->abbreviated : *c->statement ? c->statement : *c->code ? c->code : c->uri;
    size_t n = strlen(from);
    if (n <= 90) {
        snprintf(out, 160, "%s", from);
        return;
    }
    n = 88;
    while (n > 60 && from[n] != ' ') n--;
    while (n && ((unsigned char)from[n] & 0xc0) == 0x80) n--;
    while (n && strchr(" ,.;:", from[n - 1])) n--;
    snprintf(out, 160, "%.*s …", (int)n, from);
}

static enum st framework_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct framework_import *x = im->set;
    const struct framework_document *d = &x->f->document;
    return sql_framework_set(tx,
                             &(struct sql_framework_set_in){.framework_id = row->row_id,
                                                            .uri = d->uri,
                                                            .title = d->title,
                                                            .creator = d->creator,
                                                            .publisher = d->publisher,
                                                            .language = d->language,
                                                            .adoption_status = d->adoption_status,
                                                            .version = d->version,
                                                            .licence = d->licence,
                                                            .licence_url = d->licence_url,
                                                            .notice = d->notice},
                             NULL, e);
}

/* What an import changes or ends in a framework that was here already: as it was and as it is now, in the
 * framework's history. */
static enum st put_on_record(struct importer *im, struct tx *tx, const struct sync_row *row, const char *kind,
                             const char *after, struct err *e)
{
    struct sql_competency_words_row competency_words;
    bool there;
    char client_id[64];
    TRY(sql_competency_words(tx, row->row_id, &competency_words, &there, e));
    if (!there) return ST_OK;
    int64_t framework_id = competency_words.framework_id, edit_id = app_id(im->app);
    char *before = framework_words_json(competency_words.code, competency_words.name, competency_words.statement,
                                        competency_words.try_at_home);
    if (!before) return err_no_memory(e, "import");
    snprintf(client_id, sizeof client_id, "import-%lld", (long long)edit_id);
    enum st st = ST_OK;
    if (strcmp(before, after) != 0)
        st = sql_framework_edit_insert(tx,
                                       &(struct sql_framework_edit_insert_in){.edit_id = edit_id,
                                                                              .framework_id = framework_id,
                                                                              .client_id = client_id,
                                                                              .kind = kind,
                                                                              .competency_id = row->row_id,
                                                                              .before = before,
                                                                              .after = after,
                                                                              .other_id = 0,
                                                                              .author_id = 0},
                                       NULL, e);
    free(before);
    return st;
}

static enum st competency_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct framework_import *x = im->set;
    const struct framework_competency *c = &x->f->competencies[row->index];
    char name[160];
    short_name(c, name);
    if (row->action == SYNC_CHANGE || row->action == SYNC_REOPEN) {
        char *after = framework_words_json(c->code, name, *c->statement ? c->statement : name, c->try_at_home);
        enum st st = after ? put_on_record(im, tx, row, "change", after, e) : err_no_memory(e, "import");
        free(after);
        TRY(st);
    }
    return sql_competency_set(
        tx,
        &(struct sql_competency_set_in){
            .competency_id = row->row_id,
            .framework_id = sync_id(&x->frameworks, x->f->document.uri),
            .parent_id = c->parent >= 0 ? sync_id(&x->competencies, x->f->competencies[c->parent].uri) : 0,
            .uri = c->uri,
            .code = c->code,
            .statement = *c->statement ? c->statement : name,
            .name = name,
            .type = c->type,
            .grades = c->grades,
            .try_at_home = c->try_at_home,
            .position = (int64_t)row->index + 1},
        NULL, e);
}

static const char *const link_words[] = {[ASSOCIATION_IS_CHILD_OF] = "isChildOf",
                                         [ASSOCIATION_PRECEDES] = "precedes",
                                         [ASSOCIATION_EXACT_MATCH] = "exactMatchOf",
                                         [ASSOCIATION_IS_PART_OF] = "isPartOf",
                                         [ASSOCIATION_IS_RELATED_TO] = "isRelatedTo",
                                         [ASSOCIATION_IS_PEER_OF] = "isPeerOf",
                                         [ASSOCIATION_REPLACED_BY] = "replacedBy",
                                         [ASSOCIATION_EXEMPLAR] = "exemplar",
                                         [ASSOCIATION_HAS_SKILL_LEVEL] = "hasSkillLevel",
                                         [ASSOCIATION_IS_TRANSLATION_OF] = "isTranslationOf",
                                         [ASSOCIATION_OTHER] = "other"};

static enum st link_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct framework_import *x = im->set;
    const struct framework_association *v = &x->f->associations[row->index];
    return sql_link_set(tx,
                        &(struct sql_link_set_in){.link_id = row->row_id,
                                                  .from_id = sync_id(&x->competencies, v->from),
                                                  .type = link_words[v->kind],
                                                  .to_id = sync_id(&x->competencies, v->to),
                                                  .position = v->sequence},
                        NULL, e);
}

/* The other name is the identifier in outside_id; there is no row besides it. */
static enum st match_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    (void)im, (void)tx, (void)row, (void)e;
    return ST_OK;
}

static enum st competency_close(struct importer *im, struct tx *tx, struct sync_row *r, struct err *e)
{
    TRY(put_on_record(im, tx, r, "end", "", e));
    return sql_competency_close(tx, &(struct sql_competency_close_in){.now_ms = im->now_ms, .row_id = r->row_id}, NULL,
                                e);
}
static enum st link_close(struct importer *im, struct tx *tx, struct sync_row *r, struct err *e)
{
    return sql_link_close(tx, &(struct sql_link_close_in){.now_ms = im->now_ms, .row_id = r->row_id}, NULL, e);
}

#define PLAN(sync_, id_, name_, index_) \
    do { \
        bool twice_; \
        if (!sync_plan(im, (sync_), (id_), (name_), (index_), &twice_) && !twice_) return err_no_memory(e, "import"); \
    } while (0)

static enum st plan_competencies(struct importer *im, struct framework_import *x, struct err *e)
{
    for (size_t i = 0; i < x->f->competency_count; i++) {
        const struct framework_competency *c = &x->f->competencies[i];
        sync_begin(im);
        sync_field(im, x->f->document.uri);
        sync_field(im, c->code);
        sync_field(im, c->statement);
        sync_field(im, c->abbreviated);
        sync_field(im, c->type);
        sync_field(im, c->grades);
        if (*c->try_at_home) sync_field(im, c->try_at_home);
        sync_field(im, c->parent >= 0 ? x->f->competencies[c->parent].uri : "");
        if (x->complete) sync_number(im, c->sequence);
        PLAN(&x->competencies, c->uri, *c->code ? c->code : c->statement, i);
    }
    return ST_OK;
}

static enum st plan_links(struct importer *im, struct framework_import *x, struct err *e)
{
    for (size_t i = 0; i < x->f->association_count; i++) {
        const struct framework_association *v = &x->f->associations[i];
        if (sync_id(&x->competencies, v->from) && sync_id(&x->competencies, v->to)) {
            const char *id = arena_printf(im->a, "%s\x1f%s\x1f%s", v->from, link_words[v->kind], v->to);
            if (!id) return err_no_memory(e, "import");
            sync_begin(im);
            sync_number(im, v->sequence);
            PLAN(&x->links, id, link_words[v->kind], i);
        } else if (v->kind == ASSOCIATION_EXACT_MATCH && sync_id(&x->competencies, v->from) && strlen(v->to) < 255) {
            bool twice;
            sync_begin(im);
            sync_field(im, v->from);
            struct sync_row *row = sync_plan(im, &x->matches, v->to, v->from, i, &twice);
            if (!row && !twice) return err_no_memory(e, "import");
            if (row) row->row_id = sync_id(&x->competencies, v->from);
        }
    }
    return ST_OK;
}

/* What of this framework is in the database: only that may be closed by it. */
static enum st own_rows(struct importer *im, struct tx *tx, int64_t framework_id, int64_t **out, size_t *n,
                        struct err *e)
{
    struct sql_framework_competencies_row r;
    struct rows rows;
    size_t cap = 0;
    int64_t *ids = NULL;
    *n = 0;
    TRY(sql_framework_competencies(tx, framework_id, &rows, e));
    while (sql_framework_competencies_next(&rows, &r)) {
        if (*n == cap) {
            cap = cap ? cap * 2 : 256;
            int64_t *more = arena_array(im->a, cap, sizeof *more);
            if (!more) return err_no_memory(e, "import");
            if (*n) memcpy(more, ids, *n * sizeof *more);
            ids = more;
        }
        ids[(*n)++] = r.competency_id;
    }
    TRY(rows_end(&rows));
    *out = ids;
    return ST_OK;
}

/* Links of this framework: those that begin at one of its competencies. */
static void close_links(struct framework_import *x)
{
    for (size_t i = 0; i < x->links.count; i++) {
        struct sync_row *v = &x->links.rows[i];
        const char *from = arena_copy(x->competencies.at.arena, v->identifier, strcspn(v->identifier, "\x1f"));
        int at = from ? strmap_get(&x->competencies.at, from) : -1;
        if (!v->seen && !v->closed && v->known && at >= 0 && x->competencies.rows[at].seen)
            sync_gone(&x->links, v->identifier);
    }
}

enum st framework_plan(struct importer *im, struct tx *tx, struct framework_import *x, struct err *e)
{
    const struct framework_document *d = &x->f->document;
    x->frameworks = (struct sync){.entity = "framework", .kind = "framework", .write = framework_write};
    x->competencies = (struct sync){
        .entity = "competency", .kind = "competency", .write = competency_write, .close = competency_close};
    x->links = (struct sync){.entity = "competency-link", .kind = "link", .write = link_write, .close = link_close};
    x->matches = (struct sync){.entity = "competency-match", .kind = "match", .write = match_write};
    TRY(sync_load(im, tx, &x->frameworks, e));
    TRY(sync_load(im, tx, &x->competencies, e));
    TRY(sync_load(im, tx, &x->links, e));
    TRY(sync_load(im, tx, &x->matches, e));
    sync_begin(im);
    const char *const fields[] = {d->title,   d->creator, d->publisher,   d->language, d->adoption_status,
                                  d->version, d->licence, d->licence_url, d->notice};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) sync_field(im, fields[i]);
    PLAN(&x->frameworks, d->uri, d->title, 0);
    TRY(plan_competencies(im, x, e));
    TRY(plan_links(im, x, e));
    if (!x->complete) return ST_OK;
    int64_t *own = NULL;
    size_t n;
    TRY(own_rows(im, tx, sync_id(&x->frameworks, d->uri), &own, &n, e));
    sync_close_missing_of(&x->competencies, own, n);
    close_links(x);
    return ST_OK;
}

static enum st one_framework(struct importer *im, struct conn *conn, const struct cf_package *f, struct err *e)
{
    struct framework_import *x = arena_alloc(im->a, sizeof *x);
    struct tx *tx;
    if (!x) return err_no_memory(e, "import");
    x->f = f;
    x->complete = true;
    im->set = x;
    im->kind_count = 0;
    im->min_closing = 20;
    TRY(tx_read(conn, im->district_id, &tx, e));
    enum st st = framework_plan(im, tx, x, e);
    tx_rollback(tx);
    return st == ST_OK ? sync_apply(im, conn, e) : st;
}

static bool ends(const char *s, const char *with)
{
    size_t n = strlen(s), m = strlen(with);
    return n > m && strcasecmp(s + n - m, with) == 0;
}

/* Test servers export several documents under one identifier. Files of one run that share keys are told apart by name:
 * the first keeps its keys, a later one gets its file's name behind each of them. */
static enum st disambiguate(struct importer *im, struct strmap *seen, struct cf_package *f, const char *file,
                            struct err *e)
{
    bool clash = strmap_get(seen, f->document.uri) >= 0;
    for (size_t i = 0; i < f->competency_count && !clash; i++) clash = strmap_get(seen, f->competencies[i].uri) >= 0;
    if (clash) {
        report_problem(im->r, file, 0, "CFDocument.identifier", "framework.clash",
                       "Another file here has the same identifiers; those of this file were given its name (#%s). Give "
                       "each document its own.",
                       file);
        f->document.uri = arena_printf(im->a, "%s#%s", f->document.uri, file);
        if (!f->document.uri) return err_no_memory(e, "import");
        for (size_t i = 0; i < f->competency_count; i++) {
            f->competencies[i].uri = arena_printf(im->a, "%s#%s", f->competencies[i].uri, file);
            if (!f->competencies[i].uri) return err_no_memory(e, "import");
        }
        for (size_t i = 0; i < f->association_count; i++) {
            struct framework_association *v = &f->associations[i];
            if (v->from_index >= 0) v->from = f->competencies[v->from_index].uri;
            if (v->to_index >= 0) v->to = f->competencies[v->to_index].uri;
        }
    }
    if (strmap_put(seen, f->document.uri, 0) < 0) return err_no_memory(e, "import");
    for (size_t i = 0; i < f->competency_count; i++)
        if (strmap_put(seen, f->competencies[i].uri, 0) < 0) return err_no_memory(e, "import");
    return ST_OK;
}

/* All files are read before the first is written. */
typedef enum st framework_reader(struct arena *a, const char *bytes, size_t n, const char *file,
                                 struct import_report *r, struct cf_package **out, struct err *e);
/* read: of a JSON file; of a CSV file, read_csv. */
static enum st import_frameworks(struct importer *im, struct conn *conn, const char *path, framework_reader *read,
                                 framework_reader *read_csv, struct err *e)
{
    struct package *p;
    TRY(package_open(im->a, path, im->r, &p, e));
    size_t n = package_count(p), found = 0;
    struct cf_package **all = arena_array(im->a, n + 1, sizeof *all);
    struct err last = {0};
    struct strmap seen = {.arena = im->a};
    if (!all) return err_no_memory(e, "import");
    for (size_t i = 0; i < n; i++) {
        const char *name = package_name(p, i), *bytes;
        size_t len;
        bool csv = ends(name, ".csv");
        if (!csv && !ends(name, ".json") && n > 1) continue;
        enum st st = package_read(p, i, im->a, &bytes, &len, &last);
        if (st == ST_OK) st = (csv ? read_csv : read)(im->a, bytes, len, name, im->r, &all[found], &last);
        if (st == ST_NOMEM) return err_no_memory(e, "import");
        if (st == ST_OK) TRY(disambiguate(im, &seen, all[found++], name, e));
        else report_problem(im->r, name, 0, NULL, "framework.file", "The file was left out: %s", last.detail);
    }
    if (!found) {
        if (last.st != ST_OK && e) *e = last;
        return last.st != ST_OK ? last.st : err_fail(e, ST_INVALID, "case.unknown", "no file here is a framework");
    }
    for (size_t i = 0; i < found; i++) TRY(one_framework(im, conn, all[i], e));
    return ST_OK;
}

enum st import_case(struct importer *im, struct conn *conn, const char *path, struct err *e)
{
    return import_frameworks(im, conn, path, case_read, opensalt_read, e);
}

enum st import_asn(struct importer *im, struct conn *conn, const char *path, struct err *e)
{
    return import_frameworks(im, conn, path, asn_read, asn_read, e);
}
