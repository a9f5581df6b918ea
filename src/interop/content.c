#include "content_private.h"

struct content_pack *content_new(struct arena *a) { return arena_alloc(a, sizeof(struct content_pack)); }

static void drop(void *doc) { json_decref(doc); }

enum st content_add(struct arena *a, struct content_pack *pack, struct source_ref ref, const char *source_id,
                    json_t *doc, struct err *e)
{
    if (!doc || arena_on_release(a, drop, doc)) {
        json_decref(doc);
        return err_fail(e, ST_NOMEM, "err.memory", "content");
    }
    struct content_item *v = LIST_ADD(a, pack->items, pack->item_count, pack->item_cap);
    if (!v) return err_fail(e, ST_NOMEM, "err.memory", "content");
    *v = (struct content_item){ref, source_id, doc};
    return ST_OK;
}
