/* OneRoster CSV 1.1 and 1.2 and, with a few other columns, Microsoft SDS v2.1. */
#include "interop/oneroster.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "roster_reader.h"

enum roster_role roster_role_of(const char *w)
{
    static const struct {
        const char *word;
        enum roster_role role;
    } known[] = {{"student", ROSTER_ROLE_STUDENT},
                 {"learner", ROSTER_ROLE_STUDENT},
                 {"teacher", ROSTER_ROLE_TEACHER},
                 {"professor", ROSTER_ROLE_TEACHER},
                 {"lecturer", ROSTER_ROLE_TEACHER},
                 {"faculty", ROSTER_ROLE_TEACHER},
                 {"instructor", ROSTER_ROLE_TEACHER},
                 {"adjunct", ROSTER_ROLE_TEACHER},
                 {"chair", ROSTER_ROLE_TEACHER},
                 {"aide", ROSTER_ROLE_AIDE},
                 {"teacherAssistant", ROSTER_ROLE_AIDE},
                 {"teachingAssistant", ROSTER_ROLE_AIDE},
                 {"assistant", ROSTER_ROLE_AIDE},
                 {"coach", ROSTER_ROLE_COACH},
                 {"counselor", ROSTER_ROLE_COUNSELOR},
                 {"principal", ROSTER_ROLE_PRINCIPAL},
                 {"vicePrincipal", ROSTER_ROLE_PRINCIPAL},
                 {"administrator", ROSTER_ROLE_PRINCIPAL},
                 {"siteAdministrator", ROSTER_ROLE_PRINCIPAL},
                 {"districtAdministrator", ROSTER_ROLE_DISTRICT},
                 {"systemAdministrator", ROSTER_ROLE_DISTRICT},
                 {"parent", ROSTER_ROLE_GUARDIAN},
                 {"guardian", ROSTER_ROLE_GUARDIAN},
                 {"relative", ROSTER_ROLE_GUARDIAN},
                 {"proctor", ROSTER_ROLE_PROCTOR}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_ieq(w, known[i].word)) return known[i].role;
    return ROSTER_ROLE_OTHER;
}

static const char *role_word(struct table *t, const char *columns, enum roster_role *role)
{
    const char *w = table_text(t, columns);
    *role = roster_role_of(w);
    if (*w && *role == ROSTER_ROLE_OTHER && !str_ieq(w, "user") && !str_ieq(w, "staff") && !str_ieq(w, "other"))
        table_problem(t, "role", "roster.role", "\"%.40s\" is no known role; the person was kept without rights.", w);
    return w;
}

static enum st read_orgs(struct roster_reader *x, struct table *t, struct err *e)
{
    while (table_next(t)) {
        const char *id = table_id(t, "sourcedId", true);
        if (!id || !roster_fresh(x, &x->orgs, id, x->o->orgs_count, t)) continue;
        struct roster_org *o = ROSTER_ADD(x, orgs);
        if (!o) return err_no_memory(e, "roster");
        const char *parent = table_id(t, "parentSourcedId|parentSourceId", false);
        *o = (struct roster_org){.ref = table_ref(t),
                                 .id = id,
                                 .name = table_text(t, "name"),
                                 .type = table_text(t, "type"),
                                 .identifier = table_text(t, "identifier"),
                                 .parent_id = parent ? parent : "",
                                 .status = table_status(t)};
        if (!*o->name && o->status == ROW_ACTIVE)
            table_problem(t, "name", "roster.name", "The org has no name; its id is shown instead.");
    }
    return ST_OK;
}

