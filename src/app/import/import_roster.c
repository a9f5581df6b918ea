/* A roster -> orgs, sessions, courses, classes, people, their roles, seats and guardians. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/list.h"
#include "import_people.h"
#include "store/sql/import.h"
#include "store/sql/roster.h"

static const char * or (const char *a, const char *b) { return *a ? a : b; }

/* --- writers --- */

static enum st org_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    const struct roster_org *v = &x->o->orgs[row->index];
    int64_t parent = sync_id(&x->orgs, v->parent_id);
    if (!parent && strcmp(v->type, "district") != 0) parent = x->root_org;
    return sql_org_set(tx,
                       &(struct sql_org_set_in){.org_id = row->row_id,
                                                .parent_org_id = parent == row->row_id ? 0 : parent,
                                                .type = or (v->type, "school"),
                                                .name = or (v->name, v->id),
                                                .zone = x->zone},
                       NULL, e);
}

static enum st session_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    const struct roster_session *v = &x->o->sessions[row->index];
    return sql_session_set(tx,
                           &(struct sql_session_set_in){.session_id = row->row_id,
                                                        .parent_session_id = sync_id(&x->sessions, v->parent_id),
                                                        .title = or (v->title, v->id),
                                                        .type = or (v->type, "term"),
                                                        .starts_on = v->start,
                                                        .starts_on_is_null = v->start == DATE_NONE,
                                                        .ends_on = v->end,
                                                        .ends_on_is_null = v->end == DATE_NONE,
                                                        .school_year = v->school_year},
                           NULL, e);
}

static enum st course_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    const struct roster_course *v = &x->o->courses[row->index];
    return sql_course_set(tx,
                          &(struct sql_course_set_in){.course_id = row->row_id,
                                                      .org_id = sync_id(&x->orgs, v->org_id),
                                                      .title = or (v->title, v->id),
                                                      .code = v->code,
                                                      .grades = v->grades},
                          NULL, e);
}

static enum st class_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    const struct roster_class *v = &x->o->classes[row->index];
    TRY(sql_class_set(tx,
                      &(struct sql_class_set_in){.class_id = row->row_id,
                                                 .course_id = sync_id(&x->courses, v->course_id),
                                                 .org_id = sync_id(&x->orgs, v->school_id),
                                                 .title = or (v->title, v->id),
                                                 .code = v->code,
                                                 .grades = v->grades,
                                                 .periods = v->periods,
                                                 .location = v->location},
                      NULL, e));
    TRY(sql_class_session_clear(tx, row->row_id, NULL, e));
    for (size_t i = 0; i < v->session_count; i++) {
        int64_t session = sync_id(&x->sessions, v->session_ids[i]);
        if (!session) continue;
        TRY(sql_class_session_insert(
            tx, &(struct sql_class_session_insert_in){.class_id = row->row_id, .session_id = session}, NULL, e));
    }
    return ST_OK;
}

static const char *current_name(struct roster_import *x, int64_t user_id)
{
    char key[24];
    snprintf(key, sizeof key, "%lld", (long long)user_id);
    int at = strmap_get(&x->name_of, key);
    return at < 0 ? NULL : x->current[at];
}

/* Names that differ in case alone are one name to whoever signs in. */
static int name_at(struct importer *im, const char *name)
{
    struct roster_import *x = im->set;
    char *folded = arena_strdup(im->a, name);
    if (!folded) return -1;
    str_lower(folded);
    return strmap_get(&x->names, folded);
}

static bool put_name(struct importer *im, const char *name, int at)
{
    struct roster_import *x = im->set;
    char *folded = arena_strdup(im->a, name);
    if (!folded) return false;
    str_lower(folded);
    return strmap_put(&x->names, folded, at) >= 0;
}

static const char *wanted_name(struct importer *im, const struct roster_user *u)
{
    return *u->username ? u->username : *u->email ? arena_copy(im->a, u->email, strcspn(u->email, "@")) : u->id;
}

