#include "engine/bkt_prerequisites.h"

#include <stdlib.h>
#include <string.h>

enum st bkt_prerequisites_init(struct bkt_prerequisites *x, const struct bkt_fitted *m,
                               const struct prerequisite_graph *g, struct err *e)
{
    size_t n = g->skills + 1;
    *x = (struct bkt_prerequisites){.m = m, .g = g};
    TRY(prerequisite_check(g, e));
    x->prior = calloc(2 * n, sizeof *x->prior);
    x->tried = calloc(n, sizeof *x->tried);
    if (!x->prior || !x->tried)
        return err_fail(e, ST_NOMEM, "err.memory", "a student on %zu sets of skills", g->skills);
    x->known = x->prior + n;
    for (size_t s = 0; s < g->skills; s++) x->prior[s] = m[s].p.prior;
    return ST_OK;
}

void bkt_prerequisites_free(struct bkt_prerequisites *x) { free(x->prior), free(x->tried); }

void bkt_prerequisites_begin(struct bkt_prerequisites *x) { memset(x->tried, 0, x->g->skills); }

double bkt_prerequisites_known(const struct bkt_prerequisites *x, uint32_t set, uint32_t *by)
{
    if (by) *by = UINT32_MAX;
    return x->tried[set] ? x->known[set] : prerequisite_start(x->g, set, x->prior, x->known, x->tried, by);
}

void bkt_prerequisites_answer(struct bkt_prerequisites *x, uint32_t set, bool right)
{
    double before = bkt_prerequisites_known(x, set, NULL), next = before;
    if (bkt_update(&x->m[set].p, &before, 1, right ? BKT_RIGHT : BKT_WRONG, &next) != ST_OK) next = before;
    x->known[set] = next;
    x->tried[set] = 1;
}

enum st bkt_prerequisites_predict_rows(const struct responses *r, const struct bkt_fitted *m,
                                       const struct prerequisite_graph *g, size_t folds, size_t hold_out, double *p,
                                       struct err *e)
{
    struct bkt_prerequisites x;
    enum st st = bkt_prerequisites_init(&x, m, g, e);
    for (size_t u = 0; st == ST_OK && u < r->users; u++) {
        if (folds && r->user_fold[u] % folds != hold_out) continue;
        bkt_prerequisites_begin(&x);
        for (size_t i = r->user_at[u]; i < r->user_at[u + 1]; i++) {
            uint32_t set = r->item_set[r->item[i]];
            double known = bkt_prerequisites_known(&x, set, NULL), q = bkt_predict(&m[set].p, &known, 1);
            p[i] = q < 1e-6 ? 1e-6 : q > 1.0 - 1e-6 ? 1.0 - 1e-6 : q;
            bkt_prerequisites_answer(&x, set, r->correct[i]);
        }
    }
    bkt_prerequisites_free(&x);
    return st;
}
