#include "import_compile.h"

#include <stdlib.h>

enum st import_compile(struct arena *a, json_t *doc, const char **out, struct err *e)
{
    char *text = json_dumps(doc, JSON_COMPACT);
    if (!text) return err_fail(e, ST_NOMEM, "err.memory", "item");
    *out = arena_strdup(a, text);
    free(text);
    return *out ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "item");
}
