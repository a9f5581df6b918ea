/* CSV in (RFC 4180, read leniently) and out.
 *
 * The reader works on a copy of the bytes in the arena, turned into UTF-8 first: a byte order mark, UTF-16 and stray
 * Windows-1252 bytes are recognised. The first row names the columns; names are compared without case, spaces and
 * underscores. Lines are counted as an editor shows them, from 1. A row that cannot be read does not stop the reader.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H
#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

enum { CSV_COLUMNS_MAX = 512, CSV_FIELD_BYTES_MAX = 1 << 20, CSV_FILE_BYTES_MAX = 256 << 20 };
enum csv_encoding { CSV_UTF8, CSV_UTF16LE, CSV_UTF16BE, CSV_LATIN1 };
enum csv_step { CSV_ROW, CSV_BAD, CSV_END };

struct csv {
    enum csv_encoding encoding; /* CSV_LATIN1: some bytes were not UTF-8 and were read as Windows-1252 */
    size_t repaired;            /* how many such bytes, and zero bytes left out */
    char separator;             /* ',' or, when the first line has none of these, ';' or a tab */
    const char **names;         /* columns as written, without surrounding space */
    size_t columns;
    size_t line;       /* where the row in hand begins */
    const char *wrong; /* after CSV_BAD: what is wrong with the row, for people */
    const char *raw;   /* after CSV_BAD: its line from the unreadable field on; the fields before can be read */
    size_t raw_bytes;
    bool extra; /* the row has more filled fields than the file has columns */
    /* private */
    char *p, *end;
    size_t next_line;
    const char **fields;
    size_t field_count;
};

/* Make *c ready behind the header row. ST_INVALID "csv.empty" without a header, "csv.wide" or "csv.large" over a cap,
 * "csv.header" when the header cannot be read. All memory is in the arena. */
enum st csv_open(struct csv *c, struct arena *a, const char *p, size_t n, struct err *e) WARN_UNUSED;
/* The next row that is not blank. CSV_BAD: this row is unreadable (see wrong and line), call again for the next. */
enum csv_step csv_next(struct csv *c);
/* Are two names of columns the same, but for case, spaces and underscores? */
bool csv_same_name(const char *a, const char *b);
/* The column of that name, or -1. */
int csv_column(const struct csv *c, const char *name);
/* A field of the row in hand without surrounding space; "" when the column or the field is missing. Valid until the
 * arena goes. */
const char *csv_field(const struct csv *c, int column);
const char *csv_get(const struct csv *c, const char *name);

/* Writer: fields are quoted where needed; one that a spreadsheet would run as a formula gets a ' before it, unless it
 * is a plain number. */
void csv_put(struct text *t, const char *field, bool last);

#endif
