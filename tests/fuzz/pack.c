#include "pack.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum { FILES_MAX = 40, NAME_MAX_BYTES = 120 };

static const uint8_t *next_file(const uint8_t *p, const uint8_t *end)
{
    for (; end - p > 4; p++) {
        if (memcmp(p, "=== ", 4) == 0) return p;
        p = memchr(p, '\n', (size_t)(end - p));
        if (!p) break;
    }
    return end;
}

static void add(zip_t *z, const uint8_t *p, const uint8_t *end)
{
    char name[NAME_MAX_BYTES + 1] = "";
    const uint8_t *line = memchr(p, '\n', (size_t)(end - p));
    size_t n = (size_t)((line ? line : end) - p);
    memcpy(name, p, n < NAME_MAX_BYTES ? n : NAME_MAX_BYTES);
    const uint8_t *body = line ? line + 1 : end;
    zip_source_t *s = zip_source_buffer(z, body, (zip_uint64_t)(end - body), 0);
    if (!s) return;
    zip_int64_t i = zip_file_add(z, name, s, 0);
    if (i < 0) zip_source_free(s);
    else zip_set_file_compression(z, (zip_uint64_t)i, ZIP_CM_STORE, 0);
}

uint8_t *pack_zip(const uint8_t *data, size_t n, size_t *zip_n)
{
    zip_source_t *to = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *z = to ? zip_open_from_source(to, ZIP_TRUNCATE, NULL) : NULL;
    if (!z) {
        zip_source_free(to);
        return NULL;
    }
    zip_source_keep(to);
    const uint8_t *end = data + n, *p = n ? next_file(data, end) : end;
    for (int i = 0; p < end && i < FILES_MAX; i++) {
        const uint8_t *next = next_file(p + 4, end);
        add(z, p + 4, next);
        p = next;
    }
    uint8_t *out = NULL;
    if (zip_close(z) != 0) {
        zip_discard(z);
    } else if (zip_source_open(to) == 0) {
        zip_source_seek(to, 0, SEEK_END);
        zip_int64_t size = zip_source_tell(to);
        zip_source_seek(to, 0, SEEK_SET);
        out = size > 0 ? malloc((size_t)size) : NULL;
        if (out && zip_source_read(to, out, (zip_uint64_t)size) == size) *zip_n = (size_t)size;
        zip_source_close(to);
    }
    zip_source_free(to);
    return out;
}
