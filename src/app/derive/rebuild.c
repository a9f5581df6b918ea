#include "derive/rebuild.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "learning/learner_state.h"
#include "base/id.h"
#include "learning/derived.h"
#include "policy/snapshot.h"
#include "learning/state_cache.h"
#include "learning/folding.h"
#include "store/sql/answer.h"

enum { SLICE_BESIDE = 20 }; /* beside answers that wait for the same lock */

static bool same_rows(const struct mastery_row *a, const struct mastery_row *b)
{
    return a->competency_id == b->competency_id && memcmp(&a->p_known, &b->p_known, sizeof a->p_known) == 0 &&
           a->level == b->level && a->evidence_count == b->evidence_count && a->alone_count == b->alone_count &&
           a->right_count == b->right_count && a->last_evidence_id == b->last_evidence_id &&
           a->policy_id == b->policy_id && a->model_id == b->model_id;
}

/* Is the stored state what the facts up to its last one give? It may be some facts behind
 * (learning/learner_state.h). */
static enum st same_state(const struct snapshot *s, struct arena *a, const struct policy *policy,
                          const struct state_row *stored, const struct derived *d, bool *same, struct err *e)
{
    struct learner_state at = {0}, then = {0};
    const void *bytes = d->bytes;
    size_t n = d->n, k = d->facts;
    *same = !stored->version && d->facts == 0;
    if (!stored->version || state_decode(a, stored->state, stored->n, &at) != ST_OK) return ST_OK;
    while (k && d->list[k - 1].evidence_id > at.last_evidence_id) k--;
    if (d->facts - k >= STATE_BEHIND_MAX) return ST_OK;
    if (k < d->facts) {
        TRY(facts_fold(&s->policy_index, &s->catalogue, policy, a, d->list, k, &then, NULL, NULL, e));
        if (state_encode(a, &then, &bytes, &n) != ST_OK) return err_fail(e, ST_NOMEM, "err.memory", "rebuild");
    }
    *same = stored->n == n && memcmp(stored->state, bytes, n) == 0;
    return ST_OK;
}

/* What all learners of one run share. */
struct run {
    struct snapshot *s;
    enum rebuild_mode mode;
    int64_t at_ms;
    size_t slice;            /* learners a transaction */
    const atomic_bool *stop; /* NULL: to the end */
    struct rebuild_report *out;
};

static enum st policy_for(const struct run *r, struct tx *tx, int64_t learner_id, const struct policy **out,
                          struct err *e)
{
    const struct policy_effective *v;
    TRY(policy_for_learners_school(&r->s->policy_index, tx, learner_id, r->at_ms, &v, e));
    *out = &v->policy;
    return ST_OK;
}

static enum st one(struct run *r, struct tx *tx, int64_t learner_id, struct err *e)
{
    struct arena a;
    struct derived d = {0};
    struct state_row stored;
    struct mastery_row *rows;
    const struct policy *policy = NULL;
    struct rebuild_report *out = r->out;
    size_t n = 0;
    arena_init(&a, LEARNER_BYTES);
    /* Taken before the facts are read: an answer that comes meanwhile waits, and is not written over. */
    enum st st = r->mode == REBUILD_WRITE ? state_take(tx, &a, learner_id, &stored, e)
                                          : state_get(tx, &a, learner_id, &stored, e);
    if (st == ST_OK) st = policy_for(r, tx, learner_id, &policy, e);
    if (st == ST_OK) st = derive(r->s, tx, &a, learner_id, policy, INT64_MAX, &d, e);
    if (st == ST_OK) st = mastery_list(tx, &a, learner_id, &rows, &n, e);
    if (st != ST_OK) goto out;
    out->learners++;
    out->facts += (int64_t)d.facts;
    out->read_us += d.took.read_us;
    out->fold_us += d.took.fold_us;
    bool state_same = false;
    st = same_state(r->s, &a, policy, &stored, &d, &state_same, e);
    if (st != ST_OK) goto out;
    int64_t differed = n > d.row_count ? (int64_t)(n - d.row_count) : 0;
    for (size_t i = 0; i < d.row_count; i++) {
        bool same = false;
        for (size_t k = 0; k < n && !same; k++) same = same_rows(&rows[k], &d.rows[i]);
        differed += !same;
    }
    bool history_same = true;
    st = r->mode == REBUILD_WRITE ? history_keep(tx, &a, learner_id, d.list, d.facts, &history_same, e)
                                  : history_check(tx, &a, learner_id, d.list, d.facts, &history_same, e);
    if (st != ST_OK) goto out;
    out->histories_differed += !history_same;
    out->states_differed += !state_same;
    out->rows_differed += differed;
    if (r->mode == REBUILD_WRITE && (!state_same || differed)) {
        st = sql_mastery_delete(tx, learner_id, e);
        for (size_t i = 0; st == ST_OK && i < d.row_count; i++) st = mastery_set(tx, &d.rows[i], e);
        stored.state = d.bytes;
        stored.n = d.n;
        if (st == ST_OK) st = d.facts ? state_set(tx, &stored, e) : sql_state_delete(tx, learner_id, e);
    }
out:
    arena_release(&a);
    return st;
}

