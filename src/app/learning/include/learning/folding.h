/* Many facts of one learner, folded one after the other; what items share is found once. */
#ifndef LEARNING_FOLDING_H
#define LEARNING_FOLDING_H
#include "policy/policy_index.h"

/* What was found for items, kept from one learner to the next while the policy is the same; of one thread. */
struct folding_views;
struct folding_views *folding_views_new(void); /* NULL: no memory; folding goes on without */
void folding_views_free(struct folding_views *v);

struct folding {
    const struct policy_index *policy_index;
    const struct catalogue *catalogue;
    const struct policy *policy;
    struct arena *arena;
    struct learner_state state;
    int64_t from_id; /* the last fact that was in the state at the beginning */
    struct folding_views *views;
    bool for_levels; /* without what only predictions go by; steps say no levels */
};

/* Goes on from `state` (all zero: from the first fact). Borrows all but the state until the end. views: NULL for few
 * facts. The rules, the catalogue and the policy are those of one snapshot as long as the views live. */
void folding_begin(struct folding *f, const struct policy_index *r, const struct catalogue *c, const struct policy *p,
                   struct arena *a, const struct learner_state *state, struct folding_views *views);
/* The next fact; without `steps` the levels are found only at the end. */
enum st folding_add(struct folding *f, const struct evidence *v, struct fold_step *steps, size_t *nsteps,
                    struct err *e) WARN_UNUSED;
/* The levels of what was moved; f->state is then as if each fact had been folded alone. */
void folding_end(struct folding *f);

/* Told of each fact as it folds, with what it moved; may be NULL. */
typedef void fold_watch(void *ctx, const struct evidence *v, const struct fold_step *steps, size_t n);
/* Folds the facts given into *state (all zero: from the first fact), under `policy`, each with the model that it names.
 * Facts that a withdrawal among them names do not count. */
enum st facts_fold(const struct policy_index *r, const struct catalogue *c, const struct policy *policy,
                   struct arena *a, const struct evidence *facts, size_t n, struct learner_state *state,
                   fold_watch *watch, void *ctx, struct err *e) WARN_UNUSED;

#endif
