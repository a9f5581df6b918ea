/* All ways of answering, in the order in which they are told of. type_NAME.c defines each. */
#ifndef ITEMS_TYPES_H
#define ITEMS_TYPES_H
#include "items/interaction.h"

#define INTERACTION_TYPES(X) X(text_entry) X(choice) X(choices) X(order)

#define INTERACTION_TYPE_DECLARED(name) extern const struct interaction_type type_##name;
INTERACTION_TYPES(INTERACTION_TYPE_DECLARED)

#endif
