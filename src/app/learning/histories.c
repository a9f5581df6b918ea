#include "learning/histories.h"

#include <stdlib.h>
#include <string.h>

#include "learning/derived.h"
#include "learning/folding.h"
#include "rules/history.h"
#include "policy/snapshot.h"
#include "store/sql/answer.h"

/* Does a stored block match its facts? count: facts in the block. */
static enum st same_block(struct arena *a, const struct history_row *row, const struct evidence *facts, size_t n,
                          bool *same, size_t *count, struct err *e)
{
    struct history h;
    const void *bytes;
    size_t size;
    *same = false;
    *count = 0;
    if (!history_open(&h, 0, row->packed, row->n) || !h.count || h.count > n) return ST_OK;
    if (history_pack(a, facts, h.count, &bytes, &size) != ST_OK) return err_no_memory(e, "history");
    *same = size == row->n && memcmp(bytes, row->packed, size) == 0 && row->last_id == facts[h.count - 1].evidence_id;
    *count = h.count;
    return ST_OK;
}

enum st history_check(struct tx *tx, struct arena *a, int64_t learner_id, const struct evidence *facts, size_t n,
                      bool *same, struct err *e)
{
    struct history_row *rows;
    size_t row_count, count, at = 0;
    TRY(history_list(tx, a, learner_id, &rows, &row_count, e));
    *same = true;
    for (size_t i = 0; *same && i < row_count; i++) {
        TRY(same_block(a, &rows[i], facts + at, n - at, same, &count, e));
        *same = *same && rows[i].block == (int64_t)i && (count == HISTORY_BLOCK || i + 1 == row_count);
        at += count;
    }
    return ST_OK;
}

enum st history_keep(struct tx *tx, struct arena *a, int64_t learner_id, const struct evidence *facts, size_t n,
                     bool *same, struct err *e)
{
    struct history_row *rows;
    size_t row_count, blocks = (n + HISTORY_BLOCK - 1) / HISTORY_BLOCK;
    TRY(history_list(tx, a, learner_id, &rows, &row_count, e));
    *same = row_count <= blocks;
    for (size_t i = 0; i < blocks; i++) {
        size_t from = i * HISTORY_BLOCK, count = n - from < HISTORY_BLOCK ? n - from : HISTORY_BLOCK, held;
        struct history_row row = {.block = (int64_t)i, .last_id = facts[from + count - 1].evidence_id};
        bool sound = true;
        if (history_pack(a, facts + from, count, &row.packed, &row.n) != ST_OK) return err_no_memory(e, "history");
        if (i < row_count && rows[i].block == row.block && rows[i].last_id == row.last_id && rows[i].n == row.n &&
            memcmp(rows[i].packed, row.packed, row.n) == 0)
            continue;
        if (i < row_count) TRY(same_block(a, &rows[i], facts + from, n - from, &sound, &held, e)); /* or only behind? */
        *same = *same && sound && (i >= row_count || rows[i].block == row.block);
        TRY(history_set(tx, learner_id, &row, e));
    }
    if (!row_count || rows[row_count - 1].block < (int64_t)blocks) return ST_OK;
    return sql_history_cut(tx, &(struct sql_history_cut_in){.learner_id = learner_id, .block = (int64_t)blocks}, e);
}

