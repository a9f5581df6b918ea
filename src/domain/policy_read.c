/* Reading a policy document. */
#include "domain/policy.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "domain/requirement.h"
#include "policy_private.h"

const struct mastery_rule *policy_rule(const struct policy *p, const char *type)
{
    for (size_t i = 1; i < p->rule_count; i++)
        if (strcmp(p->rules[i].type, type) == 0) return &p->rules[i];
    return &p->rules[0];
}

/* One value into the member that the table says; where: the group as a pointer, "/mastery/by_type/Practice". */
static enum st read_value(const struct setting *s, const json_t *v, const char *where, void *into, struct err *e)
{
    char words[80], *at = (char *)into + s->offset;
    double x = json_is_number(v) ? json_number_value(v) : s->least - 1;
    if (s->type == SETTING_CHOICE) {
        const char *said = json_string_value(v);
        int32_t i = 0;
        while (said && s->choices[i] && strcmp(s->choices[i], said) != 0) i++;
        if (!said || !s->choices[i])
            return policy_clause(e, "policy.choice", "is none of the words it may be", "%s/%s", where, s->name);
        memcpy(at, &i, sizeof i);
        return ST_OK;
    }
    bool whole = s->type == SETTING_WHOLE;
    if (!(x >= s->least && x <= s->most) || (whole && x > (double)(int32_t)x)) {
        snprintf(words, sizeof words, "must be a %s from %g to %g", whole ? "whole number" : "number", s->least,
                 s->most);
        return policy_clause(e, "policy.bounds", words, "%s/%s", where, s->name);
    }
    int32_t n = (int32_t)x;
    if (whole) memcpy(at, &n, sizeof n);
    else memcpy(at, &x, sizeof x);
    return ST_OK;
}

/* A rule of its own kind begins with the values usual for that kind; what is said counts. */
static enum st read_rule(const json_t *o, const char *where, struct mastery_rule *r, struct err *e)
{
    const struct setting *kind = setting_find("mastery", "rule");
    const json_t *said = json_object_get(o, kind->name);
    int32_t before = r->kind;
    if (said) TRY(read_value(kind, said, where, r, e));
    if (r->kind != before) {
        struct mastery_rule usual = rule_default((enum mastery_kind)r->kind);
        memcpy(usual.type, r->type, sizeof usual.type);
        *r = usual;
    }
    for (size_t i = 0; i < policy_setting_count; i++) {
        const struct setting *s = &policy_settings[i];
        const json_t *v = s->of_rule ? json_object_get(o, s->name) : NULL;
        if (v) TRY(read_value(s, v, where, r, e));
    }
    if (r->nearly_at > r->secure_at)
        return policy_clause(e, "policy.order", "nearly_at must not be above secure_at", "%s/nearly_at", where);
    if (r->kind == MASTERY_RECENT && r->times > r->of_last)
        return policy_clause(e, "policy.unreachable",
                             "nobody can be right more often than they are asked: times is above of_last", "%s/times",
                             where);
    if (r->kind == MASTERY_SUSTAINED && r->times > BEST_KEPT)
        return policy_clause(e, "policy.unreachable", "at most the five best are kept: times is above 5", "%s/times",
                             where);
    return ST_OK;
}

static enum st read_rules(const json_t *mastery, struct policy *p, struct err *e)
{
    const json_t *by_type = json_object_get(mastery, "by_type");
    const char *type;
    json_t *o;
    TRY(read_rule(mastery, "/mastery", &p->rules[0], e));
    if (by_type && !json_is_object(by_type))
        return policy_clause(e, "policy.shape", "must be an object", "/mastery/by_type");
    json_object_foreach ((json_t *)(uintptr_t)by_type, type, o) {
        char where[120];
        struct mastery_rule *r = &p->rules[p->rule_count];
        snprintf(where, sizeof where, "/mastery/by_type/%.60s", type);
        if (!json_is_object(o)) return policy_clause(e, "policy.shape", "must be an object", "%s", where);
        if (p->rule_count == RULES_MAX || strlen(type) >= TYPE_BYTES || !*type)
            return policy_clause(e, "policy.types", "at most 8 types, with names of 1 to 39 bytes", "%s", where);
        *r = p->rules[0];
        snprintf(r->type, sizeof r->type, "%s", type);
        TRY(read_rule(o, where, r, e));
        p->rule_count++;
    }
    return ST_OK;
}

static enum st read_document(const json_t *doc, struct policy *p, struct err *e)
{
    const json_t *mastery = json_object_get(doc, "mastery");
    if (!json_is_object(doc)) return policy_clause(e, "policy.shape", "the document must be an object", "/");
    for (size_t i = 0; i < policy_setting_count; i++) {
        const struct setting *s = &policy_settings[i];
        const json_t *group = json_object_get(doc, s->group), *v = json_object_get(group, s->name);
        char where[40];
        snprintf(where, sizeof where, "/%s", s->group);
        if (group && !json_is_object(group)) return policy_clause(e, "policy.shape", "must be an object", "%s", where);
        if (v && !s->of_rule) TRY(read_value(s, v, where, p, e));
    }
    if (mastery) TRY(read_rules(mastery, p, e));
    TRY(policy_read_scale(json_object_get(json_object_get(doc, "grades"), "scale"), p, e));
    TRY(policy_check_scale(p, e));
    TRY(policy_read_conversion(json_object_get(json_object_get(doc, "grades"), "conversion"), p, e));
    struct requirement asked[REQUIREMENTS_MAX];
    size_t n;
    TRY(requirements_read(doc, asked, &n, e));
    if (p->min_agency > p->max_agency)
        return policy_clause(e, "policy.order", "least must not be above most", "/agency/least");
    return ST_OK;
}

enum st policy_from_json(const json_t *doc, struct policy *out, struct err *e)
{
    struct policy p = policy_default();
    TRY(read_document(doc, &p, e));
    p.policy_id = out->policy_id;
    *out = p;
    return ST_OK;
}

enum st policy_read(const char *doc, size_t n, struct policy *out, struct err *e)
{
    json_t *o;
    TRY(json_read_owned(doc, n, &o, e));
    enum st st = policy_from_json(o, out, e);
    json_decref(o);
    return st;
}
