#include <string.h>

#include "items/items.h"
#include "typed.h"

static enum st score_choices(const struct question *q, const json_t *response, bool *right, struct err *e)
{
    size_t n = json_array_size(response), matched = 0;
    if (!json_is_array(response))
        return err_fail(e, ST_INVALID, "answer.response", "response must be a list of choice ids");
    if (n > q->choice_count)
        return err_fail(e, ST_INVALID, "answer.response", "response names more choices than there are");
    for (size_t i = 0; i < n; i++) {
        const char *id = json_string_value(json_array_get(response, i));
        size_t k = 0;
        while (id && k < q->choice_count && strcmp(q->choices[k].id, id) != 0) k++;
        if (!id || k == q->choice_count)
            return err_fail(e, ST_INVALID, "answer.choice", "response names a choice that is not there");
        for (size_t j = 0; j < i; j++)
            if (strcmp(json_string_value(json_array_get(response, j)), id) == 0)
                return err_fail(e, ST_INVALID, "answer.choice", "response names a choice twice");
        if (q->type == INTERACTION_ORDER) {
            matched += i < q->key.count && strcmp(q->key.values[i], id) == 0;
        } else {
            for (size_t v = 0; v < q->key.count; v++) matched += strcmp(q->key.values[v], id) == 0;
        }
    }
    *right = q->type == INTERACTION_CHOICE ? n == 1 && matched == 1 : n == q->key.count && matched == n;
    return ST_OK;
}

static enum st score_question(struct arena *a, const struct question *q, const json_t *response, struct verdict *out,
                              struct err *e)
{
    *out = (struct verdict){.readable = true, .code = "not_yet"};
    if (q->type != INTERACTION_TEXT_ENTRY) {
        bool right = false;
        TRY(score_choices(q, response, &right, e));
        if (json_array_size(response) == 0) *out = (struct verdict){.code = "unreadable", .unreadable = "score.empty"};
        else if (right) *out = (struct verdict){.readable = true, .score = 1, .code = "right"};
        return ST_OK;
    }
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

static bool shows_error(struct arena *a, const struct item *it, const char *match, const json_t *response)
{
    if (it->question.type == INTERACTION_TEXT_ENTRY)
        return typed_matches(a, &it->question.key, match, json_string_value(response));
    for (size_t i = 0; i < json_array_size(response); i++)
        if (strcmp(json_string_value(json_array_get(response, i)), match) == 0) return true;
    return false;
}

enum st item_score(struct arena *a, const struct item *it, const json_t *response, struct verdict *out, struct err *e)
{
    TRY(score_question(a, &it->question, response, out, e));
    if (out->score >= 1) out->feedback_html = it->right_html;
    for (size_t i = 0; out->readable && strcmp(out->code, "not_yet") == 0 && i < it->error_count; i++)
        if (shows_error(a, it, it->errors[i].match, response)) {
            out->code = "known_error";
            out->feedback_html = it->errors[i].feedback_html;
            out->error = (int32_t)i + 1;
        }
    return ST_OK;
}

enum st hint_score(struct arena *a, const struct hint *h, const json_t *response, struct verdict *out, struct err *e)
{
    return score_question(a, &h->question, response, out, e);
}