static enum st read_sessions(struct roster_reader *x, struct table *t, struct err *e)
{
    while (table_next(t)) {
        const char *id = table_id(t, "sourcedId", true);
        if (!id || !roster_fresh(x, &x->sessions, id, x->o->sessions_count, t)) continue;
        struct roster_session *s = ROSTER_ADD(x, sessions);
        if (!s) return err_no_memory(e, "roster");
        const char *parent = table_id(t, "parentSourcedId", false);
        *s = (struct roster_session){.ref = table_ref(t),
                                     .id = id,
                                     .title = table_text(t, "title"),
                                     .type = table_text(t, "type"),
                                     .parent_id = parent ? parent : "",
                                     .school_year = table_text(t, "schoolYear"),
                                     .start = table_date(t, "startDate"),
                                     .end = table_date(t, "endDate"),
                                     .status = table_status(t)};
        if (s->start != DATE_NONE && s->end != DATE_NONE && s->end < s->start)
            table_problem(t, "endDate", "roster.dates", "The session ends before it begins; look at both dates.");
    }
    return ST_OK;
}

static enum st read_courses(struct roster_reader *x, struct table *t, struct err *e)
{
    while (table_next(t)) {
        const char *id = table_id(t, "sourcedId", true);
        if (!id || !roster_fresh(x, &x->courses, id, x->o->courses_count, t)) continue;
        struct roster_course *c = ROSTER_ADD(x, courses);
        if (!c) return err_no_memory(e, "roster");
        const char *org = table_id(t, "orgSourcedId", false), *session = table_id(t, "schoolYearSourcedId", false),
                   *code = table_text(t, "courseCode|code");
        *c = (struct roster_course){.ref = table_ref(t),
                                    .id = id,
                                    .title = table_text(t, "title"),
                                    .code = code,
                                    .org_id = org ? org : "",
                                    .session_id = session ? session : "",
                                    .grades = table_grades(t, "grades|grade"),
                                    .subjects = table_text(t, "subjects|subject"),
                                    .status = table_status(t)};
    }
    return ST_OK;
}

static enum st read_classes(struct roster_reader *x, struct table *t, struct err *e)
{
    while (table_next(t)) {
        const char *id = table_id(t, "sourcedId", true);
        if (!id || !roster_fresh(x, &x->classes, id, x->o->classes_count, t)) continue;
        struct roster_class *c = ROSTER_ADD(x, classes);
        if (!c) return err_no_memory(e, "roster");
        const char *course = table_id(t, "courseSourcedId", false),
                   *school = table_id(t, "schoolSourcedId|orgSourcedId", false);
        *c = (struct roster_class){.ref = table_ref(t),
                                   .id = id,
                                   .title = table_text(t, "title"),
                                   .code = table_text(t, "classCode|code"),
                                   .type = table_text(t, "classType"),
                                   .location = table_text(t, "location"),
                                   .course_id = course ? course : "",
                                   .school_id = school ? school : "",
                                   .grades = table_grades(t, "grades|grade"),
                                   .subjects = table_text(t, "subjects"),
                                   .periods = table_text(t, "periods"),
                                   .status = table_status(t)};
        c->session_count = table_list(t, "termSourcedIds|sessionSourcedIds|termSourcedId", &c->session_ids);
        if (!*c->title && c->status == ROW_ACTIVE)
            table_problem(t, "title", "roster.name", "The class has no title; its id is shown instead.");
    }
    return ST_OK;
}

/* metadata.* columns as one JSON object. */
static const char *metadata(struct roster_reader *x, struct table *t)
{
    struct text out;
    struct json_out j;
    bool any = false;
    text_init(&out, 64 << 10);
    json_out_init(&j, &out);
    json_open_obj(&j, NULL);
    for (size_t i = 0; i < t->csv.columns; i++) {
        const char *v = csv_field(&t->csv, (int)i);
        if (strncasecmp(t->csv.names[i], "metadata.", 9) != 0 || !*v) continue;
        json_put_str(&j, t->csv.names[i] + 9, v);
        any = true;
    }
    json_close_obj(&j);
    const char *kept = any && !out.failed ? arena_copy(x->a, out.p, out.n) : "";
    text_release(&out);
    return kept ? kept : "";
}

