#include "learning/observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "learning/answer.h"
#include "core/hub.h"
#include "learning/learner_state.h"
#include "base/id.h"
#include "base/json.h"
#include "base/rng.h"
#include "core/note.h"
#include "policy/snapshot.h"
#include "store/sql/answer.h"

double level_score(enum level l)
{
    static const double scores[LEVEL_COUNT] = {0, 1.0 / 3, 2.0 / 3, 1};
    return l < LEVEL_COUNT ? scores[l] : 0;
}

/* The fact's raw response: what was noted. */
static char *response_of(const struct seen *o)
{
    json_t *v = json_pack("{s:f,s:s}", "score", o->score, "note", o->note);
    char *s = v ? json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(v);
    return s;
}

static enum st store(struct tx *tx, struct arena *a, const struct evidence *v, struct state_row *row,
                     const struct learner_state *state, const char *client_id, int64_t hash, const char *response,
                     struct err *e)
{
    TRY(evidence_insert(tx, v, e));
    TRY(sql_response_insert(tx,
                            &(struct sql_response_insert_in){.learner_id = v->learner_id,
                                                             .client_id = client_id,
                                                             .evidence_id = v->evidence_id,
                                                             .body_hash = hash,
                                                             .response = response},
                            e));
    const struct competency_state *k = state_find(state, v->competency_id);
    if (k) {
        struct mastery_row m = {v->learner_id,    k->competency_id, k->p_known, (int32_t)k->level,
                                k->opportunities, k->alone,         k->right,   k->last_evidence_id,
                                v->policy_id,     v->model_id};
        TRY(mastery_set(tx, &m, e));
    }
    if (state_encode(a, state, &row->state, &row->n) != ST_OK) return err_fail(e, ST_NOMEM, "err.memory", "state");
    return state_write(tx, row, e);
}

/* s: what is current as the fact is recorded, whatever the command was prepared under. */
static enum st fold_seen(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                         const struct seen *o, const char *response, int64_t hash, int64_t *evidence_id,
                         enum level *before, struct err *e)
{
    const struct policy_effective *policy;
    struct state_row row;
    struct learner_state state;
    struct fact_view view;
    struct fold_step step[BKT_SKILLS_MAX];
    size_t moved;
    int64_t now = app_now_ms(app);
    TRY(policy_for_learners_school(&s->policy_index, tx, o->learner_id, now, &policy, e));
    TRY(state_take(tx, a, o->learner_id, &row, e));
    TRY(learner_state_from(s, tx, a, now, &row, &state, NULL, e));
    const struct competency_state *k = state_find(&state, o->competency_id);
    *before = k ? k->level : LEVEL_NOT_YET;
    struct evidence v = {.learner_id = o->learner_id,
                         .client_id = o->client_id,
                         .kind = o->kind,
                         .competency_id = o->competency_id,
                         .score = o->score,
                         .attempt = 1,
                         .answered_at_ms = now,
                         .school_date = tz_date(s->zone, now),
                         .policy_id = policy->policy_id,
                         .model_id = model_current(&s->policy_index, now)->model_id,
                         .recorder_id = o->recorder_id,
                         .checkpoint_id = o->checkpoint_id};
    v.evidence_id = *evidence_id = id_next(&app->fact_ids, now, state.last_evidence_id);
    fact_view_init(&s->policy_index, &s->catalogue, &policy->policy, &v, &view);
    TRY(fold_fact(a, &view.fact, &state, step, &moved, e));
    TRY(store(tx, a, &v, &row, &state, o->client_id, hash, response, e));
    if (app->hub && moved) hub_stage_level(app->hub, o->learner_id, o->competency_id, step[0].level_after);
    return ST_OK;
}

enum st observe_fact(struct app *app, struct tx *tx, const struct seen *o, int64_t *evidence_id, enum level *before,
                     bool *again, struct err *e)
{
    int64_t stored_hash;
    char *response = response_of(o);
    if (!response) return err_fail(e, ST_NOMEM, "err.memory", "observation");
    int64_t hash = answer_body_hash(o->competency_id, o->kind, response, 0);
    enum st st = response_find(tx, o->learner_id, o->client_id, evidence_id, &stored_hash, e);
    *again = st == ST_OK && *evidence_id;
    if (*again && stored_hash != hash)
        st = err_fail(e, ST_CONFLICT, "answer.client_id_reused", "client_id was used for something else");
    if (st == ST_OK && !*again) {
        struct arena a;
        struct snapshot *s = snapshot_hold(app);
        arena_init(&a, 64u << 20);
        st = fold_seen(app, s, tx, &a, o, response, hash, evidence_id, before, e);
        arena_release(&a);
        snapshot_drop(s);
    }
    free(response);
    return st;
}

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct observe_cmd *o = (struct observe_cmd *)command;
    for (size_t i = 0; i < o->count; i++) {
        const struct seen seen = {.client_id = o->client_id,
                                  .learner_id = o->learner_ids[i],
                                  .recorder_id = o->recorder_id,
                                  .competency_id = o->competency_id,
                                  .kind = o->kind,
                                  .score = o->score,
                                  .note = o->note};
        enum level before;
        bool again;
        TRY(observe_fact(app, tx, &seen, &o->evidence_ids[i], &before, &again, e));
    }
    return ST_OK;
}

enum st observe_check(struct observe_cmd *o, struct err *e)
{
    TRY(client_id_check(o->client_id, e));
    if (!o->note) o->note = "";
    if (!o->count || o->count > OBSERVE_MAX)
        return err_fail(e, ST_INVALID, "observe.students", "1 to %d students", OBSERVE_MAX);
    if (!(o->score >= 0 && o->score <= 1))
        return err_fail(e, ST_INVALID, "observe.score", "score must be a number from 0 to 1");
    if (strlen(o->note) > OBSERVE_NOTE_BYTES)
        return err_fail(e, ST_INVALID, "observe.note_long", "note: at most %d bytes", OBSERVE_NOTE_BYTES);
    if (!catalogue_competency(&o->snapshot->catalogue, o->competency_id))
        return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency %lld", (long long)o->competency_id);
    for (size_t i = 0; i < o->count; i++) /* the same student twice is one */
        for (size_t k = i + 1; k < o->count;)
            if (o->learner_ids[k] == o->learner_ids[i]) o->learner_ids[k] = o->learner_ids[--o->count];
            else k++;
    o->command.run = run;
    return ST_OK;
}
