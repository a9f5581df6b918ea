/* Packed histories: made of the rows of the facts, held against them, and folded in their stead with the rows that
 * came after. */
#ifndef LEARNING_HISTORIES_H
#define LEARNING_HISTORIES_H
#include <stdatomic.h>

#include "core/app.h"
#include "learning/folding.h"
#include "rules/state.h"
#include "store/answer.h"
#include "policy/snapshot.h"

/* Is each block of a learner what packing the facts gives? One that ends before the last fact is sound. facts: all,
 * in order. */
enum st history_check(struct tx *tx, struct arena *a, int64_t learner_id, const struct evidence *facts, size_t n,
                      bool *same, struct err *e) WARN_UNUSED;
/* All facts packed: writes the blocks that are others, and takes away what is too much. *same: what history_check()
 * would have said. */
enum st history_keep(struct tx *tx, struct arena *a, int64_t learner_id, const struct evidence *facts, size_t n,
                     bool *same, struct err *e) WARN_UNUSED;
/* How long reading and folding took, added up over learners; for a report. */
struct took {
    int64_t read_us, fold_us;
};
/* What there is of one learner: blocks, and the facts after them; borrowed. */
struct packed {
    const struct history_row *blocks;
    size_t block_count;
    struct evidence *after;
    size_t after_count;
};
/* The same of several learners whose ids follow each other, read in two statements; in arena. Few enough at once
 * that a slice takes little memory. */
enum { PACKED_AT_ONCE = 50 };
struct packed_slice {
    struct history_row *blocks;
    struct evidence *after;
    size_t block_count, after_count;
    size_t block_at, after_at; /* of the learner who is asked for next */
};
enum st packed_read(struct tx *tx, struct arena *a, int64_t first_id, int64_t last_id, struct packed_slice *out,
                    struct err *e) WARN_UNUSED;
/* One learner's part; ask in order of their ids. */
struct packed packed_of(struct packed_slice *s, int64_t learner_id);
/* All facts of a learner folded under a policy. *sound false: a block is missing, damaged or not what it says; then
 * nothing else is set, and the caller goes by the rows. *facts: how many. */
enum st history_fold(const struct snapshot *s, struct arena *a, const struct packed *p, const struct policy *policy,
                     struct folding_views *views, struct learner_state *state, size_t *facts, bool *sound,
                     struct err *e) WARN_UNUSED;
/* The same facts, each told as facts_fold() tells it, but for the levels in its steps; the state is not kept.
 * *sound false: some may have been told already, and do not count. */
enum st history_watch(const struct snapshot *s, struct arena *a, const struct packed *p, const struct policy *policy,
                      struct folding_views *views, fold_watch *watch, void *ctx, bool *sound,
                      struct err *e) WARN_UNUSED;
/* Packs whoever has done much since it was last packed, one learner a transaction, so that answers need not wait.
 * *packed: how many learners. Ends early when *stop is set. */
enum st histories_extend(struct app *app, struct conn *c, const atomic_bool *stop, int64_t *packed,
                         struct err *e) WARN_UNUSED;

#endif
