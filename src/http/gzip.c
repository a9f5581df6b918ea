#include "gzip.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void drop(void *p)
{
    deflateEnd(p);
    free(p);
}

static void make_key(void) { pthread_key_create(&key, drop); }

void *gzip_make(const void *p, size_t n, size_t *out_n)
{
    pthread_once(&once, make_key);
    z_stream *z = pthread_getspecific(key);
    if (!z) {
        z = calloc(1, sizeof *z);
        if (!z) return NULL;
        if (deflateInit2(z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
            free(z);
            return NULL;
        }
        pthread_setspecific(key, z);
    } else {
        deflateReset(z);
    }
    size_t cap = deflateBound(z, n);
    void *out = malloc(cap);
    if (!out) return NULL;
    z->next_in = (Bytef *)(uintptr_t)p;
    z->avail_in = (uInt)n;
    z->next_out = out;
    z->avail_out = (uInt)cap;
    if (deflate(z, Z_FINISH) != Z_STREAM_END) {
        free(out);
        return NULL;
    }
    *out_n = cap - z->avail_out;
    return out;
}
