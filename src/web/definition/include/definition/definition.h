/* The pages of the school's definition: their rows for the gate. */
#ifndef DEFINITION_DEFINITION_H
#define DEFINITION_DEFINITION_H
#include "gate/gate.h"

extern const struct route *const definition_tables[]; /* NULL at the end */

#endif