/* Is the name that somebody has the one that is sent, or that with a number behind it? */
static bool same_name(const char *had, const char *want)
{
    size_t n = strlen(want);
    return had && (strcmp(had, want) == 0 || (strncmp(had, want, n) == 0 && had[n] == '-' &&
                                              had[n + 1 + strspn(had + n + 1, "0123456789")] == 0));
}

/* Somebody who gets another name leaves theirs to whoever wants it. */
static void release_name(struct importer *im, const char *had, const char *want, int64_t user_id)
{
    struct roster_import *x = im->set;
    int owner = had && !same_name(had, want) ? name_at(im, had) : -1;
    if (owner >= 0 && x->owners[owner] == user_id) x->owners[owner] = 0;
}

/* The name to sign in with: as sent, or with a number behind it when someone else has it. */
static const char *choose_name(struct importer *im, const struct roster_user *u, int64_t user_id)
{
    struct roster_import *x = im->set;
    const char *want = wanted_name(im, u), *had = current_name(x, user_id), *v = want;
    if (!want) return NULL;
    if (same_name(had, want)) return had;
    for (int k = 2;; k++) {
        int owner = name_at(im, v);
        if (owner < 0 || !x->owners[owner] || x->owners[owner] == user_id) break;
        v = arena_printf(im->a, "%s-%d", want, k);
        if (!v) return NULL;
    }
    if (v != want)
        report_problem(im->r, u->ref.file, u->ref.line, "username", "roster.username_taken",
                       "The user name \"%.80s\" is taken, in this or another case; this person signs in as \"%.80s\".",
                       want, v);
    int at = name_at(im, v);
    if (at < 0) {
        int64_t *slot = LIST_ADD(im->a, x->owners, x->owner_count, x->owner_cap);
        if (!slot) return NULL;
        at = (int)x->owner_count - 1;
        if (!put_name(im, v, at)) return NULL;
    }
    x->owners[at] = user_id;
    return v;
}

/* Two people may swap names: who gives one up has none for a moment. */
static enum st user_vacate(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    const char *had = current_name(x, row->row_id);
    char none[32];
    int owner = had ? name_at(im, had) : -1;
    if (owner < 0 || x->owners[owner] == row->row_id) return ST_OK;
    snprintf(none, sizeof none, "~%lld", (long long)row->row_id);
    return sql_user_vacate(tx, &(struct sql_user_vacate_in){.username = none, .user_id = row->row_id}, NULL, e);
}

static enum st user_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    const struct roster_user *v = &x->o->users[row->index];
    char grade[12];
    snprintf(grade, sizeof grade, "%.*s", (int)strcspn(v->grades, ","), v->grades);
    /* chosen when it was planned */
    return sql_user_set(tx,
                        &(struct sql_user_set_in){.user_id = row->row_id,
                                                  .username = v->username,
                                                  .given_name = or (v->given_name, *v->family_name ? "" : v->username),
                                                  .family_name = v->family_name,
                                                  .middle_name = v->middle_name,
                                                  .preferred_name = v->preferred_given,
                                                  .pronouns = v->pronouns,
                                                  .email = v->email,
                                                  .grade = grade,
                                                  .enabled = v->enabled,
                                                  .now_ms = im->now_ms},
                        NULL, e);
}

static enum st role_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    const struct planned_role *v = &x->planned[row->index];
    if (*v->id) TRY(roster_remember_role_id(im, tx, row, v->id, e));
    return sql_role_set(tx,
                        &(struct sql_role_set_in){.user_id = sync_id(&x->users, v->user),
                                                  .org_id = sync_id(&x->orgs, v->org),
                                                  .role = v->code,
                                                  .starts_on = v->start,
                                                  .starts_on_is_null = v->start == DATE_NONE,
                                                  .ends_on = v->end,
                                                  .ends_on_is_null = v->end == DATE_NONE},
                        NULL, e);
}

static const char *seat_word(enum roster_role role)
{
    return role == ROSTER_ROLE_STUDENT ? "student" : role == ROSTER_ROLE_AIDE ? "aide" : "teacher";
}

