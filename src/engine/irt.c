/* Scores and adaptive testing. The fit is in irt_fit.c. */
#include "engine/irt.h"

#include <math.h> /* sqrt */
#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"

enum { POINTS = 61 };
static const double range = 6.0;

void irt_chances(const struct irt_item *item, double theta, double *p)
{
    double most = 0.0, sum = 0.0;
    for (unsigned k = 0; k < item->scores; k++) {
        p[k] = item->a * (double)k * theta + item->d[k];
        if (p[k] > most) most = p[k];
    }
    for (unsigned k = 0; k < item->scores; k++) {
        p[k] = num_exp(p[k] - most);
        sum = sum + p[k];
    }
    for (unsigned k = 0; k < item->scores; k++) p[k] = p[k] / sum;
}

double irt_information(const struct irt_item *item, double theta)
{
    if (item->scores < 2) return 0.0;
    if (item->scores == 2) {
        double p = num_logistic(item->a * theta + item->d[1]);
        return item->a * item->a * p * (1.0 - p);
    }
    double p[IRT_SCORES_MAX], mean = 0.0, square = 0.0;
    irt_chances(item, theta, p);
    for (unsigned k = 0; k < item->scores; k++) {
        mean = mean + p[k] * (double)k;
        square = square + p[k] * (double)(k * k);
    }
    return item->a * item->a * (square - mean * mean);
}

static double point(size_t q) { return range * (2.0 * (double)q / (POINTS - 1) - 1.0); }

/* Chances of a right answer on the grid, or of a wrong one: times the posterior, of which the sum is returned. */
ENGINE_CLONES static double take_in_two(double *restrict posterior, double a, double d, bool right)
{
    double sign = right ? 1.0 : -1.0, sum = 0.0;
    for (size_t q = 0; q < POINTS; q++) posterior[q] = posterior[q] * num_logistic(sign * (a * point(q) + d));
    for (size_t q = 0; q < POINTS; q++) sum = sum + posterior[q];
    return sum;
}

static void take_in(double *posterior, const struct irt_item *item, uint8_t score)
{
    double p[IRT_SCORES_MAX], sum = 0.0;
    if (score == IRT_MISSING || score >= item->scores || item->scores < 2) return;
    if (item->scores == 2) sum = take_in_two(posterior, item->a, item->d[1], score == 1);
    for (size_t q = 0; q < POINTS && item->scores > 2; q++) {
        irt_chances(item, point(q), p);
        posterior[q] = posterior[q] * p[score];
        sum = sum + posterior[q];
    }
    for (size_t q = 0; q < POINTS && sum > 0.0; q++) posterior[q] = posterior[q] / sum;
}

static void prior(double *posterior, double mean, double sd)
{
    for (size_t q = 0; q < POINTS; q++) {
        double z = (point(q) - mean) / sd;
        posterior[q] = num_exp(-z * z / 2.0);
    }
}

static struct irt_score moments(const double *posterior)
{
    double sum = 0.0, mean = 0.0, square = 0.0;
    for (size_t q = 0; q < POINTS; q++) {
        sum = sum + posterior[q];
        mean = mean + posterior[q] * point(q);
    }
    mean = mean / sum;
    for (size_t q = 0; q < POINTS; q++) square = square + posterior[q] * (point(q) - mean) * (point(q) - mean);
    return (struct irt_score){mean, sqrt(square / sum)};
}

struct irt_score irt_eap(const struct irt_item *items, const uint32_t *index, const uint8_t *score, size_t n,
                         double mean, double sd)
{
    double posterior[POINTS];
    prior(posterior, mean, sd);
    for (size_t i = 0; i < n; i++) take_in(posterior, &items[index ? index[i] : i], score[i]);
    return moments(posterior);
}

enum st cat_init(struct cat *c, const struct irt_item *items, size_t n, size_t contents, struct err *e)
{
    *c = (struct cat){.items = items,
                      .item_count = n,
                      .posterior = malloc(POINTS * sizeof *c->posterior),
                      .slope = malloc((n + 1) * sizeof *c->slope),
                      .intercept = malloc((n + 1) * sizeof *c->intercept),
                      .information = malloc((n + 1) * sizeof *c->information),
                      .given = malloc(n + 1),
                      .area_given = malloc((contents + 1) * sizeof *c->area_given)};
    if (!c->posterior || !c->slope || !c->intercept || !c->information || !c->given || !c->area_given) {
        cat_free(c);
        return err_fail(e, ST_NOMEM, "err.memory", "a test of %zu items", n);
    }
    for (size_t i = 0; i < n; i++) {
        c->slope[i] = items[i].scores == 2 ? items[i].a : 0.0;
        c->intercept[i] = items[i].scores == 2 ? items[i].d[1] : 0.0;
    }
    memset(c->area_given, 0, (contents + 1) * sizeof *c->area_given);
    cat_clear(c);
    return ST_OK;
}

