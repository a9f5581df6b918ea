/* Names and types from the schema, through SQLite, and which columns of it the queries use. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/store/schema_migration.h"
#include "sqlgen.h"

enum { SCHEMA_COLUMNS_MAX = 4000 };

struct schema_column {
    char table[NAME_BYTES], name[NAME_BYTES];
    enum type type;
    bool used;    /* by some query */
    bool touched; /* its table is one of the query at hand */
};

static sqlite3 *db;
static struct schema_column columns[SCHEMA_COLUMNS_MAX];
static int column_count;

/* As driver_sqlite.c spells a migration. */
static char *spell(const char *sql)
{
    static const char *const words[][2] = {{"{blob}", "BLOB"},
                                           {"{text}", "TEXT"},
                                           {"{double}", "REAL"},
                                           {"{norowid}", "WITHOUT ROWID"},
                                           {"{only_postgresql}", "--"}};
    enum { WORDS = sizeof words / sizeof *words };
    char *out = malloc(strlen(sql) * 2 + 1), *p = out;
    if (!out) die("sqlgen", "migrations", "out of memory");
    while (*sql) {
        int k = 0;
        while (k < WORDS && strncmp(sql, words[k][0], strlen(words[k][0])) != 0) k++;
        if (k < WORDS) {
            p += sprintf(p, "%s", words[k][1]);
            sql += strlen(words[k][0]);
        } else {
            *p++ = *sql++;
        }
    }
    *p = 0;
    return out;
}

static enum type type_of(const char *declared)
{
    static const struct {
        const char *name;
        enum type type;
    } known[] = {
        {"BIGINT", TYPE_INT}, {"INTEGER", TYPE_INT}, {"REAL", TYPE_DOUBLE}, {"TEXT", TYPE_TEXT}, {"BLOB", TYPE_BLOB}};
    for (size_t i = 0; declared && i < sizeof known / sizeof *known; i++)
        if (strcmp(declared, known[i].name) == 0) return known[i].type;
    return TYPE_UNKNOWN;
}

static int add_column(void *arg, int n, char **value, char **name)
{
    (void)arg, (void)n, (void)name;
    if (column_count == SCHEMA_COLUMNS_MAX) die("migrations", value[0], "too many columns");
    struct schema_column *c = &columns[column_count++];
    snprintf(c->table, sizeof c->table, "%s", value[0]);
    snprintf(c->name, sizeof c->name, "%s", value[1]);
    c->type = type_of(value[2]);
    if (!c->type) die("migrations", c->table, "column %s has the unknown type %s", c->name, value[2]);
    return 0;
}

/* Which columns are read or changed. SQLite does not report what an INSERT writes: see mark_inserted. */
static int mark_used(void *arg, int action, const char *table, const char *column, const char *database,
                     const char *trigger)
{
    (void)arg, (void)database, (void)trigger;
    if (!table || (action != SQLITE_READ && action != SQLITE_UPDATE && action != SQLITE_INSERT)) return SQLITE_OK;
    for (int i = 0; i < column_count; i++) {
        if (strcmp(columns[i].table, table) != 0) continue;
        columns[i].touched = true;
        if (action != SQLITE_INSERT && column && strcmp(columns[i].name, column) == 0) columns[i].used = true;
    }
    return SQLITE_OK;
}

static void mark_inserted(const char *sql)
{
    char table[NAME_BYTES], list[SQL_BYTES], *save = NULL;
    if (sscanf(sql, "INSERT INTO %63[a-z_] (%16383[^)])", table, list) != 2) return;
    for (char *name = strtok_r(list, ", \n", &save); name; name = strtok_r(NULL, ", \n", &save))
        mark_used(NULL, SQLITE_READ, table, name, NULL, NULL);
}

void schema_open(char **migrations, int n)
{
    char *problem = NULL;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) die("sqlgen", "sqlite", "cannot open a database in memory");
    if (sqlite3_exec(db, SCHEMA_MIGRATION_TABLE, NULL, NULL, &problem) != SQLITE_OK)
        die("sqlgen", "schema_migration", "%s", problem);
    for (int i = 0; i < n; i++) {
        char *raw = slurp(migrations[i]), *sql = spell(raw);
        if (sqlite3_exec(db, sql, NULL, NULL, &problem) != SQLITE_OK) die(migrations[i], "migration", "%s", problem);
        free(sql);
        free(raw);
    }
    if (sqlite3_exec(db,
                     "SELECT t.name, c.name, c.type FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type "
                     "= 'table'",
                     add_column, NULL, &problem) != SQLITE_OK)
        die("sqlgen", "schema", "%s", problem);
    sqlite3_set_authorizer(db, mark_used, NULL);
}

/* All columns of one name have one type, else the type is unknown. */
static enum type type_of_columns(const char *name, bool touched)
{
    enum type found = TYPE_UNKNOWN;
    for (int i = 0; i < column_count; i++) {
        if (strcmp(columns[i].name, name) != 0 || (touched && !columns[i].touched)) continue;
        if (found && found != columns[i].type) return TYPE_UNKNOWN;
        found = columns[i].type;
    }
    return found;
}