static enum st enrollment_vacate(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    const struct roster_enrollment *v = &x->o->enrollments[row->index];
    int64_t ended = 0;
    TRY(sql_enrollment_vacate(tx,
                              &(struct sql_enrollment_vacate_in){.now_ms = im->now_ms,
                                                                 .row_id = row->row_id,
                                                                 .class_id = sync_id(&x->classes, v->class_id),
                                                                 .user_id = sync_id(&x->users, v->user_id),
                                                                 .role = seat_word(v->role)},
                              &ended, e));
    if (ended) row->row_id = app_id(im->app);
    return ST_OK;
}

static enum st enrollment_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    const struct roster_enrollment *v = &x->o->enrollments[row->index];
    struct sql_enrollment_set_row r;
    struct rows rows;
    TRY(sql_enrollment_set(tx,
                           &(struct sql_enrollment_set_in){.enrollment_id = row->row_id,
                                                           .class_id = sync_id(&x->classes, v->class_id),
                                                           .user_id = sync_id(&x->users, v->user_id),
                                                           .role = seat_word(v->role),
                                                           .is_primary = v->primary,
                                                           .starts_on = v->start,
                                                           .starts_on_is_null = v->start == DATE_NONE,
                                                           .ends_on = v->end,
                                                           .ends_on_is_null = v->end == DATE_NONE},
                           &rows, e));
    while (sql_enrollment_set_next(&rows, &r)) row->row_id = r.enrollment_id;
    return rows_end(&rows);
}

static enum st guardian_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    const struct roster_relation *v = &x->o->relations[row->index];
    return sql_guardian_set(tx,
                            &(struct sql_guardian_set_in){.guardian_id = sync_id(&x->users, v->agent_id),
                                                          .learner_id = sync_id(&x->users, v->user_id),
                                                          .relation = v->kind},
                            NULL, e);
}

static enum st demographics_write(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    const struct roster_demographic *v = &x->o->demographics[row->index];
    struct text t;
    struct json_out j;
    char day[16] = "";
    if (v->birth_date != DATE_NONE) date_format(v->birth_date, day);
    text_init(&t, 16 << 10);
    json_out_init(&j, &t);
    json_open_obj(&j, NULL);
    json_put_str(&j, "birthDate", day);
    json_put_str(&j, "sex", v->sex);
    json_put_str(&j, "ethnicity", v->ethnicity);
    json_put_str(&j, "race", v->race);
    json_put_str(&j, "cityOfBirth", v->birth_city);
    json_put_str(&j, "stateOfBirth", v->birth_state);
    json_put_str(&j, "countryOfBirth", v->birth_country);
    json_close_obj(&j);
    enum st st = sql_demographics_set(
        tx, &(struct sql_demographics_set_in){.user_id = row->row_id, .doc = text_str(&t)}, NULL, e);
    text_release(&t);
    return st;
}

/* --- closers --- */

static enum st org_close(struct importer *im, struct tx *tx, struct sync_row *r, struct err *e)
{
    return sql_org_close(tx, &(struct sql_org_close_in){.now_ms = im->now_ms, .row_id = r->row_id}, NULL, e);
}
static enum st session_close(struct importer *im, struct tx *tx, struct sync_row *r, struct err *e)
{
    return sql_session_close(tx, &(struct sql_session_close_in){.now_ms = im->now_ms, .row_id = r->row_id}, NULL, e);
}
static enum st course_close(struct importer *im, struct tx *tx, struct sync_row *r, struct err *e)
{
    return sql_course_close(tx, &(struct sql_course_close_in){.now_ms = im->now_ms, .row_id = r->row_id}, NULL, e);
}
static enum st class_close(struct importer *im, struct tx *tx, struct sync_row *r, struct err *e)
{
    return sql_class_close(tx, &(struct sql_class_close_in){.now_ms = im->now_ms, .row_id = r->row_id}, NULL, e);
}
static enum st enrollment_close(struct importer *im, struct tx *tx, struct sync_row *r, struct err *e)
{
    return sql_enrollment_close(tx, &(struct sql_enrollment_close_in){.now_ms = im->now_ms, .row_id = r->row_id}, NULL,
                                e);
}

