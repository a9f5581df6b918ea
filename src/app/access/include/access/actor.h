/* The person who asks: roles, places and courses. */
#ifndef ACCESS_ACTOR_H
#define ACCESS_ACTOR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access/taught.h"

enum role {
    ROLE_STUDENT = 1,
    ROLE_TEACHER = 2,
    ROLE_COACH = 4,
    ROLE_PRINCIPAL = 8,
    ROLE_DISTRICT = 16,
    ROLE_GUARDIAN = 32,
    ROLE_COUNSELOR = 128, /* of a school: sees where its students stand, changes nothing */
    ROLE_PROGRAMS = 64    /* may read who is in which program; given by the operator, never by a roster */
};
enum { ROLE_LAST = ROLE_COUNSELOR };
enum { ROLES_OF_STAFF = ROLE_TEACHER | ROLE_COACH | ROLE_PRINCIPAL | ROLE_DISTRICT | ROLE_COUNSELOR | ROLE_PROGRAMS };
enum { ROLE_KINDS = 8 };
const char *role_code(enum role r);
unsigned role_parse(const char *code); /* 0 when it is none of ours */

struct actor {
    int64_t user_id; /* 0: nobody is signed in */
    unsigned roles;  /* of enum role */
    struct actor_org {
        int64_t org_id;
        unsigned roles;
    } orgs[16]; /* where the person leads, coaches, counsels or sees programs */
    size_t org_count;
    struct taught courses[COURSES_MAX]; /* what is taught to the person */
    size_t course_count;
    bool learns; /* a student, or a member of staff with a seat in a course: has a record of their own */
    char given_name[80], family_name[80], username[80], language[12], grade[8];
};

/* Does the person hold one of these roles in this org? */
bool actor_holds(const struct actor *who, unsigned roles, int64_t org_id);

#endif
