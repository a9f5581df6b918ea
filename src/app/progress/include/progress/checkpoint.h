/* Common checkpoints: the same tasks in every class, done on paper, entered by the teacher. Each result is ordinary
 * evidence that knows its checkpoint; beside it is kept which level was given until then, so that levels can be
 * compared across classes. */
#ifndef PROGRESS_CHECKPOINT_H
#define PROGRESS_CHECKPOINT_H
#include "learning/observe.h"
#include "rules/agreement.h"
#include "policy/snapshot.h"

enum { CHECKPOINT_PARTS_MAX = 8, CHECKPOINT_CELLS_MAX = 400, CHECKPOINT_TITLE = 120, CHECKPOINT_POINTS_MAX = 20 };

struct checkpoint_part {
    int64_t competency_id;
    const char *task;   /* in words; "" : the item is printed instead */
    int64_t item_id;    /* printed for all with the same numbers; 0: none */
    int32_t max_points; /* 1 to 20 */
};

struct checkpoint {
    int64_t checkpoint_id, org_id; /* org_id 0: all schools */
    const char *title;
    size_t count;
    struct checkpoint_part parts[CHECKPOINT_PARTS_MAX];
};

/* One checkpoint, and the parts of one from their JSON; texts in arena. */
enum st checkpoint_load(struct tx *tx, struct arena *a, int64_t checkpoint_id, struct checkpoint *out,
                        struct err *e) WARN_UNUSED;
enum st checkpoint_parts(struct arena *a, const char *json, struct checkpoint *out, struct err *e) WARN_UNUSED;
/* The numbers of a printed item: the same for everyone. */
int64_t checkpoint_variant(const struct checkpoint *k, const struct checkpoint_part *p);

struct checkpoint_make_cmd {
    struct command command;
    const char *client_id;
    int64_t author_id;
    struct checkpoint checkpoint; /* without its id */
};
/* err ST_INVALID: no title, no parts, points out of range, the same competency twice; ST_NOT_FOUND: no such
 * competency */
enum st checkpoint_make_check(const struct snapshot *s, struct checkpoint_make_cmd *m, struct err *e) WARN_UNUSED;

struct checkpoint_cell {
    int64_t learner_id;
    const struct checkpoint_part *part;
    double points;
};
struct checkpoint_enter_cmd {
    struct command command;
    struct snapshot *snapshot;
    const struct checkpoint *checkpoint; /* outlives the command */
    const char *client_id;               /* of the form */
    int64_t class_id, recorder_id;
    size_t count;
    struct checkpoint_cell cells[CHECKPOINT_CELLS_MAX];
    size_t written; /* out: those that were new */
};
/* All or nothing. err ST_INVALID: nothing entered, points out of range; when run, ST_INVALID checkpoint.retakes: no
 * retake is left by the rules in force (mastery.retakes). */
enum st checkpoint_enter_check(struct checkpoint_enter_cmd *m, struct err *e) WARN_UNUSED;

#endif
