/* Grades in the rules: the levels that a report shows, and the conversion of their mean to letters, percent and GPA. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "policy_private.h"

enum { POINTS_MOST = 100 };
static const double almost_sure = 0.999; /* as far as an estimate or an average is sure to come */

size_t policy_place(const struct policy *p, enum level level, double value)
{
    size_t i = p->scale_count - 1;
    while (i && (p->scale[i].level > level || (p->scale[i].level == level && p->scale[i].from > value))) i--;
    return i;
}

bool policy_scale_is_own(const struct policy *p) { return p->scale[0].name[0] != 0; }

bool policy_scale_takes_values(const struct policy *p)
{
    for (size_t i = 0; i < p->scale_count; i++)
        if (p->scale[i].from > 0) return true;
    return false;
}

/* The scale -------------------------------------------------------------------------------------------------------- */

static enum st read_level(const json_t *o, size_t i, struct report_level *k, struct err *e)
{
    const char *name = json_str(o, "name", ""), *means = json_str(o, "means", ""), *level = json_str(o, "level", "");
    const json_t *from = json_object_get(o, "from"), *points = json_object_get(o, "points");
    int l = 0;
    while (l < LEVEL_COUNT && strcmp(level_code((enum level)l), level) != 0) l++;
    if (!name[strspn(name, " ")] || strlen(name) >= SCALE_NAME_BYTES)
        return policy_clause(e, "policy.scale_name", "must have 1 to 40 bytes", "/grades/scale/%zu/name", i);
    if (!means[strspn(means, " ")] || strlen(means) >= SCALE_MEANS_BYTES)
        return policy_clause(e, "policy.scale_means", "must say in 1 to 240 bytes what it means",
                             "/grades/scale/%zu/means", i);
    if (l == LEVEL_COUNT)
        return policy_clause(e, "policy.scale_level_unknown", "must be not_yet, started, nearly or secure",
                             "/grades/scale/%zu/level", i);
    *k = (struct report_level){.level = (enum level)l, .from = from ? -1 : 0, .points = points ? -1 : (double)i + 1};
    if (json_is_number(from)) k->from = json_number_value(from);
    if (json_is_number(points)) k->points = json_number_value(points);
    if (!(k->from >= 0 && k->from <= 1))
        return policy_clause(e, "policy.scale_from", "must be a value from 0 to 1", "/grades/scale/%zu/from", i);
    if (!(k->points >= 0 && k->points <= POINTS_MOST))
        return policy_clause(e, "policy.scale_points", "must be a number from 0 to 100", "/grades/scale/%zu/points", i);
    snprintf(k->name, sizeof k->name, "%s", name);
    snprintf(k->means, sizeof k->means, "%s", means);
    return ST_OK;
}

/* In rising order from "not yet" on: nobody without a level, nobody with two. */
static enum st check_order(const struct report_level *k, size_t i, struct err *e)
{
    if (i == 0 && (k->level != LEVEL_NOT_YET || k->from > 0))
        return policy_clause(e, "policy.scale_gap",
                             "leaves a gap at the bottom: the first must begin at not_yet, from 0",
                             "/grades/scale/0/level");
    if (i == 0) return ST_OK;
    if (k->level < k[-1].level || (k->level == k[-1].level && k->from <= k[-1].from))
        return policy_clause(e, "policy.scale_overlap",
                             "overlaps the one before: it must begin above where that begins", "/grades/scale/%zu/%s",
                             i, k->level < k[-1].level ? "level" : "from");
    if (k->points <= k[-1].points)
        return policy_clause(e, "policy.scale_points", "must be above the points of the one before",
                             "/grades/scale/%zu/points", i);
    for (size_t j = 1; j <= i; j++)
        if (strcasecmp(k->name, k[-(ptrdiff_t)j].name) == 0)
            return policy_clause(e, "policy.scale_twice", "is the name of another level too", "/grades/scale/%zu/name",
                                 i);
    return ST_OK;
}

enum st policy_read_scale(const json_t *list, struct policy *p, struct err *e)
{
    if (!list) return ST_OK;
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n < SCALE_LEAST || n > SCALE_MOST)
        return policy_clause(e, "policy.scale_count", "must be a list of 2 to 7 levels", "/grades/scale");
    for (size_t i = 0; i < n; i++) {
        TRY(read_level(json_array_get(list, i), i, &p->scale[i], e));
        TRY(check_order(&p->scale[i], i, e));
    }
    p->scale_count = n;
    return ST_OK;
}

