/* load -> compute -> write set: one read for the states of all learners in the batch; the fold in memory, duplicates
 * within the batch included; then typed row writes. */
#include "learning/answer.h"

#include <stdio.h>
#include <string.h>

#include "core/hub.h"
#include "learning/learner_state.h"
#include "base/id.h"
#include "base/rng.h"
#include "base/text.h"
#include "policy/snapshot.h"
#include "learning/state_cache.h"
#include "store/sql/answer.h"

enum { ANSWERS_MAX = 256 };

enum st answer_item(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                    const struct taught *courses, size_t course_count, int64_t item_id, int32_t version,
                    int64_t variant, enum item_use use, const struct item_ref **ref, const struct item **item,
                    struct err *e)
{
    const struct item_ref *found = catalogue_item(&s->catalogue, item_id);
    if (!found || !found->open || !catalogue_teaches(&s->catalogue, courses, course_count, found))
        return err_fail(e, ST_DENIED, "answer.not_yours",
                        "this item is not in one of your courses, or has been taken out");
    TRY(app_item_variant(app, tx, a, item_id, version ? version : found->version, variant, use, item, e));
    *ref = found;
    return ST_OK;
}

enum st answer_prepare(struct answer_cmd *c, const struct item *item, const json_t *response, struct verdict *verdict,
                       struct err *e)
{
    TRY(item_score(c->arena, item, response, verdict, e));
    char *text = json_dumps(response, JSON_COMPACT | JSON_ENCODE_ANY);
    c->response = text ? arena_strdup(c->arena, text) : NULL;
    free(text);
    if (!c->response) return err_fail(e, ST_NOMEM, "err.memory", "response");
    c->command.set = &answer_set;
    c->score = verdict->score;
    c->choices = item_choices(item);
    c->floor_ms = item_floor_ms(item);
    c->readable = verdict->readable;
    c->shown_error = verdict->error;
    c->body_hash = answer_body_hash(c->item->item_id, c->variant, c->response, c->hints);
    return ST_OK;
}

int64_t answer_body_hash(int64_t item_id, int64_t variant, const char *response, int32_t hints)
{
    uint64_t h = hash_mix((uint64_t)item_id, (uint64_t)variant);
    h = hash_mix(h, (uint64_t)hints);
    for (const char *p = response; *p; p++) h = (h ^ (unsigned char)*p) * 1099511628211u;
    return (int64_t)(hash_mix(h, 7) >> 1);
}

/* A learner in the batch, with the state as it grows. */
struct open_learner {
    int64_t learner_id;
    const struct policy_effective *policy;
    struct state_row row;
    struct learner_state state;
    size_t behind; /* facts in `state` that the stored row lacks */
    bool changed;
};

/* A cell of the mastery table that the batch moves: written once, however many answers move it. */
struct touched {
    struct open_learner *learner;
    int64_t competency_id, policy_id, model_id;
};

struct answer_batch {
    struct app *app;
    struct tx *tx;
    struct arena arena;
    size_t learner_count;
    struct open_learner learners[ANSWERS_MAX];
    struct response_key keys[ANSWERS_MAX]; /* of the commands, in their order */
    size_t touched_count;
    struct touched touched[ANSWERS_MAX * BKT_SKILLS_MAX];
    int64_t now_ms;
    const struct snapshot *snapshot;
    const struct model *model;
};

static struct open_learner *learner_of(struct answer_batch *b, int64_t id)
{
    for (size_t i = 0; i < b->learner_count; i++)
        if (b->learners[i].learner_id == id) return &b->learners[i];
    return NULL;
}

/* What the writer remembers of a learner; false: nothing. */
static bool recall(struct answer_batch *b, struct open_learner *l)
{
    const struct cached_state *k = state_cache_find(b->app->state_cache, l->learner_id);
    if (!k || state_decode(&b->arena, k->row.state, k->row.n, &l->state) != ST_OK) return false;
    l->row = k->row;
    l->behind = k->behind;
    return true;
}