/* All learners of one list, a slice a transaction. */
static enum st walk(struct run *r, struct conn *c, enum learner_list list, bool only_without_facts, struct err *e)
{
    int64_t ids[SLICE], after = 0;
    for (;;) {
        struct tx *tx;
        size_t n = 0;
        if (r->stop && atomic_load(r->stop)) return err_fail(e, ST_BUSY, "err.busy", "stopped before the end");
        TRY(r->mode == REBUILD_WRITE ? tx_write(c, r->s->district_id, &tx, e) : tx_read(c, r->s->district_id, &tx, e));
        enum st st = learner_ids(tx, list, after, ids, r->slice, &n, e);
        for (size_t i = 0; st == ST_OK && i < n; i++) {
            if (only_without_facts) {
                struct arena a;
                struct evidence *facts;
                size_t count = 0;
                arena_init(&a, LEARNER_BYTES);
                st = evidence_list(tx, &a, ids[i], 0, INT64_MAX, &facts, &count, e);
                arena_release(&a);
                if (st != ST_OK || count) continue;
            }
            st = one(r, tx, ids[i], e);
        }
        if (st == ST_OK && r->mode == REBUILD_WRITE) st = tx_commit(tx, e);
        else tx_rollback(tx);
        TRY(st);
        if (n < r->slice) return ST_OK;
        after = ids[n - 1];
    }
}

/* Records that the versions in effect when the run began are derived by: those that its snapshot holds, not one that
 * was recorded while it was under way. */
static enum st mark(struct conn *c, const struct snapshot *s, int64_t at_ms, struct err *e)
{
    const struct policy_index *r = &s->policy_index;
    struct tx *tx;
    enum st st = ST_OK;
    TRY(tx_write(c, s->district_id, &tx, e));
    for (size_t i = 0; st == ST_OK && i < r->underived_count; i++) {
        if (r->underived[i]->effective_at_ms > at_ms) continue;
        st = sql_policy_derived(
            tx, &(struct sql_policy_derived_in){.at_ms = at_ms, .policy_id = r->underived[i]->policy_id}, NULL, e);
    }
    if (st == ST_OK) return tx_commit(tx, e);
    tx_rollback(tx);
    return st;
}

static enum st run(struct app *app, struct conn *c, struct run *r, struct err *e)
{
    r->s = snapshot_hold(app);
    r->at_ms = app_now_ms(app);
    *r->out = (struct rebuild_report){0};
    enum st st = walk(r, c, LEARNERS_WITH_EVIDENCE, false, e);
    /* Rows that no fact stands behind. */
    if (st == ST_OK) st = walk(r, c, LEARNERS_WITH_MASTERY, true, e);
    if (r->mode == REBUILD_WRITE) state_cache_clear(app->state_cache);
    bool due = policy_is_due(&r->s->policy_index, r->at_ms);
    if (st == ST_OK && r->mode == REBUILD_WRITE && due) st = mark(c, r->s, r->at_ms, e);
    snapshot_drop(r->s);
    return st == ST_OK && r->mode == REBUILD_WRITE && due ? snapshot_reload(app, c, e) : st;
}

