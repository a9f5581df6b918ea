#include "import/import.h"
#include "store/sql/content.h"
#include "store/sql/import.h"
#include "store/sql/roster.h"

#include <stdlib.h>
#include <string.h>

#include "import_sync.h"
#include "policy/snapshot.h"

enum whose { OF_ALL, OF_DISTRICT };
static const struct kind {
    const char *name;
    enum whose whose;
    bool plans; /* courses without a plan get theirs from it */
    enum st (*apply)(struct importer *im, struct conn *conn, const char *path, struct err *e);
} kinds[] = {
#define IMPORT_KIND(kind, whose, plans, help) {#kind, whose, plans, import_##kind},
#include "import/kinds.def"
};

const char import_kind_names[] =
#define IMPORT_KIND(kind, whose, plans, help) " " #kind
#include "import/kinds.def"
    ;

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
    return NULL;
}

bool import_kind_known(const char *kind) { return find_kind(kind) != NULL; }

/* How fresh the data are; counts and codes only, no names. */
static enum st record_run(struct importer *im, struct conn *conn, const char *kind, struct err *e)
{
    struct text t;
    struct json_out j;
    struct tx *tx;
    text_init(&t, 64 << 10);
    json_out_init(&j, &t);
    json_open_obj(&j, NULL);
    for (size_t i = 0; i < im->r->kind_count; i++) {
        const struct import_count *c = &im->r->kinds[i];
        json_open_obj(&j, c->kind);
        json_put_i64(&j, "added", c->added);
        json_put_i64(&j, "changed", c->changed);
        json_put_i64(&j, "closed", c->closed);
        json_put_i64(&j, "unchanged", c->unchanged);
        json_close_obj(&j);
    }
    json_open_obj(&j, "problems");
    for (size_t i = 0; i < im->r->code_count; i++) json_put_i64(&j, im->r->codes[i].code, im->r->codes[i].count);
    json_close_obj(&j);
    json_close_obj(&j);
    enum st st = tx_write(conn, im->district_id, &tx, e);
    if (st == ST_OK) {
        st = sql_import_insert(tx,
                               &(struct sql_import_insert_in){.import_id = app_id(im->app),
                                                              .kind = kind,
                                                              .source = im->source,
                                                              .at_ms = im->now_ms,
                                                              .report = text_str(&t)},
                               NULL, e);
        if (st == ST_OK) st = tx_commit(tx, e);
        else tx_rollback(tx);
    }
    text_release(&t);
    return st;
}

struct course_row {
    int64_t course_id;
    char grades[64];
};

static bool grades_meet(const char *a, const char *b)
{
    if (!*a || !*b) return true;
    for (const char *p = a; *p;) {
        size_t n = strcspn(p, ",");
        for (const char *q = b; *q;) {
            size_t m = strcspn(q, ",");
            if (n == m && strncmp(p, q, n) == 0) return true;
            q += m + (q[m] == ',');
        }
        p += n + (p[n] == ',');
    }
    return false;
}

static void add_course(struct course_row *rows, size_t *n, int64_t id, const char *grades)
{
    rows[*n].course_id = id;
    snprintf(rows[(*n)++].grades, sizeof rows->grades, "%s", grades);
}

/* The one that was asked for by its id or its exact title; it offers all grades. */
static enum st wanted_courses(const char *want, struct tx *tx, struct course_row *rows, size_t cap, size_t *n,
                              struct err *e)
{
    struct sql_course_list_row r;
    struct rows stored;
    TRY(sql_course_list(tx, &stored, e));
    while (*n < cap && sql_course_list_next(&stored, &r)) {
        char id[24];
        snprintf(id, sizeof id, "%lld", (long long)r.course_id);
        if (strcmp(want, id) == 0 || strcmp(want, r.title) == 0) add_course(rows, n, r.course_id, "");
    }
    TRY(rows_end(&stored));
    return *n ? ST_OK
              : err_fail(e, ST_NOT_FOUND, "import.no_course", "there is no course %s; give its id or its exact title",
                         want);
}

static enum st bare_courses(struct importer *im, struct tx *tx, struct course_row *rows, size_t cap, size_t *n,
                            struct err *e)
{
    struct sql_course_bare_row r;
    struct rows stored;
    *n = 0;
    if (im->o->course) return wanted_courses(im->o->course, tx, rows, cap, n, e);
    TRY(sql_course_bare(tx, &stored, e));
    while (*n < cap && sql_course_bare_next(&stored, &r)) add_course(rows, n, r.course_id, r.grades);
    return rows_end(&stored);
}

static enum st load_plans(struct importer *im, struct tx *tx, struct strmap *plans, struct err *e)
{
    struct sql_course_competency_all_row r;
    struct rows rows;
    plans->arena = im->a;
    TRY(sql_course_competency_all(tx, &rows, e));
    while (sql_course_competency_all_next(&rows, &r)) {
        const char *key = arena_printf(im->a, "%lld/%lld", (long long)r.course_id, (long long)r.competency_id);
        if (!key || strmap_put(plans, key, 0) < 0) return err_fail(e, ST_NOMEM, "err.memory", "import");
    }
    return rows_end(&rows);
}

