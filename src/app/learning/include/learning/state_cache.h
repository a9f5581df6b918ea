/* The states that a writer wrote lately, so that it need not read them again. One thread's own; good only as long as
 * nobody else writes (conn_others_wrote). */
#ifndef LEARNING_STATE_CACHE_H
#define LEARNING_STATE_CACHE_H
#include "store/answer.h"

struct state_cache;

struct cached_state {
    struct state_row row;
    size_t behind; /* facts in `row.state` that the stored row lacks */
};

struct state_cache *state_cache_new(void);
void state_cache_free(struct state_cache *s);
void state_cache_clear(struct state_cache *s); /* all of them; any thread */
/* NULL: not kept; good until the next call */
const struct cached_state *state_cache_find(struct state_cache *s, int64_t learner_id);
void state_cache_put(struct state_cache *s,
                     const struct cached_state *k); /* copied; forgotten when there is no memory */

#endif
