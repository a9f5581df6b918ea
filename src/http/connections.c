#include "connections.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"

static void *sweep(void *arg)
{
    struct connections *cs = arg;
    pthread_mutex_lock(&cs->lock);
    while (!cs->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += 1;
        pthread_cond_clockwait(&cs->wake, &cs->lock, CLOCK_MONOTONIC, &until);
        int64_t now = clock_mono_us();
        for (struct connection *c = cs->first; c; c = c->next)
            if (c->waiting_since_us && now - c->waiting_since_us > cs->limit_us) shutdown(c->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&cs->lock);
    return NULL;
}

void connections_start(struct connections *cs, unsigned seconds)
{
    *cs = (struct connections){.limit_us = (int64_t)seconds * 1000000};
    pthread_mutex_init(&cs->lock, NULL);
    pthread_cond_init(&cs->wake, NULL);
    pthread_create(&cs->sweeper, NULL, sweep, cs);
}

void connections_stop(struct connections *cs)
{
    pthread_mutex_lock(&cs->lock);
    cs->stopping = true;
    pthread_cond_signal(&cs->wake);
    pthread_mutex_unlock(&cs->lock);
    pthread_join(cs->sweeper, NULL);
    pthread_mutex_destroy(&cs->lock);
    pthread_cond_destroy(&cs->wake);
}

struct connection *connections_add(struct connections *cs, int fd)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->fd = fd;
    c->waiting_since_us = clock_mono_us();
    pthread_mutex_lock(&cs->lock);
    c->next = cs->first;
    if (c->next) c->next->prev = c;
    cs->first = c;
    pthread_mutex_unlock(&cs->lock);
    return c;
}

void connections_remove(struct connections *cs, struct connection *c)
{
    pthread_mutex_lock(&cs->lock);
    if (c->prev) c->prev->next = c->next;
    else cs->first = c->next;
    if (c->next) c->next->prev = c->prev;
    pthread_mutex_unlock(&cs->lock);
    free(c);
}

void connections_mark(struct connections *cs, struct connection *c, bool waiting)
{
    /* Only the connection's own thread writes; the sweeper may read a moment late, which is harmless. */
    (void)cs;
    if (!c) return;
    int64_t v = waiting ? clock_mono_us() : 0;
    __atomic_store_n(&c->waiting_since_us, v, __ATOMIC_RELAXED);
}
