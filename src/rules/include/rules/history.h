/* A learner's facts in packed form for refolding: only the fields that the fold reads.
 *
 * Derived: made of the rows of the facts, which stay what counts, and held against them by `waymark check`. A history
 * is cut into blocks of HISTORY_BLOCK facts in their order, the last one as full as it is; a block is the same bytes on
 * every machine. A fact is a record of 24 bytes beside a table of what many facts share (item, version, policy, model);
 * what does not fit, such as an observation or part of a score, is written out whole at the end. */
#ifndef RULES_HISTORY_H
#define RULES_HISTORY_H
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "domain/evidence.h"

enum { HISTORY_BLOCK = 1024 };

/* n: 1 to HISTORY_BLOCK facts, in order of evidence_id; bytes in arena. */
enum st history_pack(struct arena *a, const struct evidence *facts, size_t n, const void **bytes,
                     size_t *size) WARN_UNUSED;

/* A block while it is read. */
struct history {
    const unsigned char *kinds, *records, *odd;
    uint32_t count, kind_count, odd_count, at, odd_at;
    int64_t learner_id;
    bool was_odd;
};
/* false: the bytes are no block. Borrows them. */
bool history_open(struct history *h, int64_t learner_id, const void *bytes, size_t size);
/* The next fact, with only what the fold goes by (store/answer.h, evidence_to_fold). *v is the caller's, the same from
 * the first to the last, and not to be written to between. false: that was the last, or the bytes are damaged
 * (history_is_whole tells). */
bool history_next(struct history *h, struct evidence *v);
bool history_is_whole(const struct history *h);   /* every fact has been read */
int64_t history_last_id(const struct history *h); /* of the last fact; 0: none */
/* The ids that withdrawals in it name, at most odd_count of them; ids may be NULL to count. */
size_t history_withdrawn(const struct history *h, int64_t *ids);

#endif
