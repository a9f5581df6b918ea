/* Content in: OATutor, a zip or folder with content-pool/<problem>/..., skillModel.json, coursePlans.json. */
#ifndef INTEROP_OATUTOR_H
#define INTEROP_OATUTOR_H
#include "domain/content.h"
#include "interop/package.h"

/* One item a step; the steps of a problem are a group with relation "step". Skills become the competencies of a
 * framework "OATutor: <course>". What cannot be used is left out and named in the report. ST_INVALID "oatutor.unknown"
 * when no step is there. All memory is in the arena. */
enum st oatutor_read(struct arena *a, struct package *p, struct import_report *r, struct content_pack **out,
                     struct err *e) WARN_UNUSED;

#endif
