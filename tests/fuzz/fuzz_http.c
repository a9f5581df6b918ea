/* HTTP: any bytes on a real socket. What is answered is a whole response, a request with two readings is never handed
 * on, and what a handler can ask of a request (query, cookies, form) stands any input. */
#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "fuzz.h"
#include "http/http.h"

static struct http_server *server;

static size_t limit(void *ctx, enum http_method m, const char *path)
{
    (void)ctx;
    return m == HTTP_POST && strcmp(path, "/large") != 0 ? 4096 : 0;
}

static void answer(void *ctx, struct http_req *r)
{
    (void)ctx;
    FUZZ_CHECK(r->path[0] == '/');
    FUZZ_CHECK(r->body_n <= 4096);
    const char *all[] = {http_query(r, "a"), http_cookie(r, "a"), http_form(r, "a", 0), http_form(r, "a", 3),
                         http_header_in(r, "Host")};
    size_t n = http_accepts(r, "text/html");
    for (size_t i = 0; i < 5; i++) n += all[i] ? strlen(all[i]) : 0;
    struct http_res res = {.status = n % 2 ? 200 : 404, .content_type = "text/plain", .body = "ok", .body_n = 2};
    http_reply(r, &res);
}

static void start(void)
{
    struct http_config c = {.host = "127.0.0.1",
                            .threads = 1,
                            .body_max = 4096,
                            .request_seconds = 1,
                            .body_limit = limit,
                            .on_request = answer};
    struct err e;
    signal(SIGPIPE, SIG_IGN);
    FUZZ_CHECK(http_start(&c, &server, &e) == ST_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!server) start();
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(http_port(server)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    /* a reply comes at once or not at all: half a request waits for its other half */
    struct timeval wait = {.tv_usec = 20000};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    FUZZ_CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    for (size_t at = 0; at < n;) {
        ssize_t k = send(fd, data + at, n - at, 0);
        if (k <= 0) break;
        at += (size_t)k;
    }
    shutdown(fd, SHUT_WR);
    struct text reply;
    char part[4096];
    text_init(&reply, 1 << 20);
    for (ssize_t k; (k = recv(fd, part, sizeof part, 0)) > 0;) text_put(&reply, part, (size_t)k);
    close(fd);
    FUZZ_CHECK(reply.n == 0 || strncmp(text_str(&reply), "HTTP/1.", 7) == 0);
    text_release(&reply);
    return 0;
}
