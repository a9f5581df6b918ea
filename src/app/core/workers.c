#include "core/workers.h"

#include <stdlib.h>

enum { THREADS_MAX = 32, WAITING_MAX = 2048 };

struct pool {
    struct app *app;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct task *first, **last;
    size_t waiting;
    bool stopping;
    unsigned count;
    pthread_t threads[THREADS_MAX];
};

struct workers {
    struct pool pools[WORKER_POOLS];
};

static void *work(void *arg)
{
    struct pool *p = arg;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->first && !p->stopping) pthread_cond_wait(&p->wake, &p->lock);
        struct task *t = p->first;
        if (!t) break;
        p->first = t->next;
        if (!p->first) p->last = &p->first;
        p->waiting--;
        pthread_mutex_unlock(&p->lock);
        t->run(p->app, t);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void pool_start(struct pool *p, struct app *app, unsigned threads)
{
    p->app = app;
    p->last = &p->first;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    p->count = threads > THREADS_MAX ? THREADS_MAX : threads;
    for (unsigned i = 0; i < p->count; i++) pthread_create(&p->threads[i], NULL, work, p);
}

static void pool_stop(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->count; i++) pthread_join(p->threads[i], NULL);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->wake);
}

enum st workers_start(struct app *app, const unsigned threads[WORKER_POOLS], struct err *e)
{
    struct workers *w = calloc(1, sizeof *w);
    if (!w) return err_fail(e, ST_NOMEM, "err.memory", "workers");
    for (size_t i = 0; i < WORKER_POOLS; i++) pool_start(&w->pools[i], app, threads[i]);
    app->workers = w;
    return ST_OK;
}

void workers_stop(struct app *app)
{
    struct workers *w = app->workers;
    if (!w) return;
    for (size_t i = 0; i < WORKER_POOLS; i++) pool_stop(&w->pools[i]);
    free(w);
    app->workers = NULL;
}

static void append(struct pool *p, struct task *t)
{
    t->next = NULL;
    *p->last = t;
    p->last = &t->next;
    p->waiting++;
    pthread_cond_signal(&p->wake);
}

enum st workers_submit(struct app *app, enum worker_pool pool, struct task *t, struct err *e)
{
    struct pool *p = &app->workers->pools[pool];
    pthread_mutex_lock(&p->lock);
    bool refuse = p->stopping || p->waiting >= WAITING_MAX;
    if (!refuse) append(p, t);
    pthread_mutex_unlock(&p->lock);
    return refuse ? err_fail(e, ST_BUSY, "err.busy", "too many requests wait") : ST_OK;
}

void workers_go_on(struct app *app, enum worker_pool pool, struct task *t)
{
    struct pool *p = &app->workers->pools[pool];
    pthread_mutex_lock(&p->lock);
    append(p, t);
    pthread_mutex_unlock(&p->lock);
}
