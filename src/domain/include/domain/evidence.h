/* Evidence: one observed fact about a learner on competencies. Never changed, never deleted (legal erasure aside);
 * a correction is a new fact that names the one it replaces. */
#ifndef DOMAIN_EVIDENCE_H
#define DOMAIN_EVIDENCE_H
#include <stddef.h>
#include <stdint.h>

enum evidence_kind {
    EVIDENCE_RESPONSE = 1,    /* an answer to an item */
    EVIDENCE_OBSERVATION = 2, /* a teacher saw it, off the screen: score on one competency */
    EVIDENCE_WITHDRAWAL = 3,  /* the fact named by replaces_id does not count */
    EVIDENCE_JUDGEMENT = 4    /* a teacher judged the level from all evidence: score on one competency */
};

struct evidence {
    int64_t learner_id, evidence_id;
    const char *client_id;
    enum evidence_kind kind;
    int64_t item_id; /* 0 unless a response */
    int32_t item_version;
    int64_t variant;
    int64_t competency_id; /* of an observation; 0 otherwise: the item's */
    double score;          /* [0,1] */
    int32_t attempt;       /* 1 = first on this item and variant */
    int32_t hints;         /* shown before the answer */
    int32_t floor_ms;      /* an answer sooner than this cannot have been read; 0: none is too soon */
    int32_t choices;       /* one of so many was to be chosen, and may have been guessed; 0: it was written */
    int64_t took_ms;
    int64_t answered_at_ms; /* when it happened, as the client said */
    int32_t school_date;    /* days since 1970 in the school's zone */
    int64_t policy_id, model_id, recorder_id, replaces_id;
    int64_t checkpoint_id; /* the common checkpoint it was part of; 0 for none */
    int32_t shown_error;   /* the item's known error that the feedback named, from 1; 0 for none */
};

#endif
