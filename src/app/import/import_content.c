/* Items with their figures and alignments; skills that come along become a framework. Content only adds and changes:
 * a smaller package of the same source closes nothing. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/list.h"
#include "domain/content.h"
#include "import_compile.h"
#include "import_sync.h"
#include "interop/mathcamps.h"
#include "interop/oatutor.h"
#include "interop/pack.h"
#include "store/sql/content.h"
#include "store/sql/import.h"

struct item_row {
    int32_t version;
    int64_t *competency_ids;
    size_t competency_count;
    const char *compiled;
};

struct content_import {
    struct framework_import framework; /* first: the framework's writers find it in im->set */
    struct content_pack *pack;
    struct sync items;
    struct item_row *rows; /* by item index */
    struct strmap codes;   /* code -> index in code_ids */
    int64_t *code_ids;
    const char **code_uris;
    size_t code_count, code_cap, uri_cap;
};

/* --- figures: files first, synced, then their rows --- */

static enum st io_fail(struct err *e, const char *path)
{
    return err_fail(e, errno == ENOSPC || errno == EDQUOT ? ST_FULL : ST_IO, "err.io", "%s: %s", path, strerror(errno));
}

static enum st figure_file(const char *dir, const struct content_figure *f, struct err *e)
{
    char path[700], temp[720];
    struct stat s;
    snprintf(path, sizeof path, "%s/%s", dir, f->sha256);
    if (stat(path, &s) == 0 && (size_t)s.st_size == f->byte_count) return ST_OK;
    snprintf(temp, sizeof temp, "%s.new", path);
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return io_fail(e, temp);
    size_t done = 0;
    while (done < f->byte_count) {
        ssize_t k = write(fd, f->bytes + done, f->byte_count - done);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) break;
        done += (size_t)k;
    }
    bool ok = done == f->byte_count && fsync(fd) == 0;
    int why = errno;
    ok = close(fd) == 0 && ok;
    if (ok && rename(temp, path) == 0) return ST_OK;
    errno = why;
    enum st st = io_fail(e, path);
    unlink(temp);
    return st;
}

static enum st write_figures(struct importer *im, struct conn *conn, const struct content_pack *p, struct err *e)
{
    const char *dir = im->app->files_dir;
    struct tx *tx;
    if (!p->figure_count) return ST_OK;
    if (mkdir(dir, 0700) && errno != EEXIST) return io_fail(e, dir);
    for (size_t i = 0; i < p->figure_count; i++) TRY(figure_file(dir, &p->figures[i], e));
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    if (!ok) return io_fail(e, dir);
    TRY(tx_write(conn, im->district_id, &tx, e));
    enum st st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < p->figure_count; i++)
        st = sql_figure_insert(tx,
                               &(struct sql_figure_insert_in){.sha256 = p->figures[i].sha256,
                                                              .content_type = p->figures[i].media_type,
                                                              .size_bytes = (int64_t)p->figures[i].byte_count},
                               NULL, e);
    if (st == ST_OK) return tx_commit(tx, e);
    tx_rollback(tx);
    return st;
}

/* --- alignments --- */

static enum st load_codes(struct importer *im, struct tx *tx, struct content_import *x, struct err *e)
{
    struct sql_competency_codes_row r;
    struct rows rows;
    x->codes.arena = im->a;
    TRY(sql_competency_codes(tx, &rows, e));
    while (sql_competency_codes_next(&rows, &r)) {
        const char *code = arena_strdup(im->a, r.code), *uri = arena_strdup(im->a, r.uri);
        if (!code || !uri) return err_no_memory(e, "import");
        if (strncmp(uri, "urn:waymark:code:", 17) == 0) continue; /* stand-ins are looked up by their own uri */
        size_t at = x->code_count;
        int64_t *id = LIST_ADD(im->a, x->code_ids, x->code_count, x->code_cap);
        size_t also = at;
        const char **u = LIST_ADD(im->a, x->code_uris, also, x->uri_cap);
        if (!id || !u) return err_no_memory(e, "import");
        *id = r.competency_id;
        *u = uri;
        if (strmap_put(&x->codes, code, (int)at) < 0)
            return err_no_memory(e, "import"); /* the first framework that has it */
    }
    return rows_end(&rows);
}

/* Content that names standards by code needs them as competencies. Where no framework has a code, a stand-in is made,
 * so that there is something to practise; when the framework comes and the content is imported again, items move to
 * it. */
