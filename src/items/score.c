#include <string.h>

#include "items/interaction.h"

static enum st score_question(struct arena *a, const struct question *q, const json_t *response, struct verdict *out,
                              struct err *e)
{
    *out = (struct verdict){.readable = true, .code = "not_yet"};
    return q->type->score(a, q, response, out, e);
}

enum st item_score(struct arena *a, const struct item *it, const json_t *response, struct verdict *out, struct err *e)
{
    TRY(score_question(a, &it->question, response, out, e));
    if (out->score >= 1) out->feedback_html = it->right_html;
    for (size_t i = 0; out->readable && strcmp(out->code, "not_yet") == 0 && i < it->error_count; i++)
        if (it->question.type->shows(a, &it->question, it->errors[i].match, response)) {
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
