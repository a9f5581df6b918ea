#include "store/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "driver.h"

static enum st no_memory(struct err *e) { return err_fail(e, ST_NOMEM, "err.memory", "rows"); }

static enum st keep_blob(struct arena *a, struct stmt *q, int column, struct state_row *row, struct err *e)
{
    const void *p = col_blob(q, column, &row->n);
    row->state = arena_copy(a, p, row->n);
    return row->state ? ST_OK : no_memory(e);
}

enum st states_get(struct tx *tx, struct arena *a, const int64_t *ids, size_t n, struct state_row *rows, struct err *e)
{
    struct text list;
    struct stmt *q;
    for (size_t i = 0; i < n; i++) rows[i] = (struct state_row){.learner_id = ids[i]};
    text_init(&list, 1 << 20);
    for (size_t i = 0; i < n; i++) text_printf(&list, "%c%lld", i ? ',' : '[', (long long)ids[i]);
    text_char(&list, ']');
    char *json = list.failed ? NULL : arena_strdup(a, text_str(&list));
    text_release(&list);
    if (!json) return no_memory(e);
    TRY(tx_stmt(tx, SQL_states_get, &q, e));
    bind_text(q, "learner_ids", json);
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) return ST_OK;
        int64_t id = col_i64(q, 0);
        for (size_t i = 0; i < n; i++)
            if (rows[i].learner_id == id) {
                rows[i].version = col_i64(q, 1);
                TRY(keep_blob(a, q, 2, &rows[i], e));
                break;
            }
    }
}

static enum st read_state(struct tx *tx, enum sql_id query, struct arena *a, int64_t learner_id, struct state_row *out,
                          struct err *e)
{
    struct stmt *q;
    bool row;
    *out = (struct state_row){.learner_id = learner_id};
    TRY(tx_stmt(tx, query, &q, e));
    bind_i64(q, "learner_id", learner_id);
    TRY(stmt_step(q, &row, e));
    if (!row) return ST_OK;
    out->version = col_i64(q, 0);
    return keep_blob(a, q, 1, out, e);
}

enum st state_get(struct tx *tx, struct arena *a, int64_t learner_id, struct state_row *out, struct err *e)
{
    return read_state(tx, SQL_state_get, a, learner_id, out, e);
}

enum st state_take(struct tx *tx, struct arena *a, int64_t learner_id, struct state_row *out, struct err *e)
{
    return read_state(tx, SQL_state_take, a, learner_id, out, e);
}

enum st state_write(struct tx *tx, const struct state_row *row, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, row->version ? SQL_state_update : SQL_state_insert, &q, e));
    bind_i64(q, "learner_id", row->learner_id);
    bind_i64(q, "version", row->version ? row->version : 1);
    bind_blob(q, "state", row->state, row->n);
    return stmt_send_one(q, e);
}

enum st state_set(struct tx *tx, const struct state_row *row, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_state_set, &q, e));
    bind_i64(q, "learner_id", row->learner_id);
    bind_blob(q, "state", row->state, row->n);
    return stmt_send(q, e);
}

enum st state_delete(struct tx *tx, int64_t learner_id, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_state_delete, &q, e));
    bind_i64(q, "learner_id", learner_id);
    return stmt_send(q, e);
}

static enum st find_one(struct tx *tx, struct response_key *k, struct err *e)
{
    struct stmt *q;
    bool row;
    TRY(tx_stmt(tx, SQL_responses_find, &q, e));
    bind_i64(q, "learner_id", k->learner_id);
    bind_text(q, "client_id", k->client_id);
    TRY(stmt_step(q, &row, e));
    k->evidence_id = row ? col_i64(q, 2) : 0;
    k->body_hash = row ? col_i64(q, 3) : 0;
    return ST_OK;
}

static enum st find_together(struct tx *tx, struct response_key *keys, size_t n, const char *list, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_responses_find, &q, e));
    bind_text(q, "keys", list);
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) return ST_OK;
        for (size_t i = 0; i < n; i++)
            if (keys[i].learner_id == col_i64(q, 0) && strcmp(keys[i].client_id, col_text(q, 1)) == 0) {
                keys[i].evidence_id = col_i64(q, 2);
                keys[i].body_hash = col_i64(q, 3);
            }
    }
}

