#include "access/identity.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "access/actor_cache.h"
#include "base/text.h"
#include "core/hub.h"
#include "store/sql/identity.h"

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 200, FREE_FAILURES = 4, SESSION_HOURS = 12 };
static const size_t argon_memory = 19u << 20;
static const unsigned long long argon_passes = 2;

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

static void copy(char *out, size_t cap, const char *s) { snprintf(out, cap, "%s", s); }

struct person_name {
    const char *username, *given, *family, *preferred;
};

static void copy_user(struct actor *a, const struct person_name *n, const char *grade, const char *language)
{
    copy(a->username, sizeof a->username, n->username);
    copy(a->given_name, sizeof a->given_name, *n->preferred ? n->preferred : n->given);
    copy(a->family_name, sizeof a->family_name, n->family);
    copy(a->grade, sizeof a->grade, grade);
    copy(a->language, sizeof a->language, language);
}

static void add_role(struct actor *a, const char *role, int64_t org_id)
{
    unsigned r = role_parse(role);
    a->roles |= r;
    if ((r & (ROLE_PRINCIPAL | ROLE_COACH | ROLE_COUNSELOR | ROLE_PROGRAMS)) &&
        a->org_count < sizeof a->orgs / sizeof *a->orgs)
        a->orgs[a->org_count++] = (struct actor_org){org_id, r};
}

enum st actor_load(struct tx *tx, int64_t user_id, struct actor *out, struct err *e)
{
    struct sql_user_get_row user;
    struct sql_role_list_row role;
    struct rows rows;
    bool found;
    struct actor a = {.user_id = user_id};
    TRY(sql_user_get(tx, user_id, &user, &found, e));
    if (!found) return err_fail(e, ST_NOT_FOUND, "err.no_user", "user %lld", (long long)user_id);
    copy_user(&a, &(struct person_name){user.username, user.given_name, user.family_name, user.preferred_name},
              user.grade, user.language);
    TRY(sql_role_list(tx, user_id, &rows, e));
    while (sql_role_list_next(&rows, &role)) {
        add_role(&a, role.role, role.org_id);
    }
    TRY(rows_end(&rows));
    *out = a;
    return ST_OK;
}

/* What proves who asks: a session of a browser or a token of a program. */
struct proof {
    char sign; /* a session is no API token, nor the other way round */
    enum st (*query)(struct tx *tx, const char *token_hash, struct rows *rows, struct err *e);
    bool (*next)(struct rows *rows, struct sql_signed_in_row *row);
};

static enum st actor_by(struct app *app, struct tx *tx, const struct proof *proof, const char *token, struct actor *out,
                        struct err *e)
{
    char key[ACTOR_KEY];
    struct sql_signed_in_row r;
    struct rows rows;
    struct actor a = {0};
    uint64_t version = actor_cache_version(app->actor_cache);
    int64_t now = app_now_ms(app), expires = 0;
    key[0] = proof->sign;
    token_hash(token, key + 1);
    if (actor_cache_find(app->actor_cache, key, now, out)) return ST_OK;
    TRY(proof->query(tx, key + 1, &rows, e));
    while (proof->next(&rows, &r)) { /* a row a role */
        if (r.expires_at_ms < now || !r.enabled || strcmp(r.status, "active") != 0) break;
        if (!a.user_id)
            copy_user(&a, &(struct person_name){r.username, r.given_name, r.family_name, r.preferred_name}, r.grade,
                      r.language);
        a.user_id = r.user_id;
        expires = r.expires_at_ms;
        add_role(&a, r.role, r.org_id);
    }
    TRY(rows_end(&rows));
    if (!a.user_id) return err_fail(e, ST_SIGN_IN, "sign_in.needed", "no such session or token, or it has ended");
    TRY(learner_courses(tx, a.user_id, a.courses, COURSES_MAX, &a.course_count, e));
    a.learns = (a.roles & ROLE_STUDENT) || ((a.roles & ROLES_OF_STAFF) && a.course_count);
    actor_cache_put(app->actor_cache, version, key, expires, &a);
    *out = a;
    return ST_OK;
}

enum st actor_by_session(struct app *app, struct tx *tx, const char *token, struct actor *out, struct err *e)
{
    static const struct proof session = {'s', sql_session_get, sql_session_get_next};
    return actor_by(app, tx, &session, token, out, e);
}

enum st actor_by_api_token(struct app *app, struct tx *tx, const char *token, struct actor *out, struct err *e)
{
    static const struct proof api_token = {'t', sql_token_get, sql_token_get_next};
    return actor_by(app, tx, &api_token, token, out, e);
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
    return sql_failure_clear(tx, account, NULL, e);
}

