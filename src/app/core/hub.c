#include "core/hub.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RING = 4096, EVENT_BYTES = 600 };

struct event {
    int64_t id, learner_id;
    char *text;
    size_t n;
};

struct follower {
    struct follower *next;
    int64_t *learners; /* ordered */
    size_t n;
    hub_send *send;
    void *arg;
};

struct hub {
    pthread_mutex_t lock;
    int64_t last_id;
    struct event ring[RING];
    struct follower *first;
};

struct hub *hub_new(void)
{
    struct hub *h = calloc(1, sizeof *h);
    if (h) pthread_mutex_init(&h->lock, NULL);
    return h;
}

void hub_free(struct hub *h)
{
    if (!h) return;
    for (size_t i = 0; i < RING; i++) free(h->ring[i].text);
    while (h->first) {
        struct follower *f = h->first;
        h->first = f->next;
        free(f->learners);
        free(f);
    }
    pthread_mutex_destroy(&h->lock);
    free(h);
}

static int by_id(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

static bool follows(const struct follower *f, int64_t learner_id)
{
    return bsearch(&learner_id, f->learners, f->n, sizeof learner_id, by_id) != NULL;
}

void hub_publish(struct hub *h, int64_t learner_id, const char *event, const char *data)
{
    char text[EVENT_BYTES];
    pthread_mutex_lock(&h->lock);
    int64_t id = ++h->last_id;
    int n = snprintf(text, sizeof text, "id: %lld\nevent: %s\ndata: %s\n\n", (long long)id, event, data);
    if (n > 0 && n < EVENT_BYTES) {
        struct event *e = &h->ring[id % RING];
        free(e->text);
        *e = (struct event){id, learner_id, strdup(text), (size_t)n};
        for (struct follower *f = h->first; f; f = f->next)
            if (follows(f, learner_id)) f->send(f->arg, text, (size_t)n);
    }
    pthread_mutex_unlock(&h->lock);
}

void hub_publish_level(struct hub *h, int64_t learner_id, int64_t competency_id, enum level level)
{
    char data[200];
    snprintf(data, sizeof data,
             "{\"learner_id\":\"%lld\",\"competency_id\":\"%lld\",\"level\":\"%s\",\"level_number\":%d}",
             (long long)learner_id, (long long)competency_id, level_code(level), (int)level);
    hub_publish(h, learner_id, "cell", data);
}

enum st hub_join(struct hub *h, const int64_t *ids, size_t n, int64_t last_event_id, hub_send *send, void *arg)
{
    struct follower *f = calloc(1, sizeof *f);
    int64_t *copy = calloc(n + 1, sizeof *copy);
    if (!f || !copy) {
        free(f);
        free(copy);
        return ST_NOMEM;
    }
    if (n) memcpy(copy, ids, n * sizeof *copy);
    qsort(copy, n, sizeof *copy, by_id);
    *f = (struct follower){NULL, copy, n, send, arg};
    pthread_mutex_lock(&h->lock);
    /* Ids begin anew with the process: one from before it, or from too long ago, means "read the page again". */
    int64_t oldest = h->last_id > RING ? h->last_id - RING + 1 : 1;
    if (last_event_id && (last_event_id > h->last_id || last_event_id + 1 < oldest)) {
        static const char again[] = "event: reload\ndata: {}\n\n";
        send(arg, again, sizeof again - 1);
    } else if (last_event_id) {
        for (int64_t id = last_event_id + 1; id <= h->last_id; id++) {
            const struct event *e = &h->ring[id % RING];
            if (e->id == id && e->text && follows(f, e->learner_id)) send(arg, e->text, e->n);
        }
    }
    f->next = h->first;
    h->first = f;
    pthread_mutex_unlock(&h->lock);
    return ST_OK;
}

void hub_leave(struct hub *h, void *arg)
{
    pthread_mutex_lock(&h->lock);
    for (struct follower **p = &h->first; *p; p = &(*p)->next)
        if ((*p)->arg == arg) {
            struct follower *f = *p;
            *p = f->next;
            free(f->learners);
            free(f);
            break;
        }
    pthread_mutex_unlock(&h->lock);
}

void hub_heartbeat(struct hub *h)
{
    static const char beat[] = ": here\n\n";
    pthread_mutex_lock(&h->lock);
    for (struct follower *f = h->first; f; f = f->next) f->send(f->arg, beat, sizeof beat - 1);
    pthread_mutex_unlock(&h->lock);
}

void hub_close(struct hub *h, void (*end)(void *))
{
    pthread_mutex_lock(&h->lock);
    for (struct follower *f = h->first; f; f = f->next) end(f->arg);
    pthread_mutex_unlock(&h->lock);
}
