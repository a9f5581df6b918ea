/* routes: the route table as it stands, for whoever audits it and for the tests that walk it. */
#include <stdio.h>

#include "api/api.h"
#include "base/json.h"
#include "cli/cli.h"
#include "gate/gate.h"
#include "web/web.h"

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
    json_put_str(j, "sample", r->sample);
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

/* The page of permissions ------------------------------------------------------------------------------------------ */

static const struct column {
    const char *role;
    unsigned relation; /* by which a person of this role reaches anything at all */
} columns[] = {{"student", MAY_OWN_RECORD},   {"teacher", MAY_TEACHES},        {"coach", MAY_COACHES},
               {"counselor", MAY_COUNSELS},   {"principal", MAY_LEADS_SCHOOL}, {"district", MAY_LEADS_DISTRICT},
               {"guardian", MAY_GUARDIAN_OF}, {"programs", MAY_SEES_PROGRAMS}, {"nobody", MAY_ANYONE}};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void print_head(void)
{
    printf("# Permissions\n\n"
           "Who may reach which page and which API call, as the route rows declare it. `waymark routes --permissions` "
           "makes this page;\n`tests/server/test_access.py` walks the running program as each role and compares.\n\n"
           "*yes*: whoever has the role. A relation: only about a student or a class to whom the person has it "
           "(`src/app/access/may.c`).\nEmpty: refused. *nobody* is a visitor who has not signed in. *about*: whose "
           "record it is; each view by another is logged.\n\n"
           "| route | about |");
    for (size_t i = 0; i < COLUMNS; i++) printf(" %s |", columns[i].role);
    printf("\n|---|---|");
    for (size_t i = 0; i < COLUMNS; i++) printf("---|");
    putchar('\n');
}

static void print_permissions(const struct route *r)
{
    const char *about = r->learner_param && r->class_param ? "student, class"
                        : r->learner_param                 ? "student"
                        : r->class_param                   ? "class"
                                                           : "";
    printf("| %s `%s` | %s |", method_name(r->method), r->path, about);
    for (size_t i = 0; i < COLUMNS; i++) {
        bool all = (r->may & MAY_ANYONE) || ((r->may & MAY_SIGNED_IN) && columns[i].relation != MAY_ANYONE);
        bool may = all || (r->may & columns[i].relation);
        printf(" %s |", !may ? "" : all || !*about ? "yes" : relation_code((enum relation)columns[i].relation));
    }
    putchar('\n');
}

static int run_routes(struct cli *c)
{
    const struct route *tables[WEB_TABLES_MAX + 1] = {api_routes};
    bool page = cli_opt(c, "--permissions") != NULL;
    size_t n = 1 + web_tables(tables + 1);
    struct text t;
    struct json_out j;
    text_init(&t, 1 << 20);
    json_out_init(&j, &t);
    if (c->json) json_open_list(&j, NULL);
    else if (page) print_head();
    for (size_t i = 0; i < n; i++)
        for (const struct route *r = tables[i]; r->path; r++) {
            if (c->json) put_route(&j, r);
            else if (page) print_permissions(r);
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
     {{"--permissions", NULL, "print it as the page docs/permissions.md: each route by each role"}, {0}}},
    {0},
};