static int by_id(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

/* Blocks and the rows after them, while they are folded. */
struct reading {
    struct history *blocks;
    size_t block_count, facts;
    struct evidence *after;
    size_t after_count;
    int64_t *gone; /* what withdrawals name, in order */
    size_t gone_count;
    fold_watch *watch; /* NULL: nobody */
    void *ctx;
};

/* *sound false: the blocks do not follow each other, or cannot be read. */
static enum st open_blocks(struct arena *a, const struct packed *p, struct reading *r, bool *sound, struct err *e)
{
    r->block_count = p->block_count;
    r->after = p->after;
    r->after_count = p->after_count;
    r->blocks = arena_array(a, r->block_count + 1, sizeof *r->blocks);
    if (!r->blocks) return err_no_memory(e, "history");
    *sound = r->block_count > 0;
    for (size_t i = 0; *sound && i < r->block_count; i++) {
        const struct history_row *row = &p->blocks[i];
        *sound = row->block == (int64_t)i && history_open(&r->blocks[i], row->learner_id, row->packed, row->n);
        *sound = *sound && r->blocks[i].count && (r->blocks[i].count == HISTORY_BLOCK || i + 1 == r->block_count) &&
                 history_last_id(&r->blocks[i]) == row->last_id;
        r->facts += *sound ? r->blocks[i].count : 0;
    }
    return ST_OK;
}

static enum st find_gone(struct arena *a, struct reading *r, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < r->block_count; i++) n += history_withdrawn(&r->blocks[i], NULL);
    for (size_t i = 0; i < r->after_count; i++) n += r->after[i].replaces_id != 0;
    if (!n) return ST_OK;
    r->gone = arena_array(a, n, sizeof *r->gone);
    if (!r->gone) return err_no_memory(e, "history");
    for (size_t i = 0; i < r->block_count; i++)
        r->gone_count += history_withdrawn(&r->blocks[i], r->gone + r->gone_count);
    for (size_t i = 0; i < r->after_count; i++)
        if (r->after[i].replaces_id) r->gone[r->gone_count++] = r->after[i].replaces_id;
    qsort(r->gone, r->gone_count, sizeof *r->gone, by_id);
    return ST_OK;
}

static enum st add(struct folding *f, const struct reading *r, const struct evidence *v, struct err *e)
{
    struct fold_step steps[BKT_SKILLS_MAX];
    size_t moved = 0;
    if (r->gone_count && bsearch(&v->evidence_id, r->gone, r->gone_count, sizeof *r->gone, by_id)) return ST_OK;
    TRY(folding_add(f, v, r->watch ? steps : NULL, &moved, e));
    if (r->watch) r->watch(r->ctx, v, steps, moved);
    return ST_OK;
}

static enum st fold_all(struct folding *f, struct reading *r, bool *sound, struct err *e)
{
    for (size_t i = 0; i < r->block_count; i++) {
        struct evidence v;
        while (history_next(&r->blocks[i], &v)) TRY(add(f, r, &v, e));
        *sound = *sound && history_is_whole(&r->blocks[i]);
    }
    for (size_t i = 0; i < r->after_count; i++) TRY(add(f, r, &r->after[i], e));
    folding_end(f);
    return ST_OK;
}

/* f->state at the end, unless *sound is false. */
static enum st fold_packed(const struct snapshot *s, struct arena *a, const struct packed *p,
                           const struct policy *policy, struct folding_views *views, struct reading *r,
                           struct folding *f, bool *sound, struct err *e)
{
    const struct learner_state nothing = {0};
    TRY(open_blocks(a, p, r, sound, e));
    if (!*sound) return ST_OK;
    TRY(find_gone(a, r, e));
    folding_begin(f, &s->policy_index, &s->catalogue, policy, a, &nothing, views);
    f->for_levels = true;
    enum st st = fold_all(f, r, sound, e);
    if (st != ST_INVALID) return st;
    *sound = false; /* facts that cannot be: the block is damaged */
    return ST_OK;
}

enum st history_fold(const struct snapshot *s, struct arena *a, const struct packed *p, const struct policy *policy,
                     struct folding_views *views, struct learner_state *state, size_t *facts, bool *sound,
                     struct err *e)
{
    struct reading r = {0};
    struct folding f;
    TRY(fold_packed(s, a, p, policy, views, &r, &f, sound, e));
    if (!*sound) return ST_OK;
    *facts = r.facts + r.after_count;
    *state = f.state;
    return ST_OK;
}

enum st history_watch(const struct snapshot *s, struct arena *a, const struct packed *p, const struct policy *policy,
                      struct folding_views *views, fold_watch *watch, void *ctx, bool *sound, struct err *e)
{
    struct reading r = {.watch = watch, .ctx = ctx};
    struct folding f;
    return fold_packed(s, a, p, policy, views, &r, &f, sound, e);
}

