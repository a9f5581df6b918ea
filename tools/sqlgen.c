/* Named SQL -> C, at build time.
 *
 *   sqlgen OUT.h OUT.c QUERIES.sql... -- MIGRATION.sql...
 *
 * A query is a block that begins with `-- name: x`; a twin for PostgreSQL follows as `-- postgresql:`, or as
 * `-- postgresql rows:` when it takes a list of rows at once (each parameter but district_id an array). Parameters are
 * :names; for PostgreSQL they become $1, $2 ... in order of first use (the order in which SQLite numbers them).
 * `{current:x}` is the one condition by which a row of x (an enrollment, a role, a membership) counts today: active and
 * within its dates. Its :current_day is bound by the transaction, as district_id is.
 * Refuses a query that does not name district_id, unless it says `-- all districts: why`.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMS_MAX = 40, SQL_MAX = 16384 };
static FILE *h, *c;

static void die(const char *file, const char *what, const char *name)
{
    fprintf(stderr, "%s: %s: %s\n", file, name, what);
    exit(1);
}

static void c_string(FILE *f, const char *s)
{
    fputc('"', f);
    for (; *s; s++) {
        if (*s == '\n') fputs("\\n\"\n    \"", f);
        else if (*s == '"' || *s == '\\') fprintf(f, "\\%c", *s);
        else fputc(*s, f);
    }
    fputc('"', f);
}

static int is_word(char ch) { return isalnum((unsigned char)ch) || ch == '_'; }

/* Numbers :names into params; writes the text with $n into out. */
static int number(const char *file, const char *name, const char *sql, char params[][64], char *out)
{
    int n = 0;
    bool quoted = false;
    for (const char *p = sql; *p;) {
        if (*p == '\'') quoted = !quoted;
        if (!quoted && p[0] == ':' && p[1] == ':') {
            *out++ = *p++;
            *out++ = *p++;
        } else if (!quoted && p[0] == ':' && is_word(p[1])) {
            char id[64];
            size_t k = 0;
            for (p++; is_word(*p) && k < 63; p++) id[k++] = *p;
            id[k] = 0;
            int i = 0;
            while (i < n && strcmp(params[i], id) != 0) i++;
            if (i == n) {
                if (n == PARAMS_MAX) die(file, "too many parameters", name);
                strcpy(params[n++], id);
            }
            out += sprintf(out, "$%d", i + 1);
        } else {
            *out++ = *p++;
        }
    }
    *out = 0;
    return n;
}

static void emit(const char *file, const char *name, const char *sql, const char *pg, bool all)
{
    static char params[PARAMS_MAX][64], pg_params[PARAMS_MAX][64], pg_text[SQL_MAX * 2], scratch[SQL_MAX * 2];
    if (!all && !strstr(sql, ":district_id")) die(file, "names no :district_id", name);
    if (!all && *pg && !strstr(pg, ":district_id")) die(file, "names no :district_id (postgresql)", name);
    int n = number(file, name, sql, params, scratch);
    int pn = number(file, name, *pg ? pg : sql, pg_params, pg_text);
    fprintf(h, "    SQL_%s,\n", name);
    fprintf(c, "static const char *const params_%s[] = {", name);
    for (int i = 0; i < n; i++) fprintf(c, "\"%s\", ", params[i]);
    fprintf(c, "NULL};\nstatic const char *const pg_params_%s[] = {", name);
    for (int i = 0; i < pn; i++) fprintf(c, "\"%s\", ", pg_params[i]);
    fprintf(c, "NULL};\nstatic const char text_%s[] = ", name);
    c_string(c, sql);
    fprintf(c, ";\nstatic const char pg_text_%s[] = ", name);
    c_string(c, pg_text);
    fprintf(c, ";\n");
}

static char *slurp(const char *file)
{
    FILE *f = fopen(file, "rb");
    if (!f) die(file, "cannot open", "sqlgen");
    char *b = malloc(1 << 20);
    size_t n = fread(b, 1, (1 << 20) - 1, f);
    fclose(f);
    b[n] = 0;
    return b;
}

