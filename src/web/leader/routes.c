/* The tables of this room, each beside its handlers; in menus, pages stand in the order of this list. */
#include "leader/leader.h"

extern const struct route requirements_routes[], leaders_routes[], goals_routes[], moderation_routes[],
    frameworks_routes[], models_routes[], barriers_routes[], counselor_routes[];

const struct route *const leader_tables[] = {requirements_routes, leaders_routes,    goals_routes,
                                             moderation_routes,   frameworks_routes, models_routes,
                                             barriers_routes,     counselor_routes,  NULL};