static enum st user_close(struct importer *im, struct tx *tx, struct sync_row *r, struct err *e)
{
    TRY(sql_user_close(tx, &(struct sql_user_close_in){.now_ms = im->now_ms, .row_id = r->row_id}, NULL, e));
    return sql_session_close_user(tx, r->row_id, NULL, e);
}

static enum st role_close(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    return sql_role_close(
        tx,
        &(struct sql_role_close_in){.user_id = sync_id(&x->users, roster_part(im, row->identifier, 0)),
                                    .org_id = sync_id(&x->orgs, roster_part(im, row->identifier, 1)),
                                    .role = roster_part(im, row->identifier, 2)},
        NULL, e);
}

static enum st guardian_close(struct importer *im, struct tx *tx, struct sync_row *row, struct err *e)
{
    struct roster_import *x = im->set;
    return sql_guardian_close(
        tx,
        &(struct sql_guardian_close_in){.guardian_id = sync_id(&x->users, roster_part(im, row->identifier, 0)),
                                        .learner_id = sync_id(&x->users, roster_part(im, row->identifier, 1))},
        NULL, e);
}

/* --- plans --- */

static enum st plan_places(struct importer *im, struct roster_import *x, struct err *e)
{
    struct roster *o = x->o;
    for (size_t i = 0; i < o->orgs_count; i++) {
        const struct roster_org *v = &o->orgs[i];
        if (v->status != ROW_ACTIVE) {
            sync_gone(&x->orgs, v->id);
            continue;
        }
        sync_begin(im);
        sync_field(im, v->name);
        sync_field(im, v->type);
        sync_field(im, v->parent_id);
        ROSTER_PLAN(&x->orgs, v->id, v->name, i);
    }
    for (size_t i = 0; i < o->sessions_count; i++) {
        const struct roster_session *v = &o->sessions[i];
        if (v->status != ROW_ACTIVE) {
            sync_gone(&x->sessions, v->id);
            continue;
        }
        sync_begin(im);
        sync_field(im, v->title);
        sync_field(im, v->type);
        sync_field(im, v->parent_id);
        sync_field(im, v->school_year);
        sync_number(im, v->start);
        sync_number(im, v->end);
        ROSTER_PLAN(&x->sessions, v->id, v->title, i);
    }
    return ST_OK;
}

/* A class without a course could be given no content: where the file names none that is known, one is made of the
 * class. */
static enum st make_courses(struct importer *im, struct roster_import *x, struct err *e)
{
    struct roster *o = x->o;
    struct strmap sent = {.arena = im->a};
    for (size_t i = 0; i < o->courses_count; i++)
        if (strmap_put(&sent, o->courses[i].id, (int)i) < 0) return err_no_memory(e, "import");
    for (size_t i = 0; i < o->classes_count; i++) {
        struct roster_class *v = &o->classes[i];
        if (v->status != ROW_ACTIVE) continue;
        bool unknown = *v->course_id && strmap_get(&sent, v->course_id) < 0 && !sync_id(&x->courses, v->course_id);
        if (*v->course_id && !unknown) continue;
        if (unknown)
            report_problem(im->r, v->ref.file, v->ref.line, "courseSourcedId", "roster.course_made",
                           "The course \"%.80s\" is not in the files; one was made with the title of this class.",
                           v->course_id);
        if (!*v->course_id) v->course_id = arena_printf(im->a, "class:%s", v->id);
        if (!v->course_id) return err_no_memory(e, "import");
        if (strmap_get(&sent, v->course_id) >= 0) continue;
        struct roster_course *c = LIST_ADD(im->a, o->courses, o->courses_count, o->courses_cap);
        if (!c) return err_no_memory(e, "import");
        *c = (struct roster_course){.ref = v->ref,
                                    .id = v->course_id,
                                    .title = v->title,
                                    .code = v->code,
                                    .org_id = v->school_id,
                                    .session_id = "",
                                    .grades = v->grades,
                                    .subjects = v->subjects};
        if (strmap_put(&sent, c->id, (int)o->courses_count - 1) < 0) return err_no_memory(e, "import");
    }
    return ST_OK;
}

