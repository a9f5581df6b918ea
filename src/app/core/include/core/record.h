/* Recording a fact: the one way for whatever somebody says about somebody, once (store/fact.h; its kinds are declared
 * in src/store/facts).
 *
 * Facts are recorded by the writer, in the order in which they arrive, in one transaction with the answers of their
 * batch. The same client id with the same body is the same fact; with another body it is refused. Live views hear of a
 * fact after the commit.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H
#include "core/writer.h"
#include "store/fact_kinds.h"

struct record {
    const struct fact_kind *kind;
    int64_t subject_id, recorder_id; /* subject_id 0: it is about none */
    const char *client_id;           /* 8 to 64 characters, of this recorder and subject */
    const void *fields;              /* the struct of the kind */
    int64_t happened_at_ms;          /* 0: now */
    int64_t replaces_id;             /* the fact that this one corrects; 0: none */
    int32_t school_date;             /* the day in the school's zone */
    /* out */
    int64_t fact_id;
    bool duplicate; /* it had been recorded before */
    /* record_check's */
    int64_t body_hash;
};

enum { RECORDS_MAX = 2000 };

/* One or more facts that are recorded together or not at all. */
struct record_cmd {
    struct command command;
    struct record *list; /* alive until done() */
    size_t count;
    struct record one; /* list may point here */
    /* May it still be recorded? Inside the transaction, before anything is written; NULL: it may. */
    enum st (*check)(struct tx *tx, const struct record_cmd *r, struct err *e);
    const void *check_arg;
};

/* Checks what came from outside and readies the command. err ST_INVALID: client_id, a field, none or too many */
enum st record_check(struct record_cmd *r, struct err *e) WARN_UNUSED;

#endif
