#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "api/api.h"
#include "derive/derive_worker.h"
#include "core/hub.h"
#include "access/actor_cache.h"
#include "core/workers.h"
#include "core/writer.h"
#include "base/log.h"
#include "cli/cli.h"
#include "gate/gate.h"
#include "gate/live.h"
#include "http/http.h"
#include "nightly.h"
#include "web/web.h"
#include "start/app_start.h"
#include "policy/snapshot.h"
#include "ops/ops.h"

/* Tells systemd, when it listens: one datagram to $NOTIFY_SOCKET. */
static void notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (!path || strlen(path) >= sizeof a.sun_path) return;
    memcpy(a.sun_path, path, strlen(path));
    if (a.sun_path[0] == '@') a.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    socklen_t n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&a, n) < 0)
        log_line(LOG_WARN, "notify", "%s", strerror(errno));
    close(fd);
}

static char *read_file(const char *path, struct err *e)
{
    FILE *f = fopen(path, "rb");
    char *b = f ? calloc(1, 65537) : NULL;
    if (b && fread(b, 1, 65536, f) == 0) {
        free(b);
        b = NULL;
    }
    if (f) fclose(f);
    if (!b) (void)err_fail(e, ST_NOT_FOUND, "err.file", "cannot read %s: %s", path, strerror(errno));
    return b;
}

static enum st parse_listen(const char *s, char *host, size_t cap, uint16_t *port, struct err *e)
{
    const char *colon = strrchr(s, ':');
    int64_t p;
    if (!colon || !parse_i64(colon + 1, &p) || p < 0 || p > 65535 || (size_t)(colon - s) >= cap)
        return err_fail(e, ST_INVALID, "err.listen", "--listen takes HOST:PORT, not %s", s);
    size_t n = (size_t)(colon - s);
    memcpy(host, s, n);
    host[n] = 0;
    if (host[0] == '[' && host[n - 1] == ']') {
        memmove(host, host + 1, n - 2);
        host[n - 2] = 0;
    }
    *port = (uint16_t)p;
    return ST_OK;
}

/* One thread a processor reads a database file; a server across a socket takes more, which mostly wait. */
static enum st start_workers(struct app *app, struct err *e)
{
    enum { LEAST = 2, ACROSS_A_SOCKET = 8 };
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned own = processors < LEAST ? LEAST : (unsigned)processors;
    const unsigned threads[WORKER_POOLS] = {
        [WORKERS_READ] = db_is_sqlite(app->db) ? own : ACROSS_A_SOCKET, [WORKERS_LONG] = own};
    return workers_start(app, threads, e);
}

static enum st serve(struct app *app, const struct serve_options *o, struct err *e)
{
    static const struct route *tables[WEB_TABLES_MAX + 2];
    struct gate gate = {.app = app, .tables = tables, .render_error = web_render_error, .render_form = web_render_form};
    struct http_config config = {.threads = 0,
                                 .body_max = 64u << 20,
                                 .body_limit = gate_body_limit,
                                 .on_request = gate_request,
                                 .ctx = &gate,
                                 .trusted_proxy = o->trusted_proxy};
    struct http_server *server;
    char host[100], *cert = NULL, *key = NULL;
    size_t t = 0;
    sigset_t set;
    tables[t++] = api_routes;
    t += web_tables(tables + t);
    tables[t] = NULL;
    TRY(parse_listen(o->listen, host, sizeof host, &config.port, e));
    config.host = host;
    if (!o->tls_cert != !o->tls_key)
        return err_fail(e, ST_INVALID, "err.tls", "--tls-cert and --tls-key must be given together");
    if (o->tls_cert) {
        cert = read_file(o->tls_cert, e);
        key = cert ? read_file(o->tls_key, e) : NULL;
        if (!key) {
            free(cert);
            return e->st;
        }
        config.tls_cert_pem = cert;
        config.tls_key_pem = key;
    }
    mallopt(M_TRIM_THRESHOLD, 4 << 20); /* what one request gave back serves the next, without a call to the kernel */
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL); /* before any thread begins */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file at its limit is an error to tell, as a full disk is */
    struct conn *watch;
    enum st st = conn_open(app->db, CONN_READ, &watch, e);
    if (st == ST_OK) st = snapshot_reload(app, watch, e);
    if (st == ST_OK) st = writer_start(app, e);
    if (st == ST_OK) st = start_workers(app, e);
    struct derive_worker *due = NULL;
    struct nightly nightly = {.app = app, .work = &nightly_refit}, keeping = {.app = app, .work = &nightly_retention};
    if (st == ST_OK && !nightly_parse(&nightly_retention, o->retention, &keeping.at))
        st = err_fail(e, ST_INVALID, "err.retention", "--retention takes an hour such as 01:30, or off; not %s",
                      o->retention);
    if (st == ST_OK && !nightly_parse(&nightly_refit, o->refit, &nightly.at))
        st = err_fail(e, ST_INVALID, "err.refit", "--refit takes an hour such as 02:00, or off; not %s", o->refit);
    if (st == ST_OK) st = derive_worker_start(app, &due, e);
    if (st == ST_OK) st = gate_live_start(app, e);
    if (st == ST_OK) st = http_start(&config, &server, e);
    if (st == ST_OK) {
        char url[200];
        snprintf(url, sizeof url, "%s://%s:%u", cert ? "https" : "http", host, http_port(server));
        fprintf(stderr, "Waymark is at %s\n", o->public_url ? o->public_url : url);
        log_line(LOG_INFO, "listening", "%s", url);
        notify("READY=1");
        for (int beat = 0;; beat++) {
            struct timespec second = {.tv_sec = 1};
            int sig = sigtimedwait(&set, NULL, &second);
            if (sig == SIGTERM || sig == SIGINT) break;
            /* a lost database is told, and asked again */
            if (snapshot_refresh(app, watch, e) != ST_OK) log_line(LOG_WARN, "refresh", "%s", e->detail);
            nightly_beat(&nightly, watch);
            nightly_beat(&keeping, watch);
            if (beat % ACTOR_CACHE_SECONDS == 0) {
                actor_cache_clear(app->actor_cache);
                hub_doubt(app->hub);
            }
            if (beat % 15 == 14) hub_heartbeat(app->hub);
        }
        notify("STOPPING=1");
        log_line(LOG_INFO, "draining", "what has begun is finished; what comes is told 503");
        http_drain(server);
        gate_live_close(app);
        struct timespec grace = {.tv_nsec = 200000000};
        nanosleep(&grace, NULL);
        http_stop(server);
        nightly_stop(&nightly);
        nightly_stop(&keeping);
    }
    gate_live_stop();
    derive_worker_stop(due);
    workers_stop(app);
    writer_stop(app);
    if (st == ST_OK || watch) {
        int frames, left;
        struct err ignored;
        (void)!conn_checkpoint(watch, &frames, &left, &ignored);
    }
    conn_close(watch);
    free(cert);
    free(key);
    if (st == ST_OK) log_line(LOG_INFO, "stopped", "in order");
    return st;
}