/* The one place that decides what is current. */
static void expand_current(const char *file, const char *line, char *out)
{
    static const char mark[] = "{current:";
    for (const char *p; (p = strstr(line, mark)); line = strchr(p, '}') + 1) {
        const char *x = p + strlen(mark), *end = strchr(x, '}');
        if (!end) die(file, "{current: is not closed", line);
        int n = (int)(end - x);
        out += sprintf(out,
                       "%.*s(%.*s.status = 'active' AND COALESCE(%.*s.starts_on, :current_day) <= :current_day"
                       " AND COALESCE(%.*s.ends_on, :current_day) >= :current_day)",
                       (int)(p - line), line, n, x, n, x, n, x);
    }
    strcpy(out, line);
}

static char names[1000][64];
static bool takes_rows[1000];
static int name_count;

static void queries(const char *file)
{
    static char sql[SQL_MAX], pg[SQL_MAX];
    char *b = slurp(file), name[64] = "", *into = sql;
    bool all = false, rows = false;
    sql[0] = pg[0] = 0;
    for (char *line = strtok(b, "\n");; line = strtok(NULL, "\n")) {
        if (!line || strncmp(line, "-- name: ", 9) == 0) {
            if (name[0]) {
                emit(file, name, sql, pg, all);
                takes_rows[name_count] = rows;
                strcpy(names[name_count++], name);
            }
            if (!line) break;
            snprintf(name, sizeof name, "%s", line + 9);
            sql[0] = pg[0] = 0;
            into = sql;
            all = rows = false;
        } else if (strncmp(line, "-- postgresql rows:", 19) == 0) {
            into = pg;
            rows = true;
        } else if (strncmp(line, "-- postgresql:", 14) == 0) {
            into = pg;
        } else if (strncmp(line, "-- all districts: ", 18) == 0) {
            all = true;
        } else if (strncmp(line, "--", 2) != 0 && line[strspn(line, " ")]) {
            static char whole[SQL_MAX];
            expand_current(file, line, whole);
            if (strlen(into) + strlen(whole) + 2 > SQL_MAX) die(file, "too long", name);
            if (*into) strcat(into, "\n");
            strcat(into, whole);
        }
    }
    free(b);
}

int main(int argc, char **argv)
{
    if (argc < 4) return 2;
    h = fopen(argv[1], "w");
    c = fopen(argv[2], "w");
    if (!h || !c) die(argv[1], "cannot write", "sqlgen");
    fprintf(h, "/* Made from src/store/sql and src/store/migrations. */\n#ifndef STORE_SQL_H\n#define STORE_SQL_H\n"
               "enum sql_id {\n");
    fprintf(c, "#include <stddef.h>\n#include \"store/sql.h\"\n");
    int i = 3;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) queries(argv[i]);
    fprintf(h, "    SQL_COUNT\n};\nstruct sql_query {\n    const char *name, *sqlite, *postgresql;\n"
               "    const char *const *sqlite_params, *const *postgresql_params;\n    int postgresql_rows; /* takes "
               "arrays: many rows at once */\n};\n"
               "extern const struct sql_query sql_queries[SQL_COUNT];\n"
               "struct sql_migration {\n    int number;\n    const char *name, *text;\n};\n"
               "extern const struct sql_migration sql_migrations[];\nextern const int sql_migration_count;\n#endif\n");
    fprintf(c, "const struct sql_query sql_queries[SQL_COUNT] = {\n");
    for (int k = 0; k < name_count; k++)
        fprintf(c, "    {\"%s\", text_%s, pg_text_%s, params_%s, pg_params_%s, %d},\n", names[k], names[k], names[k],
                names[k], names[k], takes_rows[k]);
    fprintf(c, "};\nconst struct sql_migration sql_migrations[] = {\n");
    int m = 0;
    for (i++; i < argc; i++, m++) {
        const char *base = strrchr(argv[i], '/') ? strrchr(argv[i], '/') + 1 : argv[i];
        char *b = slurp(argv[i]);
        fprintf(c, "    {%d, \"%s\",\n    ", atoi(base), base);
        c_string(c, b);
        fprintf(c, "},\n");
        free(b);
    }
    fprintf(c, "};\nconst int sql_migration_count = %d;\n", m);
    return fclose(h) || fclose(c);
}
