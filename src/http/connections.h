/* Open connections, and the sweeper that shuts those whose request is slow to arrive: the library's own timeout counts
 * from the last byte, so that a byte a second would hold a connection for ever. */
#ifndef HTTP_CONNECTIONS_H
#define HTTP_CONNECTIONS_H
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct connection {
    struct connection *next, *prev;
    int fd;
    int64_t waiting_since_us; /* for a request to be whole; 0 while one is being answered */
};

struct connections {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct connection *first;
    pthread_t sweeper;
    bool stopping;
    int64_t limit_us;
};

void connections_start(struct connections *cs, unsigned seconds);
void connections_stop(struct connections *cs);
struct connection *connections_add(struct connections *cs, int fd);
void connections_remove(struct connections *cs, struct connection *c);
void connections_mark(struct connections *cs, struct connection *c, bool waiting);

#endif
