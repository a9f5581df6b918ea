/* Bytes as a zip: whatever it claims, names are safe and what is read is counted. */
#include <string.h>

#include "fuzz.h"
#include "interop/package.h"
#include "interop/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct err e;
    struct import_report r;
    struct package *p;
    arena_init(&a, 256 << 20);
    report_init(&r, &a);
    if (package_open_bytes(&a, data, n, &r, &p, &e) == ST_OK) {
        FUZZ_CHECK(package_count(p) <= PACKAGE_ENTRIES_MAX);
        for (size_t i = 0; i < package_count(p) && i < 50; i++) {
            const char *name = package_name(p, i), *bytes;
            size_t size;
            FUZZ_CHECK(*name != '/' && strncmp(name, "../", 3) != 0 && !strstr(name, "/../"));
            if (package_read(p, i, &a, &bytes, &size, &e) == ST_OK)
                FUZZ_CHECK(size <= PACKAGE_ENTRY_BYTES_MAX && bytes[size] == 0);
        }
    }
    arena_release(&a);
    return 0;
}
