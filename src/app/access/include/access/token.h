/* Secrets of sessions and API tokens, and what is made of them. */
#ifndef ACCESS_TOKEN_H
#define ACCESS_TOKEN_H
#include <stdint.h>

enum { TOKEN_TEXT = 44, TOKEN_HASH_TEXT = 65 };

void token_new(char out[TOKEN_TEXT]);
void token_hash(const char *token, char out[TOKEN_HASH_TEXT]);
/* A second secret from a session's token, for forms. */
void token_csrf(const char *token, char out[TOKEN_TEXT]);
/* What shows that a form with this secret was made for this person. It opens nothing. */
enum { PROOF_TEXT = 23 };
void form_proof(const char *csrf, int64_t user_id, char out[PROOF_TEXT]);

#endif
