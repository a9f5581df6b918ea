/* Message compiler: msgc OUT.h OUT.c en.po OTHER.po...
 *
 * The first file is the source language: its msgid are the texts, its msgctxt the ids. Another language may lack a
 * message (English is shown then); one whose msgid no longer is the source text counts as lacking and is named in a
 * warning; one whose {names} differ from the source, or that the source does not know, ends the build. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "po.h"

static int by_ctx(const void *a, const void *b)
{
    return strcmp(((const struct po_entry *)a)->ctx, ((const struct po_entry *)b)->ctx);
}

static void c_string(FILE *f, const char *s)
{
    fputc('"', f);
    for (const unsigned char *p = (const unsigned char *)s; *p; p++) {
        if (*p == '"' || *p == '\\') fprintf(f, "\\%c", *p);
        else if (*p < 32 || *p > 126) fprintf(f, "\\%03o", *p);
        else fputc(*p, f);
    }
    fputc('"', f);
}

static void entry_args(struct po_args *a, const struct po_entry *e, const char *path)
{
    *a = (struct po_args){0};
    po_args(a, e->id, path, e->line);
    if (e->plural) po_args(a, e->plural, path, e->line);
}

static void check(const struct po *src, const struct po *po, const struct po_entry *e)
{
    const struct po_entry *s = po_find(src, e->ctx);
    if (!s) tool_die(po->path, e->line, "message \"%s\" is not in %s", e->ctx, src->path);
    struct po_args want, got;
    entry_args(&want, s, src->path);
    for (int i = 0; i < e->n_str; i++) {
        if (!e->str[i] || !*e->str[i]) continue;
        got = (struct po_args){0};
        po_args(&got, e->str[i], po->path, e->line);
        for (int k = 0; k < got.n; k++)
            if (po_args_index(&want, got.name[k], strlen(got.name[k])) < 0)
                tool_die(po->path, e->line, "\"%s\" has {%s}, which the source text has not", e->ctx, got.name[k]);
        for (int k = 0; k < want.n; k++)
            if (po_args_index(&got, want.name[k], strlen(want.name[k])) < 0 && !(e->n_str > 1 && i == 0))
                tool_die(po->path, e->line, "\"%s\" lacks {%s} of the source text", e->ctx, want.name[k]);
    }
}

static const char *lang_code(const char *path, char out[16])
{
    const char *b = strrchr(path, '/');
    b = b ? b + 1 : path;
    size_t n = strcspn(b, ".");
    if (n >= 16) tool_die(path, 0, "file name is no language code");
    memcpy(out, b, n);
    out[n] = 0;
    return out;
}

static void plural_rule(FILE *f, const struct po *po, const char *code)
{
    const char *h = po->header ? strstr(po->header, "plural=") : NULL;
    if (!h) tool_die(po->path, 1, "the header has no Plural-Forms");
    h += 7;
    size_t n = strcspn(h, ";\n");
    if (strspn(h, "n0123456789 ()?:&|!=<>%") < n)
        tool_die(po->path, 1, "Plural-Forms holds more than C arithmetic on n");
    fprintf(f, "static unsigned plural_%s(uint64_t n)\n{\n    return (unsigned)(%.*s);\n}\n", code, (int)n, h);
}

int main(int argc, char **argv)
{
    if (argc < 4) tool_die("msgc", 0, "usage: msgc OUT.h OUT.c en.po OTHER.po...");
    int n_lang = argc - 3;
    struct po *po = tool_alloc((size_t)n_lang * sizeof *po);
    for (int i = 0; i < n_lang; i++) po_read(&po[i], argv[3 + i]);
    struct po *src = &po[0];
    qsort(src->e, src->n, sizeof *src->e, by_ctx);
    for (int i = 1; i < n_lang; i++)
        for (size_t k = 0; k < po[i].n; k++) check(src, &po[i], &po[i].e[k]);

    FILE *h = fopen(argv[1], "wb"), *c = fopen(argv[2], "wb");
    if (!h || !c) tool_die(argv[1], 0, "cannot be written");
    char code[16], name[128], last[128] = "";
    fputs("/* Made by tools/msgc.c from src/i18n/po; do not edit. */\n#ifndef I18N_IDS_H\n#define I18N_IDS_H\n\nenum "
          "lang {",
          h);
    for (int i = 0; i < n_lang; i++) {
        lang_code(po[i].path, code);
        for (char *p = code; *p; p++) *p = (char)toupper((unsigned char)*p);
        fprintf(h, " LANG_%s,", code);
    }
    fputs(" LANG_COUNT };\n\nenum msg_id {\n    MSG_NONE,\n", h);
    for (size_t k = 0; k < src->n; k++) {
        po_enum_name(src->e[k].ctx, name, sizeof name);
        if (!strcmp(name, last))
            tool_die(src->path, src->e[k].line, "\"%s\" and the one before differ in marks only", src->e[k].ctx);
        memcpy(last, name, sizeof last);
        fprintf(h, "    %s,\n", name);
    }
    fputs("    MSG_COUNT\n};\n\n#endif\n", h);

    fputs("/* Made by tools/msgc.c from src/i18n/po; do not edit. */\n#include \"catalogue.h\"\n\n#include "
          "<stdint.h>\n\n",
          c);
    for (int i = 0; i < n_lang; i++) plural_rule(c, &po[i], lang_code(po[i].path, code));
    fputs("\nconst char *const msg_ids[MSG_COUNT] = {\n    \"\",\n", c);
    for (size_t k = 0; k < src->n; k++) fprintf(c, "    \"%s\",\n", src->e[k].ctx);
    fputs("};\n\nconst char *const msg_arg_names[MSG_COUNT] = {\n    \"\",\n", c);
    for (size_t k = 0; k < src->n; k++) {
        struct po_args a;
        entry_args(&a, &src->e[k], src->path);
        fputs("    ", c);
        for (int i = 0; i < a.n; i++) fprintf(c, "\"%s\\0\" ", a.name[i]);
        fputs("\"\",\n", c);
    }
    fputs("};\n\n", c);
    for (int i = 0; i < n_lang; i++) {
        size_t have = 0;
        fprintf(c, "static const char *const forms_%s[MSG_COUNT][MSG_FORMS] = {\n    {NULL},\n",
                lang_code(po[i].path, code));
        for (size_t k = 0; k < src->n; k++) {
            const struct po_entry *s = &src->e[k], *e = i ? po_find(&po[i], s->ctx) : s;
            fputs("    {", c);
            if (i == 0) {
                c_string(c, s->id);
                if (s->plural) fputs(", ", c), c_string(c, s->plural);
                have++;
            } else if (e && !e->fuzzy && e->str[0] && *e->str[0]) {
                if (strcmp(e->id, s->id) != 0) {
                    fprintf(stderr, "%s:%d: warning: \"%s\" was made from another text; English is shown\n", po[i].path,
                            e->line, e->ctx);
                    fputs("NULL", c);
                } else {
                    for (int f = 0; f < e->n_str; f++) {
                        if (f) fputs(", ", c);
                        c_string(c, e->str[f] ? e->str[f] : "");
                    }
                    have++;
                }
            } else {
                fputs("NULL", c);
            }
            fputs("},\n", c);
        }
        fprintf(c, "};\n/* %zu of %zu messages */\n\n", have, src->n);
    }
    fputs("const struct catalogue catalogues[LANG_COUNT] = {\n", c);
    for (int i = 0; i < n_lang; i++) {
        lang_code(po[i].path, code);
        fprintf(c, "    {\"%s\", forms_%s, plural_%s},\n", code, code, code);
    }
    fputs("};\n", c);
    if (fclose(h) || fclose(c)) tool_die(argv[1], 0, "cannot be written");
    return 0;
}
