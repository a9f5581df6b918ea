/* The full logistic model with what earlier answers on other skills say, on the command line. */
#include <string.h>

#include "engine/transfer.h"
#include "model.h"

bool model_transfer_options(const struct cli *c, struct transfer_options *o)
{
    double dims, steps;
    *o = transfer_defaults;
    if (!model_number(c, "--dims", TRANSFER_LANES, TRANSFER_DIMS_MAX, (double)o->dims, &dims) || !model_number(c, "--steps", 1, 1e6, o->steps, &steps) || !model_number(c, "--ridge", 0, 1e6, o->ridge, &o->ridge)) return false;
    o->dims = (size_t)dims / TRANSFER_LANES * TRANSFER_LANES;
    o->steps = (int)steps;
    return true;
}
