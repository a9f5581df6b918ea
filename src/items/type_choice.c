/* choice: one of several. */
#include <string.h>

#include "choices.h"

static enum st score(struct arena *a, const struct question *q, const json_t *response, struct verdict *out,
                     struct err *e)
{
    struct choices_given g;
    (void)a;
    TRY(choices_count(q, response, &g, e));
    choices_verdict(&g, g.count == 1 && g.in_key == 1, out);
    return ST_OK;
}

static bool error_is_right(struct arena *a, const struct question *q, const char *match, const char **unreadable)
{
    (void)choices_error(a, q, match, unreadable);
    for (size_t k = 0; k < q->key.count; k++)
        if (strcmp(q->key.values[k], match) == 0) return true;
    return false;
}

static json_t *right(const struct question *q, size_t i) { return json_pack("[s]", q->key.values[i]); }

const struct interaction_type type_choice = {
    .code = "choice",
    .response = &shape_ids,
    .one = true,
    .any = true,
    .asked_schema = choices_schema,
    .read = choices_read,
    .fill = choices_fill,
    .put = choices_put,
    .score = score,
    .shows = choices_show,
    .named = choices_named,
    .error_is_right = error_is_right,
    .right = right,
    .wrong = choices_wrong,
};
