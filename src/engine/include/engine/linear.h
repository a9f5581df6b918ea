/* The one piece of dense linear algebra that fits need. */
#ifndef ENGINE_LINEAR_H
#define ENGINE_LINEAR_H
#include <stddef.h>

#include "base/err.h"
#include "engine/responses.h"

/* Solves A x = b for symmetric positive definite A (n x n, row-major; the upper triangle is read and overwritten by its
 * Cholesky factor U, A = U'U). b is overwritten by x. ST_INVALID: A is not positive definite, or holds NaN; b is then
 * undefined. par: NULL for one thread; the bits do not depend on it. */
enum st linear_solve(double *a, double *b, size_t n, const struct parallel *par, struct err *e) WARN_UNUSED;
/* With U from linear_solve: the next right side. */
void linear_again(const double *u, double *b, size_t n);
/* With U from linear_solve: out[i] = (A^-1)[i][i] for all i; scratch holds n. */
void linear_inverse_diagonal(const double *u, double *out, double *scratch, size_t n);

#endif
