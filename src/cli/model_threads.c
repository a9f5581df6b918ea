/* Threads for the engine's fits, and what they cost. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>

#include "model.h"

enum { THREADS_MAX = 256 };

struct work {
    void (*task)(void *arg, size_t i);
    void *arg;
    size_t n;
    atomic_size_t next;
};

static void *worker(void *arg)
{
    struct work *w = arg;
    for (size_t i; (i = atomic_fetch_add(&w->next, 1)) < w->n;) w->task(w->arg, i);
    return NULL;
}

static void run_threads(void *pool, size_t n, void (*task)(void *arg, size_t i), void *arg)
{
    size_t threads = (size_t)(uintptr_t)pool, made = 0;
    struct work w = {.task = task, .arg = arg, .n = n};
    pthread_t id[THREADS_MAX];
    while (made + 1 < threads && made + 1 < n && pthread_create(&id[made], NULL, worker, &w) == 0) made++;
    worker(&w);
    for (size_t i = 0; i < made; i++) pthread_join(id[i], NULL);
}

struct parallel model_threads(int64_t n)
{
    if (n < 1) n = 1;
    if (n > THREADS_MAX) n = THREADS_MAX;
    return (struct parallel){run_threads, (void *)(uintptr_t)n};
}

double model_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int64_t model_peak_kib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}