enum st packed_read(struct tx *tx, struct arena *a, int64_t first_id, int64_t last_id, struct packed_slice *out,
                    struct err *e)
{
    *out = (struct packed_slice){0};
    TRY(history_range(tx, a, first_id, last_id, &out->blocks, &out->block_count, e));
    return history_after(tx, a, first_id, last_id, &out->after, &out->after_count, e);
}

struct packed packed_of(struct packed_slice *s, int64_t learner_id)
{
    while (s->block_at < s->block_count && s->blocks[s->block_at].learner_id < learner_id) s->block_at++;
    while (s->after_at < s->after_count && s->after[s->after_at].learner_id < learner_id) s->after_at++;
    struct packed p = {.blocks = s->blocks + s->block_at, .after = s->after + s->after_at};
    while (s->block_at < s->block_count && s->blocks[s->block_at].learner_id == learner_id)
        s->block_at++, p.block_count++;
    while (s->after_at < s->after_count && s->after[s->after_at].learner_id == learner_id)
        s->after_at++, p.after_count++;
    return p;
}

enum { TAIL_MOST = 200, LEARNERS_AT_ONCE = 20 }; /* so many rows after the blocks are read as quickly */

static enum st last_packed(struct tx *tx, int64_t learner_id, int64_t *last_id, struct err *e)
{
    struct sql_history_last_row r;
    TRY(sql_history_last(tx, learner_id, &r, NULL, e));
    *last_id = r.last_id;
    return ST_OK;
}

static enum st is_behind(struct tx *tx, int64_t learner_id, bool *behind, struct err *e)
{
    struct sql_evidence_after_row r;
    bool row;
    int64_t last_id;
    TRY(last_packed(tx, learner_id, &last_id, e));
    TRY(sql_evidence_after(tx, &(struct sql_evidence_after_in){.learner_id = learner_id, .after = last_id}, &r, &row,
                           e));
    *behind = row && r.count > TAIL_MOST;
    return ST_OK;
}

static enum st pack_one(struct conn *c, int64_t district_id, int64_t learner_id, struct err *e)
{
    struct tx *tx;
    struct arena a;
    struct evidence *facts;
    size_t n;
    TRY(tx_write(c, district_id, &tx, e));
    arena_init(&a, LEARNER_BYTES);
    enum st st = evidence_to_fold(tx, &a, learner_id, 0, &facts, &n, e);
    bool same;
    if (st == ST_OK) st = history_keep(tx, &a, learner_id, facts, n, &same, e);
    arena_release(&a);
    if (st == ST_OK) return tx_commit(tx, e);
    tx_rollback(tx);
    return st;
}

enum st histories_extend(struct app *app, struct conn *c, const atomic_bool *stop, int64_t *packed, struct err *e)
{
    struct snapshot *s = snapshot_hold(app);
    int64_t ids[LEARNERS_AT_ONCE], district_id = s->district_id, after = 0;
    snapshot_drop(s);
    *packed = 0;
    for (size_t n = LEARNERS_AT_ONCE; n == LEARNERS_AT_ONCE && !atomic_load(stop); after = n ? ids[n - 1] : after) {
        struct tx *tx;
        bool behind[LEARNERS_AT_ONCE] = {0};
        TRY(tx_read(c, district_id, &tx, e));
        enum st st = learner_ids(tx, LEARNERS_WITH_EVIDENCE, after, ids, LEARNERS_AT_ONCE, &n, e);
        for (size_t i = 0; st == ST_OK && i < n; i++) st = is_behind(tx, ids[i], &behind[i], e);
        tx_rollback(tx);
        TRY(st);
        for (size_t i = 0; i < n && !atomic_load(stop); i++) {
            if (!behind[i]) continue;
            TRY(pack_one(c, district_id, ids[i], e));
            ++*packed;
        }
    }
    return ST_OK;
}
