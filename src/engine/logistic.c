/* Values, weights and reasons of one answer. The fit is in logistic_fit.c. */
#include "engine/logistic.h"

#include <stdlib.h>
#include <string.h>

#include "engine/numeric.h"

static size_t skill_features(unsigned t)
{
    return (size_t) !!(t & TERM_WINS) + !!(t & TERM_ATTEMPTS) + !!(t & TERM_RECENT) + !!(t & TERM_GAP) +
           !!(t & TERM_MEAN) + (t & TERM_WINDOWS ? 2 * FEATURE_WINDOWS : 0);
}

static size_t student_features(unsigned t)
{
    return (t & TERM_ITEM_COUNTS ? 2U : 0U) + (t & TERM_TOTAL ? 2U : 0U) + (t & TERM_AVERAGES ? 2U : 0U) +
           (t & TERM_GAP ? 2U : 0U) + (t & TERM_MEAN ? 1U : 0U);
}

enum st logistic_init(struct logistic *m, unsigned terms, size_t items, size_t skills, struct err *e)
{
    bool any_skill = terms & (TERM_SKILL | TERM_WINS | TERM_ATTEMPTS | TERM_WINDOWS | TERM_RECENT);
    *m = (struct logistic){.terms = terms,
                           .items = items,
                           .skills = skills,
                           .per_skill = any_skill ? skill_features(terms) + 1 : 0,
                           .per_student = student_features(terms)};
    m->dense_count = 1 + skills * m->per_skill + m->per_student;
    m->dense = calloc(m->dense_count, sizeof *m->dense);
    m->item = calloc(items + 1, sizeof *m->item);
    if (!m->dense || !m->item) {
        logistic_free(m);
        return err_fail(e, ST_NOMEM, "err.memory", "weights of %zu items and %zu skills", items, skills);
    }
    return ST_OK;
}

void logistic_free(struct logistic *m)
{
    free(m->item);
    free(m->dense);
    memset(m, 0, sizeof *m);
}

static double log_count(uint32_t n)
{
    /* The counts that nearly all answers have; num_log makes the rest, and these are what it makes. */
    static const double small[] = {0x0p+0, 0x1.62e42fefa39efp-1, 0x1.193ea7aad030bp+0};
    return n < sizeof small / sizeof *small ? small[n] : num_log(1.0 + (double)n);
}

static double gap(bool any, double last_s, double time_s)
{
    return any && time_s > last_s ? num_log(1.0 + (time_s - last_s) / 60.0) : 0.0;
}

size_t logistic_values(unsigned terms, const struct features *f, uint32_t item, const uint32_t *skills, size_t n,
                       double time_s, float *x)
{
    size_t at = 0;
    double own = ((double)f->total.wins + 2.0) / ((double)f->total.n + 4.0);
    x[at++] = 1.0F;
    for (size_t i = 0; i < n && (terms & (TERM_SKILL | TERM_WINS | TERM_ATTEMPTS | TERM_WINDOWS | TERM_RECENT)); i++) {
        const struct skill_tally *k = &f->skill[skills[i]];
        if (terms & TERM_WINS) x[at++] = (float)log_count(k->all.wins);
        if (terms & TERM_ATTEMPTS) x[at++] = (float)log_count(k->all.n);
        for (size_t w = 0; w < FEATURE_WINDOWS && (terms & TERM_WINDOWS); w++) {
            x[at++] = (float)log_count(k->window[w].wins);
            x[at++] = (float)log_count(k->window[w].n);
        }
        if (terms & TERM_RECENT) x[at++] = (float)(k->recent - .5);
        if (terms & TERM_GAP) x[at++] = (float)gap(k->all.n > 0, k->last_s, time_s);
        if (terms & TERM_MEAN) x[at++] = (float)(((double)k->all.wins + 3.0 * own) / ((double)k->all.n + 3.0) - own);
    }
    if (terms & TERM_ITEM_COUNTS) {
        x[at++] = (float)log_count(f->item[item].wins);
        x[at++] = (float)log_count(f->item[item].n);
    }
    if (terms & TERM_TOTAL) {
        x[at++] = (float)log_count(f->total.wins);
        x[at++] = (float)log_count(f->total.n);
    }
    if (terms & TERM_AVERAGES) {
        x[at++] = (float)(f->slow - .5);
        x[at++] = (float)(f->fast - .5);
    }
    if (terms & TERM_GAP) {
        x[at++] = (float)gap(f->item[item].n > 0, f->item_last_s[item], time_s);
        x[at++] = (float)gap(f->total.n > 0, f->last_s, time_s);
    }
    if (terms & TERM_MEAN) x[at++] = (float)num_log(own / (1.0 - own));
    return at;
}

