/* The world around the writer: clients that resend, a clock that jumps, a disk that refuses, an office that changes the
 * rules, a machine that starts again. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "start/app_start.h"
#include "import/import.h"
#include "derive/rebuild.h"
#include "base/fault.h"
#include "interop/report.h"
#include "sim.h"
#include "unit.h"
#include "policy/snapshot.h"
#include "store/sql/answer.h"
#include "store/sql/identity.h"

enum { DISTRICT = 77, HOUR_MS = 3600000, ROUND_BYTES = 16 << 20 };
static const int64_t begin_ms = 1790000000000; /* in 2026 */

/* One command on its way. */
struct turn {
    struct answer_cmd cmd;
    size_t answer;
    struct sim_body body;
    char client_id[24];
    int done;
};

int64_t sim_learner_id(uint32_t learner) { return 1001 + learner; }
void sim_note(struct sim *s, uint64_t v) { s->trace = hash_mix(s->trace, v); }

void sim_fail(const struct sim *s, const char *fmt, ...)
{
    char words[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    fault_disarm();
    fail_msg("day %d: %s\nrepeat with WAYMARK_SIM_SEED=%llu WAYMARK_SIM_DAYS=1", s->day, words,
             (unsigned long long)s->seed);
    abort(); /* not reached: the line before leaves the test */
}

static bool chance(struct sim *s, uint32_t of_a_hundred) { return rng_below(&s->rng, 100) < of_a_hundred; }
static int64_t sim_clock(void *ctx) { return ((struct sim *)ctx)->now_ms; }

static void must(const struct sim *s, enum st st, const struct err *e)
{
    if (st != ST_OK) sim_fail(s, "%s", e->detail);
}

/* --- a district to begin with --- */

static enum st end(struct tx *tx, enum st st, struct err *e)
{
    if (st == ST_OK) return tx_commit(tx, e);
    tx_rollback(tx);
    return st;
}

static enum st write_district(struct conn *c, struct err *e)
{
    struct tx *tx;
    TRY(tx_write(c, DISTRICT, &tx, e));
    return end(tx,
               sql_district_insert(
                   tx, &(struct sql_district_insert_in){.name = "Invented", .host = "", .created_at_ms = 1}, NULL, e),
               e);
}

static enum st write_policy(struct conn *c, int64_t id, const char *doc, int64_t at_ms, struct err *e)
{
    struct tx *tx;
    TRY(tx_write(c, DISTRICT, &tx, e));
    return end(tx,
               sql_policy_insert(tx,
                                 &(struct sql_policy_insert_in){.policy_id = id,
                                                                .scope = "district",
                                                                .doc = doc,
                                                                .effective_at_ms = at_ms,
                                                                .recorded_at_ms = at_ms,
                                                                .reason = "a test"},
                                 NULL, e),
               e);
}

static enum st write_model(struct conn *c, int64_t id, const struct bkt *m, int64_t at_ms, struct err *e)
{
    char doc[200];
    snprintf(doc, sizeof doc, "{\"default\":{\"prior\":%.17g,\"learn\":%.17g,\"guess\":%.17g,\"slip\":%.17g}}",
             m->prior, m->learn, m->guess, m->slip);
    struct tx *tx;
    TRY(tx_write(c, DISTRICT, &tx, e));
    return end(tx,
               sql_model_insert(
                   tx,
                   &(struct sql_model_insert_in){
                       .model_id = id, .kind = "bkt", .doc = doc, .effective_at_ms = at_ms, .recorded_at_ms = at_ms},
                   NULL, e),
               e);
}

static const struct bkt first_model = {0.3, 0.15, 0.2, 0.1};

void sim_template(const char *path)
{
    struct sim s = {.now_ms = begin_ms};
    struct err e = {0};
    struct arena a;
    struct import_report r;
    struct import_options o = {.close_share = -1};
    int applied, frames, left;
    must(&s, db_open(path, &s.db, &e), &e);
    must(&s, db_migrate(s.db, 1, &applied, &e), &e);
    must(&s, conn_open(s.db, CONN_WRITE, &s.conn, &e), &e);
    must(&s, write_district(s.conn, &e), &e);
    must(&s, write_policy(s.conn, 1, "{}", 0, &e), &e);
    must(&s, write_model(s.conn, 1, &first_model, 0, &e), &e);
    must(&s, app_init(&s.app, s.db, (struct clock){.now_ms = sim_clock, .ctx = &s}, NULL, &e), &e);
    s.app.ids.node = 1;
    must(&s, snapshot_reload(&s.app, s.conn, &e), &e);
    arena_init(&a, 256u << 20);
    report_init(&r, &a);
    must(&s, app_import(&s.app, s.conn, "pack", FIXTURES "/pack-small", &o, &r, &e), &e);
    arena_release(&a);
    must(&s, conn_checkpoint(s.conn, &frames, &left, &e), &e);
    conn_close(s.conn);
    app_release(&s.app);
    db_close(s.db);
}

/* --- the machine --- */

static void copy_file(const struct sim *s, const char *from, const char *to, size_t garbage)
{
    char buffer[1 << 14];
    FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
    size_t n;
    if (!in) return; /* no log: nothing to copy */
    if (!out) sim_fail(s, "cannot write %s", to);
    while ((n = fread(buffer, 1, sizeof buffer, in)) > 0) fwrite(buffer, 1, n, out);
    memset(buffer, 0xa5, sizeof buffer);
    fwrite(buffer, 1, garbage, out);
    fclose(in);
    if (fclose(out) != 0) sim_fail(s, "cannot write %s", to);
}

static void remove_db(const char *path)
{
    char name[300];
    static const char *const parts[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, parts[i]);
        unlink(name);
    }
}

