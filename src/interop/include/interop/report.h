/* Filling an import report, and giving it as words and as JSON (the shape in CONTRACTS §1). */
#ifndef INTEROP_REPORT_H
#define INTEROP_REPORT_H
#include "base/arena.h"
#include "base/json.h"
#include "domain/import.h"

void report_init(struct import_report *r, struct arena *a);
/* Count a problem and keep it while there is room. file and field are borrowed for the arena's life or static; code
 * is static text. */
void report_problem(struct import_report *r, const char *file, int64_t row, const char *field, const char *code,
                    const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* Texts are borrowed for the arena's life. The JSON gives ids without names. */
void report_difference(struct import_report *r, const char *action, const char *kind, const char *id, const char *name);
/* The counter of a kind; always the same slot for the same kind. */
struct import_count *report_kind(struct import_report *r, const char *kind);

void report_json(const struct import_report *r, struct text *out);
void report_words(const struct import_report *r, struct text *out, size_t problems_shown);

#endif
