/* Accuracy and bias of a model by student group, with intervals over students.
 *
 * Groups are for judging only: membership is never a feature of a model. Groups under a least number of students are
 * hidden, and so that the total does not give a hidden one away by subtraction, the smallest of the others with it when
 * it would be hidden alone.
 */
#ifndef ENGINE_FAIRNESS_H
#define ENGINE_FAIRNESS_H
#include "engine/bootstrap.h"
#include "engine/metrics.h"
#include "engine/responses.h"

struct fairness_options {
    size_t smallest;    /* students */
    double mastered_at; /* P(right) predicted from which a model as good as says "mastered" */
    uint64_t seed;
};
extern const struct fairness_options fairness_defaults; /* 10, .85, 1 */

/* Decisions: the model at a student's FAIRNESS_AT-th answer on a set of skills, held against that and the next two. */
enum { FAIRNESS_AT = 4, FAIRNESS_NEXT = 3 };
struct fairness_group {
    size_t students, rows;
    bool hidden; /* the figures are then 0 */
    struct metrics metrics;
    /* mean predicted less share right: above 0, too much is expected of the group */
    struct interval95 bias;
    /* of those predicted at mastered_at or more: fewer than two of the three right */
    struct interval95 false_mastery;
    struct interval95 false_non_mastery; /* of the others: all three right */
};
/* p: rows, predicted one step ahead. group: users, below groups, or UINT32_MAX: of none that is asked about; how many
 * those are follows from the total as well, so that few of them are as a hidden group. Of r only rows, users, sets,
 * user_at, item, correct and item_set are read. out: groups. ST_NOMEM; ST_INVALID as metrics_of. */
enum st fairness_of(const struct responses *r, const double *p, const uint32_t *group, size_t groups,
                    const struct fairness_options *o, struct fairness_group *out, struct err *e) WARN_UNUSED;

#endif
