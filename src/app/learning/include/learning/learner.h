/* A learner's record, read: mastery now or as of a moment, and the evidence behind each number.
 *
 * Reads go through a `struct learner_scope`, which the gate makes after asking access/may.h: no handler can forget
 * to ask. */
#ifndef LEARNING_LEARNER_H
#define LEARNING_LEARNER_H
#include "core/app.h"
#include "access/may.h"
#include "rules/outlook.h"
#include "store/answer.h"
#include "policy/snapshot.h"

struct mastery_view {
    int64_t as_of_ms; /* now, unless asked for */
    const struct policy_effective *policy;
    struct learner_state state;
};

/* as_of_ms 0: now (from the stored state). Otherwise what was recorded by then, with the rules in force then. */
enum st learner_mastery(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                        const struct learner_scope *who, int64_t as_of_ms, struct mastery_view *out,
                        struct err *e) WARN_UNUSED;

/* One fact about one competency, with what it moved. */
struct why_step {
    struct evidence evidence;
    const char *response; /* JSON as given, or NULL */
    double before, after;
    enum level level_before, level_after;
    bool moved; /* false: a later attempt, kept and not counted */
};

enum { WHY_STEPS_MAX = 200 };

struct why_view {
    const struct competency *competency;
    const struct competency_state *state; /* NULL: no evidence yet */
    const struct policy_effective *policy;
    struct mastery_rule rule;
    double value;           /* by the rule, 0 to 1 */
    struct outlook outlook; /* what is missing for "secure" */
    double prior;
    struct bkt model;       /* the parameters in force */
    size_t count, total;    /* the latest WHY_STEPS_MAX; how many there are */
    struct why_step *steps; /* in the order in which they were folded */
};

/* The version of the model that the estimate rests on last: that of the latest fact that counted; 0: none did. */
int64_t why_model(const struct why_view *w);

enum st learner_why(struct app *app, const struct snapshot *s, struct tx *tx, struct arena *a,
                    const struct learner_scope *who, int64_t competency_id, int64_t as_of_ms, struct why_view *out,
                    struct err *e) WARN_UNUSED;

#endif
