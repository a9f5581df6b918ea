#include "engine/bootstrap.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum st interval_of_difference(const double *top, const double *bottom, const double *top2, const double *bottom2,
                               size_t n, uint64_t seed, struct interval95 *out, struct err *e)
{
    struct rng r;
    double all[4] = {0}, *draws = malloc(INTERVAL_DRAWS * sizeof *draws);
    size_t made = 0;
    if (!draws) return err_fail(e, ST_NOMEM, "err.memory", "draws");
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        all[0] += top[i], all[1] += bottom[i];
        if (top2) all[2] += top2[i], all[3] += bottom2[i];
    }
    if (all[1] > 0.0 && (!top2 || all[3] > 0.0)) {
        rng_seed(&r, seed);
        for (size_t d = 0; d < INTERVAL_DRAWS; d++) {
            double s[4] = {0};
            for (size_t i = 0; i < n; i++) {
                size_t k = rng_below(&r, (uint32_t)n);
                s[0] += top[k], s[1] += bottom[k];
                if (top2) s[2] += top2[k], s[3] += bottom2[k];
            }
            if (s[1] > 0.0 && (!top2 || s[3] > 0.0)) draws[made++] = s[0] / s[1] - (top2 ? s[2] / s[3] : 0.0);
        }
        *out = (struct interval95){.known = true, .value = all[0] / all[1] - (top2 ? all[2] / all[3] : 0.0)};
        out->low = out->high = out->value;
        qsort(draws, made, sizeof *draws, by_size);
        if (made) out->low = draws[made / 40], out->high = draws[made - 1 - made / 40];
    }
    free(draws);
    return ST_OK;
}

enum st interval_of_ratio(const double *top, const double *bottom, size_t n, uint64_t seed, struct interval95 *out,
                          struct err *e)
{
    return interval_of_difference(top, bottom, NULL, NULL, n, seed, out, e);
}