/* The least value that whoever has a level of the fold has under a rule. */
static double begins(const struct mastery_rule *r, enum level l)
{
    return l == LEVEL_SECURE ? r->secure_at : l == LEVEL_NEARLY ? r->nearly_at : 0;
}

/* Does the rule ever give a value of from <= value < to (to > 1: 1 too)? */
static bool gives(const struct mastery_rule *r, double from, double to)
{
    if (!(from < to)) return false;
    if (r->kind == MASTERY_MODEL || r->kind == MASTERY_DECAYING) return from <= almost_sure;
    if (r->kind != MASTERY_RECENT) return true;
    for (int32_t k = 0; k <= r->times; k++)
        if ((double)k / r->times >= from && (double)k / r->times < to) return true;
    return false;
}

static bool reached(const struct policy *p, const struct mastery_rule *r, size_t i)
{
    const struct report_level *k = &p->scale[i];
    bool shares = i + 1 < p->scale_count && k[1].level == k->level;
    double least = begins(r, k->level), end = shares ? k[1].from : k->level == LEVEL_STARTED ? r->nearly_at : 2;
    if (k->level == LEVEL_NOT_YET) return i == 0; /* nothing was shown: there is no value to go by */
    return gives(r, k->from > least ? k->from : least, end);
}

enum st policy_check_scale(const struct policy *p, struct err *e)
{
    const struct report_level *second = &p->scale[1];
    for (size_t r = 0; policy_scale_is_own(p) && r < p->rule_count; r++) {
        const struct mastery_rule *rule = &p->rules[r];
        for (size_t i = 0; i < p->scale_count; i++)
            if (!reached(p, rule, i))
                return policy_clause(e, "policy.scale_unreachable",
                                     "nobody can reach it: no value of the mastery rule falls there",
                                     "/grades/scale/%zu/from", i);
        if (second->level == LEVEL_SECURE && second->from > rule->secure_at)
            return policy_clause(e, "policy.scale_secure", "whoever is secure would still have the lowest level",
                                 "/grades/scale/1/from");
    }
    return ST_OK;
}

bool policy_same_scale(const struct policy *a, const struct policy *b)
{
    bool same = a->scale_count == b->scale_count;
    for (size_t i = 0; same && i < a->scale_count; i++) {
        const struct report_level *x = &a->scale[i], *y = &b->scale[i];
        same = x->level == y->level &&
               !(x->from < y->from || x->from > y->from || x->points < y->points || x->points > y->points) &&
               strcmp(x->name, y->name) == 0 && strcmp(x->means, y->means) == 0;
    }
    return same;
}

/* The conversion --------------------------------------------------------------------------------------------------- */

static enum st read_cut(const json_t *o, size_t i, double lowest, double highest, struct grade_cut *c, struct err *e)
{
    char words[160];
    const char *letter = json_str(o, "letter", "");
    *c = (struct grade_cut){.from = json_f64(o, "from", -1),
                            .to = json_f64(o, "to", -1),
                            .percent = json_f64(o, "percent", -1),
                            .gpa = json_f64(o, "gpa", -1)};
    snprintf(words, sizeof words,
             "from and to must be numbers from %g to %g, the points of the report's levels, from below to", lowest,
             highest);
    if (!(c->from >= lowest && c->to <= highest && c->from < c->to))
        return policy_clause(e, "policy.conversion", words, "/grades/conversion/%zu", i);
    if (!(c->percent >= 0 && c->percent <= 100))
        return policy_clause(e, "policy.conversion", "percent must be a number from 0 to 100",
                             "/grades/conversion/%zu/percent", i);
    if (!(c->gpa >= 0 && c->gpa <= 10))
        return policy_clause(e, "policy.conversion", "gpa must be a number from 0 to 10", "/grades/conversion/%zu/gpa",
                             i);
    if (!*letter || strlen(letter) >= LETTER_BYTES)
        return policy_clause(e, "policy.conversion", "letter must have 1 to 7 bytes", "/grades/conversion/%zu/letter",
                             i);
    snprintf(c->letter, sizeof c->letter, "%s", letter);
    return ST_OK;
}

/* What no document says fits the points of the default scale only. */
static enum st check_default(const struct policy *p, double lowest, double highest, struct err *e)
{
    const struct grade_cut *first = &p->cuts[0], *last = &p->cuts[p->cut_count - 1];
    if (!(first->from > lowest || first->from < lowest || last->to > highest || last->to < highest)) return ST_OK;
    char words[160];
    snprintf(words, sizeof words, "goes from %g to %g, and the points of the report's levels from %g to %g",
             first->from, last->to, lowest, highest);
    return policy_clause(e, "policy.scale_cuts", words, "/grades/conversion");
}