/* {LDAP:12},{LTI:15} */
static enum st outside_ids(struct roster_reader *x, struct table *t, const char *user, struct err *e)
{
    const char **list;
    size_t n = table_list(t, "userIds", &list);
    for (size_t i = 0; i < n; i++) {
        const char *colon = strchr(list[i], ':'), *close = strrchr(list[i], '}');
        if (list[i][0] != '{' || !colon || !close || close < colon + 2) {
            table_problem(t, "userIds", "roster.user_ids", "\"%.60s\" is not {type:id}; it was left out.", list[i]);
            continue;
        }
        struct roster_outside_id *o = ROSTER_ADD(x, outside_ids);
        if (!o) return err_no_memory(e, "roster");
        *o =
            (struct roster_outside_id){table_ref(t), user, arena_copy(x->a, list[i] + 1, (size_t)(colon - list[i] - 1)),
                                       arena_copy(x->a, colon + 1, (size_t)(close - colon - 1))};
        if (!o->system || !o->identifier) return err_no_memory(e, "roster");
    }
    return ST_OK;
}

static enum st relation(struct roster_reader *x, struct source_ref ref, const char *user, const char *agent,
                        const char *kind, struct err *e)
{
    struct roster_relation *v = ROSTER_ADD(x, relations);
    if (!v) return err_no_memory(e, "roster");
    *v = (struct roster_relation){ref, user, agent, kind};
    return ST_OK;
}

static enum st role_row(struct roster_reader *x, struct roster_role_row row, struct err *e)
{
    struct roster_role_row *v = ROSTER_ADD(x, roles);
    if (!v) return err_no_memory(e, "roster");
    *v = row;
    return ST_OK;
}

/* 1.1: role and orgs stand in users.csv. */
static enum st roles_of_1_1(struct roster_reader *x, struct table *t, const struct roster_user *u, struct err *e)
{
    enum roster_role role;
    const char *word = role_word(t, "role", &role), **orgs;
    size_t n = table_list(t, "orgSourcedIds|orgSourcedId", &orgs);
    if (!*word) table_problem(t, "role", "roster.role", "The person has no role; they were kept without rights.");
    if (n == 0)
        table_problem(t, "orgSourcedIds", "roster.org_missing",
                      "The person belongs to no org. Name at least one in orgSourcedIds.");
    for (size_t i = 0; i < (n ? n : 1) && *word; i++)
        TRY(role_row(x,
                     (struct roster_role_row){.ref = u->ref,
                                              .id = "",
                                              .user_id = u->id,
                                              .org_id = n ? orgs[i] : "",
                                              .role_name = word,
                                              .role = role,
                                              .primary = i == 0,
                                              .start = DATE_NONE,
                                              .end = DATE_NONE,
                                              .status = u->status},
                     e));
    return ST_OK;
}

static enum st read_users(struct roster_reader *x, struct table *t, bool roles_here, struct err *e)
{
    while (table_next(t)) {
        const char *id = table_id(t, "sourcedId", true);
        if (!id || !roster_fresh(x, &x->users, id, x->o->users_count, t)) continue;
        struct roster_user *u = ROSTER_ADD(x, users);
        if (!u) return err_no_memory(e, "roster");
        const char *org = table_id(t, "primaryOrgSourcedId", false);
        *u = (struct roster_user){
            .ref = table_ref(t),
            .id = id,
            .username = table_text(t, "username"),
            .given_name = table_text(t, "givenName"),
            .family_name = table_text(t, "familyName"),
            .middle_name = table_text(t, "middleName"),
            .preferred_given = table_text(t, "preferredGivenName|preferredFirstName|prefferedGivenName"),
            .preferred_family = table_text(t, "preferredFamilyName|preferredLastName|prefferedFamilyName"),
            .pronouns = table_text(t, "pronouns"),
            .identifier = table_text(t, "identifier"),
            .email = table_text(t, "email"),
            .sms = table_text(t, "sms"),
            .phone = table_text(t, "phone"),
            .grades = table_grades(t, "grades|grade"),
            .password = table_text(t, "password"),
            .primary_org_id = org ? org : "",
            .metadata = metadata(x, t),
            .enabled = table_bool(t, "enabledUser|enabled", true),
            .status = table_status(t)};
        if (u->status != ROW_ACTIVE) continue; /* may name its id only */
        if (!*u->given_name && !*u->family_name)
            table_problem(t, "givenName", "roster.name", "The person has no name; the user name is shown instead.");
        TRY(outside_ids(x, t, id, e));
        if (roles_here) TRY(roles_of_1_1(x, t, u, e));
        const char **agents;
        size_t n = table_list(t, "agentSourcedIds|agents", &agents);
        for (size_t i = 0; i < n; i++) TRY(relation(x, table_ref(t), id, agents[i], "", e));
        if (n && x->o->relations_mode == ROSTER_ABSENT) x->o->relations_mode = x->o->users_mode;
    }
    return ST_OK;
}

