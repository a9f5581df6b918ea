/* The pages of nobody in particular: files, languages, the parts of the interface: their rows for the gate. */
#ifndef FRAME_FRAME_H
#define FRAME_FRAME_H
#include "gate/gate.h"

extern const struct route *const frame_tables[]; /* NULL at the end */

#endif
