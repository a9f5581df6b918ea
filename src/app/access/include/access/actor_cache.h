/* Cache of the person behind a session or token. Read on every request; the data changes a few times a day.
 *
 * An entry is believed until a write of this process that may concern people is on disk, and for ACTOR_CACHE_SECONDS at
 * most: another process may have ended a session or closed an account.
 */
#ifndef ACCESS_ACTOR_CACHE_H
#define ACCESS_ACTOR_CACHE_H
#include "access/actor.h"
#include "access/token.h"

/* A letter for the kind of secret, then its hash in hexadecimal. */
enum { ACTOR_KEY = 1 + TOKEN_HASH_TEXT };

enum { ACTOR_CACHE_SECONDS = 5 };

struct actor_cache;
struct actor_cache *actor_cache_new(void); /* NULL: no memory */
void actor_cache_free(struct actor_cache *p);

/* The version to store with: taken before the database is asked, so that a change in between is not lost. */
uint64_t actor_cache_version(const struct actor_cache *p);
/* Everything remembered is forgotten. Any thread. */
void actor_cache_clear(struct actor_cache *p);

bool actor_cache_find(struct actor_cache *p, const char *key, int64_t now_ms, struct actor *out);
void actor_cache_put(struct actor_cache *p, uint64_t version, const char *key, int64_t expires_at_ms,
                     const struct actor *a);

#endif
