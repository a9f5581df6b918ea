/* What all fits read: a log of answers as flat arrays, and how work may be spread.
 *
 * The caller owns the arrays; they are only read. One row is one answer, whatever the number of skills its item needs:
 * rows expanded per skill leak the answer (see docs/models.md) and are merged by whoever makes this.
 */
#ifndef ENGINE_RESPONSES_H
#define ENGINE_RESPONSES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct responses {
    size_t rows, users, items, skills, sets;
    /* users + 1: where each user's rows begin; a user's rows stand together, in order of time */
    const uint32_t *user_at;
    /* users: any number; fold = this mod the number of folds; NULL: nothing is done by folds */
    const uint32_t *user_fold;
    const uint32_t *item;      /* rows: 0 .. items-1 */
    const uint8_t *correct;    /* rows: 0 or 1 */
    const double *time_s;      /* rows: seconds from any beginning, not falling inside a user; NULL: no clock */
    const uint32_t *item_set;  /* items: the set of skills it needs, 0 .. sets-1 */
    const uint32_t *set_at;    /* sets + 1: where each set's skills begin in set_skill; a set may be empty */
    const uint32_t *set_skill; /* 0 .. skills-1, each once in a set */
};

enum { SET_SKILLS_MAX = 32 };

/* Is it as said above? ST_INVALID "model.data" says which row, item or set is not. */
enum st responses_check(const struct responses *r, struct err *e) WARN_UNUSED;

/* Runs task(arg, 0 .. n-1), each once, in any order and on any thread. Results never depend on how: every task writes
 * its own place and sums are made after it in a fixed order. A NULL pointer to this, or run NULL: one after the
 * other. */
struct parallel {
    void (*run)(void *pool, size_t n, void (*task)(void *arg, size_t i), void *arg);
    void *pool;
};
void parallel_run(const struct parallel *p, size_t n, void (*task)(void *arg, size_t i), void *arg);

/* Told how far a fit is (0 to 1), perhaps from several threads at once; false: it is to stop, and ends early with
 * what it has, not converged. */
struct fit_watch {
    bool (*on)(void *ctx, double share);
    void *ctx;
};
static inline bool fit_goes_on(const struct fit_watch *w, double share) { return !w || w->on(w->ctx, share); }

/* Loops that are worth it are compiled twice, for AVX2 and for any x86-64; both do the same operations in the same
 * order. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define ENGINE_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define ENGINE_CLONES
#endif

#endif
