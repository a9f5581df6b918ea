#include "logistic_sums.h"

#include "engine/numeric.h"
#include "engine/responses.h"
#include "vec4.h"

enum { CHUNK = 128 };

ENGINE_CLONES void logistic_row_logits(const float *restrict x, size_t k, size_t n, const double *restrict w,
                                       double item, double *restrict eta)
{
    for (size_t i = 0; i < n; i++, x += k) {
        v4 sum = all(0.0);
        for (size_t a = 0; a < k; a += LANES) sum = sum + widen(x + a) * read4(w + a);
        eta[i] = sum4(sum) + item;
    }
}

/* What stands in the logarithm is between 1 and 2, so many are multiplied before one is taken. */
ENGINE_CLONES double logistic_losses(double *restrict eta, const double *restrict y, const double *restrict use,
                                     size_t n, double *restrict curve)
{
    double line[LANES] = {0}, logs = 0.0;
    for (size_t from = 0; from < n; from += CHUNK) {
        size_t end = n - from < CHUNK ? n : from + CHUNK;
        double product[LANES] = {1, 1, 1, 1};
        for (size_t i = from; i < end; i += LANES)
            for (size_t l = i; l < i + LANES; l++) {
                double x = eta[l], a = x < 0.0 ? x : -x, ex = num_exp(a), inverse = 1.0 / (1.0 + ex);
                double p = x < 0.0 ? ex * inverse : inverse;
                curve[l] = ex * inverse * inverse * use[l];
                product[l - i] = product[l - i] * (1.0 + ex * use[l]);
                line[l - i] = line[l - i] + ((x > 0.0 ? x : 0.0) - x * y[l]) * use[l];
                eta[l] = (p - y[l]) * use[l];
            }
        for (size_t l = 0; l < LANES; l++) logs = logs + num_log(product[l]);
    }
    return logs + ((line[0] + line[1]) + (line[2] + line[3]));
}

/* LANES x LANES numbers of h, from (a, b) on. */
struct square {
    v4 row[LANES];
};
INLINE void square_add(struct square *s, v4 a, v4 b)
{
    for (size_t q = 0; q < LANES; q++) s->row[q] = s->row[q] + all(a[q]) * b;
}
INLINE void square_end(const struct square *s, double sign, double *h, size_t k)
{
    for (size_t q = 0; q < LANES; q++) write4(h + q * k, read4(h + q * k) + sign * s->row[q]);
}

ENGINE_CLONES void logistic_row_sums(const float *restrict x, size_t k, size_t n, const double *restrict residual,
                                     const double *restrict curve, double *restrict h, double *restrict g)
{
    for (size_t from = 0, end; from < n; from = end) {
        end = n - from < CHUNK ? n : from + CHUNK;
        for (size_t a = 0; a < k; a += LANES) {
            v4 slope = all(0.0);
            for (size_t i = from; i < end; i++) slope = slope + residual[i] * widen(x + i * k + a);
            write4(g + a, read4(g + a) + slope);
            for (size_t b = 0; b <= a; b += LANES) {
                struct square s = {{all(0.0), all(0.0), all(0.0), all(0.0)}};
                for (size_t i = from; i < end; i++)
                    square_add(&s, curve[i] * widen(x + i * k + a), widen(x + i * k + b));
                square_end(&s, 1.0, h + a * k + b, k);
            }
        }
    }
}

ENGINE_CLONES void logistic_coupling(const float *restrict x, size_t k, size_t n, const double *restrict residual,
                                     const double *restrict curve, double *restrict c)
{
    for (size_t a = 0; a < k; a += LANES) {
        v4 sum = all(0.0);
        for (size_t i = 0; i < n; i++) sum = sum + curve[i] * widen(x + i * k + a);
        write4(c + a, sum);
    }
    c[k] = 0.0;
    for (size_t i = 0; i < n; i++) c[k] = c[k] + residual[i];
}

ENGINE_CLONES void logistic_take_out(const double *restrict c, size_t k, size_t n, const double *restrict inverse,
                                     double *restrict h, double *restrict g)
{
    size_t stride = k + 2;
    for (size_t a = 0; a < k; a += LANES) {
        v4 slope = all(0.0);
        for (size_t i = 0; i < n; i++) slope = slope + (inverse[i] * c[i * stride + k]) * read4(c + i * stride + a);
        write4(g + a, read4(g + a) - slope);
        for (size_t b = 0; b <= a; b += LANES) {
            struct square s = {{all(0.0), all(0.0), all(0.0), all(0.0)}};
            for (size_t i = 0; i < n; i++)
                square_add(&s, inverse[i] * read4(c + i * stride + a), read4(c + i * stride + b));
            square_end(&s, -1.0, h + a * k + b, k);
        }
    }
}
