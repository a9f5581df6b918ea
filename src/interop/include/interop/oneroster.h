/* Rosters in: OneRoster CSV 1.1 and 1.2, Microsoft SDS v1 and v2.1, told apart by their files and columns. */
#ifndef INTEROP_ONEROSTER_H
#define INTEROP_ONEROSTER_H
#include "domain/roster.h"
#include "interop/package.h"

/* Read leniently: a row that cannot be used is left out with a problem in the report and the rest goes on. ST_INVALID
 * "roster.unknown" when no file of a known roster is there, or a file without which nothing makes sense cannot be read.
 * All memory is in the arena. */
enum st roster_read(struct arena *a, struct package *p, struct import_report *r, struct roster **out,
                    struct err *e) WARN_UNUSED;

/* "teacher", "professor", "siteAdministrator" ...; ROSTER_ROLE_OTHER when unknown */
enum roster_role roster_role_of(const char *word);

#endif
