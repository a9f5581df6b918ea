/* Named SQL -> C, at build time.
 *
 *   sqlgen headers|code FOLDER QUERIES.sql... -- MIGRATION.sql...
 *
 * headers: FOLDER/NAME.h for each NAME.sql, one typed function a query. code: sql.h, sql.c (texts and migrations) and
 * sql_NAME.c. Types come from the schema: the migrations are applied to a database in memory and each query is
 * prepared there, so that a name that does not exist breaks the build.
 *
 *   -- name: x :one|:many|:exec|:send|:send_one     begins a block
 *   -- why: …                                       becomes the comment of the function
 *   -- types: count int, note text                  of columns and parameters that the schema cannot tell:
 *                                                   int, double, text, blob, bool
 *   -- null: column, :item_id, :score flag          the row also has `column_is_null`; 0 binds NULL;
 *                                                   `score_is_null` decides whether NULL is bound
 *   -- row: NAME                                    struct sql_NAME_row, shared by queries with the same columns
 *   -- all districts: why                           may do without :district_id
 *   -- postgresql:                                  a text of its own for PostgreSQL follows; `-- postgresql rows:`
 *                                                   when it takes many rows at once (each parameter but district_id an
 *                                                   array)
 *   {current x}, {during x}, {bucket x}                 the conditions that sqlgen_read.c spells out
 *   -- unused column: table.column why              kept although no query reads or writes it
 */
#include "sqlgen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct query *queries[QUERIES_MAX];
int query_count;

void die(const char *file, const char *query, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: %s: ", file, query);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

char *slurp(const char *file)
{
    enum { FILE_MAX = 1 << 20 };
    FILE *f = fopen(file, "rb");
    char *b = malloc(FILE_MAX);
    if (!f || !b) die(file, "sqlgen", "cannot open");
    size_t n = fread(b, 1, FILE_MAX - 1, f);
    fclose(f);
    b[n] = 0;
    return b;
}

int main(int argc, char **argv)
{
    if (argc < 4) return 2;
    int split = 3;
    while (split < argc && strcmp(argv[split], "--") != 0) split++;
    if (split == argc) return 2;
    char **files = argv + 3, **migrations = argv + split + 1;
    int n = split - 3, migration_count = argc - split - 1;
    for (int i = 0; i < n; i++) read_queries(files[i]);
    schema_open(migrations, migration_count);
    for (int i = 0; i < query_count; i++) schema_describe(queries[i]);
    check_shared_rows();
    if (strcmp(argv[1], "headers") == 0) write_headers(argv[2], files, n);
    else write_code(argv[2], files, n, migrations, migration_count);
    schema_check_columns();
    return 0;
}