static enum st read_roles(struct roster_reader *x, struct table *t, struct err *e)
{
    while (table_next(t)) {
        struct roster_role_row v = {.ref = table_ref(t), .status = table_status(t), .user_id = "", .org_id = ""};
        const char *id = table_id(t, "sourcedId", false), *grades = table_grades(t, "grade"),
                   *type = table_text(t, "roleType"), *whose = table_text(t, "userSourcedId"),
                   *where = table_text(t, "orgSourcedId");
        v.id = id ? id : "";
        v.role_name = role_word(t, "role", &v.role);
        v.primary = table_has(t, "isPrimary") ? table_bool(t, "isPrimary", true) : !str_ieq(type, "secondary");
        v.start = table_date(t, "beginDate|roleStartDate");
        v.end = table_date(t, "endDate|roleEndDate");
        if (v.status != ROW_ACTIVE && *v.id && !(*whose && *where)) {
            TRY(role_row(x, v, e)); /* a row that closes may name its id only */
            continue;
        }
        const char *user = table_id(t, "userSourcedId", true), *org = user ? table_id(t, "orgSourcedId", false) : NULL;
        if (!user) continue;
        if (!org || !*org) {
            table_problem(t, "orgSourcedId", "roster.id_missing",
                          "The row has no orgSourcedId and was left out; the roles of this person were not changed.");
            TRY(roster_hold(x, ROSTER_KIND_ROLE, user, e));
            continue;
        }
        v.user_id = user;
        v.org_id = org;
        TRY(role_row(x, v, e));
        int at = strmap_get(&x->users, user); /* SDS tells the grade with the role */
        if (at >= 0 && *grades && !*x->o->users[at].grades) x->o->users[at].grades = grades;
    }
    return ST_OK;
}

static enum st read_enrollments(struct roster_reader *x, struct table *t, struct err *e)
{
    bool has_id = table_has(t, "sourcedId");
    while (table_next(t)) {
        enum row_status status = table_status(t);
        const char *id = has_id ? table_id(t, "sourcedId", true) : "", *class = table_id(t, "classSourcedId", !has_id),
                   *user = table_id(t, "userSourcedId", !has_id);
        enum roster_role role = ROSTER_ROLE_OTHER;
        if (!id || !class || !user) continue;
        bool gone = status != ROW_ACTIVE && has_id; /* may name its id only */
        if (!gone && (!*class || !*user)) {
            const char *missing = *class ? "userSourcedId" : "classSourcedId";
            table_problem(t, missing, "roster.id_missing",
                          "The row has no %s and was left out; the enrollment was not changed.", missing);
            table_hold(t, id);
            continue;
        }
        const char *word = gone ? "" : role_word(t, "role", &role), *school = table_id(t, "schoolSourcedId", false);
        if (!has_id) id = arena_printf(x->a, "%s/%s/%s", class, user, word);
        if (!id) return err_no_memory(e, "roster");
        if (!roster_fresh(x, &x->enrollments, id, x->o->enrollments_count, t)) continue;
        struct roster_enrollment *n = ROSTER_ADD(x, enrollments);
        if (!n) return err_no_memory(e, "roster");
        *n = (struct roster_enrollment){.ref = table_ref(t),
                                        .id = id,
                                        .class_id = class,
                                        .user_id = user,
                                        .school_id = school ? school : "",
                                        .role_name = word,
                                        .role = role,
                                        .primary = table_bool(t, "primary", role == ROSTER_ROLE_TEACHER && x->sds),
                                        .start = table_date(t, "beginDate"),
                                        .end = table_date(t, "endDate"),
                                        .status = status};
    }
    if (!has_id && t->held_count) t->unnamed = true; /* made ids are no words of a row */
    return ST_OK;
}

