#include "sample.h"

#include <math.h>

#include "engine/numeric.h"

double sample_normal(struct rng *r)
{
    for (;;) { /* polar method: Marsaglia & Bray 1964 */
        double u = 2.0 * rng_unit(r) - 1.0, v = 2.0 * rng_unit(r) - 1.0, s = u * u + v * v;
        if (s > 0.0 && s < 1.0) return u * sqrt(-2.0 * num_log(s) / s);
    }
}

double sample_log_normal(struct rng *r, double median, double log_sd)
{
    return median * num_exp(log_sd * sample_normal(r));
}

/* Gamma for shapes of a half and up by sums of squares would not do: Marsaglia & Tsang 2000, with their boost below
 * 1. */
static double sample_gamma(struct rng *r, double shape)
{
    if (shape < 1.0) {
        double u = rng_unit(r);
        return sample_gamma(r, shape + 1.0) * num_pow(u > 1e-12 ? u : 1e-12, 1.0 / shape);
    }
    double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double x = sample_normal(r), v = 1.0 + c * x;
        if (v <= 0.0) continue;
        v = v * v * v;
        double u = rng_unit(r);
        if (u > 0.0 && num_log(u) < .5 * x * x + d - d * v + d * num_log(v)) return d * v;
    }
}

double sample_beta(struct rng *r, double a, double b)
{
    double x = sample_gamma(r, a), y = sample_gamma(r, b);
    return x + y > 0.0 ? x / (x + y) : a / (a + b);
}
