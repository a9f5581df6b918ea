/* Lots for the invented school. Private to engine. */
#ifndef ENGINE_SIMULATE_LOT_H
#define ENGINE_SIMULATE_LOT_H
#include "base/rng.h"

double lot_normal(struct rng *r);
double lot_log_normal(struct rng *r, double median, double log_sd);

#endif