static enum st stand_ins(struct importer *im, struct content_import *x, struct err *e)
{
    struct content_pack *p = x->pack;
    struct strmap made = {.arena = im->a};
    struct cf_package *f = arena_alloc(im->a, sizeof *f);
    if (!f) return err_no_memory(e, "import");
    f->document = (struct framework_document){
        "", "urn:waymark:codes", "Standards by code", "", "", "", "en", "", "", "", "", "", "", ""};
    for (size_t i = 0; i < p->alignment_count; i++) {
        const char *code = p->alignments[i].code;
        if (strmap_get(&x->codes, code) >= 0 || strmap_get(&made, code) >= 0) continue;
        struct framework_competency *c = LIST_ADD(im->a, f->competencies, f->competency_count, f->competency_cap);
        if (!c || strmap_put(&made, code, (int)f->competency_count - 1) < 0) return err_no_memory(e, "import");
        *c = (struct framework_competency){.ref = p->items[p->alignments[i].item].ref,
                                           .identifier = "",
                                           .uri = arena_printf(im->a, "urn:waymark:code:%s", code),
                                           .code = code,
                                           .alt_code = "",
                                           .statement = code,
                                           .abbreviated = code,
                                           .notes = "",
                                           .type = "Standard",
                                           .language = "en",
                                           .list_label = "",
                                           .try_at_home = "",
                                           .grades = "",
                                           .parent = -1,
                                           .leaf = true};
        if (!c->uri) return err_no_memory(e, "import");
        report_problem(im->r, c->ref.file, 0, "standard", "content.standard_unknown",
                       "No framework here has the code %s; a stand-in was made. Import the framework (asn, case), then "
                       "this again.",
                       code);
    }
    if (f->competency_count) x->framework.f = f;
    return ST_OK;
}

static enum st align(struct importer *im, struct content_import *x, struct err *e)
{
    struct content_pack *p = x->pack;
    for (size_t i = 0; i < p->item_count; i++) {
        const json_t *list = json_object_get(p->items[i].doc, "competencies");
        size_t n = json_array_size(list), k;
        json_t *v;
        x->rows[i].competency_ids = arena_array(im->a, n + 4, sizeof(int64_t));
        if (!x->rows[i].competency_ids) return err_no_memory(e, "import");
        json_array_foreach ((json_t *)list, k, v) {
            int64_t id = x->framework.f ? sync_id(&x->framework.competencies, json_string_value(v)) : 0;
            if (id) x->rows[i].competency_ids[x->rows[i].competency_count++] = id;
        }
    }
    for (size_t i = 0; i < p->alignment_count; i++) {
        struct item_row *row = &x->rows[p->alignments[i].item];
        const char *code = p->alignments[i].code, *uri;
        int at = strmap_get(&x->codes, code);
        int64_t id;
        if (row->competency_count >= 4) continue;
        if (at >= 0) {
            id = x->code_ids[at];
            uri = x->code_uris[at];
        } else {
            uri = arena_printf(im->a, "urn:waymark:code:%s", code);
            if (!uri) return err_no_memory(e, "import");
            id = sync_id(&x->framework.competencies, uri);
        }
        if (!id) continue;
        row->competency_ids[row->competency_count++] = id;
        json_array_append_new(json_object_get(p->items[p->alignments[i].item].doc, "competencies"), json_string(uri));
    }
    return ST_OK;
}

/* --- items --- */

static enum st item_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct content_import *x = im->set;
    const struct content_item *v = &x->pack->items[row->index];
    struct item_row *r = &x->rows[row->index];
    const json_t *group = json_object_get(v->doc, "group");
    r->version++;
    char *group_id = arena_printf(im->a, "%s:%s", im->source, json_str(group, "id", v->source_id));
    if (!group_id) return err_no_memory(e, "import");
    TRY(sql_item_version_insert(
        tx,
        &(struct sql_item_version_insert_in){
            .item_id = row->row_id, .version = r->version, .doc = r->compiled, .now_ms = im->now_ms},
        NULL, e));
    for (size_t i = 0; i < r->competency_count; i++) {
        TRY(sql_item_competency_insert(tx,
                                       &(struct sql_item_competency_insert_in){.item_id = row->row_id,
                                                                               .version = r->version,
                                                                               .competency_id = r->competency_ids[i]},
                                       NULL, e));
    }
    return sql_item_set(tx,
                        &(struct sql_item_set_in){.item_id = row->row_id,
                                                  .version = r->version,
                                                  .group_id = json_i64(group, "count", 1) > 1 ? group_id : "",
                                                  .group_position = json_i64(group, "position", 1),
                                                  .source = im->source},
                        NULL, e);
}

static enum st load_versions(struct importer *im, struct tx *tx, struct content_import *x, struct err *e)
{
    struct sql_item_versions_row r;
    struct rows stored;
    struct strmap by_id = {.arena = im->a};
    char key[24];
    for (size_t i = 0; i < x->items.count; i++) {
        if (!x->items.rows[i].known || !x->items.rows[i].seen) continue;
        const char *k = arena_printf(im->a, "%lld", (long long)x->items.rows[i].row_id);
        if (!k || strmap_put(&by_id, k, (int)x->items.rows[i].index) < 0) return err_no_memory(e, "import");
    }
    TRY(sql_item_versions(tx, im->source, &stored, e));
    while (sql_item_versions_next(&stored, &r)) {
        snprintf(key, sizeof key, "%lld", (long long)r.item_id);
        int at = strmap_get(&by_id, key);
        if (at >= 0) x->rows[at].version = (int32_t)r.version;
    }
    return rows_end(&stored);
}

