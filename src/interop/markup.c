#include "markup.h"

#include <ctype.h>
#include <string.h>

static bool at_line_start(const struct text *t) { return !t->n || t->p[t->n - 1] == '\n'; }

void markdown_words(struct text *out, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (at_line_start(out)) {
            if (c == ' ' || c == '\t') continue; /* four of them would be code */
            size_t digits = 0;
            while (i + digits < n && isdigit((unsigned char)p[i + digits])) digits++;
            if (digits && i + digits + 1 < n && (p[i + digits] == '.' || p[i + digits] == ')') &&
                p[i + digits + 1] == ' ') {
                text_put(out, p + i, digits); /* "3. " is no list */
                text_char(out, '\\');
                text_char(out, p[i + digits]);
                i += digits;
                continue;
            }
            if (strchr("#-+=", c)) {
                text_char(out, '\\');
                text_char(out, c);
                continue;
            }
        }
        if (c == '\r') continue;
        if (strchr("\\`*_[]<>$|~{}&", c)) text_char(out, '\\');
        text_char(out, c);
    }
}

static bool word_sign(unsigned char c) { return isalnum(c) || c >= 0x80; }

/* Inside mathematics: no {{ (that is a variable of the item), no $ (that would end it). */
static void put_math(struct text *out, const char *p, size_t n, char after)
{
    while (n && isspace((unsigned char)*p)) p++, n--;
    while (n && isspace((unsigned char)p[n - 1])) n--;
    if (!n) return;
    size_t money = n > 2 && p[0] == '\\' && p[1] == '$' ? strspn(p + 2, "0123456789.,") : 0;
    if (money && money + 2 == n) { /* \$10.74 is words */
        text_put(out, p, n);
        return;
    }
    if (strspn(p, "_") >= n) { /* a blank to fill */
        while (n--) text_add(out, "\\_");
        return;
    }
    if (out->n && word_sign((unsigned char)out->p[out->n - 1])) text_char(out, ' ');
    if (out->n && out->p[out->n - 1] == '$') text_char(out, ' ');
    text_char(out, '$');
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\\' && i + 1 < n && p[i + 1] == '$') {
            text_add(out, "\\text{\\textdollar}");
            i++;
            continue;
        }
        if (p[i] == '\\' && i + 1 < n) { /* a command, or \\ */
            text_char(out, p[i++]);
            text_char(out, p[i]);
            continue;
        }
        if (p[i] == '$') {
            text_add(out, "\\text{\\textdollar}");
            continue;
        }
        text_char(out, p[i] == '\n' ? ' ' : p[i]);
        if (i + 1 < n && ((p[i] == '{' && p[i + 1] == '{') || (p[i] == '}' && p[i + 1] == '}'))) text_char(out, ' ');
    }
    text_char(out, '$');
    if (word_sign((unsigned char)after)) text_char(out, ' ');
}

/* ##name.gif## or, as some are written, ##name.gif without the end. */
static size_t figure_mark(const char *p, const char **name, size_t *n)
{
    static const char *const kinds[] = {".gif", ".png", ".jpg", ".jpeg", ".svg", ".webp"};
    if (strncmp(p, "##", 2) != 0 && *p != '#') return 0;
    size_t hashes = strspn(p, "#");
    const char *from = p + hashes;
    size_t len = strcspn(from, " #\n\t$\\<>\"");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t k = strlen(kinds[i]);
        if (len <= k || strncasecmp(from + len - k, kinds[i], k) != 0) continue;
        *name = from;
        *n = len;
        return hashes + len + strspn(from + len, "#");
    }
    return 0;
}

bool markdown_from_oatutor(struct text *out, const char *s, const char *(*figure)(void *, const char *, size_t),
                           void *ctx)
{
    bool closed = true;
    for (const char *p = s; *p;) {
        const char *name;
        size_t n, mark;
        if (p[0] == '$' && p[1] == '$') {
            const char *stop = strstr(p + 2, "$$");
            if (stop) {
                put_math(out, p + 2, (size_t)(stop - p - 2), stop[2]);
                p = stop + 2;
                continue;
            }
            closed = false;
            p += 2;
        } else if (*p == '#' && (mark = figure_mark(p, &name, &n))) {
            const char *sha = figure(ctx, name, n);
            if (out->n && out->p[out->n - 1] != '\n') text_add(out, "\n\n");
            if (sha) text_printf(out, "![Figure of this problem](figure:%s)\n\n", sha);
            p += mark;
        } else if (p[0] == '\\' && p[1] == 'n' && !islower((unsigned char)p[2])) {
            text_add(out, "\n\n");
            p += 2;
        } else if (p[0] == '\n') {
            text_add(out, "\n\n");
            while (*p == '\n') p++;
        } else {
            size_t k = 1;
            while (p[k] && p[k] != '$' && p[k] != '#' && p[k] != '\\' && p[k] != '\n') k++;
            markdown_words(out, p, k);
            p += k;
        }
    }
    while (out->n && (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == ' ')) out->p[--out->n] = 0;
    return closed;
}
