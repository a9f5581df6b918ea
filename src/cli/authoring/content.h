/* What the words about content share. */
#ifndef AUTHORING_CONTENT_H
#define AUTHORING_CONTENT_H
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

int run_content_preview(struct cli *c);
int run_content_score(struct cli *c);
int run_content_new(struct cli *c);

#endif
