#include "tex_helper.h"

#include <duktape.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

extern const unsigned char katex_js[];
extern const size_t katex_js_size;

enum { HEAP_MAX = 96 * 1024 * 1024, CPU_SECONDS = 600 };

/* What Duktape (ES5) lacks of what KaTeX calls. A command that KaTeX knows and does not trust (a link, a picture) comes back
 * as its name in the colour of errors; here that is an error. */
static const char shim[] =
    "if(!Array.prototype.fill)Array.prototype.fill=function(v){for(var i=0;i<this.length;i++)this[i]=v;return this};"
    "function waymark(tex,display){try{"
    "var s=katex.renderToString(tex,{output:'mathml',displayMode:display,throwOnError:true,strict:false,trust:false,errorColor:'#0bad0b',maxExpand:300,maxSize:20});"
    "}catch(e){throw String(e&&e.message||e).replace(/\\u0332/g,'').replace('KaTeX parse error: ','')}"
    "if(s.indexOf('\"#0bad0b\"')>=0)throw 'it has a command that is not allowed';"
    "return s}";

/* Duktape's memory, counted: what asks for more than HEAP_MAX is told there is none. */
struct heap {
    size_t used;
};
struct block {
    size_t n;
    size_t pad; /* keeps what follows aligned to 16 bytes */
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

bool tex_write_all(int fd, const void *p, size_t n)
{
    for (const char *at = p; n;) {
        ssize_t k = send(fd, at, n, MSG_NOSIGNAL);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return false;
        at += k;
        n -= (size_t)k;
    }
    return true;
}

/* Nothing of the parent's stays within reach: no descriptors, no files, no handlers, and an end with the parent's. */
static void confine(int *fd)
{
    const struct rlimit none = {0, 0}, cpu = {CPU_SECONDS, CPU_SECONDS};
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], SIG_DFL);
    if (*fd != 3 && dup2(*fd, 3) == 3) *fd = 3;
    if (*fd == 3) close_range(4, ~0u, 0);
    setrlimit(RLIMIT_NOFILE, &none);
    setrlimit(RLIMIT_FSIZE, &none);
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_CPU, &cpu);
}

void tex_helper(int fd)
{
    static char tex[TEX_FORMULA_MAX + 1];
    static struct heap heap;
    confine(&fd);
    duk_context *js = duk_create_heap(heap_alloc, heap_realloc, heap_free, &heap, NULL);
    if (!js) _exit(1);
    if (duk_peval_lstring(js, (const char *)katex_js, katex_js_size) != 0) _exit(2);
    duk_pop(js);
    if (duk_peval_string(js, shim) != 0) _exit(3);
    duk_pop(js);
    for (uint32_t head[2]; read_all(fd, head, sizeof head);) {
        if (head[1] > TEX_FORMULA_MAX || !read_all(fd, tex, head[1])) _exit(4);
        duk_get_global_string(js, "waymark");
        duk_push_lstring(js, tex, head[1]);
        duk_push_boolean(js, head[0] != 0);
        bool made = duk_pcall(js, 2) == DUK_EXEC_SUCCESS;
        duk_size_t n;
        const char *p = duk_safe_to_lstring(js, -1, &n);
        if (n > TEX_REPLY_MAX) {
            made = false;
            p = "it becomes too long";
            n = strlen(p);
        }
        head[0] = made;
        head[1] = (uint32_t)n;
        if (!tex_write_all(fd, head, sizeof head) || !tex_write_all(fd, p, n)) _exit(5);
        duk_pop(js);
    }
    _exit(0);
}
