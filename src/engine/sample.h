/* Random draws (normal, log-normal, beta) that are bit-identical on every machine: + - * / sqrt and engine/numeric.h
 * only. Private to engine. */
#ifndef ENGINE_SAMPLE_H
#define ENGINE_SAMPLE_H
#include "base/rng.h"

double sample_normal(struct rng *r); /* mean 0, sd 1: Marsaglia & Bray 1964 */
double sample_log_normal(struct rng *r, double median, double log_sd);
double sample_beta(struct rng *r, double a, double b); /* a, b > 0: by gammas, Marsaglia & Tsang 2000 */

#endif
