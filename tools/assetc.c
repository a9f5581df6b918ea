/* Asset embedder: assetc OUT.c FILE...
 *
 * Each file becomes bytes in the program, also gzipped, under /assets/NAME-HASH.EXT, so that a browser may keep it for
 * ever: other bytes have another name. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "po.h"

static uint64_t hash(const unsigned char *p, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 0x100000001b3u;
    return h;
}

static const char *content_type(const char *path, const char *ext)
{
    if (!strcmp(ext, "css")) return "text/css; charset=utf-8";
    if (!strcmp(ext, "js")) return "text/javascript; charset=utf-8";
    if (!strcmp(ext, "svg")) return "image/svg+xml";
    tool_die(path, 0, "an asset is .css, .js or .svg");
}

static void bytes(FILE *f, const char *name, int i, const unsigned char *p, size_t n)
{
    fprintf(f, "static const unsigned char %s_%d[] = {", name, i);
    for (size_t k = 0; k < n; k++) fprintf(f, "%s%u,", k % 24 ? "" : "\n", p[k]);
    fputs("\n};\n", f);
}

int main(int argc, char **argv)
{
    if (argc < 3) tool_die("assetc", 0, "usage: assetc OUT.c FILE...");
    FILE *f = fopen(argv[1], "wb");
    if (!f) tool_die(argv[1], 0, "cannot be written");
    fputs("/* Made by tools/assetc.c; do not edit. */\n#include \"ui/asset.h\"\n\n", f);
    char **rows = tool_alloc((size_t)argc * sizeof *rows);
    for (int i = 2; i < argc; i++) {
        size_t n;
        unsigned char *p = (unsigned char *)tool_read_file(argv[i], &n);
        z_stream z = {0};
        size_t cap = n + n / 10 + 128;
        unsigned char *gz = tool_alloc(cap);
        z.next_in = p;
        z.avail_in = (uInt)n;
        z.next_out = gz;
        z.avail_out = (uInt)cap;
        if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK ||
            deflate(&z, Z_FINISH) != Z_STREAM_END)
            tool_die(argv[i], 0, "cannot be compressed");
        deflateEnd(&z);
        bytes(f, "raw", i, p, n);
        bytes(f, "gz", i, gz, z.total_out);
        const char *base = strrchr(argv[i], '/');
        base = base ? base + 1 : argv[i];
        const char *ext = strrchr(base, '.');
        if (!ext) tool_die(argv[i], 0, "no extension");
        size_t row_cap = 512 + 2 * strlen(base);
        rows[i] = tool_alloc(row_cap);
        snprintf(rows[i], row_cap,
                 "    {\"%s\", \"/assets/%.*s-%012llx%s\", \"%s\", raw_%d, sizeof raw_%d, gz_%d, sizeof gz_%d},\n",
                 base, (int)(ext - base), base, (unsigned long long)(hash(p, n) & 0xffffffffffffu), ext,
                 content_type(argv[i], ext + 1), i, i, i, i);
    }
    fputs("\nconst struct asset assets[] = {\n", f);
    for (int i = 2; i < argc; i++) fputs(rows[i], f);
    fprintf(f, "};\nconst size_t assets_n = %d;\n", argc - 2);
    return fclose(f) ? 1 : 0;
}