/* 1 s after the fifth failure in a row, doubling to five minutes. */
static int64_t pause_ms(int64_t failures)
{
    int64_t over = failures - FREE_FAILURES, pause = over <= 0 ? 0 : over > 9 ? 300000 : (int64_t)1000 << (over - 1);
    return pause > 300000 ? 300000 : pause;
}

/* What has expired goes along with sign-ins, a bounded number of rows by an index each time. */
static enum st purge(struct tx *tx, int64_t now, struct err *e)
{
    enum { DAY_MS = 86400000 };
    TRY(sql_session_expire(tx, now, NULL, e));
    TRY(sql_token_expire(tx, now, NULL, e));
    return sql_failure_expire(tx, now - DAY_MS, NULL, e);
}

/* Counted by the writer before the password is looked at, and taken back when it is right: guesses that are sent side
 * by side each count. */
static enum st count_try(struct session_cmd *c, struct tx *tx, int64_t now, struct err *e)
{
    struct sql_failure_get_row before;
    TRY(sql_failure_get(tx, c->account_hash, &before, NULL, e)); /* none: zeros */
    c->wait_ms = before.until_ms - now;
    if (c->wait_ms > 0) return ST_OK;
    int64_t failures = before.failures + 1;
    TRY(sql_failure_set(tx,
                        &(struct sql_failure_set_in){.account_hash = c->account_hash,
                                                     .failures = failures,
                                                     .until_ms = now + pause_ms(failures)},
                        NULL, e));
    return purge(tx, now, e);
}

static enum st session_run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct session_cmd *c = (struct session_cmd *)command;
    int64_t now = app_now_ms(app);
    switch (c->what) {
    case TRYING: return count_try(c, tx, now, e);
    case SIGNED_IN:
        TRY(clear_failures(tx, c->account_hash, e));
        return sql_session_insert(
            tx,
            &(struct sql_session_insert_in){.token_hash = c->token_hash,
                                            .user_id = c->user_id,
                                            .created_at_ms = now,
                                            .expires_at_ms = now + (int64_t)SESSION_HOURS * 3600000},
            NULL, e);
    case SIGNED_OUT: return sql_session_delete(tx, c->token_hash, NULL, e);
    }
    return err_fail(e, ST_BUG, "err.bug", "session command");
}

enum { USERNAME_BYTES = 201 };

struct account {
    int64_t user_id;
    bool may;
    char hash[PASSWORD_HASH_TEXT];
};

static void copy_account(struct account *out, const struct sql_user_by_name_row *r)
{
    out->user_id = r->user_id;
    copy(out->hash, sizeof out->hash, r->password_hash);
    out->may = r->enabled && strcmp(r->status, "active") == 0;
}

/* The name letter for letter, or the only one that differs from it in case alone. */
static enum st account_by_name(struct tx *tx, const char *name, const char *folded, struct account *out, struct err *e)
{
    struct sql_user_by_name_row r;
    struct rows rows;
    bool row = false;
    size_t n = 0;
    TRY(sql_user_by_name(tx, name, &r, &row, e));
    if (row) {
        copy_account(out, &r);
        return ST_OK;
    }
    TRY(sql_user_by_folded_name(tx, folded, &rows, e));
    while (sql_user_by_folded_name_next(&rows, &r))
        if (n++ == 0) copy_account(out, &r);
    if (n != 1) *out = (struct account){0};
    return rows_end(&rows);
}

static enum st find_account(struct app *app, const char *name, const char *folded, struct account *out, struct err *e)
{
    struct conn *conn;
    struct tx *tx;
    TRY(app_read_conn(app, &conn, e));
    TRY(tx_read(conn, app->district_id, &tx, e));
    enum st st = account_by_name(tx, name, folded, out, e);
    tx_rollback(tx);
    return st;
}

/* As it was meant: without the spaces around it. folded: in lower case, of ASCII letters, as the index has it. */
static void read_name(const char *said, char name[USERNAME_BYTES], char folded[USERNAME_BYTES])
{
    size_t from = strspn(said, " \t"), n = strlen(said + from);
    while (n && strchr(" \t", said[from + n - 1])) n--;
    if (n > USERNAME_BYTES - 1) n = USERNAME_BYTES - 1;
    memcpy(name, said + from, n);
    name[n] = 0;
    memcpy(folded, name, n + 1);
    str_lower(folded);
}

