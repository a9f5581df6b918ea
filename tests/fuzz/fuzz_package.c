/* A package (see pack.h) through every reader of packages. */
#include "fuzz.h"
#include "interop/mathcamps.h"
#include "interop/oatutor.h"
#include "interop/oneroster.h"
#include "interop/report.h"
#include "pack.h"

static void read_as(int kind, const uint8_t *zip, size_t n)
{
    struct arena a;
    struct err e;
    struct import_report r;
    struct package *p;
    struct roster *roster;
    struct content_pack *content;
    arena_init(&a, 256 << 20);
    report_init(&r, &a);
    if (package_open_bytes(&a, zip, n, &r, &p, &e) == ST_OK) {
        if (kind == 0) (void)!roster_read(&a, p, &r, &roster, &e);
        else if (kind == 1) (void)!oatutor_read(&a, p, &r, &content, &e);
        else if (kind == 2) (void)!mathcamps_read(&a, p, &r, &content, &e);
        FUZZ_CHECK(r.problem_total >= 0);
    }
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    size_t zip_n;
    uint8_t *zip = pack_zip(data, n, &zip_n);
    for (int kind = 0; zip && kind < 3; kind++) read_as(kind, zip, zip_n);
    free(zip);
    return 0;
}
