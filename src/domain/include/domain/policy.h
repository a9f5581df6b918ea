/* The school's rules as values. A policy is a versioned document; this is what the program reads of it.
 *
 * One table names every setting (domain/settings.def; policy_settings as values), and reading, checking, merging,
 * comparing and the pages all go by it. A document holds values by group, {"mastery": {"secure_at": 0.95}}, and beside
 * them in "about", by the setting's path, why it is so and who below may change it. A document of a narrower scope is
 * partial and is merged over the one above.
 */
#ifndef DOMAIN_POLICY_H
#define DOMAIN_POLICY_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum level { LEVEL_NOT_YET, LEVEL_STARTED, LEVEL_NEARLY, LEVEL_SECURE, LEVEL_COUNT };
const char *level_code(enum level l); /* not_yet started nearly secure */

enum after_hint {
    AFTER_HINT_PRACTICE, /* an opportunity to learn, not yet shown alone */
    AFTER_HINT_NOT_ALONE /* counts as not yet */
};

/* How a level is found from evidence (rules/mastery.h says each exactly). */
enum mastery_kind {
    MASTERY_MODEL,
    MASTERY_RECENT,
    MASTERY_SUSTAINED,
    MASTERY_DECAYING,
    MASTERY_MODE,
    MASTERY_JUDGEMENT,
    MASTERY_LASTING,
    MASTERY_KINDS
};
const char *mastery_kind_code(enum mastery_kind k); /* model recent sustained decaying mode judgement lasting */

enum { SCORES_KEPT = 12, BEST_KEPT = 5, TYPE_BYTES = 40, RULES_MAX = 9, CUTS_MAX = 16, LETTER_BYTES = 8 };

struct mastery_rule {
    char type[TYPE_BYTES]; /* the CFItemType it is for; "" for all that have no rule of their own */
/* The members that a document sets: see domain/settings.def. */
#define RULE_WHOLE(name, least, most, member, usual) int32_t member;
#define RULE_NUMBER(name, least, most, member, usual) double member;
#define RULE_CHOICE(name, choices, member, usual) int32_t member;
#include "domain/settings.def"
};

/* A level as reports show it. It begins at a level of the fold and, within that, at a value of the mastery rule; it
 * ends where the next begins. A school that says nothing has the four of the fold, with 1 to 4 points. */
enum { SCALE_LEAST = 2, SCALE_MOST = 7, SCALE_NAME_BYTES = 41, SCALE_MEANS_BYTES = 241 };
struct report_level {
    enum level level;
    double from;                                           /* 0: where that level begins */
    double points;                                         /* in the mean */
    char name[SCALE_NAME_BYTES], means[SCALE_MEANS_BYTES]; /* "": in the program's own words for the level */
};

/* A course grade from the mean of points: from <= mean < to, the last one up to and with the most points that there
 * are. */
struct grade_cut {
    double from, to, percent, gpa;
    char letter[LETTER_BYTES];
};

struct policy {
    int64_t policy_id; /* the version */
    size_t rule_count;
    struct mastery_rule rules[RULES_MAX]; /* the first is for all types without one of their own */
    size_t scale_count;
    struct report_level scale[SCALE_MOST]; /* in rising order */
    size_t cut_count;
    struct grade_cut cuts[CUTS_MAX];
#define WHOLE(group, name, least, most, narrowest, when, member, usual) int32_t member;
#define NUMBER(group, name, least, most, narrowest, when, member, usual) double member;
#include "domain/settings.def"
};

/* In force for one type of competency. */
const struct mastery_rule *policy_rule(const struct policy *p, const char *type);

/* The place in the scale of who has a level of the fold with a value by the mastery rule. */
size_t policy_place(const struct policy *p, enum level level, double value);
bool policy_scale_is_own(const struct policy *p);       /* false: the four of the fold, in the program's words */
bool policy_scale_takes_values(const struct policy *p); /* false: a level of the fold alone says the place */

enum policy_scope { SCOPE_DISTRICT, SCOPE_SCHOOL, SCOPE_CLASS, SCOPE_LEARNER, SCOPE_COUNT };
const char *scope_code(enum policy_scope s); /* district school class learner */
bool scope_parse(const char *code, enum policy_scope *out);

enum setting_type { SETTING_NUMBER, SETTING_WHOLE, SETTING_CHOICE, SETTING_LIST };
struct setting {
    const char *group, *name; /* "mastery", "secure_at" */
    enum setting_type type;
    double least, most;          /* of numbers */
    const char *const *choices;  /* of a choice, NULL at the end; the value is the index */
    enum policy_scope narrowest; /* that may set it */
    bool of_rule;                /* a member of struct mastery_rule, else of struct policy */
    /* changes levels or grades: takes effect with the next term unless a reason is given */
    bool re_derives;
    size_t offset;
    /* No code obeys it yet: documents that hold it stay valid and keep it, and no page or preview shows it. Lint
     * refuses the mark where code obeys the setting, and its absence where none does. */
    bool unused;
};
extern const struct setting policy_settings[];
extern const size_t policy_setting_count;
/* Settings that are lists, each replaced whole; they are in no table, and have no value by setting_value(). */
enum { POLICY_LISTS = 2 };
extern const struct setting policy_lists[POLICY_LISTS];                  /* grades.scale, grades.conversion */
const struct setting *setting_find(const char *group, const char *name); /* of the table or a list; NULL: none */
const struct setting *setting_by_path(const char *path);                 /* "mastery.secure_at"; NULL: none */
/* a choice: its index */
double setting_value(const struct setting *s, const struct policy *p, const struct mastery_rule *r);

