/* Frameworks: the same bytes as CASE, as ASN and as OpenSALT's CSV. */
#include "fuzz.h"
#include "interop/asn.h"
#include "interop/case.h"
#include "interop/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static enum st (*const readers[])(struct arena *, const char *, size_t, const char *, struct import_report *,
                                      struct cf_package **, struct err *) = {case_read, asn_read, opensalt_read};
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        struct arena a;
        struct err e;
        struct import_report r;
        struct cf_package *f = NULL;
        arena_init(&a, 64 << 20);
        report_init(&r, &a);
        if (readers[i](&a, (const char *)data, n, "f", &r, &f, &e) == ST_OK) FUZZ_CHECK(f);
        arena_release(&a);
    }
    return 0;
}