enum st rebuild(struct app *app, struct conn *c, enum rebuild_mode mode, struct rebuild_report *out, struct err *e)
{
    struct run r = {.mode = mode, .slice = SLICE, .out = out};
    return run(app, c, &r, e);
}

/* Has another process done it since? */
static enum st still_due(struct app *app, struct conn *c, bool *due, struct err *e)
{
    struct tx *tx;
    struct sql_policy_due_row r;
    bool row;
    struct snapshot *s = snapshot_hold(app);
    *due = policy_is_due(&s->policy_index, app_now_ms(app));
    enum st st = *due ? tx_read(c, s->district_id, &tx, e) : ST_OK;
    if (*due && st == ST_OK) {
        st = sql_policy_due(tx, app_now_ms(app), &r, &row, e);
        bool there = st == ST_OK && row && r.count > 0;
        tx_rollback(tx);
        if (st == ST_OK && !there) {
            st = snapshot_reload(app, c, e);
            *due = false;
        }
    }
    snapshot_drop(s);
    return st;
}

enum st rebuild_due(struct app *app, struct conn *c, const atomic_bool *stop, bool *done, struct rebuild_report *out,
                    struct err *e)
{
    struct run r = {.mode = REBUILD_WRITE, .slice = SLICE_BESIDE, .stop = stop, .out = out};
    TRY(still_due(app, c, done, e));
    return *done ? run(app, c, &r, e) : ST_OK;
}

static enum st moved_ids(struct tx *tx, int32_t since, int32_t today, int64_t after, int64_t ids[SLICE_BESIDE],
                         size_t *n, struct err *e)
{
    struct sql_learner_row r;
    struct rows rows;
    *n = 0;
    TRY(sql_learners_moved(
        tx,
        &(struct sql_learners_moved_in){.after = after, .first_day = since, .last_day = today, .limit = SLICE_BESIDE},
        &rows, e));
    while (*n < SLICE_BESIDE && sql_learners_moved_next(&rows, &r)) ids[(*n)++] = r.learner_id;
    return rows_end(&rows);
}

enum st rebuild_moved(struct app *app, struct conn *c, const atomic_bool *stop, int32_t since, int32_t today,
                      struct rebuild_report *out, struct err *e)
{
    struct run r = {.s = snapshot_hold(app), .at_ms = app_now_ms(app), .mode = REBUILD_WRITE, .out = out};
    int64_t ids[SLICE_BESIDE], after = 0;
    size_t n = r.s->policy_index.school_count ? SLICE_BESIDE : 0;
    enum st st = ST_OK;
    *out = (struct rebuild_report){0};
    while (st == ST_OK && n == SLICE_BESIDE) {
        struct tx *tx;
        if (atomic_load(stop)) st = err_fail(e, ST_BUSY, "err.busy", "stopped before the end");
        if (st == ST_OK) st = tx_write(c, r.s->district_id, &tx, e);
        if (st != ST_OK) break;
        st = moved_ids(tx, since, today, after, ids, &n, e);
        for (size_t i = 0; st == ST_OK && i < n; i++) st = one(&r, tx, ids[i], e);
        if (n) after = ids[n - 1];
        if (st == ST_OK) st = tx_commit(tx, e);
        else tx_rollback(tx);
    }
    if (out->learners) state_cache_clear(app->state_cache);
    snapshot_drop(r.s);
    return st;
}

static enum st one_as_of(struct run *r, struct tx *tx, struct arena *a, int64_t learner_id, rebuild_held *held,
                         void *ctx, struct err *e)
{
    struct derived d = {0};
    const struct policy *policy = NULL;
    TRY(policy_for(r, tx, learner_id, &policy, e));
    TRY(derive(r->s, tx, a, learner_id, policy, id_first_at(r->at_ms + 1), &d, e));
    r->out->learners += d.facts > 0;
    r->out->facts += (int64_t)d.facts;
    for (size_t i = 0; i < d.row_count; i++) {
        r->out->held[d.rows[i].level & 3]++;
        if (held) held(ctx, &d.rows[i], policy->policy_id);
    }
    return ST_OK;
}

