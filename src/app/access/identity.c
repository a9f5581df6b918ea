#include "access/identity.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "access/actor_cache.h"
#include "base/text.h"
#include "core/hub.h"

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 200, FREE_FAILURES = 4, SESSION_HOURS = 12 };
static const size_t argon_memory = 19u << 20;
static const unsigned long long argon_passes = 2;

static const struct {
    enum role role;
    const char *code;
} roles[ROLE_KINDS] = {{ROLE_STUDENT, "student"},     {ROLE_TEACHER, "teacher"},    {ROLE_COACH, "coach"},
                       {ROLE_PRINCIPAL, "principal"}, {ROLE_DISTRICT, "district"},  {ROLE_GUARDIAN, "guardian"},
                       {ROLE_PROGRAMS, "programs"},   {ROLE_COUNSELOR, "counselor"}};

const char *role_code(enum role r)
{
    for (size_t i = 0; i < ROLE_KINDS; i++)
        if (roles[i].role == r) return roles[i].code;
    return "";
}

unsigned role_parse(const char *code)
{
    for (size_t i = 0; i < ROLE_KINDS; i++)
        if (strcmp(roles[i].code, code) == 0) return roles[i].role;
    return 0;
}

enum st password_check(const char *p, struct err *e)
{
    size_t n = p ? strlen(p) : 0;
    if (n >= PASSWORD_MIN && n <= PASSWORD_MAX) return ST_OK;
    return err_fail(e, ST_INVALID, "password.length", "a password has %d to %d characters", PASSWORD_MIN, PASSWORD_MAX);
}

void password_words(char out[PASSWORD_WORDS])
{
    static const char consonants[] = "bdfghjklmnprstvz", vowels[] = "aeiou"; /* no sign that looks like another one */
    char w[8];
    for (size_t i = 0; i < 8; i += 2) {
        w[i] = consonants[randombytes_uniform(sizeof consonants - 1)];
        w[i + 1] = vowels[randombytes_uniform(sizeof vowels - 1)];
    }
    snprintf(out, PASSWORD_WORDS, "%.4s-%.4s-%u", w, w + 4, 10 + randombytes_uniform(90));
}

enum st password_hash(const char *password, char out[PASSWORD_HASH_TEXT], struct err *e)
{
    _Static_assert(PASSWORD_HASH_TEXT >= crypto_pwhash_STRBYTES, "room for the hash");
    if (crypto_pwhash_str(out, password, strlen(password), argon_passes, argon_memory) != 0)
        return err_fail(e, ST_NOMEM, "err.memory", "argon2id");
    return ST_OK;
}

