/* Who is behind a session or token, remembered in memory: asked with every request, changed a few times a day.
 *
 * An entry is believed until a write of this process that may concern people is on disk, and for PEOPLE_SECONDS at
 * most: another process may have ended a session or closed an account.
 */
#ifndef APP_PEOPLE_H
#define APP_PEOPLE_H
#include "app/identity.h"

/* A letter for the kind of secret, then its hash in hexadecimal. */
enum { PEOPLE_KEY = 1 + TOKEN_HASH_TEXT };

enum { PEOPLE_SECONDS = 5 };

struct people;
struct people *people_new(void); /* NULL: no memory */
void people_free(struct people *p);

/* The version to store with: taken before the database is asked, so that a change in between is not lost. */
uint64_t people_version(const struct people *p);
/* Everything remembered is forgotten. Any thread. */
void people_forget(struct people *p);

bool people_find(struct people *p, const char *key, int64_t now_ms, struct actor *out);
void people_keep(struct people *p, uint64_t version, const char *key, int64_t expires_at_ms, const struct actor *a);

#endif
