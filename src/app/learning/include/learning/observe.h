/* What a teacher saw or judged: evidence like any other, of one competency, for one student or several at once. */
#ifndef LEARNING_OBSERVE_H
#define LEARNING_OBSERVE_H
#include "core/writer.h"
#include "domain/evidence.h"
#include "policy/snapshot.h"

enum { OBSERVE_MAX = 60, OBSERVE_NOTE_BYTES = 2000 };

/* One thing seen of one learner. */
struct seen {
    const char *client_id, *note;
    int64_t learner_id, recorder_id, competency_id, checkpoint_id; /* checkpoint_id: 0 for none */
    enum evidence_kind kind;
    double score; /* 0 to 1 */
};
/* For other commands, inside their transaction: the fact is written and folded. *again: it was there already, and
 * nothing is written; *before is then not set. ST_CONFLICT: client_id was used for something else. */
enum st observe_fact(struct app *app, struct tx *tx, const struct seen *o, int64_t *evidence_id, enum level *before,
                     bool *again, struct err *e) WARN_UNUSED;

struct observe_cmd {
    struct command command;
    struct snapshot *snapshot; /* held by the caller until the reply */
    /* in */
    const char *client_id;
    int64_t recorder_id, competency_id;
    enum evidence_kind kind; /* EVIDENCE_OBSERVATION or EVIDENCE_JUDGEMENT */
    double score;            /* 0 to 1: of a rubric; a level's is level_score() */
    const char *note;        /* may be NULL */
    size_t count;
    int64_t learner_ids[OBSERVE_MAX];
    /* out */
    int64_t evidence_ids[OBSERVE_MAX]; /* the same ones when it is sent again */
};

double level_score(enum level l); /* 0, 1/3, 2/3, 1 */

/* Checks what came from outside and readies the command.
 * err ST_INVALID: client_id, score, note, nobody or too many; ST_NOT_FOUND: no such competency */
enum st observe_check(struct observe_cmd *o, struct err *e) WARN_UNUSED;

#endif