bool password_matches(const char *hash, const char *password)
{
    return *hash && crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

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

static void copy(char *out, size_t cap, const char *s) { snprintf(out, cap, "%s", s); }

/* The columns that user_get and the two token queries share. */
static void read_user(struct stmt *q, struct actor *a)
{
    copy(a->username, sizeof a->username, col_text(q, 0));
    copy(a->given_name, sizeof a->given_name, *col_text(q, 3) ? col_text(q, 3) : col_text(q, 1));
    copy(a->family_name, sizeof a->family_name, col_text(q, 2));
    copy(a->grade, sizeof a->grade, col_text(q, 4));
    copy(a->language, sizeof a->language, col_text(q, 5));
}

static void add_role(struct actor *a, const char *role, int64_t org_id)
{
    unsigned r = role_parse(role);
    a->roles |= r;
    if ((r & (ROLE_PRINCIPAL | ROLE_COACH | ROLE_COUNSELOR | ROLE_PROGRAMS)) &&
        a->org_count < sizeof a->orgs / sizeof *a->orgs)
        a->orgs[a->org_count++] = (struct actor_org){org_id, r};
}

bool actor_holds(const struct actor *who, unsigned wanted, int64_t org_id)
{
    for (size_t i = 0; i < who->org_count; i++)
        if (who->orgs[i].org_id == org_id && (who->orgs[i].roles & wanted)) return true;
    return false;
}

enum st actor_load(struct tx *tx, int64_t user_id, struct actor *out, struct err *e)
{
    struct stmt *q;
    bool row;
    struct actor a = {.user_id = user_id};
    TRY(tx_stmt(tx, SQL_user_get, &q, e));
    bind_i64(q, "user_id", user_id);
    TRY(stmt_step(q, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.no_user", "user %lld", (long long)user_id);
    read_user(q, &a);
    TRY(tx_stmt(tx, SQL_role_list, &q, e));
    bind_i64(q, "user_id", user_id);
    for (;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        add_role(&a, col_text(q, 0), col_i64(q, 1));
    }
    *out = a;
    return ST_OK;
}

static enum st actor_by(struct app *app, struct tx *tx, enum sql_id query, const char *token, struct actor *out,
                        struct err *e)
{
    char key[ACTOR_KEY];
    struct stmt *q;
    bool row;
    struct actor a = {0};
    uint64_t version = actor_cache_version(app->actor_cache);
    int64_t now = app_now_ms(app), expires;
    key[0] = query == SQL_session_get ? 's' : 't'; /* a session is no API token, nor the other way round */
    token_hash(token, key + 1);
    if (actor_cache_find(app->actor_cache, key, now, out)) return ST_OK;
    TRY(tx_stmt(tx, query, &q, e));
    bind_text(q, "token_hash", key + 1);
    TRY(stmt_step(q, &row, e));
    expires = row ? col_i64(q, 9) : 0;
    if (!row || expires < now || !col_i64(q, 6) || strcmp(col_text(q, 7), "active") != 0)
        return err_fail(e, ST_SIGN_IN, "sign_in.needed", "no such session or token, or it has ended");
    a.user_id = col_i64(q, 8);
    read_user(q, &a);
    while (row) {
        add_role(&a, col_text(q, 10), col_i64(q, 11));
        TRY(stmt_step(q, &row, e));
    }
    if (a.roles & ROLE_STUDENT) TRY(learner_courses(tx, a.user_id, a.courses, COURSES_MAX, &a.course_count, e));
    actor_cache_put(app->actor_cache, version, key, expires, &a);
    *out = a;
    return ST_OK;
}

enum st actor_by_session(struct app *app, struct tx *tx, const char *token, struct actor *out, struct err *e)
{
    return actor_by(app, tx, SQL_session_get, token, out, e);
}

enum st actor_by_api_token(struct app *app, struct tx *tx, const char *token, struct actor *out, struct err *e)
{
    return actor_by(app, tx, SQL_token_get, token, out, e);
}

/* The writes of signing in and out, small enough to share one command. */
struct session_cmd {
    struct command command;
    enum { TRYING, SIGNED_IN, SIGNED_OUT } what;
    const char *token_hash, *account_hash;
    int64_t user_id;
    int64_t wait_ms; /* out, of TRYING: not before */
};

static enum st clear_failures(struct tx *tx, const char *account, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_failure_clear, &q, e));
    bind_text(q, "account_hash", account);
    return stmt_run(q, NULL, e);
}

/* What has expired goes along with sign-ins, a bounded number of rows by an index each time. */
static enum st purge(struct tx *tx, int64_t now, struct err *e)
{
    static const struct {
        enum sql_id id;
        int64_t kept_ms;
    } expired[] = {{SQL_session_expire, 0}, {SQL_token_expire, 0}, {SQL_failure_expire, 86400000}};
    for (size_t i = 0; i < sizeof expired / sizeof *expired; i++) {
        struct stmt *q;
        TRY(tx_stmt(tx, expired[i].id, &q, e));
        bind_i64(q, "before_ms", now - expired[i].kept_ms);
        TRY(stmt_run(q, NULL, e));
    }
    return ST_OK;
}

/* Counted by the writer before the password is looked at, and taken back when it is right: guesses that are sent side
 * by side each count. */
static enum st count_try(struct session_cmd *c, struct tx *tx, int64_t now, struct err *e)
{
    struct stmt *q;
    bool row;
    TRY(tx_stmt(tx, SQL_failure_get, &q, e));
    bind_text(q, "account_hash", c->account_hash);
    TRY(stmt_step(q, &row, e));
    int64_t failures = row ? col_i64(q, 0) + 1 : 1, until = row ? col_i64(q, 1) : 0;
    c->wait_ms = until - now;
    if (c->wait_ms > 0) return ST_OK;
    /* 1 s after the fifth failure in a row, doubling to five minutes. */
    int64_t over = failures - FREE_FAILURES, pause = over <= 0 ? 0 : over > 9 ? 300000 : (int64_t)1000 << (over - 1);
    TRY(tx_stmt(tx, SQL_failure_set, &q, e));
    bind_text(q, "account_hash", c->account_hash);
    bind_i64(q, "failures", failures);
    bind_i64(q, "until_ms", now + (pause > 300000 ? 300000 : pause));
    TRY(stmt_run(q, NULL, e));
    return purge(tx, now, e);
}

static enum st session_run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct session_cmd *c = (struct session_cmd *)command;
    struct stmt *q;
    int64_t now = app_now_ms(app);
    switch (c->what) {
    case TRYING: return count_try(c, tx, now, e);
    case SIGNED_IN:
        TRY(clear_failures(tx, c->account_hash, e));
        TRY(tx_stmt(tx, SQL_session_insert, &q, e));
        bind_text(q, "token_hash", c->token_hash);
        bind_i64(q, "user_id", c->user_id);
        bind_i64(q, "created_at_ms", now);
        bind_i64(q, "expires_at_ms", now + (int64_t)SESSION_HOURS * 3600000);
        return stmt_run(q, NULL, e);
    case SIGNED_OUT:
        TRY(tx_stmt(tx, SQL_session_delete, &q, e));
        bind_text(q, "token_hash", c->token_hash);
        return stmt_run(q, NULL, e);
    }
    return err_fail(e, ST_BUG, "err.bug", "session command");
}

