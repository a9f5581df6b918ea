/* The life of a request: head guarded -> body gathered within its limit -> on_request -> reply, or suspend, resume,
 * on_request again -> reply -> completed. */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "connections.h"
#include "guard.h"
#include "gzip.h"
#include "http/http.h"

enum { DRAIN_TENTHS = 300 };

struct http_server {
    struct http_config config;
    struct MHD_Daemon *daemon;
    struct connections connections;
    uint16_t port;
    int listen_fd;
    bool draining;
    /* requests that wait for another thread; the library aborts when it is stopped before they are back */
    int suspended;
};

struct http_internal {
    struct http_server *server;
    struct MHD_Connection *mhd;
    struct connection *connection;
    struct http_req req;
    struct text body;
    size_t limit;
    const char *bad; /* what is wrong with the head */
    bool too_large;
    bool called; /* on_request has had it */
    bool replied;
    bool trusted; /* sent by the proxy that was named */
    bool suspended;
    enum MHD_Result result;
};

static const char *header_value(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static int prefix_bits(const char *s, int max)
{
    int64_t v;
    return parse_i64(s, &v) && v >= 0 && v <= max ? (int)v : -1;
}

static bool in_cidr(const char *address, const char *cidr)
{
    char net[64];
    unsigned char a[16], b[16];
    const char *slash = strchr(cidr, '/');
    size_t n = slash ? (size_t)(slash - cidr) : strlen(cidr);
    if (n >= sizeof net) return false;
    memcpy(net, cidr, n);
    net[n] = 0;
    int family = strchr(net, ':') ? AF_INET6 : AF_INET, size = family == AF_INET ? 32 : 128;
    if (inet_pton(family, net, a) != 1 || inet_pton(family, address, b) != 1) return false;
    int bits = slash ? prefix_bits(slash + 1, size) : size;
    if (bits < 0) return false;
    if (memcmp(a, b, (size_t)bits / 8) != 0) return false;
    int rest = bits % 8;
    return !rest || ((a[bits / 8] ^ b[bits / 8]) & (0xff << (8 - rest)) & 0xff) == 0;
}

static const char *peer_of(struct http_internal *in)
{
    char s[64] = "";
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(in->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (i && i->client_addr) {
        const struct sockaddr *sa = i->client_addr;
        if (sa->sa_family == AF_INET)
            inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, s, sizeof s);
        else inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, s, sizeof s);
    }
    const char *forwarded = header_value(in->mhd, "X-Forwarded-For");
    in->trusted = in->server->config.trusted_proxy && in_cidr(s, in->server->config.trusted_proxy);
    if (in->trusted && forwarded) {
        const char *last = strrchr(forwarded, ',');
        last = last ? last + 1 : forwarded;
        while (*last == ' ') last++;
        return arena_copy(&in->req.arena, last, strnlen(last, 45));
    }
    return arena_strdup(&in->req.arena, s);
}

static struct http_internal *request_new(struct http_server *s, struct MHD_Connection *c, const char *url,
                                         const char *method, const char *version)
{
    struct http_internal *in = calloc(1, sizeof *in);
    if (!in) return NULL;
    in->server = s;
    in->mhd = c;
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    in->connection = i ? i->socket_context : NULL;
    arena_init(&in->req.arena, 8u << 20);
    in->req.internal = in;
    in->req.method = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ? HTTP_GET
                     : strcmp(method, "POST") == 0                             ? HTTP_POST
                                                                               : HTTP_OTHER;
    in->req.path = arena_strdup(&in->req.arena, url);
    in->req.peer = peer_of(in);
    const char *proto = header_value(c, "X-Forwarded-Proto");
    in->req.https = s->config.tls_cert_pem || (in->trusted && proto && strcmp(proto, "https") == 0);
    if (!in->req.path || !in->req.peer) {
        arena_release(&in->req.arena);
        free(in);
        return NULL;
    }
    in->bad = guard_head(c, version, method);
    in->limit = s->config.body_limit(s->config.ctx, in->req.method, url);
    if (in->limit > s->config.body_max) in->limit = s->config.body_max;
    const char *length = header_value(c, "Content-Length");
    if (length && strtoull(length, NULL, 10) > in->limit) in->too_large = true;
    text_init(&in->body, in->limit);
    return in;
}

