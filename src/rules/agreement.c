#include "rules/agreement.h"

#include <math.h>

void agreement_add(struct agreement *g, int a, int b)
{
    g->said[a][b]++;
    g->said[b][a]++;
    g->pairs++;
}

double agreement_exact(const struct agreement *g)
{
    double same = 0;
    for (int i = 0; i < g->categories; i++) same += g->said[i][i];
    return g->pairs > 0 ? same / (2 * g->pairs) : 0;
}

bool weighted_kappa(const struct agreement *g, double *kappa)
{
    double row[RIGOR_CATEGORIES_MAX] = {0}, all = 0, seen = 0, expected = 0;
    for (int i = 0; i < g->categories; i++)
        for (int j = 0; j < g->categories; j++) {
            row[i] += g->said[i][j];
            all += g->said[i][j];
        }
    for (int i = 0; i < g->categories; i++)
        for (int j = 0; j < g->categories; j++) {
            double w = (double)((i - j) * (i - j));
            seen += w * g->said[i][j];
            expected += all > 0 ? w * row[i] * row[j] / all : 0;
        }
    if (!(expected > 0)) return false;
    *kappa = 1 - seen / expected;
    return true;
}

/* Student's t at 0.975, by degrees of freedom; between the rows the smaller freedom, which is the wider. */
static double t_975(size_t freedom)
{
    static const struct {
        size_t freedom;
        double t;
    } table[] = {{1, 12.706}, {2, 4.303},  {3, 3.182},  {4, 2.776},  {5, 2.571},  {6, 2.447},
                 {7, 2.365},  {8, 2.306},  {9, 2.262},  {10, 2.228}, {12, 2.179}, {15, 2.131},
                 {20, 2.086}, {30, 2.042}, {60, 2.000}, {120, 1.980}};
    double t = table[0].t;
    for (size_t i = 0; i < sizeof table / sizeof *table && table[i].freedom <= freedom; i++) t = table[i].t;
    return t;
}

struct interval mean_interval(const double *x, size_t n)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) square += (x[i] - mean) * (x[i] - mean);
    double half = t_975(n - 1) * sqrt(square / (double)(n - 1) / (double)n);
    return (struct interval){mean, mean - half, mean + half};
}
