/* Four numbers abreast, for loops that the compiler does not see how to widen. Private to engine. Used inside
 * ENGINE_CLONES only: four lanes of AVX2, or two by two without it; the same operations in the same order. */
#ifndef ENGINE_VEC4_H
#define ENGINE_VEC4_H
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#pragma GCC diagnostic ignored "-Wpsabi" /* lanes are passed to inline functions only, never over a call */
#define INLINE static inline __attribute__((always_inline))

enum { LANES = 4, CACHE_LINE = 64 /* a vector across two of them costs twice */ };
typedef double v4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef double v2 __attribute__((vector_size(16), may_alias));
typedef float f4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef int64_t m4 __attribute__((vector_size(32), aligned(8), may_alias)); /* of masks: 0 or -1 */
typedef uint64_t u4 __attribute__((vector_size(32), aligned(8), may_alias));

INLINE v4 all(double x) { return (v4){x, x, x, x}; }
INLINE v4 read4(const double *from) { return *(const v4 *)from; }
INLINE void write4(double *to, v4 x) { *(v4 *)to = x; }
INLINE v4 widen(const float *from) { return __builtin_convertvector(*(const f4 *)from, v4); }
INLINE v4 pick(m4 mask, v4 yes, v4 no) { return (v4)(((m4)yes & mask) | ((m4)no & ~mask)); }
INLINE v4 only(m4 mask, v4 x) { return (v4)((m4)x & mask); }
/* Room, for free, that shares no cache line with other room, which another thread might write. NULL: there is none. */
static inline void *lines_make(size_t bytes)
{
    return aligned_alloc(CACHE_LINE, (bytes / CACHE_LINE + 1) * CACHE_LINE);
}
/* Room for n; rows of whole lanes in it cross no cache line. */
static inline double *lanes_make(size_t n) { return lines_make(n * sizeof(double)); }
/* As many numbers as fill the cache lines that n take: what comes after them may be another thread's. */
static inline size_t whole_lines(size_t n)
{
    return (n + CACHE_LINE / sizeof(double) - 1) / (CACHE_LINE / sizeof(double)) * (CACHE_LINE / sizeof(double));
}
INLINE m4 mask4(const int64_t *from) { return *(const m4 *)from; }
INLINE double sum4(v4 x) { return (x[0] + x[1]) + (x[2] + x[3]); }

/* The sums of four, each as sum4 has it. */
INLINE v4 sums4(v4 a, v4 b, v4 c, v4 d)
{
    v4 ab = __builtin_shufflevector(a, b, 0, 4, 2, 6) + __builtin_shufflevector(a, b, 1, 5, 3, 7);
    v4 cd = __builtin_shufflevector(c, d, 0, 4, 2, 6) + __builtin_shufflevector(c, d, 1, 5, 3, 7);
    return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

#endif
