/* A school in one thread: the writer, its database and its rules as they are; the clock, the clients, the queue, the
 * faults and the restarts by chance from one seed. An oracle knows what was acknowledged and holds the database to
 * it. */
#ifndef SIM_H
#define SIM_H
#include <stdio.h>

#include "learning/answer.h"
#include "core/app.h"
#include "base/rng.h"
#include "policy/snapshot.h"

enum { SIM_LEARNERS = 7, SIM_BATCH = 256, SIM_RULES = 64, SIM_ITEMS = 8, SIM_SKILLS = 3 };

/* What a client may say under one client id. */
struct sim_body {
    int64_t item_id, variant;
    int32_t hints;
    double score;
    bool readable;
    char response[12];
};

/* A client id: what was first said, what the client knows, what the server has acknowledged. */
struct sim_answer {
    uint32_t learner;
    struct sim_body body;
    bool told; /* the reply arrived: the client forgets */
    /* the oracle's */
    int64_t evidence_id; /* 0: nothing is acknowledged */
    int64_t body_hash;
    struct sim_body kept;
    size_t model; /* in force when it was acknowledged */
};

struct sim_policy { /* as the oracle understands it */
    double secure_at, nearly_at;
    int32_t least;
    bool practice;
};

struct sim {
    uint64_t seed, trace;
    struct rng rng;
    int day;
    int64_t now_ms, floor_ms; /* no clock is set back behind a change of the rules */
    char dir[200], path[260];
    unsigned opened;
    struct db *db;
    struct conn *conn;
    struct app app;
    struct snapshot *snapshot;
    /* the oracle's */
    size_t count, cap, acknowledged;
    struct sim_answer *answers;
    int64_t last_id[SIM_LEARNERS];
    size_t model_count;
    struct {
        int64_t at_ms;
        struct bkt bkt;
    } models[SIM_RULES];
    struct sim_policy policy;
    struct {
        int64_t item_id;
        size_t count;
        int64_t skill[SIM_SKILLS];
    } items[SIM_ITEMS];
    size_t item_count;
    /* what happened, so that a test can see that it did */
    struct {
        long batches, answers, resent, conflicts, faults, failed, restarts, crashes, lost, unread, policies, models,
            jumps;
    } seen;
};

int64_t sim_learner_id(uint32_t learner);
/* Stops the test, and says how to repeat it. */
void sim_fail(const struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));
void sim_note(struct sim *s, uint64_t v); /* into the trace */

/* sim_world.c */
void sim_template(const char *path); /* a district with the small pack */
/* One world from its seed: days of it, then all clients are answered. Counts and trace are in *s. */
void sim_run(struct sim *s, const char *template, const char *dir, uint64_t seed, int days);

/* sim_oracle.c */
void sim_told(struct sim *s, const struct answer_cmd *c, size_t answer, const struct sim_body *b, bool fault);
void sim_check(struct sim *s); /* the database against the oracle */

#endif
