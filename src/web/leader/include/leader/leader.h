/* The pages of leaders: their rows for the gate. */
#ifndef LEADER_LEADER_H
#define LEADER_LEADER_H
#include "gate/gate.h"

extern const struct route *const leader_tables[]; /* NULL at the end */

#endif
