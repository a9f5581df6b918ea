#include "openapi.h"

#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "base/json.h"
#include "items/interaction.h"
#include "schemas.h"
#include "policy/snapshot.h"

enum { SCHEMA_BYTES = 1 << 16 };

/* /learners/:learner/mastery -> /learners/{learner}/mastery */
static void braces(const char *path, char out[200])
{
    size_t n = 0;
    while (*path && n < 190) {
        if (*path == ':') {
            out[n++] = '{';
            for (path++; *path && *path != '/' && n < 190; path++) out[n++] = *path;
            out[n++] = '}';
        } else {
            out[n++] = *path++;
        }
    }
    out[n] = 0;
}

static void put_ref(struct json_out *j, const char *name)
{
    char ref[100];
    snprintf(ref, sizeof ref, "#/components/schemas/%s", name);
    json_open_obj(j, "schema");
    json_put_str(j, "$ref", ref);
    json_close_obj(j);
}

static void put_content(struct json_out *j, const char *type, const char *schema)
{
    json_open_obj(j, "content");
    json_open_obj(j, type);
    if (schema) put_ref(j, schema);
    json_close_obj(j);
    json_close_obj(j);
}

static void put_parameters(struct json_out *j, const char *path, const char *query)
{
    json_open_list(j, "parameters");
    for (const char *p = strchr(path, ':'); p; p = strchr(p, ':')) {
        size_t n = strcspn(++p, "/");
        json_open_obj(j, NULL);
        json_put_strn(j, "name", p, n);
        json_put_str(j, "in", "path");
        json_put_bool(j, "required", true);
        json_put_raw(j, "schema", "{\"type\":\"string\"}");
        json_close_obj(j);
    }
    for (const char *q = query ? query : ""; *q; q += strspn(q, " ")) {
        size_t n = strcspn(q, " ");
        json_open_obj(j, NULL);
        json_put_strn(j, "name", q, n);
        json_put_str(j, "in", "query");
        json_put_bool(j, "required", false);
        json_put_raw(j, "schema", "{\"type\":\"string\"}");
        json_close_obj(j);
        q += n;
    }
    json_close_list(j);
}

static void put_route(struct json_out *j, const struct route *r)
{
    json_open_obj(j, r->method == HTTP_GET ? "get" : "post");
    json_put_str(j, "summary", r->summary);
    put_parameters(j, r->path, r->query);
    if (r->body_schema) {
        json_open_obj(j, "requestBody");
        json_put_bool(j, "required", true);
        put_content(j, "application/json", r->body_schema);
        json_close_obj(j);
    }
    json_open_obj(j, "responses");
    json_open_obj(j, "200");
    json_put_str(j, "description", "done");
    const char *type = strstr(r->path, "/live")           ? "text/event-stream"
                       : strcmp(r->path, "/metrics") == 0 ? "text/plain"
                                                          : "application/json";
    put_content(j, type, r->reply_schema);
    json_close_obj(j);
    json_open_obj(j, "default");
    json_put_str(j, "description", "what is wrong (RFC 9457)");
    put_content(j, "application/problem+json", "Problem");
    json_close_obj(j);
    json_close_obj(j);
    json_close_obj(j);
}

static void put_types(struct text *t)
{
    for (size_t i = 0; interaction_types[i]; i++) text_printf(t, "%s\"%s\"", i ? "," : "[", interaction_types[i]->code);
    text_add(t, "]");
}

static void put_asked(struct text *t)
{
    for (size_t i = 0; interaction_types[i]; i++) {
        const char *schema = interaction_types[i]->asked_schema;
        size_t k = 0;
        while (interaction_types[k]->asked_schema != schema) k++;
        if (k == i) text_printf(t, "%s%s", i ? "," : "", schema);
    }
}

static bool has_shape(size_t i, const struct response_shape *s)
{
    return interaction_types[i] && interaction_types[i]->response == s;
}

/* The first type of a shape tells of all that share it. */
static bool is_first(size_t i)
{
    size_t k = 0;
    while (!has_shape(k, interaction_types[i]->response)) k++;
    return k == i;
}

/* "a string for text_entry, a list of choice ids for choice, choices and order" */
static void put_words(struct text *t)
{
    for (size_t i = 0; interaction_types[i]; i++) {
        const struct response_shape *s = interaction_types[i]->response;
        size_t last = i;
        if (!is_first(i)) continue;
        for (size_t k = i; interaction_types[k]; k++)
            if (has_shape(k, s)) last = k;
        text_printf(t, "%s%s for %s", i ? ", " : "", s->words, interaction_types[i]->code);
        for (size_t k = i + 1; k <= last; k++)
            if (has_shape(k, s)) text_printf(t, "%s%s", k == last ? " and " : ", ", interaction_types[k]->code);
    }
}

static void put_shapes(struct text *t)
{
    for (size_t i = 0; interaction_types[i]; i++)
        if (is_first(i)) text_printf(t, "%s%s", i ? "," : "[", interaction_types[i]->response->schema);
    text_add(t, "]");
}

/* With what the table of types of interaction says put in. */
static void put_schema(struct json_out *j, const struct api_schema *s)
{
    static const struct {
        const char *mark;
        void (*put)(struct text *t);
    } marks[] = {{"@types@", put_types}, {"@asked@", put_asked}, {"@words@", put_words}, {"@shapes@", put_shapes}};
    enum { MARKS = sizeof marks / sizeof *marks };
    struct text t;
    text_init(&t, SCHEMA_BYTES);
    for (const char *p = s->json; *p;) {
        size_t k = 0;
        while (k < MARKS && strncmp(p, marks[k].mark, strlen(marks[k].mark)) != 0) k++;
        if (k == MARKS) {
            text_char(&t, *p++);
            continue;
        }
        marks[k].put(&t);
        p += strlen(marks[k].mark);
    }
    json_put_raw(j, s->name, text_str(&t));
    text_release(&t);
}

void openapi_write(struct text *out, const struct route *routes)
{
    struct json_out j;
    char path[200];
    json_out_init(&j, out);
    json_open_obj(&j, NULL);
    json_put_str(&j, "openapi", "3.1.0");
    json_open_obj(&j, "info");
    json_put_str(&j, "title", "Waymark");
    json_put_str(&j, "version", "1");
    json_close_obj(&j);
    json_open_obj(&j, "paths");
    for (const struct route *r = routes; r->path; r++) {
        braces(r->path, path);
        json_open_obj(&j, path);
        put_route(&j, r);
        json_close_obj(&j);
    }
    json_close_obj(&j);
    json_open_obj(&j, "components");
    json_open_obj(&j, "schemas");
    for (const struct api_schema *s = api_schemas; s->name; s++) put_schema(&j, s);
    json_close_obj(&j);
    json_put_raw(&j, "securitySchemes",
                 "{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"session\":{\"type\":\"apiKey\",\"in\":"
                 "\"cookie\",\"name\":\"waymark\"}}");
    json_close_obj(&j);
    json_put_raw(&j, "security", "[{\"bearer\":[]},{\"session\":[]}]");
    json_close_obj(&j);
}