static enum st read_relationships(struct roster_reader *x, struct table *t, struct err *e)
{
    while (table_next(t)) {
        const char *user = table_id(t, "userSourcedId", true), *agent = table_id(t, "relationshipUserSourcedId", true);
        if (user && agent) TRY(relation(x, table_ref(t), user, agent, table_text(t, "relationshipRole"), e));
    }
    return ST_OK;
}

static const char *races(struct roster_reader *x, struct table *t)
{
    static const char *const names[] = {
        "americanIndianOrAlaskaNative",         "asian", "blackOrAfricanAmerican",
        "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces"};
    char list[256] = "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (table_bool(t, names[i], false))
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", *list ? "," : "", names[i]);
    const char *kept = arena_strdup(x->a, list);
    return kept ? kept : "";
}

static enum st read_demographics(struct roster_reader *x, struct table *t, struct err *e)
{
    while (table_next(t)) {
        const char *user = table_id(t, "sourcedId|userSourcedId", true);
        if (!user) continue;
        struct roster_demographic *d = ROSTER_ADD(x, demographics);
        if (!d) return err_no_memory(e, "roster");
        bool flags = table_has(t, "asian");
        *d = (struct roster_demographic){.ref = table_ref(t),
                                         .user_id = user,
                                         .sex = table_text(t, "sex"),
                                         .ethnicity = table_has(t, "ethnicityCodes") ? table_text(t, "ethnicityCodes")
                                                      : table_bool(t, "hispanicOrLatinoEthnicity", false)
                                                          ? "hispanicOrLatinoEthnicity"
                                                          : "",
                                         .race = flags ? races(x, t) : table_text(t, "raceCodes"),
                                         .birth_city = table_text(t, "cityOfBirth|birthCity"),
                                         .birth_state = table_text(t, "stateOfBirthAbbreviation|birthState"),
                                         .birth_country = table_text(t, "countryOfBirthCode|birthCountry"),
                                         .birth_date = table_date(t, "birthDate|birthdate")};
    }
    return ST_OK;
}

static enum st read_flags(struct roster_reader *x, struct table *t, struct err *e)
{
    while (table_next(t)) {
        const char *user = table_id(t, "userSourcedId", true);
        if (!user) continue;
        struct roster_flag *f = ROSTER_ADD(x, flags);
        if (!f) return err_no_memory(e, "roster");
        *f = (struct roster_flag){table_ref(t), user, table_text(t, "flag")};
    }
    return ST_OK;
}

/* What the manifest says about one file; ROSTER_BULK, with a report, when it says nothing. */
struct manifest {
    bool there;
    const char *file, *version;
    struct {
        const char *name, *mode;
        int64_t line;
        bool used;
    } files[40];
    size_t count;
};

