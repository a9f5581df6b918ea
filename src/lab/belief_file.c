/* The figures of engine/belief.h as model fit writes and reads them. */
#include <stddef.h>

#include "engine/belief_fit.h"
#include "lab/put.h"

#define FIGURE(name, least, most) \
    { \
#name, offsetof(struct belief_params, name), least, most \
    }
static const struct {
    const char *name;
    size_t at;
    double least, most;
} figures[] = {FIGURE(student_sd, 1e-6, 100), FIGURE(own_sd, 1e-6, 100), FIGURE(ease, -100, 100),
               FIGURE(ease_sd, 1e-6, 100),    FIGURE(gain, 0, 100),      FIGURE(gain_var, 0, 100),
               FIGURE(fading, 0, 1),          FIGURE(decay, 0, 100),     FIGURE(drift, 0, 100),
               FIGURE(warm_step, 0, 100),     FIGURE(warm_most, 0, 100), FIGURE(slip, 0, .5),
               FIGURE(hardness_sd, 1e-6, 100)};
static const double most_logits = 100.0;

static enum st take(const json_t *o, const char *key, const char *of, double least, double most, double *out,
                    struct err *e)
{
    const json_t *v = json_object_get(o, key);
    *out = json_is_number(v) ? json_number_value(v) : 0.0;
    return json_is_number(v) && *out >= least && *out <= most
               ? ST_OK
               : err_fail(e, ST_INVALID, "model.file", "the model's %s of %.60s is not a number from %g to %g", key, of,
                          least, most);
}

static enum st take_params(const json_t *o, struct belief_params *p, struct err *e)
{
    const json_t *newness = json_object_get(o, "newness");
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        TRY(take(o, figures[i].name, "students", figures[i].least, figures[i].most,
                 (double *)(void *)((char *)p + figures[i].at), e));
    for (size_t i = 0; i < BELIEF_NEW; i++) {
        const json_t *v = json_array_get(newness, i);
        p->newness[i] = json_number_value(v);
        if (!json_is_number(v) || json_array_size(newness) != BELIEF_NEW || !(p->newness[i] > -most_logits) ||
            !(p->newness[i] < most_logits))
            return err_fail(e, ST_INVALID, "model.file", "the model's newness is not %d numbers", BELIEF_NEW);
    }
    return ST_OK;
}

void model_put_belief(struct json_out *j, const struct log_data *d, const struct belief_model *m)
{
    json_open_obj(j, "parameters");
    json_open_obj(j, "students");
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        json_put_f64(j, figures[i].name, *(const double *)(const void *)((const char *)&m->params + figures[i].at));
    model_put_numbers(j, "newness", m->params.newness, BELIEF_NEW);
    json_close_obj(j);
    json_open_obj(j, "skills");
    for (size_t k = 0; k < m->skills; k++) {
        json_open_obj(j, d->skill_name[k]);
        json_put_f64(j, "ease", m->ease[k]);
        json_put_f64(j, "ease_var", m->ease_var[k]);
        json_close_obj(j);
    }
    json_close_obj(j);
    json_open_obj(j, "items");
    for (size_t i = 0; i < m->items; i++) {
        json_open_obj(j, d->item_name[i]);
        json_put_f64(j, "hardness", m->hardness[i]);
        json_put_f64(j, "hardness_var", m->hardness_var[i]);
        json_close_obj(j);
    }
    json_close_obj(j);
    json_close_obj(j);
}

enum st model_load_belief(const json_t *doc, const struct log_data *d, struct belief_model *out, struct err *e)
{
    const json_t *o = json_object_get(doc, "parameters"), *skills = json_object_get(o, "skills"),
                 *items = json_object_get(o, "items");
    struct belief_params p;
    TRY(take_params(json_object_get(o, "students"), &p, e));
    TRY(belief_model_init(out, &p, d->r.skills, d->r.items, e));
    for (size_t k = 0; k < d->r.skills; k++) {
        const json_t *v = json_object_get(skills, d->skill_name[k]);
        if (!v) continue; /* as of nothing known */
        TRY(take(v, "ease", d->skill_name[k], -most_logits, most_logits, &out->ease[k], e));
        TRY(take(v, "ease_var", d->skill_name[k], 0.0, most_logits * most_logits, &out->ease_var[k], e));
    }
    for (size_t i = 0; i < d->r.items; i++) {
        const json_t *v = json_object_get(items, d->item_name[i]);
        if (!v) continue;
        TRY(take(v, "hardness", d->item_name[i], -most_logits, most_logits, &out->hardness[i], e));
        TRY(take(v, "hardness_var", d->item_name[i], 0.0, most_logits * most_logits, &out->hardness_var[i], e));
    }
    return ST_OK;
}