struct account {
    int64_t user_id;
    bool may;
    char hash[PASSWORD_HASH_TEXT];
};

static enum st find_account(struct app *app, const char *username, struct account *out, struct err *e)
{
    struct conn *conn;
    struct tx tx;
    struct stmt *q;
    bool row = false;
    TRY(app_read_conn(app, &conn, e));
    TRY(tx_read(conn, app->district_id, &tx, e));
    enum st st = tx_stmt(&tx, SQL_user_by_name, &q, e);
    if (st == ST_OK) {
        bind_text(q, "username", username);
        st = stmt_step(q, &row, e);
    }
    if (st == ST_OK && row) {
        out->user_id = col_i64(q, 0);
        copy(out->hash, sizeof out->hash, col_text(q, 1));
        out->may = col_i64(q, 2) && strcmp(col_text(q, 3), "active") == 0;
    }
    tx_rollback(&tx);
    return st;
}

enum st sign_in(struct app *app, const char *username, const char *password, char token[TOKEN_TEXT], int64_t *user_id,
                struct err *e)
{
    /* Verified when there is no such account, so that the time taken does not tell. A real hash of a random
     * password. */
    static const char nobody[] =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Zm9yIG5vYm9keSBhdCBhbGwsIG5vdCBldmVyIG9rISE";
    char account[TOKEN_HASH_TEXT], hash[TOKEN_HASH_TEXT];
    struct account found = {0};
    if (strlen(username) > 200 || strlen(password) > PASSWORD_MAX)
        return err_fail(e, ST_DENIED, "sign_in.wrong", "too long");
    token_hash(username, account);
    struct session_cmd c = {.command.run = session_run,
                            .command.leaves_memory = true,
                            .account_hash = account,
                            .token_hash = hash,
                            .what = TRYING};
    TRY(writer_run(app, &c.command, e));
    if (c.wait_ms > 0) {
        char seconds[24];
        snprintf(seconds, sizeof seconds, "%lld", (long long)(c.wait_ms + 999) / 1000);
        (void)err_fail(e, ST_BUSY, "sign_in.wait", "too many tries; wait %s s", seconds);
        err_arg(e, seconds);
        return ST_BUSY;
    }
    TRY(find_account(app, username, &found, e));
    if (!password_matches(*found.hash ? found.hash : nobody, password) || !found.user_id || !found.may)
        return err_fail(e, ST_DENIED, "sign_in.wrong", "name or password is not right");
    token_new(token);
    token_hash(token, hash);
    c.what = SIGNED_IN;
    c.user_id = *user_id = found.user_id;
    return writer_run(app, &c.command, e);
}

