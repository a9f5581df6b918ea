/* What an import tells people: how many rows of which kind came, changed or went, and every problem by place. */
#ifndef DOMAIN_IMPORT_H
#define DOMAIN_IMPORT_H
#include <stddef.h>
#include <stdint.h>

struct arena;

enum { IMPORT_PROBLEMS_KEPT = 1000, IMPORT_DIFFERENCES_KEPT = 1000, IMPORT_KINDS_MAX = 24, IMPORT_CODES_MAX = 96 };

struct import_problem {
    const char *file;  /* as named in the package */
    int64_t row;       /* line in the file, from 1; 0 when the problem is not on a line */
    const char *field; /* column or member; NULL when it is the row or the file as a whole */
    const char *code;  /* stable, for programs: "oneroster.reference" */
    const char *text;  /* for people: what is wrong, and what to do */
};

struct import_count {
    const char *kind; /* "user", "class", "competency", "item" ... */
    int64_t added, changed, closed, unchanged;
};

struct import_code_count {
    const char *code; /* static text */
    int64_t count;
};

/* One row that an import changes, for people who look before they leap. */
struct import_difference {
    const char *action; /* add, change, reopen, close */
    const char *kind, *id, *name;
};

struct import_report {
    struct arena *arena;
    struct import_problem *problems; /* the first IMPORT_PROBLEMS_KEPT */
    size_t problem_count, problem_cap;
    int64_t problem_total; /* all of them */
    struct import_code_count codes[IMPORT_CODES_MAX];
    size_t code_count;
    struct import_count kinds[IMPORT_KINDS_MAX];
    size_t kind_count;
    struct import_difference *differences; /* the first IMPORT_DIFFERENCES_KEPT */
    size_t difference_count, difference_cap;
    const char *stopped; /* why nothing was written (the brake, a dry run); NULL otherwise */
};

/* Where a foreign row came from; every imported row keeps it. */
struct source_ref {
    const char *file;
    int64_t line;
};

#endif
