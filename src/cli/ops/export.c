/* export: what people recorded, as files that other programs read. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "cli/cli.h"
#include "store/fact_kinds.h"

enum { SLICE_BYTES = 16 << 20, PATH_BYTES = 4096 };

struct export
{
    struct tx *tx;
    const char *folder;
    struct json_out *report;
};

static enum st write_all(FILE *f, const char *path, struct text *t, struct err *e)
{
    if (fwrite(text_str(t), 1, t->n, f) != t->n) return err_fail(e, ST_IO, "err.io", "%s: %s", path, strerror(errno));
    text_clear(t);
    return ST_OK;
}

/* A slice at a time: memory does not grow with the district. */
static enum st write_slices(const struct export *x, const struct fact_kind *k, FILE *f, const char *path,
                            struct text *t, struct err *e)
{
    struct fact_csv csv = {.out = t};
    TRY(fact_export_head(k, &csv, e));
    TRY(write_all(f, path, t, e));
    for (bool more = true; more;) {
        TRY(fact_export_slice(x->tx, k, &csv, &more, e));
        TRY(write_all(f, path, t, e));
    }
    json_put_i64(x->report, k->name, (int64_t)csv.rows);
    return ST_OK;
}

static enum st export_kind(const struct export *x, const struct fact_kind *k, struct err *e)
{
    char path[PATH_BYTES];
    struct text t;
    snprintf(path, sizeof path, "%s/%s.csv", x->folder, k->name);
    FILE *f = fopen(path, "wb");
    if (!f) return err_fail(e, ST_IO, "err.io", "%s: %s", path, strerror(errno));
    text_init(&t, SLICE_BYTES);
    enum st st = write_slices(x, k, f, path, &t, e);
    text_release(&t);
    if (fclose(f) != 0 && st == ST_OK) st = err_fail(e, ST_IO, "err.io", "%s: %s", path, strerror(errno));
    return st;
}

static enum st export_facts(struct cli_app *a, const char *folder, struct json_out *report, struct err *e)
{
    struct export x = {.folder = folder, .report = report};
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return err_fail(e, ST_IO, "err.io", "%s: %s", folder, strerror(errno));
    TRY(tx_read(a->conn, a->app.district_id, &x.tx, e));
    enum st st = ST_OK;
    for (size_t i = 0; st == ST_OK && fact_kinds[i]; i++) st = export_kind(&x, fact_kinds[i], e);
    tx_rollback(x.tx);
    return st;
}

static int run_export(struct cli *c)
{
    struct err e = {0};
    struct cli_app a;
    struct text t;
    struct json_out report;
    if (c->count != 2 || strcmp(c->positional[0], "facts") != 0)
        return cli_usage(c, "name the kind and the folder: waymark export --db … facts FOLDER");
    if (cli_open(c, &a, &e) != ST_OK) return cli_fail(&e);
    text_init(&t, 1 << 20);
    json_out_init(&report, &t);
    json_open_obj(&report, NULL);
    enum st st = export_facts(&a, c->positional[1], &report, &e);
    json_close_obj(&report);
    if (st == ST_OK && c->json) cli_print_json(&t);
    else text_release(&t);
    cli_close(&a);
    return st == ST_OK ? 0 : cli_fail(&e);
}

const struct cli_command cli_commands_export[] = {
    {"export",
     "KIND FOLDER",
     "Write what people recorded as CSV files into a folder, which is made.\n"
     "KIND is facts: one file for each kind, with the columns of docs/facts.md. With --json, how many rows each has.",
     run_export,
     true,
     {{0}}},
    {0},
};
