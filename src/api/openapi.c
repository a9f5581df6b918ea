#include "openapi.h"

#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "base/json.h"
#include "schemas.h"
#include "policy/snapshot.h"

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

void openapi_write(struct text *out)
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
    for (const struct route *r = api_routes; r->path; r++) {
        braces(r->path, path);
        json_open_obj(&j, path);
        put_route(&j, r);
        json_close_obj(&j);
    }
    json_close_obj(&j);
    json_open_obj(&j, "components");
    json_open_obj(&j, "schemas");
    for (const struct api_schema *s = api_schemas; s->name; s++) json_put_raw(&j, s->name, s->json);
    json_close_obj(&j);
    json_put_raw(&j, "securitySchemes",
                 "{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"session\":{\"type\":\"apiKey\",\"in\":"
                 "\"cookie\",\"name\":\"waymark\"}}");
    json_close_obj(&j);
    json_put_raw(&j, "security", "[{\"bearer\":[]},{\"session\":[]}]");
    json_close_obj(&j);
}