static enum st plan_teaching(struct importer *im, struct roster_import *x, struct err *e)
{
    struct roster *o = x->o;
    TRY(make_courses(im, x, e));
    for (size_t i = 0; i < o->courses_count; i++) {
        const struct roster_course *v = &o->courses[i];
        if (v->status != ROW_ACTIVE) {
            sync_gone(&x->courses, v->id);
            continue;
        }
        sync_begin(im);
        sync_field(im, v->title);
        sync_field(im, v->code);
        sync_field(im, v->org_id);
        sync_field(im, v->grades);
        ROSTER_PLAN(&x->courses, v->id, v->title, i);
    }
    for (size_t i = 0; i < o->classes_count; i++) {
        const struct roster_class *v = &o->classes[i];
        if (v->status != ROW_ACTIVE) {
            sync_gone(&x->classes, v->id);
            continue;
        }
        sync_begin(im);
        sync_field(im, v->title);
        sync_field(im, v->code);
        sync_field(im, v->course_id);
        sync_field(im, v->school_id);
        sync_field(im, v->grades);
        sync_field(im, v->periods);
        sync_field(im, v->location);
        for (size_t k = 0; k < v->session_count; k++) sync_field(im, v->session_ids[k]);
        ROSTER_PLAN(&x->classes, v->id, v->title, i);
    }
    return ST_OK;
}

static enum st plan_users(struct importer *im, struct roster_import *x, struct err *e)
{
    struct roster *o = x->o;
    bool passwords = false;
    struct sync_row **rows = arena_array(im->a, o->users_count + 1, sizeof *rows);
    if (!rows) return err_no_memory(e, "import");
    for (size_t i = 0; i < o->users_count; i++) {
        struct roster_user *v = &o->users[i];
        if (v->status != ROW_ACTIVE) {
            sync_gone(&x->users, v->id);
            continue;
        }
        passwords = passwords || *v->password;
        sync_begin(im);
        sync_field(im, v->username);
        sync_field(im, v->given_name);
        sync_field(im, v->family_name);
        sync_field(im, v->middle_name);
        sync_field(im, v->preferred_given);
        sync_field(im, v->pronouns);
        sync_field(im, v->email);
        sync_field(im, v->grades);
        sync_number(im, v->enabled);
        bool twice;
        const char *name = arena_printf(im->a, "%s %s", v->given_name, v->family_name);
        struct sync_row *row = name ? sync_plan(im, &x->users, v->id, name, i, &twice) : NULL;
        if (!row) return err_no_memory(e, "import");
        if (row->action == SYNC_KEEP) continue;
        const char *want = wanted_name(im, v);
        if (!want) return err_no_memory(e, "import");
        release_name(im, current_name(x, row->row_id), want, row->row_id);
        rows[i] = row;
    }
    for (size_t i = 0; i < o->users_count; i++) {
        /* sync_plan() may have moved the rows: found anew */
        int at = rows[i] ? strmap_get(&x->users.at, o->users[i].id) : -1;
        if (at < 0) continue;
        o->users[i].username = choose_name(im, &o->users[i], x->users.rows[at].row_id);
        if (!o->users[i].username) return err_no_memory(e, "import");
    }
    if (passwords)
        report_problem(
            im->r, o->users[0].ref.file, 0, "password", "roster.password",
            "Passwords in the file are not taken over. `waymark user cards --class ID` prints sign-in cards.");
    return ST_OK;
}

