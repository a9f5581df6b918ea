#include "tex_math.h"

#include <duktape.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern const unsigned char katex_js[];
extern const size_t katex_js_size;

enum { FORMULA_MAX = 16 * 1024, MATHML_MAX = 512 * 1024, VARIABLES_MAX = 40, START_MS = 20000, FORMULA_MS = 5000, HEAP_MAX = 96 * 1024 * 1024 };

struct tex_math {
    pid_t pid; /* 0: not running */
    int to, from;
    struct text source, reply;
};

/* What Duktape (ES5) lacks of what KaTeX calls, and the cut of KaTeX's reply down to presentation MathML. */
static const char shim[] =
    "if(!Array.prototype.fill)Array.prototype.fill=function(v){for(var i=0;i<this.length;i++)this[i]=v;return this};"
    "function waymark(tex,display){"
    "var s=katex.renderToString(tex,{output:'mathml',displayMode:display,throwOnError:true,strict:false,trust:false,maxExpand:300,maxSize:20});"
    "var a=s.indexOf('<semantics>'),b=s.lastIndexOf('<annotation');"
    "if(a<0||b<a)throw new Error('no MathML');"
    "return '<math'+(display?' display=\"block\"':'')+'>'+s.slice(a+11,b).replace(/ style=\"[^\"]*\"/g,'').replace(/ href=\"[^\"]*\"/g,'')+'</math>';}";

/* Duktape's memory, counted: what asks for more than HEAP_MAX is told there is none. */
struct heap {
    size_t used;
};
struct block {
    size_t n;
    size_t pad;
};

static void *heap_alloc(void *udata, duk_size_t n)
{
    struct heap *h = udata;
    if (n > HEAP_MAX - h->used) return NULL;
    struct block *b = malloc(sizeof *b + n);
    if (!b) return NULL;
    b->n = n;
    h->used += n;
    return b + 1;
}

static void heap_free(void *udata, void *p)
{
    struct heap *h = udata;
    if (!p) return;
    struct block *b = (struct block *)p - 1;
    h->used -= b->n;
    free(b);
}

static void *heap_realloc(void *udata, void *p, duk_size_t n)
{
    struct heap *h = udata;
    if (!p) return heap_alloc(udata, n);
    if (!n) {
        heap_free(udata, p);
        return NULL;
    }
    struct block *b = (struct block *)p - 1;
    size_t was = b->n;
    if (n > was && n - was > HEAP_MAX - h->used) return NULL;
    b = realloc(b, sizeof *b + n);
    if (!b) return NULL;
    h->used = h->used - was + n;
    b->n = n;
    return b + 1;
}

