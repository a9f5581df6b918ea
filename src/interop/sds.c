/* Microsoft School Data Sync v1: School, Section, Student, Teacher, StudentEnrollment, TeacherRoster. */
#include <string.h>

#include "roster_reader.h"

/* Headings; behind the | those of the edition for the United Kingdom. */
#define OWN "SIS ID|ID"
#define SCHOOL "School SIS ID|School DfE Number|DfE Number"
#define SECTION "Section SIS ID|Section ID"

/* Opens a file whose rows need these columns. *there false: its heading lacks one of them, which is reported once; it
 * then closes nothing. */
static enum st open_file(struct roster_reader *x, struct table *t, const char *file, const char *const needed[],
                         bool *there, struct err *e)
{
    *there = false;
    TRY(table_open(t, x->a, x->p, file, x->r, e));
    for (; *needed; needed++)
        if (!table_has(t, *needed)) {
            report_problem(x->r, t->file, 1, *needed, "roster.header",
                           "The first row names no %.*s; the file was not read, and nothing was closed for it.",
                           (int)strcspn(*needed, "|"), *needed);
            return ST_OK;
        }
    *there = true;
    return ST_OK;
}

static void close_nothing(struct roster_reader *x, enum roster_kind kind)
{
    struct roster *o = x->o;
    if (kind == ROSTER_KIND_ORG) o->orgs_mode = ROSTER_DELTA;
    if (kind == ROSTER_KIND_CLASS) o->classes_mode = o->courses_mode = o->sessions_mode = ROSTER_DELTA;
    if (kind == ROSTER_KIND_USER) o->users_mode = o->roles_mode = ROSTER_DELTA;
    if (kind == ROSTER_KIND_ENROLLMENT) o->enrollments_mode = ROSTER_DELTA;
}

static enum st end_file(struct roster_reader *x, struct table *t, enum roster_kind kind, struct err *e)
{
    enum roster_mode mode = ROSTER_BULK;
    TRY(roster_end_file(x, t, kind, &mode, e));
    if (mode != ROSTER_BULK) close_nothing(x, kind);
    return ST_OK;
}

static enum st schools(struct roster_reader *x, struct err *e)
{
    static const char own[] = OWN "|DfE Number", *const needed[] = {own, NULL};
    struct table t;
    bool there;
    TRY(open_file(x, &t, "School.csv", needed, &there, e));
    if (!there) {
        close_nothing(x, ROSTER_KIND_ORG);
        return ST_OK;
    }
    while (table_next(&t)) {
        const char *id = table_id(&t, own, true);
        if (!id || !roster_fresh(x, &x->orgs, id, x->o->orgs_count, &t)) continue;
        struct roster_org *o = ROSTER_ADD(x, orgs);
        if (!o) return err_no_memory(e, "roster");
        *o = (struct roster_org){.ref = table_ref(&t),
                                 .id = id,
                                 .name = table_text(&t, "Name"),
                                 .type = "school",
                                 .identifier = table_text(&t, "School Number"),
                                 .parent_id = ""};
        if (!*o->name) table_problem(&t, "Name", "roster.name", "The school has no name; its id is shown instead.");
    }
    return end_file(x, &t, ROSTER_KIND_ORG, e);
}

/* Terms and courses have no files of their own; each section repeats them. */
static enum st term_and_course(struct roster_reader *x, struct table *t, const char *school, const char **term,
                               const char **course, struct err *e)
{
    *term = table_id(t, "Term SIS ID|Term ID", false);
    *course = table_id(t, "Course SIS ID|Course ID", false);
    if (!*term) *term = "";
    if (!*course) *course = "";
    if (**term && strmap_get(&x->sessions, *term) < 0) {
        strmap_put(&x->sessions, *term, (int)x->o->sessions_count);
        struct roster_session *s = ROSTER_ADD(x, sessions);
        if (!s) return err_no_memory(e, "roster");
        *s = (struct roster_session){.ref = table_ref(t),
                                     .id = *term,
                                     .title = table_text(t, "Term Name"),
                                     .type = "term",
                                     .parent_id = "",
                                     .school_year = "",
                                     .start = table_date(t, "Term StartDate"),
                                     .end = table_date(t, "Term EndDate")};
    }
    if (**course && strmap_get(&x->courses, *course) < 0) {
        strmap_put(&x->courses, *course, (int)x->o->courses_count);
        struct roster_course *c = ROSTER_ADD(x, courses);
        if (!c) return err_no_memory(e, "roster");
        *c = (struct roster_course){.ref = table_ref(t),
                                    .id = *course,
                                    .title = table_text(t, "Course Name"),
                                    .code = table_text(t, "Course Number"),
                                    .org_id = school,
                                    .session_id = *term,
                                    .grades = "",
                                    .subjects = table_text(t, "Course Subject")};
    }
    return ST_OK;
}

