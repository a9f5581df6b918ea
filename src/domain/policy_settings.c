/* The one table of settings. docs/policy.md says each in words; a test holds the two together. */
#include <stdio.h>
#include <string.h>

#include "policy_private.h"

static const char *const kinds[] = {"model", "recent", "sustained", "decaying", "mode", "judgement", "lasting", NULL};
static const char *const hints[] = {"practice", "not_alone", NULL};
static const char *const yes_no[] = {"no", "yes", NULL};

#define RULE(name, type, least, most, choices, field) \
    { \
        "mastery", name, type, least, most, choices, SCOPE_SCHOOL, true, true, offsetof(struct mastery_rule, field), \
            false \
    }
#define SET(group, name, type, least, most, narrowest, re_derives, field) \
    { \
        group, name, type, least, most, NULL, narrowest, false, re_derives, offsetof(struct policy, field), false \
    }
#define UNUSED(group, name, type, least, most, narrowest, field) \
    { \
        group, name, type, least, most, NULL, narrowest, false, false, offsetof(struct policy, field), true \
    }
#define N SETTING_NUMBER
#define W SETTING_WHOLE

/* Mastery and grades are the same for all classes of a school: what differs from room to room nobody can explain. */
const struct setting policy_settings[] = {
    RULE("rule", SETTING_CHOICE, 0, MASTERY_KINDS - 1, kinds, kind),
    RULE("secure_at", N, 0.5, 0.999, NULL, secure_at),
    RULE("nearly_at", N, 0.3, 0.999, NULL, nearly_at),
    RULE("least_evidence", W, 1, 50, NULL, least_evidence),
    RULE("after_hint", SETTING_CHOICE, 0, 1, hints, after_hint),
    RULE("times", W, 1, SCORES_KEPT, NULL, times),
    RULE("of_last", W, 1, SCORES_KEPT, NULL, of_last),
    RULE("newest_weight", N, 0.05, 0.95, NULL, newest_weight),
    RULE("off_screen", W, 0, 10, NULL, off_screen),
    RULE("gap_days", W, 0, 60, NULL, gap_days),
    RULE("checkpoint", SETTING_CHOICE, 0, 1, yes_no, checkpoint),
    RULE("seen_right_at", N, 0.3, 1, NULL, seen_right_at),
    SET("mastery", "stuck_after", W, 3, 100, SCOPE_LEARNER, false, stuck_after),
    SET("mastery", "stuck_below", N, 0.05, 0.9, SCOPE_LEARNER, false, stuck_below),
    SET("mastery", "review_after_days", W, 1, 400, SCOPE_LEARNER, false, review_after_days),
    SET("mastery", "retakes", W, 0, 10, SCOPE_SCHOOL, true, retakes),
    SET("grades", "incomplete_share", N, 0, 1, SCOPE_SCHOOL, true, incomplete_share),
    UNUSED("agency", "least", W, 0, 4, SCOPE_LEARNER, agency_least),
    UNUSED("agency", "most", W, 0, 4, SCOPE_LEARNER, agency_most),
    SET("pace", "behind_weeks", W, 1, 20, SCOPE_LEARNER, false, behind_weeks),
    UNUSED("screen", "minutes_k_2", W, 0, 480, SCOPE_LEARNER, screen_minutes[0]),
    UNUSED("screen", "minutes_3_5", W, 0, 480, SCOPE_LEARNER, screen_minutes[1]),
    UNUSED("screen", "minutes_6_8", W, 0, 480, SCOPE_LEARNER, screen_minutes[2]),
    UNUSED("screen", "minutes_9_12", W, 0, 480, SCOPE_LEARNER, screen_minutes[3]),
    UNUSED("work", "together_share", N, 0, 1, SCOPE_CLASS, together_share),
    UNUSED("work", "grade_level_share", N, 0.5, 1, SCOPE_SCHOOL, grade_level_share),
    SET("reports", "smallest_group", W, 5, 100, SCOPE_SCHOOL, false, smallest_group),
    UNUSED("reports", "survey_weeks", W, 4, 52, SCOPE_SCHOOL, survey_weeks),
    UNUSED("records", "retention_years", W, 1, 100, SCOPE_DISTRICT, retention_years),
    SET("definition", "comment_days", W, 3, 120, SCOPE_SCHOOL, false, comment_days),
    SET("import", "close_share", N, 0, 1, SCOPE_DISTRICT, false, import_close_share),
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

/* Where no document says otherwise. The cuts of a rule are those at which three or four right answers in a row are
 * enough. */
struct mastery_rule rule_default(enum mastery_kind kind)
{
    static const double secure[MASTERY_KINDS] = {0.95, 0.95, 0.9, 0.85, 0.9, 0.9, 0.79},
                        nearly[MASTERY_KINDS] = {0.8, 0.6, 0.6, 0.6, 0.6, 0.6, 0.55};
    return (struct mastery_rule){.kind = (int32_t)kind,
                                 .secure_at = secure[kind],
                                 .nearly_at = nearly[kind],
                                 .least_evidence = 4,
                                 .after_hint = kind == MASTERY_LASTING ? AFTER_HINT_NOT_ALONE : AFTER_HINT_PRACTICE,
                                 .times = kind == MASTERY_SUSTAINED ? 3 : 4,
                                 .of_last = 5,
                                 .newest_weight = 0.65,
                                 .gap_days = kind == MASTERY_LASTING ? 5 : 0,
                                 .seen_right_at = 0.6};
}

struct policy policy_default(void)
{
    return (struct policy){
        .rule_count = 1,
        .rules = {rule_default(MASTERY_MODEL)},
        .stuck_after = 6,
        .stuck_below = 0.40,
        .review_after_days = 21,
        .import_close_share = 0.20,
        .scale_count = LEVEL_COUNT,
        .scale = {{LEVEL_NOT_YET, 0, 1, "", ""},
                  {LEVEL_STARTED, 0, 2, "", ""},
                  {LEVEL_NEARLY, 0, 3, "", ""},
                  {LEVEL_SECURE, 0, 4, "", ""}},
        .cut_count = 4,
        .cuts = {{1, 1.75, 60, 1.0, "D"}, {1.75, 2.5, 70, 2.0, "C"}, {2.5, 3.4, 85, 3.0, "B"}, {3.4, 4, 95, 4.0, "A"}},
        .incomplete_share = 0.5,
        .retakes = 2,
        .agency_least = 1,
        .agency_most = 3,
        .behind_weeks = 2,
        .screen_minutes = {20, 30, 45, 60},
        .together_share = 0.3,
        .grade_level_share = 0.6,
        .smallest_group = 5,
        .retention_years = 7,
        .survey_weeks = 18,
        .comment_days = 14};
}

struct policy policy_start(void)
{
    struct policy p = policy_default();
    p.rules[0] = rule_default(MASTERY_LASTING);
    return p;
}