void cat_free(struct cat *c)
{
    free(c->posterior);
    free(c->slope);
    free(c->intercept);
    free(c->information);
    free(c->given);
    free(c->area_given);
    memset(c, 0, sizeof *c);
}

void cat_clear(struct cat *c)
{
    prior(c->posterior, 0.0, 1.0);
    memset(c->given, 0, c->item_count);
    c->count = 0;
    c->now = moments(c->posterior);
}

/* The information of each item where the person seems to stand: as irt_information, at once for those with two
 * scores. */
ENGINE_CLONES static void weigh_two(const double *restrict slope, const double *restrict intercept, double theta,
                                    double *restrict information, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double p = num_logistic(slope[i] * theta + intercept[i]);
        information[i] = slope[i] * slope[i] * p * (1.0 - p);
    }
}

static void weigh(struct cat *c)
{
    weigh_two(c->slope, c->intercept, c->now.theta, c->information, c->item_count);
    for (size_t i = 0; i < c->item_count; i++)
        if (c->items[i].scores > 2) c->information[i] = irt_information(&c->items[i], c->now.theta);
}

static bool area_open(const struct cat *c, const struct cat_options *o, size_t area)
{
    for (size_t i = 0; i < c->item_count; i++)
        if (!c->given[i] && o->content[i] == area) return true;
    return false;
}

/* The area furthest behind its share among those with items left; SIZE_MAX: all areas will do. */
static size_t area_due(const struct cat *c, const struct cat_options *o)
{
    size_t best = SIZE_MAX;
    double most = 0.0;
    for (size_t k = 0; k < o->contents; k++) {
        double behind = o->share[k] * (double)(c->count + 1) - (double)c->area_given[k];
        if ((best == SIZE_MAX || behind > most) && area_open(c, o, k)) {
            best = k;
            most = behind;
        }
    }
    return best;
}

enum { RANDOMESQUE_MAX = 32 };

size_t cat_next(struct cat *c, const struct cat_options *o, const double unit[2])
{
    if (c->count >= o->items_max || (c->count >= o->items_min && c->now.se <= o->se_stop)) return SIZE_MAX;
    size_t area = o->contents ? area_due(c, o) : SIZE_MAX,
           want = o->randomesque < 1                 ? 1
                  : o->randomesque > RANDOMESQUE_MAX ? RANDOMESQUE_MAX
                                                     : o->randomesque,
           n = 0;
    size_t best[RANDOMESQUE_MAX];
    double info[RANDOMESQUE_MAX];
    weigh(c);
    for (size_t i = 0; i < c->item_count; i++) {
        double x = c->information[i];
        if (n == want && x <= info[n - 1]) continue;
        if (c->given[i] || c->items[i].scores < 2 || (area != SIZE_MAX && o->content[i] != area)) continue;
        size_t at = n < want ? n++ : n - 1;
        for (; at > 0 && info[at - 1] < x; at--) {
            info[at] = info[at - 1];
            best[at] = best[at - 1];
        }
        info[at] = x;
        best[at] = i;
    }
    if (n == 0) return SIZE_MAX;
    size_t pick = best[(size_t)(unit[0] * (double)n) % n];
    if (!o->admit) return pick;
    /* Passed over for this person when the lot says so; the last one left is given. */
    double left = unit[1];
    for (size_t k = 0; k < n; k++) {
        if (left < o->admit[best[k]] || k + 1 == n) return best[k];
        left = (left - o->admit[best[k]]) / (1.0 - o->admit[best[k]]);
        c->given[best[k]] = 1;
    }
    return pick;
}

void cat_answer(struct cat *c, const struct cat_options *o, size_t item, uint8_t score)
{
    c->given[item] = 1;
    c->count++;
    if (o->contents) c->area_given[o->content[item]]++;
    take_in(c->posterior, &c->items[item], score);
    c->now = moments(c->posterior);
}
