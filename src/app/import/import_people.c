/* Who is what, and whose guardian: the people's side of a roster's import. */
#include <string.h>

#include "import_people.h"
#include "store/sql/import.h"

const char *roster_part(struct importer *im, const char *identifier, int n)
{
    const char *p = identifier;
    for (; n; n--) {
        p = strchr(p, 0x1f);
        if (!p) return "";
        p++;
    }
    const char *kept = arena_copy(im->a, p, strcspn(p, "\x1f"));
    return kept ? kept : "";
}

static const char *role_word(enum roster_role role)
{
    switch (role) {
    case ROSTER_ROLE_STUDENT: return "student";
    case ROSTER_ROLE_TEACHER: return "teacher";
    case ROSTER_ROLE_AIDE: return "aide";
    case ROSTER_ROLE_COACH: return "coach";
    case ROSTER_ROLE_COUNSELOR: return "counselor";
    case ROSTER_ROLE_PRINCIPAL: return "principal";
    case ROSTER_ROLE_DISTRICT: return "district";
    case ROSTER_ROLE_GUARDIAN: return "guardian";
    case ROSTER_ROLE_PROCTOR:
    case ROSTER_ROLE_OTHER: break;
    }
    return NULL;
}

/* By relation, or everywhere: such a role names no org. */
static const char *role_org(const char *org, const char *code)
{
    return strcmp(code, "guardian") == 0 || strcmp(code, "district") == 0 ? "" : org;
}

static enum st plan_role(struct importer *im, struct roster_import *x, struct planned_role role, struct err *e)
{
    role.org = role_org(role.org, role.code);
    const char *id = arena_printf(im->a, "%s\x1f%s\x1f%s", role.user, role.org, role.code);
    struct planned_role *v = LIST_ADD(im->a, x->planned, x->planned_count, x->planned_cap);
    if (!id || !v) return err_no_memory(e, "import");
    *v = role;
    sync_begin(im);
    if (role.start != DATE_NONE) sync_number(im, role.start);
    if (role.end != DATE_NONE) {
        sync_field(im, "to");
        sync_number(im, role.end);
    }
    if (*role.id) sync_field(im, role.id); /* another id is another content, and so it is remembered */
    ROSTER_PLAN(&x->roles, id, role.code, x->planned_count - 1);
    return ST_OK;
}

bool roster_lost(struct importer *im, struct source_ref ref, const char *field, const struct sync *s, const char *id)
{
    if (sync_id(s, id)) return false;
    report_problem(im->r, ref.file, ref.line, field, "roster.reference",
                   "There is no open %s \"%.80s\", neither here nor from an earlier import; the row was left out.",
                   s->kind, id);
    return true;
}

static enum st add_role_bit(struct importer *im, struct roster_import *x, const char *user, enum roster_role role,
                            struct err *e)
{
    int at = strmap_get(&x->roles_of, user);
    if (at < 0) {
        unsigned *slot = LIST_ADD(im->a, x->role_bits, x->role_bits_count, x->role_bits_cap);
        if (!slot) return err_no_memory(e, "import");
        *slot = 0;
        at = (int)x->role_bits_count - 1;
        if (strmap_put(&x->roles_of, user, at) < 0) return err_no_memory(e, "import");
    }
    x->role_bits[at] |= 1u << role;
    return ST_OK;
}

/* What each person is: as these files tell it, or, where they do not, as earlier ones did. */
static enum st load_role_bits(struct importer *im, struct roster_import *x, struct err *e)
{
    const struct roster *o = x->o;
    x->roles_of.arena = im->a;
    for (size_t i = 0; i < o->roles_count; i++)
        if (o->roles[i].status == ROW_ACTIVE) TRY(add_role_bit(im, x, o->roles[i].user_id, o->roles[i].role, e));
    struct strmap told = {.arena = im->a};
    for (size_t i = 0; i < o->roles_count; i++)
        if (*o->roles[i].user_id && strmap_put(&told, o->roles[i].user_id, 0) < 0) return err_no_memory(e, "import");
    for (size_t i = 0; i < x->roles.count; i++) {
        const struct sync_row *v = &x->roles.rows[i];
        if (!v->known || v->closed) continue;
        const char *user = roster_part(im, v->identifier, 0);
        if (strmap_get(&told, user) < 0)
            TRY(add_role_bit(im, x, user, roster_role_of(roster_part(im, v->identifier, 2)), e));
    }
    return ST_OK;
}

