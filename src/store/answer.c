#include "store/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "store/sql/answer.h"
#include "store/sql/grades.h"

static enum st keep_state(struct arena *a, int64_t version, struct blob state, struct state_row *row, struct err *e)
{
    row->version = version;
    row->n = state.n;
    row->state = arena_copy(a, state.p, state.n);
    return row->state ? ST_OK : err_no_memory(e, "rows");
}

enum st states_get(struct tx *tx, struct arena *a, const int64_t *ids, size_t n, struct state_row *out, struct err *e)
{
    struct text list;
    struct sql_states_get_row r;
    struct rows rows;
    for (size_t i = 0; i < n; i++) out[i] = (struct state_row){.learner_id = ids[i]};
    text_init(&list, 1 << 20);
    for (size_t i = 0; i < n; i++) text_printf(&list, "%c%lld", i ? ',' : '[', (long long)ids[i]);
    text_char(&list, ']');
    char *json = list.failed ? NULL : arena_strdup(a, text_str(&list));
    text_release(&list);
    if (!json) return err_no_memory(e, "rows");
    TRY(sql_states_get(tx, json, &rows, e));
    while (sql_states_get_next(&rows, &r)) {
        for (size_t i = 0; i < n; i++)
            if (out[i].learner_id == r.learner_id) {
                TRY(keep_state(a, r.version, r.state, &out[i], e));
                break;
            }
    }
    return rows_end(&rows);
}

enum st state_get(struct tx *tx, struct arena *a, int64_t learner_id, struct state_row *out, struct err *e)
{
    struct sql_state_row r;
    bool found;
    *out = (struct state_row){.learner_id = learner_id};
    TRY(sql_state_get(tx, learner_id, &r, &found, e));
    return found ? keep_state(a, r.version, r.state, out, e) : ST_OK;
}

enum st state_take(struct tx *tx, struct arena *a, int64_t learner_id, struct state_row *out, struct err *e)
{
    struct sql_state_row r;
    bool found;
    *out = (struct state_row){.learner_id = learner_id};
    TRY(sql_state_take(tx, learner_id, &r, &found, e));
    return found ? keep_state(a, r.version, r.state, out, e) : ST_OK;
}

enum st state_write(struct tx *tx, const struct state_row *row, struct err *e)
{
    struct blob state = {row->state, row->n};
    if (!row->version)
        return sql_state_insert(
            tx, &(struct sql_state_insert_in){.learner_id = row->learner_id, .version = 1, .state = state}, e);
    return sql_state_update(
        tx, &(struct sql_state_update_in){.learner_id = row->learner_id, .version = row->version, .state = state}, e);
}

enum st state_set(struct tx *tx, const struct state_row *row, struct err *e)
{
    return sql_state_set(tx, &(struct sql_state_set_in){.learner_id = row->learner_id, .state = {row->state, row->n}},
                         e);
}

/* SQLite looks for one key at a time, PostgreSQL for all keys of the list in one round trip. */
static enum st find_keys(struct tx *tx, struct response_key *keys, size_t n, const char *list, struct err *e)
{
    struct sql_responses_find_row r;
    struct rows rows;
    TRY(sql_responses_find(
        tx,
        &(struct sql_responses_find_in){.learner_id = keys[0].learner_id, .client_id = keys[0].client_id, .keys = list},
        &rows, e));
    while (sql_responses_find_next(&rows, &r)) {
        for (size_t i = 0; i < n; i++)
            if (keys[i].learner_id == r.learner_id && strcmp(keys[i].client_id, r.client_id) == 0) {
                keys[i].evidence_id = r.evidence_id;
                keys[i].body_hash = r.body_hash;
            }
    }
    return rows_end(&rows);
}

enum st responses_find(struct tx *tx, struct response_key *keys, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) keys[i].evidence_id = keys[i].body_hash = 0;
    if (!conn_is_remote(tx_conn(tx))) {
        for (size_t i = 0; i < n; i++) TRY(find_keys(tx, &keys[i], 1, NULL, e));
        return ST_OK;
    }
    if (!n) return ST_OK;
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
    enum st st = list.failed ? err_no_memory(e, "rows") : find_keys(tx, keys, n, text_str(&list), e);
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

enum st evidence_insert(struct tx *tx, const struct evidence *v, struct err *e)
{
    return sql_evidence_insert(tx,
                               &(struct sql_evidence_insert_in){.learner_id = v->learner_id,
                                                                .evidence_id = v->evidence_id,
                                                                .client_id = v->client_id,
                                                                .kind = v->kind,
                                                                .item_id = v->item_id,
                                                                .item_version = v->item_version,
                                                                .variant = v->variant,
                                                                .competency_id = v->competency_id,
                                                                .score = v->score,
                                                                .attempt = v->attempt,
                                                                .hints = v->hints,
                                                                .took_ms = v->took_ms,
                                                                .floor_ms = v->floor_ms,
                                                                .choices = v->choices,
                                                                .answered_at_ms = v->answered_at_ms,
                                                                .school_date = v->school_date,
                                                                .policy_id = v->policy_id,
                                                                .model_id = v->model_id,
                                                                .recorder_id = v->recorder_id,
                                                                .replaces_id = v->replaces_id,
                                                                .shown_error = v->shown_error,
                                                                .checkpoint_id = v->checkpoint_id},
                               e);
}

