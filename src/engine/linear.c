#include "engine/linear.h"

#include <math.h> /* sqrt, which IEEE 754 rounds exactly */
#include <string.h>

#include "engine/responses.h"
#include "vec4.h"

enum { PANEL = 4, BLOCK = 32 };

/* The matrix, which becomes its factor row by row, and the right side, which is one more column of it. */
struct system {
    double *a, *b;
    size_t n;
};

/* One row of the factor: subtracts what the rows from..k-1 of the panel say, then scales. */
INLINE int panel_row(const struct system *s, size_t from, size_t k)
{
    size_t n = s->n;
    double *row = s->a + k * n, b = s->b[k];
    for (size_t q = from; q < k; q++) {
        const double *u = s->a + q * n;
        double f = u[k];
        for (size_t j = k; j < n; j++) row[j] = row[j] - f * u[j];
        b = b - f * s->b[q];
    }
    if (!(row[k] > 0.0)) return -1;
    double d = sqrt(row[k]), inverse = 1.0 / d;
    row[k] = d;
    for (size_t j = k + 1; j < n; j++) row[j] = row[j] * inverse;
    s->b[k] = b * inverse;
    return 0;
}

/* Takes from the rows first..last-1 what the panels of the rows from..end-1 say. */
ENGINE_CLONES static void update_rows(const struct system *s, size_t from, size_t end, size_t first, size_t last)
{
    size_t n = s->n;
    for (size_t i = first; i < last; i++) {
        double *restrict row = s->a + i * n, b = s->b[i];
        for (size_t k = from; k < end; k += PANEL) {
            const double *u0 = s->a + k * n, *u1 = u0 + n, *u2 = u1 + n, *u3 = u2 + n, *y = s->b + k;
            double f0 = u0[i], f1 = u1[i], f2 = u2[i], f3 = u3[i];
            if (f0 == 0.0 && f1 == 0.0 && f2 == 0.0 && f3 == 0.0) continue; /* skills that never meet */
            for (size_t j = i; j < n; j++) row[j] = row[j] - ((f0 * u0[j] + f1 * u1[j]) + (f2 * u2[j] + f3 * u3[j]));
            b = b - ((f0 * y[0] + f1 * y[1]) + (f2 * y[2] + f3 * y[3]));
        }
        s->b[i] = b;
    }
}

/* Makes a block's rows those of the factor, once they have all that the rows above say: the column at which that
 * fails, or n. */
ENGINE_CLONES static size_t factor_block(const struct system *s, size_t from, size_t end)
{
    for (size_t k = from; k < end; k += PANEL) {
        size_t panel_end = k + PANEL < end ? k + PANEL : end;
        for (size_t q = k; q < panel_end; q++)
            if (panel_row(s, k, q) != 0) return q;
        if (panel_end - k == PANEL) update_rows(s, k, panel_end, panel_end, end);
    }
    return s->n;
}

/* What a block that is done says, to each block below. Whoever does it to the next one makes that one's rows at once,
 * so that nobody waits for them. Each row stays with one task: its bits do not depend on how they are shared out. */
struct below {
    struct system s;
    size_t from, end, failed;
};

static size_t block_end(size_t from, size_t n) { return from + BLOCK < n ? from + BLOCK : n; }

static void update_block(void *arg, size_t task)
{
    struct below *b = arg;
    size_t first = task * BLOCK, last = block_end(first, b->s.n);
    if (first < b->end) return;
    update_rows(&b->s, b->from, b->end, first, last);
    if (first == b->end) b->failed = factor_block(&b->s, first, last);
}

/* U' y = b */
static void forward(const double *u, double *b, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        b[k] = b[k] / u[k * n + k];
        double f = b[k];
        for (size_t j = k + 1; j < n; j++) b[j] = b[j] - f * u[k * n + j];
    }
}

/* U x = y */
ENGINE_CLONES static void backward(const double *u, double *b, size_t n)
{
    for (size_t k = n; k-- > 0;) {
        v4 part = all(0.0);
        double rest = 0.0;
        size_t j = k + 1;
        for (; j + LANES <= n; j += LANES) part = part + read4(u + k * n + j) * read4(b + j);
        for (; j < n; j++) rest = rest + u[k * n + j] * b[j];
        b[k] = (b[k] - (sum4(part) + rest)) / u[k * n + k];
    }
}

enum st linear_solve(double *a, double *b, size_t n, const struct parallel *par, struct err *e)
{
    struct below below = {.s = {a, b, n}};
    below.end = block_end(0, n);
    below.failed = factor_block(&below.s, 0, below.end);
    while (below.end < n && below.failed == n) {
        /* of all, so that a block has the same number each time and stays in one cache */
        parallel_run(par, (n + BLOCK - 1) / BLOCK, update_block, &below);
        below.from = below.end;
        below.end = block_end(below.end, n);
    }
    if (below.failed < n)
        return err_fail(e, ST_INVALID, "model.data", "the matrix of the fit is not positive definite at column %zu",
                        below.failed);
    backward(a, b, n);
    return ST_OK;
}

void linear_again(const double *u, double *b, size_t n)
{
    forward(u, b, n);
    backward(u, b, n);
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
