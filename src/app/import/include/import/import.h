/* Bringing foreign files in: read them (interop), see what differs, stop at the brake, write in slices.
 *
 * Invariants
 *  1. Everything is read and checked before the first row is written; a refusal leaves nothing.
 *  2. Rows are known by (kind of row, source, the sender's id) in outside_id, never by our keys or by names.
 *  3. An unchanged row is not written: a second import of the same file writes nothing.
 *  4. Only rows that the same source brought are closed, and never erased. For a roster, a complete (bulk) file closes
 *     what it no longer names; for a framework, a new version closes its own competencies; for programs, a file is
 *     whole; for attendance and tests, it is whole for the days and tests that it names; other content only adds.
 *  5. A slice is at most 500 rows, each with its outside_id, so an interrupted import goes on when it is run again.
 */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H
#include "core/app.h"
#include "domain/import.h"

struct import_options {
    const char *source; /* the system that sends; NULL: the kind */
    bool dry_run;       /* read, compare, write nothing */
    bool close_anyway;  /* release the brake */
    double close_share; /* of the brake, 0 to 1; below 0: the policy's */
    const char *course; /* content: the course (id or title) that teaches it; NULL: courses without a plan */
};

/* kind: of import/kinds.def. Fills the report also on failure. conn is a write connection of the caller's. ST_DENIED
 * "import.brake": it would close more than its share, nothing is written. ST_INVALID: the file as a whole cannot be
 * used, or the kind is unknown. Rows with a problem are in the report, not failures. */
enum st app_import(struct app *app, struct conn *conn, const char *kind, const char *path,
                   const struct import_options *o, struct import_report *r, struct err *e) WARN_UNUSED;
bool import_kind_known(const char *kind);
extern const char import_kind_names[]; /* of all, each after a space */

#endif
