/* The pages of a student: their rows for the gate. */
#ifndef STUDENT_STUDENT_H
#define STUDENT_STUDENT_H
#include "gate/gate.h"

extern const struct route *const student_tables[]; /* NULL at the end */

#endif
