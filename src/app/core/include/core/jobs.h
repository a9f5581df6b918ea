/* Work beside the server: one at a time over all processes, by a lease that runs out; each run is kept with how it
 * ended. */
#ifndef CORE_JOBS_H
#define CORE_JOBS_H
#include "core/app.h"

enum { JOB_LEASE_MS = 3 * 60000 };

extern const char job_refit[], job_retention[]; /* the jobs' names */

struct job {
    struct app *app;
    struct conn *conn; /* for writing; the caller's */
    const char *name;  /* static */
    int64_t run_id, district_id;
};

/* Takes the lease and writes that a run began. ST_DENIED "job.running": another process is at it. */
enum st job_begin(struct job *j, struct app *app, struct conn *c, const char *name, bool nightly, int32_t school_date,
                  struct err *e) WARN_UNUSED;
/* Still at it: another JOB_LEASE_MS. ST_CONFLICT: another process has taken over. */
enum st job_keep(struct job *j, struct err *e) WARN_UNUSED;
/* The same within a transaction of the caller's: what it writes then stands only if nobody has taken over. */
enum st job_hold(struct job *j, struct tx *tx, struct err *e) WARN_UNUSED;
/* For what is not the job itself but writes what it writes: until the transaction ends no job_hold of another one
 * returns. First in the transaction, so that what is read after it is what stands. */
enum st job_lock(struct tx *tx, const char *name, struct err *e) WARN_UNUSED;
/* outcome: done, failed or stopped. Gives the lease back. */
enum st job_end(struct job *j, const char *outcome, const char *detail, struct err *e) WARN_UNUSED;

struct job_night {
    int64_t runs, done, ended_ms; /* of the server's own, that night; when the last one ended, 0: none did */
};
enum st job_night(struct tx *tx, const char *name, int32_t school_date, struct job_night *out,
                  struct err *e) WARN_UNUSED;

#endif
