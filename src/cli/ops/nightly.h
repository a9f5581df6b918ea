/* Work that a server begins once a night, as a process of its own: the refit, and retention. Private to cli. */
#ifndef OPS_NIGHTLY_H
#define OPS_NIGHTLY_H
#include <sys/types.h>

#include "core/app.h"

enum { NIGHTLY_OFF = -1, NIGHTLY_WINDOW = 4 * 60, NIGHTLY_TRIES = 3, NIGHTLY_AGAIN_MS = 10 * 60000 };

struct nightly_work {
    const char *job;      /* core/jobs.h */
    const char *words[4]; /* the command, without --nightly; NULL at the end */
    int usual;            /* minutes after midnight, unless another hour is set */
};
extern const struct nightly_work nightly_refit, nightly_retention;

struct nightly {
    struct app *app;
    const struct nightly_work *work;
    int at;        /* minutes after midnight in the school's zone; NIGHTLY_OFF */
    pid_t child;   /* 0: none */
    int32_t night; /* the date that tries and begun_ms are of */
    int tries;
    bool done;
    int64_t begun_ms, looked_ms;
};

/* "02:00", or "off"; NULL: the usual hour. False: neither. */
bool nightly_parse(const struct nightly_work *w, const char *s, int *at);
/* Once a second, on the thread that opened c: begins the child when it is due, and sees how it ended. */
void nightly_beat(struct nightly *n, struct conn *c);
void nightly_stop(struct nightly *n); /* ends the child, within seconds */

#endif
