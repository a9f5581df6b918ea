/* A reader of gettext .po files for the build's own tools. A fault ends the tool with file:line and what is wrong. */
#ifndef TOOLS_PO_H
#define TOOLS_PO_H
#include <stdbool.h>
#include <stddef.h>

enum { PO_FORMS = 6, PO_ARGS = 8 };

struct po_entry {
    char *ctx, *id, *plural; /* msgctxt is the message id in code; msgid the English text */
    char *str[PO_FORMS];
    int n_str, line;
    bool fuzzy;
};

struct po {
    const char *path;
    char *header; /* msgstr of the empty msgid */
    struct po_entry *e;
    size_t n;
};

struct po_args { /* the {names} of a text, in order of first appearance */
    char name[PO_ARGS][32];
    int n;
};

void po_read(struct po *po, const char *path); /* lives until the tool ends */
const struct po_entry *po_find(const struct po *po, const char *ctx);
void po_args(struct po_args *a, const char *text, const char *path, int line); /* adds to *a */
int po_args_index(const struct po_args *a, const char *name, size_t n);        /* -1 when absent */
void po_enum_name(const char *ctx, char *out, size_t cap);                     /* "a.b-c" gives "MSG_a_b_c" */
char *tool_read_file(const char *path, size_t *n);
void *tool_alloc(size_t n);
_Noreturn void tool_die(const char *path, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
