#include "gate/gate.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/log.h"
#include "policy/snapshot.h"
#include "store/sql/identity.h"

enum { BODY_MAX = 8u << 20, BODY_UNKNOWN_MAX = 16384 };
enum stage { STAGE_FIRST, STAGE_REPLY, STAGE_SEND };

/* Routes ----------------------------------------------------------------------------------------------------------- */

static bool matches(const char *pattern, const char *path, struct call *c)
{
    size_t n = 0;
    const char *names[GATE_PARAMS], *values[GATE_PARAMS];
    while (*pattern && *path) {
        if (*pattern == ':') {
            size_t k = strcspn(path, "/"), name = strcspn(pattern, "/");
            /* ":class.csv": what follows the name is literal */
            const char *dot = memchr(pattern, '.', name);
            if (dot) {
                size_t tail = name - (size_t)(dot - pattern);
                if (k <= tail || memcmp(path + k - tail, dot, tail) != 0) return false;
                if (c && n < GATE_PARAMS) {
                    names[n] = arena_copy(c->arena, pattern + 1, (size_t)(dot - pattern) - 1);
                    values[n++] = arena_copy(c->arena, path, k - tail);
                }
            } else {
                if (!k) return false;
                if (c && n < GATE_PARAMS) {
                    names[n] = arena_copy(c->arena, pattern + 1, name - 1);
                    values[n++] = arena_copy(c->arena, path, k);
                }
            }
            path += k;
            pattern += name;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    if (*pattern || *path) return false;
    for (size_t i = 0; c && i < n; i++) {
        if (!names[i] || !values[i]) return false;
        c->names[i] = names[i];
        c->values[i] = values[i];
    }
    if (c) c->params = n;
    return true;
}

const struct route *gate_find(const struct gate *g, enum http_method m, const char *path, struct call *c)
{
    for (size_t t = 0; g->tables[t]; t++)
        for (const struct route *r = g->tables[t]; r->path; r++)
            if (r->method == m && matches(r->path, path, c)) return r;
    return NULL;
}

size_t gate_body_limit(void *gate, enum http_method m, const char *path)
{
    const struct route *r = gate_find(gate, m, path, NULL);
    /* What has no route is read before it is told so: a small body is no reason to close the connection. */
    return r ? r->body_max : BODY_UNKNOWN_MAX;
}

const char *call_param(const struct call *c, const char *name)
{
    for (size_t i = 0; i < c->params; i++)
        if (strcmp(c->names[i], name) == 0) return c->values[i];
    return "";
}

static const char *any_param(struct call *c, const char *name)
{
    const char *v = call_param(c, name);
    if (*v) return v;
    v = http_query(c->http, name);
    return v ? v : "";
}

enum st call_id(const struct call *c, const char *name, int64_t *out, struct err *e)
{
    if (id_parse(call_param(c, name), out)) return ST_OK;
    return err_fail(e, ST_NOT_FOUND, "err.not_found", "%s is not an id", name);
}

void call_redirect(struct call *c, const char *path)
{
    c->res.status = 303;
    http_res_header(&c->res, "Location", path);
}

enum st call_alloc(struct call *c, size_t n, void **out, struct err *e)
{
    *out = arena_alloc(c->arena, n);
    return *out ? ST_OK : err_fail(e, ST_NOMEM, "err.memory", "request");
}

enum st call_scope(struct call *c, unsigned relations, int64_t learner_id, struct learner_scope *out, struct err *e)
{
    return may_learner(c->tx, &c->who, relations, learner_id, out, e);
}

enum st call_item_is_theirs(struct call *c, int64_t item_id, struct err *e)
{
    struct taught courses[COURSES_MAX];
    size_t n;
    if (!item_id) return ST_OK;
    const struct item_ref *ref = catalogue_item(&c->snapshot->catalogue, item_id);
    TRY(call_courses(c, c->learner.learner_id, courses, &n, e));
    if (ref && catalogue_teaches(&c->snapshot->catalogue, courses, n, ref)) return ST_OK;
    return err_fail(e, ST_DENIED, "answer.not_yours", "this item is not in one of your courses");
}

/* Is the relation one of those that a kind names? */
static bool may_record(const struct fact_kind *k, enum relation relation)
{
    const char *code = relation_code(relation);
    size_t n = strlen(code);
    for (const char *p = k->relations; n && (p = strstr(p, code)); p += n)
        if ((p == k->relations || p[-1] == ' ') && (p[n] == ' ' || !p[n])) return true;
    return false;
}

enum st call_fact(struct call *c, struct record *r, const struct fact_kind *kind, int64_t subject_id,
                  const char *client_id, const void *fields, struct err *e)
{
    if (!may_record(kind, c->relation))
        return err_fail(e, ST_DENIED, "err.denied", "%s may not record %s", relation_code(c->relation), kind->name);
    *r = (struct record){.kind = kind,
                         .subject_id = subject_id,
                         .recorder_id = c->who.user_id,
                         .client_id = client_id,
                         .fields = fields,
                         .school_date = tz_date(c->snapshot->zone, c->now_ms)};
    return ST_OK;
}

enum st call_record(struct call *c, struct record_cmd *r, const struct fact_kind *kind, int64_t subject_id,
                    const char *client_id, const void *fields, struct err *e)
{
    TRY(call_fact(c, &r->one, kind, subject_id, client_id, fields, e));
    return record_check(r, e);
}

enum st call_courses(struct call *c, int64_t learner_id, struct taught *out, size_t *n, struct err *e)
{
    if (learner_id != c->who.user_id || !c->who.learns)
        return learner_courses(c->tx, learner_id, out, COURSES_MAX, n, e);
    *n = c->who.course_count;
    memcpy(out, c->who.courses, *n * sizeof *out);
    return ST_OK;
}

/* Who asks --------------------------------------------------------------------------------------------------------- */

static enum st find_actor(struct call *c, struct err *e)
{
    const char *auth = http_header_in(c->http, "Authorization");
    if (auth && strncmp(auth, "Bearer ", 7) == 0) {
        c->by_token = true;
        return actor_by_api_token(c->app, c->tx, auth + 7, &c->who, e);
    }
    c->session_token = http_cookie(c->http, "waymark");
    if (!c->session_token || !*c->session_token) {
        c->session_token = NULL;
        return ST_OK; /* nobody: some routes are for anyone */
    }
    enum st st = actor_by_session(c->app, c->tx, c->session_token, &c->who, e);
    if (st == ST_SIGN_IN) {
        c->session_token = NULL;
        return ST_OK;
    }
    if (st == ST_OK) token_csrf(c->session_token, c->csrf);
    return st;
}

static bool same(const char *a, const char *b)
{
    size_t n = strlen(a);
    unsigned diff = strlen(b) != n;
    for (size_t i = 0; i < n && !diff; i++) diff |= (unsigned)(a[i] ^ b[i]);
    return !diff;
}

static enum st check_csrf(struct call *c, struct err *e)
{
    if (c->route->method != HTTP_POST || c->by_token || c->route->no_csrf || !c->who.user_id) return ST_OK;
    const char *sent = http_header_in(c->http, "X-CSRF-Token");
    if (!sent) sent = http_form(c->http, "csrf", 0);
    if (sent && *c->csrf && same(c->csrf, sent)) return ST_OK;
    return err_fail(e, ST_DENIED, "err.csrf", "the form's secret is missing or of another session");
}

static enum st check_may(struct call *c, struct err *e)
{
    const struct route *r = c->route;
    int64_t id;
    if (r->learner_param) {
        if (!id_parse(any_param(c, r->learner_param), &id)) {
            if (!c->who.user_id) return err_fail(e, ST_SIGN_IN, "sign_in.needed", "nobody is signed in");
            return err_fail(e, ST_NOT_FOUND, "err.not_found", "%s is not an id", r->learner_param);
        }
        TRY(may_learner(c->tx, &c->who, r->may, id, &c->learner, e));
        c->relation = c->learner.relation;
    }
    if (r->class_param) {
        if (!id_parse(any_param(c, r->class_param), &id)) {
            if (!c->who.user_id) return err_fail(e, ST_SIGN_IN, "sign_in.needed", "nobody is signed in");
            return err_fail(e, ST_NOT_FOUND, "err.not_found", "%s is not an id", r->class_param);
        }
        TRY(may_class(c->tx, &c->who, r->may, id, &c->class_, e));
        c->relation = c->class_.relation;
    }
    if (!r->learner_param && !r->class_param) {
        TRY(may_own(&c->who, r->may, &c->relation, e));
        if (c->relation == MAY_OWN_RECORD) c->learner = (struct learner_scope){c->who.user_id, MAY_OWN_RECORD};
    }
    return ST_OK;
}

/* The API's bodies are JSON, and say so: what another site's form can send is something else. */
static enum st check_content_type(struct call *c, struct err *e)
{
    if (!c->is_api || c->route->method != HTTP_POST) return ST_OK;
    static const char want[] = "application/json";
    const char *said = http_header_in(c->http, "Content-Type");
    if (said && strncasecmp(said, want, sizeof want - 1) == 0 &&
        (!said[sizeof want - 1] || strchr("; \t", said[sizeof want - 1])))
        return ST_OK;
    return err_fail(e, ST_INVALID, "api.content_type", "Content-Type must be application/json");
}

/* Access records: one per request and scope, written behind what people wait for. */
struct access_cmd {
    struct command command;
    int64_t district_id, actor_id, scope_id;
    const char *scope;
    char route[100], relation[24];
};

static enum st access_run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct access_cmd *a = (struct access_cmd *)command;
    return sql_access_insert(tx,
                             &(struct sql_access_insert_in){.access_id = app_id(app),
                                                            .actor_id = a->actor_id,
                                                            .scope = a->scope,
                                                            .scope_id = a->scope_id,
                                                            .route = a->route,
                                                            .relation = a->relation},
                             NULL, e);
}

static void access_done(struct command *command)
{
    if (command->st != ST_OK) log_line(LOG_ERROR, "access_record", "not written: %s", command->err.detail);
    free(command);
}

enum st call_record_access(struct call *c, const char *scope, int64_t scope_id, struct err *e)
{
    struct access_cmd *a = calloc(1, sizeof *a);
    if (!a) return err_fail(e, ST_NOMEM, "err.memory", "access record");
    a->command.run = access_run;
    a->command.leaves_memory = true;
    a->command.done = access_done;
    a->actor_id = c->who.user_id;
    a->scope = scope;
    a->scope_id = scope_id;
    snprintf(a->route, sizeof a->route, "%s", c->route->path);
    snprintf(a->relation, sizeof a->relation, "%s", relation_code(c->relation));
    enum st st = writer_submit(c->app, &a->command, e);
    if (st != ST_OK) free(a);
    return st; /* without the record nothing is shown */
}

static enum st record_route_access(struct call *c, struct err *e)
{
    if (!c->route->records_access || c->relation == MAY_OWN_RECORD) return ST_OK;
    return c->learner.learner_id ? call_record_access(c, "learner", c->learner.learner_id, e)
                                 : call_record_access(c, "class", c->class_.class_id, e);
}

/* The way ---------------------------------------------------------------------------------------------------------- */

static enum st open_tx(struct call *c, struct err *e)
{
    struct conn *conn;
    TRY(app_read_conn(c->app, &conn, e));
    return tx_read(conn, c->snapshot->district_id, &c->tx, e);
}

/* The connection's next transaction is another's: the call forgets its own. */
static void close_tx(struct call *c)
{
    tx_rollback(c->tx);
    c->tx = NULL;
}

/* Whoever is signed in finds the own menu on the page that says so, too. */
static enum st nowhere(struct call *c, struct err *e)
{
    bool other = gate_find(c->gate, c->http->method == HTTP_GET ? HTTP_POST : HTTP_GET, c->http->path, NULL) != NULL;
    struct err ignored = {0};
    if (!c->is_api && (open_tx(c, &ignored) != ST_OK || find_actor(c, &ignored) != ST_OK)) c->who = (struct actor){0};
    return err_fail(e, ST_NOT_FOUND, "err.not_found", other ? "there is no such method here" : "there is no such page");
}

static enum st first(struct call *c, struct err *e)
{
    if (!c->route) return nowhere(c, e);
    if (c->route->no_db) return c->route->read(c, e);
    TRY(open_tx(c, e));
    TRY(find_actor(c, e));
    TRY(check_may(c, e));
    TRY(check_csrf(c, e));
    TRY(check_content_type(c, e));
    TRY(record_route_access(c, e));
    switch (c->route->kind) {
    case ROUTE_READ: return c->route->read(c, e);
    case ROUTE_WRITE: return c->route->parse(c, &c->command, e);
    case ROUTE_WORK: close_tx(c); return c->route->read(c, e);
    }
    return err_fail(e, ST_BUG, "err.bug", "route kind");
}

static enum st again(struct call *c, struct err *e)
{
    if (c->command->st != ST_OK) {
        *e = c->command->err;
        return c->command->st;
    }
    TRY(open_tx(c, e));
    return c->route->reply(c, c->command, e);
}

static void problem(struct call *c)
{
    struct json_out j;
    char code[80], about[120];
    err_code(&c->err, code, sizeof code);
    snprintf(about, sizeof about, "about:blank#%s", code);
    text_clear(&c->out);
    json_out_init(&j, &c->out);
    json_open_obj(&j, NULL);
    json_put_str(&j, "type", about);
    json_put_str(&j, "title", st_name(c->st));
    json_put_i64(&j, "status", st_http(c->st));
    json_put_str(&j, "code", code);
    json_put_str(&j, "detail",
                 st_http(c->st) >= 500 ? "the server could not do this; its log says why" : c->err.detail);
    json_close_obj(&j);
    c->res.content_type = "application/problem+json";
}

static void finish(struct gate *g, struct call *c)
{
    if (c->st == ST_OK && c->stream) {
        c->stream(c);
        return;
    }
    if (c->out.failed && c->st == ST_OK)
        c->st = err_fail(&c->err, ST_NOMEM, "err.memory", "%s: the page is too large", c->route->path);
    if (c->st != ST_OK) {
        __atomic_add_fetch(&g->errors, 1, __ATOMIC_RELAXED);
        if (st_http(c->st) >= 500)
            log_line(LOG_ERROR, "request", "%s: %s", c->route ? c->route->path : "?", c->err.detail);
        c->res.status = st_http(c->st);
        c->res.header_count = 0;
        if (c->st == ST_BUSY) http_res_header(&c->res, "Retry-After", "2");
        if (c->is_api) problem(c);
        else if (!c->page_ready) g->render_error(c);
    }
    http_res_header(&c->res, "X-Content-Type-Options", "nosniff");
    http_res_header(&c->res, "Referrer-Policy", "same-origin");
    if (!c->is_api) {
        http_res_header(&c->res, "Content-Security-Policy",
                        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action "
                        "'self'; frame-ancestors 'none'");
        http_res_header(&c->res, "X-Frame-Options", "DENY");
    }
    bool cached = false;
    for (size_t i = 0; i < c->res.header_count; i++)
        cached = cached || strcmp(c->res.headers[i].name, "Cache-Control") == 0;
    if (!cached) http_res_header(&c->res, "Cache-Control", "no-store");
    if (!c->res.body) {
        c->res.body = text_str(&c->out);
        c->res.body_n = c->out.n;
    }
    http_reply(c->http, &c->res);
}

static void release_call(void *arg)
{
    struct call *c = arg;
    close_tx(c);
    text_release(&c->out);
    if (c->snapshot) snapshot_drop(c->snapshot);
}

/* While it is with the workers, who may read. */
static void show_form_again(struct call *c)
{
    struct err e = {0};
    if (c->st != ST_INVALID || !c->form_page) return;
    if (!c->tx && open_tx(c, &e) != ST_OK) return;
    c->gate->render_form(c);
}

/* On the writer's thread. What was written is answered, however many wait. */
static void command_done(struct command *cmd)
{
    struct call *c = cmd->done_arg;
    c->stage = STAGE_REPLY;
    workers_go_on(c->app, WORKERS_READ, &c->task);
}

/* Does the work of one stage. True: the call waits for something and will be resumed. */
static bool step(struct call *c)
{
    if (c->stage == STAGE_FIRST) {
        c->st = first(c, &c->err);
        show_form_again(c);
        close_tx(c);
        if (c->st == ST_OK && c->route->kind == ROUTE_WRITE && c->command) {
            c->command->done = command_done;
            c->command->done_arg = c;
            /* Once it is accepted, another thread may have the call: nothing of it is touched here any more. */
            struct err e = {0};
            enum st st = writer_submit(c->app, c->command, &e);
            if (st == ST_OK) return true;
            c->st = st;
            c->err = e;
        }
    } else if (c->stage == STAGE_REPLY) {
        c->st = again(c, &c->err);
        show_form_again(c);
        close_tx(c);
    }
    c->stage = STAGE_SEND;
    return false;
}

static void run(struct app *app, struct task *t)
{
    struct call *c = (struct call *)(void *)((char *)t - offsetof(struct call, task));
    struct http_req *r = c->http;
    (void)app;
    if (!step(c)) http_resume(r);
}

static struct call *call_new(struct gate *g, struct http_req *r)
{
    struct call *c = arena_alloc(&r->arena, sizeof *c);
    if (!c) return NULL;
    c->app = g->app;
    c->gate = g;
    c->http = r;
    c->arena = &r->arena;
    c->now_ms = app_now_ms(g->app);
    c->is_api = strncmp(r->path, "/api/", 5) == 0 || strcmp(r->path, "/metrics") == 0;
    c->res = (struct http_res){.status = 200, .content_type = "text/html; charset=utf-8"};
    text_init(&c->out, BODY_MAX);
    c->snapshot = snapshot_hold(g->app);
    if (arena_on_release(&r->arena, release_call, c)) {
        if (c->snapshot) snapshot_drop(c->snapshot);
        return NULL;
    }
    r->handler_data = c;
    return c;
}

void gate_request(void *gate, struct http_req *r)
{
    struct gate *g = gate;
    struct call *c = r->handler_data;
    if (!r->resumed) {
        __atomic_add_fetch(&g->requests, 1, __ATOMIC_RELAXED);
        c = call_new(g, r);
        if (!c) return; /* the server says 500 */
        c->route = gate_find(g, r->method, r->path, c);
        /* what no one is signed in for, or what no database has, is answered here */
        if (c->route ? c->route->no_db : c->is_api || !http_cookie(r, "waymark")) {
            (void)step(c);
        } else {
            c->task.run = run;
            http_suspend(r);
            struct err e = {0};
            enum st st = workers_submit(g->app, c->route && c->route->kind == ROUTE_WORK ? WORKERS_LONG : WORKERS_READ,
                                        &c->task, &e);
            if (st == ST_OK) return;
            c->st = st;
            c->err = e;
            c->stage = STAGE_SEND;
            http_resume(r);
            return;
        }
    }
    finish(g, c);
}

void gate_session_cookie(struct call *c, const char *token)
{
    const char *v = token ? arena_printf(c->arena, "waymark=%s; Path=/; HttpOnly; SameSite=Lax%s", token,
                                         c->http->https ? "; Secure" : "")
                          : "waymark=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";
    if (v) http_res_header(&c->res, "Set-Cookie", v);
}
