#include "progress/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/note.h"
#include "base/json.h"
#include "base/rng.h"
#include "policy/snapshot.h"
#include "store/sql/rigor.h"

enum { TASK_BYTES = NOTE_BYTES };

enum st checkpoint_parts(struct arena *a, const char *text, struct checkpoint *out, struct err *e)
{
    json_t *list, *p;
    size_t i;
    TRY(json_read(a, text, strlen(text), &list, e));
    out->count = 0;
    json_array_foreach (list, i, p) {
        if (out->count == CHECKPOINT_PARTS_MAX) break;
        struct checkpoint_part *v = &out->parts[out->count++];
        *v = (struct checkpoint_part){.task = json_str(p, "task", ""), .max_points = (int32_t)json_f64(p, "most", 1)};
        v->competency_id = strtoll(json_str(p, "competency_id", "0"), NULL, 10);
        v->item_id = strtoll(json_str(p, "item_id", "0"), NULL, 10);
    }
    return ST_OK;
}

enum st checkpoint_load(struct tx *tx, struct arena *a, int64_t checkpoint_id, struct checkpoint *out, struct err *e)
{
    struct sql_checkpoint_get_row r;
    bool row;
    *out = (struct checkpoint){.checkpoint_id = checkpoint_id};
    TRY(sql_checkpoint_get(tx, checkpoint_id, &r, &row, e));
    if (!row)
        return err_fail(e, ST_NOT_FOUND, "err.not_found", "there is no checkpoint %lld", (long long)checkpoint_id);
    out->org_id = r.org_id;
    out->title = arena_strdup(a, r.title);
    const char *parts = arena_strdup(a, r.parts);
    if (!out->title || !parts) return err_no_memory(e, "checkpoint");
    return checkpoint_parts(a, parts, out, e);
}

int64_t checkpoint_variant(const struct checkpoint *k, const struct checkpoint_part *p)
{
    return (int64_t)(hash_mix((uint64_t)k->checkpoint_id, (uint64_t)p->item_id) % 100000) * 1000;
}

static char *parts_json(const struct checkpoint *k)
{
    json_t *list = json_array();
    for (size_t i = 0; i < k->count; i++) {
        char competency[24], item[24];
        snprintf(competency, sizeof competency, "%lld", (long long)k->parts[i].competency_id);
        snprintf(item, sizeof item, "%lld", (long long)k->parts[i].item_id);
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:i}", "competency_id", competency, "task",
                                              k->parts[i].task, "item_id", item, "most", (int)k->parts[i].max_points));
    }
    char *s = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    return s;
}

static enum st run_make(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    const struct checkpoint_make_cmd *m = (const struct checkpoint_make_cmd *)command;
    char *parts = parts_json(&m->checkpoint);
    if (!parts) return err_no_memory(e, "checkpoint");
    enum st st = sql_checkpoint_insert(tx,
                                       &(struct sql_checkpoint_insert_in){.checkpoint_id = app_id(app),
                                                                          .client_id = m->client_id,
                                                                          .org_id = m->checkpoint.org_id,
                                                                          .title = m->checkpoint.title,
                                                                          .parts = parts,
                                                                          .author_id = m->author_id},
                                       NULL, e);
    free(parts);
    return st;
}

/* Without a task in words: the first question of the competency that is open. */
static int64_t item_for(const struct snapshot *s, int64_t competency_id)
{
    const struct competency *k = catalogue_competency(&s->catalogue, competency_id);
    for (size_t i = 0; k && i < k->item_count; i++)
        if (s->catalogue.items[k->item[i]].open) return s->catalogue.items[k->item[i]].item_id;
    return 0;
}

enum st checkpoint_make_check(const struct snapshot *s, struct checkpoint_make_cmd *m, struct err *e)
{
    struct checkpoint *k = &m->checkpoint;
    TRY(client_id_check(m->client_id, e));
    TRY(note_check(k->title, e));
    if (strlen(k->title) > CHECKPOINT_TITLE)
        return err_fail(e, ST_INVALID, "checkpoint.title", "at most %d bytes", CHECKPOINT_TITLE);
    if (!k->count)
        return err_fail(e, ST_INVALID, "checkpoint.parts", "a checkpoint needs 1 to %d parts", CHECKPOINT_PARTS_MAX);
    for (size_t i = 0; i < k->count; i++) {
        struct checkpoint_part *p = &k->parts[i];
        if (!catalogue_competency(&s->catalogue, p->competency_id))
            return err_fail(e, ST_NOT_FOUND, "err.no_competency", "competency %lld", (long long)p->competency_id);
        if (p->max_points < 1 || p->max_points > CHECKPOINT_POINTS_MAX)
            return err_fail(e, ST_INVALID, "checkpoint.points", "points: 1 to %d", CHECKPOINT_POINTS_MAX);
        if (strlen(p->task) > TASK_BYTES) return err_fail(e, ST_INVALID, "look.words", "at most %d bytes", TASK_BYTES);
        for (size_t j = 0; j < i; j++)
            if (k->parts[j].competency_id == p->competency_id)
                return err_fail(e, ST_INVALID, "checkpoint.twice", "each competency once");
        if (!*p->task) p->item_id = item_for(s, p->competency_id);
        if (!*p->task && !p->item_id)
            return err_fail(e, ST_INVALID, "checkpoint.task",
                            "a part without a question in the collection needs a task in words");
    }
    m->command.run = run_make;
    m->command.leaves_memory = true;
    return ST_OK;
}

