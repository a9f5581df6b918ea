/* The one writer: takes all commands that wait, runs them in one transaction, and tells each when it is on disk.
 *
 *   submit() --queue--> [take all] -> BEGIN -> answers: load, fold, write -> others: savepoint, run -> COMMIT -> done()
 *
 * Invariants
 *  1. done() is called exactly once for each accepted command, after the commit that holds it (or its failure).
 *  2. No timer and no waiting window: while one batch syncs, the next gathers.
 *  3. When a batch fails as a whole, its commands run again one by one, so that one bad command costs no other its
 *     place; what then fails has left nothing.
 *  4. The queue is bounded: a full queue refuses with ST_BUSY and nothing is kept.
 */
#ifndef APP_WRITER_H
#define APP_WRITER_H
#include "app/app.h"
#include "base/err.h"

struct batch;

struct command {
    struct command *next;
    /* Inside a transaction; no other I/O. NULL for answers, which run as a set. */
    enum st (*run)(struct app *app, struct tx *tx, struct command *c, struct err *e);
    void (*done)(struct command *c);
    void *done_arg;
    bool is_answer; /* struct answer_cmd */
    bool bulk;      /* behind what people wait for */
    /* changes neither who people are nor what they have shown: what the program remembers stays good */
    bool leaves_memory;
    enum st st; /* set before done() */
    struct err err;
};

enum st writer_start(struct app *app, struct err *e) WARN_UNUSED;
void writer_stop(struct app *app); /* finishes what was accepted */
/* The command must stay alive until done(). ST_BUSY: the queue is full. */
enum st writer_submit(struct app *app, struct command *c, struct err *e) WARN_UNUSED;
/* Submit and wait: for the command line, tests and workers, never on an HTTP thread. */
enum st writer_run(struct app *app, struct command *c, struct err *e) WARN_UNUSED;
/* One batch of commands in the calling thread: what the writer's thread does, without a thread (simulation, tests). */
void writer_batch(struct app *app, struct conn *conn, struct command *first);

#endif
