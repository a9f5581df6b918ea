/* Parameters that model fit wrote. */
#include <string.h>

#include "engine/logistic.h"
#include "engine/transfer.h"
#include "lab/lab.h"

enum st model_read_parameters(const char *path, struct arena *a, json_t **doc, struct err *e)
{
    struct sheet t;
    TRY(sheet_open(&t, a, path, e));
    return json_read_owned(t.p, (size_t)(t.end - t.p), doc, e);
}

static enum st take_weights(const json_t *list, double *out, size_t n, const char *what, struct err *e)
{
    if (json_array_size(list) != n)
        return err_fail(e, ST_INVALID, "model.file", "the model has %zu weights for %s; its kind needs %zu",
                        json_array_size(list), what, n);
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(list, i);
        if (!json_is_number(v)) return err_fail(e, ST_INVALID, "model.file", "a weight for %s is not a number", what);
        out[i] = json_number_value(v);
    }
    return ST_OK;
}

enum st model_load_logistic(const json_t *doc, unsigned terms, const struct log_data *d, struct logistic *out,
                            struct err *e)
{
    const json_t *p = json_object_get(doc, "parameters"), *skills = json_object_get(p, "skills"),
                 *items = json_object_get(p, "items");
    TRY(logistic_init(out, terms, d->r.items, d->r.skills, e));
    out->dense[0] = json_f64(p, "intercept", 0.0);
    for (size_t s = 0; s < d->r.skills && out->per_skill; s++) {
        const json_t *list = json_object_get(skills, d->skill_name[s]); /* a skill that the model never saw: zeros */
        if (list) TRY(take_weights(list, out->dense + 1 + s * out->per_skill, out->per_skill, d->skill_name[s], e));
    }
    TRY(take_weights(json_object_get(p, "student"), out->dense + 1 + d->r.skills * out->per_skill, out->per_student,
                     "the student", e));
    for (size_t i = 0; i < d->r.items; i++) out->item[i] = json_f64(items, d->item_name[i], 0.0);
    return ST_OK;
}

static bool is_probability(double p) { return p >= 0.0 && p <= 1.0; }

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
        json_array_foreach ((json_t *)(uintptr_t)list, k, v)
            if (strcmp(json_str(v, "skill", ""), text_str(&name)) == 0)
                out[s] = (struct bkt){json_f64(v, "prior", -1), json_f64(v, "learn", -1), json_f64(v, "guess", -1),
                                      json_f64(v, "slip", -1)};
        const struct bkt *p = &out[s];
        if (!is_probability(p->prior) || !is_probability(p->learn) || !is_probability(p->guess) ||
            !is_probability(p->slip)) {
            enum st st = err_fail(e, ST_INVALID, "model.file",
                                  "the model's parameters for skill \"%.60s\" are not probabilities", text_str(&name));
            text_release(&name);
            return st;
        }
    }
    text_release(&name);
    return ST_OK;
}

