#include "nightly.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/jobs.h"
#include "models/refit.h"
#include "base/log.h"
#include "policy/snapshot.h"

enum { LOOK_EVERY_MS = 30000, STOP_MS = 5000, ENVIRONMENT_MAX = 4096 };

const struct nightly_work nightly_refit = {job_refit, {"model", "refit"}, 2 * 60},
                          nightly_retention = {job_retention, {"retention"}, 1 * 60 + 30};

bool nightly_parse(const struct nightly_work *w, const char *s, int *at)
{
    *at = w->usual;
    if (!s) return true;
    if (strcmp(s, "off") == 0) {
        *at = NIGHTLY_OFF;
        return true;
    }
    if (strlen(s) != 5 || s[2] != ':' || strspn(s, "0123456789:") != 5 || s[0] == ':' || s[1] == ':' || s[3] == ':' ||
        s[4] == ':')
        return false;
    int h = (s[0] - '0') * 10 + s[1] - '0', m = (s[3] - '0') * 10 + s[4] - '0';
    *at = h * 60 + m;
    return h < 24 && m < 60;
}

/* Where the database is goes by the environment: there may be a password in it, and arguments are everybody's to
 * read. */
static pid_t begin(const struct nightly *n)
{
    extern char **environ;
    char now[32], *db = NULL, *env[ENVIRONMENT_MAX];
    size_t k = 0;
    pid_t child = 0;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t files;
    sigset_t none, usual;
    time_format_utc(app_now_ms(n->app), now);
    size_t size = strlen(db_url(n->app->db)) + sizeof "WAYMARK_DB=";
    db = malloc(size);
    if (!db) return 0;
    memcpy(db, "WAYMARK_DB=", sizeof "WAYMARK_DB=" - 1);
    memcpy(db + sizeof "WAYMARK_DB=" - 1, db_url(n->app->db), size - (sizeof "WAYMARK_DB=" - 1));
    for (char **p = environ; *p && k < ENVIRONMENT_MAX - 2; p++)
        if (strncmp(*p, "WAYMARK_DB=", sizeof "WAYMARK_DB=" - 1) != 0) env[k++] = *p;
    env[k++] = db;
    env[k] = NULL;
    char *argv[10] = {"waymark"};
    size_t words = 1;
    for (size_t i = 0; n->work->words[i]; i++) argv[words++] = (char *)(uintptr_t)n->work->words[i];
    argv[words++] = "--nightly";
    argv[words++] = "--now";
    argv[words] = now;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE), sigaddset(&usual, SIGXFSZ);
    posix_spawnattr_init(&attr);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_setsigmask(&attr, &none); /* the server blocks SIGTERM for itself */
    posix_spawnattr_setsigdefault(&attr, &usual);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawn(&child, "/proc/self/exe", &files, &attr, argv, env);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    free(db);
    if (failed) log_line(LOG_WARN, n->work->job, "cannot begin: %s", strerror(failed));
    return failed ? 0 : child;
}

static void see_end(struct nightly *n)
{
    int how = 0;
    if (waitpid(n->child, &how, WNOHANG) != n->child) return;
    if (WIFEXITED(how))
        log_line(WEXITSTATUS(how) ? LOG_WARN : LOG_INFO, n->work->job, "ended with %d", WEXITSTATUS(how));
    else log_line(LOG_WARN, n->work->job, "ended by signal %d", WTERMSIG(how));
    n->child = 0;
    n->looked_ms = 0;
}

/* What this and other servers did this night. */
static bool is_due(struct nightly *n, struct conn *c, int64_t now, int32_t night)
{
    struct err e;
    struct tx *tx;
    struct job_night done = {0};
    if (n->done || n->tries >= NIGHTLY_TRIES || (n->begun_ms && now - n->begun_ms < NIGHTLY_AGAIN_MS)) return false;
    struct snapshot *s = snapshot_hold(n->app);
    enum st st = tx_read(c, s->district_id, &tx, &e);
    snapshot_drop(s);
    if (st == ST_OK) {
        st = job_night(tx, n->work->job, night, &done, &e);
        tx_rollback(tx);
    }
    if (st != ST_OK) return false;
    n->done = done.done > 0;
    return !n->done && done.runs < NIGHTLY_TRIES && now - done.ended_ms >= NIGHTLY_AGAIN_MS;
}

void nightly_beat(struct nightly *n, struct conn *c)
{
    if (n->at == NIGHTLY_OFF) return;
    if (n->child) {
        see_end(n);
        return;
    }
    int64_t now = app_now_ms(n->app);
    if (n->looked_ms && now - n->looked_ms < LOOK_EVERY_MS) return;
    n->looked_ms = now;
    struct snapshot *s = snapshot_hold(n->app);
    int32_t night = tz_date(s->zone, now);
    int64_t minute = (now / 1000 + tz_offset_s(s->zone, now)) / 60 - (int64_t)night * 1440;
    snapshot_drop(s);
    if (night != n->night) {
        n->night = night;
        n->tries = 0;
        n->done = false;
        n->begun_ms = 0;
    }
    if (minute < n->at || minute >= n->at + NIGHTLY_WINDOW || !is_due(n, c, now, night)) return;
    n->child = begin(n);
    n->begun_ms = now;
    n->tries++;
    if (n->child) log_line(LOG_INFO, n->work->job, "begun as process %" PRIdMAX, (intmax_t)n->child);
}

void nightly_stop(struct nightly *n)
{
    const struct timespec turn = {.tv_nsec = 20000000};
    if (n->child) kill(n->child, SIGTERM);
    for (int64_t until = clock_mono_us() + STOP_MS * 1000; n->child && clock_mono_us() < until;) {
        see_end(n);
        if (n->child) nanosleep(&turn, NULL);
    }
    if (!n->child) return;
    kill(n->child, SIGKILL);
    waitpid(n->child, NULL, 0);
    n->child = 0;
}
