#include "import_compile.h"

#include <stdlib.h>
#include <string.h>

#include "interop/item_compile.h"
#include "items/items.h"

/* Foreign content is aligned when it is imported, so that it names no competency yet is no fault of the item; a known
 * error that is right in some variant is advice for its author: what is right is right first. */
static enum st check(struct arena *a, const json_t *doc, struct err *e)
{
    struct item_problem *problems;
    size_t n;
    TRY(item_check(a, doc, &problems, &n, e));
    for (size_t i = 0; i < n; i++)
        if (strcmp(problems[i].code, "item.competencies") != 0 && strcmp(problems[i].code, "error.right") != 0)
            return err_fail(e, ST_INVALID, "content.item", "%s: %s [%s]", problems[i].member, problems[i].text,
                            problems[i].code);
    return ST_OK;
}

enum st import_compile(struct rich *r, struct arena *a, json_t *doc, const char **out, struct err *e)
{
    TRY(check(a, doc, e));
    TRY(item_compile(r, a, doc, e));
    char *text = json_dumps(doc, JSON_COMPACT);
    if (!text) return err_fail(e, ST_NOMEM, "err.memory", "item");
    *out = arena_strdup(a, text);
    free(text);
    return *out ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "item");
}