static bool has_role(const struct roster_import *x, const char *user, enum roster_role role)
{
    int at = strmap_get(&x->roles_of, user);
    return at >= 0 && (x->role_bits[at] & 1u << role);
}

/* A guardian is a person with that role who names a student, or is named by one; or whom the sender calls a parent,
 * guardian or relative of a student (SDS). Everything else gives nobody a right. */
static bool is_guardianship(const struct roster_import *x, struct roster_relation *v)
{
    bool user_learns = has_role(x, v->user_id, ROSTER_ROLE_STUDENT),
         agent_learns = has_role(x, v->agent_id, ROSTER_ROLE_STUDENT);
    if (user_learns == agent_learns) return false;
    if (*v->kind) return user_learns && roster_role_of(v->kind) == ROSTER_ROLE_GUARDIAN;
    if (user_learns) return has_role(x, v->agent_id, ROSTER_ROLE_GUARDIAN);
    if (!has_role(x, v->user_id, ROSTER_ROLE_GUARDIAN)) return false;
    const char *child = v->agent_id; /* a parent who lists the child */
    v->agent_id = v->user_id;
    v->user_id = child;
    return true;
}

static const char *named_role(const struct roster_import *x, const char *user)
{
    int at = strmap_get(&x->roles_of, user);
    for (int role = 0; at >= 0 && role <= ROSTER_ROLE_GUARDIAN; role++)
        if (x->role_bits[at] & 1u << role) return role_word((enum roster_role)role);
    return "person without a role";
}

static enum st judge_relations(struct importer *im, struct roster_import *x, struct err *e)
{
    struct roster *o = x->o;
    size_t kept = 0;
    TRY(load_role_bits(im, x, e));
    for (size_t i = 0; i < o->relations_count; i++) {
        struct roster_relation v = o->relations[i];
        bool known = sync_id(&x->users, v.agent_id) && sync_id(&x->users, v.user_id);
        if (known && !is_guardianship(x, &v))
            report_problem(
                im->r, v.ref.file, v.ref.line, "agentSourcedIds", "roster.agent",
                "\"%.80s\" (%s) names \"%.80s\" (%s)%s%.40s; that makes nobody a guardian, the link was left "
                "out.",
                v.user_id, named_role(x, v.user_id), v.agent_id, named_role(x, v.agent_id), *v.kind ? " as " : "",
                v.kind);
        else o->relations[kept++] = v;
    }
    o->relations_count = kept;
    return ST_OK;
}

/* Roles go by person, org and role; the id of the row that sent one is kept beside, under an entity of its own. */
static const char role_id_entity[] = "role_id";

enum st roster_load_role_ids(struct importer *im, struct tx *tx, struct roster_import *x, struct err *e)
{
    struct strmap by_row = {.arena = im->a};
    struct sql_outside_list_row r;
    struct rows stored;
    x->role_ids.arena = im->a;
    for (size_t i = 0; i < x->roles.count; i++) {
        const char *row = arena_printf(im->a, "%lld", (long long)x->roles.rows[i].row_id);
        if (!row || strmap_put(&by_row, row, (int)i) < 0) return err_no_memory(e, "import");
    }
    TRY(sql_outside_list(tx, &(struct sql_outside_list_in){.entity = role_id_entity, .system = im->source}, &stored,
                         e));
    while (sql_outside_list_next(&stored, &r)) {
        const char *row = arena_printf(im->a, "%lld", (long long)r.row_id), *id = arena_strdup(im->a, r.identifier);
        int at = row ? strmap_get(&by_row, row) : -1;
        if (!row || !id || (at >= 0 && strmap_put(&x->role_ids, id, at) < 0)) return err_no_memory(e, "import");
    }
    return rows_end(&stored);
}

enum st roster_remember_role_id(struct importer *im, struct tx *tx, const struct sync_row *row, const char *id,
                                struct err *e)
{
    return sql_outside_set(tx,
                           &(struct sql_outside_set_in){.entity = role_id_entity,
                                                        .system = im->source,
                                                        .identifier = id,
                                                        .row_id = row->row_id,
                                                        .content_hash = "",
                                                        .now_ms = im->now_ms,
                                                        .closed = false},
                           NULL, e);
}

