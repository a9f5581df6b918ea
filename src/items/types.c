#include "types.h"

#include <string.h>

#define ROW(name) &type_##name,
const struct interaction_type *const interaction_types[] = {INTERACTION_TYPES(ROW) NULL};

const struct response_shape shape_text = {"a string", "{\"type\":\"string\"}", false};
const struct response_shape shape_ids = {"a list of choice ids", "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}",
                                         true};

const struct interaction_type *interaction_find(const char *code)
{
    for (const struct interaction_type *const *t = interaction_types; *t; t++)
        if (strcmp((*t)->code, code) == 0) return *t;
    return NULL;
}

json_t *interaction_response(const struct interaction_type *type, const char *said)
{
    json_t *one = json_string(said);
    return one && type->response->list ? json_pack("[o]", one) : one;
}
