/* import: bring in rosters, frameworks and content. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "cli/cli.h"
#include "interop/report.h"

enum { IMPORT_BYTES_LOG2 = 31, PROBLEMS_SHOWN = 20, DIFFERENCES_SHOWN = 200 };

static void print_differences(const struct import_report *r)
{
    for (size_t i = 0; i < r->difference_count && i < DIFFERENCES_SHOWN; i++) {
        const struct import_difference *d = &r->differences[i];
        fprintf(stderr, "  %-7s %-12s %s%s%s\n", d->action, d->kind, d->id, *d->name ? "  " : "", d->name);
    }
    if (r->difference_count > DIFFERENCES_SHOWN)
        fprintf(stderr, "  ... and more; --json lists the first %d\n", IMPORT_DIFFERENCES_KEPT);
}

static void print_report(const struct cli *c, const struct import_report *r, bool dry_run)
{
    struct text t;
    text_init(&t, 16 << 20);
    report_words(r, &t, PROBLEMS_SHOWN);
    if (dry_run) print_differences(r);
    fputs(text_str(&t), stderr);
    if (c->json) {
        text_clear(&t);
        report_json(r, &t);
        fwrite(text_str(&t), 1, t.n, stdout);
        putchar('\n');
    }
    text_release(&t);
}

static int run_import(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    struct arena arena;
    struct import_report r;
    struct import_options o = {.source = cli_opt(c, "--source"),
                               .dry_run = cli_opt(c, "--dry-run") != NULL,
                               .course = cli_opt(c, "--course"),
                               .close_share = -1};
    const char *share = cli_opt(c, "--close-share");
    char known[200];
    snprintf(known, sizeof known, "KIND is one of%s", import_kind_names);
    if (c->count != 2) return cli_usage(c, "name the kind and the file or folder: waymark import --db … KIND PATH");
    if (!import_kind_known(c->positional[0])) return cli_usage(c, known);
    if (share && (!parse_f64(share, &o.close_share) || o.close_share < 0 || o.close_share > 1))
        return cli_usage(c, "--close-share takes a number from 0 to 1");
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    arena_init(&arena, (size_t)1 << IMPORT_BYTES_LOG2);
    report_init(&r, &arena);
    enum st st = app_import(&a.app, a.conn, c->positional[0], c->positional[1], &o, &r, &e);
    if (st == ST_OK || st == ST_DENIED || r.problem_total) print_report(c, &r, o.dry_run);
    arena_release(&arena);
    cli_close(&a);
    return st == ST_OK ? 0 : cli_fail(&e);
}

const struct cli_command cli_commands_import[] = {
    {"import",
     "KIND PATH",
     "Import a file, a zip or a folder. The report goes to standard error, with --json also to standard output. KIND:"
#define IMPORT_KIND(kind, whose, plans, help) "\n  " #kind ": " help
#include "import/kinds.def"
     ,
     run_import,
     true,
     {{"--source", "NAME", "the system that sends; it identifies the rows (default: KIND)"},
      {"--dry-run", NULL, "print what would change, write nothing"},
      {"--close-share", "SHARE", "share of rows it may close before it stops, 0 to 1 (default: the policy's, 0.2)"},
      {"--files", "DIR", "folder of images (default: files, next to the database)"},
      {"--course", "COURSE", "content: the course that teaches it, by id or title"},
      {0}}},
    {0},
};
