/* The tables of this room, each beside its handlers; in menus, pages stand in the order of this list. */
#include "frame/frame.h"

extern const struct route asset_routes[], style_routes[];

const struct route *const frame_tables[] = {asset_routes, style_routes, NULL};
