/* What the state and the district count, and where a student or a school stands on it: tests first, our own estimate
 * beside. And what the school asks for before someone graduates or moves up (domain/requirement.h). */
#ifndef PROGRESS_GOALS_H
#define PROGRESS_GOALS_H
#include "learning/learner.h"
#include "core/writer.h"
#include "domain/requirement.h"
#include "rules/goal_status.h"
#include "policy/snapshot.h"

enum { GOALS_MAX = 60, GOAL_BYTES = 120 };

struct goal {
    int64_t goal_id;
    const char *title, *counted_by; /* state or district */
    const char *test, *subject;     /* '' for none, for any */
    /* the name of what the standards are below: a competency or a framework; NULL: the test alone */
    const char *of;
    size_t count;
    const struct competency **standards; /* below top, those without any below them */
    double share;                        /* of them that are to be secure */
    bool has_score;
    double meets_score;
    int32_t meets_level; /* 0: none */
};

/* A place in the frameworks under which standards count: a competency, or all of a framework. */
struct standard_subtree {
    const struct competency *top;
    const struct framework *framework; /* when top is NULL */
};
/* Nothing in it when its framework is not here (any more). */
struct standard_subtree branch_by_uri(const struct catalogue *c, const char *uri);
/* The competencies in it (top itself, when it has none below) that have none below them, in the order of the
 * catalogue. */
enum st subtree_standards(const struct catalogue *c, struct arena *a, const struct standard_subtree *b,
                          const struct competency ***out, size_t *n, struct err *e) WARN_UNUSED;
enum st goals_list(const struct snapshot *s, struct tx *tx, struct arena *a, struct goal **out, size_t *n,
                   struct err *e) WARN_UNUSED;

struct test_result {
    const char *test, *subject, *level_name;
    int32_t taken_on, level;
    bool has_score, has_error;
    double score, standard_error;
};

struct goal_progress {
    const struct goal *goal;
    const struct test_result *latest; /* NULL: no test of it */
    enum goal_status by_test, ours;
    size_t seen, secure; /* of goal->count */
    bool disagree;
};

enum st goals_of_learner(struct tx *tx, struct arena *a, const struct learner_scope *who,
                         const struct learner_state *state, const struct goal *goals, size_t n,
                         struct goal_progress **out, struct err *e) WARN_UNUSED;

/* A school's students, counted; no names. */
struct goal_counts {
    size_t students, disagree;
    size_t by_test[STANDING_COUNT], ours[STANDING_COUNT];
};
/* The route has checked that the caller leads the school. */
enum st goals_of_school(struct tx *tx, struct arena *a, int64_t org_id, const struct goal *goals, size_t n,
                        struct goal_counts *out, struct err *e) WARN_UNUSED;

struct goal_cmd {
    struct command command;
    const char *client_id, *title, *counted_by, *test, *subject;
    int64_t competency_id, framework_id, author_id; /* both 0: no standards */
    double share, meets_score;
    bool has_score;
    int32_t meets_level;
};
/* err ST_INVALID: no title, neither standards nor a test, a test without a mark, share not within 0 to 1 */
enum st goal_check(const struct snapshot *s, struct goal_cmd *g, struct err *e) WARN_UNUSED;

struct goal_end_cmd {
    struct command command;
    int64_t goal_id;
};
void goal_end_ready(struct goal_end_cmd *g);

/* Requirements ----------------------------------------------------------------------------------------------------- */

struct requirement_progress {
    struct requirement asked;
    double have;
    size_t standards;     /* that count, of kind competencies */
    int32_t due;          /* the day by which it is asked for; 0: the grade or the school year is not known */
    double gained, weeks; /* competencies that became secure, in how many weeks attended */
    double to_go;         /* weeks at that pace; 0: done; below 0: cannot be said */
    double weeks_left;    /* until due */
    int64_t before, away; /* of kind competencies: secure eight weeks ago, days away since */
    bool done, at_risk;   /* at risk: at this pace not done by then */
};

/* Graduation and promotion for one student, in the order of the document; as of a moment, 0: now. */
enum st requirements_progress(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                              const struct learner_scope *who, const char *grade, int64_t as_of_ms,
                              struct requirement_progress **out, size_t *n, struct err *e) WARN_UNUSED;

/* The requirements in force for the district. */
enum st requirements_in_force(const struct snapshot *s, int64_t now_ms, struct requirement list[REQUIREMENTS_MAX],
                              size_t *n, struct err *e) WARN_UNUSED;

struct credit_cmd {
    struct command command;
    const char *client_id, *requirement, *note;
    int64_t learner_id, recorder_id, replaces_id; /* replaces_id: takes that row back; the rest is then not looked at */
    double amount;
    int32_t done_on;
    enum requirement_kind kind; /* out */
};
/* err ST_INVALID: no such requirement of hours or projects, amount not within 0 to 1,000, a day to come */
enum st credit_check(struct app *app, const struct snapshot *s, struct credit_cmd *k, struct err *e) WARN_UNUSED;

/* Days away between two days, both counted: they do not count against pace. */
enum st days_away(struct tx *tx, int64_t learner_id, int32_t first, int32_t last, int64_t *n,
                  struct err *e) WARN_UNUSED;

#endif
