/* exp, log and their kin, made of + - * / and bit moves only: the same bits from every compiler, library and vector
 * width.
 *
 * Relative error below 4e-16 (exp) and 6e-16 (log) over the ranges used here; tests/unit/test_engine_models.c holds
 * them against libm. Inline, without branches, so that loops over them are made into vector code.
 */
#ifndef ENGINE_NUMERIC_H
#define ENGINE_NUMERIC_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline double num_from_bits(int64_t b)
{
    double x;
    memcpy(&x, &b, sizeof x);
    return x;
}

static inline int64_t num_to_bits(double x)
{
    int64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

/* e^x for |x| <= 700; outside it is held at the ends. x = k ln 2 + r, |r| <= ln 2 / 2, Taylor to r^13 (rest <
 * 5e-18). */
static inline double num_exp(double x)
{
    x = x < -700.0 ? -700.0 : x;
    x = x > 700.0 ? 700.0 : x;
    const double magic = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to a whole number in the low bits */
    double t = x * 1.4426950408889634 + magic;
    int64_t k = num_to_bits(t) - num_to_bits(magic);
    double n = t - magic;
    double r = (x - n * 0x1.62e42fefa3800p-1) - n * 0x1.ef35793c76730p-45;
    /* Pairs first (Estrin), so that the additions do not wait for each other in a line; 1 last, so that it rounds
     * once. */
    double z = r * r, z2 = z * z, z4 = z2 * z2;
    double a = (1.0 / 2.0 + r * (1.0 / 6.0)) + z * (1.0 / 24.0 + r * (1.0 / 120.0));
    double b = (1.0 / 720.0 + r * (1.0 / 5040.0)) + z * (1.0 / 40320.0 + r * (1.0 / 362880.0));
    double c = (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) + z * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0));
    double p = 1.0 + (r + z * ((a + z2 * b) + z4 * c));
    return p * num_from_bits((k + 1023) * ((int64_t)1 << 52));
}

/* ln x for normal x > 0. x = 2^k m, m in [sqrt 1/2, sqrt 2); 2 atanh((m-1)/(m+1)) as a series. */
static inline double num_log(double x)
{
    int64_t b = num_to_bits(x);
    /* k + 1023, by a shift and a conversion that vectors have too */
    int64_t shifted = (int64_t)((uint64_t)(b - 0x3fe6a09e667f3bcd + ((int64_t)1023 << 52)) >> 52);
    double m = num_from_bits(b - shifted * ((int64_t)1 << 52) + ((int64_t)1023 << 52)),
           k = num_from_bits(shifted + num_to_bits(4503599627370496.0)) - (4503599627370496.0 + 1023.0);
    double f = m - 1.0, s = f / (m + 1.0), z = s * s;
    double z2 = z * z, z4 = z2 * z2;
    double p = (2.0 / 3.0 + z * (2.0 / 5.0)) + z2 * (2.0 / 7.0 + z * (2.0 / 9.0));
    double q = (2.0 / 11.0 + z * (2.0 / 13.0)) + z2 * (2.0 / 15.0 + z * (2.0 / 17.0));
    p = (p + z4 * q) + z4 * z4 * ((2.0 / 19.0 + z * (2.0 / 21.0)) + z2 * (2.0 / 23.0));
    return k * 0x1.62e42fefa3800p-1 + (s * (2.0 + z * p) + k * 0x1.ef35793c76730p-45);
}

/* 1 / (1 + e^-x) */
static inline double num_logistic(double x) { return 1.0 / (1.0 + num_exp(-x)); }
/* ln(1 + e^x), without overflow */
static inline double num_softplus(double x) { return (x > 0.0 ? x : 0.0) + num_log(1.0 + num_exp(x > 0.0 ? -x : x)); }
/* x^y for x > 0 */
static inline double num_pow(double x, double y) { return num_exp(y * num_log(x)); }

#endif
