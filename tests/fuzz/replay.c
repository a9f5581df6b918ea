/* A fuzz target over the files of folders, for compilers without a fuzzer: each file, and the beginnings of it. */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"

enum { CUTS = 16 };

static int replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return -1;
    uint8_t *all = NULL;
    size_t n = 0, k;
    do {
        uint8_t *more = realloc(all, n + 65536);
        if (!more) abort();
        all = more;
        k = fread(all + n, 1, 65536, f);
        n += k;
    } while (k);
    fclose(f);
    for (size_t i = 0; i <= CUTS; i++) { /* a copy of its own size, so that a read behind the end is seen */
        size_t cut = n * i / CUTS;
        uint8_t *part = malloc(cut ? cut : 1);
        if (!part) abort();
        memcpy(part, all, cut);
        LLVMFuzzerTestOneInput(part, cut);
        free(part);
    }
    free(all);
    return 0;
}

int main(int argc, char **argv)
{
    int files = 0;
    for (int i = 1; i < argc; i++) {
        struct dirent **names;
        int n = scandir(argv[i], &names, NULL, alphasort);
        if (n < 0) {
            fprintf(stderr, "replay: %s is no folder\n", argv[i]);
            return 2;
        }
        for (int k = 0; k < n; k++) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", argv[i], names[k]->d_name);
            if (names[k]->d_name[0] != '.' && replay(path) == 0) files++;
            free(names[k]);
        }
        free(names);
    }
    printf("%d files\n", files);
    return files ? 0 : 1;
}
