/* The way of a request: the route table says who may and through which relation; the gate finds out who asks, checks,
 * leaves an access record, and calls the handler. A handler cannot forget, because what it gets to read a learner's
 * rows with (struct learner_scope) is made here.
 *
 *   read   worker: one function inside one read transaction
 *   write  parse (worker): bytes -> checked command;  run (the writer);  reply (worker), after the commit
 *   work   worker of the pool for what takes long, such as password hashes; no transaction is open
 *
 * An HTTP thread serves what needs no database, and never waits for one.
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H
#include "core/app.h"
#include "access/identity.h"
#include "access/may.h"
#include "core/record.h"
#include "core/workers.h"
#include "core/writer.h"
#include "http/http.h"
#include "i18n/i18n.h"
#include "policy/snapshot.h"

enum { GATE_PARAMS = 4 };

enum route_kind { ROUTE_READ, ROUTE_WRITE, ROUTE_WORK };

/* The words of the main menu, in the order in which a person sees them. A page is listed under a word by its route row
 * alone; who sees a word, and its icon, is in src/web/frame/menu.c. */
enum menu {
    MENU_TODAY = 1, /* student */
    MENU_MAP = 2,
    MENU_MY_WORK = 4,
    MENU_NOW = 8, /* teacher */
    MENU_CLASSES = 16,
    MENU_WORK = 32,
    MENU_LIBRARY = 64,
    MENU_SCHOOL = 128, /* leader */
    MENU_LEARNING = 256,
    MENU_VOICES = 512,
    MENU_CHILDREN = 1024, /* family */
    MENU_HOW_WE_WORK = 2048,
    MENU_PEOPLE = 4096
};
enum { MENU_WORDS = 13 };

struct call;
struct route {
    enum http_method method;
    const char *path;          /* /class/:class/cell ; a :name matches one segment */
    unsigned may;              /* of enum relation: one is enough */
    const char *learner_param; /* the path or query parameter that names the learner, or NULL */
    const char *class_param;   /* the same for a class */
    size_t body_max;
    enum route_kind kind;
    enum st (*read)(struct call *c, struct err *e); /* also for ROUTE_WORK */
    enum st (*parse)(struct call *c, struct command **out, struct err *e);
    enum st (*reply)(struct call *c, struct command *cmd, struct err *e);
    unsigned menu;       /* of enum menu: listed there for those who may reach it; 0: a page below another */
    enum msg_id title;   /* its name in the menu */
    bool menu_first;     /* stands before the pages of its word that do not say so */
    enum msg_id part;    /* with records_access: what was looked at, for those who ask who viewed a record */
    const char *sample;  /* as tests send it: the query of a GET; the form of a POST, or "?QUERY FORM"; {item} is an
                               * id that the test fills in */
    const char *query;   /* names of query parameters, a space between; NULL for none */
    const char *summary; /* for openapi.json and the access record */
    const char *reply_schema; /* a name in the API's schema list; NULL for pages */
    const char *body_schema;
    bool records_access; /* reading it is a look at someone's record */
    bool no_db;          /* for anyone, and answers also while the database does not */
    bool no_csrf;        /* only for signing in */
};

struct form;
struct call {
    struct app *app;
    const struct gate *gate;
    struct snapshot *snapshot;
    struct http_req *http;
    struct arena *arena;
    const struct route *route;
    bool is_api; /* answers in JSON, errors as problem documents */
    struct actor who;
    bool by_token;             /* bearer token: no form secret is needed */
    const char *session_token; /* of the cookie, or NULL */
    char csrf[TOKEN_TEXT];
    enum relation relation;
    struct learner_scope learner;
    struct class_scope class_;
    struct tx *tx; /* open in read, parse and reply */
    int64_t now_ms;
    struct text out;     /* the body */
    struct http_res res; /* status 200 text/html unless set */
    struct command *command;
    struct task task; /* its turn with the workers */
    const char *names[GATE_PARAMS], *values[GATE_PARAMS];
    size_t params;
    void (*stream)(struct call *c); /* set by a handler: answer with a stream, made on the HTTP thread */
    void *stream_arg;
    const void *refusal; /* set by a page's handler with an error: what render_error shows in place of its words */
    struct form *form;   /* frame/form.h: what is wrong with the form that was sent */
    enum st (*form_page)(struct call *c, struct err *e); /* shows that form again when it is refused; NULL: none does */
    bool page_ready;                                     /* out holds the page that says what is wrong */
    int stage;
    enum st st;
    struct err err;
};

/* From the path; "" when there is none. */
const char *call_param(const struct call *c, const char *name);
/* The same as an id; ST_INVALID. */
enum st call_id(const struct call *c, const char *name, int64_t *out, struct err *e) WARN_UNUSED;
/* 303 to a path of ours. */
void call_redirect(struct call *c, const char *path);
/* Memory of the request; ST_NOMEM with words when there is none. */
enum st call_alloc(struct call *c, size_t n, void **out, struct err *e) WARN_UNUSED;
/* A further learner's scope under the same rules (the children of a guardian, a row of a class). */
enum st call_scope(struct call *c, unsigned relations, int64_t learner_id, struct learner_scope *out,
                   struct err *e) WARN_UNUSED;
/* Leaves an access record for a scope ("school") whose names are shown, where no route parameter says whose. scope is
 * borrowed for ever. */
enum st call_record_access(struct call *c, const char *scope, int64_t scope_id, struct err *e) WARN_UNUSED;
/* Is this item, which a request names, in one of the courses of the learner it is about? item_id 0: it names none.
 * err ST_DENIED answer.not_yours */
enum st call_item_is_theirs(struct call *c, int64_t item_id, struct err *e) WARN_UNUSED;
/* Readies the recording of one fact by whoever asks, whose relation to the subject must be one that the kind allows.
 * fields: alive until the reply. err ST_DENIED; ST_INVALID: client_id or a field */
enum st call_record(struct call *c, struct record_cmd *r, const struct fact_kind *kind, int64_t subject_id,
                    const char *client_id, const void *fields, struct err *e) WARN_UNUSED;
/* The same for a fact that is one of several of a command. */
enum st call_fact(struct call *c, struct record *r, const struct fact_kind *kind, int64_t subject_id,
                  const char *client_id, const void *fields, struct err *e) WARN_UNUSED;
/* learner_courses(), without asking again when the learner is the one who asks. out has room for COURSES_MAX. */
enum st call_courses(struct call *c, int64_t learner_id, struct taught *out, size_t *n, struct err *e) WARN_UNUSED;

struct gate {
    struct app *app;
    const struct route *const *tables;    /* NULL at the end; each ends with path NULL */
    void (*render_error)(struct call *c); /* a page for c->err; the API's are made here */
    void (*render_form)(struct call *c);  /* the form that was refused, with c->tx open; sets page_ready */
    bool secure_cookies;
    /* counters for /metrics */
    int64_t requests, errors;
};

size_t gate_body_limit(void *gate, enum http_method m, const char *path);
void gate_request(void *gate, struct http_req *r);
/* Which route a path is, for tests and metrics; NULL for none. */
const struct route *gate_find(const struct gate *g, enum http_method m, const char *path, struct call *c);
void gate_session_cookie(struct call *c, const char *token); /* NULL: take it away */

#endif
