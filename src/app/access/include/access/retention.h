/* What stays for a time only, deleted when its time is over (docs/data-inventory.md): work under way on a question,
 * sessions, API tokens, failures to sign in. In slices of a transaction each, so that nobody waits for it. */
#ifndef ACCESS_RETENTION_H
#define ACCESS_RETENTION_H
#include "base/text.h"
#include "core/jobs.h"

enum { RETENTION_KINDS = 4 };
struct retention {
    struct retention_kind {
        const char *table;
        int64_t due, deleted; /* rows whose time was over when it began; those deleted */
    } kinds[RETENTION_KINDS];
};

/* A job of its own (core/jobs.h), kept with what it did; a dry run only counts, and leaves no trace.
 * err ST_DENIED job.running */
enum st retention_run(struct app *app, struct conn *c, bool dry, bool nightly, int32_t school_date,
                      struct retention *out, struct err *e) WARN_UNUSED;
/* "session 12 of 12, api_token 0 of 0" */
void retention_words(struct text *t, const struct retention *r);

#endif
