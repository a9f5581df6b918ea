/* Readable corpora for readers of packages: "=== NAME" begins a file, its lines follow. */
#ifndef FUZZ_PACK_H
#define FUZZ_PACK_H
#include <stddef.h>
#include <stdint.h>

/* A zip of it; NULL when there is no file in it. Caller frees. */
uint8_t *pack_zip(const uint8_t *data, size_t n, size_t *zip_n);

#endif
