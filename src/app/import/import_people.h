/* A roster while it is imported, and its roles and guardians; import_roster.c has places, people and seats. */
#ifndef APP_IMPORT_PEOPLE_H
#define APP_IMPORT_PEOPLE_H
#include "base/list.h"
#include "import_sync.h"
#include "interop/oneroster.h"

struct roster_import {
    struct roster *o;
    struct sync orgs, sessions, courses, classes, users, roles, enrollments, guardians, demographics;
    int64_t root_org;
    char zone[80];
    struct strmap names; /* user name -> index in owners */
    int64_t *owners;
    size_t owner_count, owner_cap;
    struct strmap name_of; /* our user id as text -> index in current */
    const char **current;
    size_t current_count, current_cap;
    struct planned_role {
        const char *id; /* of the row that sent it; "": it had none */
        const char *user, *org, *code;
        int32_t start, end;
    } * planned; /* by index */
    size_t planned_count, planned_cap;
    struct strmap roles_of; /* user -> index in role_bits */
    struct strmap role_ids; /* the sender's id of a role -> index in roles.rows */
    unsigned *role_bits;    /* 1 << enum roster_role */
    size_t role_bits_count, role_bits_cap;
};

#define ROSTER_PLAN(sync_, id_, name_, index_) \
    do { \
        bool twice_; \
        if (!sync_plan(im, (sync_), (id_), (name_), (index_), &twice_) && !twice_) \
            return err_fail(e, ST_NOMEM, "err.memory", "import"); \
    } while (0)

/* Identifiers of roles and guardians are made of two or three ids, parted by 0x1f: the part of this number, from 0. */
const char *roster_part(struct importer *im, const char *identifier, int n);
/* Reports an id that leads to no row here. */
bool roster_lost(struct importer *im, struct source_ref ref, const char *field, const struct sync *s, const char *id);
/* Which row of x->roles each id of a role that was sent before stands for. */
enum st roster_load_role_ids(struct importer *im, struct tx *tx, struct roster_import *x, struct err *e) WARN_UNUSED;
enum st roster_remember_role_id(struct importer *im, struct tx *tx, const struct sync_row *row, const char *id,
                                struct err *e) WARN_UNUSED;
enum st roster_plan_roles(struct importer *im, struct roster_import *x, struct err *e) WARN_UNUSED;
/* In a delta, a person who is sent is what their row tells and nothing else. */
enum st roster_close_roles_of_sent(struct importer *im, struct roster_import *x, struct err *e) WARN_UNUSED;
/* Rows that could not be used leave what they name as it is: the row itself, and of a person the roles and guardians.
 * After the rows that can be used were planned, since those count. seats: roles and enrollments, else the rest. */
enum st roster_hold_named(struct importer *im, struct roster_import *x, bool seats, struct err *e) WARN_UNUSED;

#endif