static bool read_all(int fd, void *p, size_t n)
{
    for (char *at = p; n;) {
        ssize_t k = read(fd, at, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return false;
        at += k;
        n -= (size_t)k;
    }
    return true;
}

static bool write_all(int fd, const void *p, size_t n)
{
    for (const char *at = p; n;) {
        ssize_t k = write(fd, at, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return false;
        at += k;
        n -= (size_t)k;
    }
    return true;
}

static bool reply(int fd, uint32_t made, const char *p, size_t n)
{
    uint32_t head[2] = {made, (uint32_t)(n > MATHML_MAX ? MATHML_MAX : n)};
    return write_all(fd, head, sizeof head) && write_all(fd, p, head[1]);
}

/* The helper: formulas in, MathML out, until its pipe is closed. Never returns. */
static void helper(int in, int out)
{
    static char tex[FORMULA_MAX + 1];
    static struct heap heap;
    struct rlimit none = {0, 0}, cpu = {3600, 3600};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_CPU, &cpu);
    duk_context *js = duk_create_heap(heap_alloc, heap_realloc, heap_free, &heap, NULL);
    if (!js) _exit(1);
    if (duk_peval_lstring(js, (const char *)katex_js, katex_js_size) != 0) _exit(2);
    duk_pop(js);
    if (duk_peval_string(js, shim) != 0) _exit(3);
    duk_pop(js);
    for (uint32_t head[2]; read_all(in, head, sizeof head);) {
        if (head[1] > FORMULA_MAX || !read_all(in, tex, head[1])) _exit(4);
        duk_get_global_string(js, "waymark");
        duk_push_lstring(js, tex, head[1]);
        duk_push_boolean(js, head[0] != 0);
        bool made = duk_pcall(js, 2) == DUK_EXEC_SUCCESS;
        duk_size_t n;
        const char *p = duk_safe_to_lstring(js, -1, &n);
        if (!reply(out, made, p, n)) _exit(5);
        duk_pop(js);
    }
    _exit(0);
}

static void stop(struct tex_math *m)
{
    if (!m->pid) return;
    close(m->to);
    close(m->from);
    kill(m->pid, SIGKILL);
    while (waitpid(m->pid, NULL, 0) < 0 && errno == EINTR) continue;
    m->pid = 0;
}

static enum st start(struct tex_math *m, struct err *e)
{
    int to[2], from[2];
    if (pipe(to) != 0) return err_fail(e, ST_IO, "err.io", "pipe: %s", strerror(errno));
    if (pipe(from) != 0) {
        close(to[0]);
        close(to[1]);
        return err_fail(e, ST_IO, "err.io", "pipe: %s", strerror(errno));
    }
    m->pid = fork();
    if (m->pid == 0) {
        close(to[1]);
        close(from[0]);
        helper(to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    m->to = to[1];
    m->from = from[0];
    if (m->pid < 0) {
        close(to[1]);
        close(from[0]);
        m->pid = 0;
        return err_fail(e, ST_IO, "err.io", "fork: %s", strerror(errno));
    }
    return ST_OK;
}

/* One formula there and back; false when the helper hung or died. */
static bool ask(struct tex_math *m, bool display, int wait_ms, bool *made)
{
    uint32_t head[2] = {display, (uint32_t)m->source.n};
    struct pollfd ready = {.fd = m->from, .events = POLLIN};
    if (!write_all(m->to, head, sizeof head) || !write_all(m->to, m->source.p, m->source.n)) return false;
    int k;
    do k = poll(&ready, 1, wait_ms);
    while (k < 0 && errno == EINTR);
    if (k <= 0 || !read_all(m->from, head, sizeof head) || head[1] > MATHML_MAX) return false;
    *made = head[0] != 0;
    text_clear(&m->reply);
    char part[4096];
    for (size_t left = head[1]; left;) {
        size_t n = left < sizeof part ? left : sizeof part;
        if (!read_all(m->from, part, n)) return false;
        text_put(&m->reply, part, n);
        left -= n;
    }
    return !m->reply.failed;
}

struct variable {
    const char *name;
    size_t n;
};

static size_t variable_at(const char *p, const char *end, struct variable *v)
{
    const char *q = p + 2;
    if (end - p < 5 || p[0] != '{' || p[1] != '{') return 0;
    while (q < end && (*q == '_' || (*q >= 'a' && *q <= 'z') || (*q >= 'A' && *q <= 'Z') || (*q >= '0' && *q <= '9'))) q++;
    if (q == p + 2 || end - q < 2 || q[0] != '}' || q[1] != '}') return 0;
    *v = (struct variable){p + 2, (size_t)(q - p - 2)};
    return (size_t)(q + 2 - p);
}

/* A variable goes through KaTeX as a number that nobody writes, in a box of its own, so that digits beside it do not join it. */
static const char stand_in[] = "96507311", box[] = "<mpadded height=\"0px\" depth=\"0px\">", box_end[] = "</mpadded>";

static bool put_source(struct text *out, const char *tex, size_t n, struct variable *vars, size_t *count)
{
    const char *end = tex + n;
    *count = 0;
    text_clear(out);
    for (const char *p = tex; p < end;) {
        struct variable v;
        size_t k = variable_at(p, end, &v);
        if (!k) {
            text_char(out, *p++);
            continue;
        }
        if (*count == VARIABLES_MAX) return false;
        text_printf(out, "{\\smash{%s%02zu}}", stand_in, *count);
        vars[(*count)++] = v;
        p += k;
    }
    return !out->failed;
}

static void put_mathml(struct text *out, const char *s, const struct variable *vars, size_t count)
{
    size_t mark = sizeof stand_in - 1;
    while (*s) {
        const char *hit = strstr(s, "<mn>");
        while (hit && strncmp(hit + 4, stand_in, mark) != 0) hit = strstr(hit + 4, "<mn>");
        if (!hit) break;
        const char *digits = hit + 4 + mark;
        size_t i = digits[0] && digits[1] ? (size_t)(digits[0] - '0') * 10 + (size_t)(digits[1] - '0') : count;
        text_put(out, s, (size_t)(hit - s));
        if (i < count && strncmp(digits + 2, "</mn>", 5) == 0) {
            size_t wide = sizeof box - 1;
            s = digits + 7;
            if (out->n >= wide && memcmp(out->p + out->n - wide, box, wide) == 0 && strncmp(s, box_end, sizeof box_end - 1) == 0) {
                text_cut(out, out->n - wide);
                s += sizeof box_end - 1;
            }
            text_printf(out, "{{m:%.*s}}", (int)vars[i].n, vars[i].name);
        } else {
            text_add(out, "<mn>");
            s = hit + 4;
        }
    }
    text_add(out, s);
}

enum st tex_math_open(struct tex_math **out, struct err *e)
{
    struct tex_math *m = calloc(1, sizeof *m);
    if (!m) return err_fail(e, ST_NOMEM, "err.memory", "math helper");
    text_init(&m->source, FORMULA_MAX);
    text_init(&m->reply, MATHML_MAX);
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

enum st tex_math_make(struct tex_math *m, const char *tex, size_t n, bool display, bool *made, struct text *out, struct err *e)
{
    struct variable vars[VARIABLES_MAX];
    size_t count;
    *made = false;
    if (n > FORMULA_MAX - 500 || !put_source(&m->source, tex, n, vars, &count)) {
        text_add(out, "it is too long");
        return ST_OK;
    }
    bool fresh = !m->pid;
    if (fresh) TRY(start(m, e));
    if (!ask(m, display, fresh ? START_MS : FORMULA_MS, made)) {
        stop(m);
        *made = false;
        text_add(out, "it took too long or needed too much memory");
        return ST_OK;
    }
    if (*made) put_mathml(out, text_str(&m->reply), vars, count);
    else text_add(out, text_str(&m->reply));
    return out->failed ? err_fail(e, ST_NOMEM, "err.memory", "formula") : ST_OK;
}
