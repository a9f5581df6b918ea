/* The C: a header and a source a subject, and the table of all queries and migrations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlgen.h"

static FILE *create(const char *folder, const char *before, const char *subject, const char *after)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%s%s", folder, before, subject, after);
    FILE *f = fopen(path, "w");
    if (!f) die(path, "sqlgen", "cannot write");
    return f;
}

static void finish(FILE *f, const char *what)
{
    if (ferror(f) | fclose(f)) die(what, "sqlgen", "cannot write");
}

static void subject_of(const char *file, char out[NAME_BYTES])
{
    const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
    snprintf(out, NAME_BYTES, "%.*s", (int)strcspn(base, "."), base);
}

static const char *c_type(enum type t)
{
    switch (t) {
    case TYPE_DOUBLE: return "double ";
    case TYPE_TEXT: return "const char *";
    case TYPE_BLOB: return "struct blob ";
    case TYPE_BOOL: return "bool ";
    case TYPE_INT:
    case TYPE_UNKNOWN: break;
    }
    return "int64_t ";
}

static void write_fields(FILE *f, const struct field *list, int n)
{
    for (int i = 0; i < n; i++) {
        if (is_bound_by_tx(list[i].name) && list[i].is_param) continue;
        fprintf(f, "    %s%s;\n", c_type(list[i].type), list[i].name);
        if (list[i].null == NULL_FLAG) fprintf(f, "    bool %s_is_null;\n", list[i].name);
    }
}

/* The first parameter that the caller gives; *n: how many there are, a flag counting as one. */
static const struct field *given(const struct query *q, int *n)
{
    const struct field *first = NULL;
    *n = 0;
    for (int i = 0; i < q->param_count; i++) {
        if (is_bound_by_tx(q->params[i].name)) continue;
        if (!first) first = &q->params[i];
        *n += q->params[i].null == NULL_FLAG ? 2 : 1;
    }
    return first;
}

static const char *row_name(const struct query *q) { return *q->row ? q->row : q->name; }
static bool has_row(const struct query *q) { return q->column_count > 0; }

/* enum st sql_x(struct tx *tx, …, struct err *e) */
static void write_prototype(FILE *f, const struct query *q)
{
    int n;
    const struct field *p = given(q, &n);
    fprintf(f, "enum st sql_%s(struct tx *tx", q->name);
    if (n == 1) fprintf(f, ", %s%s", c_type(p->type), p->name);
    if (n > 1) fprintf(f, ", const struct sql_%s_in *in", q->name);
    if (q->kind == KIND_ONE && has_row(q)) fprintf(f, ", struct sql_%s_row *row", row_name(q));
    if (q->kind == KIND_ONE) fprintf(f, ", bool *found");
    if (q->kind == KIND_MANY) fprintf(f, ", struct rows *rows");
    if (q->kind == KIND_EXEC) fprintf(f, ", int64_t *changed");
    fprintf(f, ", struct err *e)");
}

static bool same_columns(const struct query *a, const struct query *b)
{
    if (a->column_count != b->column_count) return false;
    for (int i = 0; i < a->column_count; i++)
        if (strcmp(a->columns[i].name, b->columns[i].name) != 0 || a->columns[i].type != b->columns[i].type ||
            a->columns[i].null != b->columns[i].null)
            return false;
    return true;
}

/* The query before this one that shares its row; NULL when this is the first. */
static const struct query *sharer(const struct query *q)
{
    for (int i = 0; i < query_count && queries[i] != q; i++)
        if (has_row(queries[i]) && strcmp(row_name(queries[i]), row_name(q)) == 0) return queries[i];
    return NULL;
}

void check_shared_rows(void)
{
    for (int i = 0; i < query_count; i++) {
        const struct query *q = queries[i], *other = has_row(q) ? sharer(q) : NULL;
        if (!other) continue;
        if (other->file != q->file) die(q->file, q->name, "shares a row with %s of another file", other->name);
        if (!same_columns(other, q))
            die(q->file, q->name, "its columns are not those of %s, with which it shares a row", other->name);
    }
}

