/* One CSV file of a package with readers that report what they could not read. */
#ifndef INTEROP_TABLE_H
#define INTEROP_TABLE_H
#include "base/csv.h"
#include "domain/roster.h"
#include "interop/package.h"

struct table {
    struct csv csv;
    const char *file;
    struct arena *arena;
    struct import_report *report;
    bool month_first; /* the format writes month/day/year, so such a date is no problem */
    bool *asked;      /* by column: some reader wanted it */
    size_t rows;      /* that were there, readable or not */
    /* What rows that could not be used may have named: it is neither closed nor changed. */
    const char **held;
    size_t held_count, held_cap;
    bool unnamed; /* such a row named nothing that can be told: the file closes nothing */
};

/* ST_NOT_FOUND without a word when there is no such file; other failures are in the report too. */
enum st table_open(struct table *t, struct arena *a, struct package *p, const char *name, struct import_report *r,
                   struct err *e) WARN_UNUSED;
bool table_next(struct table *t); /* unreadable rows are reported and left out */
/* The row in hand is left out: what it names stays as it is. */
void table_hold(struct table *t, const char *id);
/* After the last row: reports headings that no reader knows, once. */
void table_check_headings(struct table *t);
struct source_ref table_ref(const struct table *t);
void table_problem(struct table *t, const char *field, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The first of these columns that the file has ("a|b|c"); "" when none. Cut at 1,000 bytes with a report, in NFC. */
const char *table_text(struct table *t, const char *columns);
/* The same for an id: NULL with a report when it is missing (and must be there) or longer than SOURCE_ID_MAX; ""
 * when it may be missing and is. */
const char *table_id(struct table *t, const char *columns, bool must);
bool table_has(const struct table *t, const char *columns);
bool table_bool(struct table *t, const char *columns, bool dflt);
int32_t table_date(struct table *t, const char *columns);
enum row_status table_status(struct table *t);
const char *table_grades(struct table *t, const char *columns);
/* A list parted by commas; empty members are left out. */
size_t table_list(struct table *t, const char *columns, const char ***out);
bool date_parse_leniently(const char *s, int32_t *day, bool *ambiguous);
const char *text_nfc(struct arena *a, const char *s); /* s itself when it is ASCII or cannot be put in NFC */

#endif
