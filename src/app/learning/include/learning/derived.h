/* What the derived rows of one learner should be, made from the facts: for a rebuild, a comparison, a preview. */
#ifndef LEARNING_DERIVED_H
#define LEARNING_DERIVED_H
#include "core/app.h"
#include "learning/histories.h"
#include "rules/state.h"
#include "store/answer.h"
#include "policy/snapshot.h"

enum { SLICE = 200, LEARNER_BYTES = 256u << 20 };

/* What one learner's derived rows should be. */
struct derived {
    struct learner_state state;
    const void *bytes;
    size_t n;
    struct mastery_row *rows;
    size_t row_count;
    struct evidence *list;
    size_t facts;
    struct took took;
};

/* A learner's facts, those before an id (INT64_MAX: all), folded under a policy. */
enum st derive(const struct snapshot *s, struct tx *tx, struct arena *a, int64_t learner_id,
               const struct policy *policy, int64_t before, struct derived *d, struct err *e) WARN_UNUSED;

/* The levels alone: state and rows without the policy and model of their latest fact, no bytes, no list. From what is
 * packed, or from the rows where that is not there or not sound. */
enum st derive_levels(const struct snapshot *s, struct tx *tx, struct arena *a, int64_t learner_id,
                      const struct packed *p, const struct policy *policy, struct folding_views *views,
                      struct derived *d, struct err *e) WARN_UNUSED;

#endif
