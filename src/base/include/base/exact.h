/* Numbers that people write with a point, compared as people mean them: 2.7 is 2.7, also as the mean of seven.
 *
 * A double holds 2.7 only nearly, and a sum of such numbers differs from the product in its last bit. Here they are
 * integers, in billionths; magnitudes up to 9e9. Pure.
 */
#ifndef BASE_EXACT_H
#define BASE_EXACT_H
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

static const int64_t EXACT_ONE = 1000000000;

static inline int64_t exact_units(double v) { return llround(v * 1e9); }

/* sum / n compared with a bound: below 0, 0, above 0. n > 0. */
static inline int exact_mean_cmp(int64_t sum_units, int64_t n, double bound)
{
    __int128 left = sum_units, right = (__int128)exact_units(bound) * n;
    return left < right ? -1 : left > right;
}

/* Is `have` at least this share of `all`? */
static inline bool exact_share_reached(int64_t have, double share, int64_t all)
{
    return (__int128)have * EXACT_ONE >= (__int128)exact_units(share) * all;
}

#endif