static void refuse(struct http_internal *in, int status, const char *code, const char *words)
{
    char body[400];
    snprintf(body, sizeof body, "{\"type\":\"about:blank\",\"status\":%d,\"code\":\"%s\",\"title\":\"%s\"}", status,
             code, words);
    struct http_res res = {
        .status = status, .content_type = "application/problem+json", .body = body, .body_n = strlen(body)};
    http_res_header(&res, "Connection", "close");
    http_reply(&in->req, &res);
}

static void back(struct http_internal *in)
{
    if (in->suspended) __atomic_sub_fetch(&in->server->suspended, 1, __ATOMIC_ACQ_REL);
    in->suspended = false;
}

static enum MHD_Result on_access(void *ctx, struct MHD_Connection *c, const char *url, const char *method,
                                 const char *version, const char *upload, size_t *upload_n, void **state)
{
    struct http_server *s = ctx;
    struct http_internal *in = *state;
    if (in) back(in);
    if (!in) {
        in = request_new(s, c, url, method, version);
        if (!in) return MHD_NO;
        *state = in;
        if (in->bad) {
            refuse(in, 400, "http.bad_request", in->bad);
            return in->result;
        }
        if (in->too_large) {
            refuse(in, 413, "http.too_large", "the request is larger than this page takes");
            return in->result;
        }
        return MHD_YES;
    }
    if (*upload_n) {
        if (!in->too_large) text_put(&in->body, upload, *upload_n);
        if (in->body.failed) in->too_large = true;
        *upload_n = 0;
        return MHD_YES;
    }
    connections_mark(&s->connections, in->connection, false);
    if (in->too_large) {
        refuse(in, 413, "http.too_large", "the request is larger than this page takes");
        return in->result;
    }
    /* A kept connection would go on for ever: what begins now is for the next start. */
    bool draining = __atomic_load_n(&s->draining, __ATOMIC_ACQUIRE);
    if (draining && !in->called) {
        refuse(in, 503, "err.stopping", "the server is stopping; try again shortly");
        return in->result;
    }
    in->req.body = text_str(&in->body);
    in->req.body_n = in->body.n;
    in->req.resumed = in->called;
    in->called = true;
    s->config.on_request(s->config.ctx, &in->req);
    if (in->suspended) return MHD_YES;
    if (!in->replied) refuse(in, 500, "err.bug", "no reply was made");
    return in->result;
}

static void on_completed(void *ctx, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode code)
{
    struct http_server *s = ctx;
    struct http_internal *in = *state;
    (void)c;
    (void)code;
    if (!in) return;
    back(in);
    connections_mark(&s->connections, in->connection, true);
    text_release(&in->body);
    arena_release(&in->req.arena);
    free(in);
    *state = NULL;
}

static void on_connection(void *ctx, struct MHD_Connection *c, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = ctx;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *i = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
        *socket_context = i ? connections_add(&s->connections, i->connect_fd) : NULL;
    } else if (*socket_context) {
        connections_remove(&s->connections, *socket_context);
        *socket_context = NULL;
    }
}

/* The library's own complaints, on its terms. */
__attribute__((format(printf, 2, 0))) static void quiet(void *ctx, const char *fmt, va_list ap)
{
    char words[300];
    (void)ctx;
    vsnprintf(words, sizeof words, fmt, ap);
    words[strcspn(words, "\n")] = 0;
    log_line(LOG_DEBUG, "http", "%s", words);
}

