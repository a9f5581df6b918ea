/* JSON Schemas of replies and bodies, by name. The tests hold every reply they see against them. */
#ifndef API_SCHEMAS_H
#define API_SCHEMAS_H

struct api_schema {
    const char *name, *json;
};
extern const struct api_schema api_schemas[]; /* ends with name NULL */

#endif
