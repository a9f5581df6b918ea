/* Grades as CEDS codes: IT PR PK TK KG 01 .. 13 PS AE UG Other. */
#ifndef INTEROP_GRADE_H
#define INTEROP_GRADE_H
#include <stdbool.h>
#include <stddef.h>

/* A list parted by commas, semicolons or dots-between-numbers ("09.10"); ranges ("9-12") are spelt out. Codes are
 * joined by commas in out, in CEDS order, each once; the first text that is no grade is copied to bad (or bad[0] =
 * 0). */
void grade_list(const char *s, char out[128], char bad[32]);

#endif
