/* The tables of this room, each beside its handlers; in menus, pages stand in the order of this list. */
#include "family/family.h"

extern const struct route letter_routes[], family_routes[], try_routes[];

const struct route *const family_tables[] = {letter_routes, family_routes, try_routes, NULL};