static void hold(struct sim *s)
{
    if (s->snapshot) snapshot_drop(s->snapshot);
    s->snapshot = snapshot_hold(&s->app);
}

static void start(struct sim *s)
{
    struct err e = {0};
    must(s, db_open(s->path, &s->db, &e), &e);
    must(s, db_schema_check(s->db, &e), &e);
    must(s, conn_open(s->db, CONN_WRITE, &s->conn, &e), &e);
    must(s, app_init(&s->app, s->db, (struct clock){.now_ms = sim_clock, .ctx = s}, NULL, &e), &e);
    s->app.ids.node = s->app.fact_ids.node = rng_below(&s->rng, 1024);
    must(s, snapshot_reload(&s->app, s->conn, &e), &e);
    hold(s);
}

static void stop(struct sim *s)
{
    snapshot_drop(s->snapshot);
    s->snapshot = NULL;
    conn_close(s->conn);
    app_release(&s->app);
    db_close(s->db);
}

/* Ended in order, or as when the power goes: what is on disk now, with half of a write behind it. */
static void restart(struct sim *s)
{
    bool crash = chance(s, 60);
    char next[260], from[300], to[300];
    if (crash) {
        snprintf(next, sizeof next, "%s/w%u.db", s->dir, ++s->opened);
        copy_file(s, s->path, next, 0);
        snprintf(from, sizeof from, "%s-wal", s->path);
        snprintf(to, sizeof to, "%s-wal", next);
        copy_file(s, from, to, chance(s, 50) ? rng_below(&s->rng, 9000) : 0);
    }
    stop(s);
    if (crash) {
        remove_db(s->path);
        snprintf(s->path, sizeof s->path, "%s", next);
        s->seen.crashes++;
    }
    s->seen.restarts++;
    start(s);
}

static void know_items(struct sim *s)
{
    const struct catalogue *c = &s->snapshot->catalogue;
    for (size_t i = 0; i < c->item_count && i < SIM_ITEMS; i++) {
        s->items[i].item_id = c->items[i].item_id;
        s->items[i].count = c->items[i].competency_count;
        for (size_t k = 0; k < s->items[i].count; k++) s->items[i].skill[k] = c->items[i].competency_ids[k];
        s->item_count++;
    }
    assert_int_equal(s->item_count, 6);
}

/* --- the office --- */

static void new_policy(struct sim *s)
{
    struct sim_policy p;
    p.secure_at = 0.8 + 0.19 * rng_unit(&s->rng);
    p.nearly_at = 0.4 + 0.4 * rng_unit(&s->rng);
    p.least = (int32_t)(1 + rng_below(&s->rng, 8));
    p.practice = chance(s, 50);
    struct rebuild_report r;
    struct err e = {0};
    char doc[200];
    snprintf(doc, sizeof doc,
             "{\"mastery\":{\"secure_at\":%.17g,\"nearly_at\":%.17g,\"least_evidence\":%d,\"after_hint\":\"%s\"}}",
             p.secure_at, p.nearly_at, p.least, p.practice ? "practice" : "not_alone");
    must(s, write_policy(s->conn, app_id(&s->app), doc, s->now_ms, &e), &e);
    must(s, snapshot_refresh(&s->app, s->conn, &e), &e);
    hold(s);
    /* Levels follow the rules in force: what was derived under the old ones is made again. */
    must(s, rebuild(&s->app, s->conn, REBUILD_WRITE, &r, &e), &e);
    s->policy = p;
    s->floor_ms = s->now_ms;
    s->seen.policies++;
}

