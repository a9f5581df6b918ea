/* Parameters that model fit wrote. */
#include <string.h>

#include "engine/logistic.h"
#include "model.h"

enum st model_read_parameters(const char *path, struct arena *a, json_t **doc, struct err *e)
{
    struct sheet t;
    TRY(sheet_open(&t, a, path, e));
    return json_read_owned(t.p, (size_t)(t.end - t.p), doc, e);
}

enum st model_take_weights(const json_t *list, double *out, size_t n, const char *what, struct err *e)
{
    if (json_array_size(list) != n) return err_fail(e, ST_INVALID, "model.file", "the model has %zu weights for %s where its kind needs %zu", json_array_size(list), what, n);
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(list, i);
        if (!json_is_number(v)) return err_fail(e, ST_INVALID, "model.file", "a weight for %s is no number", what);
        out[i] = json_number_value(v);
    }
    return ST_OK;
}

enum st model_load_logistic(const json_t *doc, unsigned terms, const struct log_data *d, struct logistic *out, struct err *e)
{
    const json_t *p = json_object_get(doc, "parameters"), *skills = json_object_get(p, "skills"), *items = json_object_get(p, "items");
    TRY(logistic_init(out, terms, d->r.items, d->r.skills, e));
    out->dense[0] = json_f64(p, "intercept", 0.0);
    for (size_t s = 0; s < d->r.skills && out->per_skill; s++) {
        const json_t *list = json_object_get(skills, d->skill_name[s]); /* a skill that the model never saw: zeros */
        if (list) TRY(model_take_weights(list, out->dense + 1 + s * out->per_skill, out->per_skill, d->skill_name[s], e));
    }
    TRY(model_take_weights(json_object_get(p, "student"), out->dense + 1 + d->r.skills * out->per_skill, out->per_student, "the student", e));
    for (size_t i = 0; i < d->r.items; i++) out->item[i] = json_f64(items, d->item_name[i], 0.0);
    return ST_OK;
}

bool model_probability(double p) { return p >= 0.0 && p <= 1.0; }

enum st model_load_bkt(const json_t *doc, const struct log_data *d, struct bkt *out, struct err *e)
{
    struct text name;
    const json_t *list = json_object_get(doc, "parameters");
    size_t k;
    json_t *v;
    text_init(&name, 1 << 16);
    for (size_t s = 0; s < d->r.sets; s++) {
        model_set_name(d, s, &name);
        out[s] = (struct bkt){.5, .1, .2, .1};
        json_array_foreach((json_t *)(uintptr_t)list, k, v)
            if (strcmp(json_str(v, "skill", ""), text_str(&name)) == 0)
                out[s] = (struct bkt){json_f64(v, "prior", -1), json_f64(v, "learn", -1), json_f64(v, "guess", -1), json_f64(v, "slip", -1)};
        const struct bkt *p = &out[s];
        if (!model_probability(p->prior) || !model_probability(p->learn) || !model_probability(p->guess) || !model_probability(p->slip)) {
            enum st st = err_fail(e, ST_INVALID, "model.file", "the model's parameters for skill \"%.60s\" are no probabilities", text_str(&name));
            text_release(&name);
            return st;
        }
    }
    text_release(&name);
    return ST_OK;
}
