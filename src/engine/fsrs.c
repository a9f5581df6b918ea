#include "engine/fsrs.h"

#include "engine/numeric.h"

const struct fsrs fsrs_default = {{.212,   1.2931, 2.3065, 8.2956, 6.4133, .8334,  3.0194, .001,  1.8722, .1666, .796,
                                   1.4835, .0614,  .2629,  1.6483, .6014,  1.8729, .5425,  .0912, .0658,  .1542}};
static const double stability_low = .001, stability_high = 36500.0;

static double clamp(double x, double lo, double hi) { return x < lo ? lo : x > hi ? hi : x; }
static double factor(const struct fsrs *m) { return num_pow(.9, -1.0 / m->w[20]) - 1.0; }

double fsrs_recall(const struct fsrs *m, struct fsrs_state s, double days)
{
    if (!(s.stability_days > 0.0)) return 0.0;
    return num_pow(1.0 + factor(m) * (days > 0.0 ? days : 0.0) / s.stability_days, -m->w[20]);
}

double fsrs_interval_days(const struct fsrs *m, struct fsrs_state s, double recall)
{
    return s.stability_days / factor(m) * (num_pow(recall, -1.0 / m->w[20]) - 1.0);
}

static double first_difficulty(const double *w, double grade) { return w[4] - num_exp(w[5] * (grade - 1.0)) + 1.0; }

static double next_stability(const struct fsrs *m, struct fsrs_state s, enum fsrs_grade grade, double days)
{
    const double *w = m->w;
    double x = s.stability_days, g = (double)grade;
    if (days < 1.0) {
        double by = num_exp(w[17] * (g - 3.0 + w[18])) * num_pow(x, -w[19]);
        return x * (grade >= FSRS_GOOD && by < 1.0 ? 1.0 : by);
    }
    double r = fsrs_recall(m, s, days);
    if (grade == FSRS_AGAIN) {
        double after =
                   w[11] * num_pow(s.difficulty, -w[12]) * (num_pow(x + 1.0, w[13]) - 1.0) * num_exp(w[14] * (1.0 - r)),
               most = x / num_exp(w[17] * w[18]);
        return after < most ? after : most;
    }
    double hard = grade == FSRS_HARD ? w[15] : 1.0, easy = grade == FSRS_EASY ? w[16] : 1.0;
    return x * (1.0 + num_exp(w[8]) * (11.0 - s.difficulty) * num_pow(x, -w[9]) * (num_exp(w[10] * (1.0 - r)) - 1.0) *
                          hard * easy);
}

struct fsrs_state fsrs_review(const struct fsrs *m, struct fsrs_state s, enum fsrs_grade grade, double days)
{
    const double *w = m->w;
    double g = (double)grade;
    if (!(s.stability_days > 0.0))
        return (struct fsrs_state){clamp(w[grade - 1], stability_low, stability_high),
                                   clamp(first_difficulty(w, g), 1.0, 10.0)};
    double d = s.difficulty - w[6] * (g - 3.0) * (10.0 - s.difficulty) / 9.0;
    d = w[7] * first_difficulty(w, 4.0) + (1.0 - w[7]) * d;
    return (struct fsrs_state){clamp(next_stability(m, s, grade, days), stability_low, stability_high),
                               clamp(d, 1.0, 10.0)};
}