static bool known_file(const char *name)
{
    static const char *const known[] = {"academicSessions",
                                        "categories",
                                        "classes",
                                        "classResources",
                                        "courses",
                                        "courseResources",
                                        "demographics",
                                        "enrollments",
                                        "lineItemLearningObjectiveIds",
                                        "lineItems",
                                        "lineItemScoreScales",
                                        "orgs",
                                        "resources",
                                        "resultLearningObjectiveIds",
                                        "results",
                                        "resultScoreScales",
                                        "roles",
                                        "scoreScales",
                                        "userProfiles",
                                        "userResources",
                                        "users",
                                        "relationships",
                                        "userFlags"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_ieq(name, known[i])) return true;
    return false;
}

static enum st read_manifest(struct roster_reader *x, struct manifest *m, struct err *e)
{
    struct table t;
    enum st st = table_open(&t, x->a, x->p, "manifest.csv", x->r, e);
    if (st == ST_NOMEM) return st;
    if (st != ST_OK) {
        if (!x->sds && st == ST_NOT_FOUND)
            report_problem(x->r, "manifest.csv", 0, NULL, "oneroster.manifest_missing",
                           "There is no manifest.csv; every file was taken as complete (bulk).");
        return ST_OK;
    }
    m->there = true;
    m->file = t.file;
    int name_at = csv_column(&t.csv, "propertyName"), value_at = csv_column(&t.csv, "value");
    if (name_at < 0) name_at = 0;
    if (value_at < 0) value_at = 1;
    while (table_next(&t)) {
        const char *name = csv_field(&t.csv, name_at), *value = csv_field(&t.csv, value_at);
        if (strncasecmp(name, "file.", 5) == 0) {
            if (!known_file(name + 5))
                table_problem(&t, name, "oneroster.manifest_property",
                              "\"%.60s\" names no file of OneRoster; the line was left out.", name);
            else if (m->count < sizeof m->files / sizeof *m->files) {
                m->files[m->count].name = name + 5;
                m->files[m->count].mode = value;
                m->files[m->count++].line = (int64_t)t.csv.line;
            }
        } else if (str_ieq(name, "oneroster.version")) {
            m->version = value;
        } else if (str_ieq(name, "source.systemName")) {
            x->o->system_name = str_ieq(value, "absent") ? "" : value;
        } else if (str_ieq(name, "source.systemCode")) {
            x->o->system_code = str_ieq(value, "absent") ? "" : value;
        } else if (!str_ieq(name, "manifest.version")) {
            table_problem(&t, NULL, "oneroster.manifest_property",
                          "\"%.60s\" is no property of a manifest; the line was left out.", name);
        }
    }
    return ST_OK;
}

static enum roster_mode mode_of(struct roster_reader *x, struct manifest *m, const char *file)
{
    char stem[64], full[72];
    snprintf(full, sizeof full, "%s", file);
    snprintf(stem, sizeof stem, "%.*s", (int)(strlen(file) - 4), file);
    bool there = package_find(x->p, file) >= 0;
    if (!m->there) return there ? ROSTER_BULK : ROSTER_ABSENT;
    for (size_t i = 0; i < m->count; i++) {
        if (!str_ieq(m->files[i].name, stem)) continue;
        m->files[i].used = true;
        const char *v = m->files[i].mode, *field = m->files[i].name;
        int64_t line = m->files[i].line;
        bool bulk = str_ieq(v, "bulk"), delta = str_ieq(v, "delta");
        if (bulk || delta) {
            if (!there)
                report_problem(x->r, m->file, line, field, "oneroster.file_missing",
                               "The manifest promises %s, which is not here; nothing was closed for it.", file);
            return !there ? ROSTER_ABSENT : bulk ? ROSTER_BULK : ROSTER_DELTA;
        }
        if (str_ieq(v, "absent")) {
            if (there)
                report_problem(x->r, m->file, line, field, "oneroster.file_absent",
                               "The manifest calls %s absent, so it was not read. Write bulk or delta to have it read.",
                               file);
            return ROSTER_ABSENT;
        }
        if (*v || there)
            report_problem(x->r, m->file, line, field, "oneroster.manifest_mode",
                           "\"%.30s\" is no mode; %s was %s. Write bulk, delta or absent.", v, file,
                           there ? "read, and nothing was closed for it" : "taken as absent");
        return there ? ROSTER_DELTA : ROSTER_ABSENT;
    }
    if (there)
        report_problem(x->r, m->file, 0, NULL, "oneroster.manifest_silent",
                       "The manifest does not name %s; it was read, and nothing was closed for it.", file);
    return there ? ROSTER_DELTA : ROSTER_ABSENT;
}

