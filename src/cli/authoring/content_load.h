/* The content that a command works on. */
#ifndef AUTHORING_CONTENT_LOAD_H
#define AUTHORING_CONTENT_LOAD_H
#include "base/arena.h"
#include "cli/cli.h"
#include "domain/content.h"
#include "interop/content.h"

struct loaded {
    struct arena arena;
    struct import_report report;
    enum content_kind kind;
    struct content_pack *pack;
};

/* Reads PATH, as --kind says or as its files show. Release also after a failure. */
enum st content_load(const struct cli *c, const char *path, struct loaded *out, struct err *e) WARN_UNUSED;
void content_unload(struct loaded *l);

#endif