static enum st plan_seats(struct importer *im, struct roster_import *x, struct err *e)
{
    struct roster *o = x->o;
    struct strmap seats = {.arena = im->a};
    for (size_t i = 0; i < o->enrollments_count; i++) {
        const struct roster_enrollment *v = &o->enrollments[i];
        if (v->status != ROW_ACTIVE) {
            sync_gone(&x->enrollments, v->id);
            continue;
        }
        if (v->role != ROSTER_ROLE_STUDENT && v->role != ROSTER_ROLE_TEACHER && v->role != ROSTER_ROLE_AIDE) {
            report_problem(im->r, v->ref.file, v->ref.line, "role", "roster.enrollment_role",
                           "A class has students, teachers and aides; \"%.40s\" was left out.", v->role_name);
            if (v->role == ROSTER_ROLE_OTHER) sync_hold(&x->enrollments, v->id); /* who knows what it means */
            continue;
        }
        if (roster_lost(im, v->ref, "classSourcedId", &x->classes, v->class_id) ||
            roster_lost(im, v->ref, "userSourcedId", &x->users, v->user_id)) {
            sync_hold(&x->enrollments, v->id);
            continue;
        }
        const char *seat = arena_printf(im->a, "%s\x1f%s\x1f%d", v->class_id, v->user_id, (int)v->role);
        if (!seat) return err_no_memory(e, "import");
        if (strmap_put(&seats, seat, (int)i) != (int)i) {
            report_problem(im->r, v->ref.file, v->ref.line, "sourcedId", "roster.twice",
                           "The person is in this class in this role already; the row was left out.");
            continue;
        }
        sync_begin(im);
        sync_field(im, v->class_id);
        sync_field(im, v->user_id);
        sync_number(im, (int)v->role);
        sync_number(im, v->primary);
        sync_number(im, v->start);
        sync_number(im, v->end);
        ROSTER_PLAN(&x->enrollments, v->id, v->role_name, i);
    }
    return ST_OK;
}

static enum st plan_rest(struct importer *im, struct roster_import *x, struct err *e)
{
    struct roster *o = x->o;
    for (size_t i = 0; i < o->relations_count; i++) {
        const struct roster_relation *v = &o->relations[i];
        if (roster_lost(im, v->ref, "userSourcedId", &x->users, v->user_id) ||
            roster_lost(im, v->ref, "agentSourcedIds", &x->users, v->agent_id))
            continue;
        const char *id = arena_printf(im->a, "%s\x1f%s", v->agent_id, v->user_id);
        if (!id) return err_no_memory(e, "import");
        sync_begin(im);
        sync_field(im, v->kind);
        ROSTER_PLAN(&x->guardians, id, v->kind, i);
    }
    for (size_t i = 0; i < o->demographics_count; i++) {
        const struct roster_demographic *v = &o->demographics[i];
        if (roster_lost(im, v->ref, "userSourcedId", &x->users, v->user_id)) continue;
        sync_begin(im);
        sync_number(im, v->birth_date);
        sync_field(im, v->sex);
        sync_field(im, v->ethnicity);
        sync_field(im, v->race);
        sync_field(im, v->birth_city);
        sync_field(im, v->birth_state);
        sync_field(im, v->birth_country);
        bool twice;
        struct sync_row *row = sync_plan(im, &x->demographics, v->user_id, "", i, &twice);
        if (!row && !twice) return err_no_memory(e, "import");
        if (row) row->row_id = sync_id(&x->users, v->user_id);
    }
    if (o->flags_count)
        report_problem(im->r, o->flags[0].ref.file, 0, "flag", "roster.flags",
                       "%zu user flags (programs) were read but are not kept by this import; send them as programs.",
                       o->flags_count);
    return ST_OK;
}

/* Loads the usernames in use and the district's own org, which becomes the parent of schools that name none. */
static enum st load_names(struct importer *im, struct tx *tx, struct roster_import *x, struct err *e)
{
    struct sql_user_names_row user_names;
    struct sql_org_list_row org_row;
    struct rows rows;
    x->names.arena = x->name_of.arena = im->a;
    TRY(sql_user_names(tx, &rows, e));
    while (sql_user_names_next(&rows, &user_names)) {
        int64_t *owner = LIST_ADD(im->a, x->owners, x->owner_count, x->owner_cap);
        const char **current = LIST_ADD(im->a, x->current, x->current_count, x->current_cap);
        const char *name = arena_strdup(im->a, user_names.username),
                   *key = arena_printf(im->a, "%lld", (long long)user_names.user_id);
        if (!owner || !current || !name || !key) return err_no_memory(e, "import");
        *owner = user_names.user_id;
        *current = name;
        if (!put_name(im, name, (int)x->owner_count - 1) || strmap_put(&x->name_of, key, (int)x->current_count - 1) < 0)
            return err_no_memory(e, "import");
    }
    TRY(rows_end(&rows));
    TRY(sql_org_list(tx, &rows, e));
    while (sql_org_list_next(&rows, &org_row)) {
        if (strcmp(org_row.type, "district") == 0 && !org_row.parent_org_id && !x->root_org)
            x->root_org = org_row.org_id;
        if (!*x->zone && *org_row.zone) snprintf(x->zone, sizeof x->zone, "%s", org_row.zone);
    }
    return rows_end(&rows);
}

