/* A roster as a school's system sends it, in OneRoster's words, whatever the file format was.
 *
 * Texts are UTF-8, never NULL ("" when absent). Ids are the sender's, up to 255 bytes, compared byte for byte, and are
 * never keys of ours. Dates are days since 1970-01-01, DATE_NONE when absent. Grades are CEDS codes (PK, KG, 01 .. 13,
 * UG, PS, AE ...), joined by commas. Rows with a problem that makes them unusable are not here; they are in the import
 * report.
 */
#ifndef DOMAIN_ROSTER_H
#define DOMAIN_ROSTER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/import.h"

#define DATE_NONE INT32_MIN
enum { SOURCE_ID_MAX = 255 };

enum roster_format { ROSTER_ONEROSTER_11, ROSTER_ONEROSTER_12, ROSTER_SDS_1, ROSTER_SDS_21 };
/* bulk: what is not in the file has gone; delta: it has not */
enum roster_mode { ROSTER_ABSENT, ROSTER_BULK, ROSTER_DELTA };
enum row_status { ROW_ACTIVE, ROW_TOBEDELETED, ROW_INACTIVE };
enum roster_role {
    ROSTER_ROLE_STUDENT,
    ROSTER_ROLE_TEACHER,
    ROSTER_ROLE_AIDE,
    ROSTER_ROLE_COACH,
    ROSTER_ROLE_COUNSELOR,
    ROSTER_ROLE_PRINCIPAL,
    ROSTER_ROLE_DISTRICT,
    ROSTER_ROLE_GUARDIAN,
    ROSTER_ROLE_PROCTOR,
    ROSTER_ROLE_OTHER
};

struct roster_org {
    struct source_ref ref;
    const char *id, *name, *type, *identifier, *parent_id;
    enum row_status status;
};
struct roster_session {
    struct source_ref ref;
    const char *id, *title, *type, *parent_id, *school_year;
    int32_t start, end;
    enum row_status status;
};
struct roster_course {
    struct source_ref ref;
    const char *id, *title, *code, *org_id, *session_id, *grades, *subjects;
    enum row_status status;
};
struct roster_class {
    struct source_ref ref;
    const char *id, *title, *code, *type, *location, *course_id, *school_id, *grades, *subjects, *periods;
    const char **session_ids;
    size_t session_count;
    enum row_status status;
};
struct roster_user {
    struct source_ref ref;
    const char *id, *username, *given_name, *family_name, *middle_name, *preferred_given, *preferred_family, *pronouns;
    const char *identifier, *email, *sms, *phone, *grades, *password, *primary_org_id;
    const char *metadata; /* JSON object of the metadata.* columns, "" when there are none */
    bool enabled;
    enum row_status status;
};
struct roster_role_row { /* one role of one user in one org */
    struct source_ref ref;
    const char *id; /* "": it has none; a row that closes may name it alone */
    const char *user_id, *org_id;
    const char *role_name; /* the sender's word */
    enum roster_role role;
    bool primary;
    int32_t start, end;
    enum row_status status;
};
struct roster_enrollment {
    struct source_ref ref;
    const char *id; /* made as "class/user/role" where the format has none */
    const char *class_id, *user_id, *school_id, *role_name;
    enum roster_role role;
    bool primary;
    int32_t start, end;
    enum row_status status;
};
struct roster_relation { /* user names agent; kind: the sender's word for what agent is to user, "" when it has none */
    struct source_ref ref;
    const char *user_id, *agent_id, *kind;
};
struct roster_outside_id { /* userIds: {LDAP:12} */
    struct source_ref ref;
    const char *user_id, *system, *identifier;
};
/* Named by a row that could not be used: stays as it is. */
enum roster_kind {
    ROSTER_KIND_ORG,
    ROSTER_KIND_SESSION,
    ROSTER_KIND_COURSE,
    ROSTER_KIND_CLASS,
    ROSTER_KIND_USER,
    ROSTER_KIND_ROLE, /* all roles of the user of this id */
    ROSTER_KIND_ENROLLMENT,
    ROSTER_KIND_NONE
};
struct roster_held {
    enum roster_kind kind;
    const char *id;
};
struct roster_demographic { /* held apart: its own permission, never an input to a model */
    struct source_ref ref;
    const char *user_id, *sex, *ethnicity, *race, *birth_city, *birth_state, *birth_country;
    int32_t birth_date;
};
struct roster_flag { /* SDS user flags; held apart as well */
    struct source_ref ref;
    const char *user_id, *flag;
};

#define ROSTER_LIST(type, name) \
    struct type *name; \
    size_t name##_count, name##_cap

struct roster {
    enum roster_format format;
    const char *system_code, *system_name; /* of the manifest */
    enum roster_mode orgs_mode, sessions_mode, courses_mode, classes_mode, users_mode, roles_mode, enrollments_mode,
        relations_mode, demographics_mode;
    bool roles_with_users; /* a row of a user tells all their roles */
    ROSTER_LIST(roster_org, orgs);
    ROSTER_LIST(roster_session, sessions);
    ROSTER_LIST(roster_course, courses);
    ROSTER_LIST(roster_class, classes);
    ROSTER_LIST(roster_user, users);
    ROSTER_LIST(roster_role_row, roles);
    ROSTER_LIST(roster_enrollment, enrollments);
    ROSTER_LIST(roster_relation, relations);
    ROSTER_LIST(roster_outside_id, outside_ids);
    ROSTER_LIST(roster_demographic, demographics);
    ROSTER_LIST(roster_flag, flags);
    ROSTER_LIST(roster_held, held);
};

#endif