static void write_row(FILE *f, const struct query *q)
{
    if (sharer(q)) return;
    fprintf(f, "struct sql_%s_row {\n", row_name(q));
    write_fields(f, q->columns, q->column_count);
    fprintf(f, "};\n");
}

static void write_declaration(FILE *f, const struct query *q)
{
    int n;
    given(q, &n);
    fputc('\n', f);
    if (n > 1) {
        fprintf(f, "struct sql_%s_in {\n", q->name);
        write_fields(f, q->params, q->param_count);
        fprintf(f, "};\n");
    }
    if (has_row(q)) write_row(f, q);
    if (*q->why) fprintf(f, "/* %s */\n", q->why);
    write_prototype(f, q);
    fprintf(f, " WARN_UNUSED;\n");
    if (q->kind == KIND_MANY)
        fprintf(f, "bool sql_%s_next(struct rows *rows, struct sql_%s_row *row);\n", q->name, row_name(q));
}

void write_headers(const char *folder, char **files, int n)
{
    for (int i = 0; i < n; i++) {
        char subject[NAME_BYTES], guard[NAME_BYTES];
        subject_of(files[i], subject);
        strcpy(guard, subject);
        for (char *p = guard; *p; p++)
            if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 'a' + 'A');
        FILE *f = create(folder, "", subject, ".h");
        fprintf(f,
                "/* Made from src/store/sql/%s.sql. A query that may not find its row empties it then (0, \"\"); found "
                "and changed "
                "may be\n * NULL. Text and bytes of a row are borrowed: until the next row of a loop, else until the "
                "same query runs "
                "again, at most\n * until the transaction ends. */\n"
                "#ifndef STORE_SQL_%s_H\n#define STORE_SQL_%s_H\n#include \"store/db.h\"\n",
                subject, guard, guard);
        for (int k = 0; k < query_count; k++)
            if (queries[k]->file == files[i]) write_declaration(f, queries[k]);
        fprintf(f, "\n#endif\n");
        finish(f, subject);
    }
}

static void write_put(FILE *f, const struct query *q, int i, bool by_struct)
{
    static const char *const put[] = {"", "i64", "f64", "text", "blob", "i64"};
    const struct field *p = &q->params[i];
    const char *in = by_struct ? "in->" : "";
    if (is_bound_by_tx(p->name)) return;
    fprintf(f, "    ");
    if (p->null == NULL_FLAG) fprintf(f, "if (in->%s_is_null) put_null(q, %d);\n    else ", p->name, i);
    fprintf(f, "put_%s(q, %d, %s%s);\n", p->null == NULL_ZERO ? "id" : put[p->type], i, in, p->name);
}

static void write_get(FILE *f, const struct field *c, int i)
{
    fprintf(f, "    row->%s = ", c->name);
    switch (c->type) {
    case TYPE_DOUBLE: fprintf(f, "col_f64(q, %d);\n", i); break;
    case TYPE_TEXT: fprintf(f, "col_text(q, %d);\n", i); break;
    case TYPE_BLOB: fprintf(f, "col_blob(q, %d);\n", i); break;
    case TYPE_BOOL: fprintf(f, "col_i64(q, %d) != 0;\n", i); break;
    case TYPE_INT:
    case TYPE_UNKNOWN: fprintf(f, "col_i64(q, %d);\n", i); break;
    }
    if (c->null == NULL_FLAG) fprintf(f, "    row->%s_is_null = col_is_null(q, %d);\n", c->name, i);
}

static void write_reader(FILE *f, const struct query *q)
{
    if (sharer(q)) return;
    fprintf(f, "static void read_%s(struct stmt *q, struct sql_%s_row *row)\n{\n", row_name(q), row_name(q));
    for (int i = 0; i < q->column_count; i++) write_get(f, &q->columns[i], i);
    fprintf(f, "}\n\n");
}