static enum st plan(struct importer *im, struct tx *tx, struct roster_import *x, struct err *e)
{
    struct sync *all[] = {&x->orgs,  &x->sessions,    &x->courses,   &x->classes,     &x->users,
                          &x->roles, &x->enrollments, &x->guardians, &x->demographics};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) TRY(sync_load(im, tx, all[i], e));
    TRY(roster_load_role_ids(im, tx, x, e));
    TRY(load_names(im, tx, x, e));
    TRY(plan_places(im, x, e));
    TRY(plan_teaching(im, x, e));
    TRY(plan_users(im, x, e));
    TRY(roster_hold_named(im, x, false, e));
    const struct roster *o = x->o;
    const enum roster_mode modes[] = {o->orgs_mode, o->sessions_mode, o->courses_mode, o->classes_mode, o->users_mode};
    for (size_t i = 0; i < 5; i++)
        if (modes[i] == ROSTER_BULK) sync_close_missing(all[i]);
    TRY(roster_plan_roles(im, x, e));
    TRY(plan_seats(im, x, e));
    TRY(plan_rest(im, x, e));
    TRY(roster_hold_named(im, x, true, e));
    if (o->roles_mode == ROSTER_BULK) sync_close_missing(&x->roles);
    else if (o->roles_with_users) TRY(roster_close_roles_of_sent(im, x, e));
    if (o->enrollments_mode == ROSTER_BULK) sync_close_missing(&x->enrollments);
    if (o->relations_mode == ROSTER_BULK) sync_close_missing(&x->guardians);
    return ST_OK;
}

enum st import_oneroster(struct importer *im, struct conn *conn, const char *path, struct err *e)
{
    struct roster_import *x = arena_alloc(im->a, sizeof *x);
    struct package *p;
    struct tx *tx;
    if (!x) return err_no_memory(e, "import");
    im->set = x;
    TRY(package_open(im->a, path, im->r, &p, e));
    TRY(roster_read(im->a, p, im->r, &x->o, e));
    x->orgs = (struct sync){.entity = "org", .kind = "org", .write = org_write, .close = org_close, .single = true};
    x->sessions = (struct sync){
        .entity = "session", .kind = "session", .write = session_write, .close = session_close, .single = true};
    x->courses = (struct sync){
        .entity = "course", .kind = "course", .write = course_write, .close = course_close, .single = true};
    x->classes = (struct sync){.entity = "class", .kind = "class", .write = class_write, .close = class_close};
    x->users = (struct sync){
        .entity = "user", .kind = "user", .write = user_write, .close = user_close, .vacate = user_vacate};
    x->roles =
        (struct sync){.entity = "role", .kind = "role", .write = role_write, .close = role_close, .single = true};
    x->enrollments = (struct sync){.entity = "enrollment",
                                   .kind = "enrollment",
                                   .write = enrollment_write,
                                   .close = enrollment_close,
                                   .vacate = enrollment_vacate};
    x->guardians = (struct sync){
        .entity = "guardian", .kind = "guardian", .write = guardian_write, .close = guardian_close, .single = true};
    x->demographics = (struct sync){.entity = "demographics", .kind = "demographics", .write = demographics_write};
    TRY(tx_read(conn, im->district_id, &tx, e));
    enum st st = plan(im, tx, x, e);
    tx_rollback(tx);
    return st == ST_OK ? sync_apply(im, conn, e) : st;
}
