/* Sums over rows for the fit of the logistic family. Private to engine. k: values of a row, a multiple of LANES. */
#ifndef ENGINE_LOGISTIC_SUMS_H
#define ENGINE_LOGISTIC_SUMS_H
#include <stddef.h>

/* eta: n logits, x (n x k) times w and the item's weight. */
void logistic_row_logits(const float *restrict x, size_t k, size_t n, const double *restrict w, double item,
                         double *restrict eta);
/* Predictions and curvature of n rows, a multiple of LANES: eta becomes the residual p - y; curve is p (1 - p); both 0
 * where use is. Returns the loss, ln(1 + e^-|x|) + max(x, 0) - x y summed up. */
double logistic_losses(double *restrict eta, const double *restrict y, const double *restrict use, size_t n,
                       double *restrict curve);
/* h (k x k, rows of k; the lower triangle in squares of LANES) and g (k) gain what n rows say. */
void logistic_row_sums(const float *restrict x, size_t k, size_t n, const double *restrict residual,
                       const double *restrict curve, double *restrict h, double *restrict g);
/* c (k + 1): how the weight of an item, whose rows these are, is bound to the values; behind them its own gradient. */
void logistic_coupling(const float *restrict x, size_t k, size_t n, const double *restrict residual,
                       const double *restrict curve, double *restrict c);
/* h and g of n items' rows lose what the items' own weights explain. c: n x (k + 2), as above and the item's
 * curvature; inverse: n, of these. */
void logistic_take_out(const double *restrict c, size_t k, size_t n, const double *restrict inverse, double *restrict h,
                       double *restrict g);

#endif
