#include "tex_helper.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tex_engine.h"

extern const unsigned char katex_js[];
extern const size_t katex_js_size;

enum { CPU_SECONDS = 600 };

/* What an ES5 engine lacks of what KaTeX calls. A command that KaTeX knows and does not trust (a link, a picture) comes
 * back as its name in the colour of errors; here that is an error. */
static const char shim[] =
    "if(!Array.prototype.fill)Array.prototype.fill=function(v){for(var i=0;i<this.length;i++)this[i]=v;return this};"
    "function waymark(tex,display){try{"
    "var "
    "s=katex.renderToString(tex,{output:'mathml',displayMode:display,throwOnError:true,strict:false,trust:false,"
    "errorColor:'#0bad0b',maxExpand:300,maxSize:20});"
    "}catch(e){throw String(e&&e.message||e).replace(/\\u0332/g,'').replace('KaTeX parse error: ','')}"
    "if(s.indexOf('\"#0bad0b\"')>=0)throw 'it has a command that is not allowed';"
    "return s}";

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
    confine(&fd);
    if (!tex_engine_open()) _exit(1);
    if (!tex_engine_run((const char *)katex_js, katex_js_size)) _exit(2);
    if (!tex_engine_run(shim, sizeof shim - 1)) _exit(3);
    for (uint32_t head[2]; read_all(fd, head, sizeof head);) {
        if (head[1] > TEX_FORMULA_MAX || !read_all(fd, tex, head[1])) _exit(4);
        size_t n;
        const char *p;
        bool made = tex_engine_call(tex, head[1], head[0] != 0, &p, &n);
        if (n > TEX_REPLY_MAX) {
            made = false;
            p = "it becomes too long";
            n = strlen(p);
        }
        head[0] = made;
        head[1] = (uint32_t)n;
        if (!tex_write_all(fd, head, sizeof head) || !tex_write_all(fd, p, n)) _exit(5);
    }
    _exit(0);
}
