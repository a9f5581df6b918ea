/* Files that belong together: a zip, a folder, or one file, seen the same way.
 *
 * Everything in it is hostile. Names with `..`, absolute names, links and names that occur twice are refused, each with
 * a problem in the report, and the rest is read. Bytes are counted as they are read, whatever the zip claims.
 * One folder that encloses everything is looked through. Lookup is without case.
 */
#ifndef INTEROP_PACKAGE_H
#define INTEROP_PACKAGE_H
#include "base/arena.h"
#include "base/err.h"
#include "domain/import.h"

enum {
    PACKAGE_ENTRIES_MAX = 20000,
    PACKAGE_ENTRY_BYTES_MAX = 64 << 20,
    PACKAGE_TOTAL_BYTES_MAX = 1 << 30,
    PACKAGE_RATIO_MAX = 200,       /* bytes out for a byte in, for entries over */
    PACKAGE_RATIO_FROM = 64 << 10, /* this size */
    PACKAGE_DEPTH_MAX = 16,
};

struct package;

/* ST_NOT_FOUND when there is no such path, ST_INVALID "package.bad" (not a sound zip), "package.many" (too many
 * entries), "package.special" (a device, a socket). Closed when the arena goes. */
enum st package_open(struct arena *a, const char *path, struct import_report *r, struct package **out,
                     struct err *e) WARN_UNUSED;
/* A zip in memory (an upload); bytes are borrowed until the arena goes. */
enum st package_open_bytes(struct arena *a, const void *bytes, size_t n, struct import_report *r, struct package **out,
                           struct err *e) WARN_UNUSED;

size_t package_count(const struct package *p);
const char *package_name(const struct package *p, size_t i); /* in order of bytes; without an enclosing folder */
/* index, or -1; the exact name first, then without case */
int package_find(const struct package *p, const char *name);
/* All bytes of an entry, with a 0 behind them, in the arena. ST_INVALID "package.large", "package.bomb",
 * "package.bad". */
enum st package_read(struct package *p, size_t i, struct arena *a, const char **bytes, size_t *n,
                     struct err *e) WARN_UNUSED;

#endif
