#ifndef BENCH_ENGINE_TEXTBOOK_H
#define BENCH_ENGINE_TEXTBOOK_H
#include <stddef.h>
#include <stdint.h>

#include "engine/bkt.h"

/* The answers of one skill, student after student. */
struct textbook_log {
    size_t sequences;
    const uint32_t *at; /* sequences + 1 */
    const uint8_t *right;
};
/* So many iterations of EM from *m; returns the log-likelihood before the last. Aborts without memory. */
double textbook_fit(const struct textbook_log *l, struct bkt *m, double cap, int iterations);

#endif
