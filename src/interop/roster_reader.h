/* What the roster readers share. */
#ifndef INTEROP_ROSTER_READER_H
#define INTEROP_ROSTER_READER_H
#include "domain/roster.h"
#include "interop/package.h"
#include "interop/report.h"
#include "base/list.h"
#include "base/strmap.h"
#include "table.h"

struct roster_reader {
    struct arena *a;
    struct package *p;
    struct import_report *r;
    struct roster *o;
    struct strmap orgs, sessions, courses, classes, users, enrollments;
    bool sds;
};

#define ROSTER_ADD(x, list) LIST_ADD((x)->a, (x)->o->list, (x)->o->list##_count, (x)->o->list##_cap)

/* Is this id new in its file? Reports and says no otherwise. */
bool roster_fresh(struct roster_reader *x, struct strmap *m, const char *id, size_t at, struct table *t);
/* After the last row of a file: what its unusable rows name is held; a file without rows, or with an unusable row that
 * names nothing, closes nothing (*mode). */
enum st roster_end_file(struct roster_reader *x, struct table *t, enum roster_kind kind, enum roster_mode *mode,
                        struct err *e) WARN_UNUSED;
enum st roster_hold(struct roster_reader *x, enum roster_kind kind, const char *id, struct err *e) WARN_UNUSED;
enum st sds_v1_read(struct roster_reader *x, struct err *e) WARN_UNUSED;
/* Leave out rows whose person or class is not there, and report every reference that leads nowhere. */
enum st roster_check_references(struct roster_reader *x, struct err *e) WARN_UNUSED;

#endif
