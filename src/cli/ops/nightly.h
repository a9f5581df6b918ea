/* The refit that a server begins once a night, as a process of its own. Private to cli. */
#ifndef OPS_NIGHTLY_H
#define OPS_NIGHTLY_H
#include <sys/types.h>

#include "core/app.h"

enum {
    NIGHTLY_OFF = -1,
    NIGHTLY_USUAL = 2 * 60,
    NIGHTLY_WINDOW = 4 * 60,
    NIGHTLY_TRIES = 3,
    NIGHTLY_AGAIN_MS = 10 * 60000
};

struct nightly {
    struct app *app;
    int at;        /* minutes after midnight in the school's zone; NIGHTLY_OFF */
    pid_t child;   /* 0: none */
    int32_t night; /* the date that tries and begun_ms are of */
    int tries;
    bool done;
    int64_t begun_ms, looked_ms;
};

/* "02:00", or "off"; NULL: NIGHTLY_USUAL. False: neither. */
bool nightly_parse(const char *s, int *at);
/* Once a second, on the thread that opened c: begins the child when it is due, and sees how it ended. */
void nightly_beat(struct nightly *n, struct conn *c);
void nightly_stop(struct nightly *n); /* ends the child, within seconds */

#endif
