#include "plan/draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/sql/answer.h"

enum { HINTS_BYTES = 16384 };

static enum st read_draft(struct tx *tx, struct arena *a, int64_t learner_id, int64_t item_id, int64_t variant,
                          struct draft *out, struct err *e)
{
    struct sql_draft_get_row r;
    bool row;
    TRY(sql_draft_get(tx, &(struct sql_draft_get_in){.learner_id = learner_id, .item_id = item_id, .variant = variant},
                      &r, &row, e));
    *out = (struct draft){.response = ""};
    const char *hints = row ? arena_strdup(a, r.hints) : "{}";
    if (row) {
        out->response = arena_strdup(a, r.response);
        out->started_at_ms = r.started_at_ms;
        out->updated_at_ms = r.updated_at_ms;
    }
    if (!hints || !out->response) return err_fail(e, ST_NOMEM, "err.memory", "draft");
    return json_read(a, *hints ? hints : "{}", strlen(*hints ? hints : "{}"), &out->hints, e);
}

enum st draft_get(struct tx *tx, struct arena *a, const struct learner_scope *who, int64_t item_id, int64_t variant,
                  struct draft *out, struct err *e)
{
    return read_draft(tx, a, who->learner_id, item_id, variant, out, e);
}

size_t draft_hints_shown(const struct draft *d) { return json_array_size(json_object_get(d->hints, "shown")); }

static void merge(json_t *hints, const struct draft_cmd *d)
{
    json_t *shown = json_object_get(hints, "shown"), *answers = json_object_get(hints, "answers");
    if (!shown) json_object_set_new(hints, "shown", shown = json_array());
    if (!answers) json_object_set_new(hints, "answers", answers = json_object());
    bool there = false;
    for (size_t i = 0; d->show_hint && i < json_array_size(shown); i++)
        there = there || strcmp(json_string_value(json_array_get(shown, i)), d->show_hint) == 0;
    if (d->show_hint && !there) json_array_append_new(shown, json_string(d->show_hint));
    if (d->answer_hint)
        json_object_set_new(answers, d->answer_hint,
                            json_pack("{s:s,s:o*}", "response", d->answer_response, "right",
                                      d->answer_open ? NULL : json_boolean(d->answer_right)));
}

static enum st run(struct app *app, struct tx *tx, struct command *command, struct err *e)
{
    struct draft_cmd *d = (struct draft_cmd *)command;
    struct draft old;
    struct arena a;
    arena_init(&a, 1 << 20);
    enum st st = read_draft(tx, &a, d->learner_id, d->item_id, d->variant, &old, e);
    char *hints = NULL;
    if (st == ST_OK) {
        merge(old.hints, d);
        hints = json_dumps(old.hints, JSON_COMPACT);
        if (!hints) st = err_fail(e, ST_NOMEM, "err.memory", "draft");
        else if (strlen(hints) > HINTS_BYTES) st = err_fail(e, ST_INVALID, "err.too_large", "draft");
    }
    if (st == ST_OK)
        st = sql_draft_set(tx,
                           &(struct sql_draft_set_in){.learner_id = d->learner_id,
                                                      .item_id = d->item_id,
                                                      .variant = d->variant,
                                                      .response = d->response ? d->response : old.response,
                                                      .hints = hints,
                                                      .now_ms = app_now_ms(app)},
                           NULL, e);
    free(hints);
    arena_release(&a);
    return st;
}

void draft_init(struct draft_cmd *d)
{
    d->command.run = run;
    d->command.leaves_memory = true;
}
