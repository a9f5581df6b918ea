#include "core/hub.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    uint64_t trusted; /* the generation in which the follower's rights were looked at */
    int64_t seen_id;  /* the last event that was sent, or was not for this follower */
    hub_send *send;
    void *arg;
};

struct staged {
    int64_t learner_id;
    char event[16];
    char *data;
};

struct hub {
    pthread_mutex_t lock;
    pthread_cond_t doubt;
    uint64_t generation;
    struct staged *staged; /* the writer's own */
    size_t staged_count, staged_cap;
    int64_t last_id;
    struct event ring[RING];
    struct follower *first;
};

struct hub *hub_new(void)
{
    struct hub *h = calloc(1, sizeof *h);
    if (h) {
        pthread_mutex_init(&h->lock, NULL);
        pthread_cond_init(&h->doubt, NULL);
        h->generation = 1;
    }
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
    hub_unstage(h, 0);
    free(h->staged);
    pthread_mutex_destroy(&h->lock);
    pthread_cond_destroy(&h->doubt);
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
        for (struct follower *f = h->first; f; f = f->next) {
            if (f->trusted != h->generation) continue; /* gets it from the ring when trusted again */
            if (follows(f, learner_id)) f->send(f->arg, text, (size_t)n);
            f->seen_id = id;
        }
    }
    pthread_mutex_unlock(&h->lock);
}

enum { LEVEL_BYTES = 200 };

static void write_level(char data[LEVEL_BYTES], int64_t learner_id, int64_t competency_id, enum level level)
{
    snprintf(data, LEVEL_BYTES,
             "{\"learner_id\":\"%lld\",\"competency_id\":\"%lld\",\"level\":\"%s\",\"level_number\":%d}",
             (long long)learner_id, (long long)competency_id, level_code(level), (int)level);
}

void hub_publish_level(struct hub *h, int64_t learner_id, int64_t competency_id, enum level level)
{
    char data[LEVEL_BYTES];
    write_level(data, learner_id, competency_id, level);
    hub_publish(h, learner_id, "cell", data);
}

void hub_stage(struct hub *h, int64_t learner_id, const char *event, const char *data)
{
    if (h->staged_count == h->staged_cap) {
        size_t cap = h->staged_cap ? 2 * h->staged_cap : 64;
        struct staged *more = realloc(h->staged, cap * sizeof *more);
        if (!more) return; /* a live view that misses an event shows it with the next page */
        h->staged = more;
        h->staged_cap = cap;
    }
    struct staged s = {.learner_id = learner_id, .data = strdup(data)};
    if (!s.data) return;
    snprintf(s.event, sizeof s.event, "%s", event);
    h->staged[h->staged_count++] = s;
}

void hub_stage_level(struct hub *h, int64_t learner_id, int64_t competency_id, enum level level)
{
    char data[LEVEL_BYTES];
    write_level(data, learner_id, competency_id, level);
    hub_stage(h, learner_id, "cell", data);
}

size_t hub_staged(const struct hub *h) { return h->staged_count; }

void hub_unstage(struct hub *h, size_t kept)
{
    while (h->staged_count > kept) free(h->staged[--h->staged_count].data);
}

void hub_publish_staged(struct hub *h)
{
    for (size_t i = 0; i < h->staged_count; i++)
        hub_publish(h, h->staged[i].learner_id, h->staged[i].event, h->staged[i].data);
    hub_unstage(h, 0);
}

/* Under the lock: events after seen_id, or "read the page again" when the ring has lost some. Ids begin anew with the
 * process, so one from before it is as good as lost. */
static void send_missed(struct hub *h, struct follower *f)
{
    int64_t oldest = h->last_id > RING ? h->last_id - RING + 1 : 1;
    if (f->seen_id > h->last_id || f->seen_id + 1 < oldest) {
        static const char again[] = "event: reload\ndata: {}\n\n";
        f->send(f->arg, again, sizeof again - 1);
    } else {
        for (int64_t id = f->seen_id + 1; id <= h->last_id; id++) {
            const struct event *e = &h->ring[id % RING];
            if (e->id == id && e->text && follows(f, e->learner_id)) f->send(f->arg, e->text, e->n);
        }
    }
    f->seen_id = h->last_id;
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
    pthread_mutex_lock(&h->lock);
    /* In doubt from the first: rights may have changed since the request was let in. */
    *f = (struct follower){.learners = copy, .n = n, .send = send, .arg = arg, .trusted = h->generation - 1};
    f->seen_id = last_event_id;
    pthread_cond_signal(&h->doubt);
    f->next = h->first;
    h->first = f;
    pthread_mutex_unlock(&h->lock);
    return ST_OK;
}

int64_t hub_last_id(struct hub *h)
{
    pthread_mutex_lock(&h->lock);
    int64_t id = h->last_id;
    pthread_mutex_unlock(&h->lock);
    return id;
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

void hub_doubt(struct hub *h)
{
    pthread_mutex_lock(&h->lock);
    h->generation++;
    if (h->first) pthread_cond_signal(&h->doubt);
    pthread_mutex_unlock(&h->lock);
}

static size_t take_doubted(struct hub *h, void (*hold)(void *arg), void **args, size_t most)
{
    size_t n = 0;
    for (struct follower *f = h->first; f && n < most; f = f->next)
        if (f->trusted != h->generation) {
            hold(f->arg);
            args[n++] = f->arg;
        }
    return n;
}

size_t hub_doubted(struct hub *h, int64_t wait_ms, void (*hold)(void *arg), void **args, size_t most,
                   uint64_t *generation)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += wait_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&h->lock);
    size_t n = take_doubted(h, hold, args, most);
    if (!n) {
        pthread_cond_clockwait(&h->doubt, &h->lock, CLOCK_MONOTONIC, &until);
        n = take_doubted(h, hold, args, most);
    }
    *generation = h->generation;
    pthread_mutex_unlock(&h->lock);
    return n;
}

static struct follower *find_follower(struct hub *h, const void *arg)
{
    struct follower *f = h->first;
    while (f && f->arg != arg) f = f->next;
    return f;
}

enum st hub_trust(struct hub *h, void *arg, uint64_t generation, const int64_t *ids, size_t n)
{
    int64_t *copy = calloc(n + 1, sizeof *copy);
    if (!copy) return ST_NOMEM;
    if (n) memcpy(copy, ids, n * sizeof *copy);
    qsort(copy, n, sizeof *copy, by_id);
    pthread_mutex_lock(&h->lock);
    struct follower *f = find_follower(h, arg);
    if (f && generation == h->generation) {
        int64_t *old = f->learners;
        f->learners = copy;
        f->n = n;
        f->trusted = generation;
        copy = old;
        send_missed(h, f);
    }
    pthread_mutex_unlock(&h->lock);
    free(copy);
    return ST_OK;
}

void hub_end(struct hub *h, void *arg, void (*end)(void *))
{
    pthread_mutex_lock(&h->lock);
    if (find_follower(h, arg)) end(arg);
    pthread_mutex_unlock(&h->lock);
}

void hub_heartbeat(struct hub *h)
{
    static const char beat[] = ": here\n\n";
    pthread_mutex_lock(&h->lock);
    for (struct follower *f = h->first; f; f = f->next)
        if (f->trusted == h->generation) f->send(f->arg, beat, sizeof beat - 1);
    pthread_mutex_unlock(&h->lock);
}

void hub_close(struct hub *h, void (*end)(void *))
{
    pthread_mutex_lock(&h->lock);
    for (struct follower *f = h->first; f; f = f->next) end(f->arg);
    pthread_mutex_unlock(&h->lock);
}