/* In rising order, each beginning where the one before ends: no mean of points without a grade, none with two. An empty
 * list: the school gives no grades. */
enum st policy_read_conversion(const json_t *list, struct policy *p, struct err *e)
{
    double lowest = p->scale[0].points, highest = p->scale[p->scale_count - 1].points;
    if (!list) return check_default(p, lowest, highest, e);
    if (!json_is_array(list) || json_array_size(list) > CUTS_MAX)
        return policy_clause(e, "policy.conversion", "must be a list of up to 16 cuts; an empty one: no grades",
                             "/grades/conversion");
    p->cut_count = json_array_size(list);
    for (size_t i = 0; i < p->cut_count; i++) {
        struct grade_cut *c = &p->cuts[i];
        TRY(read_cut(json_array_get(list, i), i, lowest, highest, c, e));
        double start = i ? c[-1].to : lowest;
        if (c->from > start)
            return policy_clause(
                e, "policy.conversion",
                "leaves a gap after the one before: it must begin where that ends (the first at the fewest points)",
                "/grades/conversion/%zu/from", i);
        if (c->from < start)
            return policy_clause(e, "policy.conversion", "overlaps the one before: it must begin where that ends",
                                 "/grades/conversion/%zu/from", i);
        if (i && (c->percent < c[-1].percent || c->gpa < c[-1].gpa))
            return policy_clause(e, "policy.conversion", "a higher mean must not give a lower grade",
                                 "/grades/conversion/%zu", i);
    }
    if (p->cut_count && p->cuts[p->cut_count - 1].to < highest)
        return policy_clause(e, "policy.conversion", "leaves a gap at the top: the last must end at the most points",
                             "/grades/conversion/%zu/to", p->cut_count - 1);
    return ST_OK;
}

bool policy_same_conversion(const struct policy *a, const struct policy *b)
{
    bool same = a->cut_count == b->cut_count;
    for (size_t i = 0; same && i < a->cut_count; i++) {
        const struct grade_cut *x = &a->cuts[i], *y = &b->cuts[i];
        same = !(x->from < y->from || x->from > y->from || x->to < y->to || x->to > y->to || x->percent < y->percent ||
                 x->percent > y->percent || x->gpa < y->gpa || x->gpa > y->gpa) &&
               strcmp(x->letter, y->letter) == 0;
    }
    return same;
}

bool policy_same_grades(const struct policy *a, const struct policy *b)
{
    return policy_same_scale(a, b) && policy_same_conversion(a, b);
}

/* Written down apart ----------------------------------------------------------------------------------------------- */

json_t *policy_grades_json(const struct policy *p)
{
    json_t *grades = json_object(), *scale = json_array(), *cuts = json_array();
    bool fine = grades && scale && cuts;
    for (size_t i = 0; fine && policy_scale_is_own(p) && i < p->scale_count; i++) {
        const struct report_level *k = &p->scale[i];
        fine =
            json_array_append_new(scale, json_pack("{s:s,s:s,s:s,s:f,s:f}", "name", k->name, "means", k->means, "level",
                                                   level_code(k->level), "from", k->from, "points", k->points)) == 0;
    }
    for (size_t i = 0; fine && i < p->cut_count; i++) {
        const struct grade_cut *k = &p->cuts[i];
        fine = json_array_append_new(cuts, json_pack("{s:s,s:f,s:f,s:f,s:f}", "letter", k->letter, "from", k->from,
                                                     "to", k->to, "percent", k->percent, "gpa", k->gpa)) == 0;
    }
    if (fine && policy_scale_is_own(p)) fine = json_object_set(grades, "scale", scale) == 0;
    fine = fine && json_object_set(grades, "conversion", cuts) == 0 &&
           json_object_set_new(grades, "incomplete_share", json_real(p->incomplete_share)) == 0;
    json_decref(scale);
    json_decref(cuts);
    if (fine) return grades;
    json_decref(grades);
    return NULL;
}

enum st policy_grades_read(const json_t *grades, struct policy *out, struct err *e)
{
    struct policy p = policy_default();
    p.incomplete_share = json_f64(grades, "incomplete_share", p.incomplete_share);
    TRY(policy_read_scale(json_object_get(grades, "scale"), &p, e));
    TRY(policy_read_conversion(json_object_get(grades, "conversion"), &p, e));
    *out = p;
    return ST_OK;
}
