#include "access/token.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

void token_new(char out[TOKEN_TEXT])
{
    unsigned char b[32];
    randombytes_buf(b, sizeof b);
    sodium_bin2base64(out, TOKEN_TEXT, b, sizeof b, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static void hash_with(const char *what, const char *token, unsigned char out[32])
{
    crypto_generichash(out, 32, (const unsigned char *)token, strlen(token), (const unsigned char *)what, strlen(what));
}

void token_hash(const char *token, char out[TOKEN_HASH_TEXT])
{
    unsigned char b[32];
    hash_with("waymark token v1", token, b);
    sodium_bin2hex(out, TOKEN_HASH_TEXT, b, sizeof b);
}

void token_csrf(const char *token, char out[TOKEN_TEXT])
{
    unsigned char b[32];
    hash_with("waymark forms v1", token, b);
    sodium_bin2base64(out, TOKEN_TEXT, b, sizeof b, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void form_proof(const char *csrf, int64_t user_id, char out[PROOF_TEXT])
{
    unsigned char b[32];
    char both[TOKEN_TEXT + 24], text[TOKEN_TEXT];
    snprintf(both, sizeof both, "%lld %.*s", (long long)user_id, TOKEN_TEXT, csrf);
    hash_with("waymark kept v1", both, b);
    sodium_bin2base64(text, sizeof text, b, sizeof b, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    snprintf(out, PROOF_TEXT, "%.*s", PROOF_TEXT - 1, text);
}
