/* Rows of the answer path: facts, derived rows, drafts. What sql/answer.h gives as rows, in
 * domain types and in arena; callers own the transaction. */
#ifndef STORE_ANSWER_H
#define STORE_ANSWER_H
#include "base/arena.h"
#include "domain/evidence.h"
#include "store/db.h"

struct state_row {
    int64_t learner_id, version; /* version 0: no row yet */
    const void *state;
    size_t n;
};

/* States of n learners (distinct, any order), in arena; rows[i] belongs to learner_ids[i]. */
enum st states_get(struct tx *tx, struct arena *a, const int64_t *learner_ids, size_t n, struct state_row *rows,
                   struct err *e) WARN_UNUSED;
enum st state_get(struct tx *tx, struct arena *a, int64_t learner_id, struct state_row *row, struct err *e) WARN_UNUSED;
/* For a write transaction: locks the row until its end (PostgreSQL; SQLite has one writer). */
enum st state_take(struct tx *tx, struct arena *a, int64_t learner_id, struct state_row *row,
                   struct err *e) WARN_UNUSED;
/* version as read; sent without waiting. Two writers cannot both insert; an update that meets another version changes
 * nothing, which `state_write` reports on SQLite as ST_CONFLICT and PostgreSQL prevents by the row lock of states_get
 * and state_take. */
enum st state_write(struct tx *tx, const struct state_row *row, struct err *e) WARN_UNUSED;
enum st state_set(struct tx *tx, const struct state_row *row, struct err *e) WARN_UNUSED;

/* The facts under client ids, of one learner or several; evidence_id = 0 where there is none. */
struct response_key {
    int64_t learner_id;
    const char *client_id;
    int64_t evidence_id, body_hash; /* out */
};
enum st responses_find(struct tx *tx, struct response_key *keys, size_t n, struct err *e) WARN_UNUSED;
/* The fact under a client id; *evidence_id = 0 when there is none. */
enum st response_find(struct tx *tx, int64_t learner_id, const char *client_id, int64_t *evidence_id,
                      int64_t *body_hash, struct err *e) WARN_UNUSED;
enum st evidence_insert(struct tx *tx, const struct evidence *v, struct err *e) WARN_UNUSED;
/* All with after < evidence_id < before, in order; in arena. */
enum st evidence_list(struct tx *tx, struct arena *a, int64_t learner_id, int64_t after, int64_t before,
                      struct evidence **out, size_t *n, struct err *e) WARN_UNUSED;
/* The same after `after`, with what the fold goes by and nothing else: no client_id, attempt,
 * recorder. */
enum st evidence_to_fold(struct tx *tx, struct arena *a, int64_t learner_id, int64_t after, struct evidence **out,
                         size_t *n, struct err *e) WARN_UNUSED;

/* Packed facts (rules/history.h), by block. */
struct history_row {
    int64_t learner_id, block, last_id; /* last_id: of the last fact in it */
    const void *packed;
    size_t n;
};
enum st history_list(struct tx *tx, struct arena *a, int64_t learner_id, struct history_row **out, size_t *n,
                     struct err *e) WARN_UNUSED;
/* Of all learners with first <= id <= last, by learner and block; likewise the facts after what is packed (of learners
 * of whom something is), and the rows of mastery. */
enum st history_range(struct tx *tx, struct arena *a, int64_t first, int64_t last, struct history_row **out, size_t *n,
                      struct err *e) WARN_UNUSED;
enum st history_after(struct tx *tx, struct arena *a, int64_t first, int64_t last, struct evidence **out, size_t *n,
                      struct err *e) WARN_UNUSED;
enum st history_set(struct tx *tx, int64_t learner_id, const struct history_row *row, struct err *e) WARN_UNUSED;

struct mastery_row {
    int64_t learner_id, competency_id;
    double p_known;
    int32_t level, evidence_count, alone_count, right_count;
    int64_t last_evidence_id, policy_id, model_id;
};
/* At most once a transaction for one cell. */
enum st mastery_set(struct tx *tx, const struct mastery_row *m, struct err *e) WARN_UNUSED;
enum st mastery_list(struct tx *tx, struct arena *a, int64_t learner_id, struct mastery_row **out, size_t *n,
                     struct err *e) WARN_UNUSED;
enum st mastery_range(struct tx *tx, struct arena *a, int64_t first, int64_t last, struct mastery_row **out, size_t *n,
                      struct err *e) WARN_UNUSED;
/* Learner ids above `after`, in order, up to limit. */
enum learner_list { LEARNERS_WITH_EVIDENCE, LEARNERS_WITH_MASTERY };
enum st learner_ids(struct tx *tx, enum learner_list list, int64_t after, int64_t *out, size_t limit, size_t *n,
                    struct err *e) WARN_UNUSED;

#endif