/* Parameters in force from now on: facts name theirs, and nothing is made again. */
static void new_model(struct sim *s)
{
    struct bkt m;
    m.prior = 0.1 + 0.4 * rng_unit(&s->rng);
    m.learn = 0.05 + 0.2 * rng_unit(&s->rng);
    m.guess = 0.05 + 0.3 * rng_unit(&s->rng);
    m.slip = 0.05 + 0.2 * rng_unit(&s->rng);
    struct err e = {0};
    if (s->model_count == SIM_RULES || s->models[s->model_count - 1].at_ms >= s->now_ms) return;
    must(s, write_model(s->conn, app_id(&s->app), &m, s->now_ms, &e), &e);
    must(s, snapshot_refresh(&s->app, s->conn, &e), &e);
    hold(s);
    s->models[s->model_count].at_ms = s->now_ms;
    s->models[s->model_count++].bkt = m;
    s->seen.models++;
}

/* --- the clients --- */

static struct sim_body invent_body(struct sim *s)
{
    struct sim_body b = {0}; /* one draw a statement: the same days from every compiler */
    b.item_id = s->items[rng_below(&s->rng, (uint32_t)s->item_count)].item_id;
    b.variant = rng_below(&s->rng, 12);
    if (chance(s, 20)) b.hints = 1 + (int32_t)rng_below(&s->rng, 3);
    b.readable = !chance(s, 7);
    b.score = b.readable && chance(s, 60) ? 1 : 0;
    snprintf(b.response, sizeof b.response, "\"%s%u\"", b.readable ? b.score > 0 ? "" : "-" : "about ",
             rng_below(&s->rng, 50));
    return b;
}

static size_t new_answer(struct sim *s)
{
    if (s->count == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 1024;
        s->answers = realloc(s->answers, s->cap * sizeof *s->answers);
        assert_non_null(s->answers);
    }
    struct sim_answer *a = &s->answers[s->count];
    *a = (struct sim_answer){.learner = rng_below(&s->rng, SIM_LEARNERS)};
    a->body = invent_body(s);
    s->seen.answers++;
    return s->count++;
}

/* Of the latest ones, one whose client waits for its reply still. */
static bool find_waiting(struct sim *s, size_t *at)
{
    for (size_t tries = 0; tries < 30 && s->count; tries++) {
        size_t back = rng_below(&s->rng, s->count < 600 ? (uint32_t)s->count : 600);
        *at = s->count - 1 - back;
        if (!s->answers[*at].told) return true;
    }
    return false;
}

static void choose(struct sim *s, struct turn *turns, size_t i)
{
    struct turn *t = &turns[i];
    uint32_t what = rng_below(&s->rng, 100);
    size_t at;
    if (what < 62 || !s->count) {
        t->answer = new_answer(s);
    } else if (what < 78) {
        t->answer = find_waiting(s, &at) ? at : new_answer(s);
    } else if (what < 94 || !i) {
        t->answer = rng_below(&s->rng, (uint32_t)s->count);
    } else {
        t->answer = turns[i - 1].answer;
    }
    t->body = s->answers[t->answer].body;
    if (what >= 86) t->body = invent_body(s); /* the same id, and something else said */
}

static int64_t hash_of(const struct sim_body *b)
{
    return answer_body_hash(b->item_id, b->variant, b->response, b->hints);
}

static void fill(struct sim *s, struct arena *a, struct turn *t)
{
    snprintf(t->client_id, sizeof t->client_id, "sim-%08zu", t->answer);
    t->cmd.snapshot = s->snapshot;
    t->cmd.arena = a;
    t->cmd.learner_id = sim_learner_id(s->answers[t->answer].learner);
    t->cmd.client_id = t->client_id;
    t->cmd.item = catalogue_item(&s->snapshot->catalogue, t->body.item_id);
    t->cmd.item_version = t->cmd.item->version;
    t->cmd.variant = t->body.variant;
    t->cmd.response = t->body.response;
    t->cmd.score = t->body.score;
    t->cmd.hints = t->body.hints;
    t->cmd.readable = t->body.readable;
    t->cmd.took_ms = rng_below(&s->rng, 60000);
    t->cmd.answered_at_ms = s->now_ms - (int64_t)rng_below(&s->rng, 10 * HOUR_MS) + HOUR_MS; /* some clocks are ahead */
    t->cmd.body_hash = hash_of(&t->body);
}

static void count_done(struct command *c) { ((struct turn *)c->done_arg)->done++; }