enum st responses_find(struct tx *tx, struct response_key *keys, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) keys[i].evidence_id = keys[i].body_hash = 0;
    if (!tx->conn->driver->remote) {
        for (size_t i = 0; i < n; i++) TRY(find_one(tx, &keys[i], e));
        return ST_OK;
    }
    struct text list;
    struct json_out j;
    text_init(&list, 1 << 20);
    json_out_init(&j, &list);
    json_open_list(&j, NULL);
    for (size_t i = 0; i < n; i++) {
        json_open_list(&j, NULL);
        json_put_i64(&j, NULL, keys[i].learner_id);
        json_put_str(&j, NULL, keys[i].client_id);
        json_close_list(&j);
    }
    json_close_list(&j);
    enum st st = list.failed ? no_memory(e) : find_together(tx, keys, n, text_str(&list), e);
    text_release(&list);
    return st;
}

enum st response_find(struct tx *tx, int64_t learner_id, const char *client_id, int64_t *evidence_id,
                      int64_t *body_hash, struct err *e)
{
    struct response_key k = {.learner_id = learner_id, .client_id = client_id};
    TRY(responses_find(tx, &k, 1, e));
    *evidence_id = k.evidence_id;
    *body_hash = k.body_hash;
    return ST_OK;
}

enum st response_insert(struct tx *tx, int64_t learner_id, const char *client_id, int64_t evidence_id,
                        int64_t body_hash, const char *response, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_response_insert, &q, e));
    bind_i64(q, "learner_id", learner_id);
    bind_text(q, "client_id", client_id);
    bind_i64(q, "evidence_id", evidence_id);
    bind_i64(q, "body_hash", body_hash);
    bind_text(q, "response", response);
    return stmt_send(q, e);
}

enum st evidence_insert(struct tx *tx, const struct evidence *v, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_evidence_insert, &q, e));
    bind_i64(q, "learner_id", v->learner_id);
    bind_i64(q, "evidence_id", v->evidence_id);
    bind_text(q, "client_id", v->client_id);
    bind_i64(q, "kind", v->kind);
    bind_id(q, "item_id", v->item_id);
    bind_id(q, "item_version", v->item_version);
    bind_i64(q, "variant", v->variant);
    bind_id(q, "competency_id", v->competency_id);
    bind_f64(q, "score", v->score);
    bind_i64(q, "attempt", v->attempt);
    bind_i64(q, "hints", v->hints);
    bind_i64(q, "took_ms", v->took_ms);
    bind_i64(q, "answered_at_ms", v->answered_at_ms);
    bind_i64(q, "school_date", v->school_date);
    bind_i64(q, "policy_id", v->policy_id);
    bind_i64(q, "model_id", v->model_id);
    bind_id(q, "recorder_id", v->recorder_id);
    bind_id(q, "replaces_id", v->replaces_id);
    bind_i64(q, "shown_error", v->shown_error);
    bind_id(q, "checkpoint_id", v->checkpoint_id);
    return stmt_send(q, e);
}

static enum st read_evidence(struct stmt *q, struct arena *a, int64_t learner_id, struct evidence *v, struct err *e)
{
    *v = (struct evidence){.learner_id = learner_id,
                           .evidence_id = col_i64(q, 0),
                           .client_id = arena_strdup(a, col_text(q, 1)),
                           .kind = (enum evidence_kind)col_i64(q, 2),
                           .item_id = col_i64(q, 3),
                           .item_version = (int32_t)col_i64(q, 4),
                           .variant = col_i64(q, 5),
                           .competency_id = col_i64(q, 6),
                           .score = col_f64(q, 7),
                           .attempt = (int32_t)col_i64(q, 8),
                           .hints = (int32_t)col_i64(q, 9),
                           .took_ms = col_i64(q, 10),
                           .answered_at_ms = col_i64(q, 11),
                           .school_date = (int32_t)col_i64(q, 12),
                           .policy_id = col_i64(q, 13),
                           .model_id = col_i64(q, 14),
                           .recorder_id = col_i64(q, 15),
                           .replaces_id = col_i64(q, 16),
                           .shown_error = (int32_t)col_i64(q, 17),
                           .checkpoint_id = col_i64(q, 18)};
    return v->client_id ? ST_OK : no_memory(e);
}

