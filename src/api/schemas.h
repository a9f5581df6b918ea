/* JSON Schemas of replies and bodies, by name. The tests hold every reply they see against them. */
#ifndef API_SCHEMAS_H
#define API_SCHEMAS_H

struct api_schema {
    const char *name, *json;
};
/* Ends with name NULL. In it @types@ stands for the codes of the types of interaction, @asked@ for what they ask
 * with, @words@ and @shapes@ for what their responses are. */
extern const struct api_schema api_schemas[];

#endif
