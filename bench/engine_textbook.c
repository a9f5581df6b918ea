/* Knowledge tracing by EM as a textbook has it (Rabiner 1989, eqs. 19-40b with scaling): one sequence after the other,
 * forward and backward with normalisation at each step, nothing merged. What bench/engine.c measures the engine
 * against; the parameters that come out are the same. */
#include "engine_textbook.h"

#include <math.h>
#include <stdlib.h>

static double one_iteration(const struct textbook_log *l, struct bkt *m, double cap, double *alpha)
{
    const double start[2] = {1.0 - m->prior, m->prior}, move[2][2] = {{1.0 - m->learn, m->learn}, {0.0, 1.0}},
                 right[2] = {m->guess, 1.0 - m->slip};
    double first = 0.0, learned = 0.0, could = 0.0, known = 0.0, known_right = 0.0, not = 0.0, not_right = 0.0,
           sum = 0.0;
    for (size_t s = 0; s < l->sequences; s++) {
        size_t from = l->at[s], n = l->at[s + 1] - from;
        double *scale = alpha + 2 * n;
        for (size_t t = 0; t < n; t++) {
            double total = 0.0;
            for (int k = 0; k < 2; k++) {
                double before = t ? alpha[2 * (t - 1)] * move[0][k] + alpha[2 * (t - 1) + 1] * move[1][k] : start[k];
                alpha[2 * t + (size_t)k] = before * (l->right[from + t] ? right[k] : 1.0 - right[k]);
                total += alpha[2 * t + (size_t)k];
            }
            alpha[2 * t] /= total;
            alpha[2 * t + 1] /= total;
            scale[t] = total;
            sum += log(total);
        }
        double beta[2] = {1.0, 1.0};
        for (size_t t = n; t-- > 0;) {
            double gamma = alpha[2 * t + 1] * beta[1] / (alpha[2 * t] * beta[0] + alpha[2 * t + 1] * beta[1]);
            known += gamma;
            not += 1.0 - gamma;
            if (l->right[from + t]) {
                known_right += gamma;
                not_right += 1.0 - gamma;
            }
            if (t == 0) {
                first += gamma;
                break;
            }
            double emit[2];
            for (int k = 0; k < 2; k++) emit[k] = (l->right[from + t] ? right[k] : 1.0 - right[k]) * beta[k] / scale[t];
            learned += alpha[2 * (t - 1)] * move[0][1] * emit[1];
            could += alpha[2 * (t - 1)] * (move[0][0] * emit[0] + move[0][1] * emit[1]);
            beta[0] = move[0][0] * emit[0] + move[0][1] * emit[1];
            beta[1] = emit[1];
        }
    }
    m->prior = first / (double)l->sequences;
    m->learn = could > 0.0 ? fmin(fmax(learned / could, 1e-6), 1.0 - 1e-6) : m->learn;
    m->guess = fmin(fmax(not_right / not, 1e-6), cap);
    m->slip = fmin(fmax((known - known_right) / known, 1e-6), cap);
    m->prior = fmin(fmax(m->prior, 1e-6), 1.0 - 1e-6);
    return sum;
}

double textbook_fit(const struct textbook_log *l, struct bkt *m, double cap, int iterations)
{
    size_t longest = 0;
    for (size_t s = 0; s < l->sequences; s++)
        if (l->at[s + 1] - l->at[s] > longest) longest = l->at[s + 1] - l->at[s];
    double *alpha = malloc((3 * longest + 3) * sizeof *alpha), sum = 0.0;
    if (!alpha) abort();
    for (int i = 0; i < iterations; i++) sum = one_iteration(l, m, cap, alpha);
    free(alpha);
    return sum;
}
