/* The pages of a family: their rows for the gate. */
#ifndef FAMILY_FAMILY_H
#define FAMILY_FAMILY_H
#include "gate/gate.h"

extern const struct route *const family_tables[]; /* NULL at the end */

#endif
