/* Live class events in memory. A ring buffer lets a browser that reconnects catch up.
 *
 * Invariants
 *  1. A command stages its events; they are published when its transaction is on disk, and dropped when it is not.
 *  2. A follower in doubt gets nothing, not even a keep-alive, until whoever may look again at their rights has done so
 *     (hub_trust); what came meanwhile is then sent.
 */
#ifndef CORE_HUB_H
#define CORE_HUB_H
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "domain/policy.h"

struct hub;
/* send: called with a whole event, from any thread, never after hub_leave() has returned. */
typedef void hub_send(void *arg, const char *text, size_t n);

struct hub *hub_new(void);
void hub_free(struct hub *h);
/* Everyone who follows this topic (a learner) gets it. data is one line of JSON. */
void hub_publish(struct hub *h, int64_t learner_id, const char *event, const char *data);
/* The event that a cell of a class page listens for. */
void hub_publish_level(struct hub *h, int64_t learner_id, int64_t competency_id, enum level level);
/* The same from inside a transaction, by the writer alone: kept until hub_publish_staged(). */
void hub_stage(struct hub *h, int64_t learner_id, const char *event, const char *data);
void hub_stage_level(struct hub *h, int64_t learner_id, int64_t competency_id, enum level level);
size_t hub_staged(const struct hub *h);
void hub_unstage(struct hub *h, size_t kept); /* all but the first so many */
void hub_publish_staged(struct hub *h);
/* Follow these learners; first what was missed since last_event_id, then what comes. Ids are copied. The follower
 * begins in doubt. */
enum st hub_join(struct hub *h, const int64_t *learner_ids, size_t n, int64_t last_event_id, hub_send *send,
                 void *arg) WARN_UNUSED;
int64_t hub_last_id(struct hub *h); /* for who begins now: taken before the rows are read */
void hub_leave(struct hub *h, void *arg);
/* Rights may have changed: every follower is in doubt. Any thread. */
void hub_doubt(struct hub *h);
/* Waits until somebody is in doubt, for so long at most; then up to `most` of them, each held with hold(arg) under the
 * hub's lock. *generation goes back to hub_trust(). */
size_t hub_doubted(struct hub *h, int64_t wait_ms, void (*hold)(void *arg), void **args, size_t most,
                   uint64_t *generation);
/* The follower may still follow these learners: what was missed is sent. Harmless when they have left. */
enum st hub_trust(struct hub *h, void *arg, uint64_t generation, const int64_t *learner_ids, size_t n) WARN_UNUSED;
/* Calls end(arg) if the follower is still there. */
void hub_end(struct hub *h, void *arg, void (*end)(void *));
void hub_heartbeat(struct hub *h);
/* Call end(arg) for every follower: the server is stopping. */
void hub_close(struct hub *h, void (*end)(void *arg));

#endif
