#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "lab/lab.h"

enum { BAR = 30 };
static volatile sig_atomic_t interrupted;
static atomic_flag telling = ATOMIC_FLAG_INIT;

static void interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

bool model_interrupted(void) { return interrupted != 0; }

static void tell(struct model_progress *p, double share)
{
    double now = model_seconds();
    if (now - p->begin < 1.0 || now - p->told < (p->terminal ? .1 : 5.0)) return;
    p->told = now;
    p->open = true;
    if (!p->terminal) {
        fprintf(stderr, "%s: %.0f %%\n", p->what, 100.0 * share);
        return;
    }
    int full = (int)(share * BAR);
    fprintf(stderr, "\r%s [%.*s%.*s] %3.0f %%", p->what, full, "##############################", BAR - full,
            "                              ", 100.0 * share);
    fflush(stderr);
}

static bool on(void *ctx, double share)
{
    struct model_progress *p = ctx;
    if (!atomic_flag_test_and_set(&telling)) { /* one thread tells, the others go on */
        tell(p, p->from + p->share * share);
        atomic_flag_clear(&telling);
    }
    return !interrupted;
}

void model_progress_begin(struct model_progress *p, const char *what)
{
    struct sigaction once = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
    *p = (struct model_progress){
        .what = what, .share = 1.0, .begin = model_seconds(), .terminal = isatty(STDERR_FILENO)};
    p->watch = (struct fit_watch){on, p};
    sigaction(SIGINT, &once, NULL);
    sigaction(SIGTERM, &once, NULL);
}

void model_progress_end(struct model_progress *p)
{
    if (p->open && p->terminal) fputs("\r\033[K", stderr);
}
