/* The pages of a teacher: their rows for the gate. */
#ifndef TEACHER_TEACHER_H
#define TEACHER_TEACHER_H
#include "gate/gate.h"

extern const struct route *const teacher_tables[]; /* NULL at the end */

#endif