enum st sign_out(struct app *app, const char *token, struct err *e)
{
    char hash[TOKEN_HASH_TEXT];
    token_hash(token, hash);
    struct session_cmd c = {
        .command.run = session_run, .command.leaves_memory = true, .token_hash = hash, .what = SIGNED_OUT};
    enum st st = writer_run(app, &c.command, e);
    /* What students have shown stays good; who is behind a token does not, and a live stream may be theirs. */
    actor_cache_clear(app->actor_cache);
    hub_doubt(app->hub);
    return st;
}

enum st user_create(struct app *app, struct tx *tx, const struct new_user *u, const char *hash, int64_t *user_id,
                    struct err *e)
{
    struct stmt *q;
    int64_t id = app_id(app);
    if (!u->username || !*u->username || strlen(u->username) > 200)
        return err_fail(e, ST_INVALID, "user.name", "a user name has 1 to 200 characters");
    if (!role_parse(u->role))
        return err_fail(e, ST_INVALID, "user.role",
                        "%s is none of student, teacher, coach, principal, district, guardian, programs", u->role);
    TRY(tx_stmt(tx, SQL_user_insert, &q, e));
    bind_i64(q, "user_id", id);
    bind_text(q, "username", u->username);
    bind_text(q, "given_name", u->given_name ? u->given_name : "");
    bind_text(q, "family_name", u->family_name ? u->family_name : "");
    bind_text(q, "middle_name", "");
    bind_text(q, "preferred_name", "");
    bind_text(q, "pronouns", "");
    bind_text(q, "email", u->email ? u->email : "");
    bind_text(q, "grade", u->grade ? u->grade : "");
    bind_text(q, "language", u->language ? u->language : "en");
    bind_text(q, "password_hash", hash ? hash : "");
    bind_i64(q, "created_at_ms", app_now_ms(app));
    enum st st = stmt_run(q, NULL, e);
    if (st == ST_CONFLICT) return err_fail(e, ST_CONFLICT, "user.taken", "the user name %s is taken", u->username);
    TRY(st);
    TRY(tx_stmt(tx, SQL_role_insert, &q, e));
    bind_i64(q, "user_id", id);
    bind_i64(q, "org_id", u->org_id);
    bind_text(q, "role", u->role);
    TRY(stmt_run(q, NULL, e));
    *user_id = id;
    return ST_OK;
}

enum st api_token_create(struct app *app, struct tx *tx, int64_t user_id, int64_t ttl_ms, char token[TOKEN_TEXT],
                         struct err *e)
{
    struct stmt *q;
    char hash[TOKEN_HASH_TEXT];
    int64_t now = app_now_ms(app);
    token_new(token);
    token_hash(token, hash);
    TRY(tx_stmt(tx, SQL_token_insert, &q, e));
    bind_text(q, "token_hash", hash);
    bind_i64(q, "user_id", user_id);
    bind_i64(q, "created_at_ms", now);
    bind_i64(q, "expires_at_ms", now + ttl_ms);
    return stmt_run(q, NULL, e);
}

enum st sessions_end(struct tx *tx, int64_t user_id, const char *keep_token, struct err *e)
{
    struct stmt *q;
    char hash[TOKEN_HASH_TEXT] = "";
    if (keep_token) token_hash(keep_token, hash);
    TRY(tx_stmt(tx, SQL_session_end_others, &q, e));
    bind_i64(q, "user_id", user_id);
    bind_text(q, "token_hash", hash);
    return stmt_run(q, NULL, e);
}

enum st user_set_password(struct tx *tx, int64_t user_id, const char *hash, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_user_set_password, &q, e));
    bind_i64(q, "user_id", user_id);
    bind_text(q, "password_hash", hash);
    return stmt_run(q, NULL, e);
}