/* One more competency for a course; that an import did it is kept, so that the next one may go on. */
static enum st teach(struct importer *im, struct tx *tx, int64_t course_id, int64_t competency_id, int64_t position,
                     struct err *e)
{
    char identifier[24];
    TRY(sql_course_competency_insert(tx,
                                     &(struct sql_course_competency_insert_in){
                                         .course_id = course_id, .competency_id = competency_id, .position = position},
                                     NULL, e));
    if (im->o->course) return ST_OK;
    snprintf(identifier, sizeof identifier, "%lld", (long long)course_id);
    return sql_outside_set(tx,
                           &(struct sql_outside_set_in){.entity = "course-plan",
                                                        .system = "import",
                                                        .identifier = identifier,
                                                        .row_id = course_id,
                                                        .content_hash = "",
                                                        .now_ms = im->now_ms,
                                                        .closed = 0},
                           NULL, e);
}

/* A course for which nobody has said what it teaches offers what can be practised, in reading order, until someone
 * does. */
static enum st fill_courses(struct importer *im, struct conn *conn, int64_t district, struct err *e)
{
    enum { COURSES = 2000 };
    struct course_row *courses = arena_array(im->a, COURSES, sizeof *courses);
    struct course_row *practised = NULL;
    struct strmap plans = {0};
    size_t n = 0, m = 0, cap = 0;
    struct tx *tx;
    struct sql_competency_practised_row r;
    struct rows rows = {0};
    if (!courses) return err_fail(e, ST_NOMEM, "err.memory", "import");
    TRY(tx_write(conn, district, &tx, e));
    enum st st = bare_courses(im, tx, courses, COURSES, &n, e);
    if (st == ST_OK && n) st = sql_competency_practised(tx, &rows, e);
    while (st == ST_OK && n && sql_competency_practised_next(&rows, &r)) {
        if (m == cap) {
            cap = cap ? cap * 2 : 256;
            struct course_row *more = arena_array(im->a, cap, sizeof *more);
            if (!more) {
                st = err_fail(e, ST_NOMEM, "err.memory", "import");
                break;
            }
            if (m) memcpy(more, practised, m * sizeof *more);
            practised = more;
        }
        practised[m].course_id = r.competency_id;
        snprintf(practised[m++].grades, sizeof practised->grades, "%s", r.grades);
    }
    if (st == ST_OK) st = rows_end(&rows);
    size_t written = 0;
    if (st == ST_OK && m) st = load_plans(im, tx, &plans, e);
    for (size_t i = 0; st == ST_OK && i < n; i++)
        for (size_t k = 0; st == ST_OK && k < m; k++) {
            char key[48];
            snprintf(key, sizeof key, "%lld/%lld", (long long)courses[i].course_id, (long long)practised[k].course_id);
            if (!grades_meet(courses[i].grades, practised[k].grades) || strmap_get(&plans, key) >= 0) continue;
            st = teach(im, tx, courses[i].course_id, practised[k].course_id, (int64_t)k + 1, e);
            if (st == ST_OK && ++written % SYNC_SLICE_ROWS == 0) {
                st = tx_commit(tx, e);
                if (st == ST_OK) st = tx_write(conn, district, &tx, e);
            }
        }
    if (st == ST_OK) st = tx_commit(tx, e);
    else tx_rollback(tx);
    return st;
}

enum st app_import(struct app *app, struct conn *conn, const char *kind_name, const char *path,
                   const struct import_options *o, struct import_report *r, struct err *e)
{
    const struct kind *kind = find_kind(kind_name);
    if (!kind)
        return err_fail(e, ST_INVALID, "import.kind", "there is no import of kind %s; the kinds are%s", kind_name,
                        import_kind_names);
    if (!app->snapshot) return err_fail(e, ST_NOT_FOUND, "err.no_district", "the database has no district yet");
    const char *source = o->source && *o->source ? o->source : kind->name;
    if (strlen(source) > 100) return err_fail(e, ST_INVALID, "import.source", "--source is at most 100 bytes");
    int64_t district = app->snapshot->district_id;
    struct importer im = {.app = app,
                          .a = r->arena,
                          .r = r,
                          .o = o,
                          .source = source,
                          .district_id = kind->whose == OF_DISTRICT ? district : 0,
                          .now_ms = app_now_ms(app)};
    text_init(&im.hash, 4 << 20);
    enum st st = kind->apply(&im, conn, path, e);
    text_release(&im.hash);
    if (st != ST_OK || o->dry_run) return st;
    if (o->course || kind->plans) TRY(fill_courses(&im, conn, district, e));
    return record_run(&im, conn, kind->name, e);
}
