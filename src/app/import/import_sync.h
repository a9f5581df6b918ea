/* One kind of row of one source: what is known, what is sent now, and so what is to be done. */
#ifndef IMPORT_IMPORT_SYNC_H
#define IMPORT_IMPORT_SYNC_H
#include "import/import.h"
#include "base/strmap.h"
#include "base/text.h"
#include "interop/report.h"

enum sync_action { SYNC_KEEP, SYNC_ADD, SYNC_CHANGE, SYNC_REOPEN, SYNC_CLOSE };

struct sync_row {
    const char *identifier, *name; /* name: for people, in a dry run */
    int64_t row_id;
    char hash[33];
    bool known, closed, seen;
    enum sync_action action;
    size_t index; /* of what was sent, for the writer */
};

struct importer;
struct sync {
    const char *entity; /* in outside_id; NULL: the rows tell it themselves, by sync_known */
    const char *kind;   /* in the report */
    struct strmap at;
    struct sync_row *rows;
    size_t count, cap;
    size_t open_before, closing;
    enum st (*write)(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e);
    enum st (*close)(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e); /* NULL: never closed */
    /* Before anything is written: a changed row gives up a place that another row may take. NULL: rows have none. */
    enum st (*vacate)(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e);
    bool single; /* one row alone may close whatever its share: there are few of the kind */
};

enum { SYNC_SLICE_ROWS = 500, SYNC_KINDS_MAX = 12 };

struct importer {
    struct app *app;
    struct arena *a;
    struct import_report *r;
    const struct import_options *o;
    const char *source;
    int64_t district_id; /* where the rows go */
    int64_t now_ms;
    struct sync *kinds[SYNC_KINDS_MAX]; /* in the order of writing */
    size_t kind_count;
    size_t min_closing; /* fewer closings than this never stop an import */
    struct text hash;   /* scratch */
    void *set;          /* what is imported: struct roster_import … */
};

/* Read what the source sent before. */
enum st sync_load(struct importer *im, struct tx *tx, struct sync *s, struct err *e) WARN_UNUSED;
/* A row that is there already, of a kind without an entity; its content is what sync_begin and sync_field were given.
 * ours: it came from this source, which may close it. */
enum st sync_known(struct importer *im, struct sync *s, const char *identifier, bool ours, bool closed,
                   struct err *e) WARN_UNUSED;
/* Begin a row's content; then sync_field for each; then sync_plan. */
void sync_begin(struct importer *im);
void sync_field(struct importer *im, const char *v);
void sync_number(struct importer *im, int64_t v);
/* What to do with a row that was sent. NULL: without memory, or it was planned already (then *twice). */
struct sync_row *sync_plan(struct importer *im, struct sync *s, const char *identifier, const char *name, size_t index,
                           bool *twice);
/* The sender says that this row has gone. */
void sync_gone(struct sync *s, const char *identifier);
/* The sender names this row in a way that cannot be read: it stays as it is. */
void sync_hold(struct sync *s, const char *identifier);
/* What is open and was not sent has gone. */
void sync_close_missing(struct sync *s);
void sync_close_missing_of(struct sync *s, const int64_t *row_ids, size_t n); /* only these rows of ours */
int64_t sync_id(const struct sync *s, const char *identifier);                /* our row; 0: there is none */

/* Count, compare with the brake, and unless it is a dry run write everything. */
enum st sync_apply(struct importer *im, struct conn *conn, struct err *e) WARN_UNUSED;

/* import_KIND(), of each kind. */
#define IMPORT_KIND(kind, whose, plans, help) \
    enum st import_##kind(struct importer *im, struct conn *conn, const char *path, struct err *e) WARN_UNUSED;
#include "import/kinds.def"

struct cf_package;
/* Shared by frameworks of their own and those that come with content. */
struct framework_import {
    const struct cf_package *f;
    bool complete; /* its competencies that are not sent have gone */
    struct sync frameworks, competencies, links, matches;
};
enum st framework_plan(struct importer *im, struct tx *tx, struct framework_import *x, struct err *e) WARN_UNUSED;

#endif