static enum st sections(struct roster_reader *x, struct err *e)
{
    static const char *const needed[] = {OWN, SCHOOL, NULL};
    struct table t;
    bool there;
    TRY(open_file(x, &t, "Section.csv", needed, &there, e));
    if (!there) {
        close_nothing(x, ROSTER_KIND_CLASS);
        return ST_OK;
    }
    t.month_first = true;
    while (table_next(&t)) {
        const char *id = table_id(&t, OWN, true), *school = table_id(&t, SCHOOL, true), *term, *course;
        if (!id || !school || !roster_fresh(x, &x->classes, id, x->o->classes_count, &t)) continue;
        TRY(term_and_course(x, &t, school, &term, &course, e));
        struct roster_class *c = ROSTER_ADD(x, classes);
        const char **one = arena_array(x->a, 1, sizeof *one);
        if (!c || !one) return err_no_memory(e, "roster");
        one[0] = term;
        *c = (struct roster_class){.ref = table_ref(&t),
                                   .id = id,
                                   .title = table_text(&t, "Section Name"),
                                   .code = table_text(&t, "Section Number"),
                                   .type = "scheduled",
                                   .location = "",
                                   .course_id = course,
                                   .school_id = school,
                                   .grades = "",
                                   .subjects = table_text(&t, "Course Subject"),
                                   .periods = table_text(&t, "Periods"),
                                   .session_ids = one,
                                   .session_count = *term ? 1 : 0,
                                   .status = table_status(&t)};
    }
    return end_file(x, &t, ROSTER_KIND_CLASS, e);
}

static enum st people(struct roster_reader *x, const char *file, enum roster_role role, struct strmap *own,
                      struct err *e)
{
    static const char *const needed[] = {OWN, NULL};
    struct table t;
    bool there;
    TRY(open_file(x, &t, file, needed, &there, e));
    if (!there) {
        close_nothing(x, ROSTER_KIND_USER);
        return ST_OK;
    }
    t.month_first = true;
    while (table_next(&t)) {
        const char *sis = table_id(&t, OWN, true), *school = table_id(&t, SCHOOL, false), *id = sis;
        if (!sis || !school) continue;
        if (strmap_get(own, sis) < 0 && strmap_get(&x->users, sis) >= 0) { /* numbered apart from the students */
            id = arena_printf(x->a, "teacher:%s", sis);
            if (!id) return err_no_memory(e, "roster");
            table_problem(&t, OWN, "roster.id_shared", "A student has the same id; this person is kept as \"%s\".", id);
        }
        if (!roster_fresh(x, &x->users, id, x->o->users_count, &t)) continue;
        strmap_put(own, sis, (int)x->o->users_count);
        struct roster_user *u = ROSTER_ADD(x, users);
        struct roster_role_row *rr = ROSTER_ADD(x, roles);
        if (!u || !rr) return err_no_memory(e, "roster");
        enum row_status status = table_status(&t);
        *u = (struct roster_user){.ref = table_ref(&t),
                                  .id = id,
                                  .username = table_text(&t, "Username"),
                                  .given_name = table_text(&t, "First Name"),
                                  .family_name = table_text(&t, "Last Name"),
                                  .middle_name = table_text(&t, "Middle Name"),
                                  .preferred_given = "",
                                  .preferred_family = "",
                                  .pronouns = "",
                                  .identifier = table_text(&t, "Student Number|Teacher Number"),
                                  .email = table_text(&t, "Secondary Email"),
                                  .sms = "",
                                  .phone = "",
                                  .grades = table_grades(&t, "Grade"),
                                  .password = table_text(&t, "Password"),
                                  .primary_org_id = school,
                                  .metadata = "",
                                  .enabled = true,
                                  .status = status};
        *rr = (struct roster_role_row){.ref = table_ref(&t),
                                       .id = "",
                                       .user_id = id,
                                       .org_id = school,
                                       .role_name = role == ROSTER_ROLE_STUDENT ? "student" : "teacher",
                                       .role = role,
                                       .primary = true,
                                       .start = DATE_NONE,
                                       .end = DATE_NONE,
                                       .status = status};
        int32_t birth = table_date(&t, "Birthdate");
        if (birth != DATE_NONE) {
            struct roster_demographic *d = ROSTER_ADD(x, demographics);
            if (!d) return err_no_memory(e, "roster");
            *d = (struct roster_demographic){.ref = table_ref(&t),
                                             .user_id = id,
                                             .sex = "",
                                             .ethnicity = "",
                                             .race = "",
                                             .birth_city = "",
                                             .birth_state = "",
                                             .birth_country = "",
                                             .birth_date = birth};
            x->o->demographics_mode = ROSTER_BULK;
        }
    }
    return end_file(x, &t, ROSTER_KIND_USER, e);
}

