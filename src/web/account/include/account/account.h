/* The pages of signing in and out: their rows for the gate. */
#ifndef ACCOUNT_ACCOUNT_H
#define ACCOUNT_ACCOUNT_H
#include "gate/gate.h"

extern const struct route *const account_tables[]; /* NULL at the end */

#endif
