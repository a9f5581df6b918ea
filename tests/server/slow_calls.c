/* System calls that take longer; preloaded by test_durability.py. Every sync of a file takes SLOW_SYNC_MS (50), and
 * every removal from an epoll set by the first thread SLOW_REMOVE_MS (0). With SLOW_SYNC_LOG each sync leaves a line:
 * begin and end in ns of CLOCK_MONOTONIC, and the file. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void wait_ms(const char *name, long otherwise)
{
    const char *s = getenv(name);
    long ms = s ? atol(s) : otherwise;
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&t, &t)) {}
}

static void wait_a_while(void) { wait_ms("SLOW_SYNC_MS", 50); }

int epoll_ctl(int set, int op, int fd, struct epoll_event *event)
{
    if (op == EPOLL_CTL_DEL && gettid() == getpid()) wait_ms("SLOW_REMOVE_MS", 0);
    return ((int (*)(int, int, int, struct epoll_event *))dlsym(RTLD_NEXT, "epoll_ctl"))(set, op, fd, event);
}

static void leave_line(long long begin, int fd)
{
    const char *log = getenv("SLOW_SYNC_LOG");
    char link[64], file[500] = "", line[700];
    if (!log) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, file, sizeof file - 1);
    if (n < 0) return;
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int len = snprintf(line, sizeof line, "%lld %lld %s\n", begin, now_ns(), file);
    if (out < 0) return;
    if (write(out, line, (size_t)len) != len) {
        /* The test misses the line and fails. */
    }
    close(out);
}

int fsync(int fd)
{
    long long begin = now_ns();
    wait_a_while();
    int r = ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
    leave_line(begin, fd);
    return r;
}

int fdatasync(int fd)
{
    long long begin = now_ns();
    wait_a_while();
    int r = ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
    leave_line(begin, fd);
    return r;
}

int sync_file_range(int fd, off_t offset, off_t n, unsigned flags)
{
    wait_a_while();
    return ((int (*)(int, off_t, off_t, unsigned))dlsym(RTLD_NEXT, "sync_file_range"))(fd, offset, n, flags);
}
