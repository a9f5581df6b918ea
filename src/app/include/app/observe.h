/* What a teacher saw or judged: evidence like any other, of one competency, for one student or several at once. */
#ifndef APP_OBSERVE_H
#define APP_OBSERVE_H
#include "app/writer.h"
#include "domain/evidence.h"

enum { OBSERVE_MAX = 60, OBSERVE_NOTE_BYTES = 2000 };

struct observe_cmd {
    struct command command;
    struct snapshot *snapshot; /* held by the caller until the reply */
    /* in */
    const char *client_id;
    int64_t recorder_id, competency_id;
    enum evidence_kind kind;   /* EVIDENCE_OBSERVATION or EVIDENCE_JUDGEMENT */
    double score;              /* 0 to 1: of a rubric; a level's is level_score() */
    const char *note;          /* may be NULL */
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
