/* How hard each question is: weights by question and skill, as a version of kind "items" holds them. */
#include <stdlib.h>
#include <string.h>

#include "policy/item_layer.h"
#include "base/id.h"
#include "base/json.h"

static void read_list(const json_t *list, double *out, size_t n)
{
    for (size_t i = 0; i < n; i++) out[i] = json_number_value(json_array_get(list, i));
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Where the hardest third of those that have a weight ends. */
static enum st find_hard(struct arena *a, size_t items, struct item_layer *l, struct err *e)
{
    size_t n = 0;
    double *w = arena_array(a, items + 1, sizeof *w);
    if (!w) return err_no_memory(e, "weights of questions");
    for (size_t i = 0; i < items; i++)
        if (l->m.item[i] != 0.0) w[n++] = l->m.item[i];
    qsort(w, n, sizeof *w, by_value);
    l->hard_below = n >= 3 ? w[n / 3] : -1e9;
    return ST_OK;
}

enum st item_layer_parse(struct arena *a, const struct catalogue *c, const char *doc, struct item_layer *out,
                         struct err *e)
{
    json_t *o;
    struct item_layer l = {.m = {.terms = PREDICT_TERMS,
                                 .items = c->item_count,
                                 .skills = c->competency_count,
                                 .per_skill = 4,
                                 .per_student = 4}};
    TRY(json_read(a, doc, strlen(doc), &o, e));
    const json_t *items = json_object_get(o, "items"), *skills = json_object_get(o, "skills"),
                 *student = json_object_get(o, "student");
    *out = (struct item_layer){0};
    if (json_array_size(student) != l.m.per_student) return ST_OK; /* none: taken back to before the first */
    l.m.dense_count = 1 + l.m.skills * l.m.per_skill + l.m.per_student;
    l.m.item = arena_array(a, l.m.items + 1, sizeof *l.m.item);
    l.m.dense = arena_array(a, l.m.dense_count, sizeof *l.m.dense);
    if (!l.m.item || !l.m.dense) return err_no_memory(e, "weights of questions");
    l.m.dense[0] = json_f64(o, "intercept", 0);
    for (size_t i = 0; json_object_size(skills) && i < c->competency_count; i++) {
        const json_t *w = json_object_get(skills, c->competencies[i].uri);
        if (json_array_size(w) == l.m.per_skill) read_list(w, l.m.dense + 1 + i * l.m.per_skill, l.m.per_skill);
    }
    read_list(student, l.m.dense + l.m.dense_count - l.m.per_student, l.m.per_student);
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)items, key, value) {
        int64_t id;
        const struct item_ref *it = id_parse(key, &id) ? catalogue_item(c, id) : NULL;
        if (it) l.m.item[it - c->items] = json_number_value(value);
    }
    l.fitted = true;
    TRY(find_hard(a, l.m.items, &l, e));
    *out = l;
    return ST_OK;
}

const struct logistic *item_weights_current(const struct item_layer *l) { return l->fitted ? &l->m : NULL; }

double item_predict(const struct item_layer *l, const struct catalogue *c, const struct learner_state *s,
                    const struct item_ref *item)
{
    uint32_t place[BKT_SKILLS_MAX];
    size_t n = item->competency_count < BKT_SKILLS_MAX ? item->competency_count : BKT_SKILLS_MAX;
    for (size_t i = 0; i < n; i++) {
        const struct competency *k = catalogue_competency(c, item->competency_ids[i]);
        if (!k) return predict_right(NULL, s, item->competency_ids, place, n, 0);
        place[i] = (uint32_t)(k - c->competencies);
    }
    return predict_right(item_weights_current(l), s, item->competency_ids, place, n, (uint32_t)(item - c->items));
}

bool item_is_hard(const struct item_layer *l, const struct catalogue *c, const struct item_ref *item)
{
    const struct logistic *m = item_weights_current(l);
    return m && m->item[item - c->items] != 0.0 && m->item[item - c->items] < l->hard_below;
}