static enum st load(struct answer_batch *b, struct command **cmds, size_t n, struct err *e)
{
    struct open_learner *missing[ANSWERS_MAX];
    int64_t ids[ANSWERS_MAX];
    struct state_row rows[ANSWERS_MAX];
    size_t m = 0;
    bool others;
    TRY(conn_others_wrote(tx_conn(b->tx), &others, e));
    if (others) state_cache_clear(b->app->state_cache);
    for (size_t i = 0; i < n; i++) {
        const struct answer_cmd *c = (const struct answer_cmd *)cmds[i];
        b->keys[i] = (struct response_key){.learner_id = c->learner_id, .client_id = c->client_id};
        if (learner_of(b, c->learner_id)) continue;
        struct open_learner *l = &b->learners[b->learner_count++];
        *l = (struct open_learner){.learner_id = c->learner_id};
        TRY(policy_for_learners_school(&b->snapshot->policy_index, b->tx, c->learner_id, b->now_ms, &l->policy, e));
        if (recall(b, l)) continue;
        missing[m] = l;
        ids[m++] = l->learner_id;
    }
    if (m == 1) TRY(state_take(b->tx, &b->arena, ids[0], &rows[0], e));
    else if (m) TRY(states_get(b->tx, &b->arena, ids, m, rows, e));
    for (size_t i = 0; i < m; i++) {
        missing[i]->row = rows[i];
        TRY(learner_state_from(b->snapshot, b->tx, &b->arena, b->now_ms, &rows[i], &missing[i]->state,
                               &missing[i]->behind, e));
    }
    return responses_find(b->tx, b->keys, n, e);
}

/* The same client id again: within the batch, or stored. */
static void first_reply(struct answer_batch *b, struct command **cmds, size_t at)
{
    struct answer_cmd *c = (struct answer_cmd *)cmds[at];
    int64_t evidence_id = 0, hash = 0;
    for (size_t i = 0; i < at && !evidence_id; i++) {
        const struct answer_cmd *o = (const struct answer_cmd *)cmds[i];
        if (o->command.st == ST_OK && o->learner_id == c->learner_id && o->evidence_id &&
            strcmp(o->client_id, c->client_id) == 0) {
            evidence_id = o->evidence_id;
            hash = o->body_hash;
        }
    }
    if (!evidence_id) {
        evidence_id = b->keys[at].evidence_id;
        hash = b->keys[at].body_hash;
    }
    if (!evidence_id) return;
    if (hash != c->body_hash) {
        c->command.st =
            err_fail(&c->command.err, ST_CONFLICT, "answer.client_id_reused", "client_id was used for another answer");
        return;
    }
    c->duplicate = true;
    c->evidence_id = evidence_id;
}

static enum st keep_unread(struct answer_batch *b, struct answer_cmd *c, struct err *e)
{
    return sql_unread_insert(b->tx,
                             &(struct sql_unread_insert_in){.learner_id = c->learner_id,
                                                            .client_id = c->client_id,
                                                            .item_id = c->item->item_id,
                                                            .variant = c->variant,
                                                            .response = c->response,
                                                            .at_ms = b->now_ms},
                             e);
}

static void touch(struct answer_batch *b, struct open_learner *l, int64_t competency_id, const struct evidence *v)
{
    struct touched *t = b->touched, *end = t + b->touched_count;
    while (t < end && (t->learner != l || t->competency_id != competency_id)) t++;
    if (t == end) b->touched_count++;
    *t = (struct touched){l, competency_id, v->policy_id, v->model_id};
}

/* Where a skill of the question must be shown to last, an answer can be too soon to count. */
static int32_t floor_of(const struct answer_batch *b, const struct answer_cmd *c, const struct open_learner *l)
{
    for (size_t i = 0; i < c->item->competency_count; i++)
        if (mastery_rule_for(&b->snapshot->catalogue, &l->policy->policy, c->item->competency_ids[i])->kind ==
            MASTERY_LASTING)
            return c->floor_ms;
    return 0;
}

/* The school's day of an answer, at the time that the fold takes it to be of. */
static int32_t day_of(const struct answer_batch *b, const struct answer_cmd *c, const struct open_learner *l)
{
    int64_t at_ms = c->answered_at_ms < b->now_ms ? c->answered_at_ms : b->now_ms;
    return tz_date(b->snapshot->zone, at_ms > l->state.last_at_ms ? at_ms : l->state.last_at_ms);
}