static enum st keep_evidence(const struct sql_evidence_row *r, struct arena *a, int64_t learner_id, struct evidence *v,
                             struct err *e)
{
    *v = (struct evidence){.learner_id = learner_id,
                           .evidence_id = r->evidence_id,
                           .client_id = arena_strdup(a, r->client_id),
                           .kind = (enum evidence_kind)r->kind,
                           .item_id = r->item_id,
                           .item_version = (int32_t)r->item_version,
                           .variant = r->variant,
                           .competency_id = r->competency_id,
                           .score = r->score,
                           .attempt = (int32_t)r->attempt,
                           .hints = (int32_t)r->hints,
                           .took_ms = r->took_ms,
                           .floor_ms = (int32_t)r->floor_ms,
                           .choices = (int32_t)r->choices,
                           .answered_at_ms = r->answered_at_ms,
                           .school_date = (int32_t)r->school_date,
                           .policy_id = r->policy_id,
                           .model_id = r->model_id,
                           .recorder_id = r->recorder_id,
                           .replaces_id = r->replaces_id,
                           .shown_error = (int32_t)r->shown_error,
                           .checkpoint_id = r->checkpoint_id};
    return v->client_id ? ST_OK : err_no_memory(e, "rows");
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
    struct evidence *list = NULL;
    struct sql_evidence_row r;
    struct rows rows;
    size_t count = 0, cap = 0;
    TRY(sql_evidence_list(
        tx, &(struct sql_evidence_list_in){.learner_id = learner_id, .after = after, .before = before}, &rows, e));
    while (sql_evidence_list_next(&rows, &r)) {
        list = grow(a, list, count, &cap, sizeof *list);
        if (!list) return err_no_memory(e, "rows");
        TRY(keep_evidence(&r, a, learner_id, &list[count++], e));
    }
    TRY(rows_end(&rows));
    *out = list;
    *n = count;
    return ST_OK;
}

typedef bool next_fact(struct rows *rows, struct sql_fact_row *row);

static enum st read_facts(struct rows *rows, next_fact *next, struct arena *a, struct evidence **out, size_t *n,
                          struct err *e)
{
    struct evidence *list = NULL;
    struct sql_fact_row r;
    size_t count = 0, cap = 0;
    while (next(rows, &r)) {
        list = grow(a, list, count, &cap, sizeof *list);
        if (!list) return err_no_memory(e, "rows");
        list[count++] = (struct evidence){.learner_id = r.learner_id,
                                          .client_id = "",
                                          .evidence_id = r.evidence_id,
                                          .kind = (enum evidence_kind)r.kind,
                                          .item_id = r.item_id,
                                          .item_version = (int32_t)r.item_version,
                                          .variant = r.variant,
                                          .competency_id = r.competency_id,
                                          .score = r.score,
                                          .hints = (int32_t)r.hints,
                                          .took_ms = r.took_ms,
                                          .floor_ms = (int32_t)r.floor_ms,
                                          .choices = (int32_t)r.choices,
                                          .answered_at_ms = r.answered_at_ms,
                                          .school_date = (int32_t)r.school_date,
                                          .policy_id = r.policy_id,
                                          .model_id = r.model_id,
                                          .replaces_id = r.replaces_id,
                                          .checkpoint_id = r.checkpoint_id};
    }
    TRY(rows_end(rows));
    *out = list;
    *n = count;
    return ST_OK;
}

enum st evidence_to_fold(struct tx *tx, struct arena *a, int64_t learner_id, int64_t after, struct evidence **out,
                         size_t *n, struct err *e)
{
    struct rows rows;
    TRY(sql_evidence_to_fold(tx, &(struct sql_evidence_to_fold_in){.learner_id = learner_id, .after = after}, &rows,
                             e));
    return read_facts(&rows, sql_evidence_to_fold_next, a, out, n, e);
}

enum st history_after(struct tx *tx, struct arena *a, int64_t first, int64_t last, struct evidence **out, size_t *n,
                      struct err *e)
{
    struct rows rows;
    TRY(sql_history_after(tx, &(struct sql_history_after_in){.first = first, .last = last}, &rows, e));
    return read_facts(&rows, sql_history_after_next, a, out, n, e);
}

typedef bool next_history(struct rows *rows, struct sql_history_row *row);

static enum st read_history(struct rows *rows, next_history *next, struct arena *a, struct history_row **out, size_t *n,
                            struct err *e)
{
    struct history_row *list = NULL;
    struct sql_history_row r;
    size_t count = 0, cap = 0;
    while (next(rows, &r)) {
        list = grow(a, list, count, &cap, sizeof *list);
        if (!list) return err_no_memory(e, "rows");
        const void *packed = arena_copy(a, r.packed.p, r.packed.n);
        if (!packed) return err_no_memory(e, "rows");
        list[count++] = (struct history_row){
            .learner_id = r.learner_id, .block = r.block, .last_id = r.last_id, .packed = packed, .n = r.packed.n};
    }
    TRY(rows_end(rows));
    *out = list;
    *n = count;
    return ST_OK;
}