static void end_role_by_id(struct importer *im, struct roster_import *x, const struct roster_role_row *v)
{
    int at = strmap_get(&x->role_ids, v->id);
    if (at >= 0) sync_gone(&x->roles, x->roles.rows[at].identifier);
    else
        report_problem(im->r, v->ref.file, v->ref.line, "sourcedId", "roster.role_unknown",
                       "No earlier file sent a role with the id \"%.80s\"; nothing was closed. Name userSourcedId, "
                       "orgSourcedId and role in the row.",
                       v->id);
}

enum st roster_plan_roles(struct importer *im, struct roster_import *x, struct err *e)
{
    struct roster *o = x->o;
    for (size_t i = 0; i < o->roles_count; i++) {
        const struct roster_role_row *v = &o->roles[i];
        const char *code = role_word(v->role);
        if (!*v->user_id) {
            end_role_by_id(im, x, v);
            continue;
        }
        if (!code) continue;
        if (v->status != ROW_ACTIVE) {
            const char *id = arena_printf(im->a, "%s\x1f%s\x1f%s", v->user_id, role_org(v->org_id, code), code);
            if (!id) return err_no_memory(e, "import");
            sync_gone(&x->roles, id);
            continue;
        }
        int at = strmap_get(&x->users.at, v->user_id);
        if (at >= 0 && x->users.rows[at].action == SYNC_CLOSE) continue; /* goes with the person */
        if (roster_lost(im, v->ref, "userSourcedId", &x->users, v->user_id) ||
            (*v->org_id && roster_lost(im, v->ref, "orgSourcedId", &x->orgs, v->org_id)))
            continue;
        TRY(plan_role(im, x, (struct planned_role){v->id, v->user_id, v->org_id, code, v->start, v->end}, e));
    }
    TRY(judge_relations(im, x, e));
    for (size_t i = 0; i < o->relations_count; i++) {
        const struct roster_relation *v = &o->relations[i];
        if (sync_id(&x->users, v->agent_id) && sync_id(&x->users, v->user_id))
            TRY(plan_role(im, x, (struct planned_role){"", v->agent_id, "", "guardian", DATE_NONE, DATE_NONE}, e));
    }
    return ST_OK;
}

enum st roster_close_roles_of_sent(struct importer *im, struct roster_import *x, struct err *e)
{
    struct strmap sent = {.arena = im->a};
    for (size_t i = 0; i < x->o->users_count; i++)
        if (x->o->users[i].status == ROW_ACTIVE && strmap_put(&sent, x->o->users[i].id, 0) < 0)
            return err_no_memory(e, "import");
    for (size_t i = 0; i < x->roles.count; i++) {
        const char *id = x->roles.rows[i].identifier;
        bool by_relation = strcmp(roster_part(im, id, 2), "guardian") == 0;
        if (!x->roles.rows[i].seen && !by_relation && strmap_get(&sent, roster_part(im, id, 0)) >= 0)
            sync_gone(&x->roles, id);
    }
    return ST_OK;
}

enum st roster_hold_named(struct importer *im, struct roster_import *x, bool seats, struct err *e)
{
    struct sync *const of[] = {[ROSTER_KIND_ORG] = &x->orgs,
                               [ROSTER_KIND_SESSION] = &x->sessions,
                               [ROSTER_KIND_COURSE] = &x->courses,
                               [ROSTER_KIND_CLASS] = &x->classes,
                               [ROSTER_KIND_USER] = &x->users,
                               [ROSTER_KIND_ROLE] = NULL,
                               [ROSTER_KIND_ENROLLMENT] = &x->enrollments};
    const struct roster *o = x->o;
    struct strmap people = {.arena = im->a};
    for (size_t i = 0; i < o->held_count; i++) {
        const struct roster_held *h = &o->held[i];
        if (h->kind < ROSTER_KIND_NONE && of[h->kind] && (h->kind > ROSTER_KIND_USER) == seats)
            sync_hold(of[h->kind], h->id);
        if ((h->kind == ROSTER_KIND_USER || h->kind == ROSTER_KIND_ROLE) && strmap_put(&people, h->id, 0) < 0)
            return err_no_memory(e, "import");
    }
    struct sync *const by_person[] = {&x->roles, &x->guardians};
    for (size_t k = 0; seats && people.count && k < 2; k++)
        for (size_t i = 0; i < by_person[k]->count; i++) {
            struct sync_row *v = &by_person[k]->rows[i];
            bool held = strmap_get(&people, roster_part(im, v->identifier, 0)) >= 0 ||
                        (k == 1 && strmap_get(&people, roster_part(im, v->identifier, 1)) >= 0);
            if (held && v->known) v->seen = true;
        }
    return ST_OK;
}
