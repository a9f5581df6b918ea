/* The tables of this room, each beside its handlers; in menus, pages stand in the order of this list. */
#include "definition/definition.h"

extern const struct route definition_routes[], policy_page_routes[], policy_preview_routes[], policy_waiver_routes[],
    drafts_routes[];

const struct route *const definition_tables[] = {definition_routes,    policy_page_routes, policy_preview_routes,
                                                 policy_waiver_routes, drafts_routes,      NULL};
