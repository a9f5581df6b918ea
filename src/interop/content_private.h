/* What the readers of content share. */
#ifndef INTEROP_CONTENT_PRIVATE_H
#define INTEROP_CONTENT_PRIVATE_H
#include "answer.h"
#include "base/json.h"
#include "domain/content.h"
#include "interop/package.h"
#include "interop/report.h"
#include "base/list.h"

/* A new item in the pack; takes doc over (also on failure). Its JSON goes with the arena. */
enum st content_add(struct arena *a, struct content_pack *pack, struct source_ref ref, const char *source_id,
                    json_t *doc, struct err *e) WARN_UNUSED;
struct content_pack *content_new(struct arena *a);

#endif
