#include "domain/requirement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "policy_private.h"

const char *requirement_kind_code(enum requirement_kind k)
{
    static const char *const codes[REQUIREMENT_KINDS] = {"competencies", "projects", "hours"};
    return k < REQUIREMENT_KINDS ? codes[k] : "";
}

int grade_number(const char *ceds)
{
    if (strcmp(ceds, "KG") == 0) return 0;
    size_t n = strspn(ceds, "0123456789");
    if (!n || n > 2 || ceds[n]) return -1;
    int grade = (int)strtol(ceds, NULL, 10);
    return grade <= 13 ? grade : -1;
}

static bool kind_of(const char *code, enum requirement_kind *out)
{
    for (enum requirement_kind k = 0; k < REQUIREMENT_KINDS; k++)
        if (strcmp(code, requirement_kind_code(k)) == 0) {
            *out = k;
            return true;
        }
    return false;
}

static bool copy(char *to, size_t size, const json_t *o, const char *key)
{
    const char *s = json_str(o, key, "");
    return (size_t)snprintf(to, size, "%s", s) < size;
}

static enum st read_one(const json_t *o, size_t i, struct requirement *r, struct err *e)
{
    const char *purpose = json_str(o, "for", "graduation");
    *r = (struct requirement){.need = json_f64(o, "need", 0), .by_grade = grade_number(json_str(o, "by_grade", "12"))};
    if (!copy(r->id, sizeof r->id, o, "id") || !*r->id)
        return policy_clause(e, "policy.requirement", "needs an id of 1 to 23 bytes", "/requirements/%zu/id", i);
    if (!copy(r->title, sizeof r->title, o, "title") || !*r->title)
        return policy_clause(e, "policy.requirement", "needs a title of 1 to 99 bytes", "/requirements/%zu/title", i);
    if (!copy(r->what, sizeof r->what, o, "what"))
        return policy_clause(e, "policy.requirement", "is longer than 59 bytes", "/requirements/%zu/what", i);
    if (!kind_of(json_str(o, "kind", ""), &r->kind))
        return policy_clause(e, "policy.requirement", "is one of competencies, projects, hours",
                             "/requirements/%zu/kind", i);
    if (!copy(r->competencies, sizeof r->competencies, o, "competencies") ||
        (r->kind == REQUIREMENT_COMPETENCIES && !*r->competencies))
        return policy_clause(e, "policy.requirement", "names the standard whose competencies count, by its URI",
                             "/requirements/%zu/competencies", i);
    if (strcmp(purpose, "graduation") != 0 && strcmp(purpose, "promotion") != 0)
        return policy_clause(e, "policy.requirement", "is graduation or promotion", "/requirements/%zu/for", i);
    if (r->by_grade < 0)
        return policy_clause(e, "policy.requirement", "is a grade: KG, 01 to 13", "/requirements/%zu/by_grade", i);
    if (!(r->need > 0 && r->need <= 10000))
        return policy_clause(e, "policy.requirement", "is a number over 0, at most 10,000", "/requirements/%zu/need",
                             i);
    r->promotion = strcmp(purpose, "promotion") == 0;
    return ST_OK;
}

enum st requirements_read(const json_t *doc, struct requirement list[REQUIREMENTS_MAX], size_t *n, struct err *e)
{
    const json_t *all = json_object_get(doc, "requirements");
    size_t count = json_array_size(all);
    *n = 0;
    if (all && !json_is_null(all) && !json_is_array(all))
        return policy_clause(e, "policy.requirement", "is a list", "/requirements");
    if (count > REQUIREMENTS_MAX) return policy_clause(e, "policy.requirement", "at most 24", "/requirements");
    for (size_t i = 0; i < count; i++) {
        TRY(read_one(json_array_get(all, i), i, &list[i], e));
        for (size_t k = 0; k < i; k++)
            if (strcmp(list[k].id, list[i].id) == 0)
                return policy_clause(e, "policy.requirement", "is used twice", "/requirements/%zu/id", i);
    }
    *n = count;
    return ST_OK;
}
