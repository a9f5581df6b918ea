#include "tex_math.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "mathml.h"
#include "tex_helper.h"

enum { VARIABLES_MAX = 40, START_MS = 20000, FORMULA_MS = 5000, LOST_MAX = 40 };

struct tex_math {
    pid_t pid; /* 0: not running */
    int socket;
    int lost; /* helpers that formulas have cost */
    struct text source, reply;
};

static void stop(struct tex_math *m)
{
    if (!m->pid) return;
    close(m->socket);
    kill(m->pid, SIGKILL);
    while (waitpid(m->pid, NULL, 0) < 0 && errno == EINTR) continue;
    m->pid = 0;
}

static enum st start(struct tex_math *m, struct err *e)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return err_fail(e, ST_IO, "err.io", "socketpair: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        tex_helper(pair[1]);
    }
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return err_fail(e, ST_IO, "err.io", "fork: %s", strerror(errno));
    }
    m->pid = pid;
    m->socket = pair[0];
    return ST_OK;
}

enum answer { ANSWERED, DIED, TIMED_OUT };

static enum answer receive(const struct tex_math *m, void *p, size_t n, int64_t until_ms)
{
    for (char *at = p; n;) {
        struct pollfd ready = {.fd = m->socket, .events = POLLIN};
        int64_t left_ms = until_ms - clock_mono_us() / 1000;
        if (left_ms <= 0) return TIMED_OUT;
        int k = poll(&ready, 1, (int)left_ms);
        if (k < 0 && errno == EINTR) continue;
        if (k == 0) return TIMED_OUT;
        ssize_t got = k < 0 ? -1 : read(m->socket, at, n);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return DIED;
        at += got;
        n -= (size_t)got;
    }
    return ANSWERED;
}

/* One formula there and back. */
static enum answer ask(struct tex_math *m, bool display, int wait_ms, bool *made)
{
    uint32_t head[2] = {display, (uint32_t)m->source.n};
    int64_t until_ms = clock_mono_us() / 1000 + wait_ms;
    if (!tex_write_all(m->socket, head, sizeof head) || !tex_write_all(m->socket, text_str(&m->source), m->source.n))
        return DIED;
    enum answer a = receive(m, head, sizeof head, until_ms);
    if (a != ANSWERED) return a;
    if (head[1] > TEX_REPLY_MAX) return DIED;
    *made = head[0] != 0;
    text_clear(&m->reply);
    char part[4096];
    for (size_t left = head[1]; left && a == ANSWERED;) {
        size_t n = left < sizeof part ? left : sizeof part;
        a = receive(m, part, n, until_ms);
        if (a == ANSWERED) text_put(&m->reply, part, n);
        left -= n;
    }
    return a;
}

static size_t variable_at(const char *p, const char *end, struct tex_variable *v)
{
    const char *q = p + 2;
    if (end - p < 5 || p[0] != '{' || p[1] != '{') return 0;
    while (q < end && (*q == '_' || (*q >= 'a' && *q <= 'z') || (*q >= 'A' && *q <= 'Z') || (*q >= '0' && *q <= '9')))
        q++;
    if (q == p + 2 || end - q < 2 || q[0] != '}' || q[1] != '}') return 0;
    *v = (struct tex_variable){p + 2, (size_t)(q - p - 2)};
    return (size_t)(q + 2 - p);
}

/* A variable goes through KaTeX as its stand-in, in a box of its own, so that digits beside it do not join it. */
static bool put_source(struct text *out, const char *tex, size_t n, struct tex_variable *vars, size_t *count)
{
    const char *end = tex + n;
    *count = 0;
    text_clear(out);
    for (const char *p = tex; p < end;) {
        size_t k = *p == '{' && *count < VARIABLES_MAX ? variable_at(p, end, &vars[*count]) : 0;
        if (k) text_printf(out, "{\\smash{" MATHML_STAND_IN "%02zu}}", (*count)++);
        else text_char(out, *p);
        p += k ? k : 1;
    }
    return !out->failed;
}

enum st tex_math_open(struct tex_math **out, struct err *e)
{
    struct tex_math *m = calloc(1, sizeof *m);
    if (!m) return err_fail(e, ST_NOMEM, "err.memory", "math helper");
    text_init(&m->source, TEX_FORMULA_MAX);
    text_init(&m->reply, TEX_REPLY_MAX + 1);
    *out = m;
    return ST_OK;
}

void tex_math_close(struct tex_math *m)
{
    if (!m) return;
    stop(m);
    text_release(&m->source);
    text_release(&m->reply);
    free(m);
}

enum st tex_math_make(void *math, const char *tex, size_t n, bool display, bool *made, struct text *out, struct err *e)
{
    struct tex_math *m = math;
    struct tex_variable vars[VARIABLES_MAX];
    size_t count;
    *made = false;
    if (!put_source(&m->source, tex, n, vars, &count)) {
        text_add(out, "it is too long");
        return ST_OK;
    }
    if (m->lost == LOST_MAX) { /* or a hostile package would keep an importer for days */
        text_add(out, "too many before it took too long");
        return ST_OK;
    }
    enum answer a = DIED;
    for (bool fresh = false; a == DIED && !fresh;) { /* one that died of its age is no fault of this formula */
        fresh = !m->pid;
        if (fresh) TRY(start(m, e));
        a = ask(m, display, fresh ? START_MS : FORMULA_MS, made);
        if (a != ANSWERED) stop(m);
    }
    if (a != ANSWERED) {
        m->lost++;
        *made = false;
        text_add(out, a == TIMED_OUT ? "it takes too long" : "it needs too much memory");
    } else if (!*made) {
        bool sound = utf8_valid(text_str(&m->reply), m->reply.n);
        text_cut(&m->reply, 120);
        text_add(out, sound && m->reply.n ? text_str(&m->reply) : "it cannot be read");
    } else if (m->reply.failed || !mathml_put(out, text_str(&m->reply), vars, count)) {
        *made = false;
        text_add(out, count ? "it is too deep, has odd signs, or a variable where none can be"
                            : "it is too deep, or has odd signs");
    }
    return out->failed ? err_fail(e, ST_NOMEM, "err.memory", "formula") : ST_OK;
}