enum st sign_in(struct app *app, const char *username, const char *password, char token[TOKEN_TEXT], int64_t *user_id,
                struct err *e)
{
    /* Verified when there is no such account, so that the time taken does not tell. A real hash of a random
     * password. */
    static const char nobody[] =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Zm9yIG5vYm9keSBhdCBhbGwsIG5vdCBldmVyIG9rISE";
    char account[TOKEN_HASH_TEXT], hash[TOKEN_HASH_TEXT], name[USERNAME_BYTES], folded[USERNAME_BYTES];
    struct account found = {0};
    if (strlen(username) >= USERNAME_BYTES || strlen(password) > PASSWORD_MAX)
        return err_fail(e, ST_DENIED, "sign_in.wrong", "too long");
    read_name(username, name, folded);
    token_hash(folded, account); /* guesses at one name are counted together, however it is written */
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
    TRY(find_account(app, name, folded, &found, e));
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

static enum st check_name_is_free(struct tx *tx, const char *name, struct err *e)
{
    char said[USERNAME_BYTES], folded[USERNAME_BYTES], other[USERNAME_BYTES] = "";
    struct sql_user_by_name_row r;
    struct rows rows;
    read_name(name, said, folded);
    if (strcmp(said, name) != 0)
        return err_fail(e, ST_INVALID, "user.name", "a user name does not begin or end with a space");
    TRY(sql_user_by_folded_name(tx, folded, &rows, e));
    while (sql_user_by_folded_name_next(&rows, &r)) copy(other, sizeof other, r.username);
    TRY(rows_end(&rows));
    if (!*other) return ST_OK;
    return err_fail(e, ST_CONFLICT, "user.taken",
                    "the user name %s is taken: %s is in this district, and upper and lower case are the same to "
                    "whoever signs in; choose another name",
                    name, other);
}

enum st user_create(struct app *app, struct tx *tx, const struct new_user *u, const char *hash, int64_t *user_id,
                    struct err *e)
{
    int64_t id = app_id(app);
    if (!u->username || !*u->username || strlen(u->username) >= USERNAME_BYTES)
        return err_fail(e, ST_INVALID, "user.name", "a user name has 1 to 200 characters");
    if (!role_parse(u->role))
        return err_fail(e, ST_INVALID, "user.role",
                        "%s is none of student, teacher, coach, principal, district, guardian, programs", u->role);
    TRY(check_name_is_free(tx, u->username, e));
    enum st st = sql_user_insert(tx,
                                 &(struct sql_user_insert_in){.user_id = id,
                                                              .username = u->username,
                                                              .given_name = u->given_name ? u->given_name : "",
                                                              .family_name = u->family_name ? u->family_name : "",
                                                              .middle_name = "",
                                                              .preferred_name = "",
                                                              .pronouns = "",
                                                              .email = u->email ? u->email : "",
                                                              .grade = u->grade ? u->grade : "",
                                                              .language = u->language ? u->language : "en",
                                                              .password_hash = hash ? hash : "",
                                                              .created_at_ms = app_now_ms(app)},
                                 NULL, e);
    if (st == ST_CONFLICT) return err_fail(e, ST_CONFLICT, "user.taken", "the user name %s is taken", u->username);
    TRY(st);
    TRY(sql_role_insert(tx, &(struct sql_role_insert_in){.user_id = id, .org_id = u->org_id, .role = u->role}, NULL,
                        e));
    *user_id = id;
    return ST_OK;
}

enum st api_token_create(struct app *app, struct tx *tx, int64_t user_id, int64_t ttl_ms, char token[TOKEN_TEXT],
                         struct err *e)
{
    char hash[TOKEN_HASH_TEXT];
    int64_t now = app_now_ms(app);
    token_new(token);
    token_hash(token, hash);
    return sql_token_insert(
        tx,
        &(struct sql_token_insert_in){
            .token_hash = hash, .user_id = user_id, .created_at_ms = now, .expires_at_ms = now + ttl_ms},
        NULL, e);
}

enum st sessions_end(struct tx *tx, int64_t user_id, const char *keep_token, struct err *e)
{
    char hash[TOKEN_HASH_TEXT] = "";
    if (keep_token) token_hash(keep_token, hash);
    return sql_session_end_others(tx, &(struct sql_session_end_others_in){.user_id = user_id, .token_hash = hash}, NULL,
                                  e);
}

enum st user_set_password(struct tx *tx, int64_t user_id, const char *hash, struct err *e)
{
    return sql_user_set_password(tx, &(struct sql_user_set_password_in){.user_id = user_id, .password_hash = hash},
                                 NULL, e);
}
