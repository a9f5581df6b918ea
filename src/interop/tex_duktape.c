#include "tex_engine.h"

#include <duktape.h>
#include <stdlib.h>

/* Duktape's memory, counted: what asks for more than TEX_HEAP_MAX is told there is none. */
struct heap {
    size_t used;
};
struct block {
    size_t n;
    size_t pad; /* keeps what follows aligned to 16 bytes */
};

static void *heap_alloc(void *udata, duk_size_t n)
{
    struct heap *h = udata;
    if (n > TEX_HEAP_MAX - h->used) return NULL;
    struct block *b = malloc(sizeof *b + n);
    if (!b) return NULL;
    b->n = n;
    h->used += n;
    return b + 1;
}

static void heap_free(void *udata, void *p)
{
    struct heap *h = udata;
    if (!p) return;
    struct block *b = (struct block *)p - 1;
    h->used -= b->n;
    free(b);
}

static void *heap_realloc(void *udata, void *p, duk_size_t n)
{
    struct heap *h = udata;
    if (!p) return heap_alloc(udata, n);
    if (!n) {
        heap_free(udata, p);
        return NULL;
    }
    struct block *b = (struct block *)p - 1;
    size_t was = b->n;
    if (n > was && n - was > TEX_HEAP_MAX - h->used) return NULL;
    b = realloc(b, sizeof *b + n);
    if (!b) return NULL;
    h->used = h->used - was + n;
    b->n = n;
    return b + 1;
}

static duk_context *js;

bool tex_engine_open(void)
{
    static struct heap heap;
    js = duk_create_heap(heap_alloc, heap_realloc, heap_free, &heap, NULL);
    return js != NULL;
}

bool tex_engine_run(const char *script, size_t n)
{
    bool done = duk_peval_lstring(js, script, n) == 0;
    duk_pop(js);
    return done;
}

bool tex_engine_call(const char *tex, size_t n, bool display, const char **out, size_t *out_n)
{
    duk_set_top(js, 0); /* what the last call gave */
    duk_get_global_string(js, "waymark");
    duk_push_lstring(js, tex, n);
    duk_push_boolean(js, display);
    bool made = duk_pcall(js, 2) == DUK_EXEC_SUCCESS;
    *out = duk_safe_to_lstring(js, -1, out_n);
    return made;
}
