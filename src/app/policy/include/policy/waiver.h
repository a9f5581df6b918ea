/* Waivers: a school asks the district to open a setting that is locked, with a reason and a last day; the district
 * answers on record. Granting makes a version of the district's rules that opens it for that school until then. */
#ifndef POLICY_WAIVER_H
#define POLICY_WAIVER_H
#include "policy/policy.h"
#include "core/writer.h"
#include "policy/snapshot.h"

struct waiver_cmd {
    struct command command;
    const char *client_id, *setting, *reason; /* setting: its path, "mastery.secure_at" */
    int64_t org_id, asker_id;
    int32_t until_date;
};
/* err ST_INVALID: client_id, the words, a day that has gone by, no such setting, or one that is not locked for the
 * school */
enum st waiver_check(struct app *app, const struct snapshot *s, struct waiver_cmd *w, struct err *e) WARN_UNUSED;

struct waiver_answer_cmd {
    struct command command;
    struct snapshot *snapshot; /* held by the caller until the reply */
    struct arena *arena;
    int64_t waiver_id, user_id;
    const char *answer;
    bool grant;
    struct policy_saved saved; /* out, when granted */
};
/* Once it is answered it stays so: ST_CONFLICT. After a grant the caller reloads. */
enum st waiver_answer_check(struct waiver_answer_cmd *w, struct err *e) WARN_UNUSED;

/* May a school set this under the rules in force? */
bool waiver_needed(const struct snapshot *s, int64_t org_id, const char *setting, int64_t at_ms);

#endif
