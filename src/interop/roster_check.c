/* References that lead nowhere. A file that came as a delta, or not at all, may leave its rows to an earlier import, so
 * only references into complete files are judged here; the rest is for whoever applies the roster. */
#include <string.h>

#include "roster_reader.h"

static bool lost(struct roster_reader *x, struct source_ref ref, const char *field, const struct strmap *m,
                 enum roster_mode mode, const char *id, const char *what, const char *effect)
{
    if (!*id || mode != ROSTER_BULK || strmap_get(m, id) >= 0) return false;
    report_problem(x->r, ref.file, ref.line, field, "roster.reference", "There is no %s \"%.80s\"; %s.", what, id,
                   effect);
    return true;
}

static void forget(struct roster_reader *x, struct source_ref ref, const char *field, const struct strmap *m,
                   enum roster_mode mode, const char **id, const char *what)
{
    if (lost(x, ref, field, m, mode, *id, what, "the reference was left out")) *id = "";
}

static void check_parents(struct roster_reader *x)
{
    struct roster *o = x->o;
    for (size_t i = 0; i < o->orgs_count; i++) {
        struct roster_org *v = &o->orgs[i];
        forget(x, v->ref, "parentSourcedId", &x->orgs, o->orgs_mode, &v->parent_id, "org");
        const struct roster_org *up = v;
        for (size_t steps = 0; *up->parent_id; steps++) {
            int at = strmap_get(&x->orgs, up->parent_id);
            if (at < 0) break;
            up = &o->orgs[at];
            if (up == v || steps > 64) {
                report_problem(x->r, v->ref.file, v->ref.line, "parentSourcedId", "roster.cycle",
                               "The org lies inside itself; it was taken as a top org.");
                v->parent_id = "";
                break;
            }
        }
    }
    for (size_t i = 0; i < o->sessions_count; i++) {
        struct roster_session *v = &o->sessions[i];
        forget(x, v->ref, "parentSourcedId", &x->sessions, o->sessions_mode, &v->parent_id, "academic session");
        if (strcmp(v->parent_id, v->id) == 0) v->parent_id = "";
    }
}

static void check_classes(struct roster_reader *x)
{
    struct roster *o = x->o;
    for (size_t i = 0; i < o->courses_count; i++) {
        struct roster_course *v = &o->courses[i];
        forget(x, v->ref, "orgSourcedId", &x->orgs, o->orgs_mode, &v->org_id, "org");
        forget(x, v->ref, "schoolYearSourcedId", &x->sessions, o->sessions_mode, &v->session_id, "academic session");
    }
    for (size_t i = 0; i < o->classes_count; i++) {
        struct roster_class *v = &o->classes[i];
        forget(x, v->ref, "courseSourcedId", &x->courses, o->courses_mode, &v->course_id, "course");
        forget(x, v->ref, "schoolSourcedId", &x->orgs, o->orgs_mode, &v->school_id, "org");
        size_t kept = 0;
        for (size_t k = 0; k < v->session_count; k++)
            if (!lost(x, v->ref, "termSourcedIds", &x->sessions, o->sessions_mode, v->session_ids[k],
                      "academic session", "the reference was left out"))
                v->session_ids[kept++] = v->session_ids[k];
        v->session_count = kept;
    }
}

static enum st check_people(struct roster_reader *x, struct err *e)
{
    struct roster *o = x->o;
    size_t kept = 0;
    static const char out[] = "the row was left out";
    for (size_t i = 0; i < o->users_count; i++)
        forget(x, o->users[i].ref, "primaryOrgSourcedId", &x->orgs, o->orgs_mode, &o->users[i].primary_org_id, "org");
    for (size_t i = 0; i < o->roles_count; i++) {
        struct roster_role_row *v = &o->roles[i];
        if (lost(x, v->ref, "userSourcedId", &x->users, o->users_mode, v->user_id, "user", out)) continue;
        if (lost(x, v->ref, "orgSourcedIds", &x->orgs, o->orgs_mode, v->org_id, "org", out)) continue;
        o->roles[kept++] = *v;
    }
    o->roles_count = kept;
    kept = 0;
    for (size_t i = 0; i < o->enrollments_count; i++) {
        struct roster_enrollment *v = &o->enrollments[i];
        if (v->status == ROW_ACTIVE &&
            (lost(x, v->ref, "classSourcedId", &x->classes, o->classes_mode, v->class_id, "class", out) ||
             lost(x, v->ref, "userSourcedId", &x->users, o->users_mode, v->user_id, "user", out))) {
            TRY(roster_hold(x, ROSTER_KIND_ENROLLMENT, v->id, e));
            continue;
        }
        forget(x, v->ref, "schoolSourcedId", &x->orgs, o->orgs_mode, &v->school_id, "org");
        o->enrollments[kept++] = *v;
    }
    o->enrollments_count = kept;
    kept = 0;
    for (size_t i = 0; i < o->relations_count; i++) {
        struct roster_relation *v = &o->relations[i];
        if (lost(x, v->ref, "userSourcedId", &x->users, o->users_mode, v->user_id, "user", out)) continue;
        if (lost(x, v->ref, "agentSourcedIds", &x->users, o->users_mode, v->agent_id, "user", out)) continue;
        if (strcmp(v->user_id, v->agent_id) == 0) {
            report_problem(x->r, v->ref.file, v->ref.line, "agentSourcedIds", "roster.reference",
                           "The person is named as their own guardian; the row was left out.");
            continue;
        }
        o->relations[kept++] = *v;
    }
    o->relations_count = kept;
    kept = 0;
    for (size_t i = 0; i < o->demographics_count; i++)
        if (!lost(x, o->demographics[i].ref, "sourcedId", &x->users, o->users_mode, o->demographics[i].user_id, "user",
                  out))
            o->demographics[kept++] = o->demographics[i];
    o->demographics_count = kept;
    kept = 0;
    for (size_t i = 0; i < o->flags_count; i++)
        if (!lost(x, o->flags[i].ref, "userSourcedId", &x->users, o->users_mode, o->flags[i].user_id, "user", out))
            o->flags[kept++] = o->flags[i];
    o->flags_count = kept;
    return ST_OK;
}

enum st roster_check_references(struct roster_reader *x, struct err *e)
{
    check_parents(x);
    check_classes(x);
    return check_people(x, e);
}
