/* The E-step of one set of skills. Private to engine. */
#ifndef ENGINE_BKT_KERNEL_H
#define ENGINE_BKT_KERNEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/bkt.h"

enum { BKT_LANES = 8, BKT_ROWS = BKT_LANES / 4, BKT_SCALE_EVERY = 32, BKT_DEPTH_MAX = 10 };

/* What follows the trunk (bkt_kernel.c) in up to eight sequences, four to a row of the vectors, the longest first. Shorter ones begin later, so that
 * all end together; until then a lane stands still. */
struct bkt_group {
    uint32_t steps, lanes;      /* length of the longest; how many sequences */
    uint32_t begin[BKT_ROWS];   /* step at which each row begins, ascending; steps: the row is empty */
    uint32_t slot[BKT_LANES];   /* where on the trunk each begins; of an empty lane: 1 */
    double weight[BKT_LANES];   /* how many students gave exactly these answers; 0: empty */
    bool repeated;              /* some of them are more than 1 */
    const uint8_t *codes;       /* step after step, the rows that have begun: see bkt_code */
};

/* The answers of one row at one step. on: how many lanes have begun, which are the first; right: bits of these. Times four: as a place in tables of
 * four doubles each. */
static inline uint8_t bkt_code(unsigned on, unsigned right) { return (uint8_t)(4 * ((1U << on) - 1 + right)); }
enum { BKT_CODES = 31 };

/* A sequence that ends on the trunk; they are filled up to a multiple of four with slot 1, weight 0. */
struct bkt_end {
    uint32_t slot, weight;
};

struct bkt_part {
    uint32_t depth;             /* of the trunk, 1 .. BKT_DEPTH_MAX */
    double answers, right;      /* of all sequences, with their weights */
    const struct bkt_group *groups;
    const struct bkt_end *ends;
    size_t group_count, end_count;
};

/* Weighted expectations. */
struct bkt_sums {
    double first;      /* known at the first answer */
    double last;       /* known at the last */
    double known;      /* over all answers */
    double known_right;
    double log_likelihood;
};

struct bkt_scratch {
    double *trunk;
};
enum st bkt_scratch_make(struct bkt_scratch *s, uint32_t depth, struct err *e) WARN_UNUSED;
void bkt_scratch_free(struct bkt_scratch *s);

/* 0 < slip < 1, learn < 1; s: for at least this depth. */
void bkt_expect(const struct bkt_part *p, const struct bkt *m, const struct bkt_scratch *s, struct bkt_sums *out);

#endif
