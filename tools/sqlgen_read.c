/* The blocks of a .sql file, with their annotations and the places of their parameters. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlgen.h"

static int is_word(char ch) { return isalnum((unsigned char)ch) || ch == '_'; }

enum type parse_type(const char *word)
{
    static const char *const words[] = {"", "int", "double", "text", "blob", "bool"};
    for (int i = TYPE_INT; i <= TYPE_BOOL; i++)
        if (strcmp(word, words[i]) == 0) return (enum type)i;
    return TYPE_UNKNOWN;
}

static enum kind parse_kind(const char *word)
{
    static const char *const words[] = {"", ":one", ":many", ":exec", ":send", ":send_one"};
    for (int i = KIND_ONE; i <= KIND_SEND_ONE; i++)
        if (strcmp(word, words[i]) == 0) return (enum kind)i;
    return KIND_NONE;
}

const struct field *find_note(const struct query *q, const char *name, bool is_param)
{
    for (int i = 0; i < q->note_count; i++)
        if (q->notes[i].is_param == is_param && strcmp(q->notes[i].name, name) == 0) return &q->notes[i];
    return NULL;
}

static struct field *note(struct query *q, const char *name)
{
    bool is_param = name[0] == ':';
    name += is_param;
    struct field *f = (struct field *)find_note(q, name, is_param);
    if (f) return f;
    if (q->note_count == NOTES_MAX) die(q->file, q->name, "too many annotations");
    f = &q->notes[q->note_count++];
    snprintf(f->name, sizeof f->name, "%s", name);
    f->is_param = is_param;
    return f;
}

/* name type, :name type … */
static void read_types(struct query *q, char *line)
{
    char *save = NULL, name[NAME_BYTES], word[NAME_BYTES];
    for (char *p = strtok_r(line, ",", &save); p; p = strtok_r(NULL, ",", &save)) {
        if (sscanf(p, " %63s %63s", name, word) != 2 || !parse_type(word))
            die(q->file, q->name, "types: '%s' is not a name and a type", p);
        note(q, name)->type = parse_type(word);
    }
}

/* column, :parameter, :parameter flag … */
static void read_nulls(struct query *q, char *line)
{
    char *save = NULL, name[NAME_BYTES], word[NAME_BYTES];
    for (char *p = strtok_r(line, ",", &save); p; p = strtok_r(NULL, ",", &save)) {
        int n = sscanf(p, " %63s %63s", name, word);
        if (n < 1 || (n == 2 && strcmp(word, "flag") != 0)) die(q->file, q->name, "null: '%s' is not understood", p);
        note(q, name)->null = n == 2 || name[0] != ':' ? NULL_FLAG : NULL_ZERO;
    }
}

/* Numbers :names into order; writes the text with $n into out. */
static int number(const struct query *q, const char *sql, char order[][NAME_BYTES], char *out)
{
    int n = 0;
    bool quoted = false;
    for (const char *p = sql; *p;) {
        if (*p == '\'') quoted = !quoted;
        if (!quoted && p[0] == ':' && p[1] == ':') {
            *out++ = *p++;
            *out++ = *p++;
        } else if (!quoted && p[0] == ':' && is_word(p[1])) {
            char id[NAME_BYTES];
            size_t k = 0;
            for (p++; is_word(*p) && k < NAME_BYTES - 1; p++) id[k++] = *p;
            id[k] = 0;
            int i = 0;
            while (i < n && strcmp(order[i], id) != 0) i++;
            if (i == n) {
                if (n == PARAMS_MAX) die(q->file, q->name, "too many parameters");
                strcpy(order[n++], id);
            }
            out += sprintf(out, "$%d", i + 1);
        } else {
            *out++ = *p++;
        }
    }
    *out = 0;
    return n;
}

static int place_of(char order[][NAME_BYTES], int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(order[i], name) == 0) return i;
    return -1;
}

static void place(struct query *q, const char *name)
{
    if (q->param_count == PARAMS_MAX) die(q->file, q->name, "too many parameters");
    struct field *f = &q->params[q->param_count++];
    f->is_param = true;
    strcpy(f->name, name);
    for (int d = 0; d < DIALECTS; d++) f->place[d] = place_of(q->order[d], q->order_count[d], name);
}

static void finish(struct query *q)
{
    static char scratch[SQL_BYTES * 2];
    if (!q->all_districts && !strstr(q->sql, ":district_id")) die(q->file, q->name, "names no :district_id");
    if (!q->all_districts && *q->pg && !strstr(q->pg, ":district_id"))
        die(q->file, q->name, "names no :district_id (postgresql)");
    q->order_count[SQLITE] = number(q, q->sql, q->order[SQLITE], scratch);
    q->order_count[POSTGRESQL] = number(q, *q->pg ? q->pg : q->sql, q->order[POSTGRESQL], q->pg_text);
    for (int i = 0; i < q->order_count[SQLITE]; i++) place(q, q->order[SQLITE][i]);
    for (int i = 0; i < q->order_count[POSTGRESQL]; i++)
        if (place_of(q->order[SQLITE], q->order_count[SQLITE], q->order[POSTGRESQL][i]) < 0)
            place(q, q->order[POSTGRESQL][i]);
    for (int i = 0; i < query_count; i++)
        if (strcmp(queries[i]->name, q->name) == 0) die(q->file, q->name, "is there twice");
    if (query_count == QUERIES_MAX) die(q->file, q->name, "too many queries");
    queries[query_count++] = q;
}

