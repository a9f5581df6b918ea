#include "po.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tool_die(const char *path, int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "%s:%d: error: ", path, line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

void *tool_alloc(size_t n)
{
    void *p = calloc(1, n ? n : 1);
    if (!p) tool_die("(memory)", 0, "no memory for %zu bytes", n);
    return p;
}

char *tool_read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f) tool_die(path, 0, "cannot be opened");
    size_t cap = 65536, used = 0, got;
    char *p = tool_alloc(cap + 1);
    while ((got = fread(p + used, 1, cap - used, f)) > 0) {
        used += got;
        if (used == cap) {
            char *q = realloc(p, cap * 2 + 1);
            if (!q) tool_die(path, 0, "no memory");
            p = q;
            cap *= 2;
        }
    }
    if (ferror(f)) tool_die(path, 0, "cannot be read");
    fclose(f);
    p[used] = 0;
    if (n) *n = used;
    return p;
}

/* Append the C-like string in quotes at s to *out. */
static void unquote(char **out, const char *s, const char *path, int line)
{
    while (isspace((unsigned char)*s)) s++;
    if (*s++ != '"') tool_die(path, line, "a string in quotes is due here");
    size_t old = *out ? strlen(*out) : 0;
    char *p = tool_alloc(old + strlen(s) + 1);
    if (*out) memcpy(p, *out, old);
    free(*out);
    char *w = p + old;
    for (; *s && *s != '"'; s++) {
        if (*s != '\\') {
            *w++ = *s;
        } else {
            s++;
            if (*s == 'n') *w++ = '\n';
            else if (*s == '"' || *s == '\\') *w++ = *s;
            else tool_die(path, line, "unknown escape \\%c", *s);
        }
    }
    if (*s != '"') tool_die(path, line, "the string does not end on its line");
    *w = 0;
    *out = p;
}

static void finish(struct po *po, struct po_entry *e, size_t *cap)
{
    if (!e->id) return;
    if (!*e->id && !e->ctx) {
        po->header = e->str[0];
    } else {
        if (!e->ctx) tool_die(po->path, e->line, "a message without msgctxt (its id in the code)");
        if (po_find(po, e->ctx)) tool_die(po->path, e->line, "message id \"%s\" is here twice", e->ctx);
        if (po->n == *cap) {
            *cap = *cap ? *cap * 2 : 256;
            struct po_entry *q = realloc(po->e, *cap * sizeof *q);
            if (!q) tool_die(po->path, e->line, "no memory");
            po->e = q;
        }
        po->e[po->n++] = *e;
    }
    *e = (struct po_entry){0};
}

void po_read(struct po *po, const char *path)
{
    *po = (struct po){.path = path};
    char *file = tool_read_file(path, NULL), *save = NULL;
    struct po_entry e = {0};
    size_t cap = 0;
    char **last = NULL;
    bool in_str = false, fuzzy = false;
    int line = 0;
    for (char *l = file; l; l = save) {
        save = strchr(l, '\n');
        if (save) *save++ = 0;
        line++;
        while (isspace((unsigned char)*l)) l++;
        if (*l == '"') {
            if (!last) tool_die(path, line, "a string that belongs to nothing");
            unquote(last, l, path, line);
            continue;
        }
        bool starts = !strncmp(l, "msgctxt", 7) || (!strncmp(l, "msgid ", 6) && (in_str || e.id));
        if ((starts || *l == '#') && in_str) {
            finish(po, &e, &cap);
            in_str = false;
        }
        if (*l == '#') {
            if (!strncmp(l, "#~", 2)) continue;
            if (!strncmp(l, "#,", 2) && strstr(l, "fuzzy")) fuzzy = true;
            continue;
        }
        if (!*l) continue;
        if (!e.line) {
            e.line = line;
            e.fuzzy = fuzzy;
            fuzzy = false;
        }
        if (!strncmp(l, "msgctxt ", 8)) unquote(last = &e.ctx, l + 8, path, line);
        else if (!strncmp(l, "msgid_plural ", 13)) unquote(last = &e.plural, l + 13, path, line);
        else if (!strncmp(l, "msgid ", 6)) unquote(last = &e.id, l + 6, path, line);
        else if (!strncmp(l, "msgstr", 6)) {
            int k = 0;
            l += 6;
            if (*l == '[') {
                k = (int)strtol(l + 1, &l, 10);
                if (*l++ != ']' || k < 0 || k >= PO_FORMS) tool_die(path, line, "bad plural index");
            }
            in_str = true;
            if (k + 1 > e.n_str) e.n_str = k + 1;
            unquote(last = &e.str[k], l, path, line);
        } else {
            tool_die(path, line, "not a line of a .po file");
        }
    }
    finish(po, &e, &cap);
    free(file);
}

const struct po_entry *po_find(const struct po *po, const char *ctx)
{
    for (size_t i = 0; i < po->n; i++)
        if (!strcmp(po->e[i].ctx, ctx)) return &po->e[i];
    return NULL;
}

int po_args_index(const struct po_args *a, const char *name, size_t n)
{
    for (int i = 0; i < a->n; i++)
        if (strlen(a->name[i]) == n && !memcmp(a->name[i], name, n)) return i;
    return -1;
}

void po_args(struct po_args *a, const char *text, const char *path, int line)
{
    for (const char *p = text; p && (p = strchr(p, '{')); p++) {
        size_t n = strcspn(p + 1, "}");
        if (p[1 + n] != '}' || n == 0 || n >= sizeof a->name[0])
            tool_die(path, line, "a { that opens no {name} in \"%s\"", text);
        for (size_t i = 1; i <= n; i++)
            if (!islower((unsigned char)p[i]) && !isdigit((unsigned char)p[i]) && p[i] != '_')
                tool_die(path, line, "a {name} has small letters, digits and _ only, in \"%s\"", text);
        if (po_args_index(a, p + 1, n) >= 0) continue;
        if (a->n == PO_ARGS) tool_die(path, line, "more than %d arguments", PO_ARGS);
        memcpy(a->name[a->n], p + 1, n);
        a->name[a->n++][n] = 0;
    }
}

void po_enum_name(const char *ctx, char *out, size_t cap)
{
    int n = snprintf(out, cap, "MSG_%s", ctx);
    if (n < 0 || (size_t)n >= cap) tool_die(ctx, 0, "message id too long");
    for (char *p = out; *p; p++)
        if (!isalnum((unsigned char)*p)) *p = '_';
}
