/* Named SQL -> C, at build time: what the parts of the generator share. sqlgen.c says what goes in and comes out. */
#ifndef SQLGEN_H
#define SQLGEN_H
#include <stdbool.h>
#include <stddef.h>

enum { PARAMS_MAX = 40, COLUMNS_MAX = 40, NOTES_MAX = 48, NAME_BYTES = 64, SQL_BYTES = 16384, QUERIES_MAX = 1000 };

enum type { TYPE_UNKNOWN, TYPE_INT, TYPE_DOUBLE, TYPE_TEXT, TYPE_BLOB, TYPE_BOOL };
enum null { NULL_PLAIN, NULL_ZERO, NULL_FLAG }; /* reads as 0 or ""; 0 binds NULL; NAME_is_null says */
enum dialect { SQLITE, POSTGRESQL, DIALECTS };
enum kind { KIND_NONE, KIND_ONE, KIND_MANY, KIND_EXEC, KIND_SEND, KIND_SEND_ONE };

/* A parameter or a column; what an annotation says of one, too. */
struct field {
    char name[NAME_BYTES];
    enum type type;
    enum null null;
    bool is_param;       /* of an annotation: `:name` */
    int place[DIALECTS]; /* of a parameter in each text, -1 where it does not occur */
};

struct query {
    const char *file;
    char subject[NAME_BYTES]; /* of the file */
    char name[NAME_BYTES], row[NAME_BYTES];
    enum kind kind;
    char why[1024];
    char sql[SQL_BYTES], pg[SQL_BYTES]; /* as written; pg is empty where one text serves both */
    char pg_text[SQL_BYTES * 2];        /* with $1, $2 … */
    bool all_districts, rows;
    struct field notes[NOTES_MAX];
    int note_count;
    struct field params[PARAMS_MAX];
    int param_count;
    char order[DIALECTS][PARAMS_MAX][NAME_BYTES]; /* the names of the parameters of each text */
    int order_count[DIALECTS];
    struct field columns[COLUMNS_MAX];
    int column_count;
    bool is_test; /* SELECT 1: only whether there is a row counts */
};

/* Bound by the transaction: no parameter of the function. */
bool is_bound_by_tx(const char *name);

extern struct query *queries[QUERIES_MAX];
extern int query_count;

void die(const char *file, const char *query, const char *format, ...) __attribute__((noreturn, format(printf, 3, 4)));
char *slurp(const char *file);

/* Adds the queries of a file. */
void read_queries(const char *file);
/* What the block says about a name; NULL when nothing. */
const struct field *find_note(const struct query *q, const char *name, bool is_param);
enum type parse_type(const char *word);

/* Applies all migrations to a database in memory, then prepares each query and fills in the types. */
void schema_open(char **migrations, int n);
void schema_describe(struct query *q);
/* Refuses columns that no query reads or writes. */
void schema_check_columns(void);

/* Refuses queries that share a row and give other columns. */
void check_shared_rows(void);
void write_headers(const char *folder, char **files, int n);
void write_code(const char *folder, char **files, int n, char **migrations, int migration_count);
#endif
