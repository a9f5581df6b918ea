/* Live events of a class, in memory: a ring of the latest, so that a browser that comes back misses none. */
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
/* Follow these learners; first what was missed since last_event_id (0: nothing), then what comes. Ids are copied. */
enum st hub_join(struct hub *h, const int64_t *learner_ids, size_t n, int64_t last_event_id, hub_send *send,
                 void *arg) WARN_UNUSED;
void hub_leave(struct hub *h, void *arg);
void hub_heartbeat(struct hub *h);
/* Call end(arg) for every follower: the server is stopping. */
void hub_close(struct hub *h, void (*end)(void *arg));

#endif
