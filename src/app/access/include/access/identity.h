/* Who someone is: users, passwords, sessions, tokens. Secrets are kept as hashes only: passwords as argon2id
 * (libsodium, 19 MiB, 2 passes), session and API tokens as BLAKE2b (access/token.h). */
#ifndef ACCESS_IDENTITY_H
#define ACCESS_IDENTITY_H
#include "access/actor.h"
#include "access/token.h"
#include "core/app.h"
#include "core/writer.h"

enum { PASSWORD_HASH_TEXT = 128, PASSWORD_WORDS = 20 };

/* Blocking, tens of milliseconds: never on an HTTP thread. */
enum st password_hash(const char *password, char out[PASSWORD_HASH_TEXT], struct err *e) WARN_UNUSED;
bool password_matches(const char *hash, const char *password);
/* ST_INVALID: too short or too long, with what to do. */
enum st password_check(const char *password, struct err *e) WARN_UNUSED;

/* A password that can be read off a card and typed by a child: four syllables of chance and two digits, such as
 * "tobu-mika-47": 33 bits, for a place that slows guessing down. */
void password_words(char out[PASSWORD_WORDS]);

/* Checks name and password, with a growing pause after failures; on success a new session. Blocking.
 * ST_DENIED: wrong, in words that do not tell which; ST_BUSY: too many tries, with the wait. */
enum st sign_in(struct app *app, const char *username, const char *password, char token[TOKEN_TEXT], int64_t *user_id,
                struct err *e) WARN_UNUSED;
enum st sign_out(struct app *app, const char *token, struct err *e) WARN_UNUSED;

/* ST_SIGN_IN: no such session or token, or it has ended. */
enum st actor_by_session(struct app *app, struct tx *tx, const char *token, struct actor *out,
                         struct err *e) WARN_UNUSED;
enum st actor_by_api_token(struct app *app, struct tx *tx, const char *token, struct actor *out,
                           struct err *e) WARN_UNUSED;
enum st actor_load(struct tx *tx, int64_t user_id, struct actor *out, struct err *e) WARN_UNUSED;

struct new_user {
    const char *username, *given_name, *family_name, *grade, *language, *email;
    const char *password; /* NULL: none, signs in another way */
    const char *role;
    int64_t org_id; /* 0: the whole district */
};
/* Inside a write transaction; the hash was made before. *user_id is the new row. ST_CONFLICT: the name is taken. */
enum st user_create(struct app *app, struct tx *tx, const struct new_user *u, const char *password_hash_text,
                    int64_t *user_id, struct err *e) WARN_UNUSED;
enum st user_set_password(struct tx *tx, int64_t user_id, const char *password_hash_text, struct err *e) WARN_UNUSED;
/* Ends the sessions of a person, as after a new password; all but that of keep_token, which may be NULL. */
enum st sessions_end(struct tx *tx, int64_t user_id, const char *keep_token, struct err *e) WARN_UNUSED;
enum st api_token_create(struct app *app, struct tx *tx, int64_t user_id, int64_t ttl_ms, char token[TOKEN_TEXT],
                         struct err *e) WARN_UNUSED;

#endif
