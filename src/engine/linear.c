#include "engine/linear.h"

#include <math.h> /* sqrt, which IEEE 754 rounds exactly */
#include <string.h>

#include "engine/responses.h"

enum { PANEL = 4 };

/* One row of the factor: subtracts what the rows from..k-1 of the panel say, then scales. */
static int panel_row(double *a, size_t n, size_t from, size_t k)
{
    double *row = a + k * n;
    for (size_t q = from; q < k; q++) {
        const double *u = a + q * n;
        double f = u[k];
        for (size_t j = k; j < n; j++) row[j] = row[j] - f * u[j];
    }
    if (!(row[k] > 0.0)) return -1;
    double d = sqrt(row[k]), inverse = 1.0 / d;
    row[k] = d;
    for (size_t j = k + 1; j < n; j++) row[j] = row[j] * inverse;
    return 0;
}

ENGINE_CLONES static void update_rest(double *a, size_t n, size_t from)
{
    const double *u0 = a + from * n, *u1 = u0 + n, *u2 = u1 + n, *u3 = u2 + n;
    for (size_t i = from + PANEL; i < n; i++) {
        double f0 = u0[i], f1 = u1[i], f2 = u2[i], f3 = u3[i];
        double *restrict row = a + i * n;
        if (f0 == 0.0 && f1 == 0.0 && f2 == 0.0 && f3 == 0.0) continue; /* skills that never meet */
        for (size_t j = i; j < n; j++) row[j] = row[j] - ((f0 * u0[j] + f1 * u1[j]) + (f2 * u2[j] + f3 * u3[j]));
    }
}

void linear_again(const double *u, double *b, size_t n)
{
    for (size_t k = 0; k < n; k++) { /* U' y = b */
        b[k] = b[k] / u[k * n + k];
        double f = b[k];
        for (size_t j = k + 1; j < n; j++) b[j] = b[j] - f * u[k * n + j];
    }
    for (size_t k = n; k-- > 0;) { /* U x = y */
        double s = b[k];
        for (size_t j = k + 1; j < n; j++) s = s - u[k * n + j] * b[j];
        b[k] = s / u[k * n + k];
    }
}

enum st linear_solve(double *a, double *b, size_t n, struct err *e)
{
    for (size_t k = 0; k < n; k += PANEL) {
        size_t end = k + PANEL < n ? k + PANEL : n;
        for (size_t q = k; q < end; q++)
            if (panel_row(a, n, k, q) != 0) return err_fail(e, ST_INVALID, "model.data", "the matrix of the fit is not positive definite at column %zu", q);
        if (end - k == PANEL) update_rest(a, n, k);
    }
    linear_again(a, b, n);
    return ST_OK;
}

void linear_inverse_diagonal(const double *u, double *out, double *scratch, size_t n)
{
    for (size_t i = 0; i < n; i++) { /* |U'^-1 e_i|^2 */
        memset(scratch, 0, n * sizeof *scratch);
        scratch[i] = 1.0;
        double s = 0.0;
        for (size_t k = i; k < n; k++) {
            double y = scratch[k] / u[k * n + k];
            s = s + y * y;
            for (size_t j = k + 1; j < n; j++) scratch[j] = scratch[j] - y * u[k * n + j];
        }
        out[i] = s;
    }
}
