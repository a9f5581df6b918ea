/* The E-step of one set of skills. Private to engine. */
#ifndef ENGINE_BKT_KERNEL_H
#define ENGINE_BKT_KERNEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/bkt.h"

enum { BKT_LANES = 4, BKT_BLOCK_MOST = 7, BKT_CODES = 2 << BKT_BLOCK_MOST };

/* Up to BKT_BLOCK_MOST answers as one number: a 1, and behind it a bit for each, the first answer highest, 1 a right
 * one. 1: no answer. */
static inline uint32_t bkt_code(const uint8_t *answers, uint32_t n)
{
    uint32_t code = 1;
    for (uint32_t i = 0; i < n; i++) code = code << 1 | answers[i];
    return code;
}

static inline int bkt_code_right(uint32_t code) { return __builtin_popcount(code) - 1; }

/* Four sequences abreast, the longest first. What follows the first answer is cut into blocks from its end, so that
 * only the first block is shorter; a sequence of fewer blocks has empty ones before it, and all end together. */
struct bkt_group {
    uint32_t steps;           /* blocks of the longest */
    bool repeated;            /* some of the weights are more than 1 */
    int64_t first[BKT_LANES]; /* -1: the first answer was right; 0: it was not */
    double weight[BKT_LANES]; /* how many students gave exactly these answers; 0: an empty lane */
    double answers[BKT_LANES], right[BKT_LANES];
    const uint8_t *codes; /* step after step, BKT_LANES each */
    const double *rights; /* right answers of each of these blocks */
};

struct bkt_part {
    uint32_t block;        /* answers to a block, 1 .. BKT_BLOCK_MOST */
    double answers, right; /* of all sequences, with their weights */
    const struct bkt_group *groups;
    size_t group_count;
};

/* Weighted expectations. */
struct bkt_sums {
    double first; /* known at the first answer */
    double last;  /* known at the last */
    double known; /* over all answers */
    double known_right;
    double log_likelihood;
};

/* 0 < slip < 1, learn < 1. */
void bkt_expect(const struct bkt_part *p, const struct bkt *m, struct bkt_sums *out);

#endif
