/* Programs, attendance and test results in: CSV by column name (docs/import-outside.md). */
#ifndef INTEROP_OUTSIDE_H
#define INTEROP_OUTSIDE_H
#include "domain/outside.h"
#include "interop/package.h"

enum outside_kind { OUTSIDE_PROGRAMS, OUTSIDE_ATTENDANCE, OUTSIDE_ASSESSMENTS };

/* Reads every .csv of the package into the list of its kind, leniently: a row that cannot be used is left out with a
 * problem. ST_INVALID "outside.unknown" when no file has the columns that the kind needs. All memory is in the
 * arena. */
enum st outside_read(struct arena *a, struct package *p, enum outside_kind kind, struct import_report *r,
                     struct outside_rows *out, struct err *e) WARN_UNUSED;

#endif
