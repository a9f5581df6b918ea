/* The next item for a learner, with its reason: rules/next.h over the learner's courses, then an item of the
 * competency chosen. A function of the learner's state, so that it stays the same until something is answered. */
#ifndef PLAN_NEXT_H
#define PLAN_NEXT_H
#include "access/taught.h"
#include "policy/snapshot.h"

enum { NEXT_MAX = 4 };

struct next_item {
    const struct item_ref *item; /* NULL: nothing is open */
    int64_t variant;
    const struct competency *competency; /* that the choice was for */
    enum reason reason;
    const struct competency *about; /* the other competency that the reason names, or NULL */
    bool harder;                    /* than most, as far as is known */
};

/* The best choice, or within one competency (0: any). */
void next_item(const struct snapshot *s, const struct learner_state *state, int64_t learner_id,
               const struct taught *courses, size_t course_count, int64_t competency_id, int64_t now_ms,
               struct next_item *out);
/* Up to NEXT_MAX choices over different competencies, the best first: one to go on with, the others to choose from. */
size_t next_items(const struct snapshot *s, const struct learner_state *state, int64_t learner_id,
                  const struct taught *courses, size_t course_count, int64_t now_ms, struct next_item *out,
                  size_t most);
/* The variant that a learner gets of an item now. */
int64_t next_variant(const struct learner_state *state, int64_t learner_id, const struct item_ref *item);

#endif
