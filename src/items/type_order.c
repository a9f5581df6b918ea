/* order: all choices, put in order. */
#include "choices.h"

static enum st score(struct arena *a, const struct question *q, const json_t *response, struct verdict *out,
                     struct err *e)
{
    struct choices_given g;
    (void)a;
    TRY(choices_count(q, response, &g, e));
    choices_verdict(&g, g.count == q->key.count && g.in_place == g.count, out);
    return ST_OK;
}

const struct interaction_type type_order = {
    .code = "order",
    .response = &shape_ids,
    .ordered = true,
    .asked_schema = choices_schema,
    .read = choices_read,
    .fill = choices_fill,
    .put = choices_put,
    .score = score,
    .shows = choices_show,
    .named = choices_named,
    .error_is_right = choices_error,
    .right = choices_right,
    .wrong = choices_wrong,
};
