/* text_entry: an answer is typed, and read as the kind that the key names. */
#include "choices.h"
#include "reader.h"
#include "typed.h"
#include "types.h"

static enum st read(struct reader *r, const json_t *o, const json_t *interaction, struct question *q)
{
    (void)interaction;
    return reader_key(r, json_object_get(o, "key"), KEY_COUNT, q);
}

static enum st score(struct arena *a, const struct question *q, const json_t *response, struct verdict *out,
                     struct err *e)
{
    if (!json_is_string(response)) return err_fail(e, ST_INVALID, "answer.response", "response must be a text");
    switch (typed_score(a, &q->key, json_string_value(response), &out->unreadable)) {
    case TYPED_RIGHT:
        out->code = "right";
        out->score = 1;
        break;
    case TYPED_NOT_YET: break;
    case TYPED_WRONG_FORM: out->code = "wrong_form"; break;
    case TYPED_UNIT_MISSING: out->code = "unit_missing"; break;
    case TYPED_UNREADABLE:
        out->readable = false;
        out->code = "unreadable";
        if (!out->unreadable) out->unreadable = "score.cannot_read";
        break;
    }
    if (out->readable) out->unreadable = NULL;
    return ST_OK;
}

static bool shows(struct arena *a, const struct question *q, const char *match, const json_t *response)
{
    return typed_matches(a, &q->key, match, json_string_value(response));
}

static bool error_is_right(struct arena *a, const struct question *q, const char *match, const char **unreadable)
{
    const char *why = NULL;
    enum typed t = typed_score(a, &q->key, match, &why);
    if (t == TYPED_UNREADABLE) *unreadable = "a known error cannot be read as an answer, so that nobody is told of it";
    return t == TYPED_RIGHT;
}

static json_t *right(const struct question *q, size_t i) { return json_string(q->key.values[i]); }

static json_t *wrong(const struct question *q, struct rng *r)
{
    (void)q;
    return json_sprintf("%u", 1 + rng_below(r, 30));
}

const struct interaction_type type_text_entry = {
    .code = "text_entry",
    .response = &shape_text,
    .any = true,
    .expressions = true,
    .asked_schema = choices_schema,
    .read = read,
    .put = choices_put, /* none: clients look at the list to see whether there is something to choose */
    .score = score,
    .shows = shows,
    .error_is_right = error_is_right,
    .right = right,
    .wrong = wrong,
};