static enum st listen_on(const char *host, uint16_t port, int *fd_out, uint16_t *port_out, struct err *e)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_PASSIVE}, *ai;
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    if (str_eq(host, "localhost")) host = "127.0.0.1";
    if (getaddrinfo(host, service, &hints, &ai) != 0)
        return err_fail(e, ST_INVALID, "err.listen", "--listen: %s is not an address", host);
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
    enum st st = ST_OK;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) || bind(fd, ai->ai_addr, ai->ai_addrlen) ||
        listen(fd, 1024)) {
        st = err_fail(e, ST_IO, "err.listen", "cannot listen on %s port %u: %s", host, port, strerror(errno));
        if (fd >= 0) close(fd);
    } else {
        struct sockaddr_storage a;
        socklen_t n = sizeof a;
        getsockname(fd, (struct sockaddr *)&a, &n);
        *port_out = ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *)&a)->sin_port
                                                 : ((struct sockaddr_in6 *)&a)->sin6_port);
        *fd_out = fd;
    }
    freeaddrinfo(ai);
    return st;
}

enum st http_start(const struct http_config *config, struct http_server **out, struct err *e)
{
    struct http_server *s = calloc(1, sizeof *s);
    if (!s) return err_fail(e, ST_NOMEM, "err.memory", "server");
    s->config = *config;
    unsigned threads = config->threads ? config->threads : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    enum st st = listen_on(config->host, config->port, &s->listen_fd, &s->port, e);
    if (st != ST_OK) {
        free(s);
        return st;
    }
    connections_start(&s->connections, config->request_seconds ? config->request_seconds : 20);
    struct MHD_OptionItem options[16] = {
        {MHD_OPTION_LISTEN_SOCKET, s->listen_fd, NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)(threads < 2 ? 2 : threads), NULL},
        {MHD_OPTION_CONNECTION_LIMIT, config->connections_max ? config->connections_max : 12000, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, 16 * 1024, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, 120, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, s},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s},
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)quiet, NULL},
#if MHD_VERSION >= 0x01000000
        {MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, NULL},
