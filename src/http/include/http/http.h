/* HTTP/1.1 in process: sockets, limits, parsing, compression, event streams. Hides the library.
 *
 * The server calls `on_request` once a request has been read whole and within its limits, on one of its threads, which
 * must not block. It answers by http_reply(), or says that it will answer later: http_suspend(), and from any thread
 * http_resume(), upon which `on_request` is called again with req->resumed set. The request's arena lives until the
 * reply has gone, even if the client has left.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

enum http_method { HTTP_GET, HTTP_POST, HTTP_OTHER };

struct http_server;
struct http_internal;

struct http_req {
    enum http_method method;
    const char *path; /* decoded, begins with '/' */
    const char *body; /* body_n bytes and a 0 */
    size_t body_n;
    const char *peer; /* address as text; behind a trusted proxy, the client's */
    bool https;
    bool resumed;       /* called again after http_resume() */
    void *handler_data; /* the caller's, kept between the calls */
    struct arena arena;
    struct http_internal *internal;
};

struct http_header {
    const char *name, *value;
};

struct http_res {
    int status;
    const char *content_type;
    const char *body; /* copied, unless body_static */
    size_t body_n;
    bool body_static;  /* lives as long as the server */
    bool encoded_gzip; /* the body is gzip already */
    struct http_header headers[12];
    size_t header_count;
};

struct http_config {
    const char *host;                       /* address to listen on */
    uint16_t port;                          /* 0 picks a free one */
    unsigned threads;                       /* 0: one a core */
    size_t body_max;                        /* no route takes more */
    const char *tls_cert_pem, *tls_key_pem; /* both or none */
    const char *trusted_proxy;              /* address or CIDR whose X-Forwarded-For is believed; NULL for none */
    unsigned request_seconds;               /* a request must have arrived whole by then; 0: 20 */
    unsigned connections_max;               /* 0: 12,000 */
    unsigned connections_per_ip;            /* 0: no limit */
    /* The body limit of a request, asked before its body is read; 0: none allowed. */
    size_t (*body_limit)(void *ctx, enum http_method m, const char *path);
    void (*on_request)(void *ctx, struct http_req *r);
    void *ctx;
};

enum st http_start(const struct http_config *c, struct http_server **out, struct err *e) WARN_UNUSED;
uint16_t http_port(const struct http_server *s);
void http_drain(struct http_server *s); /* what has begun is finished; what comes is told 503 */
void http_stop(struct http_server *s);

const char *http_header_in(struct http_req *r, const char *name); /* NULL when absent */
const char *http_query(struct http_req *r, const char *name);     /* decoded; NULL when absent */
const char *http_cookie(struct http_req *r, const char *name);
/* All of the query, encoded as in an address; "" for none, NULL when there is no memory. In arena. */
const char *http_query_text(struct http_req *r);
/* A field of an application/x-www-form-urlencoded body; the nth of that name. In arena; NULL when absent. */
const char *http_form(struct http_req *r, const char *name, size_t nth);
/* The nth field of the body, whatever its name. In arena; false: there are no more, or it is not text. */
bool http_form_field(struct http_req *r, size_t nth, const char **name, const char **value);
bool http_accepts(struct http_req *r, const char *type); /* named in Accept */

void http_reply(struct http_req *r, const struct http_res *res);
void http_res_header(struct http_res *res, const char *name, const char *value); /* borrowed until http_reply */
void http_suspend(struct http_req *r);
void http_resume(struct http_req *r);

/* Server-sent events. http_stream() answers the request with a stream; http_stream_send() may be called from any
 * thread until `closed` was called, which happens once, from any thread. */
struct http_stream;
struct http_stream *http_stream(struct http_req *r, void (*closed)(void *arg, struct http_stream *s), void *arg);
void http_stream_send(struct http_stream *s, const char *text, size_t n);
void http_stream_end(struct http_stream *s); /* no more; the client may come again */

#endif
