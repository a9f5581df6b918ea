/* One answer: parsed and scored on the way in, folded and written by the writer. */
#ifndef LEARNING_ANSWER_H
#define LEARNING_ANSWER_H
#include "core/writer.h"
#include "policy/snapshot.h"

struct answer_cmd {
    struct command command;
    struct snapshot *snapshot; /* held by the caller until the reply */
    struct arena *arena;       /* the request's: results are allocated there */
    /* in */
    int64_t learner_id;
    const char *client_id; /* 8 to 64 characters */
    const struct item_ref *item;
    int64_t variant;
    const char *response; /* JSON text, as given */
    int64_t body_hash;
    double score;
    int32_t shown_error; /* of the verdict */
    int32_t hints;
    int64_t took_ms, answered_at_ms;
    bool readable; /* false: kept for the teacher, no evidence */
    /* out */
    bool duplicate; /* the first reply's fact */
    int64_t evidence_id;
    double first_score; /* of the stored fact */
    size_t moved;
    struct fold_step steps[BKT_SKILLS_MAX];
    struct learner_state state; /* after it; in arena */
};

int64_t answer_body_hash(int64_t item_id, int64_t variant, const char *response, int32_t hints);

/* The writer's part: answers run as a set. */
extern const struct command_set answer_set;

#endif