enum st model_load_general(const json_t *doc, const struct log_data *d, struct bkt_general_options *o,
                           struct bkt_general *out, uint8_t *item_class, struct err *e)
{
    struct text name;
    const json_t *list = json_object_get(doc, "parameters"), *of_item = json_object_get(doc, "item_class");
    size_t k;
    json_t *v;
    *o = bkt_general_defaults;
    double classes = json_f64(doc, "classes", 1);
    if (!(classes >= 1.0 && classes <= BKT_CLASSES_MAX))
        return err_fail(e, ST_INVALID, "model.file", "the model has no class of items, or more than %d",
                        BKT_CLASSES_MAX);
    o->classes = (size_t)classes;
    o->forget_after_s = json_f64(doc, "forget_after_s", -1);
    for (size_t i = 0; i < d->r.items; i++) {
        double of = json_f64(of_item, d->item_name[i], (double)(o->classes / 2)); /* a new item: of the middle class */
        if (!(of >= 0.0 && of < (double)o->classes))
            return err_fail(e, ST_INVALID, "model.file",
                            "item \"%.60s\" belongs to a class that the model does not have", d->item_name[i]);
        item_class[i] = (uint8_t)of;
    }
    text_init(&name, 1 << 16);
    enum st st = ST_OK;
    for (size_t s = 0; st == ST_OK && s < d->r.sets; s++) {
        struct bkt_general *m = &out[s];
        model_set_name(d, s, &name);
        *m = (struct bkt_general){.prior = .5, .learn = .1, .flags = BKT_NO_DATA};
        for (size_t c = 0; c < o->classes; c++) m->guess[c] = .2, m->slip[c] = .1;
        json_array_foreach ((json_t *)(uintptr_t)list, k, v) {
            if (strcmp(json_str(v, "skill", ""), text_str(&name)) != 0) continue;
            m->prior = json_f64(v, "prior", -1), m->learn = json_f64(v, "learn", -1),
            m->forget = json_f64(v, "forget", -1), m->flags = 0;
            st = take_weights(json_object_get(v, "guess"), m->guess, o->classes, "guess", e);
            if (st == ST_OK) st = take_weights(json_object_get(v, "slip"), m->slip, o->classes, "slip", e);
        }
        bool good = is_probability(m->prior) && is_probability(m->learn) && is_probability(m->forget);
        for (size_t c = 0; c < o->classes; c++)
            good = good && is_probability(m->guess[c]) && is_probability(m->slip[c]);
        if (st == ST_OK && !good)
            st = err_fail(e, ST_INVALID, "model.file",
                          "the model's parameters for skill \"%.60s\" are not probabilities", text_str(&name));
    }
    text_release(&name);
    return st;
}

static enum st take_numbers(const json_t *list, float *out, size_t n, const char *skill, struct err *e)
{
    if (json_array_size(list) != n)
        return err_fail(e, ST_INVALID, "model.file",
                        "the model has %zu numbers for \"%.60s\" where it says it keeps %zu", json_array_size(list),
                        skill, n);
    for (size_t i = 0; i < n; i++) {
        double x = json_number_value(json_array_get(list, i));
        if (!json_is_number(json_array_get(list, i)) || !(x > -1e6 && x < 1e6))
            return err_fail(e, ST_INVALID, "model.file",
                            "a number for \"%.60s\" is not a number, or is far out of range", skill);
        out[i] = (float)x;
    }
    return ST_OK;
}

enum st model_load_transfer(const json_t *doc, const struct log_data *d, struct transfer *out, struct err *e)
{
    const json_t *t = json_object_get(doc, "transfer"), *skills = json_object_get(t, "skills");
    struct text name;
    TRY(transfer_init(out, d->r.sets, (size_t)json_f64(t, "dims", 0), 0, e));
    memset(out->query, 0, d->r.sets * out->dims * sizeof *out->query);
    memset(out->value, 0, 2 * d->r.sets * out->dims * sizeof *out->value);
    text_init(&name, 1 << 16);
    enum st st = ST_OK;
    for (size_t s = 0; st == ST_OK && s < d->r.sets; s++) {
        model_set_name(d, s, &name);
        const json_t *v = json_object_get(skills, text_str(&name));
        if (!v) continue;
        out->own[s] = (float)json_f64(v, "own", 0);
        st = take_numbers(json_object_get(v, "query"), out->query + s * out->dims, out->dims, text_str(&name), e);
        if (st == ST_OK)
            st = take_numbers(json_object_get(v, "wrong"), out->value + 2 * s * out->dims, out->dims, text_str(&name),
                              e);
        if (st == ST_OK)
            st = take_numbers(json_object_get(v, "right"), out->value + (2 * s + 1) * out->dims, out->dims,
                              text_str(&name), e);
    }
    text_release(&name);
    return st;
}

static const struct {
    const char *name;
    unsigned terms;
} kinds[] = {{"irt", LOGISTIC_IRT},
             {"afm", LOGISTIC_AFM},
             {"pfa", LOGISTIC_PFA},
             {"das3h", LOGISTIC_DAS3H},
             {"best-lr", LOGISTIC_BEST_LR},
             {"best-lr-recency", LOGISTIC_BEST_LR_RECENCY},
             {"das3h-recency", LOGISTIC_DAS3H_RECENCY},
             {"full", LOGISTIC_FULL}};

unsigned model_terms(const char *kind)
{
    for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, kind) == 0) return kinds[i].terms;
    return 0;
}
