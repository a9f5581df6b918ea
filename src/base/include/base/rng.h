/* Our own generator, so that a seed means the same everywhere. xoshiro256** seeded by splitmix64
 * (Blackman & Vigna 2018). */
#ifndef BASE_RNG_H
#define BASE_RNG_H
#include <stdint.h>

struct rng {
    uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_u64(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n); /* 0 .. n-1, unbiased; n > 0 */
double rng_unit(struct rng *r);                /* [0,1), 53 bits */
uint64_t hash_mix(uint64_t a, uint64_t b);     /* a good mix of two numbers; not for secrets */

#endif