enum st history_list(struct tx *tx, struct arena *a, int64_t learner_id, struct history_row **out, size_t *n,
                     struct err *e)
{
    struct rows rows;
    TRY(sql_history_list(tx, learner_id, &rows, e));
    return read_history(&rows, sql_history_list_next, a, out, n, e);
}

enum st history_range(struct tx *tx, struct arena *a, int64_t first, int64_t last, struct history_row **out, size_t *n,
                      struct err *e)
{
    struct rows rows;
    TRY(sql_history_range(tx, &(struct sql_history_range_in){.first = first, .last = last}, &rows, e));
    return read_history(&rows, sql_history_range_next, a, out, n, e);
}

enum st history_set(struct tx *tx, int64_t learner_id, const struct history_row *row, struct err *e)
{
    return sql_history_set(
        tx,
        &(struct sql_history_set_in){
            .learner_id = learner_id, .block = row->block, .last_id = row->last_id, .packed = {row->packed, row->n}},
        e);
}

enum st mastery_set(struct tx *tx, const struct mastery_row *m, struct err *e)
{
    return sql_mastery_set(tx,
                           &(struct sql_mastery_set_in){.learner_id = m->learner_id,
                                                        .competency_id = m->competency_id,
                                                        .p_known = m->p_known,
                                                        .level = m->level,
                                                        .evidence_count = m->evidence_count,
                                                        .alone_count = m->alone_count,
                                                        .right_count = m->right_count,
                                                        .last_evidence_id = m->last_evidence_id,
                                                        .policy_id = m->policy_id,
                                                        .model_id = m->model_id},
                           e);
}

typedef bool next_mastery(struct rows *rows, struct sql_mastery_row *row);

static enum st read_mastery(struct rows *rows, next_mastery *next, struct arena *a, struct mastery_row **out, size_t *n,
                            struct err *e)
{
    struct mastery_row *list = NULL;
    struct sql_mastery_row r;
    size_t count = 0, cap = 0;
    while (next(rows, &r)) {
        list = grow(a, list, count, &cap, sizeof *list);
        if (!list) return err_no_memory(e, "rows");
        list[count++] = (struct mastery_row){.learner_id = r.learner_id,
                                             .competency_id = r.competency_id,
                                             .p_known = r.p_known,
                                             .level = (int32_t)r.level,
                                             .evidence_count = (int32_t)r.evidence_count,
                                             .alone_count = (int32_t)r.alone_count,
                                             .right_count = (int32_t)r.right_count,
                                             .last_evidence_id = r.last_evidence_id,
                                             .policy_id = r.policy_id,
                                             .model_id = r.model_id};
    }
    TRY(rows_end(rows));
    *out = list;
    *n = count;
    return ST_OK;
}

enum st mastery_list(struct tx *tx, struct arena *a, int64_t learner_id, struct mastery_row **out, size_t *n,
                     struct err *e)
{
    struct rows rows;
    TRY(sql_mastery_list(tx, learner_id, &rows, e));
    return read_mastery(&rows, sql_mastery_list_next, a, out, n, e);
}

enum st mastery_range(struct tx *tx, struct arena *a, int64_t first, int64_t last, struct mastery_row **out, size_t *n,
                      struct err *e)
{
    struct rows rows;
    TRY(sql_mastery_range(tx, &(struct sql_mastery_range_in){.first = first, .last = last}, &rows, e));
    return read_mastery(&rows, sql_mastery_range_next, a, out, n, e);
}

static enum st with_evidence(struct tx *tx, int64_t after, int64_t *out, size_t limit, size_t *n, struct err *e)
{
    struct sql_learner_row r;
    struct rows rows;
    TRY(sql_evidence_learners(tx, &(struct sql_evidence_learners_in){.after = after, .limit = (int64_t)limit}, &rows,
                              e));
    while (*n < limit && sql_evidence_learners_next(&rows, &r)) out[(*n)++] = r.learner_id;
    return rows_end(&rows);
}

static enum st with_mastery(struct tx *tx, int64_t after, int64_t *out, size_t limit, size_t *n, struct err *e)
{
    struct sql_learner_row r;
    struct rows rows;
    TRY(sql_mastery_learners(tx, &(struct sql_mastery_learners_in){.after = after, .limit = (int64_t)limit}, &rows, e));
    while (*n < limit && sql_mastery_learners_next(&rows, &r)) out[(*n)++] = r.learner_id;
    return rows_end(&rows);
}

enum st learner_ids(struct tx *tx, enum learner_list list, int64_t after, int64_t *out, size_t limit, size_t *n,
                    struct err *e)
{
    *n = 0;
    switch (list) {
    case LEARNERS_WITH_EVIDENCE: return with_evidence(tx, after, out, limit, n, e);
    case LEARNERS_WITH_MASTERY: return with_mastery(tx, after, out, limit, n, e);
    }
    return err_fail(e, ST_BUG, "err.bug", "list of learners");
}
