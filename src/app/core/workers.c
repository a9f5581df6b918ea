#include "core/workers.h"

#include <stdlib.h>

enum { THREADS_MAX = 32, WAITING_MAX = 2048 };

struct workers {
    struct app *app;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct job *first, **last;
    size_t waiting;
    bool stopping;
    unsigned count;
    pthread_t threads[THREADS_MAX];
};

static void *work(void *arg)
{
    struct workers *w = arg;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->first && !w->stopping) pthread_cond_wait(&w->wake, &w->lock);
        struct job *j = w->first;
        if (!j) break;
        w->first = j->next;
        if (!w->first) w->last = &w->first;
        w->waiting--;
        pthread_mutex_unlock(&w->lock);
        j->run(w->app, j);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

enum st workers_start(struct app *app, unsigned threads, struct err *e)
{
    struct workers *w = calloc(1, sizeof *w);
    if (!w) return err_fail(e, ST_NOMEM, "err.memory", "workers");
    w->app = app;
    w->last = &w->first;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    w->count = threads > THREADS_MAX ? THREADS_MAX : threads;
    for (unsigned i = 0; i < w->count; i++) pthread_create(&w->threads[i], NULL, work, w);
    app->workers = w;
    return ST_OK;
}

void workers_stop(struct app *app)
{
    struct workers *w = app->workers;
    if (!w) return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->count; i++) pthread_join(w->threads[i], NULL);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->wake);
    free(w);
    app->workers = NULL;
}

enum st workers_submit(struct app *app, struct job *j, struct err *e)
{
    struct workers *w = app->workers;
    pthread_mutex_lock(&w->lock);
    bool refuse = w->stopping || w->waiting >= WAITING_MAX;
    if (!refuse) {
        j->next = NULL;
        *w->last = j;
        w->last = &j->next;
        w->waiting++;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    return refuse ? err_fail(e, ST_BUSY, "err.busy", "too many requests wait") : ST_OK;
}
