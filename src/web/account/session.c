/* Signing in and out, one's own account, the language. */
#include <string.h>

#include "frame/page.h"
#include "frame/route.h"
#include "frame/kept.h"

static enum st web_home(struct call *c, struct err *e)
{
    (void)e;
    call_redirect(c, page_home(c->who.roles));
    return ST_OK;
}

/* Only a path of ours: nothing that a browser could take for another host. */
static const char *safe_next(const char *s)
{
    return s && s[0] == '/' && s[1] != '/' && s[1] != '\\' && !strpbrk(s, "\r\n") && strlen(s) < 300 ? s : NULL;
}

static enum st sign_in_page(struct call *c, const char *error, const char *username, const char *next, struct err *e)
{
    struct page *p;
    TRY(page_begin(c, NULL, &p, e));
    struct page_sign_in page = {.error = error, .username = username, .next_path = next ? next : ""};
    TRY(kept_carry(c, &page, e));
    return page_end(p, page_sign_in(&p->html, &p->ctx, &page), e);
}

static enum st web_sign_in_page(struct call *c, struct err *e)
{
    if (c->who.user_id) {
        call_redirect(c, page_home(c->who.roles));
        return ST_OK;
    }
    return sign_in_page(c, NULL, http_query(c->http, "u"), safe_next(http_query(c->http, "next")), e);
}

static enum st web_sign_in(struct call *c, struct err *e)
{
    char token[TOKEN_TEXT];
    int64_t user_id;
    struct err why = {0};
    const char *name = http_form(c->http, "username", 0), *password = http_form(c->http, "password", 0),
               *next = safe_next(http_form(c->http, "next", 0));
    if (!name || !password || !*name || !*password) {
        c->res.status = 400;
        return sign_in_page(c, msg(page_lang(c), MSG_sign_in_empty), name, next, e);
    }
    enum st st = sign_in(c->app, name, password, token, &user_id, &why);
    if (st == ST_OK) {
        const char *kept = arena_strdup(c->arena, token);
        if (!kept) return err_fail(e, ST_NOMEM, "err.memory", "sign in");
        gate_session_cookie(c, kept);
        bool shown;
        TRY(kept_signed_in(c, user_id, kept, &shown, e));
        if (shown) return ST_OK;
        call_redirect(c, next ? next : "/");
        return ST_OK;
    }
    if (st == ST_DENIED || st == ST_BUSY) {
        bool wait = strncmp(why.user, "sign_in.wait", 12) == 0;
        if (st == ST_BUSY && !wait) {
            *e = why;
            return st;
        }
        c->res.status = wait ? 429 : 403;
        return sign_in_page(c, wait ? SAY(c, MSG_sign_in_wait, MSG_N("n", 1)) : msg(page_lang(c), MSG_sign_in_wrong),
                            name, next, e);
    }
    *e = why;
    return st;
}

static enum st web_sign_out(struct call *c, struct err *e)
{
    if (c->session_token) TRY(sign_out(c->app, c->session_token, e));
    gate_session_cookie(c, NULL);
    call_redirect(c, "/sign-in");
    return ST_OK;
}

static enum st account_page(struct call *c, const char *error, bool saved, struct err *e)
{
    struct page *p;
    static const enum msg_id ids[] = {MSG_role_student,   MSG_role_teacher,  MSG_role_coach,
                                      MSG_role_principal, MSG_role_district, MSG_role_guardian};
    TRY(page_begin(c, "/account", &p, e));
    struct page_account page = {.name = p->ctx.user_name,
                                .username = c->who.username,
                                .error = error,
                                .saved = saved,
                                .role = MSG_role_student};
    for (int i = 5; i >= 0; i--)
        if (c->who.roles & (1U << i)) page.role = ids[i];
    return page_end(p, page_account(&p->html, &p->ctx, &page), e);
}

static enum st web_account(struct call *c, struct err *e)
{
    return account_page(c, NULL, http_query(c->http, "saved") != NULL, e);
}

struct password_cmd {
    struct command command;
    int64_t user_id;
    const char *hash, *keep_token;
};

static enum st password_run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct password_cmd *p = (struct password_cmd *)command;
    (void)app;
    TRY(user_set_password(tx, p->user_id, p->hash, e));
    return sessions_end(tx, p->user_id, p->keep_token, e); /* also the one that the check of the old password began */
}

static enum st web_password(struct call *c, struct err *e)
{
    char hash[PASSWORD_HASH_TEXT], token[TOKEN_TEXT];
    int64_t user_id;
    struct err why = {0};
    const char *old = http_form(c->http, "old", 0), *fresh = http_form(c->http, "new", 0);
    if (!fresh || password_check(fresh, &why) != ST_OK) {
        c->res.status = 400;
        return account_page(c, msg(page_lang(c), MSG_account_short), false, e);
    }
    if (!old || sign_in(c->app, c->who.username, old, token, &user_id, &why) != ST_OK) {
        c->res.status = 403;
        return account_page(c, msg(page_lang(c), MSG_account_wrong), false, e);
    }
    TRY(password_hash(fresh, hash, e));
    struct password_cmd p = {
        .command.run = password_run, .user_id = c->who.user_id, .hash = hash, .keep_token = c->session_token};
    TRY(writer_run(c->app, &p.command, e));
    call_redirect(c, "/account?saved=1");
    return ST_OK;
}

const struct route session_routes[] = {
    GET("/", MAY_ANYONE, web_home, .summary = "To one's own first page"),
    GET("/sign-in", MAY_ANYONE, web_sign_in_page, .summary = "Sign in"),
    {.method = HTTP_POST,
     .path = "/sign-in",
     .may = MAY_ANYONE,
     .kind = ROUTE_WORK,
     .read = web_sign_in,
     .body_max = SIGN_IN_FORM_BYTES,
     .no_csrf = true,
     .summary = "Sign in",
     .sample = "username=no.such.person&password=not+the+password"},
    WORK("/sign-out", MAY_SIGNED_IN, web_sign_out, .summary = "Sign out"),
    GET("/account", MAY_SIGNED_IN, web_account, .summary = "One's own account"),
    WORK("/account/password", MAY_SIGNED_IN, web_password, .summary = "A new password",
         .sample = "old={password}&new=another+long+password"),
    {0},
};