int serve_run(struct db *db, struct clock clock, const struct serve_options *o)
{
    struct err e = {0};
    struct app app;
    enum st st = db_schema_check(db, &e);
    if (st == ST_NOT_FOUND && strstr(e.detail, "migrate")) {
        int applied;
        int64_t repaired;
        st = db_migrate(db, clock_now_ms(&clock), &applied, &e);
        if (st == ST_OK) st = db_repair_ids(db, clock_now_ms(&clock), applied > 0, &repaired, &e);
    }
    if (st != ST_OK) return cli_fail(&e);
    st = app_init(&app, db, clock, o->files_dir, &e);
    if (st == ST_OK) st = serve(&app, o, &e);
    app_release(&app);
    return st == ST_OK ? 0 : cli_fail(&e);
}

static int run_serve(struct cli *c)
{
    struct err e = {0};
    struct db *db;
    struct serve_options o = {.listen = cli_setting(c, "--listen", "WAYMARK_LISTEN", "127.0.0.1:8080"),
                              .public_url = cli_setting(c, "--public-url", "WAYMARK_PUBLIC_URL", NULL),
                              .tls_cert = cli_setting(c, "--tls-cert", "WAYMARK_TLS_CERT", NULL),
                              .tls_key = cli_setting(c, "--tls-key", "WAYMARK_TLS_KEY", NULL),
                              .trusted_proxy = cli_setting(c, "--trusted-proxy", "WAYMARK_TRUSTED_PROXY", NULL),
                              .files_dir = cli_setting(c, "--files", "WAYMARK_FILES", NULL),
                              .refit = cli_setting(c, "--refit", "WAYMARK_REFIT", NULL),
                              .retention = cli_setting(c, "--retention", "WAYMARK_RETENTION", NULL)};
    if (db_open(c->db, &db, &e) != ST_OK) return cli_fail(&e);
    int code = serve_run(db, c->clock, &o);
    db_close(db);
    return code;
}

const struct cli_command cli_commands_serve[] = {
    {"serve",
     "",
     "Serve the school: pages, API and live events.",
     run_serve,
     true,
     {{"--listen", "HOST:PORT", "address (default 127.0.0.1:8080)"},
      {"--public-url", "URL", "how people reach it, for links and cards"},
      {"--tls-cert", "FILE", "certificate chain, PEM"},
      {"--tls-key", "FILE", "its key, PEM"},
      {"--trusted-proxy", "CIDR", "trust X-Forwarded-For from this network"},
      {"--files", "DIR", "folder of images (default: files, next to the database)"},
      {"--refit", "HH:MM|off", "when to refit the models each night, in the school's time zone (default 02:00)"},
      {"--retention", "HH:MM|off", "when to delete what is no longer to stay, each night (default 01:30)"}}},
    {0},
};
