/* One answer: parsed and scored on the way in, folded and written by the writer. */
#ifndef LEARNING_ANSWER_H
#define LEARNING_ANSWER_H
#include <jansson.h>

#include "content/items.h"
#include "core/writer.h"
#include "items/items.h"
#include "policy/snapshot.h"

struct answer_cmd {
    struct command command;
    struct snapshot *snapshot; /* held by the caller until the reply */
    struct arena *arena;       /* the request's: results are allocated there */
    /* in */
    int64_t learner_id;
    const char *client_id;       /* 8 to 64 characters */
    const struct item_ref *item; /* of `snapshot` */
    int32_t item_version;        /* that was shown and scored; an import may have made a newer one since */
    int64_t variant;
    const char *response; /* JSON text, as given */
    int64_t body_hash;
    double score;
    int32_t shown_error; /* of the verdict */
    int32_t hints;
    int32_t choices, floor_ms; /* of the item: domain/evidence.h */
    int64_t took_ms, answered_at_ms;
    bool readable; /* false: kept for the teacher, no evidence */
    /* out */
    bool duplicate; /* the first reply's fact */
    int64_t evidence_id;
    double first_score; /* of the stored fact */
    bool too_fast;      /* it cannot have been read: kept, counts for nothing, and says nothing */
    size_t moved;
    struct fold_step steps[BKT_SKILLS_MAX];
    struct learner_state state; /* after it; in arena */
};

/* The item of an answer on its way: the learner's own, open, in the version and variant that was shown. version 0: the
 * latest. *item in arena. err ST_DENIED answer.not_yours; ST_NOT_FOUND: there was never such a version */
enum st answer_item(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                    const struct taught *courses, size_t course_count, int64_t item_id, int32_t version,
                    int64_t variant, enum item_use use, const struct item_ref **ref, const struct item **item,
                    struct err *e) WARN_UNUSED;
/* Scores a response to an item and readies the command, of which snapshot, arena, learner_id, client_id, item,
 * item_version, variant, hints and the times are set. */
enum st answer_prepare(struct answer_cmd *c, const struct item *item, const json_t *response, struct verdict *verdict,
                       struct err *e) WARN_UNUSED;
int64_t answer_body_hash(int64_t item_id, int64_t variant, const char *response, int32_t hints);

/* The writer's part: answers run as a set. */
extern const struct command_set answer_set;

#endif
