/* Content in: Waymark's own packs (docs/pack-format.md), a folder or zip with pack.json and items/<any>.json. */
#ifndef INTEROP_PACK_H
#define INTEROP_PACK_H
#include "domain/content.h"
#include "interop/package.h"

/* What cannot be used is in the report by file and place, the rest is read. ST_INVALID: no pack.json that names
 * competencies. Items without licence, attribution or language of their own carry the pack's. */
enum st pack_read(struct arena *a, struct package *p, struct import_report *r, struct content_pack **out,
                  struct err *e) WARN_UNUSED;

#endif