/* What follows the skills' values: their terms in the order of logistic_values. */
enum { STUDENT_VALUES = 9 };
static const struct {
    unsigned term;
    uint8_t which;
    bool of_item;
} student_values[STUDENT_VALUES] = {{TERM_ITEM_COUNTS, 0, true}, {TERM_ITEM_COUNTS, 1, true}, {TERM_TOTAL, 0, false},
                                    {TERM_TOTAL, 1, false},      {TERM_AVERAGES, 0, false},   {TERM_AVERAGES, 1, false},
                                    {TERM_GAP, 0, true},         {TERM_GAP, 1, false},        {TERM_MEAN, 0, false}};

size_t logistic_explain(const struct logistic *m, uint32_t item, const uint32_t *skills, size_t n, const float *x,
                        struct logistic_part *out)
{
    size_t at = 0, from = 1;
    unsigned t = m->terms;
#define PART(term_, skill_, which_, value_, weight_) \
    do { \
        double v_ = (value_), w_ = (weight_); \
        out[at++] = (struct logistic_part){(term_), (skill_), (uint8_t)(which_), v_, w_, v_ * w_}; \
    } while (0)
    PART(0, UINT32_MAX, 0, 1.0, m->dense[0]);
    for (size_t i = 0; i < n && m->per_skill; i++) {
        const double *w = m->dense + 1 + skills[i] * m->per_skill;
        PART(TERM_SKILL, skills[i], 0, 1.0, *w++);
        if (t & TERM_WINS) PART(TERM_WINS, skills[i], 0, (double)x[from++], *w++);
        if (t & TERM_ATTEMPTS) PART(TERM_ATTEMPTS, skills[i], 1, (double)x[from++], *w++);
        for (size_t k = 0; k < 2 * FEATURE_WINDOWS && (t & TERM_WINDOWS); k++)
            PART(TERM_WINDOWS, skills[i], k, (double)x[from++], *w++);
        if (t & TERM_RECENT) PART(TERM_RECENT, skills[i], 0, (double)x[from++], *w++);
        if (t & TERM_GAP) PART(TERM_GAP, skills[i], 0, (double)x[from++], *w++);
        if (t & TERM_MEAN) PART(TERM_MEAN, skills[i], 0, (double)x[from++], *w++);
    }
    /* The student's own values, then what differs from item to item (logistic_candidates). */
    const double *w = m->dense + 1 + m->skills * m->per_skill;
    const float *own = x + from;
    for (size_t k = 0; k < STUDENT_VALUES; k++) {
        bool there = t & student_values[k].term;
        if (there && !student_values[k].of_item)
            PART(student_values[k].term, UINT32_MAX, student_values[k].which, (double)*own, *w);
        own += there, w += there;
    }
    if (t & TERM_ITEM) PART(TERM_ITEM, UINT32_MAX, 0, 1.0, item < m->items ? m->item[item] : 0.0);
    own = x + from;
    w = m->dense + 1 + m->skills * m->per_skill;
    for (size_t k = 0; k < STUDENT_VALUES; k++) {
        bool there = t & student_values[k].term;
        if (there && student_values[k].of_item)
            PART(student_values[k].term, UINT32_MAX, student_values[k].which, (double)*own, *w);
        own += there, w += there;
    }
#undef PART
    return at;
}

double logistic_logit(const struct logistic *m, uint32_t item, const uint32_t *skills, size_t n, const float *x)
{
    struct logistic_part parts[LOGISTIC_PARTS_MAX];
    size_t count = logistic_explain(m, item, skills, n, x, parts);
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) sum = sum + parts[i].logit;
    return sum;
}

void logistic_candidates(const struct logistic *m, const struct features *f, const uint32_t *skills, size_t n,
                         double time_s, const uint32_t *item, size_t count, double *p)
{
    if (!count) return;
    float x[LOGISTIC_LOCAL_MAX];
    struct logistic_part parts[LOGISTIC_PARTS_MAX];
    unsigned t = m->terms;
    logistic_values(t, f, item[0], skills, n, time_s, x);
    size_t all = logistic_explain(m, item[0], skills, n, x, parts),
           own = (t & TERM_ITEM ? 1U : 0U) + (t & TERM_ITEM_COUNTS ? 2U : 0U) + (t & TERM_GAP ? 1U : 0U);
    double same = 0.0;
    for (size_t i = 0; i + own < all; i++) same = same + parts[i].logit;
    const struct logistic_part *of_item = parts + (all - own);
    for (size_t c = 0; c < count; c++) {
        uint32_t i = item[c];
        const struct logistic_part *part = of_item;
        double sum = same;
        if (t & TERM_ITEM) {
            sum = sum + (i < m->items ? m->item[i] : 0.0);
            part++;
        }
        if (t & TERM_ITEM_COUNTS) {
            sum = sum + (double)(float)log_count(f->item[i].wins) * part[0].weight;
            sum = sum + (double)(float)log_count(f->item[i].n) * part[1].weight;
            part += 2;
        }
        if (t & TERM_GAP) sum = sum + (double)(float)gap(f->item[i].n > 0, f->item_last_s[i], time_s) * part[0].weight;
        p[c] = sum;
    }
    for (size_t c = 0; c < count; c++) p[c] = num_logistic(p[c]);
}