struct policy policy_default(void);
/* What a new district begins with: the defaults, but that secure means that it lasts. */
struct policy policy_start(void);
/* Read a whole or partial document over the defaults.
 * err ST_INVALID, with the clause (a JSON pointer) as argument: a value of the wrong kind or out of bounds, settings
 * that
 *     contradict each other, a rule under which nobody can become secure, a conversion with a gap or an overlap. *out
 *     untouched. */
enum st policy_read(const char *doc, size_t n, struct policy *out, struct err *e) WARN_UNUSED;
enum st policy_from_json(const json_t *doc, struct policy *out, struct err *e) WARN_UNUSED;
/* The same scale and conversion? */
bool policy_same_grades(const struct policy *a, const struct policy *b);
/* The scale and the conversion as a group "grades" of a document, and read back where they were written down apart from
 * all other rules (the rest: the defaults). The first is owned by the caller; NULL: no memory. */
json_t *policy_grades_json(const struct policy *p);
enum st policy_grades_read(const json_t *grades, struct policy *out, struct err *e) WARN_UNUSED;

/* A new document: `lower` over `upper`, members of objects one by one, lists whole; null takes a member away; the cuts
 * of a mastery rule do not outlast a change to or from the rule that it must last. Owned by the caller; NULL: no
 * memory. */
json_t *policy_merge(const json_t *upper, const json_t *lower);
/* `change` over a version that waits for its day, but for what that version itself changes: where it differs from
 * `before`, the version in force until then. So that a change made meanwhile does not end with it. Owned by the caller;
 * NULL: no memory. */
json_t *policy_rebase(const json_t *waiting, const json_t *before, const json_t *change);
/* A document of scope `at` without what the scopes above do not (or no longer) let it say. Owned by the caller;
 * NULL: no memory. */
json_t *policy_within(const json_t *upper, const json_t *doc, enum policy_scope at);
/* A document over the one above it, as far as that allows: policy_within(), merged. Owned by the caller;
 * NULL: no memory. */
json_t *policy_applied(const json_t *upper, const json_t *doc, enum policy_scope scope);
/* May a document of scope `at` say what it says under `upper` (merged, of the scopes above)?
 * err ST_DENIED, with the clause as argument: set below its narrowest scope, locked above, or outside the bounds given
 * above;
 *     ST_INVALID: a setting that is none. */
enum st policy_may_set(const json_t *upper, const json_t *doc, enum policy_scope at, struct err *e) WARN_UNUSED;
/* Do the bounds of a merged document leave something between them? err ST_INVALID, with the clause */
enum st policy_check_bounds(const json_t *whole, struct err *e) WARN_UNUSED;
/* `upper` as it is for one school: what a waiver has opened for it is open. Owned by the caller; NULL: no memory. */
json_t *policy_opened(const json_t *upper, int64_t org_id);
/* Figures that the program computes as the measure of a purpose ("figure", beside the measure in words): students who
 * showed something alone in the last two weeks; secure skills a student; students seen at work off the screen in the
 * last four weeks; second looks of the last ninety days that were answered; teachers who confirmed having read the
 * version in force. */
enum { POLICY_MEASURES = 5 };
extern const char *const policy_measures[POLICY_MEASURES];
/* "drafted_by": the names of those who drafted it, as they wish to be named. */
enum st policy_check_drafters(const json_t *doc, struct err *e) WARN_UNUSED;
/* Purposes: 3 to 7, each with id, text and measure, and perhaps a figure; every setting in "about" names one. For a
 * district's own definition. */
enum st policy_check_purposes(const json_t *doc, struct err *e) WARN_UNUSED;

/* What differs between two documents in force. */
struct policy_change {
    const struct setting *setting; /* NULL: the scale of reports, or the grade conversion */
    char type[TYPE_BYTES];         /* of a rule for one type; "" */
    double before, after;
    size_t scale_before_count, scale_after_count; /* of a scale, else 0 */
    const struct report_level *scale_before, *scale_after;
};
/* In arena, in the order of the table. */
enum st policy_diff(struct arena *a, const struct policy *before, const struct policy *after,
                    struct policy_change **out, size_t *n, struct err *e) WARN_UNUSED;
/* Does one of them move levels or grades, which are then to be derived anew? */
bool policy_changes_re_derive(const struct policy_change *changes, size_t n);

#endif
