/* Content in: MathCAMPS, one JSON file a standard, or a folder or zip of them. */
#ifndef INTEROP_MATHCAMPS_H
#define INTEROP_MATHCAMPS_H
#include "domain/content.h"
#include "interop/package.h"

/* Each group is a problem and its follow-ups, which make sense only after it (relation "follow_up"). Items align by
 * code: "CCSS.Math.Content." and the standard without its suffix. ST_INVALID "mathcamps.unknown" when no file holds
 * problems. */
enum st mathcamps_read(struct arena *a, struct package *p, struct import_report *r, struct content_pack **out,
                       struct err *e) WARN_UNUSED;

#endif