#else
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
#endif
    };
    int n = 9;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    if (config->connections_per_ip)
        options[n++] = (struct MHD_OptionItem){MHD_OPTION_PER_IP_CONNECTION_LIMIT, config->connections_per_ip, NULL};
    if (config->tls_cert_pem) {
        flags |= MHD_USE_TLS;
        options[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)config->tls_cert_pem};
        options[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)config->tls_key_pem};
    }
    options[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    s->daemon = MHD_start_daemon(flags, s->port, NULL, NULL, on_access, s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (!s->daemon) {
        connections_stop(&s->connections);
        close(s->listen_fd);
        free(s);
        return err_fail(e, ST_IO, "err.listen",
                        "the HTTP server does not start (a certificate and key that fit each other?)");
    }
    *out = s;
    return ST_OK;
}

uint16_t http_port(const struct http_server *s) { return s->port; }

void http_drain(struct http_server *s)
{
    /* What has begun is finished; what another thread still has is waited for. What comes now is refused by us:
     * MHD_quiesce_daemon() would refuse it sooner, but races with the library's own threads, which then abort. */
    __atomic_store_n(&s->draining, true, __ATOMIC_RELEASE);
    for (int i = 0, quiet_for = 0; i < DRAIN_TENTHS && quiet_for < 2; i++) {
        struct timespec tenth = {.tv_nsec = 100000000};
        nanosleep(&tenth, NULL);
        quiet_for = __atomic_load_n(&s->suspended, __ATOMIC_ACQUIRE) ? 0 : quiet_for + 1;
    }
}

void http_stop(struct http_server *s)
{
    MHD_stop_daemon(s->daemon);
    connections_stop(&s->connections);
    free(s);
}

const char *http_header_in(struct http_req *r, const char *name) { return header_value(r->internal->mhd, name); }

const char *http_query(struct http_req *r, const char *name)
{
    return MHD_lookup_connection_value(r->internal->mhd, MHD_GET_ARGUMENT_KIND, name);
}

static void add_encoded(struct text *t, const char *s)
{
    for (; *s; s++) {
        bool plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9');
        if (plain || strchr("-._~", *s)) text_char(t, *s);
        else text_printf(t, "%%%02X", (unsigned)(unsigned char)*s);
    }
}

static enum MHD_Result add_parameter(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct text *t = arg;
    (void)kind;
    if (t->n) text_char(t, '&');
    add_encoded(t, name);
    if (value) text_char(t, '=');
    if (value) add_encoded(t, value);
    return MHD_YES;
}

const char *http_query_text(struct http_req *r)
{
    struct text t;
    text_init(&t, 8192);
    MHD_get_connection_values(r->internal->mhd, MHD_GET_ARGUMENT_KIND, add_parameter, &t);
    const char *s = t.failed ? NULL : arena_strdup(&r->arena, text_str(&t));
    text_release(&t);
    return s;
}

const char *http_cookie(struct http_req *r, const char *name)
{
    return MHD_lookup_connection_value(r->internal->mhd, MHD_COOKIE_KIND, name);
}

bool http_accepts(struct http_req *r, const char *type)
{
    const char *accept = http_header_in(r, "Accept");
    return accept && strstr(accept, type);
}

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Text of a form, in arena; NULL: no memory, or a NUL or broken text, which gets no further than here. */
static const char *form_text(struct http_req *r, const char *from, const char *stop)
{
    char *out = arena_alloc(&r->arena, (size_t)(stop - from) + 1);
    size_t n = 0;
    if (!out) return NULL;
    for (const char *q = from; q < stop; q++) {
        if (*q == '+') out[n++] = ' ';
        else if (*q == '%' && stop - q > 2 && hex(q[1]) >= 0 && hex(q[2]) >= 0) {
            out[n++] = (char)(hex(q[1]) * 16 + hex(q[2]));
            q += 2;
        } else out[n++] = *q;
    }
    return utf8_valid(out, n) ? out : NULL;
}

const char *http_form(struct http_req *r, const char *name, size_t nth)
{
    size_t name_n = strlen(name);
    for (const char *p = r->body, *end = r->body + r->body_n; p < end;) {
        const char *amp = memchr(p, '&', (size_t)(end - p));
        const char *stop = amp ? amp : end, *eq = memchr(p, '=', (size_t)(stop - p));
        if (eq && (size_t)(eq - p) == name_n && memcmp(p, name, name_n) == 0 && nth-- == 0)
            return form_text(r, eq + 1, stop);
        p = stop + 1;
    }
    return NULL;
}

bool http_form_field(struct http_req *r, size_t nth, const char **name, const char **value)
{
    for (const char *p = r->body, *end = r->body + r->body_n; p < end;) {
        const char *amp = memchr(p, '&', (size_t)(end - p));
        const char *stop = amp ? amp : end, *eq = memchr(p, '=', (size_t)(stop - p));
        if (eq && nth-- == 0) {
            *name = form_text(r, p, eq);
            *value = form_text(r, eq + 1, stop);
            return *name && *value;
        }
        p = stop + 1;
    }
    return false;
}

void http_res_header(struct http_res *res, const char *name, const char *value)
{
    if (res->header_count < sizeof res->headers / sizeof *res->headers)
        res->headers[res->header_count++] = (struct http_header){name, value};
}

static bool compressible(const char *type)
{
    return strncmp(type, "text/", 5) == 0 || strstr(type, "json") || strstr(type, "javascript") || strstr(type, "svg");
}

void http_reply(struct http_req *r, const struct http_res *res)
{
    struct http_internal *in = r->internal;
    struct MHD_Response *m = NULL;
    bool gzip = res->encoded_gzip;
    const char *accept = http_header_in(r, "Accept-Encoding");
    if (!gzip && res->body_n > 860 && accept && strstr(accept, "gzip") && res->content_type &&
        compressible(res->content_type)) {
        size_t n;
        void *z = gzip_make(res->body, res->body_n, &n);
        if (z) {
            m = MHD_create_response_from_buffer(n, z, MHD_RESPMEM_MUST_FREE);
            gzip = true;
        }
    }
    if (!m)
        m = MHD_create_response_from_buffer(res->body_n, (void *)(uintptr_t)(res->body ? res->body : ""),
                                            res->body_static ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
    if (!m) {
        in->result = MHD_NO;
        in->replied = true;
        return;
    }
    if (res->content_type) MHD_add_response_header(m, "Content-Type", res->content_type);
    if (gzip) MHD_add_response_header(m, "Content-Encoding", "gzip");
    if (res->content_type && compressible(res->content_type)) MHD_add_response_header(m, "Vary", "Accept-Encoding");
    if (__atomic_load_n(&in->server->draining, __ATOMIC_ACQUIRE)) MHD_add_response_header(m, "Connection", "close");
    for (size_t i = 0; i < res->header_count; i++)
        MHD_add_response_header(m, res->headers[i].name, res->headers[i].value);
    in->result = MHD_queue_response(in->mhd, (unsigned)res->status, m);
    in->replied = true;
    MHD_destroy_response(m);
}

void http_suspend(struct http_req *r)
{
    r->internal->suspended = true;
    __atomic_add_fetch(&r->internal->server->suspended, 1, __ATOMIC_ACQ_REL);
    MHD_suspend_connection(r->internal->mhd);
}

void http_resume(struct http_req *r) { MHD_resume_connection(r->internal->mhd); }

/* Event streams: text waits in `out`; the library asks for it by on_read, and is suspended while there is none. */
struct http_stream {
    pthread_mutex_t lock;
    struct MHD_Connection *mhd;
    struct text out;
    size_t sent;
    bool asleep, ended;
    void (*closed)(void *arg, struct http_stream *s);
    void *arg;
};

static ssize_t on_read(void *ctx, uint64_t pos, char *buf, size_t max)
{
    struct http_stream *s = ctx;
    (void)pos;
    pthread_mutex_lock(&s->lock);
    size_t n = s->out.n - s->sent;
    if (n > max) n = max;
    if (n) {
        memcpy(buf, s->out.p + s->sent, n);
        s->sent += n;
        if (s->sent == s->out.n) {
            text_clear(&s->out);
            s->sent = 0;
        }
    } else if (!s->ended) {
        s->asleep = true;
        MHD_suspend_connection(s->mhd);
    }
    bool over = !n && s->ended;
    pthread_mutex_unlock(&s->lock);
    return over ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

static void on_stream_free(void *ctx)
{
    struct http_stream *s = ctx;
    s->closed(s->arg, s);
    pthread_mutex_destroy(&s->lock);
    text_release(&s->out);
    free(s);
}

struct http_stream *http_stream(struct http_req *r, void (*closed)(void *, struct http_stream *), void *arg)
{
    struct http_internal *in = r->internal;
    struct http_stream *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    pthread_mutex_init(&s->lock, NULL);
    s->mhd = in->mhd;
    s->closed = closed;
    s->arg = arg;
    text_init(&s->out, 256 * 1024);
    struct MHD_Response *m = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, on_read, s, on_stream_free);
    if (!m) {
        pthread_mutex_destroy(&s->lock);
        free(s);
        return NULL;
    }
    MHD_add_response_header(m, "Content-Type", "text/event-stream");
    MHD_add_response_header(m, "Cache-Control", "no-store");
    MHD_add_response_header(m, "X-Accel-Buffering", "no");
    in->result = MHD_queue_response(in->mhd, 200, m);
    in->replied = true;
    MHD_destroy_response(m);
    return s;
}

static void wake(struct http_stream *s)
{
    if (s->asleep) {
        s->asleep = false;
        MHD_resume_connection(s->mhd);
    }
}

void http_stream_send(struct http_stream *s, const char *text, size_t n)
{
    pthread_mutex_lock(&s->lock);
    text_put(&s->out, text, n);
    if (s->out.failed) s->ended = true; /* too far behind: the client comes again with its Last-Event-ID */
    wake(s);
    pthread_mutex_unlock(&s->lock);
}

void http_stream_end(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->ended = true;
    wake(s);
    pthread_mutex_unlock(&s->lock);
}
