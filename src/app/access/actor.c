#include "access/actor.h"

#include <string.h>

static const struct {
    enum role role;
    const char *code;
} roles[ROLE_KINDS] = {{ROLE_STUDENT, "student"},     {ROLE_TEACHER, "teacher"},    {ROLE_COACH, "coach"},
                       {ROLE_PRINCIPAL, "principal"}, {ROLE_DISTRICT, "district"},  {ROLE_GUARDIAN, "guardian"},
                       {ROLE_PROGRAMS, "programs"},   {ROLE_COUNSELOR, "counselor"}};

const char *role_code(enum role r)
{
    for (size_t i = 0; i < ROLE_KINDS; i++)
        if (roles[i].role == r) return roles[i].code;
    return "";
}

unsigned role_parse(const char *code)
{
    for (size_t i = 0; i < ROLE_KINDS; i++)
        if (strcmp(roles[i].code, code) == 0) return roles[i].role;
    return 0;
}

bool actor_holds(const struct actor *who, unsigned wanted, int64_t org_id)
{
    for (size_t i = 0; i < who->org_count; i++)
        if (who->orgs[i].org_id == org_id && (who->orgs[i].roles & wanted)) return true;
    return false;
}
