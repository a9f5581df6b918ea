#include "content/items.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "items/items.h"
#include "store/sql/content.h"

enum { WAYS = 4, ITEM_BYTES = 4u << 20 };

struct entry {
    int refs; /* users, and one for the cache */
    int64_t item_id;
    int32_t version;
    struct arena arena;
    struct item *item;
};

struct item_cache {
    pthread_mutex_t lock;
    size_t sets;
    struct entry **slots; /* sets x WAYS, the latest used first */
};

static void drop(void *p)
{
    struct entry *x = p;
    if (__atomic_sub_fetch(&x->refs, 1, __ATOMIC_ACQ_REL) > 0) return;
    arena_release(&x->arena);
    free(x);
}

struct item_cache *item_cache_new(size_t most)
{
    struct item_cache *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->sets = most / WAYS + 1;
    c->slots = calloc(c->sets * WAYS, sizeof(struct entry *));
    pthread_mutex_init(&c->lock, NULL);
    if (!c->slots) {
        free(c);
        return NULL;
    }
    return c;
}

void item_cache_free(struct item_cache *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->sets * WAYS; i++)
        if (c->slots[i]) drop(c->slots[i]);
    free(c->slots);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static struct entry **set_of(struct item_cache *c, int64_t id, int32_t version)
{
    return c->slots + (hash_mix((uint64_t)id, (uint64_t)version) % c->sets) * WAYS;
}

static struct entry *find(struct item_cache *c, int64_t id, int32_t version)
{
    pthread_mutex_lock(&c->lock);
    struct entry **set = set_of(c, id, version), *x = NULL;
    for (int i = 0; i < WAYS && set[i]; i++)
        if (set[i]->item_id == id && set[i]->version == version) {
            x = set[i];
            memmove(set + 1, set, (size_t)i * sizeof *set);
            set[0] = x;
            __atomic_add_fetch(&x->refs, 1, __ATOMIC_RELAXED);
            break;
        }
    pthread_mutex_unlock(&c->lock);
    return x;
}

static void put(struct item_cache *c, struct entry *x)
{
    pthread_mutex_lock(&c->lock);
    struct entry **set = set_of(c, x->item_id, x->version), *out = set[WAYS - 1];
    memmove(set + 1, set, (WAYS - 1) * sizeof *set);
    set[0] = x;
    __atomic_add_fetch(&x->refs, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&c->lock);
    if (out) drop(out);
}

static enum st read_entry(struct tx *tx, int64_t id, int32_t version, struct entry **out, struct err *e)
{
    struct sql_item_doc_row r;
    bool row;
    TRY(sql_item_doc(tx, &(struct sql_item_doc_in){.item_id = id, .version = version}, &r, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.no_item", "item %lld version %d", (long long)id, version);
    struct entry *x = calloc(1, sizeof *x);
    if (!x) return err_fail(e, ST_NOMEM, "err.memory", "item");
    *x = (struct entry){.refs = 1, .item_id = id, .version = version};
    arena_init(&x->arena, ITEM_BYTES);
    const char *doc = r.doc;
    enum st st = item_read(&x->arena, doc, strlen(doc), &x->item, e);
    if (st != ST_OK) {
        drop(x);
        return st;
    }
    *out = x;
    return ST_OK;
}

enum st app_item(struct app *app, struct tx *tx, struct arena *a, int64_t id, int32_t version, const struct item **out,
                 struct err *e)
{
    struct entry *x = find(app->items, id, version);
    if (!x) {
        TRY(read_entry(tx, id, version, &x, e));
        put(app->items, x);
    }
    if (arena_on_release(a, drop, x)) {
        drop(x);
        return err_fail(e, ST_NOMEM, "err.memory", "item");
    }
    *out = x->item;
    return ST_OK;
}

enum st app_item_variant(struct app *app, struct tx *tx, struct arena *a, int64_t id, int32_t version, int64_t variant,
                         enum item_use use, const struct item **out, struct err *e)
{
    const struct item *family;
    struct item *made;
    TRY(app_item(app, tx, a, id, version, &family, e));
    TRY(item_make(a, family, (uint32_t)variant, use, &made, e));
    *out = made;
    return ST_OK;
}
