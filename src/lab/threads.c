/* Threads for the engine's fits, and what they cost. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>

#include "lab/lab.h"

enum { THREADS_MAX = 256, CACHE_LINE = 64 };

/* Every turns-th task is one thread's own, so that what it left in its cache is there in the next piece of work, which
 * is often on the same data. Whoever is through with that helps the others. */
struct turn {
    _Alignas(CACHE_LINE) atomic_size_t next;
};
struct work {
    void (*task)(void *arg, size_t i);
    void *arg;
    size_t n, turns;
};

/* Threads that wait for work, made when first they are wanted and kept: a fit has hundreds of short pieces of it. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t begin, end;
    struct work *work; /* NULL: none is to be had */
    size_t threads;
    struct turn turn[THREADS_MAX];
    atomic_size_t wanted, running; /* written with the lock only, looked at without it */
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .begin = PTHREAD_COND_INITIALIZER, .end = PTHREAD_COND_INITIALIZER};

static void do_tasks(const struct work *w, size_t own)
{
    for (size_t k = 0; k < w->turns; k++) {
        size_t turn = (own + k) % w->turns;
        for (size_t i; (i = turn + w->turns * atomic_fetch_add(&pool.turn[turn].next, 1)) < w->n;) w->task(w->arg, i);
    }
}

/* Work follows on work within microseconds, and to sleep and be woken takes longer than much of it. So a thread first
 * looks for some tenths of a millisecond, giving way to whoever else wants its processor. */
enum { LOOKS = 1000 };
static void look_for(bool (*there)(void))
{
    for (int i = 0; i < LOOKS && !there(); i++) sched_yield();
}
static bool work_is_there(void) { return pool.wanted > 0; }
static bool all_are_done(void) { return pool.running == 0; }

static void *wait_and_help(void *own)
{
    for (;;) {
        look_for(work_is_there);
        pthread_mutex_lock(&pool.lock);
        while (pool.wanted == 0) pthread_cond_wait(&pool.begin, &pool.lock);
        struct work *w = pool.work;
        pool.wanted--;
        pool.running++;
        pthread_mutex_unlock(&pool.lock);
        do_tasks(w, (size_t)(uintptr_t)own);
        pthread_mutex_lock(&pool.lock);
        if (--pool.running == 0) pthread_cond_signal(&pool.end);
        pthread_mutex_unlock(&pool.lock);
    }
    return NULL;
}

/* Makes what is lacking of n threads. Called with the lock. */
static void have_threads(size_t n)
{
    pthread_t id;
    while (pool.threads < n && pthread_create(&id, NULL, wait_and_help, (void *)(uintptr_t)(pool.threads + 1)) == 0) {
        pthread_detach(id);
        pool.threads++;
    }
}

/* threads: how many, this one among them. Whoever has not begun when the tasks are out is not waited for. */
static void run_threads(void *threads, size_t n, void (*task)(void *arg, size_t i), void *arg)
{
    struct work w = {
        .task = task, .arg = arg, .n = n, .turns = (size_t)(uintptr_t)threads < n ? (size_t)(uintptr_t)threads : n};
    pthread_mutex_lock(&pool.lock);
    bool ours = !pool.work && w.turns > 1; /* else from a task, or from another thread: one after the other */
    if (ours) {
        have_threads(w.turns - 1);
        for (size_t k = 0; k < w.turns; k++) pool.turn[k].next = 0;
        pool.work = &w;
        pool.wanted = w.turns - 1;
        pthread_cond_broadcast(&pool.begin);
    }
    pthread_mutex_unlock(&pool.lock);
    if (!ours) {
        parallel_run(NULL, n, task, arg);
        return;
    }
    do_tasks(&w, 0);
    pthread_mutex_lock(&pool.lock);
    pool.wanted = 0;
    pthread_mutex_unlock(&pool.lock);
    look_for(all_are_done);
    pthread_mutex_lock(&pool.lock);
    while (pool.running > 0) pthread_cond_wait(&pool.end, &pool.lock);
    pool.work = NULL;
    pthread_mutex_unlock(&pool.lock);
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
