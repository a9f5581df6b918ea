/* What the fold knows of a learner now: the row that is stored, and the facts since then folded into it.
 *
 * A state is two or three pages, half of what an answer would write. So on SQLite, with its one writer, the row may be
 * up to STATE_BEHIND_MAX - 1 facts behind; it names the last fact that is in it, and the writer remembers the rest. On
 * PostgreSQL it is written with every answer: its row is the lock between servers.
 */
#ifndef LEARNING_LEARNER_STATE_H
#define LEARNING_LEARNER_STATE_H
#include "policy/snapshot.h"
#include "rules/state.h"
#include "store/answer.h"

enum { STATE_BEHIND_MAX = 8 };

/* What the row lacks is folded by the rules of the learner's own school at now_ms, whoever asks.
 * err ST_IO: the stored state cannot be read. */
enum st learner_state_now(const struct snapshot *s, struct tx *tx, struct arena *a, int64_t now_ms, int64_t learner_id,
                          struct learner_state *out, struct err *e) WARN_UNUSED;
/* The same from a row that was read; *behind (may be NULL): how many facts it lacked. */
enum st learner_state_from(const struct snapshot *s, struct tx *tx, struct arena *a, int64_t now_ms,
                           const struct state_row *row, struct learner_state *out, size_t *behind,
                           struct err *e) WARN_UNUSED;

#endif
