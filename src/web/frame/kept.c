#include "frame/kept.h"

#include <string.h>

enum { CARRIED_BYTES = 24000, PROOFS = 3 };
static const char prefix[] = "kept.", cookie[] = "waymark_forms";

/* Is it one of the proofs of the cookie? Both are of the client, so nothing is told by how long it takes. */
static bool is_theirs(struct call *c, const char *csrf, int64_t user_id)
{
    char proof[PROOF_TEXT];
    const char *known = http_cookie(c->http, cookie);
    if (!known || !csrf || strlen(csrf) != TOKEN_TEXT - 1) return false;
    form_proof(csrf, user_id, proof);
    while (*known) {
        size_t n = strcspn(known, ".");
        if (n == PROOF_TEXT - 1 && memcmp(known, proof, n) == 0) return true;
        known += n + (known[n] == '.');
    }
    return false;
}

/* The newest first. Without an end of its own the browser forgets it when it closes. */
static enum st remember(struct call *c, int64_t user_id, const char *csrf, struct err *e)
{
    char proof[PROOF_TEXT];
    const char *known = http_cookie(c->http, cookie);
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    size_t n = known && strspn(known, plain) == strlen(known) ? strlen(known) : 0;
    enum { OLDER = (PROOFS - 1) * PROOF_TEXT - 1 };
    form_proof(csrf, user_id, proof);
    const char *v = arena_printf(c->arena, "%s=%s%s%.*s; Path=/; HttpOnly; SameSite=Lax%s", cookie, proof, n ? "." : "",
                                 (int)(n < OLDER ? n : OLDER), n ? known : "", c->http->https ? "; Secure" : "");
    if (!v) return err_fail(e, ST_NOMEM, "err.memory", "cookie");
    http_res_header(&c->res, "Set-Cookie", v);
    return ST_OK;
}

static bool has_prefix(const char *name) { return strncmp(name, prefix, sizeof prefix - 1) == 0; }

enum carrying { TO_SIGN_IN, AGAIN_TO_SIGN_IN, TO_ITS_PAGE, BACK_TO_ITS_PAGE };

/* NULL: this field does not go on. */
static const char *name_of(struct call *c, enum carrying how, const char *name)
{
    switch (how) {
    case TO_SIGN_IN: return arena_printf(c->arena, "%s%s", prefix, name);
    case AGAIN_TO_SIGN_IN: return has_prefix(name) ? name : NULL;
    case TO_ITS_PAGE:
        if (!has_prefix(name)) return NULL;
        name += sizeof prefix - 1;
        break;
    case BACK_TO_ITS_PAGE: break;
    }
    return str_eq(name, "csrf") ? NULL : name; /* it gets that of the new session */
}

static enum st fill_fields(struct call *c, enum carrying how, const struct ui_sent_field **out, size_t *count,
                           struct err *e)
{
    struct ui_sent_field *fields;
    const char *name, *value;
    size_t n = 0;
    *count = 0;
    while (http_form_field(c->http, n, &name, &value)) n++;
    TRY(call_alloc(c, (n + 1) * sizeof *fields, (void **)&fields, e));
    for (size_t i = 0; i < n && http_form_field(c->http, i, &name, &value); i++)
        if ((name = name_of(c, how, name))) fields[(*count)++] = (struct ui_sent_field){name, value};
    *out = fields;
    return ST_OK;
}

static const struct route *form_route(struct call *c, const char *url)
{
    const char *path = arena_copy(c->arena, url, strcspn(url, "?"));
    const struct route *r = path ? gate_find(c->gate, HTTP_POST, path, NULL) : NULL;
    /* those that write at once: a route that works on its own may have passwords in its form */
    return r && r->kind == ROUTE_WRITE && path[1] != '/' && strncmp(path, "/api/", 5) != 0 ? r : NULL;
}

static const char *sent_to(struct call *c)
{
    const char *query = http_query_text(c->http);
    if (!query) return NULL;
    return arena_printf(c->arena, "%s%s%s", c->http->path, *query ? "?" : "", query);
}

static enum st offer(struct call *c, enum carrying how, const char *url, struct err *e)
{
    struct page *p;
    TRY(page_begin(c, NULL, &p, e));
    struct page_kept page = {.post_url = url, .home_url = "/"};
    TRY(fill_fields(c, how, &page.fields, &page.fields_n, e));
    return page_end(p, page_kept(&p->html, &p->ctx, &page), e);
}

static enum st carry_to_sign_in(struct call *c, const char *url, struct err *e)
{
    struct page *p;
    TRY(page_begin(c, NULL, &p, e));
    struct page_sign_in page = {.next_path = "", .kept_path = url};
    TRY(fill_fields(c, TO_SIGN_IN, &page.kept, &page.kept_n, e));
    return page_end(p, page_sign_in(&p->html, &p->ctx, &page), e);
}

bool kept_page(struct call *c)
{
    struct err e = {0};
    const char *name, *value;
    size_t n = 0;
    enum st st = ST_DENIED;
    if (!c->route || c->route->method != HTTP_POST || !http_cookie(c->http, cookie)) return false;
    while (http_form_field(c->http, n, &name, &value)) n++;
    if (!n || c->http->body_n + n * sizeof prefix > CARRIED_BYTES) return false;
    const char *url = sent_to(c);
    if (!url || !form_route(c, url)) return false;
    if (c->st == ST_SIGN_IN) st = carry_to_sign_in(c, url, &e);
    else if (str_eq(c->err.user, "err.csrf") && is_theirs(c, http_form(c->http, "csrf", 0), c->who.user_id))
        st = offer(c, BACK_TO_ITS_PAGE, url, &e);
    if (st != ST_OK) text_clear(&c->out);
    return st == ST_OK;
}

enum st kept_carry(struct call *c, struct page_sign_in *page, struct err *e)
{
    const char *url = http_form(c->http, "kept_path", 0);
    if (!url || !*url || !form_route(c, url)) return ST_OK;
    page->kept_path = url;
    return fill_fields(c, AGAIN_TO_SIGN_IN, &page->kept, &page->kept_n, e);
}

enum st kept_signed_in(struct call *c, int64_t user_id, const char *token, bool *shown, struct err *e)
{
    const char *url = http_form(c->http, "kept_path", 0);
    token_csrf(token, c->csrf);
    TRY(remember(c, user_id, c->csrf, e));
    *shown = url && *url && form_route(c, url) && is_theirs(c, http_form(c->http, "kept.csrf", 0), user_id);
    return *shown ? offer(c, TO_ITS_PAGE, url, e) : ST_OK;
}
