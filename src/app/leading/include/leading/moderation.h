/* Moderation: teachers score the same work without seeing each other's scores; then they see how far they agree, and
 * keep anchors. */
#ifndef LEADING_MODERATION_H
#define LEADING_MODERATION_H
#include "core/writer.h"
#include "domain/policy.h"
#include "rules/agreement.h"
#include "policy/snapshot.h"

struct moderation_cmd {
    struct command command;
    const char *client_id, *title;
    int64_t org_id, competency_id, author_id;
    int64_t moderation_id; /* out */
};
enum st moderation_check(const struct snapshot *s, struct moderation_cmd *m, struct err *e) WARN_UNUSED;

/* A piece of work, copied out without a name. */
struct moderation_work_cmd {
    struct command command;
    const char *client_id, *body;
    int64_t moderation_id, author_id;
};
enum st moderation_work_check(struct moderation_work_cmd *m, struct err *e) WARN_UNUSED;

/* The work is kept as an example of the level. */
struct moderation_anchor_cmd {
    struct command command;
    int64_t work_id;
    enum level level;
    const char *note; /* not empty */
};
enum st moderation_anchor_check(struct moderation_anchor_cmd *m, struct err *e) WARN_UNUSED;
/* A score is the fact work_scored; a score once given stands. err ST_INVALID: no level, or words that cannot be */
enum st moderation_level_check(int64_t level, const char *note, bool anchor, struct err *e) WARN_UNUSED;

#endif
