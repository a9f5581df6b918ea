/* The tables of this room, each beside its handlers; in menus, pages stand in the order of this list. */
#include "account/account.h"

extern const struct route session_routes[];

const struct route *const account_tables[] = {session_routes, NULL};
