/* Drafts of the rules: put to all staff for comment, answered on record, then adopted as a version. */
#ifndef POLICY_POLICY_DRAFT_H
#define POLICY_POLICY_DRAFT_H
#include "core/record.h"
#include "policy/policy.h"
#include "policy/snapshot.h"

struct policy_draft_cmd { /* puts a draft to the staff */
    struct command command;
    struct snapshot *snapshot; /* held by the caller until it is done */
    struct arena *arena;
    struct policy_save save; /* checked as if it were saved now; its reason and recorder are kept */
};
void draft_rules_ready(struct policy_draft_cmd *d);

/* A comment (the fact policy_commented): words, and a setting that there is. err ST_INVALID */
enum st draft_comment_check(const struct fact_policy_commented *k, struct err *e) WARN_UNUSED;
/* For a record_cmd of comments: ST_INVALID "draft.closed" after the last day, and when the draft has been adopted. */
enum st draft_is_open(struct tx *tx, const struct record_cmd *c, struct err *e) WARN_UNUSED;

struct draft_adopt_cmd {
    struct command command;
    struct snapshot *snapshot;
    struct arena *arena;
    int64_t draft_id, user_id;
    int32_t today;
    struct policy_saved saved; /* out */
};
/* Becomes a version, when its time for comments is over (ST_INVALID draft.still_open) and each is answered
 * (draft.unanswered): at once, or with the next term when levels or grades change. Once: ST_CONFLICT. The caller
 * reloads. */
void draft_adopt_ready(struct draft_adopt_cmd *d);

#endif
