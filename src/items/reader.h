/* Reads members of a document. What cannot be taken is ST_INVALID and names the member. */
#ifndef ITEMS_READER_H
#define ITEMS_READER_H
#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "domain/item.h"

enum { LIST_MAX = 200 };

struct reader {
    struct arena *arena;
    struct err *e;
};

enum st reader_bad(struct reader *r, const char *member, const char *what);
enum st reader_no_memory(struct reader *r);
enum st reader_text(struct reader *r, const json_t *o, const char *member, const char **out);
/* name_html, or name escaped. NULL: there is neither. */
enum st reader_html(struct reader *r, const json_t *o, const char *member, const char **out);
/* The place among `codes`; dflt where there is none, which is refused where that is below 0. */
enum st reader_code(struct reader *r, const json_t *o, const char *member, const char *const *codes, int count,
                    int dflt, int *out);
enum st reader_strings(struct reader *r, const json_t *o, const char *member, const char ***out, size_t *n);
/* kind: what a key is that does not say so; KEY_COUNT: it must say. */
enum st reader_key(struct reader *r, const json_t *key, enum key_kind kind, struct question *q);

#endif
