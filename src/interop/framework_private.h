/* What the readers of frameworks share. */
#ifndef INTEROP_FRAMEWORK_PRIVATE_H
#define INTEROP_FRAMEWORK_PRIVATE_H
#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "domain/framework.h"
#include "base/strmap.h"

struct framework_reader {
    struct arena *a;
    struct import_report *r;
    struct cf_package *f;
    const char *file;
    struct strmap by_uri, by_identifier;
};

enum st framework_begin(struct framework_reader *x, struct arena *a, const char *file, struct import_report *r,
                        struct err *e) WARN_UNUSED;
/* A new competency with every text "" and no parent; NULL when memory has run out or the uri is there already
 * (reported). */
enum st framework_add(struct framework_reader *x, const char *uri, const char *identifier, struct source_ref ref,
                      struct framework_competency **out, struct err *e) WARN_UNUSED;
struct framework_association *framework_relate(struct framework_reader *x, enum association_kind kind,
                                               const char *kind_name, const char *from, const char *to);
int framework_find(const struct framework_reader *x, const char *uri_or_identifier); /* -1: not here */
/* Cut cycles, order siblings by sequence and then as they came, put parents before children, number siblings, mark
 * leaves, look up both ends of associations. */
enum st framework_finish(struct framework_reader *x, struct err *e) WARN_UNUSED;
enum association_kind association_kind_of(const char *word);
const char *keep_text(struct framework_reader *x, const char *s); /* a copy in NFC; "" for NULL */
const char *keep_grades(struct framework_reader *x, const char *list, struct source_ref ref, const char *field);

#endif
