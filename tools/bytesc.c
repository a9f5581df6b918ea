/* A file as bytes in the program: bytesc OUT.c NAME FILE gives `const char NAME[]`, ended by a 0, and `const size_t
 * NAME_size`. */
#include <stdio.h>

#include "po.h"

int main(int argc, char **argv)
{
    size_t n;
    if (argc != 4) tool_die("bytesc", 0, "usage: bytesc OUT.c NAME FILE");
    const unsigned char *p = (unsigned char *)tool_read_file(argv[3], &n);
    FILE *f = fopen(argv[1], "wb");
    if (!f) tool_die(argv[1], 0, "cannot be written");
    fprintf(f,
            "/* Made by tools/bytesc.c; do not edit. */\n#include <stddef.h>\nextern const unsigned char %s[];\nextern "
            "const size_t %s_size;\nconst unsigned char %s[] = {",
            argv[2], argv[2], argv[2]);
    for (size_t i = 0; i < n; i++) fprintf(f, "%s%u,", i % 24 ? "" : "\n", p[i]);
    fprintf(f, "0};\nconst size_t %s_size = %zu;\n", argv[2], n);
    if (fclose(f) != 0) tool_die(argv[1], 0, "cannot be written");
    return 0;
}