static enum st keep(struct answer_batch *b, struct answer_cmd *c, struct open_learner *l, struct err *e)
{
    struct evidence v = {.learner_id = c->learner_id,
                         .client_id = c->client_id,
                         .kind = EVIDENCE_RESPONSE,
                         .item_id = c->item->item_id,
                         .item_version = c->item_version,
                         .variant = c->variant,
                         .score = c->score,
                         .attempt = fold_attempt(&l->state, c->item->item_id, c->variant),
                         .hints = c->hints,
                         .choices = c->choices,
                         .floor_ms = c->floor_ms,
                         .took_ms = c->took_ms,
                         .answered_at_ms = c->answered_at_ms,
                         .school_date = day_of(b, c, l),
                         .shown_error = c->shown_error,
                         .policy_id = l->policy->policy_id,
                         .model_id = b->model->model_id};
    struct fact_view view;
    v.evidence_id = id_next(&b->app->fact_ids, b->now_ms, l->state.last_evidence_id);
    fact_view_init(&b->snapshot->policy_index, &b->snapshot->catalogue, &l->policy->policy, &v, &view);
    c->command.st = fold_fact(&b->arena, &view.fact, &l->state, c->steps, &c->moved, &c->command.err);
    if (c->command.st == ST_NOMEM) { /* the state may have moved in part: nothing may follow on it */
        *e = c->command.err;
        return ST_NOMEM;
    }
    if (c->command.st != ST_OK) return ST_OK; /* this answer's own failure: nothing of it was kept */
    c->evidence_id = v.evidence_id;
    l->changed = true;
    l->behind++;
    for (size_t i = 0; i < c->moved; i++) touch(b, l, c->steps[i].competency_id, &v);
    TRY(evidence_insert(b->tx, &v, e));
    return sql_response_insert(b->tx,
                               &(struct sql_response_insert_in){.learner_id = c->learner_id,
                                                                .client_id = c->client_id,
                                                                .evidence_id = v.evidence_id,
                                                                .body_hash = c->body_hash,
                                                                .response = c->response},
                               e);
}

/* The derived rows, once for the whole batch. */
static enum st write_derived(struct answer_batch *b, struct err *e)
{
    size_t most = conn_is_remote(tx_conn(b->tx)) ? 1 : STATE_BEHIND_MAX;
    for (size_t i = 0; i < b->touched_count; i++) {
        const struct touched *t = &b->touched[i];
        const struct competency_state *k = state_find(&t->learner->state, t->competency_id);
        struct mastery_row m = {t->learner->learner_id, k->competency_id, k->p_known, (int32_t)k->level,
                                k->opportunities,       k->alone,         k->right,   k->last_evidence_id,
                                t->policy_id,           t->model_id};
        TRY(mastery_set(b->tx, &m, e));
    }
    for (size_t i = 0; i < b->learner_count; i++) {
        struct open_learner *l = &b->learners[i];
        if (!l->changed) continue;
        if (state_encode(&b->arena, &l->state, &l->row.state, &l->row.n) != ST_OK)
            return err_fail(e, ST_NOMEM, "err.memory", "state");
        if (!l->row.version || l->behind >= most) {
            TRY(state_write(b->tx, &l->row, e));
            l->row.version++;
            l->behind = 0;
        }
        if (most > 1) state_cache_put(b->app->state_cache, &(struct cached_state){l->row, l->behind});
    }
    return ST_OK;
}

static enum st run(struct answer_batch *b, struct command **cmds, size_t n, struct err *e)
{
    TRY(load(b, cmds, n, e));
    for (size_t i = 0; i < n; i++) {
        struct answer_cmd *c = (struct answer_cmd *)cmds[i];
        struct open_learner *l = learner_of(b, c->learner_id);
        c->command.st = ST_OK;
        c->duplicate = false;
        c->evidence_id = 0;
        c->moved = 0;
        c->first_score = c->score;
        c->floor_ms = c->readable ? floor_of(b, c, l) : 0;
        c->too_fast = c->took_ms > 0 && c->took_ms < c->floor_ms;
        first_reply(b, cmds, i);
        if (c->command.st == ST_OK && !c->duplicate) TRY(c->readable ? keep(b, c, l, e) : keep_unread(b, c, e));
        /* Its rows are sent already: without its reply it must not stay, or it would be told as failed and be there. */
        if (c->command.st == ST_OK && state_copy(c->arena, &l->state, &c->state) != ST_OK)
            return err_fail(e, ST_NOMEM, "err.memory", "reply");
    }
    return write_derived(b, e);
}

static enum st answer_batch_run(struct app *app, struct tx *tx, struct command **cmds, size_t n, struct err *e)
{
    struct answer_batch b; /* its learners are cleared as they are taken into use */
    b.app = app;
    b.tx = tx;
    b.learner_count = b.touched_count = 0;
    b.now_ms = app_now_ms(app);
    /* All under what is current as they are recorded, whatever each was prepared under. */
    struct snapshot *s = snapshot_hold(app);
    b.snapshot = s;
    b.model = model_current(&s->policy_index, b.now_ms);
    arena_init(&b.arena, 64u << 20);
    enum st st = run(&b, cmds, n, e);
    arena_release(&b.arena);
    snapshot_drop(s);
    return st;
}

static void answer_publish(struct app *app, const struct command *command)
{
    const struct answer_cmd *c = (const struct answer_cmd *)command;
    if (!app->hub || c->duplicate) return;
    for (size_t k = 0; k < c->moved; k++)
        hub_publish_level(app->hub, c->learner_id, c->steps[k].competency_id, c->steps[k].level_after);
}

const struct command_set answer_set = {answer_batch_run, answer_publish};