/* else *row = (struct sql_x_row){.title = ""}; */
static void write_empty(FILE *f, const struct query *q)
{
    const char *comma = "";
    fprintf(f, "    else *row = (struct sql_%s_row){", row_name(q));
    for (int i = 0; i < q->column_count; i++) {
        const struct field *c = &q->columns[i];
        if (c->type == TYPE_TEXT) fprintf(f, "%s.%s = \"\"", comma, c->name);
        if (c->type == TYPE_TEXT) comma = ", ";
        if (c->null == NULL_FLAG) fprintf(f, "%s.%s_is_null = true", comma, c->name);
        if (c->null == NULL_FLAG) comma = ", ";
    }
    fprintf(f, "};\n");
}

static void write_end(FILE *f, const struct query *q)
{
    switch (q->kind) {
    case KIND_ONE:
        fprintf(f, "    bool there;\n    TRY(stmt_step(q, &there, e));\n");
        if (has_row(q)) {
            fprintf(f, "    if (there) read_%s(q, row);\n", row_name(q));
            write_empty(f, q);
        }
        fprintf(f, "    if (found) *found = there;\n    return ST_OK;\n");
        break;
    case KIND_MANY: fprintf(f, "    return ST_OK;\n"); break;
    case KIND_EXEC: fprintf(f, "    return stmt_run(q, changed, e);\n"); break;
    case KIND_SEND: fprintf(f, "    return stmt_send(q, e);\n"); break;
    case KIND_SEND_ONE: fprintf(f, "    return stmt_send_one(q, e);\n"); break;
    case KIND_NONE: break;
    }
}

static void write_function(FILE *f, const struct query *q)
{
    int n;
    given(q, &n);
    if (has_row(q)) write_reader(f, q);
    write_prototype(f, q);
    fprintf(f, "\n{\n    struct stmt *q;\n");
    if (q->kind == KIND_MANY) fprintf(f, "    TRY(rows_begin(tx, SQL_%s, rows, &q, e));\n", q->name);
    else fprintf(f, "    TRY(tx_stmt(tx, SQL_%s, &q, e));\n", q->name);
    for (int i = 0; i < q->param_count; i++) write_put(f, q, i, n > 1);
    write_end(f, q);
    fprintf(f, "}\n\n");
    if (q->kind == KIND_MANY)
        fprintf(f,
                "bool sql_%s_next(struct rows *rows, struct sql_%s_row *row)\n{\n    if (!rows_step(rows, SQL_%s)) "
                "return false;\n"
                "    read_%s(rows->q, row);\n    return true;\n}\n\n",
                q->name, row_name(q), q->name, row_name(q));
}

static void write_subject(const char *folder, const char *file)
{
    char subject[NAME_BYTES];
    subject_of(file, subject);
    FILE *f = create(folder, "sql_", subject, ".c");
    fprintf(f, "#include \"store/sql/%s.h\"\n\n#include \"stmt.h\"\n\n", subject);
    for (int k = 0; k < query_count; k++)
        if (queries[k]->file == file) write_function(f, queries[k]);
    finish(f, subject);
}

static void write_string(FILE *f, const char *s)
{
    fputc('"', f);
    for (; *s; s++) {
        if (*s == '\n') fputs("\\n\"\n    \"", f);
        else if (*s == '"' || *s == '\\') fprintf(f, "\\%c", *s);
        else fputc(*s, f);
    }
    fputc('"', f);
}

static void write_columns(FILE *f, const struct query *q)
{
    fprintf(f, "static const char *const columns_%s[] = {", q->name);
    for (int i = 0; i < q->column_count; i++) fprintf(f, "\"%s\", ", q->columns[i].name);
    fprintf(f, "NULL};\n");
}

static const char *const dialect_names[DIALECTS] = {"sqlite", "pg"};

/* Where each parameter of the function goes in a text; nothing where that is their order. */
static bool write_places(FILE *f, const struct query *q, enum dialect d)
{
    bool differs = false;
    for (int i = 0; i < q->param_count; i++) differs |= q->params[i].place[d] != i;
    if (!differs) return false;
    fprintf(f, "static const signed char %s_places_%s[] = {", dialect_names[d], q->name);
    for (int i = 0; i < q->param_count; i++) fprintf(f, "%d, ", q->params[i].place[d]);
    fprintf(f, "};\n");
    return true;
}

