/* Which students are kept out together. */
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "lab/lab.h"

struct dealt {
    uint64_t hash;
    const char *name;
    uint32_t user;
};

static uint64_t hash_of(const char *name)
{
    uint64_t h = 0;
    for (; *name; name++) h = hash_mix(h, (unsigned char)*name);
    return h;
}

static int by_hash(const void *a, const void *b)
{
    const struct dealt *x = a, *y = b;
    return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : strcmp(x->name, y->name);
}

static enum st deal(struct log_data *d, struct err *e)
{
    size_t n = d->r.users;
    struct dealt *x = malloc((n + 1) * sizeof *x);
    uint32_t *fold = arena_array(&d->arena, n + 1, sizeof *fold);
    if (!x || !fold) {
        free(x);
        return err_fail(e, ST_NOMEM, "err.memory", "folds of %zu students", n);
    }
    for (size_t u = 0; u < n; u++) x[u] = (struct dealt){hash_of(d->user_name[u]), d->user_name[u], (uint32_t)u};
    qsort(x, n, sizeof *x, by_hash);
    for (size_t i = 0; i < n; i++) fold[x[i].user] = (uint32_t)i;
    d->r.user_fold = fold;
    free(x);
    return ST_OK;
}

/* Students in the smallest and the largest fold. */
static enum st sizes(const struct log_data *d, size_t folds, size_t *least, size_t *most, struct err *e)
{
    size_t *n = calloc(folds + 1, sizeof *n);
    if (!n) return err_fail(e, ST_NOMEM, "err.memory", "%zu folds", folds);
    for (size_t u = 0; u < d->r.users; u++) n[d->r.user_fold[u] % folds]++;
    *least = *most = n[0];
    for (size_t f = 1; f < folds; f++) {
        if (n[f] < *least) *least = n[f];
        if (n[f] > *most) *most = n[f];
    }
    free(n);
    return ST_OK;
}

enum st log_deal_folds(struct log_data *d, size_t folds, enum log_folds *by, struct err *e)
{
    size_t least, most;
    TRY(sizes(d, folds, &least, &most, e));
    if (*by == LOG_FOLDS_USUAL)
        *by = d->user_numbers && 2 * folds * least >= d->r.users ? LOG_FOLDS_MOD : LOG_FOLDS_NAME;
    if (*by == LOG_FOLDS_NAME) {
        TRY(deal(d, e));
        TRY(sizes(d, folds, &least, &most, e));
    }
    if (d->r.users == 1)
        return err_fail(e, ST_INVALID, "model.option",
                        "the log has one student; a fold is predicted by a fit to the students of the others, so that "
                        "it takes two at least");
    if (most == d->r.users)
        return err_fail(e, ST_INVALID, "model.option",
                        "all %zu students are in one of the %zu folds, so that nothing is left to fit on; take another "
                        "number of --folds, or --folds-by name",
                        most, folds);
    return ST_OK;
}