static void say_unread(struct roster_reader *x)
{
    static const char *const reading[] = {"manifest.csv",
                                          "orgs.csv",
                                          "academicSessions.csv",
                                          "courses.csv",
                                          "classes.csv",
                                          "users.csv",
                                          "roles.csv",
                                          "enrollments.csv",
                                          "relationships.csv",
                                          "demographics.csv",
                                          "userFlags.csv",
                                          "School.csv",
                                          "Section.csv",
                                          "Student.csv",
                                          "Teacher.csv",
                                          "StudentEnrollment.csv",
                                          "TeacherRoster.csv"};
    for (size_t i = 0; i < package_count(x->p); i++) {
        const char *name = package_name(x->p, i);
        size_t n = strlen(name);
        bool known = n < 4 || !str_ieq(name + n - 4, ".csv");
        for (size_t k = 0; k < sizeof reading / sizeof *reading; k++) known = known || str_ieq(name, reading[k]);
        if (!known)
            report_problem(x->r, name, 0, NULL, "roster.not_read",
                           "This file is not part of what is imported; it was not read.");
    }
}

typedef enum st (*reader)(struct roster_reader *, struct table *, struct err *);

static enum st read_file(struct roster_reader *x, struct manifest *m, const char *file, enum roster_kind kind,
                         enum roster_mode *mode, reader read, struct err *e)
{
    struct table t;
    *mode = mode_of(x, m, file);
    if (*mode == ROSTER_ABSENT) return ST_OK;
    enum st st = table_open(&t, x->a, x->p, file, x->r, e);
    if (st == ST_NOMEM) return st;
    /* a damaged archive is no roster: send it again */
    if (st == ST_INVALID && strncmp(e->user, "package.", 8) == 0) return st;
    if (st != ST_OK || csv_column(&t.csv, "sourcedId") + csv_column(&t.csv, "userSourcedId") == -2) {
        if (st == ST_OK)
            report_problem(x->r, t.file, 1, "sourcedId", "roster.header",
                           "The first row names no sourcedId; the file was not read.");
        *mode = ROSTER_ABSENT;
        return ST_OK;
    }
    TRY(read(x, &t, e));
    return roster_end_file(x, &t, kind, mode, e);
}

static enum st read_users_alone(struct roster_reader *x, struct table *t, struct err *e)
{
    return read_users(x, t, false, e);
}
static enum st read_users_and_roles(struct roster_reader *x, struct table *t, struct err *e)
{
    x->o->roles_mode = x->o->users_mode;
    x->o->roles_with_users = true;
    return read_users(x, t, true, e);
}