/* What is new or changed, checked and rendered; what cannot be used is reported and left out. */
static enum st compile_with(struct importer *im, struct content_import *x, struct rich *rich, struct err *e)
{
    struct content_pack *p = x->pack;
    for (size_t i = 0; i < x->items.count; i++) {
        struct sync_row *row = &x->items.rows[i];
        if (row->action == SYNC_KEEP || !row->seen) continue;
        const struct content_item *v = &p->items[row->index];
        struct err own = {0};
        enum st st = import_compile(rich, im->a, v->doc, &x->rows[row->index].compiled, &own);
        for (const struct rich_warning *w; (w = rich_warning_next(rich));)
            report_problem(im->r, v->ref.file, v->ref.line, NULL, w->code, "\"%s\": %s", v->source_id, w->text);
        if (st == ST_OK) continue;
        if (st != ST_INVALID) {
            if (e) *e = own;
            return st;
        }
        report_problem(im->r, v->ref.file, v->ref.line, NULL, "content.item",
                       "\"%s\" cannot be used (%s); it was left out.", v->source_id, own.detail);
        row->action = SYNC_KEEP;
        row->seen = false;
    }
    return ST_OK;
}

static enum st compile_items(struct importer *im, struct content_import *x, struct err *e)
{
    struct rich *rich;
    TRY(rich_open(&rich, e));
    enum st st = compile_with(im, x, rich, e);
    rich_close(rich);
    return st;
}

static enum st plan_items(struct importer *im, struct tx *tx, struct content_import *x, struct err *e)
{
    struct content_pack *p = x->pack;
    for (size_t i = 0; i < p->item_count; i++) {
        char *source = json_dumps(p->items[i].doc, JSON_COMPACT | JSON_SORT_KEYS);
        bool twice;
        if (!source) return err_no_memory(e, "import");
        sync_begin(im);
        sync_field(im, source);
        sync_field(im, RICH_RENDERING);
        free(source);
        for (size_t k = 0; k < x->rows[i].competency_count; k++) sync_number(im, x->rows[i].competency_ids[k]);
        struct sync_row *row = sync_plan(im, &x->items, p->items[i].source_id, p->items[i].source_id, i, &twice);
        if (!row && !twice) return err_no_memory(e, "import");
        if (twice)
            report_problem(im->r, p->items[i].ref.file, p->items[i].ref.line, "id", "content.twice",
                           "\"%s\" is here twice; the first one counts.", p->items[i].source_id);
    }
    TRY(load_versions(im, tx, x, e));
    return compile_items(im, x, e);
}

static enum st plan(struct importer *im, struct tx *tx, struct content_import *x, struct err *e)
{
    x->items = (struct sync){.entity = "item", .kind = "item", .write = item_write};
    TRY(load_codes(im, tx, x, e));
    x->framework.f = x->pack->framework;
    if (!x->framework.f) TRY(stand_ins(im, x, e));
    if (x->framework.f) TRY(framework_plan(im, tx, &x->framework, e));
    TRY(align(im, x, e));
    TRY(sync_load(im, tx, &x->items, e));
    return plan_items(im, tx, x, e);
}

typedef enum st content_reader(struct arena *a, struct package *p, struct import_report *r, struct content_pack **out,
                               struct err *e);
static enum st import_content(struct importer *im, struct conn *conn, const char *path, content_reader *read,
                              struct err *e)
{
    struct content_import *x = arena_alloc(im->a, sizeof *x);
    struct package *p;
    struct tx *tx;
    if (!x) return err_no_memory(e, "import");
    im->set = x;
    TRY(package_open(im->a, path, im->r, &p, e));
    TRY(read(im->a, p, im->r, &x->pack, e));
    x->rows = arena_array(im->a, x->pack->item_count + 1, sizeof *x->rows);
    if (!x->rows) return err_no_memory(e, "import");
    TRY(tx_read(conn, im->district_id, &tx, e));
    enum st st = plan(im, tx, x, e);
    tx_rollback(tx);
    if (st != ST_OK) return st;
    if (!im->o->dry_run) TRY(write_figures(im, conn, x->pack, e));
    return sync_apply(im, conn, e);
}

enum st import_oatutor(struct importer *im, struct conn *conn, const char *path, struct err *e)
{
    return import_content(im, conn, path, oatutor_read, e);
}

enum st import_mathcamps(struct importer *im, struct conn *conn, const char *path, struct err *e)
{
    return import_content(im, conn, path, mathcamps_read, e);
}

enum st import_pack(struct importer *im, struct conn *conn, const char *path, struct err *e)
{
    return import_content(im, conn, path, pack_read, e);
}
