/* Content in, whatever its kind: a pack, OATutor, MathCAMPS, or bare item documents. */
#ifndef INTEROP_CONTENT_H
#define INTEROP_CONTENT_H
#include "domain/content.h"
#include "interop/package.h"

enum content_kind { CONTENT_UNKNOWN, CONTENT_PACK, CONTENT_OATUTOR, CONTENT_MATHCAMPS, CONTENT_ITEMS };

/* "pack", "oatutor", "mathcamps", "items"; CONTENT_UNKNOWN for another word. */
enum content_kind content_kind_of(const char *word);
const char *content_kind_word(enum content_kind k);

/* Folder, zip or one JSON file. *kind: CONTENT_UNKNOWN to find out from the files, and then what was found. Items means
 * documents of docs/item-format.md, one or a list in each JSON file. ST_INVALID "content.unknown": nothing here is
 * content; otherwise as the readers of the kinds. All memory is in the arena. */
enum st content_read(struct arena *a, const char *path, enum content_kind *kind, struct import_report *r,
                     struct content_pack **out, struct err *e) WARN_UNUSED;

#endif
