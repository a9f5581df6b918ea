#include "content_load.h"

#include "interop/report.h"

enum { CONTENT_BYTES_LOG2 = 31 };

enum st content_load(const struct cli *c, const char *path, struct loaded *out, struct err *e)
{
    const char *kind = cli_opt(c, "--kind");
    arena_init(&out->arena, (size_t)1 << CONTENT_BYTES_LOG2);
    report_init(&out->report, &out->arena);
    out->kind = kind ? content_kind_of(kind) : CONTENT_UNKNOWN;
    out->pack = NULL;
    if (kind && out->kind == CONTENT_UNKNOWN)
        return err_fail(e, ST_INVALID, "content.unknown", "--kind is one of pack, oatutor, mathcamps, items");
    return content_read(&out->arena, path, &out->kind, &out->report, &out->pack, e);
}

void content_unload(struct loaded *l) { arena_release(&l->arena); }
