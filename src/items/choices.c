#include "choices.h"

#include <string.h>

#include "family.h"
#include "reader.h"

enum { CHOICES_MIN = 2, CHOICES_MAX = 26 };

static size_t place_of(const struct question *q, const char *id)
{
    size_t k = 0;
    while (k < q->choice_count && strcmp(q->choices[k].id, id) != 0) k++;
    return k;
}

static enum st read_choice(struct reader *r, const json_t *o, struct question *q, size_t k)
{
    TRY(reader_text(r, o, "id", &q->choices[k].id));
    TRY(reader_html(r, o, "body", &q->choices[k].body_html));
    if (!q->choices[k].id || !q->choices[k].body_html)
        return reader_bad(r, "interaction.choices", "each needs an id and a body");
    for (size_t x = 0; x < k; x++)
        if (strcmp(q->choices[x].id, q->choices[k].id) == 0)
            return reader_bad(r, "interaction.choices", "two have the same id");
    return ST_OK;
}

enum st choices_read(struct reader *r, const json_t *o, const json_t *interaction, struct question *q)
{
    const json_t *list = json_object_get(interaction, "choices");
    if (!json_is_array(list) || json_array_size(list) < CHOICES_MIN || json_array_size(list) > CHOICES_MAX)
        return reader_bad(r, "interaction.choices", "must be a list of 2 to 26");
    q->choice_count = json_array_size(list);
    q->choices = arena_array(r->arena, q->choice_count, sizeof *q->choices);
    if (!q->choices) return reader_no_memory(r);
    for (size_t k = 0; k < q->choice_count; k++) TRY(read_choice(r, json_array_get(list, k), q, k));
    TRY(reader_key(r, json_object_get(o, "key"), KEY_CHOICE, q));
    for (size_t v = 0; v < q->key.count; v++)
        if (place_of(q, q->key.values[v]) == q->choice_count)
            return reader_bad(r, "key.values", "names a choice that is not there");
    return ST_OK;
}

bool choices_fill(struct filler *f, struct question *q)
{
    struct choice *c = arena_array(filler_arena(f), q->choice_count, sizeof *c);
    if (!c) return false;
    for (size_t i = 0; i < q->choice_count; i++)
        c[i] = (struct choice){q->choices[i].id, filler_html(f, q->choices[i].body_html)};
    for (size_t i = q->choice_count; q->shuffle && i > 1; i--) {
        size_t k = filler_below(f, (uint32_t)i);
        struct choice t = c[i - 1];
        c[i - 1] = c[k];
        c[k] = t;
    }
    q->choices = c;
    return true;
}

const char choices_schema[] = "\"choices\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Choice\"}}";

void choices_put(struct json_out *j, const struct question *q)
{
    json_open_list(j, "choices");
    for (size_t i = 0; i < q->choice_count; i++) {
        json_open_obj(j, NULL);
        json_put_str(j, "id", q->choices[i].id);
        json_put_str(j, "body", q->choices[i].body_html);
        json_close_obj(j);
    }
    json_close_list(j);
}

enum st choices_count(const struct question *q, const json_t *response, struct choices_given *out, struct err *e)
{
    size_t n = json_array_size(response);
    *out = (struct choices_given){.count = n};
    if (!json_is_array(response))
        return err_fail(e, ST_INVALID, "answer.response", "response must be a list of choice ids");
    if (n > q->choice_count)
        return err_fail(e, ST_INVALID, "answer.response", "response names more choices than there are");
    for (size_t i = 0; i < n; i++) {
        const char *id = json_string_value(json_array_get(response, i));
        if (!id || place_of(q, id) == q->choice_count)
            return err_fail(e, ST_INVALID, "answer.choice", "response names a choice that is not there");
        for (size_t j = 0; j < i; j++)
            if (strcmp(json_string_value(json_array_get(response, j)), id) == 0)
                return err_fail(e, ST_INVALID, "answer.choice", "response names a choice twice");
        for (size_t v = 0; v < q->key.count; v++) {
            if (strcmp(q->key.values[v], id) != 0) continue;
            out->in_key++;
            out->in_place += v == i;
        }
    }
    return ST_OK;
}

void choices_verdict(const struct choices_given *g, bool right, struct verdict *out)
{
    if (g->count == 0) *out = (struct verdict){.code = "unreadable", .unreadable = "score.empty"};
    else if (right) *out = (struct verdict){.readable = true, .score = 1, .code = "right"};
}

bool choices_show(struct arena *a, const struct question *q, const char *match, const json_t *response)
{
    (void)a;
    (void)q;
    for (size_t i = 0; i < json_array_size(response); i++)
        if (strcmp(json_string_value(json_array_get(response, i)), match) == 0) return true;
    return false;
}

const char *choices_named(const struct question *q, const char *said, size_t part)
{
    size_t k = place_of(q, said);
    return part == 0 && k < q->choice_count ? q->choices[k].body_html : NULL;
}

bool choices_error(struct arena *a, const struct question *q, const char *match, const char **unreadable)
{
    (void)a;
    if (place_of(q, match) == q->choice_count) *unreadable = "a known error names a choice that is not there";
    return false;
}

json_t *choices_right(const struct question *q, size_t i)
{
    json_t *l = json_array();
    (void)i;
    for (size_t k = 0; l && k < q->key.count; k++) json_array_append_new(l, json_string(q->key.values[k]));
    return l;
}

json_t *choices_wrong(const struct question *q, struct rng *r)
{
    (void)r;
    for (size_t i = 0; i < q->choice_count; i++)
        if (strcmp(q->choices[i].id, q->key.values[0]) != 0) return json_pack("[s]", q->choices[i].id);
    return NULL;
}
