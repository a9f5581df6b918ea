#include "gate/live.h"

#include <stdlib.h>

#include "classroom/class.h"
#include "core/hub.h"

/* Outlives the call: the stream goes on after it. */
struct live {
    struct app *app;
    struct http_stream *stream;
};

struct wanted {
    size_t n;
    int64_t last;
    int64_t *ids;
};

static void send_to(void *arg, const char *text, size_t n) { http_stream_send(((struct live *)arg)->stream, text, n); }
static void end_of(void *arg) { http_stream_end(((struct live *)arg)->stream); }

static void closed(void *arg, struct http_stream *s)
{
    struct live *l = arg;
    (void)s;
    hub_leave(l->app->hub, l);
    free(l);
}

static void start(struct call *c)
{
    static const char hello[] = "retry: 3000\n: here\n\n";
    const struct wanted *w = c->stream_arg;
    struct live *l = calloc(1, sizeof *l);
    if (!l) return; /* no reply: the server says 500 */
    l->app = c->app;
    l->stream = http_stream(c->http, closed, l);
    if (!l->stream) {
        free(l);
        return;
    }
    http_stream_send(l->stream, hello, sizeof hello - 1);
    if (hub_join(c->app->hub, w->ids, w->n, w->last, send_to, l) != ST_OK) http_stream_end(l->stream);
}

enum st gate_live(struct call *c, struct err *e)
{
    struct class_view v;
    struct wanted *w;
    const char *last = http_header_in(c->http, "Last-Event-ID");
    TRY(class_view(c->app, c->snapshot, &c->tx, c->arena, &c->class_, &v, e));
    TRY(call_alloc(c, sizeof *w, (void **)&w, e));
    TRY(call_alloc(c, (v.learner_count + 1) * sizeof *w->ids, (void **)&w->ids, e));
    for (; w->n < v.learner_count; w->n++) w->ids[w->n] = v.learners[w->n].learner_id;
    if (last && !parse_i64(last, &w->last)) w->last = 0;
    c->stream = start;
    c->stream_arg = w;
    return ST_OK;
}

void gate_live_close(struct app *app) { hub_close(app->hub, end_of); }