enum st evidence_get(struct tx *tx, struct arena *a, int64_t learner_id, int64_t evidence_id, struct evidence *out,
                     struct err *e)
{
    struct stmt *q;
    bool row;
    TRY(tx_stmt(tx, SQL_evidence_get, &q, e));
    bind_i64(q, "learner_id", learner_id);
    bind_i64(q, "evidence_id", evidence_id);
    TRY(stmt_step(q, &row, e));
    if (!row) return err_fail(e, ST_NOT_FOUND, "err.not_found", "evidence %lld", (long long)evidence_id);
    return read_evidence(q, a, learner_id, out, e);
}

/* Room for one more in a list that doubles in the arena. */
static void *grow(struct arena *a, void *list, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) return list;
    size_t next = *cap ? *cap * 2 : 64;
    void *p = arena_array(a, next, size);
    if (!p) return NULL;
    if (n) memcpy(p, list, n * size);
    *cap = next;
    return p;
}

enum st evidence_list(struct tx *tx, struct arena *a, int64_t learner_id, int64_t after, int64_t before,
                      struct evidence **out, size_t *n, struct err *e)
{
    struct stmt *q;
    struct evidence *list = NULL;
    size_t count = 0, cap = 0;
    TRY(tx_stmt(tx, SQL_evidence_list, &q, e));
    bind_i64(q, "learner_id", learner_id);
    bind_i64(q, "after", after);
    bind_i64(q, "before", before);
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        list = grow(a, list, count, &cap, sizeof *list);
        if (!list) return no_memory(e);
        TRY(read_evidence(q, a, learner_id, &list[count++], e));
    }
    *out = list;
    *n = count;
    return ST_OK;
}

static enum st read_to_fold(struct stmt *q, struct arena *a, int64_t learner_id, struct evidence **out, size_t *n,
                            struct err *e)
{
    struct evidence *list = NULL;
    size_t count = 0, cap = 0;
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        list = grow(a, list, count, &cap, sizeof *list);
        if (!list) return no_memory(e);
        list[count++] = (struct evidence){.learner_id = learner_id ? learner_id : col_i64(q, 13),
                                          .client_id = "",
                                          .evidence_id = col_i64(q, 0),
                                          .kind = (enum evidence_kind)col_i64(q, 1),
                                          .item_id = col_i64(q, 2),
                                          .item_version = (int32_t)col_i64(q, 3),
                                          .variant = col_i64(q, 4),
                                          .competency_id = col_i64(q, 5),
                                          .score = col_f64(q, 6),
                                          .hints = (int32_t)col_i64(q, 7),
                                          .answered_at_ms = col_i64(q, 8),
                                          .policy_id = col_i64(q, 9),
                                          .model_id = col_i64(q, 10),
                                          .replaces_id = col_i64(q, 11),
                                          .checkpoint_id = col_i64(q, 12)};
    }
    *out = list;
    *n = count;
    return ST_OK;
}

enum st evidence_to_fold(struct tx *tx, struct arena *a, int64_t learner_id, int64_t after, struct evidence **out,
                         size_t *n, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_evidence_to_fold, &q, e));
    bind_i64(q, "learner_id", learner_id);
    bind_i64(q, "after", after);
    return read_to_fold(q, a, learner_id, out, n, e);
}

static enum st read_history(struct stmt *q, struct arena *a, int64_t learner_id, struct history_row **out, size_t *n,
                            struct err *e)
{
    struct history_row *list = NULL;
    size_t count = 0, cap = 0;
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        list = grow(a, list, count, &cap, sizeof *list);
        if (!list) return no_memory(e);
        struct history_row *r = &list[count++];
        r->learner_id = learner_id ? learner_id : col_i64(q, 3);
        r->block = col_i64(q, 0);
        r->last_id = col_i64(q, 2);
        const void *p = col_blob(q, 1, &r->n);
        r->packed = arena_copy(a, p, r->n);
        if (!r->packed) return no_memory(e);
    }
    *out = list;
    *n = count;
    return ST_OK;
}

enum st history_list(struct tx *tx, struct arena *a, int64_t learner_id, struct history_row **out, size_t *n,
                     struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_history_list, &q, e));
    bind_i64(q, "learner_id", learner_id);
    return read_history(q, a, learner_id, out, n, e);
}

static enum st begin_range(struct tx *tx, enum sql_id query, int64_t first, int64_t last, struct stmt **q,
                           struct err *e)
{
    TRY(tx_stmt(tx, query, q, e));
    bind_i64(*q, "first", first);
    bind_i64(*q, "last", last);
    return ST_OK;
}

