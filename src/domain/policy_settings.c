/* What the table of settings says, as values: the entries, and the policy where no document says otherwise. */
#include <stdio.h>
#include <string.h>

#include "policy_private.h"

static const char *const mastery_kinds[] = {"model", "recent",    "sustained", "decaying",
                                            "mode",  "judgement", "lasting",   NULL};
static const char *const hints[] = {"practice", "not_alone", NULL};
static const char *const yes_no[] = {"no", "yes", NULL};

enum when { AT_ONCE, RE_DERIVES, UNUSED };
#define RULE_ROW(name_, ...) \
    {.group = "mastery", .name = #name_, .narrowest = SCOPE_SCHOOL, .of_rule = true, .re_derives = true, __VA_ARGS__},
#define RULE_WHOLE(name_, least_, most_, member, usual) \
    RULE_ROW(name_, .type = SETTING_WHOLE, .least = least_, .most = most_, \
             .offset = offsetof(struct mastery_rule, member))
#define RULE_NUMBER(name_, least_, most_, member, usual) \
    RULE_ROW(name_, .type = SETTING_NUMBER, .least = least_, .most = most_, \
             .offset = offsetof(struct mastery_rule, member))
#define RULE_CHOICE(name_, choices_, member, usual) \
    RULE_ROW(name_, .type = SETTING_CHOICE, .choices = choices_, .most = sizeof choices_ / sizeof *choices_ - 2, \
             .offset = offsetof(struct mastery_rule, member))
#define ROW(group_, name_, type_, least_, most_, narrowest_, when, member) \
    {.group = #group_, \
     .name = #name_, \
     .type = type_, \
     .least = least_, \
     .most = most_, \
     .narrowest = narrowest_, \
     .re_derives = (when) == RE_DERIVES, \
     .unused = (when) == UNUSED, \
     .offset = offsetof(struct policy, member)},
#define WHOLE(group, name, least, most, narrowest, when, member, usual) \
    ROW(group, name, SETTING_WHOLE, least, most, narrowest, when, member)
#define NUMBER(group, name, least, most, narrowest, when, member, usual) \
    ROW(group, name, SETTING_NUMBER, least, most, narrowest, when, member)
const struct setting policy_settings[] = {
#include "domain/settings.def"
};
const size_t policy_setting_count = sizeof policy_settings / sizeof *policy_settings;

const struct setting policy_lists[POLICY_LISTS] = {
    {.group = "grades", .name = "scale", .type = SETTING_LIST, .narrowest = SCOPE_SCHOOL, .re_derives = true},
    {.group = "grades", .name = "conversion", .type = SETTING_LIST, .narrowest = SCOPE_SCHOOL, .re_derives = true}};

const struct setting *setting_find(const char *group, const char *name)
{
    for (size_t i = 0; i < policy_setting_count; i++)
        if (strcmp(policy_settings[i].group, group) == 0 && strcmp(policy_settings[i].name, name) == 0)
            return &policy_settings[i];
    for (size_t i = 0; i < POLICY_LISTS; i++)
        if (strcmp(policy_lists[i].group, group) == 0 && strcmp(policy_lists[i].name, name) == 0)
            return &policy_lists[i];
    return NULL;
}

const struct setting *setting_by_path(const char *path)
{
    char group[40];
    const char *dot = path ? strchr(path, '.') : NULL;
    if (!dot || (size_t)(dot - path) >= sizeof group) return NULL;
    snprintf(group, sizeof group, "%.*s", (int)(dot - path), path);
    return setting_find(group, dot + 1);
}

double setting_value(const struct setting *s, const struct policy *p, const struct mastery_rule *r)
{
    const char *at = (s->of_rule ? (const char *)r : (const char *)p) + s->offset;
    double number;
    int32_t whole;
    if (s->type == SETTING_NUMBER) {
        memcpy(&number, at, sizeof number);
        return number;
    }
    memcpy(&whole, at, sizeof whole);
    return whole;
}

#define RULE_WHOLE(name, least, most, member, usual) .member = usual,
#define RULE_NUMBER(name, least, most, member, usual) .member = usual,
#define RULE_CHOICE(name, choices, member, usual) .member = usual,
static const struct mastery_rule usual_rule = {
#include "domain/settings.def"
};

#define WHOLE(group, name, least, most, narrowest, when, member, usual) .member = usual,
#define NUMBER(group, name, least, most, narrowest, when, member, usual) .member = usual,
static const struct policy usual_policy = {
#include "domain/settings.def"
};

static const struct report_level usual_scale[LEVEL_COUNT] = {{LEVEL_NOT_YET, 0, 1, "", ""},
                                                             {LEVEL_STARTED, 0, 2, "", ""},
                                                             {LEVEL_NEARLY, 0, 3, "", ""},
                                                             {LEVEL_SECURE, 0, 4, "", ""}};
static const struct grade_cut usual_cuts[] = {
    {1, 1.75, 60, 1.0, "D"}, {1.75, 2.5, 70, 2.0, "C"}, {2.5, 3.4, 85, 3.0, "B"}, {3.4, 4, 95, 4.0, "A"}};

/* Where no document says otherwise. */
struct mastery_rule rule_default(enum mastery_kind kind)
{
    static const double secure[MASTERY_KINDS] = {0.95, 0.95, 0.9, 0.85, 0.9, 0.9, 0.8},
                        nearly[MASTERY_KINDS] = {0.8, 0.6, 0.6, 0.6, 0.6, 0.6, 0.55};
    struct mastery_rule r = usual_rule;
    r.kind = (int32_t)kind;
    r.secure_at = secure[kind];
    r.nearly_at = nearly[kind];
    if (kind == MASTERY_SUSTAINED) r.times = 3;
    if (kind == MASTERY_LASTING) r.after_hint = AFTER_HINT_NOT_ALONE, r.gap_days = 5;
    return r;
}

struct policy policy_default(void)
{
    struct policy p = usual_policy;
    p.rule_count = 1;
    p.rules[0] = rule_default(MASTERY_MODEL);
    p.scale_count = LEVEL_COUNT;
    memcpy(p.scale, usual_scale, sizeof usual_scale);
    p.cut_count = sizeof usual_cuts / sizeof *usual_cuts;
    memcpy(p.cuts, usual_cuts, sizeof usual_cuts);
    return p;
}

struct policy policy_start(void)
{
    struct policy p = policy_default();
    p.rules[0] = rule_default(MASTERY_LASTING);
    return p;
}