static struct query *begin(const char *file, const char *line)
{
    char kind[NAME_BYTES] = "";
    const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
    struct query *q = calloc(1, sizeof *q);
    if (!q) die(file, "sqlgen", "out of memory");
    q->file = file;
    snprintf(q->subject, sizeof q->subject, "%.*s", (int)strcspn(base, "."), base);
    sscanf(line, "%63s %63s", q->name, kind);
    q->kind = parse_kind(kind);
    if (!q->kind) die(file, q->name, "'%s' is none of :one, :many, :exec, :send, :send_one", kind);
    return q;
}

static const char *after(const char *line, const char *word)
{
    size_t n = strlen(word);
    return strncmp(line, word, n) == 0 ? line + n : NULL;
}

bool is_bound_by_tx(const char *name) { return strcmp(name, "district_id") == 0 || strcmp(name, "current_day") == 0; }

static void add_line(struct query *q, char *into, const char *line)
{
    if (strlen(into) + strlen(line) + 2 > SQL_BYTES) die(q->file, q->name, "too long");
    if (*into) strcat(into, "\n");
    strcat(into, line);
}

/* Conditions and arithmetic that stand in one place: `{name x}` in a query, @ for x here.
 * current: a row of x (an enrollment, a role, a membership) counts today: active and within its dates; the transaction
 *   binds :current_day, as it does the district.
 * during: it counted on some day from :first_day to :last_day: a term, whose grades are given out after it.
 * for_students: x is a class or a course of students. Staff learn on the same tables; what counts, leads or reports
 *   students leaves them out.
 * bucket: where the facts of the subject x are kept: the arithmetic of fact_bucket() in store/fact.c. */
static const struct macro {
    const char *name, *text;
} macros[] = {
    {"current", "(@.status = 'active' AND COALESCE(@.starts_on, :current_day) <= :current_day "
                "AND COALESCE(@.ends_on, :current_day) >= :current_day)"},
    {"during", "(@.status = 'active' AND COALESCE(@.starts_on, :last_day) <= :last_day "
               "AND COALESCE(@.ends_on, :first_day) >= :first_day)"},
    {"for_students", "NOT EXISTS (SELECT 1 FROM course audience WHERE audience.district_id = @.district_id AND "
                     "audience.course_id = @.course_id AND audience.audience = 'staff')"},
    {"bucket", "(CAST(@ AS BIGINT) % 2147483647 * 48271 % 2147483647 / 33554432)"},
};

/* The macro that begins here; *x, *n: what it is of. */
static const struct macro *macro_at(const char *line, const char **x, size_t *n)
{
    for (size_t i = 0; *line == '{' && i < sizeof macros / sizeof *macros; i++) {
        size_t k = strlen(macros[i].name);
        if (strncmp(line + 1, macros[i].name, k) != 0 || line[k + 1] != ' ') continue;
        *x = line + k + 2;
        *n = strcspn(*x, "}");
        return &macros[i];
    }
    return NULL;
}

static void expand(const struct query *q, const char *line, char *out, size_t size)
{
    size_t used = 0, n = 0;
    const char *x = NULL;
    while (*line) {
        const struct macro *m = macro_at(line, &x, &n);
        char one[2] = {*line, 0};
        for (const char *p = m ? m->text : one; *p; p++) {
            int k = m && *p == '@' ? snprintf(out + used, size - used, "%.*s", (int)n, x)
                                   : snprintf(out + used, size - used, "%c", *p);
            used += (size_t)k;
            if (used >= size) die(q->file, q->name, "a line is too long");
        }
        line = m ? x + n + 1 : line + 1;
    }
}

/* Returns where the lines that follow go. */
static char *read_line(struct query *q, char *into, char *line)
{
    const char *rest;
    if ((rest = after(line, "-- why: "))) {
        size_t n = strlen(q->why);
        snprintf(q->why + n, sizeof q->why - n, "%s%s", n ? "; " : "", rest);
    } else if (after(line, "-- types: ")) {
        read_types(q, line + strlen("-- types: "));
    } else if (after(line, "-- null: ")) {
        read_nulls(q, line + strlen("-- null: "));
    } else if ((rest = after(line, "-- row: "))) {
        snprintf(q->row, sizeof q->row, "%s", rest);
    } else if (after(line, "-- all districts: ")) {
        q->all_districts = true;
    } else if (after(line, "-- postgresql rows:")) {
        q->rows = true;
        return q->pg;
    } else if (after(line, "-- postgresql:")) {
        return q->pg;
    } else if (after(line, "-- unused column: ")) {
    } else if (after(line, "--")) {
        die(q->file, q->name, "'%s' is no annotation", line);
    } else if (line[strspn(line, " ")]) {
        char expanded[4096];
        expand(q, line, expanded, sizeof expanded);
        add_line(q, into, expanded);
    }
    return into;
}

void read_queries(const char *file)
{
    char *b = slurp(file), *into = NULL, *save = NULL;
    struct query *q = NULL;
    for (char *line = strtok_r(b, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        const char *name = after(line, "-- name: ");
        if (name) {
            if (q) finish(q);
            q = begin(file, name);
            into = q->sql;
        } else if (q) {
            into = read_line(q, into, line);
        }
    }
    if (q) finish(q);
    free(b);
}