enum st history_range(struct tx *tx, struct arena *a, int64_t first, int64_t last, struct history_row **out, size_t *n,
                      struct err *e)
{
    struct stmt *q;
    TRY(begin_range(tx, SQL_history_range, first, last, &q, e));
    return read_history(q, a, 0, out, n, e);
}

enum st history_after(struct tx *tx, struct arena *a, int64_t first, int64_t last, struct evidence **out, size_t *n,
                      struct err *e)
{
    struct stmt *q;
    TRY(begin_range(tx, SQL_history_after, first, last, &q, e));
    return read_to_fold(q, a, 0, out, n, e);
}

enum st history_set(struct tx *tx, int64_t learner_id, const struct history_row *row, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_history_set, &q, e));
    bind_i64(q, "learner_id", learner_id);
    bind_i64(q, "block", row->block);
    bind_i64(q, "last_id", row->last_id);
    bind_blob(q, "packed", row->packed, row->n);
    return stmt_send(q, e);
}

enum st history_cut(struct tx *tx, int64_t learner_id, int64_t first_block, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_history_cut, &q, e));
    bind_i64(q, "learner_id", learner_id);
    bind_i64(q, "block", first_block);
    return stmt_send(q, e);
}

enum st mastery_set(struct tx *tx, const struct mastery_row *m, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_mastery_set, &q, e));
    bind_i64(q, "learner_id", m->learner_id);
    bind_i64(q, "competency_id", m->competency_id);
    bind_f64(q, "p_known", m->p_known);
    bind_i64(q, "level", m->level);
    bind_i64(q, "evidence_count", m->evidence_count);
    bind_i64(q, "alone_count", m->alone_count);
    bind_i64(q, "right_count", m->right_count);
    bind_i64(q, "last_evidence_id", m->last_evidence_id);
    bind_i64(q, "policy_id", m->policy_id);
    bind_i64(q, "model_id", m->model_id);
    return stmt_send(q, e);
}

static enum st read_mastery(struct stmt *q, struct arena *a, int64_t learner_id, struct mastery_row **out, size_t *n,
                            struct err *e)
{
    struct mastery_row *list = NULL;
    size_t count = 0, cap = 0;
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) break;
        list = grow(a, list, count, &cap, sizeof *list);
        if (!list) return no_memory(e);
        list[count++] = (struct mastery_row){learner_id ? learner_id : col_i64(q, 9),
                                             col_i64(q, 0),
                                             col_f64(q, 1),
                                             (int32_t)col_i64(q, 2),
                                             (int32_t)col_i64(q, 3),
                                             (int32_t)col_i64(q, 4),
                                             (int32_t)col_i64(q, 5),
                                             col_i64(q, 6),
                                             col_i64(q, 7),
                                             col_i64(q, 8)};
    }
    *out = list;
    *n = count;
    return ST_OK;
}

enum st mastery_list(struct tx *tx, struct arena *a, int64_t learner_id, struct mastery_row **out, size_t *n,
                     struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_mastery_list, &q, e));
    bind_i64(q, "learner_id", learner_id);
    return read_mastery(q, a, learner_id, out, n, e);
}

enum st mastery_range(struct tx *tx, struct arena *a, int64_t first, int64_t last, struct mastery_row **out, size_t *n,
                      struct err *e)
{
    struct stmt *q;
    TRY(begin_range(tx, SQL_mastery_range, first, last, &q, e));
    return read_mastery(q, a, 0, out, n, e);
}

enum st mastery_delete(struct tx *tx, int64_t learner_id, struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, SQL_mastery_delete, &q, e));
    bind_i64(q, "learner_id", learner_id);
    return stmt_send(q, e);
}

enum st learner_ids(struct tx *tx, enum sql_id query, int64_t after, int64_t *out, size_t limit, size_t *n,
                    struct err *e)
{
    struct stmt *q;
    TRY(tx_stmt(tx, query, &q, e));
    bind_i64(q, "after", after);
    bind_i64(q, "limit", (int64_t)limit);
    *n = 0;
    for (bool row = true;;) {
        TRY(stmt_step(q, &row, e));
        if (!row) return ST_OK;
        if (*n < limit) out[(*n)++] = col_i64(q, 0);
    }
}
