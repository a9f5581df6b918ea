/* What is under way on one item: typed so far, hints shown, scaffolds answered; to go on after a reload or
 * elsewhere. */
#ifndef PLAN_DRAFT_H
#define PLAN_DRAFT_H
#include <jansson.h>

#include "access/may.h"
#include "base/arena.h"
#include "core/writer.h"

struct draft {
    const char *response; /* "" for none */
    /* {"shown": [ids], "answers": {id: {"response", "right"}}}, no "right": not checked yet; never NULL */
    json_t *hints;
    int64_t started_at_ms, updated_at_ms; /* 0: there is none */
};

enum st draft_get(struct tx *tx, struct arena *a, const struct learner_scope *who, int64_t item_id, int64_t variant,
                  struct draft *out, struct err *e) WARN_UNUSED;
size_t draft_hints_shown(const struct draft *d);

struct draft_cmd {
    struct command command;
    int64_t learner_id, item_id, variant;
    const char *response;                      /* NULL: as it is */
    const char *show_hint;                     /* NULL: none */
    const char *answer_hint, *answer_response; /* a scaffold's own question */
    bool answer_right, answer_open;            /* open: put down, not checked yet */
};
void draft_init(struct draft_cmd *d); /* sets run */

#endif