/* A column of the query's tables, else a well-known name, else any column. */
static enum type type_by_name(const char *name)
{
    static const struct {
        const char *name;
        enum type type;
    } known[] = {{"after", TYPE_INT}, {"at_ms", TYPE_INT},       {"before", TYPE_INT}, {"before_ms", TYPE_INT},
                 {"count", TYPE_INT}, {"current_day", TYPE_INT}, {"first", TYPE_INT},  {"last", TYPE_INT},
                 {"limit", TYPE_INT}, {"now_ms", TYPE_INT},      {"since", TYPE_INT},  {"today", TYPE_INT}};
    enum type found = type_of_columns(name, true);
    for (size_t i = 0; !found && i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0) found = known[i].type;
    return found ? found : type_of_columns(name, false);
}

static void describe_param(const struct query *q, struct field *f)
{
    const struct field *n = find_note(q, f->name, true);
    f->type = n && n->type ? n->type : type_by_name(f->name);
    f->null = n ? n->null : NULL_PLAIN;
    if (!f->type)
        die(q->file, q->name, "no single type is known for the parameter :%s; say it in `-- types: :%s int`", f->name,
            f->name);
    if (f->null == NULL_ZERO && f->type != TYPE_INT)
        die(q->file, q->name, ":%s is no number of which 0 could bind NULL; write `:%s flag`", f->name, f->name);
}

static void describe_column(const struct query *q, sqlite3_stmt *s, int i, struct field *f)
{
    const char *name = sqlite3_column_name(s, i);
    for (const char *p = name; *p; p++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", *p))
            die(q->file, q->name, "column %d, %s, needs a name: AS …", i + 1, name);
    snprintf(f->name, sizeof f->name, "%s", name);
    const struct field *n = find_note(q, name, false);
    f->type = n && n->type ? n->type : type_of(sqlite3_column_decltype(s, i));
    if (!f->type) f->type = type_by_name(name);
    f->null = n ? n->null : NULL_PLAIN;
    if (!f->type)
        die(q->file, q->name, "no single type is known for the column %s; say it in `-- types: %s int`", name, name);
    for (int k = 0; k < i; k++)
        if (strcmp(q->columns[k].name, name) == 0) die(q->file, q->name, "two columns are called %s", name);
}

static void check_notes(const struct query *q)
{
    for (int i = 0; i < q->note_count; i++) {
        const struct field *n = &q->notes[i], *list = n->is_param ? q->params : q->columns;
        int count = n->is_param ? q->param_count : q->column_count, k = 0;
        while (k < count && strcmp(list[k].name, n->name) != 0) k++;
        if (k == count) die(q->file, q->name, "an annotation names %s, which the query does not have", n->name);
    }
}

void schema_describe(struct query *q)
{
    sqlite3_stmt *s;
    for (int i = 0; i < column_count; i++) columns[i].touched = false;
    if (sqlite3_prepare_v2(db, q->sql, -1, &s, NULL) != SQLITE_OK) die(q->file, q->name, "%s", sqlite3_errmsg(db));
    mark_inserted(q->sql);
    for (int i = 0; i < q->order_count[SQLITE]; i++) {
        const char *name = sqlite3_bind_parameter_name(s, i + 1);
        if (!name || strcmp(name + 1, q->order[SQLITE][i]) != 0)
            die(q->file, q->name, "parameter %d is not counted as SQLite does", i + 1);
    }
    for (int i = 0; i < q->param_count; i++) describe_param(q, &q->params[i]);
    int n = sqlite3_column_count(s);
    bool reads = q->kind == KIND_ONE || q->kind == KIND_MANY;
    if (!reads && sqlite3_stmt_readonly(s)) die(q->file, q->name, "only reads: :one or :many?");
    if (reads && n == 0) die(q->file, q->name, "gives no rows: :exec or :send?");
    if (n > COLUMNS_MAX) die(q->file, q->name, "too many columns");
    q->is_test = q->kind == KIND_ONE && n == 1 && strcmp(sqlite3_column_name(s, 0), "1") == 0;
    for (int i = 0; reads && i < n && !q->is_test; i++) describe_column(q, s, q->column_count++, &q->columns[i]);
    check_notes(q);
    sqlite3_finalize(s);
}

/* `-- unused column: table.column why` in any of the files. */
static bool is_excused(const struct schema_column *c)
{
    char wanted[3 * NAME_BYTES];
    snprintf(wanted, sizeof wanted, "-- unused column: %.63s.%.63s ", c->table, c->name);
    for (int i = 0; i < query_count; i++) {
        if (i && queries[i]->file == queries[i - 1]->file) continue;
        char *b = slurp(queries[i]->file);
        bool found = strstr(b, wanted) != NULL;
        free(b);
        if (found) return true;
    }
    return false;
}

void schema_check_columns(void)
{
    int unused = 0;
    for (int i = 0; i < column_count; i++)
        if (!columns[i].used && !is_excused(&columns[i])) {
            fprintf(stderr, "%s.%s: no query reads or writes this column\n", columns[i].table, columns[i].name);
            unused++;
        }
    sqlite3_close(db);
    if (unused) die("sqlgen", "schema", "%d unused columns", unused);
}
