/* routes: the route table as it stands, for whoever audits it and for the test that walks it. */
#include <stdio.h>

#include "api/api.h"
#include "base/json.h"
#include "cli/cli.h"
#include "gate/gate.h"
#include "web/web.h"

static const struct route *const tables[] = {api_routes, web_routes, NULL};

static const char *method_name(enum http_method m)
{
    switch (m) {
    case HTTP_GET: return "GET";
    case HTTP_POST: return "POST";
    case HTTP_OTHER: break;
    }
    return "OTHER";
}

static void put_relations(struct json_out *j, unsigned may)
{
    json_open_list(j, "may");
    for (unsigned bit = 1; bit && bit <= may; bit <<= 1)
        if (may & bit) json_put_str(j, NULL, relation_code((enum relation)bit));
    json_close_list(j);
}

static void put_route(struct json_out *j, const struct route *r)
{
    json_open_obj(j, NULL);
    json_put_str(j, "method", method_name(r->method));
    json_put_str(j, "path", r->path);
    put_relations(j, r->may);
    json_put_str(j, "learner_param", r->learner_param);
    json_put_str(j, "class_param", r->class_param);
    json_put_i64(j, "body_max", (int64_t)r->body_max);
    json_put_bool(j, "records_access", r->records_access);
    json_put_str(j, "summary", r->summary);
    json_close_obj(j);
}

static void print_route(const struct route *r)
{
    printf("%-4s %-48s", method_name(r->method), r->path);
    for (unsigned bit = 1; bit && bit <= r->may; bit <<= 1)
        if (r->may & bit) printf(" %s", relation_code((enum relation)bit));
    putchar('\n');
}

static int run_routes(struct cli *c)
{
    struct text t;
    struct json_out j;
    text_init(&t, 1 << 20);
    json_out_init(&j, &t);
    if (c->json) json_open_list(&j, NULL);
    for (size_t i = 0; tables[i]; i++)
        for (const struct route *r = tables[i]; r->path; r++) {
            if (c->json) put_route(&j, r);
            else print_route(r);
        }
    if (c->json) {
        json_close_list(&j);
        text_char(&t, '\n');
        fwrite(text_str(&t), 1, t.n, stdout);
    }
    text_release(&t);
    return 0;
}

const struct cli_command cli_commands_routes[] = {
    {"routes",
     "",
     "Print every page and API call, and the relation that gives access to it.",
     run_routes,
     false,
     {{0}}},
    {0},
};
