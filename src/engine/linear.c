#include "engine/linear.h"

#include <math.h> /* sqrt, which IEEE 754 rounds exactly */
#include <string.h>

#include "engine/responses.h"
#include "lanes.h"

enum { PANEL = 4, BLOCK = 32, ROWS_A_TASK = 32 };

/* One row of the factor: subtracts what the rows from..k-1 of the panel say, then scales. */
INLINE int panel_row(double *a, size_t n, size_t from, size_t k)
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

/* Takes from the rows first..last-1 what the panels of the rows from..end-1 say. */
ENGINE_CLONES static void update_rows(double *a, size_t n, size_t from, size_t end, size_t first, size_t last)
{
    for (size_t i = first; i < last; i++) {
        double *restrict row = a + i * n;
        for (size_t k = from; k < end; k += PANEL) {
            const double *u0 = a + k * n, *u1 = u0 + n, *u2 = u1 + n, *u3 = u2 + n;
            double f0 = u0[i], f1 = u1[i], f2 = u2[i], f3 = u3[i];
            if (f0 == 0.0 && f1 == 0.0 && f2 == 0.0 && f3 == 0.0) continue; /* skills that never meet */
            for (size_t j = i; j < n; j++) row[j] = row[j] - ((f0 * u0[j] + f1 * u1[j]) + (f2 * u2[j] + f3 * u3[j]));
        }
    }
}

/* The rows below a block whose own are done: each stays with one task, so that its bits do not depend on how they are shared out. */
struct below {
    double *a;
    size_t n, from, end;
};

static void update_below(void *arg, size_t task)
{
    const struct below *b = arg;
    size_t first = b->end + task * ROWS_A_TASK, last = first + ROWS_A_TASK;
    update_rows(b->a, b->n, b->from, b->end, first, last < b->n ? last : b->n);
}

ENGINE_CLONES void linear_again(const double *u, double *b, size_t n)
{
    for (size_t k = 0; k < n; k++) { /* U' y = b */
        b[k] = b[k] / u[k * n + k];
        double f = b[k];
        for (size_t j = k + 1; j < n; j++) b[j] = b[j] - f * u[k * n + j];
    }
    for (size_t k = n; k-- > 0;) { /* U x = y */
        v4 part = all(0.0);
        double rest = 0.0;
        size_t j = k + 1;
        for (; j + LANES <= n; j += LANES) part = part + read4(u + k * n + j) * read4(b + j);
        for (; j < n; j++) rest = rest + u[k * n + j] * b[j];
        b[k] = (b[k] - (sum4(part) + rest)) / u[k * n + k];
    }
}

ENGINE_CLONES static enum st factor_block(double *a, size_t n, size_t from, size_t end, struct err *e)
{
    for (size_t k = from; k < end; k += PANEL) {
        size_t panel_end = k + PANEL < end ? k + PANEL : end;
        for (size_t q = k; q < panel_end; q++)
            if (panel_row(a, n, k, q) != 0) return err_fail(e, ST_INVALID, "model.data", "the matrix of the fit is not positive definite at column %zu", q);
        if (panel_end - k == PANEL) update_rows(a, n, k, panel_end, panel_end, end);
    }
    return ST_OK;
}

enum st linear_solve(double *a, double *b, size_t n, const struct parallel *par, struct err *e)
{
    for (size_t from = 0; from < n; from += BLOCK) {
        struct below below = {a, n, from, from + BLOCK < n ? from + BLOCK : n};
        TRY(factor_block(a, n, from, below.end, e));
        parallel_run(par, (n - below.end + ROWS_A_TASK - 1) / ROWS_A_TASK, update_below, &below);
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
