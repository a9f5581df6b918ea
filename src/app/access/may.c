#include "access/may.h"
#include "store/sql/roster.h"

const char *relation_code(enum relation r)
{
    switch (r) {
    case MAY_ANYONE: return "anyone";
    case MAY_SIGNED_IN: return "signed_in";
    case MAY_OWN_RECORD: return "own_record";
    case MAY_TEACHES: return "teaches";
    case MAY_GUARDIAN_OF: return "guardian_of";
    case MAY_LEADS_SCHOOL: return "leads_school";
    case MAY_COACHES: return "coaches";
    case MAY_LEADS_DISTRICT: return "leads_district";
    case MAY_COUNSELS: return "counsels";
    case MAY_SEES_PROGRAMS: return "sees_programs";
    }
    return "";
}

/* Whoever may give a class, and does: a short course for staff is given by a coach or a leader. */
enum { GIVES_CLASSES = ROLE_TEACHER | ROLE_COACH | ROLE_PRINCIPAL | ROLE_DISTRICT };

static enum st refused(const struct actor *who, struct err *e)
{
    if (!who->user_id) return err_fail(e, ST_SIGN_IN, "sign_in.needed", "nobody is signed in");
    return err_fail(e, ST_DENIED, "err.denied", "user %lld may not", (long long)who->user_id);
}

/* Does the person hold the role in a school of this learner? */
static enum st holds_at_school(struct tx *tx, const struct actor *who, unsigned role, int64_t learner_id, bool *yes,
                               struct err *e)
{
    struct sql_learner_orgs_row r;
    struct rows rows;
    *yes = false;
    TRY(sql_learner_orgs(tx, learner_id, &rows, e));
    while (sql_learner_orgs_next(&rows, &r)) {
        *yes = *yes || actor_holds(who, role, r.org_id);
    }
    return rows_end(&rows);
}

enum st may_learner(struct tx *tx, const struct actor *who, unsigned relations, int64_t learner_id,
                    struct learner_scope *out, struct err *e)
{
    bool yes = false;
    *out = (struct learner_scope){.learner_id = learner_id};
    if (!who->user_id || !learner_id) return refused(who, e);
    if ((relations & MAY_OWN_RECORD) && who->learns && who->user_id == learner_id) {
        out->relation = MAY_OWN_RECORD;
        return ST_OK;
    }
    if ((relations & MAY_TEACHES) && (who->roles & GIVES_CLASSES)) {
        TRY(sql_relation_teaches_learner(
            tx, &(struct sql_relation_teaches_learner_in){.user_id = who->user_id, .learner_id = learner_id}, &yes, e));
        out->relation = MAY_TEACHES;
        if (yes) return ST_OK;
    }
    if ((relations & MAY_GUARDIAN_OF) && (who->roles & ROLE_GUARDIAN)) {
        TRY(sql_relation_guardian(
            tx, &(struct sql_relation_guardian_in){.user_id = who->user_id, .learner_id = learner_id}, &yes, e));
        out->relation = MAY_GUARDIAN_OF;
        if (yes) return ST_OK;
    }
    if ((relations & MAY_LEADS_SCHOOL) && (who->roles & ROLE_PRINCIPAL)) {
        TRY(holds_at_school(tx, who, ROLE_PRINCIPAL, learner_id, &yes, e));
        out->relation = MAY_LEADS_SCHOOL;
        if (yes) return ST_OK;
    }
    if ((relations & MAY_COUNSELS) && (who->roles & ROLE_COUNSELOR)) {
        TRY(holds_at_school(tx, who, ROLE_COUNSELOR, learner_id, &yes, e));
        out->relation = MAY_COUNSELS;
        if (yes) return ST_OK;
    }
    if ((relations & MAY_SEES_PROGRAMS) && (who->roles & ROLE_PROGRAMS)) {
        yes = actor_holds(who, ROLE_PROGRAMS, 0);
        if (!yes) TRY(holds_at_school(tx, who, ROLE_PROGRAMS, learner_id, &yes, e));
        out->relation = MAY_SEES_PROGRAMS;
        if (yes) return ST_OK;
    }
    *out = (struct learner_scope){0};
    return refused(who, e);
}

enum st may_class(struct tx *tx, const struct actor *who, unsigned relations, int64_t class_id, struct class_scope *out,
                  struct err *e)
{
    bool yes = false;
    *out = (struct class_scope){.class_id = class_id, .relation = MAY_TEACHES};
    if (who->user_id && class_id && (relations & MAY_TEACHES) && (who->roles & GIVES_CLASSES)) {
        TRY(sql_relation_teaches_class(
            tx, &(struct sql_relation_teaches_class_in){.user_id = who->user_id, .class_id = class_id}, &yes, e));
        if (yes) return ST_OK;
    }
    *out = (struct class_scope){0};
    return refused(who, e);
}

enum st may_own(const struct actor *who, unsigned relations, enum relation *out, struct err *e)
{
    static const struct {
        enum relation relation;
        unsigned role;
    } by_role[] = {{MAY_LEADS_DISTRICT, ROLE_DISTRICT},
                   {MAY_LEADS_SCHOOL, ROLE_PRINCIPAL},
                   {MAY_COACHES, ROLE_COACH},
                   {MAY_TEACHES, ROLE_TEACHER},
                   {MAY_COUNSELS, ROLE_COUNSELOR},
                   /* who has several roles comes in the widest; staff who learn have a record of their own, too */
                   {MAY_OWN_RECORD, ROLE_STUDENT},
                   {MAY_GUARDIAN_OF, ROLE_GUARDIAN},
                   {MAY_SEES_PROGRAMS, ROLE_PROGRAMS}};
    if (relations & MAY_ANYONE) {
        *out = MAY_ANYONE;
        return ST_OK;
    }
    if (who->user_id && (relations & MAY_SIGNED_IN)) {
        *out = MAY_SIGNED_IN;
        return ST_OK;
    }
    for (size_t i = 0; who->user_id && i < sizeof by_role / sizeof *by_role; i++) {
        bool holds = by_role[i].relation == MAY_OWN_RECORD ? who->learns : (who->roles & by_role[i].role) != 0;
        if (!holds || !(relations & by_role[i].relation)) continue;
        *out = by_role[i].relation;
        return ST_OK;
    }
    return refused(who, e);
}
