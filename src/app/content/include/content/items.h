/* Items as they are asked: read once from their document, kept while in use, instantiated by variant. */
#ifndef CONTENT_ITEMS_H
#define CONTENT_ITEMS_H
#include "core/app.h"
#include "domain/item.h"
#include "items/items.h"

struct item_cache;
struct item_cache *item_cache_new(size_t most);
void item_cache_free(struct item_cache *c);

/* The item of a version, as read; borrowed until the arena is released (which drops the reference).
 * ST_NOT_FOUND: no such version. */
enum st app_item(struct app *app, struct tx *tx, struct arena *a, int64_t item_id, int32_t version,
                 const struct item **out, struct err *e) WARN_UNUSED;
/* The same, with the numbers of one variant put in. */
enum st app_item_variant(struct app *app, struct tx *tx, struct arena *a, int64_t item_id, int32_t version,
                         int64_t variant, enum item_use use, const struct item **out, struct err *e) WARN_UNUSED;

#endif
