/* The E-step of one group of eight sequences. Private to engine. */
#ifndef ENGINE_BKT_KERNEL_H
#define ENGINE_BKT_KERNEL_H
#include <stdint.h>

#include "engine/bkt.h"

enum { BKT_LANES = 8, BKT_SCALE_EVERY = 64 };

/* Sequences of one set, the longest first; shorter ones begin later, so that all end together. */
struct bkt_group {
    uint32_t steps;               /* length of the longest */
    uint32_t start[BKT_LANES];    /* step at which each lane begins; steps: the lane is empty */
    uint32_t weight[BKT_LANES];   /* how many students gave exactly these answers; 0: empty */
    const uint8_t *bits;          /* steps: bit l = lane l was right */
};

/* Weighted expectations. */
struct bkt_sums {
    double first;      /* known at the first answer */
    double last;       /* known at the last */
    double known;      /* over all answers */
    double known_right;
    double log_likelihood;
};

/* What a step does, by answers of four lanes; made once for a set's parameters. */
typedef double bkt_v4 __attribute__((vector_size(32)));
struct bkt_steps {
    bkt_v4 stay[16], known[16], right[16], learn[16]; /* (1-T) b0; b1; 1 or 0; T b1 */
    double u0, v0, t;                                 /* what a lane starts with */
};
void bkt_steps_fill(struct bkt_steps *t, const struct bkt *m); /* m->learn < 1 */

/* alpha holds group->steps * BKT_LANES doubles, scale (steps / BKT_SCALE_EVERY + 2) * BKT_LANES doubles. */
void bkt_group_sums(const struct bkt_group *g, const struct bkt_steps *t, double *alpha, double *scale, struct bkt_sums *s);

#endif