/* Entering results ------------------------------------------------------------------------------------------------- */

static enum st attempts(struct tx *tx, int64_t checkpoint_id, int64_t learner_id, int64_t competency_id, int64_t *n,
                        struct err *e)
{
    struct sql_checkpoint_attempts_row r;
    TRY(sql_checkpoint_attempts(tx,
                                &(struct sql_checkpoint_attempts_in){.checkpoint_id = checkpoint_id,
                                                                     .learner_id = learner_id,
                                                                     .competency_id = competency_id},
                                &r, NULL, e));
    *n = r.count;
    return ST_OK;
}

static enum st keep_result(struct tx *tx, const struct checkpoint_enter_cmd *m, const struct seen *seen,
                           int64_t attempt, int64_t evidence_id, enum level before, struct err *e)
{
    return sql_checkpoint_result_insert(tx,
                                        &(struct sql_checkpoint_result_insert_in){.checkpoint_id = seen->checkpoint_id,
                                                                                  .learner_id = seen->learner_id,
                                                                                  .competency_id = seen->competency_id,
                                                                                  .attempt = attempt,
                                                                                  .class_id = m->class_id,
                                                                                  .evidence_id = evidence_id,
                                                                                  .level_before = before,
                                                                                  .score = seen->score},
                                        NULL, e);
}

static enum st enter_one(struct app *app, struct tx *tx, struct checkpoint_enter_cmd *m,
                         const struct checkpoint_cell *cell, struct err *e)
{
    const struct snapshot *s = m->snapshot;
    const struct policy_effective *policy;
    char client_id[120];
    int64_t evidence_id, tried;
    enum level before;
    bool again;
    snprintf(client_id, sizeof client_id, "%s.%zu", m->client_id, (size_t)(cell->part - m->checkpoint->parts));
    const struct seen seen = {.client_id = client_id,
                              .note = m->checkpoint->title,
                              .learner_id = cell->learner_id,
                              .recorder_id = m->recorder_id,
                              .competency_id = cell->part->competency_id,
                              .checkpoint_id = m->checkpoint->checkpoint_id,
                              .kind = EVIDENCE_OBSERVATION,
                              .score = cell->points / cell->part->max_points};
    TRY(attempts(tx, seen.checkpoint_id, seen.learner_id, seen.competency_id, &tried, e));
    TRY(observe_fact(app, tx, &seen, &evidence_id, &before, &again, e));
    if (again) return ST_OK;
    TRY(policy_for_learners_school(&s->policy_index, tx, seen.learner_id, app_now_ms(app), &policy, e));
    if (tried > policy->policy.retakes)
        return err_fail(e, ST_INVALID, "checkpoint.retakes",
                        "learner %lld: %lld tries are recorded, and the rules give %d retakes",
                        (long long)seen.learner_id, (long long)tried, (int)policy->policy.retakes);
    m->written++;
    return keep_result(tx, m, &seen, tried + 1, evidence_id, before, e);
}

static enum st run_enter(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct checkpoint_enter_cmd *m = (struct checkpoint_enter_cmd *)command;
    m->written = 0;
    for (size_t i = 0; i < m->count; i++) TRY(enter_one(app, tx, m, &m->cells[i], e));
    return ST_OK;
}

enum st checkpoint_enter_check(struct checkpoint_enter_cmd *m, struct err *e)
{
    TRY(client_id_check(m->client_id, e));
    if (!m->count) return err_fail(e, ST_INVALID, "record.nothing", "nothing was entered");
    for (size_t i = 0; i < m->count; i++)
        if (!(m->cells[i].points >= 0 && m->cells[i].points <= m->cells[i].part->max_points))
            return err_fail(e, ST_INVALID, "checkpoint.cell", "points: 0 to %d", (int)m->cells[i].part->max_points);
    m->command.run = run_enter;
    return ST_OK;
}