enum st levels_as_of(struct app *app, struct conn *c, int64_t at_ms, rebuild_held *held, void *ctx,
                     struct rebuild_report *out, struct err *e)
{
    struct run r = {.s = snapshot_hold(app), .at_ms = at_ms, .out = out};
    struct arena a;
    int64_t ids[SLICE], after = 0;
    enum st st = ST_OK;
    *out = (struct rebuild_report){0};
    arena_init(&a, LEARNER_BYTES);
    for (size_t n = SLICE; st == ST_OK && n == SLICE;) {
        struct tx *tx;
        st = tx_read(c, r.s->district_id, &tx, e);
        if (st != ST_OK) break;
        st = learner_ids(tx, LEARNERS_WITH_EVIDENCE, after, ids, SLICE, &n, e);
        for (size_t i = 0; st == ST_OK && i < n; i++) {
            st = one_as_of(&r, tx, &a, ids[i], held, ctx, e);
            arena_reset(&a);
        }
        if (n) after = ids[n - 1];
        tx_rollback(tx);
    }
    arena_release(&a);
    snapshot_drop(r.s);
    return st;
}

static void hash_number(crypto_hash_sha256_state *h, uint64_t v)
{
    unsigned char b[8];
    for (int i = 0; i < 8; i++) b[i] = (unsigned char)(v >> (8 * i));
    crypto_hash_sha256_update(h, b, 8);
}

static enum st hash_learner(const struct snapshot *s, int64_t now_ms, struct tx *tx, crypto_hash_sha256_state *h,
                            int64_t learner_id, struct err *e)
{
    struct arena a;
    struct learner_state state;
    struct mastery_row *m;
    const void *bytes;
    size_t n = 0, size = 0;
    arena_init(&a, LEARNER_BYTES);
    enum st st = learner_state_now(s, tx, &a, now_ms, learner_id, &state, e);
    if (st == ST_OK && state_encode(&a, &state, &bytes, &size) != ST_OK)
        st = err_fail(e, ST_NOMEM, "err.memory", "digest");
    if (st == ST_OK) st = mastery_list(tx, &a, learner_id, &m, &n, e);
    if (st == ST_OK) {
        hash_number(h, (uint64_t)learner_id);
        crypto_hash_sha256_update(h, bytes, size);
        for (size_t i = 0; i < n; i++) {
            uint64_t p;
            memcpy(&p, &m[i].p_known, 8);
            hash_number(h, (uint64_t)m[i].competency_id);
            hash_number(h, p);
            hash_number(h, (uint64_t)m[i].level);
            hash_number(h, (uint64_t)m[i].evidence_count);
            hash_number(h, (uint64_t)m[i].alone_count);
            hash_number(h, (uint64_t)m[i].right_count);
            hash_number(h, (uint64_t)m[i].last_evidence_id);
        }
    }
    arena_release(&a);
    return st;
}

enum st derived_digest(struct app *app, struct conn *c, char out[65], struct err *e)
{
    crypto_hash_sha256_state h;
    unsigned char sum[crypto_hash_sha256_BYTES];
    struct snapshot *s = snapshot_hold(app);
    int64_t now = app_now_ms(app);
    int64_t ids[SLICE], after = 0;
    enum st st = ST_OK;
    crypto_hash_sha256_init(&h);
    for (size_t n = SLICE; st == ST_OK && n == SLICE;) {
        struct tx *tx;
        st = tx_read(c, s->district_id, &tx, e);
        if (st != ST_OK) break;
        st = learner_ids(tx, LEARNERS_WITH_MASTERY, after, ids, SLICE, &n, e);
        for (size_t i = 0; st == ST_OK && i < n; i++) st = hash_learner(s, now, tx, &h, ids[i], e);
        if (n) after = ids[n - 1];
        tx_rollback(tx);
    }
    snapshot_drop(s);
    crypto_hash_sha256_final(&h, sum);
    sodium_bin2hex(out, 65, sum, sizeof sum);
    return st;
}