static enum st oneroster_read(struct roster_reader *x, struct err *e)
{
    struct manifest m = {0};
    struct roster *o = x->o;
    struct table t;
    struct import_report quiet;
    report_init(&quiet, x->a);
    enum st st = table_open(&t, x->a, x->p, "users.csv", &quiet, e);
    if (st == ST_NOMEM) return st;
    bool users_ok = st == ST_OK, old_style = users_ok && table_has(&t, "role"),
         no_manifest = package_find(x->p, "manifest.csv") < 0;
    x->sds = no_manifest && users_ok && !table_has(&t, "enabledUser") &&
             (table_has(&t, "activeDirectoryMatchId") || !table_has(&t, "status"));
    TRY(read_manifest(x, &m, e));
    bool roles_file = package_find(x->p, "roles.csv") >= 0;
    o->format = x->sds ? ROSTER_SDS_21
                : m.version
                    ? (strncmp(m.version, "1.1", 3) == 0 || strncmp(m.version, "1.0", 3) == 0 ? ROSTER_ONEROSTER_11
                                                                                              : ROSTER_ONEROSTER_12)
                : roles_file ? ROSTER_ONEROSTER_12
                             : ROSTER_ONEROSTER_11;
    if (m.version && strncmp(m.version, "1.1", 3) != 0 && strncmp(m.version, "1.2", 3) != 0)
        report_problem(x->r, m.file, 0, "oneroster.version", "oneroster.version",
                       "Version \"%.20s\" is not 1.1 or 1.2; it was read as far as it is alike.", m.version);
    TRY(read_file(x, &m, "orgs.csv", ROSTER_KIND_ORG, &o->orgs_mode, read_orgs, e));
    TRY(read_file(x, &m, "academicSessions.csv", ROSTER_KIND_SESSION, &o->sessions_mode, read_sessions, e));
    TRY(read_file(x, &m, "courses.csv", ROSTER_KIND_COURSE, &o->courses_mode, read_courses, e));
    TRY(read_file(x, &m, "classes.csv", ROSTER_KIND_CLASS, &o->classes_mode, read_classes, e));
    TRY(read_file(x, &m, "users.csv", ROSTER_KIND_USER, &o->users_mode,
                  old_style && !roles_file ? read_users_and_roles : read_users_alone, e));
    if (old_style && !roles_file && o->roles_mode == ROSTER_BULK) o->roles_mode = o->users_mode;
    if (o->relations_mode == ROSTER_BULK) o->relations_mode = o->users_mode;
    if (roles_file) TRY(read_file(x, &m, "roles.csv", ROSTER_KIND_ROLE, &o->roles_mode, read_roles, e));
    TRY(read_file(x, &m, "enrollments.csv", ROSTER_KIND_ENROLLMENT, &o->enrollments_mode, read_enrollments, e));
    if (x->sds) {
        TRY(read_file(x, &m, "relationships.csv", ROSTER_KIND_NONE, &o->relations_mode, read_relationships, e));
        enum roster_mode flags_mode;
        TRY(read_file(x, &m, "userFlags.csv", ROSTER_KIND_NONE, &flags_mode, read_flags, e));
    }
    return read_file(x, &m, "demographics.csv", ROSTER_KIND_NONE, &o->demographics_mode, read_demographics, e);
}

/* A delta may have any one of its files. */
static bool is_oneroster(struct package *p)
{
    static const char *const files[] = {
        "orgs.csv",  "academicSessions.csv", "courses.csv",     "classes.csv", "users.csv",
        "roles.csv", "enrollments.csv",      "demographics.csv"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (package_find(p, files[i]) >= 0) return true;
    return false;
}

enum st roster_read(struct arena *a, struct package *p, struct import_report *r, struct roster **out, struct err *e)
{
    struct roster *o = arena_alloc(a, sizeof *o);
    if (!o) return err_no_memory(e, "roster");
    struct roster_reader x = {.a = a, .p = p, .r = r, .o = o};
    o->system_code = o->system_name = "";
    x.orgs.arena = x.sessions.arena = x.courses.arena = x.classes.arena = x.users.arena = x.enrollments.arena = a;
    if (package_find(p, "School.csv") >= 0 && package_find(p, "Section.csv") >= 0) TRY(sds_v1_read(&x, e));
    else if (is_oneroster(p)) TRY(oneroster_read(&x, e));
    else
        return err_fail(e, ST_INVALID, "roster.unknown",
                        "no file of a known roster is here (OneRoster: orgs.csv, users.csv ...; SDS v1: School.csv, "
                        "Section.csv ...)");
    say_unread(&x);
    TRY(roster_check_references(&x, e));
    *out = o;
    return ST_OK;
}