/* struct sql_text of one dialect, without its braces' names */
static void write_text(FILE *f, const struct query *q, enum dialect d, bool moved)
{
    int district = -1, day = -1;
    for (int i = 0; i < q->param_count; i++) {
        if (strcmp(q->params[i].name, "district_id") == 0) district = q->params[i].place[d];
        if (strcmp(q->params[i].name, "current_day") == 0) day = q->params[i].place[d];
    }
    fprintf(f, "{%s_text_%s, %d, %d, %d, ", dialect_names[d], q->name, q->order_count[d], district, day);
    if (moved) fprintf(f, "%s_places_%s}", dialect_names[d], q->name);
    else fprintf(f, "NULL}");
}

static void write_queries(FILE *f)
{
    static bool moved[QUERIES_MAX][DIALECTS];
    for (int k = 0; k < query_count; k++) {
        const struct query *q = queries[k];
        write_columns(f, q);
        for (int d = 0; d < DIALECTS; d++) {
            moved[k][d] = write_places(f, q, (enum dialect)d);
            fprintf(f, "static const char %s_text_%s[] = ", dialect_names[d], q->name);
            write_string(f, d == SQLITE ? q->sql : q->pg_text);
            fprintf(f, ";\n");
        }
    }
    fprintf(f, "const struct sql_query sql_queries[SQL_COUNT] = {\n");
    for (int k = 0; k < query_count; k++) {
        const struct query *q = queries[k];
        fprintf(f, "    {\"%s\", columns_%s, %d, {", q->name, q->name, q->rows);
        write_text(f, q, SQLITE, moved[k][SQLITE]);
        fprintf(f, ", ");
        write_text(f, q, POSTGRESQL, moved[k][POSTGRESQL]);
        fprintf(f, "}},\n");
    }
    fprintf(f, "};\n");
}

static void write_migrations(FILE *f, char **migrations, int n)
{
    fprintf(f, "const struct sql_migration sql_migrations[] = {\n");
    for (int i = 0; i < n; i++) {
        const char *base = strrchr(migrations[i], '/') ? strrchr(migrations[i], '/') + 1 : migrations[i];
        char *b = slurp(migrations[i]);
        fprintf(f, "    {%d, \"%s\",\n    ", atoi(base), base);
        write_string(f, b);
        fprintf(f, "},\n");
        free(b);
    }
    fprintf(f, "};\nconst int sql_migration_count = %d;\n", n);
}

void write_code(const char *folder, char **files, int n, char **migrations, int migration_count)
{
    FILE *h = create(folder, "", "sql", ".h"), *c = create(folder, "", "sql", ".c");
    fprintf(h, "/* Made from src/store/sql and src/store/migrations. */\n#ifndef STORE_SQL_H\n#define "
               "STORE_SQL_H\n\nenum sql_id {\n");
    for (int k = 0; k < query_count; k++) fprintf(h, "    SQL_%s,\n", queries[k]->name);
    fprintf(h,
            "    SQL_COUNT\n};\n\n"
            "struct sql_text {\n    const char *text;\n    int params;\n    int district; /* the place of district_id, "
            "-1 for none */\n    int day; /* the same of current_day */\n"
            "    const signed char *places; /* of the function's parameters, -1 where it has none; NULL: in order "
            "*/\n};\n\n"
            "struct sql_query {\n    const char *name;\n"
            "    const char *const *columns; /* names in order, NULL at the end; none where only a row's presence "
            "counts */\n"
            "    int postgresql_rows;        /* takes arrays: many rows at once */\n"
            "    struct sql_text texts[2];   /* by enum dialect */\n};\n"
            "extern const struct sql_query sql_queries[SQL_COUNT];\n\n"
            "struct sql_migration {\n    int number;\n    const char *name, *text;\n};\n"
            "extern const struct sql_migration sql_migrations[];\nextern const int sql_migration_count;\n\n#endif\n");
    fprintf(c, "#include \"sql.h\"\n\n#include <stddef.h>\n");
    write_queries(c);
    write_migrations(c, migrations, migration_count);
    finish(h, "sql.h");
    finish(c, "sql.c");
    for (int i = 0; i < n; i++) write_subject(folder, files[i]);
}
