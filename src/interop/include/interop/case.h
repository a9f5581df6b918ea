/* Frameworks in: CASE 1.0 and 1.1 packages (CFPackage JSON) and the CSV of OpenSALT. */
#ifndef INTEROP_CASE_H
#define INTEROP_CASE_H
#include "base/arena.h"
#include "base/err.h"
#include "domain/framework.h"

/* A CFPackage, alone or wrapped in {"CFPackage": …}. ST_INVALID "case.unknown" when there is no CFDocument,
 * "json.bad". */
enum st case_read(struct arena *a, const char *bytes, size_t n, const char *file, struct import_report *r,
                  struct cf_package **out, struct err *e) WARN_UNUSED;
/* OpenSALT CSV: the tree is told by smartLevel, by "Is Child Of", or by the codes themselves. The document is made from
 * the file's name, since the format has none. ST_INVALID "case.unknown" when there is no fullStatement column. */
enum st opensalt_read(struct arena *a, const char *bytes, size_t n, const char *file, struct import_report *r,
                      struct cf_package **out, struct err *e) WARN_UNUSED;

#endif
