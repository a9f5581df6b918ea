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
#ifndef CORE_WRITER_H
#define CORE_WRITER_H
#include "core/app.h"
#include "base/err.h"

struct command;
/* Commands of one kind that run as a set, before the others of their batch: answers. */
struct command_set {
    /* Inside the transaction; sets each command's status. A failure is the whole batch's. */
    enum st (*run)(struct app *app, struct tx *tx, struct command **cmds, size_t n, struct err *e);
    /* After the commit, before done(): tells live views what the command changed. Only where it succeeded. */
    void (*publish)(struct app *app, const struct command *c);
};

struct command {
    struct command *next;
    /* Inside a transaction; no other I/O, and live views are told by hub_stage(). NULL where the command runs in a
     * set. */
    enum st (*run)(struct app *app, struct tx *tx, struct command *c, struct err *e);
    void (*done)(struct command *c);
    void *done_arg;
    const struct command_set *set; /* NULL: runs alone, in a savepoint */
    bool bulk;                     /* behind what people wait for */
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