/* A batch through the writer, perhaps with a fault; every command comes back once. */
static void run_batch(struct sim *s, struct turn *turns, size_t n, bool calm)
{
    struct arena a;
    bool fired = false;
    arena_init(&a, ROUND_BYTES);
    for (size_t i = 0; i < n; i++) {
        turns[i].done = 0;
        turns[i].cmd = (struct answer_cmd){.command = {.set = &answer_set,
                                                       .done = count_done,
                                                       .done_arg = &turns[i],
                                                       .next = i + 1 < n ? &turns[i + 1].cmd.command : NULL}};
        fill(s, &a, &turns[i]);
    }
    if (!calm && chance(s, 30)) {
        static const enum fault_kind kinds[] = {FAULT_COMMIT, FAULT_STMT, FAULT_ALLOC};
        enum fault_kind kind = kinds[rng_below(&s->rng, 3)];
        uint32_t at = kind == FAULT_COMMIT ? rng_below(&s->rng, 2) : rng_below(&s->rng, 12 + (uint32_t)n * 6);
        long times = chance(s, 50) ? 1 : 1 + (long)rng_below(&s->rng, (uint32_t)n * 3 + 4);
        fault_arm_times(kind, at, times);
        sim_note(s, kind);
    }
    writer_batch(&s->app, s->conn, &turns[0].cmd.command);
    fired = fault_disarm();
    s->seen.faults += fired;
    s->seen.batches++;
    sim_note(s, n);
    sim_note(s, (uint64_t)s->now_ms);
    bool lost = !calm && chance(s, 6);
    for (size_t i = 0; i < n; i++) {
        struct turn *t = &turns[i];
        if (t->done != 1) sim_fail(s, "answer %zu was told %d times", t->answer, t->done);
        sim_told(s, &t->cmd, t->answer, &t->body, fired);
        bool arrives = !lost && (calm || !chance(s, 8));
        s->seen.lost += !arrives;
        bool its_own = t->cmd.body_hash == hash_of(&s->answers[t->answer].body);
        if (arrives && its_own && (t->cmd.command.st == ST_OK || t->cmd.command.st == ST_CONFLICT))
            s->answers[t->answer].told = true;
    }
    arena_release(&a);
}

static size_t batch_size(struct sim *s)
{
    uint32_t kind = rng_below(&s->rng, 40);
    return kind < 24       ? 1 + rng_below(&s->rng, 6)
           : kind < 39     ? 1 + rng_below(&s->rng, 40)
           : chance(s, 50) ? SIM_BATCH
                           : 1 + rng_below(&s->rng, SIM_BATCH);
}

static void time_passes(struct sim *s)
{
    s->now_ms += rng_below(&s->rng, 20) ? rng_below(&s->rng, HOUR_MS) : 0;
    if (!chance(s, 8)) return;
    int64_t jump = chance(s, 50) ? rng_below(&s->rng, 72 * HOUR_MS) : -(int64_t)rng_below(&s->rng, 30 * HOUR_MS);
    s->now_ms += jump;
    if (s->now_ms < s->floor_ms) s->now_ms = s->floor_ms;
    s->seen.jumps++;
}

static void one_day(struct sim *s, struct turn *turns)
{
    struct err e = {0};
    int frames, left, rounds = 2 + (int)rng_below(&s->rng, 7);
    for (int i = 0; i < rounds; i++) {
        size_t n = batch_size(s);
        for (size_t k = 0; k < n; k++) choose(s, turns, k);
        run_batch(s, turns, n, false);
        time_passes(s);
        if (chance(s, 6)) restart(s);
        if (chance(s, 3)) new_policy(s);
        if (chance(s, 3)) new_model(s);
    }
    if (chance(s, 40)) must(s, conn_checkpoint(s->conn, &frames, &left, &e), &e);
    sim_check(s);
}

/* In the end every client that still waits asks again until it is told. */
static void answer_all(struct sim *s, struct turn *turns)
{
    size_t n = 0;
    for (size_t i = 0; i <= s->count; i++) {
        if (n == SIM_BATCH || (i == s->count && n)) {
            run_batch(s, turns, n, true);
            n = 0;
        }
        if (i == s->count || s->answers[i].told) continue;
        turns[n].answer = i;
        turns[n++].body = s->answers[i].body;
    }
    for (size_t i = 0; i < s->count; i++)
        if (!s->answers[i].told || (s->answers[i].body.readable && !s->answers[i].evidence_id))
            sim_fail(s, "answer %zu was never kept", i);
    sim_check(s);
}

void sim_run(struct sim *s, const char *template, const char *dir, uint64_t seed, int days)
{
    *s = (struct sim){.seed = seed,
                      .trace = seed,
                      .now_ms = begin_ms + 24 * HOUR_MS,
                      .floor_ms = begin_ms,
                      .policy = {0.95, 0.80, 4, true},
                      .model_count = 1};
    struct turn *turns = calloc(SIM_BATCH, sizeof *turns);
    assert_non_null(turns);
    rng_seed(&s->rng, seed);
    s->models[0].bkt = first_model;
    snprintf(s->dir, sizeof s->dir, "%s", dir);
    snprintf(s->path, sizeof s->path, "%s/w0.db", dir);
    copy_file(s, template, s->path, 0);
    start(s);
    know_items(s);
    for (s->day = 1; s->day <= days; s->day++) one_day(s, turns);
    answer_all(s, turns);
    stop(s);
    remove_db(s->path);
    free(turns);
    free(s->answers);
    s->answers = NULL;
}
