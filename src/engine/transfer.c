#include "engine/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "engine/numeric.h"

/* Half-lives of 1, 3, 7, 14, 34, 69 and 138 answers, and none. */
static const float decays[TRANSFER_LANES] = {.5F, .8F, .9F, .95F, .98F, .99F, .995F, 1.0F};
static const double spread = .1;

static float small(struct rng *r)
{
    double s = -6.0;
    for (int i = 0; i < 12; i++) s = s + rng_unit(r);
    return (float)(spread * s);
}

enum st transfer_init(struct transfer *m, size_t sets, size_t dims, uint64_t seed, struct err *e)
{
    struct rng r;
    *m = (struct transfer){.sets = sets, .dims = dims};
    if (dims == 0 || dims > TRANSFER_DIMS_MAX || dims % TRANSFER_LANES)
        return err_fail(e, ST_INVALID, "model.option", "dims is a multiple of %d, at most %d", TRANSFER_LANES,
                        TRANSFER_DIMS_MAX);
    m->query = malloc((sets + 1) * dims * sizeof *m->query);
    m->value = malloc((sets + 1) * 2 * dims * sizeof *m->value);
    m->own = calloc(sets + 1, sizeof *m->own);
    if (!m->query || !m->value || !m->own) {
        transfer_free(m);
        return err_fail(e, ST_NOMEM, "err.memory", "weights of %zu sets of skills", sets);
    }
    rng_seed(&r, seed);
    for (size_t d = 0; d < dims; d++) m->decay[d] = decays[d % TRANSFER_LANES];
    for (size_t i = 0; i < sets * dims; i++) m->query[i] = small(&r);
    for (size_t i = 0; i < sets * 2 * dims; i++) m->value[i] = small(&r);
    return ST_OK;
}

void transfer_free(struct transfer *m)
{
    free(m->query);
    free(m->value);
    free(m->own);
    memset(m, 0, sizeof *m);
}

double transfer_logit(const struct transfer *m, const struct transfer_state *s, uint32_t set)
{
    const float *q = m->query + set * m->dims;
    double sum = 0.0;
    for (size_t d = 0; d < m->dims; d++) sum = sum + (double)q[d] * s->sum[d];
    return (double)m->own[set] + sum;
}

/* A fast memory takes a new answer in with full weight, a slow one with little; 1.02 so that one that never forgets
 * takes some. */
static double entry(const struct transfer *m, size_t d) { return 1.02 - (double)m->decay[d]; }

void transfer_learn(const struct transfer *m, struct transfer_state *s, uint32_t set, bool right)
{
    const float *v = m->value + (2 * set + right) * m->dims;
    for (size_t d = 0; d < m->dims; d++) s->sum[d] = (double)m->decay[d] * s->sum[d] + entry(m, d) * (double)v[d];
}

void transfer_parts(const struct transfer *m, const uint32_t *set, const uint8_t *right, size_t n, uint32_t now,
                    double *part)
{
    double weight[TRANSFER_DIMS_MAX];
    for (size_t d = 0; d < m->dims; d++) weight[d] = (double)m->query[now * m->dims + d] * entry(m, d);
    for (size_t j = n; j-- > 0;) {
        const float *v = m->value + (2 * set[j] + right[j]) * m->dims;
        part[j] = 0.0;
        for (size_t d = 0; d < m->dims; d++) {
            part[j] = part[j] + weight[d] * (double)v[d];
            weight[d] = weight[d] * (double)m->decay[d];
        }
    }
}

void transfer_predict_rows(const struct responses *r, const double *beneath, const struct transfer *m, size_t folds,
                           size_t hold_out, double *p)
{
    for (size_t u = 0; u < r->users; u++) {
        struct transfer_state s = {{0}};
        if (folds && r->user_fold[u] % folds != hold_out) continue;
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
            uint32_t set = r->item_set[r->item[i]];
            double q = num_logistic(beneath[i] + transfer_logit(m, &s, set));
            p[i] = q < 1e-6 ? 1e-6 : q > 1.0 - 1e-6 ? 1.0 - 1e-6 : q;
            transfer_learn(m, &s, set, r->correct[i]);
        }
    }
}