static enum st seats(struct roster_reader *x, const char *file, enum roster_role role, const struct strmap *own,
                     struct err *e)
{
    struct table t;
    const char *word = role == ROSTER_ROLE_STUDENT ? "student" : "teacher";
    static const char *const needed[] = {SECTION, OWN, NULL};
    bool there;
    TRY(open_file(x, &t, file, needed, &there, e));
    if (!there) {
        close_nothing(x, ROSTER_KIND_ENROLLMENT);
        return ST_OK;
    }
    while (table_next(&t)) {
        const char *section = table_id(&t, SECTION, true), *sis = table_id(&t, OWN, true);
        if (!section || !sis) continue;
        int at = strmap_get(own, sis);
        const char *user = at >= 0 ? x->o->users[at].id : sis,
                   *id = arena_printf(x->a, "%s/%s/%s", section, user, word);
        if (!id) return err_no_memory(e, "roster");
        if (!roster_fresh(x, &x->enrollments, id, x->o->enrollments_count, &t)) continue;
        struct roster_enrollment *n = ROSTER_ADD(x, enrollments);
        if (!n) return err_no_memory(e, "roster");
        *n = (struct roster_enrollment){.ref = table_ref(&t),
                                        .id = id,
                                        .class_id = section,
                                        .user_id = user,
                                        .school_id = "",
                                        .role_name = word,
                                        .role = role,
                                        .primary = role == ROSTER_ROLE_TEACHER,
                                        .start = DATE_NONE,
                                        .end = DATE_NONE};
    }
    if (t.held_count) t.unnamed = true; /* made ids are no words of a row */
    return end_file(x, &t, ROSTER_KIND_ENROLLMENT, e);
}

static enum st optional(enum st st) { return st == ST_NOT_FOUND ? ST_OK : st; }

enum st sds_v1_read(struct roster_reader *x, struct err *e)
{
    struct roster *o = x->o;
    struct strmap students = {.arena = x->a}, teachers = {.arena = x->a};
    o->format = ROSTER_SDS_1;
    o->orgs_mode = o->sessions_mode = o->courses_mode = o->classes_mode = o->users_mode = o->roles_mode = ROSTER_BULK;
    o->enrollments_mode =
        package_find(x->p, "StudentEnrollment.csv") >= 0 && package_find(x->p, "TeacherRoster.csv") >= 0 ? ROSTER_BULK
                                                                                                         : ROSTER_DELTA;
    TRY(schools(x, e));
    TRY(sections(x, e));
    TRY(people(x, "Student.csv", ROSTER_ROLE_STUDENT, &students, e));
    TRY(people(x, "Teacher.csv", ROSTER_ROLE_TEACHER, &teachers, e));
    TRY(optional(seats(x, "StudentEnrollment.csv", ROSTER_ROLE_STUDENT, &students, e)));
    TRY(optional(seats(x, "TeacherRoster.csv", ROSTER_ROLE_TEACHER, &teachers, e)));
    if (o->enrollments_mode == ROSTER_DELTA && !o->enrollments_count) o->enrollments_mode = ROSTER_ABSENT;
    return ST_OK;
}
